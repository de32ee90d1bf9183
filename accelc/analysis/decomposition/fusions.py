"""Operations that engines do as one: functions that models write as their parts, factors that filters take in."""

from collections.abc import Callable
from math import sqrt

import numpy as np
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, op_type_rewrite_pattern

from accelc.analysis.decomposition.replacement import ConstantPattern, result_type
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.dialects.graph_ops.element_types import Array, dtype_of

TOLERANCE = 1e-3
"""How far written constants (0.5, sqrt(2)) may be from exact ones, relative."""


class FoldIntoConvolution(ConstantPattern):
    """
    A product, sum, difference or quotient of a convolution and one known number per channel changes its filters.

    Batch normalization comes as such a product and sum. The convolution has no other use.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.BinaryOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if not isinstance(op, graph.AddOp | graph.SubOp | graph.MulOp | graph.DivOp):
            return
        commutes = isinstance(op, graph.AddOp | graph.MulOp)
        for value, other in ((op.lhs, op.rhs), (op.rhs, op.lhs))[: 1 + commutes]:
            conv = value.owner
            if isinstance(conv, graph.ConvOp) and conv.result.has_one_use() and value.type == op.result.type:
                factors = self._per_channel(other, shape_of(value))
                if factors is not None and self._rewrite(op, conv, factors, rewriter):
                    return

    def _per_channel(self, value: SSAValue, shape: tuple[int, ...]) -> Array | None:
        array = self.constants.data(value)
        if array is None or array.ndim > len(shape):
            return None
        sizes = (1,) * (len(shape) - array.ndim) + array.shape
        if any(s != 1 for axis, s in enumerate(sizes) if axis != 1):
            return None
        return np.broadcast_to(array.reshape(-1).astype(np.float64), (shape[1],))

    def _rewrite(self, op: graph.BinaryOp, conv: graph.ConvOp, factors: Array, rewriter: PatternRewriter) -> bool:
        weight = self.constants.data(conv.weight)
        bias = np.zeros(len(factors)) if conv.bias is None else self.constants.data(conv.bias)
        if weight is None or bias is None:
            return False
        kind = dtype_of(conv.result)
        if kind.itemsize > weight.dtype.itemsize and isinstance(op, graph.MulOp | graph.DivOp):
            # Products of narrow numbers are summed in wide ones: a factor in the filters would be rounded to theirs.
            return False
        new = self.replace(conv)
        filters = conv.weight
        match op:
            case graph.AddOp():
                bias = bias + factors
            case graph.SubOp():
                bias = bias - factors
            case _:
                scale = factors if isinstance(op, graph.MulOp) else 1 / factors
                bias = bias * scale
                scaled = weight * scale.reshape(-1, *([1] * (weight.ndim - 1)))
                filters = new.array(scaled.astype(weight.dtype), "weight")
        bias_value: SSAValue | None = None
        if conv.bias is not None or bias.any():
            bias_value = new.array(bias.astype(kind), "bias")
        folded = graph.ConvOp(
            conv.x,
            filters,
            bias_value,
            result_type(op),
            strides=ints(conv.strides),
            pads=ints(conv.pads),
            dilations=ints(conv.dilations),
            group=conv.group.value.data,
        )
        rewriter.replace(op, [], [conv.result])
        new.finish(rewriter, new.add(folded))
        return True


class ComposeGelu(ConstantPattern):
    """x * 0.5 * (1 + erf(x / sqrt 2)), in any order of the factors, is one function of the engines."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.MulOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        scale = 1.0
        factors: list[SSAValue] = []
        for factor in _factors(op):
            value = self.constants.scalar(factor)
            if value is None:
                factors.append(factor)
            else:
                scale *= value
        if len(factors) != 2 or not _close(scale, 0.5):
            return
        for x, gate in (factors, factors[::-1]):
            if self._is_gate(gate, x) and x.type == op.result.type:
                new = self.replace(op)
                new.finish(rewriter, new.add(graph.GeluOp(x, result_type(op))))
                return

    def _is_gate(self, gate: SSAValue, x: SSAValue) -> bool:
        argument = self._operand(gate, graph.AddOp, lambda value: _close(value, 1))
        if argument is None or not isinstance(erf := argument.owner, graph.ErfOp):
            return False
        return (
            self._operand(erf.x, graph.DivOp, lambda value: _close(value, sqrt(2))) is x
            or self._operand(erf.x, graph.MulOp, lambda value: _close(value, sqrt(0.5))) is x
        )

    def _operand(
        self, value: SSAValue, kind: type[graph.BinaryOp], accepts: Callable[[float], bool]
    ) -> SSAValue | None:
        """The operand of an operation `kind` whose other operand is a known number that is accepted."""
        op = value.owner
        if not isinstance(op, kind):
            return None
        for x, other in ((op.lhs, op.rhs), (op.rhs, op.lhs))[: 1 if kind is graph.DivOp else 2]:
            number = self.constants.scalar(other)
            if number is not None and accepts(number):
                return x
        return None


def _factors(op: graph.MulOp) -> list[SSAValue]:
    result: list[SSAValue] = []
    for value in (op.lhs, op.rhs):
        inner = value.owner
        if isinstance(inner, graph.MulOp) and value.has_one_use():
            result += _factors(inner)
        else:
            result.append(value)
    return result


def _close(value: float, expected: float) -> bool:
    return abs(value - expected) <= TOLERANCE * expected


class ComposeSilu(ConstantPattern):
    """x * sigmoid(x) is one function of the engines."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.MulOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        for x, gate in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
            if isinstance(gate.owner, graph.SigmoidOp) and gate.owner.x is x and x.type == op.result.type:
                new = self.replace(op)
                new.finish(rewriter, new.add(graph.SiluOp(x, result_type(op))))
                return
