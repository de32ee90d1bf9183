"""Quantities over time as sums and levels in equal windows, exactly; pure functions of arrays."""

import numpy as np

from accelc.profile.tables import Ints, Reals


def window_edges(total: int, windows: int, quantum: int = 1) -> Ints:
    """
    Ends of at most `windows` windows of equal length over [0, total), the last one shorter; 0 is the first edge.

    Where windows are longer than `quantum` ticks, their length is a multiple of it.
    """
    width = max(1, -(-total // windows))
    if width > quantum:
        width = -(-width // quantum) * quantum
    edges = np.arange(0, total + width, width, dtype=np.int64)
    edges[-1] = total
    return edges if total else edges[:0]


def flow_amounts(edges: Ints, begin: Ints, end: Ints, amount: Ints) -> Ints:
    """
    What flows in each window when `amount[i]` flows evenly from `begin[i]` to `end[i]`; the sum is that of `amount`.

    Amounts up to an edge are rounded to integers, so that windows are off by less than one.
    """
    upto = np.rint(cumulative(edges, begin, end, amount)).astype(np.int64)
    upto[-1] = amount.sum()
    return np.diff(np.maximum.accumulate(upto))


def cumulative(at: Ints, begin: Ints, end: Ints, amount: Ints) -> Reals:
    """What has flowed up to each tick of `at`."""
    length = np.maximum(end - begin, 1)
    rate = amount / length
    ticks = np.concatenate([begin, begin + length])
    order = np.argsort(ticks, kind="stable")
    ticks = ticks[order]
    rates = np.cumsum(np.concatenate([rate, -rate])[order])
    if not len(ticks):
        return np.zeros(len(at))
    flowed = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(ticks))])
    return np.interp(at, ticks, flowed)


def level_windows(edges: Ints, begin: Ints, end: Ints, height: Ints) -> tuple[Ints, Reals]:
    """
    Highest level and mean level of each window; the level is the sum of `height` of the intervals [begin, end).

    An interval that begins when another ends does not add to it.
    """
    ticks = np.concatenate([begin, end, edges[:-1]])
    change = np.concatenate([height, -height, np.zeros(len(edges) - 1, np.int64)])
    ticks, which = np.unique(ticks, return_inverse=True)
    steps = np.zeros(len(ticks), np.int64)
    np.add.at(steps, which.reshape(-1), change)
    level = np.cumsum(steps)
    first = np.searchsorted(ticks, edges[:-1])
    highest = np.maximum.reduceat(level, first)
    area = np.concatenate([[0.0], np.cumsum(level[:-1] * np.diff(ticks).astype(np.float64))])
    mean = np.diff(np.interp(edges, ticks, area)) / np.diff(edges)
    return highest, mean


def union_ticks(group: Ints, begin: Ints, end: Ints, groups: int) -> Ints:
    """Ticks that the intervals of each group cover, ticks covered twice counted once."""
    total = np.zeros(groups, np.int64)
    if not len(group):
        return total
    order = np.lexsort((begin, group))
    group, begin, end = group[order], begin[order], end[order]
    # Shifting every group beyond the one before lets one running maximum serve them all.
    shift = group * (int(end.max()) + 1)
    reached = np.maximum.accumulate(end + shift)
    before = np.concatenate([[0], reached[:-1]])
    np.add.at(total, group, np.maximum(end + shift - np.maximum(before, begin + shift), 0))
    return total
