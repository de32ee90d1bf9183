"""How much arithmetic and data a `graph` operation stands for, from its types alone."""

from dataclasses import dataclass
from math import prod
from typing import cast

from xdsl.dialects.builtin import FixedBitwidthType, TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.engine import ELEMENT_TYPES
from accelc.dialects.graph_ops.base import element_of, ints, is_foreign, shape_of

MOVEMENTS = (
    graph.ReshapeOp,
    graph.TransposeOp,
    graph.SliceOp,
    graph.InsertSliceOp,
    graph.ConcatOp,
    graph.PadOp,
    graph.BroadcastOp,
    graph.GatherOp,
    graph.ScatterOp,
    graph.CastOp,
    graph.IdentityOp,
)
"""Operations that compute nothing: data only move or change format."""
NOT_COMPUTED = (
    graph.WeightOp,
    graph.ConstantOp,
    graph.YieldOp,
    graph.ReturnOp,
    graph.PartitionOp,
    graph.FuncOp,
    graph.CallOp,
)
"""Operations that declare or delimit."""


@dataclass(frozen=True)
class Work:
    """
    Arithmetic of one operation.

    `macs` useful multiply-accumulates on operands of `dtype` (a name of the instruction set, or the MLIR type's text
    when it has none); `results` elements that an elementwise engine, or whoever else, must produce; `operations`
    scalar operations a scalar processor needs (a MAC is two).
    """

    macs: int = 0
    dtype: str = ""
    results: int = 0
    operations: int = 0


def work_of(op: Operation) -> Work:
    """
    Work of one operation; nothing for declarations.

    Raises PluginError and ModelError for one of another package that graphs cannot hold.
    """
    if isinstance(op, NOT_COMPUTED):
        return Work()
    if isinstance(op, (graph.ForOp, graph.IfOp)):
        return _work_of_bodies(op)
    if is_foreign(op):
        # Imported here: it brings the lowerings, and most programs have none of these.
        from accelc.lowering.rules import foreign_rule

        rule = foreign_rule(op)
        return Work() if rule is None else rule.work(op)
    results = sum(prod(shape_of(value)) for value in op.results)
    if isinstance(op, MOVEMENTS):
        return Work()
    macs = _macs(op)
    if macs is not None:
        first = op.operands[0]
        return Work(macs, dtype_name(element_of(first)), results, 2 * macs)
    if isinstance(op, graph.PoolOp):
        return Work(results=results, operations=results * prod(ints(op.kernel)))
    if isinstance(op, (graph.ReduceOp, graph.ArgmaxOp)):
        return Work(results=results, operations=max(results, prod(shape_of(op.x))))
    return Work(results=results, operations=results)


def _work_of_bodies(op: graph.ForOp | graph.IfOp) -> Work:
    """All iterations of a loop, or the longer of two branches: scalar operations only, no engine has such a form."""
    counts = [sum(work_of(inner).operations for inner in body.block.ops) for body in op.regions]
    return Work(operations=op.count.value.data * counts[0] if isinstance(op, graph.ForOp) else max(counts))


def macs_of(op: Operation) -> int:
    """Useful multiply-accumulates of one operation, 0 for one without a contraction."""
    return work_of(op).macs if is_foreign(op) else _macs(op) or 0


def stationary_elements(op: Operation) -> int:
    """Elements of the operand of a product that an array would hold while the other streams by, 0 without a product."""
    match op:
        case graph.MatmulOp():
            if isinstance(op.lhs.owner, graph.WeightOp):
                return prod(shape_of(op.lhs))
            return prod(shape_of(op.rhs))
        case graph.ConvOp() | graph.ConvTransposeOp():
            return prod(shape_of(op.weight))
        case _:
            return 0


def value_bytes(value: SSAValue) -> int:
    """Bytes of a tensor value, elements narrower than a byte taking a whole one; 0 for what has no size in memory."""
    kind: Attribute = value.type
    if not isinstance(kind, TensorType):
        return 0
    element = cast(TensorType[Attribute], kind).element_type
    return prod(kind.get_shape()) * element.size if isinstance(element, FixedBitwidthType) else 0


def moved_bytes(op: Operation) -> int:
    """Bytes read and written: the memory traffic of a processor without a cache."""
    if isinstance(op, NOT_COMPUTED):
        return 0
    written = sum(value_bytes(value) for value in op.results)
    match op:
        case graph.ForOp():
            return op.count.value.data * sum(moved_bytes(inner) for inner in op.body.block.ops)
        case graph.IfOp():
            return max(sum(moved_bytes(inner) for inner in body.block.ops) for body in op.regions)
        case graph.ReshapeOp():
            return 0
        case graph.SliceOp():
            return 2 * written
        case graph.GatherOp():
            return 2 * written + value_bytes(op.indices)
        case graph.ScatterOp():
            return 2 * written + 3 * value_bytes(op.updates) + value_bytes(op.indices)
        case _:
            return written + sum(value_bytes(value) for value in op.operands)


def dtype_name(element: Attribute) -> str:
    """Name of an element type in the instruction set, or its MLIR text when it has none."""
    return ELEMENT_TYPES.get(element, str(element))


def _macs(op: Operation) -> int | None:
    """Useful MACs (those on padding are none), or None for an operation without a contraction."""
    match op:
        case graph.MatmulOp():
            return prod(shape_of(op.result)) * shape_of(op.lhs)[-1]
        case graph.ConvOp():
            x, weight, out = shape_of(op.x), shape_of(op.weight), shape_of(op.result)
            strides, pads, dilations = ints(op.strides), ints(op.pads), ints(op.dilations)
            taps = prod(
                _taps_inside(out[axis + 2], weight[axis + 2], strides[axis], dilations[axis], pads[axis], x[axis + 2])
                for axis in range(len(strides))
            )
            return out[0] * out[1] * weight[1] * taps
        case graph.ConvTransposeOp():
            x, weight, out = shape_of(op.x), shape_of(op.weight), shape_of(op.result)
            strides, pads, dilations = ints(op.strides), ints(op.pads), ints(op.dilations)
            taps = prod(
                _taps_inside(x[axis + 2], weight[axis + 2], strides[axis], dilations[axis], pads[axis], out[axis + 2])
                for axis in range(len(strides))
            )
            return x[0] * x[1] * weight[1] * taps
        case graph.LstmOp():
            steps, batch, inputs = shape_of(op.x)
            directions, gates, hidden = shape_of(op.r)
            return steps * batch * directions * gates * (inputs + hidden)
        case _:
            return None


def _taps_inside(windows: int, kernel: int, stride: int, dilation: int, pad: int, size: int) -> int:
    """Pairs (window, tap) along one axis whose element lies inside the tensor."""
    return sum(0 <= o * stride + k * dilation - pad < size for o in range(windows) for k in range(kernel))
