"""Which earlier record of its own lane an engine makes a record wait for: the engine's address scoreboard."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, AccessTable, Footprint, access_table, relate
from accelc.isa.records import Flag, Records, field
from accelc.isa.table import Opcode
from accelc.simulator.decode import LaneCode
from accelc.simulator.timing.periods import hashes
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]

MOST_REGIONS = 1000
"""Different places of memory above which they are not compared with each other."""


def interlocks(lane: LaneCode, target: Target, most_regions: int = MOST_REGIONS) -> list[int]:
    """
    For every record the latest earlier record of the lane whose results it must see complete, -1 where none.

    Elementwise engines read their operands while busy and write after, so only what was written before matters. The
    array adds to and overwrites PSUM in the order of its products, element behind element: only an operand it reads
    from what it wrote itself makes it wait. DMA queues do not interlock.
    """
    if lane.is_dma or not (lane.codes >= Opcode.LS).any():
        return [-1] * len(lane)
    records: Records = lane.records
    array = lane.name == "tensor"
    if array:
        port = target.port("tensor")
        if not set(port.read) & set(port.write):
            return [-1] * len(lane)
        records = records.copy()
        field(records, "flags")[:] &= np.uint8(0xFF ^ Flag.ACCUMULATE)
    table = access_table(records, target)
    first, region = _regions(table)
    if len(first) <= most_regions:
        return _between_regions(table, first, region, len(lane), array, target)
    return _on_cells(relate(table, len(lane), target), len(lane), array)


def _regions(table: AccessTable) -> tuple[Ints, Ints]:
    """(a row of each different place, place of every row)."""
    columns = np.column_stack(
        [table.space, table.partitions, table.base, table.sizes, table.strides, table.element_bytes]
    )
    _, first, region = np.unique(hashes(columns), return_index=True, return_inverse=True)
    if not np.array_equal(columns[first[region]], columns):
        _, first, region = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return first, region.reshape(-1)


def _between_regions(
    table: AccessTable, first: Ints, region: Ints, count: int, array: bool, target: Target
) -> list[int]:
    written = np.zeros(len(first), bool)
    written[region[table.is_write]] = True
    places = replace(table.take(first), record=np.arange(len(first)), is_write=written)
    touched = relate(places, len(first), target)
    accesses = [next(iter(touched.of(place)), None) for place in range(len(first))]
    shared: list[list[int]] = _overlaps(accesses, np.flatnonzero(written).tolist())
    latest = [-1] * count
    writer = [-1] * len(first)
    # Reads of a record come before its writes, and what it writes counts from the next record on.
    order = np.lexsort((table.is_write, table.record))
    record_of: list[int] = table.record[order].tolist()
    writes: list[bool] = table.is_write[order].tolist()
    place_of: list[int] = region[order].tolist()
    pending: list[tuple[int, int]] = []
    for record, is_write, place in zip(record_of, writes, place_of, strict=True):
        while pending and pending[0][0] < record:
            at, before = pending.pop(0)
            writer[before] = at
        if not (is_write and array):
            for other in shared[place]:
                if writer[other] > latest[record]:
                    latest[record] = writer[other]
        if is_write:
            pending.append((record, place))
    return latest


def _overlaps(accesses: Sequence[Access | None], written: Sequence[int]) -> list[list[int]]:
    """For every place the written places that share a cell with it."""
    bounds = np.array([_bounds(access) for access in accesses], np.int64).reshape(-1, 5)
    other = bounds[written]
    near = bounds[:, None, 0] == other[None, :, 0]
    for low, high in ((1, 2), (3, 4)):
        near &= (bounds[:, None, low] < other[None, :, high]) & (other[None, :, low] < bounds[:, None, high])
    shared: list[list[int]] = [[] for _ in accesses]
    bits = [_bits(access) for access in accesses]
    for place, index in np.argwhere(near).tolist():
        if bits[place] & bits[written[index]]:
            shared[place].append(written[index])
    return shared


def _bounds(access: Access | None) -> tuple[int, int, int, int, int]:
    """(memory, groups from, to, cells from, to): what touches no cell that is written overlaps with nothing."""
    if access is None:
        return -1, 0, 0, 0, 0
    cells, groups = access.cells, access.groups
    low, high = (cells.start, cells.stop) if isinstance(cells, slice) else (int(cells[0]), int(cells[-1]) + 1)
    return access.space, groups.start, groups.stop, low, high


def _bits(access: Access | None) -> int:
    """The cells of an access as bits of a number."""
    if access is None:
        return 0
    if isinstance(access.cells, slice):
        return (1 << access.cells.stop) - (1 << access.cells.start)
    flags = np.zeros(int(access.cells[-1]) + 1, np.uint8)
    flags[access.cells] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _on_cells(touched: Footprint, count: int, array: bool) -> list[int]:
    writer = {space: touched.shadow(space) for space in touched.spaces}
    latest = [-1] * count
    for record in range(count):
        accesses = touched.of(record)
        for access in accesses:
            if not (access.is_write and array):
                last = int(writer[access.space][access.groups, access.cells].max())
                latest[record] = max(latest[record], last)
        for access in accesses:
            if access.is_write:
                writer[access.space][access.groups, access.cells] = record
    return latest
