"""Expands a program of macro-ops into instruction records, vectorised over the blocks of each op."""

import numpy as np

from accelc.dialects.engine import (
    BufferOp,
    CustomFields,
    DelayOp,
    LaneOp,
    MatmulFields,
    ProgramOp,
    TransferOp,
    buffer_type,
)
from accelc.emit.dma import Blocks, dma_records
from accelc.emit.elementwise import elementwise_records
from accelc.emit.limits import check_buffer, check_lane, check_partitions, describe
from accelc.emit.matmul import Tile, matmul_records
from accelc.emit.program import BoundBuffer, DebugEntry, DelaySlot, EmittedProgram
from accelc.errors import CapacityError, ProgramError
from accelc.isa.encode import FieldError, delay_records
from accelc.isa.records import Records, join_records
from accelc.targets.model import Target

Parts = dict[LaneOp, tuple[Records, Blocks]]
"""Records of single ops, and the block that each of the records is of."""


def emit(program: ProgramOp, target: Target, parts: Parts | None = None) -> EmittedProgram:
    """
    All records of `program`, which has addresses, in program order and without waits or updates.

    `parts` are records known from an emission of the same ops, at the same addresses: those of transfers and
    elementwise ops are taken from there, and new ones added. Products are emitted anew, their blocks may be in another
    order. Raises ProgramError for an op its lane does not execute and for a buffer without address, and CapacityError
    for a buffer outside of the target's memories and for an access that no record can express.
    """
    lanes = {lane: code for code, lane in enumerate(target.lanes)}
    known: Parts = {} if parts is None else parts
    found: list[Records] = []
    blocks: list[Blocks] = []
    counts: list[int] = []
    debug = [DebugEntry("", "", None)]
    delays: list[DelaySlot] = []
    bound: list[BoundBuffer] = []
    held: Tile | None = None
    for op in program.body.block.ops:
        if isinstance(op, BufferOp):
            check_buffer(op, target)
            bound += _bound(op)
        if not isinstance(op, LaneOp):
            continue
        check_lane(op, target)
        lane = lanes[op.lane.data]
        check_partitions(op, target)
        if held is not None and any(getattr(op, operand) is held.buffer for operand, _ in op.WRITES):
            held = None
        which = np.full((1, 3), -1, np.int32)
        try:
            if isinstance(op, MatmulFields):
                records, which, held = matmul_records(op, target, lane, held)
            elif isinstance(op, DelayOp):
                records = delay_records(lane, len(delays))
                kind = "nop" if op.throttle is None else "throttle"
                default, maximum = op.default.value.data, op.maximum.value.data
                delays.append(DelaySlot(op.slot.data, op.lane.data, default, maximum, kind=kind))
            else:
                if op not in known:
                    known[op] = (
                        dma_records(op, target, lane) if isinstance(op, TransferOp) else elementwise_records(op, lane)
                    )
                records, which = known[op]
        except FieldError as error:
            raise CapacityError(f"{describe(op)}: {error}") from error
        records["debug"] = len(debug)
        debug.append(_debug(op))
        found.append(records)
        blocks.append(which)
        counts.append(len(records))
    return EmittedProgram(
        program.sym_name.data,
        target.name,
        join_records(found),
        np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        np.concatenate(blocks) if blocks else np.zeros((0, 3), np.int32),
        tuple(debug),
        tuple(delays),
        tuple(bound),
    )


def _debug(op: LaneOp) -> DebugEntry:
    return DebugEntry(
        f"{op.name}.{op.instruction.data}" if isinstance(op, CustomFields) else op.name,
        op.loc_name.data if op.loc_name is not None else "",
        op.layer.value.data if op.layer is not None else None,
    )


def _bound(op: BufferOp) -> list[BoundBuffer]:
    if op.role.data == "scratch":
        return []
    kind = buffer_type(op.result)
    if op.address is None:
        raise ProgramError(f"buffer {op.symbol.data!r} has no address: run assign-memory before emission")
    elements = kind.free_elements
    place = op.address.offset.value.data, elements * kind.itemsize, kind.dtype, elements
    bound = [BoundBuffer(op.symbol.data, op.role.data, *place)]
    if op.updated is not None:
        bound.append(BoundBuffer(op.updated.data, "in_place", *place))
    return bound
