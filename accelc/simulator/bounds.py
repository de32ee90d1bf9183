"""Checks that every access of a stream lies inside its memory, before anything is executed; vectorised."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES, INDEX_TYPES, INDEX_WORD, Records, Space, as_dma, field
from accelc.isa.table import INDEXED, INDEXED_DIM, Form, Opcode
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.memory import ITEMSIZE
from accelc.targets.model import PartitionedMemory, Target

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SLOTS = ("dst", "src0", "src1")
SCALAR_BYTES = 4


@dataclass(frozen=True)
class _Checker:
    lane: LaneCode
    target: Target
    hbm_bytes: int

    def memory(self, space: int) -> PartitionedMemory | None:
        """The partitioned memory of a space code, or None."""
        names = {int(Space.SBUF): self.target.sbuf, int(Space.PSUM): self.target.psum}
        return self.target.wfifo if space == Space.WFIFO else names.get(space)

    def require(self, holds: Bools, chosen: Ints, name: str, message: str, *values: npt.NDArray[Any] | int) -> None:
        """Raises SimulationError for the first record where `holds` is false; `values` fill the message."""
        if bool(holds.all()):
            return
        first = int(np.argmin(holds))
        shown = [value if isinstance(value, int) else value[first] for value in values]
        where = self.lane.describe(int(chosen[first]))
        raise SimulationError(f"{where}, field '{name}': {message.format(*shown)}")


def reach(sizes: Ints, strides: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest displacement of patterns [n, d] from their first element, in the unit of `strides`."""
    span = np.where(sizes > 1, strides * (sizes - 1), 0)
    return np.minimum(span, 0).sum(axis=1), np.maximum(span, 0).sum(axis=1)


def check_bounds(core: CoreCode, target: Target, hbm_bytes: int) -> None:
    """Raises SimulationError naming lane, record and field of an access outside its memory or of wrong extent."""
    for lane in core:
        checker = _Checker(lane, target, hbm_bytes)
        opcode = np.array(lane.opcodes, np.int64)
        for code in sorted(set(lane.opcodes)):
            entry = instruction(code)
            chosen = np.flatnonzero(opcode == code)
            if entry.form is Form.OPERANDS:
                for use in entry.operands:
                    _check_operand(checker, chosen, use.slot, use.optional)
                _check_extents(checker, code, chosen)
            elif entry.form is Form.DMA:
                _check_transfers(checker, chosen, Opcode(code))


def _check_dtype(checker: _Checker, chosen: Ints, name: str, dtype: npt.NDArray[Any]) -> None:
    checker.require((dtype > 0) & (dtype < len(DTYPES)), chosen, name, "dtype code {} does not exist", dtype)


def _check_operand(checker: _Checker, chosen: Ints, slot: int, optional: bool) -> None:
    name = SLOTS[slot]
    operand = field(checker.lane.records, "operand")[chosen, slot]
    count = operand["part_count"].astype(np.int64)
    if optional:
        operand, chosen, count = operand[count > 0], chosen[count > 0], count[count > 0]
    checker.require(count > 0, chosen, name, "the operand is missing")
    _check_dtype(checker, chosen, name, operand["dtype"])
    checker.require(np.asarray((operand["size"] > 0).all(axis=1)), chosen, name, "a dimension has size 0")
    for space in np.unique(operand["space"]).tolist():
        rows = operand["space"] == space
        memory = checker.memory(space)
        if memory is None:
            checker.require(~rows, chosen, name, "space code {} is no memory an operand can be in", operand["space"])
        assert memory is not None
        part, where = operand[rows], chosen[rows]
        last = part["part_start"].astype(np.int64) + part["part_count"]
        checker.require(last <= memory.partitions, where, name, "ends at partition {} of {}", last, memory.partitions)
        item = ITEMSIZE[part["dtype"]]
        low, high = reach(part["size"].astype(np.int64), part["stride"].astype(np.int64))
        offset = part["offset"].astype(np.int64)
        begin, end = offset + low * item, offset + high * item + item
        text = "touches bytes {} to {} of partitions of {} bytes in {}"
        fits = (begin >= 0) & (end <= memory.partition_bytes)
        limit = memory.partition_bytes
        checker.require(fits, where, name, text.format("{}", "{}", "{}", memory.name), begin, end, limit)
        if slot == 0 and checker.lane.name == "tensor":
            bank = memory.bank_bytes
            checker.require(
                begin // bank == (end - 1) // bank,
                where,
                name,
                "bytes {} to {} cross a bank of {} bytes",
                begin,
                end,
                bank,
            )


def _elements(records: Records, chosen: Ints, slot: int) -> Ints:
    return field(records, "operand")[chosen, slot]["size"].astype(np.int64).prod(axis=1)


def _check_extents(checker: _Checker, code: int, chosen: Ints) -> None:
    records = checker.lane.records
    operand = field(records, "operand")
    if code in (Opcode.LS, Opcode.MM):
        tensor = checker.target.tensor
        rows = operand[chosen, 1]["part_count"]
        limit = tensor.cols if code == Opcode.LS else tensor.moving_max
        free = _elements(records, chosen, 1)
        checker.require(rows <= tensor.rows, chosen, "src0", "{} partitions, the array has {} rows", rows, tensor.rows)
        checker.require(free <= limit, chosen, "src0", "{} elements per partition, at most {}", free, limit)
        if code == Opcode.MM:
            out = _elements(records, chosen, 0)
            checker.require(out == free, chosen, "dst", "visits {} elements, src0 {}", out, free)
        return
    partitions = operand[chosen, 0]["part_count"]
    elements = _elements(records, chosen, 0)
    for slot in (1, 2):
        present = operand[chosen, slot]["part_count"] > 0
        if slot not in instruction(code).reads():
            continue
        visited = _elements(records, chosen, slot)
        if code == Opcode.REDUCE:
            dims = field(records, "aux")[chosen, 1].astype(np.int64)
            checker.require((dims >= 1) & (dims <= 4), chosen, "dims", "{} dimensions, legal are 1 to 4", dims)
            kept = np.arange(4)[None, :] < 4 - dims[:, None]
            visited = np.where(kept, operand[chosen, slot]["size"].astype(np.int64), 1).prod(axis=1)
        name = SLOTS[slot]
        checker.require(
            (visited == elements) | ~present, chosen, name, "gives {} elements, dst has {}", visited, elements
        )
        if code == Opcode.PART_REDUCE:
            checker.require(partitions == 1, chosen, "dst", "{} partitions, must be 1", partitions)
            continue
        own = operand[chosen, slot]["part_count"]
        checker.require((own == partitions) | ~present, chosen, name, "{} partitions, dst has {}", own, partitions)
    if code == Opcode.STT:
        offset = field(records, "link")[chosen].astype(np.int64)
        limit = checker.target.sbuf.partition_bytes - SCALAR_BYTES
        checker.require(offset <= limit, chosen, "scalar", "byte {}, the last legal is {}", offset, limit)


def _check_transfers(checker: _Checker, chosen: Ints, code: Opcode) -> None:
    sides = as_dma(checker.lane.records)[chosen]
    counts: list[Ints] = []
    for name in ("dst", "src"):
        side = field(sides, name)
        _check_dtype(checker, chosen, name, side["dtype"])
        sizes: Ints = side["size"].astype(np.int64)
        strides: Ints = side["stride"].astype(np.int64)
        checker.require(np.asarray(sizes.min(axis=1) > 0), chosen, name, "a dimension has size 0")
        counts.append(sizes.prod(axis=1))
        item = ITEMSIZE[side["dtype"]]
        base: Ints = side["base"].astype(np.int64)
        checker.require(base >= 0, chosen, name, "base {} is beyond every memory", side["base"])
        for space in np.unique(side["space"]).tolist():
            rows = side["space"] == space
            memory = checker.memory(space)
            if memory is None:
                reachable = ~rows | (space == Space.HBM)
                checker.require(reachable, chosen, name, "space code {} is no memory of the device", side["space"])
                width, height = checker.hbm_bytes, 1
            else:
                width, height = memory.partition_bytes, memory.partitions
            _check_side(checker, chosen[rows], name, base[rows], sizes[rows], strides[rows], item[rows], width, height)
    if code in INDEXED:
        _check_indexed(checker, chosen, code)
    else:
        checker.require(counts[0] == counts[1], chosen, "dst", "visits {} elements, src {}", counts[0], counts[1])


def _check_indexed(checker: _Checker, chosen: Ints, code: Opcode) -> None:
    records = checker.lane.records
    sides = as_dma(records)[chosen]
    written: Ints = field(sides, "dst")["size"].astype(np.int64)
    read: Ints = field(sides, "src")["size"].astype(np.int64)
    free = np.eye(written.shape[1], dtype=bool)[INDEXED_DIM]
    fits: npt.NDArray[np.bool_] = np.logical_or(written == read, free).all(axis=1)
    checker.require(fits, chosen, "dst", "its sizes do not fit those of src")
    stored, moved = field(sides, "dst")["dtype"], field(sides, "src")["dtype"]
    checker.require(stored == moved, chosen, "dst", "dtype code {}, src has {}: nothing is converted", stored, moved)
    kinds = field(records, "aux")[chosen, 0]
    known = np.isin(kinds, [DTYPES.index(name) for name in INDEX_TYPES])
    checker.require(known, chosen, "index_type", "dtype code {} is none of an index", kinds)
    dense = written if code is Opcode.DMA_GATHER else read
    first: Ints = field(records, "link")[chosen].astype(np.int64) * INDEX_WORD
    last: Ints = first + dense[:, 0] * dense[:, INDEXED_DIM] * ITEMSIZE[kinds]
    limit = checker.hbm_bytes
    checker.require(last <= limit, chosen, "index", "touches bytes {} to {} of {} in hbm", first, last, limit)


def _check_side(
    checker: _Checker,
    chosen: Ints,
    name: str,
    base: Ints,
    sizes: Ints,
    strides: Ints,
    item: Ints,
    width: int,
    height: int,
) -> None:
    partition = base // width if height > 1 else np.zeros_like(base)
    offset = base - partition * width
    if height > 1:
        across = (np.abs(strides) >= width) & (sizes > 1)
        checker.require(
            (~across | (strides % width == 0)).all(axis=1),
            chosen,
            name,
            "a stride beyond a partition is no multiple of {} bytes",
            width,
        )
        low, high = reach(np.where(across, sizes, 1), strides // width)
        first, last = partition + low, partition + high
        checker.require(
            (first >= 0) & (last < height), chosen, name, "touches partitions {} to {} of {}", first, last, height
        )
        sizes = np.where(across, 1, sizes)
    low, high = reach(sizes, strides)
    begin, end = offset + low, offset + high + item
    checker.require((begin >= 0) & (end <= width), chosen, name, "touches bytes {} to {} of {}", begin, end, width)
