"""An operation of another package: a dialect and a lowering, as entry points name them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, TensorType, i64
from xdsl.ir import Attribute, Dialect, Operation, SSAValue
from xdsl.irdl import IRDLOperation, irdl_op_definition, operand_def, result_def, traits_def
from xdsl.irdl import prop_def as property_def  # noqa: TID251 - other packages have properties
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.traits import Pure
from xdsl.universe import Universe

from accelc import Target
from accelc.analysis.work import Work
from accelc.constants import Constants
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.lowering import Lowering, Node, OperationRule, View, elementwise

Array = npt.NDArray[Any]


@irdl_op_definition
class BlendOp(IRDLOperation):
    """`(a + b) * times`, of any float type; `times` is a property, which operations of graph have not."""

    name = "other.blend"
    a = operand_def(TensorType[Attribute])
    b = operand_def(TensorType[Attribute])
    times = property_def(IntegerAttr.constr(i64))
    result = result_def(TensorType[Attribute])
    traits = traits_def(Pure())

    def __init__(self, a: SSAValue, b: SSAValue, times: int):
        super().__init__(operands=[a, b], result_types=[a.type], properties={"times": IntegerAttr(times, i64)})


@irdl_op_definition
class RowSumOp(IRDLOperation):
    """Sums along the last of two axes, fp32."""

    name = "other.row_sum"
    x = operand_def(TensorType[Attribute])
    result = result_def(TensorType[Attribute])
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue):
        super().__init__(operands=[x], result_types=[TensorType(element_of(x), [shape_of(x)[0], 1])])


def _lower_blend(ctx: Lowering, node: Node) -> None:
    op = node.op
    assert isinstance(op, BlendOp)
    times = float(op.times.value.data)

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        ctx.builder.tensor_tensor("add", ins[0], ins[1], out)
        ctx.builder.tensor_scalar(out, out, "mul", times)

    elementwise(ctx, node, [op.a, op.b], compute, in_place=False)


def _blend(op: BlendOp, a: Array, b: Array) -> Array:
    total = (a.astype(np.float32) + b.astype(np.float32)).astype(a.dtype)
    return (total.astype(np.float32) * np.float32(op.times.value.data)).astype(a.dtype)


def _lower_row_sum(ctx: Lowering, node: Node) -> None:
    source = ctx.on_chip(ctx.view_of(node.op.operands[0]), 0)
    out = ctx.allocate(node.result, 0, "sums")
    there = out if out.on_chip else ctx.scratch("sums", out.shape, 0, ctx.dtype)
    assert ctx.builder.reduce("add", source, there, (1,))
    if there is not out:
        ctx.builder.dma(there, out)


def _row_sum(_op: RowSumOp, x: Array) -> Array:
    return np.asarray(x.sum(1, keepdims=True))


def _work(op: RowSumOp) -> Work:
    elements = int(np.prod(shape_of(op.x)))
    return Work(results=elements, operations=elements)


def _support(_op: Operation, target: Target) -> str | None:
    return "machines with this name are too small" if target.name == "gemmini-like" else None


class DecomposeBlend(RewritePattern):
    """The same as operations of graph."""

    def __init__(self, constants: Constants):
        self.constants = constants

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: BlendOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        total = graph.AddOp(op.a, op.b)
        kind = op.a.type
        assert isinstance(kind, TensorType)
        factor = self.constants.make(np.full((1,), op.times.value.data, np.float32), "times")
        rewriter.replace(op, [total, factor, graph.MulOp(total, factor.results[0])])


BLEND = OperationRule(lower=_lower_blend, evaluate=_blend, support=_support)
ROW_SUM = OperationRule(lower=_lower_row_sum, evaluate=_row_sum, work=_work)
UNIVERSE = Universe(all_dialects={"other": lambda: Dialect("other", [BlendOp, RowSumOp])})
