"""
Order of macro-ops: dependences, priority rules, list scheduling under memory limits, and estimated timelines.

`task` has the data, `dependences` the order a program needs, `rules` who goes first, `list_schedule` the scheduler,
`loads` the placement of transfers into on-chip memory, `timeline` the estimate of an order, `portfolio` the choice.
"""
