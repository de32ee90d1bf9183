"""
A weight-stationary systolic array register by register: one step per cycle, vectorised over the PEs.

Written from the structure of such an array (Kung, Why systolic architectures?, Computer 15(1), 1982; stationary weights
with a shadow plane: Jouppi et al., ISCA 2017), not from the simulator's formulas: there is no formula here, only
registers that take a new value at the end of every cycle. What a register holds in cycle t was computed in t - 1.

Moving elements enter on the left, row r behind r skew registers, and go one PE to the right per cycle; sums go one PE
down. The swap token goes with the first moving element of a product and makes each PE it passes take over its shadow
weight. New weights enter on the left, column by column, or at the top, row by row, each with the number of the column
or row that keeps it. Below the array, column c passes C - 1 - c deskew registers, so that a row leaves as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Vector = tuple[int, Array]
"""A column [R] or row [C] of weights with the number of the column or row of PEs that keeps it."""


@dataclass(frozen=True)
class Shape:
    """
    Structure of an array: PEs, side on which weights enter, and how many vectors of weights enter per cycle.

    `from_top`: weights enter at the top, row by row, else on the left, column by column. `sum_dtype` is that of the
    adders and of everything that is multiplied.
    """

    rows: int
    cols: int
    from_top: bool = False
    buses: int = 1
    sum_dtype: str = "float32"


class DelayLines:
    """Lines of registers behind each other: what enters line i leaves it `delays[i]` cycles later."""

    def __init__(self, delays: Array, dtype: npt.DTypeLike, empty: int = 0) -> None:
        self.delays = delays
        self.every = np.arange(len(delays))
        self.state = np.full((len(delays), int(delays.max()) + 2), empty, dtype)
        """[line, cycles ago]."""

    def step(self, entering: Array | float) -> Array:
        """One cycle: what is at the ends of the lines while `entering` is at their beginnings."""
        self.state[:, 1:] = self.state[:, :-1]
        self.state[:, 0] = entering
        return self.state[self.every, self.delays]


class PEArray:
    """The registers of an array; `step` is one clock cycle."""

    def __init__(self, shape: Shape) -> None:
        rows, cols, self.shape = shape.rows, shape.cols, shape
        grid, numbers = (rows, cols), np.dtype(shape.sum_dtype)
        self.moving, self.total = np.zeros(grid, numbers), np.zeros(grid, numbers)
        self.shadow, self.active = np.zeros(grid, numbers), np.zeros(grid, numbers)
        self.live, self.swap = np.zeros(grid, bool), np.zeros(grid, bool)
        self.weight = [np.zeros(grid, numbers) for _ in range(shape.buses)]
        self.keeper = [np.full(grid, -1) for _ in range(shape.buses)]
        side = np.arange(cols if shape.from_top else rows)
        self.moving_skew = DelayLines(np.arange(rows), numbers)
        self.live_skew, self.swap_skew = DelayLines(np.arange(rows), bool), DelayLines(np.arange(rows), bool)
        self.weight_skew = [DelayLines(side.copy(), numbers) for _ in range(shape.buses)]
        self.keeper_skew = [DelayLines(side.copy(), np.int64, -1) for _ in range(shape.buses)]
        self.total_deskew = DelayLines(cols - 1 - np.arange(cols), numbers)
        self.live_deskew = DelayLines(cols - 1 - np.arange(cols), bool)
        self.own = np.arange(rows)[:, None] if shape.from_top else np.arange(cols)[None, :]

    def step(self, moving: Array | None, swap: bool, weights: Sequence[Vector]) -> Array | None:
        """
        One cycle with `moving` [R] (None: nothing enters), a swap token with it, and up to `buses` vectors of weights.

        Returns the row [C] that is at the outputs in this cycle, None if there is none. Raises RuntimeError if only
        some of its columns are.
        """
        leaving = self.total_deskew.step(self.total[-1])
        lives = self.live_deskew.step(self.live[-1])
        if lives.any() != lives.all():
            raise RuntimeError("the columns of a row leave the array in different cycles")

        x = _from_left(self.moving, self.moving_skew.step(0 if moving is None else moving))
        live = _from_left(self.live, self.live_skew.step(moving is not None))
        token = _from_left(self.swap, self.swap_skew.step(swap))
        above = np.zeros_like(self.total)
        above[1:] = self.total[:-1]
        self.active = self._used(token)
        self.total = above + self.active * x
        self._step_weights(weights)
        self.moving, self.live, self.swap = x, live, token
        return leaving if lives[0] else None

    def _used(self, token: Array) -> Array:
        """The weights [R, C] with which the PEs multiply in this cycle, and which they keep."""
        return np.where(token, self.shadow, self.active)

    def _step_weights(self, weights: Sequence[Vector]) -> None:
        for bus in range(self.shape.buses):
            keeper, values = weights[bus] if bus < len(weights) else (-1, 0.0)
            value, kept = self.weight_skew[bus].step(values), self.keeper_skew[bus].step(keeper)
            if self.shape.from_top:
                self.weight[bus] = _from_left(self.weight[bus].T, value).T
                self.keeper[bus] = _from_left(self.keeper[bus].T, kept).T
            else:
                self.weight[bus] = _from_left(self.weight[bus], value)
                self.keeper[bus] = _from_left(self.keeper[bus], kept)
            self.shadow = np.where(self.keeper[bus] == self.own, self.weight[bus], self.shadow)


def _from_left(registers: Array, entering: Array) -> Array:
    """What is at the left side of every PE: what enters, and beyond it the register of the left neighbour."""
    inputs = np.empty_like(registers)
    inputs[:, 0], inputs[:, 1:] = entering, registers[:, :-1]
    return inputs
