"""Buffers whose elements are lost because another one lies at the same bytes while they are still needed."""

from collections import defaultdict
from typing import NoReturn

import numpy as np
import numpy.typing as npt
from xdsl.ir import Operation

from accelc.analysis.footprint import Access
from accelc.dialects.engine import BufferOp, LaneOp, ProgramOp
from accelc.emit.regions import PlacedAccess, placed_accesses
from accelc.errors import ProgramError
from accelc.targets.model import Target


def check_overwrites(program: ProgramOp, target: Target) -> None:
    """
    What an op reads from a buffer was written there last: no other buffer took the bytes in between.

    `program` has addresses. Buffers may share bytes at different times; that waits order the accesses says nothing of
    what they find. Raises ProgramError at the op that reads, or at the output that is no more.
    """
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    buffers = [op for op in program.body.block.ops if isinstance(op, BufferOp)]
    for op in buffers:
        if op.address is None:
            _refuse(op, f'"{op.symbol.data}" has no address; assign-memory gives every buffer one')
    found = first_overwritten(placed_accesses(ops, buffers, target))
    if found is None:
        return
    read, by = found
    mine, other = (f'"{op.symbol.data}" (at byte {_offset(op)} of {_space(op)})' for op in (read.buffer, by))
    remedy = "buffers that are needed at one time need places of their own, as assign-memory gives them"
    if read.op == len(ops):
        _refuse(read.buffer, f"output {mine} is lost to {other}, which overlaps it and was written later; {remedy}")
    _refuse(ops[read.op], f"reads {mine} after {other}, which overlaps it, was written; {remedy}")


def _refuse(op: Operation, message: str) -> NoReturn:
    text = f"{op.name} {message}"
    op.emit_error(text, ProgramError(text))


def first_overwritten(accesses: list[PlacedAccess]) -> tuple[PlacedAccess, BufferOp] | None:
    """The first read of bytes that another buffer has taken since they were written, and the other buffer."""
    numbers: dict[BufferOp, int] = {}
    writes: dict[BufferOp, list[Access]] = defaultdict(list)
    owners = _shadows(accesses)
    for one in accesses:
        number = numbers.setdefault(one.buffer, len(numbers))
        at = one.access
        cells = owners[at.space][at.groups, at.cells]
        if at.is_write:
            owners[at.space][at.groups, at.cells] = number
            writes[one.buffer].append(at)
            continue
        others = (cells >= 0) & (cells != number)
        if others.any():
            # What never held anything is not lost.
            held = np.zeros(owners[at.space].shape, bool)
            for before in writes[one.buffer]:
                held[before.groups, before.cells] = True
            lost = others & held[at.groups, at.cells]
            if lost.any():
                taker = int(cells[lost][0])
                return one, next(buffer for buffer, code in numbers.items() if code == taker)
    return None


def _shadows(accesses: list[PlacedAccess]) -> dict[int, npt.NDArray[np.int32]]:
    """For every memory, which buffer every atom was written through last: none."""
    shapes: dict[int, tuple[int, int]] = {}
    for one in accesses:
        groups, cells = shapes.get(one.access.space, (0, 0))
        stop = one.access.cells.stop if isinstance(one.access.cells, slice) else int(one.access.cells.max()) + 1
        shapes[one.access.space] = max(groups, one.access.groups.stop), max(cells, stop)
    return {space: np.full(shape, -1, np.int32) for space, shape in shapes.items()}


def _offset(op: BufferOp) -> int:
    assert op.address is not None
    return op.address.offset.value.data


def _space(op: BufferOp) -> str:
    return op.result.type.space.data
