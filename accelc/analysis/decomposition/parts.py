"""Operations that engines have no instruction for, as products, elementwise functions, reductions and movement."""

from math import prod

import numpy as np
from xdsl.pattern_rewriter import PatternRewriter, op_type_rewrite_pattern

from accelc.analysis.decomposition.replacement import ConstantPattern, result_type
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, is_float, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of


class DecomposeSoftmax(ConstantPattern):
    """softmax(x) = e / sum(e) with e = exp(x - max(x))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.SoftmaxOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        axes, new = [op.axis.value.data], self.replace(op)
        highest = new.add(graph.ReduceOp(op.x, "max", axes, True))
        powers = new.add(graph.ExpOp(new.add(graph.SubOp(op.x, highest))))
        total = new.add(graph.ReduceOp(powers, "sum", axes, True))
        new.finish(rewriter, new.add(graph.DivOp(powers, total, result_type(op))))


class DecomposeLrn(ConstantPattern):
    """lrn(x) = x * exp(-beta * log(bias + band * x²)): a 1x1 convolution whose filter is a band over the channels."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.LrnOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        shape, size, new = shape_of(op.x), op.size.value.data, self.replace(op)
        channel = np.arange(shape[1])
        offset = channel[None, :] - channel[:, None]
        near = (offset >= -((size - 1) // 2)) & (offset <= size // 2)
        band = (near * (op.alpha.value.data / size)).astype(dtype_of(op.x))
        bias = np.full(shape[1], op.bias.value.data).astype(dtype_of(op.x))
        squares = new.add(graph.SquareOp(op.x))
        if len(shape) == 2:
            sums = new.add(graph.MatmulOp(squares, new.array(np.ascontiguousarray(band.T), "band")))
            sums = new.add(graph.AddOp(sums, new.array(bias, "bias")))
        else:
            filters = new.array(band.reshape(shape[1], shape[1], *([1] * (len(shape) - 2))), "band")
            sums = new.add(graph.ConvOp(squares, filters, new.array(bias, "bias")))
        scaled = new.add(graph.MulOp(new.add(graph.LogOp(sums)), new.constant(-op.beta.value.data, op.x)))
        new.finish(rewriter, new.add(graph.MulOp(op.x, new.add(graph.ExpOp(scaled)), result_type(op))))


class DecomposePower(ConstantPattern):
    """A power with one known exponent of a few values is a function, or products."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.PowOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        exponent = self.constants.scalar(op.rhs)
        kind, new = result_type(op), self.replace(op)
        if exponent is None or shape_of(op.lhs) != kind.get_shape():
            return
        functions: dict[float, type[graph.UnaryOp]] = {1: graph.IdentityOp, 2: graph.SquareOp}
        if is_float(kind.element_type):
            functions |= {0.5: graph.SqrtOp, -0.5: graph.RsqrtOp, -1: graph.ReciprocalOp}
        if exponent in functions:
            new.finish(rewriter, new.add(functions[exponent](op.lhs, kind)))
        elif exponent == 3:
            new.finish(rewriter, new.add(graph.MulOp(new.add(graph.SquareOp(op.lhs)), op.lhs, kind)))


class DecomposeDivision(ConstantPattern):
    """A division by a known power of two is a multiplication by its reciprocal, which is exact."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.DivOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        divisor = self.constants.scalar(op.rhs)
        if divisor is None or not divisor or not np.isfinite(divisor) or abs(np.frexp(divisor)[0]) != 0.5:
            return
        if not is_float(result_type(op).element_type) or abs(np.frexp(divisor)[1]) > 64:
            return
        new = self.replace(op)
        factor = new.array(np.full(shape_of(op.rhs), 1 / divisor).astype(dtype_of(op.rhs)), "reciprocal")
        new.finish(rewriter, new.add(graph.MulOp(op.lhs, factor, result_type(op))))


class DecomposeGlobalPool(ConstantPattern):
    """One window that covers the whole input is a reduction of the spatial axes."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.PoolOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        spatial = shape_of(op.x)[2:]
        whole = ints(op.kernel) == spatial and not any(ints(op.pads)) and set(ints(op.dilations)) == {1}
        if not whole or prod(shape_of(op.result)[2:]) != 1:
            return
        kind = "max" if op.kind.data == "max" else "mean"
        new = self.replace(op)
        axes = range(2, 2 + len(spatial))
        new.finish(rewriter, new.add(graph.ReduceOp(op.x, kind, list(axes), True, result_type(op))))
