"""
An output-stationary systolic array register by register, for the fold formula of that dataflow.

Both operands move: A [R, K] from the left, row r one cycle behind row r - 1, B [K, C] from the top, skewed likewise.
Every PE keeps its sum. The sums then leave downwards, a row per cycle.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.simulator.validation.pe_array import Array, DelayLines


@dataclass(frozen=True)
class OutputStationary:
    """Cycles from the first operands at the edge to the last product, and to the last row out; the result [R, C]."""

    computed: int
    drained: int
    result: Array


def run_fold(left: Array, top: Array) -> OutputStationary:
    """One fold: `left` [R, K] times `top` [K, C]."""
    rows, cols = len(left), int(top.shape[1])
    depth = len(top)
    a, b, total = (np.zeros((rows, cols), np.int64) for _ in range(3))
    live = np.zeros((rows, cols), bool)
    skews = (DelayLines(np.arange(rows), np.int64), DelayLines(np.arange(cols), np.int64))
    live_skew = DelayLines(np.arange(rows), bool)
    now = computed = 0
    while True:
        enters = now < depth
        a = np.c_[skews[0].step(left[:, now] if enters else 0), a[:, :-1]]
        live = np.c_[live_skew.step(enters), live[:, :-1]]
        b = np.r_[skews[1].step(top[now] if enters else 0)[None], b[:-1]]
        if not enters and not live.any() and not live_skew.state.any():
            break
        total += a * b
        now += 1
        if live[-1, -1]:
            computed = now
    result, drained = np.empty_like(total), computed
    for row in range(rows - 1, -1, -1):
        result[row] = total[-1]
        total = np.r_[np.zeros((1, cols), np.int64), total[:-1]]
        drained += 1
    return OutputStationary(computed, drained, result)
