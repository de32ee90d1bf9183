"""
When the bytes of a memory on the chip hold a value that is still to be read, from the accesses of records.

A byte is live from the start of the record that writes it to the last read before the next write. Memory is cut into
cells at every address where an access begins or ends (partitions likewise); where that gives too many pairs of access
and cell, cells are whole multiples of a power of two bytes, and a cell counts as live when a part of it is.
"""

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import AccessTable
from accelc.profile.tables import Ints

MAX_PAIRS = 1_000_000
"""Pairs of access and cell, or four for each access, that are looked at; beyond it cells are made coarser."""


def live_intervals(table: AccessTable, begin: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """
    Intervals (begin, end, bytes) in which cells of one memory are live; bytes over all partitions of the access.

    `begin` and `end` are the ticks in which each row of `table`, all of one memory, uses its operand.
    """
    none = np.zeros(0, np.int64)
    if not len(table.record):
        return none, none, none
    steps = (table.sizes - 1) * table.strides
    low = table.base + np.minimum(steps, 0).sum(axis=1)
    high = table.base + np.maximum(steps, 0).sum(axis=1) + table.element_bytes
    parts, part_low, part_high = _cells(table.partitions[:, 0], table.partitions[:, 1])
    grain = 1
    while True:
        cuts, first, last = _cells(low // grain * grain, -(-high // grain) * grain)
        pairs = int(((last - first) * (part_high - part_low)).sum())
        if pairs <= max(MAX_PAIRS, 4 * len(low)) or len(cuts) == 2:
            break
        grain *= 2
    columns = len(cuts) - 1
    count = (last - first) * (part_high - part_low)
    row = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    width = (last - first)[row]
    column = first[row] + within % width
    cell = (part_low[row] + within // width) * columns + column
    size = (np.diff(parts)[:, None] * np.diff(cuts)).reshape(-1)
    # What overwrites a part of a cell leaves the rest of it as it is.
    whole = (cuts[column] >= low[row]) & (cuts[column + 1] <= high[row])
    return _live(cell, begin[row], end[row], table.is_write[row] & whole, size)


def _cells(low: Ints, high: Ints) -> tuple[Ints, Ints, Ints]:
    cuts = np.unique(np.concatenate([low, high]))
    return cuts, np.searchsorted(cuts, low), np.searchsorted(cuts, high)


def _live(cell: Ints, begin: Ints, end: Ints, writes: npt.NDArray[np.bool_], size: Ints) -> tuple[Ints, Ints, Ints]:
    # Of accesses that begin together the reads come first: they read what was there before.
    order = np.lexsort((writes, begin, cell))
    cell, begin, end, reads = cell[order], begin[order], end[order], ~writes[order]
    follows = np.zeros(len(cell), bool)
    follows[:-1] = cell[1:] == cell[:-1]
    following = np.concatenate([begin[1:], [0]])
    needed = np.concatenate([reads[1:], [False]])
    until = np.where(follows, np.where(needed, following, np.minimum(end, following)), end)
    rows = until > begin
    return begin[rows], until[rows], size[cell[rows]]
