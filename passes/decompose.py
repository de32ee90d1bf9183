"""Composite operations in terms of what engines do: products, elementwise functions, reductions and movement."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from accelc.analysis.shapes import window_extent
from accelc.constants import Constants, copy_location, read_sidecar, source_name, write_sidecar
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import AnyTensor, ints, is_float, shape_of, tensor_type
from accelc.dialects.graph_ops.element_types import Array, dtype_of
from accelc.dialects.graph_ops.patterns import PATTERNS as NEUTRAL
from accelc.passes.fold_constants import fold_constants

TOLERANCE = 1e-3
"""How far written constants (0.5, sqrt(2)) may be from exact ones, relative."""


class Replacement:
    """The operations that take the place of one, in order; all keep its location."""

    def __init__(self, op: Operation, constants: Constants):
        self._op = op
        self._constants = constants
        self._ops: list[Operation] = []

    def add(self, op: Operation) -> SSAValue:
        """Append an operation with one result."""
        copy_location(self._op, op)
        self._ops.append(op)
        return op.results[0]

    def constant(self, value: float, like: SSAValue) -> SSAValue:
        """A scalar with the element type of a value."""
        return self.array(np.asarray(value, dtype_of(like)), "scalar")

    def array(self, array: Array, suffix: str) -> SSAValue:
        """A new constant or weight, named after the operation."""
        return self.add(self._constants.make(array, f"{source_name(self._op)}.{suffix}"))

    def finish(self, rewriter: PatternRewriter, result: SSAValue) -> None:
        """Put the operations in place; `result` is the value that was the replaced operation's."""
        rewriter.replace(self._op, self._ops, [result])


def _result_type(op: Operation) -> AnyTensor:
    return tensor_type(op.results[0])


@dataclass(frozen=True)
class ConstantPattern(RewritePattern):
    """A rewrite that looks at data of weights, or makes new ones."""

    constants: Constants

    def replace(self, op: Operation) -> Replacement:
        """Start to replace an operation."""
        return Replacement(op, self.constants)


class DecomposeSoftmax(ConstantPattern):
    """softmax(x) = e / sum(e) with e = exp(x - max(x))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.SoftmaxOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        axes, new = [op.axis.value.data], self.replace(op)
        highest = new.add(graph.ReduceOp(op.x, "max", axes, True))
        powers = new.add(graph.ExpOp(new.add(graph.SubOp(op.x, highest))))
        total = new.add(graph.ReduceOp(powers, "sum", axes, True))
        new.finish(rewriter, new.add(graph.DivOp(powers, total, _result_type(op))))


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
        new.finish(rewriter, new.add(graph.MulOp(op.x, new.add(graph.ExpOp(scaled)), _result_type(op))))


class DecomposeConvTranspose(ConstantPattern):
    """A transposed convolution is a convolution of the input, spread by its strides, with flipped filters."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ConvTransposeOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        weight = self.constants.data(op.weight)
        if weight is None:
            return
        rank, group = len(shape_of(op.x)) - 2, op.group.value.data
        inputs, outputs, *kernel = weight.shape
        flipped = np.flip(weight, axis=tuple(range(2, 2 + rank)))
        grouped = flipped.reshape(group, inputs // group, outputs, *kernel).swapaxes(1, 2)
        filters = np.ascontiguousarray(grouped.reshape(group * outputs, inputs // group, *kernel))
        dilations, pads, extra = ints(op.dilations), ints(op.pads), ints(op.output_padding)
        reach = [window_extent(k, d) - 1 for k, d in zip(kernel, dilations, strict=True)]
        low = [r - p for r, p in zip(reach, pads[:rank], strict=True)]
        high = [r - p + e for r, p, e in zip(reach, pads[rank:], extra, strict=True)]
        new = self.replace(op)
        x = self._spread(new, op.x, low, high, [s - 1 for s in ints(op.strides)])
        name = self.constants.make(filters, f"{source_name(op)}.flipped")
        conv = graph.ConvOp(x, new.add(name), op.bias, _result_type(op), dilations=dilations, group=group)
        new.finish(rewriter, new.add(conv))

    def _spread(
        self, new: Replacement, x: SSAValue, low: Sequence[int], high: Sequence[int], interior: Sequence[int]
    ) -> SSAValue:
        def grown(values: Sequence[int]) -> list[int]:
            return [0, 0, *(max(v, 0) for v in values)]

        padded = new.add(graph.PadOp(x, grown(low), grown(high), [0, 0, *interior]))
        if min(*low, *high) >= 0:
            return padded
        starts = [0, 0, *(max(-v, 0) for v in low)]
        cut = [0, 0, *(max(-a, 0) + max(-b, 0) for a, b in zip(low, high, strict=True))]
        sizes = [s - c for s, c in zip(shape_of(padded), cut, strict=True)]
        return new.add(graph.SliceOp(padded, starts, sizes))


class DecomposePower(ConstantPattern):
    """A power with one known exponent of a few values is a function, or products."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.PowOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        exponent = self.constants.scalar(op.rhs)
        kind, new = _result_type(op), self.replace(op)
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
        if not is_float(_result_type(op).element_type) or abs(np.frexp(divisor)[1]) > 64:
            return
        new = self.replace(op)
        factor = new.array(np.full(shape_of(op.rhs), 1 / divisor).astype(dtype_of(op.rhs)), "reciprocal")
        new.finish(rewriter, new.add(graph.MulOp(op.lhs, factor, _result_type(op))))


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
        new.finish(rewriter, new.add(graph.ReduceOp(op.x, kind, list(axes), True, _result_type(op))))


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
            bias_value = new.array(bias.astype(weight.dtype), "bias")
        folded = graph.ConvOp(
            conv.x,
            filters,
            bias_value,
            _result_type(op),
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
                new.finish(rewriter, new.add(graph.GeluOp(x, _result_type(op))))
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
                new.finish(rewriter, new.add(graph.SiluOp(x, _result_type(op))))
                return


PATTERNS: Sequence[type[ConstantPattern]] = (
    ComposeGelu,
    ComposeSilu,
    DecomposeSoftmax,
    DecomposeLrn,
    DecomposeConvTranspose,
    DecomposePower,
    DecomposeDivision,
    DecomposeGlobalPool,
    FoldIntoConvolution,
)
"""In the order they are tried: a recognized function must be whole when its pattern looks at it."""


@dataclass(frozen=True)
class _Unless(RewritePattern):
    """A pattern for all operations but some."""

    keep: Callable[[Operation], bool]
    pattern: RewritePattern

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if not self.keep(op):
            self.pattern.match_and_rewrite(op, rewriter)


def decompose(
    module: ModuleOp, weights: MutableMapping[str, Array], keep: Callable[[Operation], bool] | None = None
) -> None:
    """
    Rewrite `module` until only operations remain that engines can execute, or that no pattern rewrites.

    New filters and bands become entries of `weights`. Operations for which `keep` holds stay whole, so that their
    parts can be placed by cost. Call after `fold_constants`.
    """
    constants = Constants(weights)
    patterns: list[RewritePattern] = [*NEUTRAL, *(pattern(constants) for pattern in PATTERNS)]
    if keep is not None:
        patterns = [_Unless(keep, pattern) for pattern in patterns]
    PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(module)
    fold_constants(module, weights)


@dataclass(frozen=True)
class DecomposePass(ModulePass):
    """
    Expresses composite operations by products, elementwise functions, reductions and movement.

    Before: `graph.softmax`; after: `graph.reduce "max"`, `graph.sub`, `graph.exp`, `graph.reduce "sum"`, `graph.div`.
    So are `graph.lrn`, `graph.conv_transpose`, powers with known exponents and pools over the whole input; a factor or
    summand per channel goes into the convolution before it; the parts of gelu and silu become one operation. Takes and
    gives the pure form of `graph`, best after `fold-constants`.
    """

    name = "decompose"

    weights: str | None = None
    """Safetensors file with the data of the weights; without it only inline constants are known."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        known = set(weights)
        decompose(op, weights)
        write_sidecar(self.save, weights, known, self.name)
