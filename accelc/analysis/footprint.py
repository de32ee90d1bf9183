"""
What each instruction reads and writes, at the granularity at which accelc decides whether two accesses conflict.

The grain is shared by hazard analysis, `verify-sync` and the race detector: partitioned memories are cut into cells
of 4 bytes of one partition, HBM into cells of `align` bytes. Two accesses conflict when they share a cell and one of
them writes it.

Cells are then merged into *atoms*: maximal ranges of cells that no access of the program tells apart. An access is
a rectangle of partition groups times atoms, exactly; shadow memories are small arrays [groups, atoms]. Atoms that no
instruction writes (weights, inputs) cannot conflict and are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES, INDEX_WORD, Flag, Records, Space, as_dma, field
from accelc.isa.table import INDEXED, INDEXED_DIM, Form, Opcode
from accelc.numerics import DTYPES as NUMPY_DTYPES
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]

PARTITIONED_CELL_BYTES = 4
DIMS = 4
DTYPE_BYTES = np.array([0 if name == "none" else NUMPY_DTYPES[name].itemsize for name in DTYPES], np.int64)
"""Bytes of one element, by dtype code."""


class Access(NamedTuple):
    """One access of one instruction: `shadow[space][groups, cells]` are the atoms it touches."""

    record: int
    is_write: bool
    space: int
    groups: slice
    cells: "slice | Ints"


@dataclass(frozen=True)
class AccessTable:
    """
    Accesses before they are related to each other, one row each; bytes and element patterns.

    `sizes` and `strides` are [rows, 4], outermost first, strides in bytes; `base` is the byte offset in a partition
    (or in HBM); `partitions` is [rows, 2]: first partition and one past the last.
    """

    record: Ints
    is_write: npt.NDArray[np.bool_]
    space: Ints
    partitions: Ints
    base: Ints
    sizes: Ints
    strides: Ints
    element_bytes: Ints

    def take(self, rows: npt.NDArray[np.bool_] | Ints) -> "AccessTable":
        """The selected rows."""
        return AccessTable(
            self.record[rows],
            self.is_write[rows],
            self.space[rows],
            self.partitions[rows],
            self.base[rows],
            self.sizes[rows],
            self.strides[rows],
            self.element_bytes[rows],
        )


@dataclass(frozen=True)
class SpaceAtoms:
    """Atoms of one memory: `group_start[g]` is a partition, `atom_start[a]` a byte offset."""

    group_start: Ints
    atom_start: Ints

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of a shadow array of this memory: (groups, atoms)."""
        return len(self.group_start), len(self.atom_start)


@dataclass(frozen=True)
class Footprint:
    """
    Every access of a program, in record order, reads of a record before its writes.

    `accesses[first[i]:first[i + 1]]` belong to record `i`; `spaces` maps a `Space` code to its atoms.
    """

    accesses: list[Access]
    first: list[int]
    spaces: Mapping[int, SpaceAtoms]

    def of(self, record: int) -> list[Access]:
        """Accesses of one record."""
        return self.accesses[self.first[record] : self.first[record + 1]]

    def shadow(self, space: int, fill: int = -1) -> npt.NDArray[np.int32]:
        """A fresh shadow array [groups, atoms] of a memory."""
        return np.full(self.spaces[space].shape, fill, np.int32)


def cell_bytes(target: Target, space: int) -> int:
    """Bytes of a cell of a memory, in HBM or in one partition."""
    if space in (Space.HBM, Space.HOST):
        return max(1, (target.hbm if space == Space.HBM else target.host_memory).align)
    return PARTITIONED_CELL_BYTES


def footprint(records: Records, target: Target) -> Footprint:
    """Accesses of `records` (any lanes, in program order; control records touch nothing)."""
    return relate(access_table(records, target), len(records), target)


def macro_footprint(records: Records, macro: npt.NDArray[np.int32], count: int, target: Target) -> Footprint:
    """Accesses of `count` macro-ops: those of all their records, `macro[r]` being the macro-op of record r."""
    table = access_table(records, target)
    return relate(replace(table, record=macro[table.record].astype(np.int64)), count, target)


def access_table(records: Records, target: Target) -> AccessTable:
    """One row for each operand that a record reads or writes; `MM` with `accumulate` reads its destination too."""
    opcode = field(records, "opcode")
    parts: list[AccessTable] = []
    for code in np.unique(opcode).tolist():
        row = instruction(code)
        chosen = np.flatnonzero(opcode == code)
        if row.form is Form.OPERANDS:
            for slot in row.reads():
                parts.append(_operand_rows(records, chosen, slot, False))
            for slot in row.writes():
                parts.append(_operand_rows(records, chosen, slot, True))
        elif row.form is Form.DMA:
            parts.append(_dma_rows(records, chosen, "src", False, target))
            parts.append(_dma_rows(records, chosen, "dst", True, target))
        if code in INDEXED:
            parts.append(_index_rows(records, chosen, code == Opcode.DMA_GATHER))
        if code == Opcode.DMA_SCATTER:
            # What it does not write stays: it must have been written before.
            parts.append(_dma_rows(records, chosen, "dst", False, target))
        if code == Opcode.MM:
            adding = chosen[(field(records, "flags")[chosen] & Flag.ACCUMULATE) != 0]
            parts.append(_operand_rows(records, adding, 0, False))
        if code == Opcode.STT:
            parts.append(_scalar_rows(records, chosen))
    return concatenate(parts)


def concatenate(parts: Sequence[AccessTable]) -> AccessTable:
    """The rows of all tables, one after the other."""
    if not parts:
        none = np.zeros(0, np.int64)
        return AccessTable(
            none, none.astype(bool), none, none.reshape(0, 2), none, none.reshape(0, DIMS), none.reshape(0, DIMS), none
        )
    return AccessTable(
        np.concatenate([part.record for part in parts]),
        np.concatenate([part.is_write for part in parts]),
        np.concatenate([part.space for part in parts]),
        np.concatenate([part.partitions for part in parts]),
        np.concatenate([part.base for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.strides for part in parts]),
        np.concatenate([part.element_bytes for part in parts]),
    )


def _operand_rows(records: Records, chosen: Ints, slot: int, is_write: bool) -> AccessTable:
    operand = field(records, "operand")[chosen, slot]
    present = operand["part_count"] > 0
    operand, chosen = operand[present], chosen[present]
    start = operand["part_start"].astype(np.int64)
    element = DTYPE_BYTES[operand["dtype"]]
    return AccessTable(
        chosen.astype(np.int64),
        np.full(len(chosen), is_write),
        operand["space"].astype(np.int64),
        np.stack([start, start + operand["part_count"]], axis=1),
        operand["offset"].astype(np.int64),
        operand["size"].astype(np.int64),
        operand["stride"].astype(np.int64) * element[:, None],
        element,
    )


def _scalar_rows(records: Records, chosen: Ints) -> AccessTable:
    rows = _operand_rows(records, chosen, 1, False)
    count = len(rows.record)
    return AccessTable(
        rows.record,
        rows.is_write,
        np.full(count, Space.SBUF, np.int64),
        rows.partitions,
        field(records, "link")[rows.record].astype(np.int64),
        np.ones((count, DIMS), np.int64),
        np.zeros((count, DIMS), np.int64),
        np.full(count, 4, np.int64),
    )


def _index_rows(records: Records, chosen: Ints, picks: bool) -> AccessTable:
    """The index tensors of transfers."""
    dense = field(as_dma(records), "dst" if picks else "src")["size"][chosen].astype(np.int64)
    element = DTYPE_BYTES[field(records, "aux")[chosen, 0]]
    count = len(chosen)
    sizes, strides = np.ones((count, DIMS), np.int64), np.zeros((count, DIMS), np.int64)
    sizes[:, -1], strides[:, -1] = dense[:, 0] * dense[:, INDEXED_DIM], element
    partitions = np.zeros((count, 2), np.int64)
    partitions[:, 1] = 1
    return AccessTable(
        chosen.astype(np.int64),
        np.zeros(count, bool),
        np.full(count, Space.HBM, np.int64),
        partitions,
        field(records, "link")[chosen].astype(np.int64) * INDEX_WORD,
        sizes,
        strides,
        element,
    )


def _dma_rows(records: Records, chosen: Ints, side: str, is_write: bool, target: Target) -> AccessTable:
    values = field(as_dma(records), side)[chosen]
    space = values["space"].astype(np.int64)
    base = values["base"].astype(np.int64)
    sizes = values["size"].astype(np.int64)
    strides = values["stride"].astype(np.int64)
    partitions = np.zeros((len(chosen), 2), np.int64)
    partitions[:, 1] = 1
    for code in np.unique(space).tolist():
        if code in (Space.HBM, Space.HOST):
            continue
        width = target.partitioned(Space(code).name.lower()).partition_bytes
        rows = space == code
        across = (np.abs(strides) >= width) & (sizes > 1) & rows[:, None]
        reach = np.where(across, strides // width * (sizes - 1), 0)
        first = base // width
        partitions[rows, 0] = (first + np.minimum(reach, 0).sum(axis=1))[rows]
        partitions[rows, 1] = (first + np.maximum(reach, 0).sum(axis=1) + 1)[rows]
        base = np.where(rows, base % width, base)
        sizes = np.where(across, 1, sizes)
        strides = np.where(across, 0, strides)
    return AccessTable(
        chosen.astype(np.int64),
        np.full(len(chosen), is_write),
        space,
        partitions,
        base,
        sizes,
        strides,
        DTYPE_BYTES[values["dtype"]],
    )


def pattern_runs(phase: int, sizes: Sequence[int], strides: Sequence[int], element: int, cell: int) -> Ints:
    """
    Cells touched by a pattern as runs [n, 2] (first, one past the last), relative to the cell of its base.

    `phase` is the base modulo `cell` bytes. Dimensions are merged from the smallest stride outwards as long as no
    whole cell lies between two steps; what cannot be merged is enumerated. Sorted, disjoint, never empty.
    """
    low = phase
    dims: list[tuple[int, int]] = []
    for size, stride in zip(sizes, strides, strict=True):
        if size > 1 and stride != 0:
            low += min(0, stride * (size - 1))
            dims.append((abs(stride), size))
    dims.sort()
    run = element
    outer: list[tuple[int, int]] = []
    for stride, size in dims:
        if not outer and stride < run + cell:
            run += stride * (size - 1)
        else:
            outer.append((stride, size))
    starts = np.array([low], np.int64)
    for stride, size in outer:
        starts = (starts[:, None] + np.arange(size, dtype=np.int64) * stride).ravel()
    starts.sort()
    first = starts // cell
    last = (starts + run - 1) // cell + 1
    # Runs have equal lengths and ascend: a run opens where it does not touch the one before.
    opens = np.ones(len(first), bool)
    opens[1:] = first[1:] > last[:-1]
    closes = np.append(np.flatnonzero(opens)[1:] - 1, len(first) - 1)
    return np.stack([first[opens], last[closes]], axis=1)


def _runs_of(table: AccessTable, cell: int) -> tuple[Ints, Ints, Ints]:
    """Runs of every row: (row of each run, first cell, one past the last cell), rows ascending."""
    key = np.concatenate(
        [(table.base % cell)[:, None], table.sizes, table.strides, table.element_bytes[:, None]], axis=1
    )
    distinct, which = np.unique(key, axis=0, return_inverse=True)
    which = which.reshape(-1)
    runs = [
        pattern_runs(row[0], row[1 : 1 + DIMS], row[1 + DIMS : 1 + 2 * DIMS], row[-1], cell)
        for row in distinct.tolist()
    ]
    counts = np.array([len(run) for run in runs], np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    flat = np.concatenate(runs)
    per_row = counts[which]
    rows = np.repeat(np.arange(len(which), dtype=np.int64), per_row)
    within = np.arange(len(rows), dtype=np.int64) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    source = offsets[which][rows] + within
    shift = (table.base // cell)[rows]
    return rows, flat[source, 0] + shift, flat[source, 1] + shift


def relate(table: AccessTable, records: int, target: Target) -> Footprint:
    """
    Cuts the touched memory into atoms and expresses every access in them; see the module's docstring.

    `records` is the number of instructions the rows of `table` refer to.
    """
    found: list[Access] = []
    spaces: dict[int, SpaceAtoms] = {}
    for space in np.unique(table.space).tolist():
        part = table.take(table.space == space)
        atoms, accesses = _relate_space(part, int(space), cell_bytes(target, int(space)))
        spaces[int(space)] = atoms
        found.extend(accesses)
    found.sort(key=lambda access: (access.record, access.is_write))
    counts = np.bincount(np.array([access.record for access in found], np.int64), minlength=records)
    return Footprint(found, [0, *np.cumsum(counts).tolist()], spaces)


def _relate_space(table: AccessTable, space: int, cell: int) -> tuple[SpaceAtoms, list[Access]]:
    rows, first, last = _runs_of(table, cell)
    cuts = np.unique(np.concatenate([first, last]))
    low, high = np.searchsorted(cuts, first), np.searchsorted(cuts, last)

    change = np.zeros(len(cuts) + 1, np.int64)
    writes = table.is_write[rows]
    np.add.at(change, low[writes], 1)
    np.add.at(change, high[writes], -1)
    written = np.cumsum(change)[: len(cuts)] > 0
    rank = np.concatenate([[0], np.cumsum(written)])
    low, high = rank[low], rank[high]
    keep = high > low
    rows, low, high = rows[keep], low[keep], high[keep]

    start, stop = table.partitions[:, 0], table.partitions[:, 1]
    group_cuts = np.unique(np.concatenate([start, stop]))
    group_low, group_high = np.searchsorted(group_cuts, start).tolist(), np.searchsorted(group_cuts, stop).tolist()

    begin = np.flatnonzero(np.diff(rows, prepend=-1))
    present, count = rows[begin], np.diff(begin, append=len(rows))
    record, is_write = table.record.tolist(), table.is_write.tolist()
    lows, highs = low.tolist(), high.tolist()
    accesses: list[Access] = []
    for row, at, runs in zip(present.tolist(), begin.tolist(), count.tolist(), strict=True):
        cells: slice | Ints
        if runs == 1 or int((low[at + 1 : at + runs] - high[at : at + runs - 1]).max()) <= 0:
            cells = slice(lows[at], highs[at + runs - 1])
        else:
            cells = _expand(low[at : at + runs], high[at : at + runs])
        groups = slice(group_low[row], group_high[row])
        accesses.append(Access(record[row], is_write[row], space, groups, cells))
    atoms = SpaceAtoms(group_cuts[:-1], cuts[written] * cell)
    return atoms, accesses


def _expand(low: Ints, high: Ints) -> Ints:
    """All integers of the ranges [low, high)."""
    counts = high - low
    return np.repeat(high - np.cumsum(counts), counts) + np.arange(int(counts.sum()), dtype=np.int64)
