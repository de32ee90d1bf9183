"""
The runtime side of adjustable delays: chooses the values of every core's slots between iterations (systems page, S5).

Nothing is compiled again, and no stream changes: a controller only writes values into a copy of the delay table.
"""
