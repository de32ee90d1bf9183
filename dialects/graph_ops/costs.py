"""Work of `graph` operations, counted from their types alone."""

from math import prod
from typing import cast

from xdsl.dialects.builtin import FixedBitwidthType, TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects.graph_ops.base import AnyTensor, shape_of
from accelc.dialects.graph_ops.linear import ConvOp, ConvTransposeOp, MatmulOp
from accelc.dialects.graph_ops.reduction import LstmOp


def value_bytes(value: SSAValue) -> int:
    """Bytes of a tensor value, every element in whole bytes; 0 for other values."""
    kind: Attribute = value.type
    if not isinstance(kind, TensorType):
        return 0
    kind = cast(AnyTensor, kind)
    element = kind.element_type
    bits = element.bitwidth if isinstance(element, FixedBitwidthType) else 0
    return prod(kind.get_shape()) * -(-bits // 8)


def macs(op: Operation) -> int:
    """Useful multiply-accumulates of an operation: products that the definition sums, padding included."""
    match op:
        case MatmulOp():
            return prod(shape_of(op.result)) * shape_of(op.lhs)[-1]
        case ConvOp():
            return prod(shape_of(op.result)) * prod(shape_of(op.weight)[1:])
        case ConvTransposeOp():
            return prod(shape_of(op.x)) * prod(shape_of(op.weight)[1:])
        case LstmOp():
            return prod(shape_of(op.x)[:2]) * (prod(shape_of(op.w)) + prod(shape_of(op.r)))
        case _:
            return 0


def elements(op: Operation) -> int:
    """Elements that an operation reads or writes, whichever is more: the work of an elementwise engine."""

    def count(value: SSAValue) -> int:
        return prod(shape_of(value)) if isinstance(value.type, TensorType) else 0

    return max(sum(count(v) for v in op.operands), sum(count(v) for v in op.results))
