"""Addresses for the buffers of engine programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from accelc.analysis.allocate import Memory, Request, allocate, live_peak
from accelc.dialects.engine import AddressAttr, BufferOp, LaneOp, ProgramOp, buffer_of, buffer_type, i64_attr
from accelc.errors import CapacityError
from accelc.targets import load_target
from accelc.targets.model import Target


@dataclass(frozen=True)
class Usage:
    """Bytes of one memory: of all partitions in partitioned memories. `used` ends at the last assigned byte."""

    capacity: int
    live_peak: int
    used: int


def live_ranges(program: ProgramOp) -> Mapping[BufferOp, tuple[int, int]]:
    """
    First and last lane op, by position in program order, that touches each buffer; (0, 0) for unused ones.

    Buffers bound to data outside live through the whole program.
    """
    ranges: dict[BufferOp, tuple[int, int]] = {}
    lane_ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    for position, op in enumerate(lane_ops):
        for operand in op.operands:
            buffer = buffer_of(operand)
            ranges[buffer] = ranges.get(buffer, (position, position))[0], position
    end = max(len(lane_ops) - 1, 0)
    for op in program.body.block.ops:
        if isinstance(op, BufferOp):
            ranges[op] = ranges.get(op, (0, 0)) if op.role.data == "scratch" else (0, end)
    return ranges


def buffer_bytes(buffer: BufferOp) -> int:
    """Bytes of a buffer in HBM, or in each partition."""
    kind = buffer_type(buffer.result)
    return max(kind.free_elements * kind.itemsize, 1)


def memory_of(target: Target, space: str) -> tuple[Memory, int]:
    """
    What buffers of `space` are allocated from, and the alignment of their offsets in bytes.

    PSUM buffers begin at a bank and weight-FIFO buffers at a tile. Raises CapacityError if the target lacks it.
    """
    if space == "hbm":
        remedy = "use a smaller model or batch, a lower precision, or a target with more memory.hbm.bytes"
        return Memory(f"hbm of target '{target.name}'", target.hbm.bytes, remedy), max(target.hbm.align, 1)
    try:
        memory = target.partitioned(space)
    except KeyError:
        raise CapacityError(
            f"the program uses memory '{space}', which target '{target.name}' does not have: "
            f"lower the model for '{target.name}'"
        ) from None
    align = max(memory.align, 1)
    if space == "psum":
        align = memory.bank_bytes
    elif memory.fifo_tiles:
        align = memory.partition_bytes // memory.fifo_tiles
    remedy = f"lower with smaller tiles, or use a target with more memory.{space}.partition_bytes"
    return Memory(f"one {space} partition of target '{target.name}'", memory.partition_bytes, remedy), align


def memory_requests(
    buffers: Sequence[BufferOp], ranges: Mapping[BufferOp, tuple[int, int]], align: int
) -> list[Request]:
    """Allocation requests of `buffers`, which all are in one memory."""
    return [
        Request(buffer.symbol.data, buffer_bytes(buffer), _alignment(buffer, align), *ranges[buffer])
        for buffer in buffers
    ]


def _alignment(buffer: BufferOp, align: int) -> int:
    kind = buffer_type(buffer.result)
    return -(-align // kind.itemsize) * kind.itemsize


def by_space(program: ProgramOp) -> Mapping[str, list[BufferOp]]:
    """The buffers of each memory, in program order."""
    spaces: dict[str, list[BufferOp]] = {}
    for op in program.body.block.ops:
        if isinstance(op, BufferOp):
            spaces.setdefault(buffer_type(op.result).space.data, []).append(op)
    return spaces


def assign_memory(program: ProgramOp, target: Target) -> Mapping[str, Usage]:
    """
    Sets the address of every buffer of `program` for its current op order; earlier addresses are replaced.

    Returns the use of each memory. Raises CapacityError naming the buffer that does not fit.
    """
    ranges = live_ranges(program)
    usage: dict[str, Usage] = {}
    for space, buffers in by_space(program).items():
        memory, align = memory_of(target, space)
        requests = memory_requests(buffers, ranges, align)
        offsets = allocate(requests, memory, _window(buffers, requests) if space == "hbm" else None)
        for buffer, offset in zip(buffers, offsets, strict=True):
            buffer.address = AddressAttr(i64_attr(offset))
        rows = 1 if space == "hbm" else target.partitioned(space).partitions
        used = max(offset + request.size for offset, request in zip(offsets, requests, strict=True))
        usage[space] = Usage(memory.capacity * rows, live_peak(requests) * rows, used * rows)
    return usage


def _window(buffers: Sequence[BufferOp], requests: Sequence[Request]) -> int:
    """HBM that the rotation may walk through: everything bound, and twice what scratch needs at its peak."""
    scratch = [r for b, r in zip(buffers, requests, strict=True) if b.role.data == "scratch"]
    bound = [r for b, r in zip(buffers, requests, strict=True) if b.role.data != "scratch"]
    padded = sum(-(-r.size // r.align) * r.align for r in bound)
    return padded + 2 * live_peak(scratch) + max((r.align for r in requests), default=1)


@dataclass(frozen=True)
class AssignMemoryPass(ModulePass):
    """
    Gives every buffer of each `engine.program` an address from its live range in program order.

    Before: `%x = engine.buffer "x" scratch sbuf<128x64xf32>`; after: the same, `at 4096`. A buffer lies at one
    byte offset in all partitions. Runs on engine or tile ops, after `schedule-engines` and before the synchronization
    passes, because reuse of memory adds dependencies.
    """

    name = "assign-memory"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Give every buffer of every program an address."""
        for program in op.walk():
            if isinstance(program, ProgramOp):
                assign_memory(program, load_target(program.target.data))
