"""The flow of rows through `graph` operations, and operations on chunks of their operands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.analysis.chunking import axes
from accelc.analysis.chunking.axes import Axis, Flow
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, ints, shape_of


def _elementwise(op: Operation, known: Sequence[Axis]) -> Flow:
    return axes.elementwise([shape_of(v) for v in op.operands], shape_of(op.results[0]), known)


def _matmul(op: graph.MatmulOp, known: Sequence[Axis]) -> Flow:
    lhs, rhs = shape_of(op.lhs), shape_of(op.rhs)
    return axes.matmul(lhs, rhs, known) if min(len(lhs), len(rhs)) >= 2 else axes.whole(2)


def _reduce(op: graph.ReduceOp, known: Sequence[Axis]) -> Flow:
    return axes.reduction(known[0], ints(op.axes), op.keepdims is not None)


def _softmax(op: graph.SoftmaxOp, known: Sequence[Axis]) -> Flow:
    return axes.reduction(known[0], (op.axis.value.data,), True)


def _reshape(op: graph.ReshapeOp, known: Sequence[Axis]) -> Flow:
    return axes.reshape(shape_of(op.x), shape_of(op.result), known[0])


def _transpose(op: graph.TransposeOp, known: Sequence[Axis]) -> Flow:
    return axes.transpose(known[0], ints(op.perm))


def _slice(op: graph.SliceOp, known: Sequence[Axis]) -> Flow:
    rows = zip(shape_of(op.x), shape_of(op.result), ints(op.starts), ints(op.steps), strict=True)
    cut = [axis for axis, (size, taken, start, step) in enumerate(rows) if (size, 0, 1) != (taken, start, step)]
    return axes.untouched(known[0], cut)


def _concat(op: graph.ConcatOp, known: Sequence[Axis]) -> Flow:
    row = known[0] if len(set(known)) == 1 else None
    return axes.untouched(row, (op.axis.value.data,), len(op.operands))


def _pad(op: graph.PadOp, known: Sequence[Axis]) -> Flow:
    amounts = zip(ints(op.low), ints(op.high), ints(op.interior), strict=True)
    return axes.untouched(known[0], [axis for axis, amount in enumerate(amounts) if any(amount)])


def _gather(op: graph.GatherOp, known: Sequence[Axis]) -> Flow:
    if known[0] is not None or op.batch_axes:
        return axes.whole(2)
    return axes.gather(known[1], op.axis.value.data)


_RULES: Mapping[type[Operation], Callable[[Any, Sequence[Axis]], Flow]] = {
    **dict.fromkeys((*graph.UNARY_OPS.values(), *graph.BINARY_OPS.values()), _elementwise),
    **dict.fromkeys((graph.SelectOp, graph.CastOp, graph.BroadcastOp), _elementwise),
    graph.MatmulOp: _matmul,
    graph.ReduceOp: _reduce,
    graph.SoftmaxOp: _softmax,
    graph.ReshapeOp: _reshape,
    graph.TransposeOp: _transpose,
    graph.SliceOp: _slice,
    graph.ConcatOp: _concat,
    graph.PadOp: _pad,
    graph.GatherOp: _gather,
}


def flow_of(op: Operation, known: Sequence[Axis]) -> Flow:
    """How rows pass through `op` when its operands have the row axes `known`; whole for operations without a rule."""
    rule = _RULES.get(type(op))
    return axes.whole(len(op.operands)) if rule is None else rule(op, known)


def chunk_type(value: SSAValue, axis: Axis, parts: int) -> TensorType[Attribute]:
    """Type of one of `parts` equal chunks of a tensor along an axis (None: the whole)."""
    shape = list(shape_of(value))
    if axis is not None:
        shape[axis] //= parts
    return TensorType(element_of(value), shape)


def on_chunks(op: Operation, operands: Sequence[SSAValue], flow: Flow, parts: int) -> Operation:
    """`op` for one of `parts` chunks of its rows, on operands chunked as `flow` says; it is not inserted."""
    return type(op).create(
        operands=operands,
        result_types=[chunk_type(result, flow.result, parts) for result in op.results],
        attributes=dict(op.attributes),
    )


def name_of(op: Operation) -> str | None:
    """Node of the source model an operation came from."""
    name = op.attributes.get("loc_name")
    return name.data if isinstance(name, StringAttr) else None
