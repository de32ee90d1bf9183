"""Elementwise macro-ops as records: one each, or one per block of a tile op."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import (
    AccessAttr,
    ActivateFields,
    CopyFields,
    CustomFields,
    LaneOp,
    MemsetOp,
    PartitionReduceOp,
    ReduceFields,
    ScalarTensorTensorFields,
    SelectFields,
    TensorScalarFields,
    TensorTensorFields,
    access,
)
from accelc.dialects.tile import blocks_of
from accelc.emit.limits import check_custom
from accelc.emit.operands import Dims, Placed, operand, patterns, place, reduced_patterns
from accelc.isa import encode
from accelc.isa.records import Records

Fields = npt.NDArray[np.void]
Side = tuple[SSAValue, AccessAttr]


def _firsts(access: AccessAttr, blocks: int) -> npt.NDArray[np.int64]:
    step = access.shape[0] // blocks * access.steps[0] if blocks > 1 else 0
    return access.first + np.arange(blocks) * step


def _fields(placed: Placed, access: AccessAttr, blocks: int, dims: Dims) -> Fields:
    return operand(placed, access.start, access.count, _firsts(access, blocks), dims)


def _operands(blocks: int, *sides: Side) -> list[Fields]:
    places = [place(value) for value, _ in sides]
    accesses = [access for _, access in sides]
    dims = patterns(places, accesses, blocks)
    return [
        _fields(placed, access, blocks, pattern) for placed, access, pattern in zip(places, accesses, dims, strict=True)
    ]


def elementwise_records(op: LaneOp, lane: int) -> tuple[Records, npt.NDArray[np.int32]]:
    """Records of `op` in execution order and the block (index, -1, -1) of each, -1 for an undivided op."""
    blocks = blocks_of(op)
    records = _custom(op, lane, blocks) if isinstance(op, CustomFields) else _records(op, lane, blocks)
    which = np.full((len(records), 3), -1, np.int32)
    if blocks > 1:
        which[:, 0] = np.arange(blocks)
    return records, which


def _records(op: LaneOp, lane: int, blocks: int) -> Records:
    match op:
        case ActivateFields():
            return _activate(op, lane, blocks)
        case TensorTensorFields():
            out, lhs, rhs = _operands(blocks, (op.out, op.out_ap), (op.lhs, op.lhs_ap), (op.rhs, op.rhs_ap))
            return encode.tensor_tensor_records(lane, op.op.data, out, lhs, rhs)
        case TensorScalarFields():
            out, source = _operands(blocks, (op.out, op.out_ap), (op.source, op.source_ap))
            value0, value1 = op.value0.value.data, op.value1.value.data
            return encode.tensor_scalar_records(lane, op.op0.data, value0, op.op1.data, value1, out, source)
        case ScalarTensorTensorFields():
            out, lhs, rhs = _operands(blocks, (op.out, op.out_ap), (op.lhs, op.lhs_ap), (op.rhs, op.rhs_ap))
            scalar = place(op.scalar)
            offsets = scalar.offset + _firsts(op.scalar_ap, blocks) * scalar.itemsize
            return encode.scalar_tensor_tensor_records(lane, op.op0.data, op.op1.data, offsets, out, lhs, rhs)
        case ReduceFields():
            return _reduce(op, lane, blocks)
        case CopyFields():
            out, source = _operands(blocks, (op.out, op.out_ap), (op.source, op.source_ap))
            return encode.copy_records(lane, out, source)
        case SelectFields():
            sides = (op.out, op.out_ap), (op.source, op.source_ap), (op.predicate, op.predicate_ap)
            return encode.select_records(lane, *_operands(blocks, *sides))
        case PartitionReduceOp():
            out, source = _operands(blocks, (op.out, op.out_ap), (op.source, op.source_ap))
            return encode.partition_reduce_records(lane, op.op.data, out, source)
        case MemsetOp():
            (out,) = _operands(blocks, (op.out, op.out_ap))
            return encode.memset_records(lane, op.value.value.data, out)
        case _:
            raise AssertionError(f"no records for {op.name}")


def _custom(op: CustomFields, lane: int, blocks: int) -> Records:
    row, _ = check_custom(op)
    found = [(getattr(op, name), access(op, pattern)) for name, pattern in (*op.WRITES, *op.READS)]
    sides = [(value, pattern) for value, pattern in found if pattern is not None]
    return encode.custom_records(lane, row, op.values, *_operands(blocks, *sides))


def _activate(op: ActivateFields, lane: int, blocks: int) -> Records:
    sides: Sequence[Side] = ((op.out, op.out_ap), (op.source, op.source_ap))
    scale, bias = op.scale.value.data, op.bias_value.value.data
    if op.bias is None or op.bias_ap is None:
        out, source = _operands(blocks, *sides)
        return encode.activate_records(lane, op.func.data, scale, bias, out, source)
    out, source, per_element = _operands(blocks, *sides, (op.bias, op.bias_ap))
    return encode.activate_records(lane, op.func.data, scale, None, out, source, per_element)


def _reduce(op: ReduceFields, lane: int, blocks: int) -> Records:
    placed = place(op.source)
    dims, axes = reduced_patterns(placed, op.source_ap, op.axes.value.data, blocks)
    (out,) = _operands(blocks, (op.out, op.out_ap))
    return encode.reduce_records(lane, op.op.data, axes, out, _fields(placed, op.source_ap, blocks, dims))
