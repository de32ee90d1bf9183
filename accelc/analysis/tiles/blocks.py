"""
Orders in which a systolic array may process the blocks of one matrix product (S6 of the systems page).

A product has `m * n` output blocks, each the sum of `k` block products. Outputs are the rows of the schedule,
contraction steps its columns. Row order finishes outputs one by one; column order consumes inputs one by one and
keeps a whole panel of partial sums live; switching from columns to rows inside a panel takes both ends: it starts
before all inputs are there and emits outputs before the panel is done. In every order the contraction steps of
one output are visited in ascending order, so results do not depend on the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from accelc.analysis.tiles.order import STRATEGIES, Order

Blocks = npt.NDArray[np.int32]


def block_order(m: int, n: int, k: int, strategy: str, switch: int = 0, panel: int = 8) -> Blocks:
    """
    Every block of an `m * n * k` grid once: array [m*n*k, 3] of (i, j, s), `s` ascending for each (i, j).

    `panel` is the largest number of outputs accumulated at the same time. `switch` is the number of contraction
    steps done in column order before `strategy` "switch" turns to row order. Raises ValueError for an unknown
    strategy, an empty grid, `panel < 1` or `switch` outside `0..k`.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown block order {strategy!r}: legal are {', '.join(STRATEGIES)}")
    if min(m, n, k, panel) < 1:
        raise ValueError(f"grid {m} x {n} x {k} in panels of {panel}: every count is at least 1")
    if not 0 <= switch <= k:
        raise ValueError(f"switch after {switch} columns: legal are 0..{k}")
    output, step = np.divmod(np.arange(m * n * k), k)
    panels = output // panel
    if strategy == "row":
        order = np.arange(m * n * k)
    elif strategy == "diagonal":
        order = np.lexsort((step, output + step, panels))
    else:
        columns = np.full_like(panels, k)
        if strategy == "switch":
            columns[:] = switch
        elif strategy == "alternate":
            columns[panels % 2 == 1] = 0
        by_row = step >= columns
        order = np.lexsort((np.where(by_row, step, output), np.where(by_row, output, step), by_row, panels))
    blocks = np.empty((m * n * k, 3), np.int32)
    blocks[:, 0], blocks[:, 1] = np.divmod(output[order], n)
    blocks[:, 2] = step[order]
    return blocks


def simplest(order: Order, grid: tuple[int, int, int]) -> Order:
    """
    An order of the same blocks of an `m * n * k` grid, of the strategy named first of row, column and `order`'s own.

    Row order has a panel of 1, the others one of no more than all outputs.
    """
    m, n, k = grid
    panel = min(order.panel, m * n)
    if k == 1 or panel == 1 or order.strategy == "row" or (order.strategy == "switch" and order.switch == 0):
        return Order("row", 0, 1)
    if order.strategy == "column" or (order.strategy == "switch" and order.switch == k):
        return Order("column", 0, panel)
    return Order(order.strategy, order.switch, panel)


def switch_point(rows: int, columns: int, latency_blocks: float, arrival: Sequence[float] | None = None) -> int | None:
    """
    Number of columns to process before turning to rows, in closed form (S6b), or None when there is none.

    The first output leaves `(rows - 1) * (columns - switch)` block times before the product ends; at least
    `latency_blocks` of propagation hide behind that. The result is the largest switch that satisfies it, provided
    that input `j` has arrived (`arrival[j]`, in block times after the product's start) when it is needed.
    """
    if rows < 2:
        return columns if latency_blocks <= 0 else None
    hiding = int(np.ceil(max(latency_blocks, 0) / (rows - 1)))
    # The quotient may have been rounded down to an integer.
    hiding += (rows - 1) * hiding < latency_blocks
    switch = columns - hiding
    if switch < 0:
        return None
    if arrival is not None:
        need = [switch * rows + (j - switch) for j in range(switch, columns)]
        if any(arrives > at for arrives, at in zip(arrival[switch:columns], need, strict=True)):
            return None
    return switch


@dataclass(frozen=True)
class BlockTimes:
    """
    What one matrix product costs, in cycles of the array.

    `products[j]` is the time of a block product in column block `j`, `load` that of a stationary tile, `latency` the
    time from the end of an output's last block product until it can be read, `evacuations[j]` the time to read it.
    """

    products: tuple[float, ...]
    load: float
    latency: float
    evacuations: tuple[float, ...]


def completion_time(blocks: Blocks, times: BlockTimes) -> float:
    """
    Cycles until the last output of `blocks` [b, 3] is evacuated, all inputs being there.

    A stationary tile is loaded while the block product before it is computed; outputs are evacuated one at a time
    in the order in which they end.
    """
    busy: npt.NDArray[np.float64] = np.array(times.products)[blocks[:, 1]]
    load = loads(blocks)
    hidden = np.maximum(busy, np.where(np.append(load[1:], False), times.load, 0.0))
    last = blocks[:, 2] == blocks[:, 2].max()
    ends: list[float] = (times.load + np.cumsum(hidden))[last].tolist()
    columns: list[int] = blocks[last, 1].tolist()
    at = 0.0
    for end, column in zip(ends, columns, strict=True):
        at = max(at, end + times.latency) + times.evacuations[column]
    return at


@lru_cache(maxsize=4096)
def choose_order(m: int, n: int, k: int, times: BlockTimes) -> Order:
    """
    The order with the smallest `completion_time`; among equals the first of row, column, switch, diagonal.

    Panels hold one row of output blocks (they share stationary tiles), or all of them. The switch points tried are
    that of the closed form and half way.
    """
    candidates = [Order("row", 0, 1)]
    if k > 1 and m * n > 1:
        for panel in sorted({n, m * n}):
            closed = switch_point(panel, k, times.latency / max(*times.products, 1.0))
            switches = sorted({k // 2, *([closed] if closed is not None else [])} - {0, k}, reverse=True)
            candidates.append(Order("column", 0, panel))
            candidates += [Order("switch", switch, panel) for switch in switches]
            candidates.append(Order("diagonal", 0, panel))
    return min(candidates, key=lambda o: completion_time(block_order(m, n, k, o.strategy, o.switch, o.panel), times))


def loads(blocks: Blocks) -> npt.NDArray[np.bool_]:
    """Which blocks [b, 3] need a new stationary tile: those whose (i, s) differs from the block before."""
    changed = np.ones(len(blocks), np.bool_)
    changed[1:] = np.any(blocks[1:, ::2] != blocks[:-1, ::2], axis=1)
    return changed
