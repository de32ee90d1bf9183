"""
Convolutions and products that the array has no form for, as those that it has.

A window's taps along one axis become channels: the input is cut once for every tap, shifted and strided, and the pieces
are put beside each other (im2col, one axis at a time). An axis less is convolved then; with none left it is a product.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, op_type_rewrite_pattern

from accelc.analysis import shapes
from accelc.analysis.decomposition.replacement import ConstantPattern, Replacement, result_type
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of

ARRAY_AXES = 2
"""Spatial axes that a convolution on the array may have."""


def folded_order(rank: int, axes: int) -> list[int]:
    """
    Axes of filters (M, C, kernel...) of `rank` spatial axes with the first `axes` of them folded into the channels.

    The tap that is folded last varies slowest: (M, k[axes-1], ..., k[0], C, kernel left...).
    """
    return [0, *range(1 + axes, 1, -1), 1, *range(2 + axes, 2 + rank)]


def _is_data(value: SSAValue) -> bool:
    return isinstance(value.owner, graph.WeightOp | graph.ConstantOp)


class ExpandConvolution(ConstantPattern):
    """
    A convolution with computed filters is a product; one over more than two axes is one over two.

    A computed bias is added by itself.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ConvOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        rank, new = len(shape_of(op.x)) - 2, self.replace(op)
        known = _is_data(op.weight)
        axes = max(rank - ARRAY_AXES, 0) if known else rank
        free_bias = op.bias is not None and (axes == rank or not _is_data(op.bias))
        if not axes and not free_bias:
            return
        kind = result_type(op)
        group, out = op.group.value.data, shape_of(op.result)
        filters = shape_of(op.weight)[0]
        strides, pads, dilations = ints(op.strides), ints(op.pads), ints(op.dilations)
        x = op.x
        if axes:
            grouped = self._columns(new, op, axes)
            weight = self._folded_weight(new, op.weight, axes)
        else:
            grouped, weight = None, op.weight
        bias = None if free_bias else op.bias
        if grouped is None:
            y = new.add(
                graph.ConvOp(x, weight, bias, kind, strides=strides, pads=pads, dilations=dilations, group=group)
            )
        elif axes == rank:
            columns = new.reshape(grouped, [out[0], group, -1, prod(out[2:])])
            matrix = new.reshape(weight, [group, filters // group, -1])
            product = graph.MatmulOp(
                matrix, columns, TensorType(kind.element_type, [out[0], group, filters // group, prod(out[2:])])
            )
            y = new.reshape(new.add(product), out)
        else:
            left = shape_of(op.x)[2 + axes :]
            front = [out[0], *out[2 : 2 + axes]]
            order = [0, *range(3, 3 + axes), 1, 2, *range(3 + axes, 3 + rank)]
            images = new.reshape(new.transpose(grouped, order), [prod(front), -1, *left])
            conv = graph.ConvOp(
                images,
                weight,
                bias,
                TensorType(kind.element_type, [prod(front), filters, *out[2 + axes :]]),
                strides=strides[axes:],
                pads=[*pads[axes:rank], *pads[rank + axes :]],
                dilations=dilations[axes:],
                group=group,
            )
            apart = new.reshape(new.add(conv), [*front, filters, *out[2 + axes :]])
            y = new.transpose(apart, [0, 1 + axes, *range(1, 1 + axes), *range(2 + axes, 2 + rank)])
        if free_bias and op.bias is not None:
            column = new.reshape(op.bias, [filters, *([1] * rank)])
            y = new.add(graph.AddOp(y, column, kind))
        new.finish(rewriter, y)

    def _columns(self, new: Replacement, op: graph.ConvOp, axes: int) -> SSAValue:
        """(N, group, taps * C/group, out of folded axes..., other axes...)."""
        rank, group = len(shape_of(op.x)) - 2, op.group.value.data
        pads, strides, dilations = ints(op.pads), ints(op.strides), ints(op.dilations)
        out, kernel = shape_of(op.result)[2:], shape_of(op.weight)[2:]
        x = op.x
        if any(pads[:axes]) or any(pads[rank : rank + axes]):
            rest = [0] * (rank - axes)
            low, high = [0, 0, *pads[:axes], *rest], [0, 0, *pads[rank : rank + axes], *rest]
            x = new.add(graph.PadOp(x, low, high))
        batch, channels, *sizes = shape_of(x)
        x = new.reshape(x, [batch, group, channels // group, *sizes])
        for axis in range(axes):
            shape = list(shape_of(x))
            shape[3 + axis] = out[axis]
            steps = [1] * len(shape)
            steps[3 + axis] = strides[axis]
            pieces: list[SSAValue] = []
            for tap in range(kernel[axis]):
                starts = [0] * len(shape)
                starts[3 + axis] = tap * dilations[axis]
                pieces.append(new.slice(x, starts, shape, steps))
            x = pieces[0] if len(pieces) == 1 else new.add(graph.ConcatOp(pieces, axis=2))
        return x

    def _folded_weight(self, new: Replacement, weight: SSAValue, axes: int) -> SSAValue:
        """(M, taps * C/group, kernel left...)."""
        filters, inner, *kernel = shape_of(weight)
        order = folded_order(len(kernel), axes)
        shape = [filters, prod(kernel[:axes]) * inner, *kernel[axes:]]
        data = self.constants.data(weight)
        if data is not None:
            return new.array(np.ascontiguousarray(data.transpose(order).reshape(shape)), "folded")
        return new.reshape(new.transpose(weight, order), shape)


class DecomposeConvTranspose(ConstantPattern):
    """A transposed convolution is a convolution of the input, spread by its strides, with flipped filters."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ConvTransposeOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        rank, group = len(shape_of(op.x)) - 2, op.group.value.data
        dilations, pads, extra = ints(op.dilations), ints(op.pads), ints(op.output_padding)
        reach = [shapes.window_extent(k, d) - 1 for k, d in zip(shape_of(op.weight)[2:], dilations, strict=True)]
        low = [r - p for r, p in zip(reach, pads[:rank], strict=True)]
        high = [r - p + e for r, p, e in zip(reach, pads[rank:], extra, strict=True)]
        new = self.replace(op)
        x = self._spread(new, op.x, low, high, [s - 1 for s in ints(op.strides)])
        filters = self._filters(new, op)
        conv = graph.ConvOp(x, filters, op.bias, result_type(op), dilations=dilations, group=group)
        new.finish(rewriter, new.add(conv))

    def _filters(self, new: Replacement, op: graph.ConvTransposeOp) -> SSAValue:
        """(M, C/group, kernel...) of (C, M/group, kernel...): taps in the other direction."""
        group, (inputs, outputs, *kernel) = op.group.value.data, shape_of(op.weight)
        apart, shape = [group, inputs // group, outputs, *kernel], [group * outputs, inputs // group, *kernel]
        order = [0, 2, 1, *range(3, 3 + len(kernel))]
        weight = self.constants.data(op.weight)
        if weight is None:
            starts, steps = [0, 0, *(k - 1 for k in kernel)], [1, 1, *(-1 for _ in kernel)]
            flipped = op.weight
            if prod(kernel) > 1:
                flipped = new.slice(flipped, starts, shape_of(flipped), steps)
            return new.reshape(new.transpose(new.reshape(flipped, apart), order), shape)
        flipped = np.flip(weight, axis=tuple(range(2, weight.ndim)))
        filters = np.ascontiguousarray(flipped.reshape(apart).transpose(order).reshape(shape))
        return new.array(filters, "flipped")

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


class ExpandMatmul(ConstantPattern):
    """A product with a vector is one with a matrix of one row or column."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.MatmulOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        left, right = shape_of(op.lhs), shape_of(op.rhs)
        if min(len(left), len(right)) != 1:
            return
        new, kind = self.replace(op), result_type(op)
        lhs = new.reshape(op.lhs, [1, *left]) if len(left) == 1 else op.lhs
        rhs = new.reshape(op.rhs, [*right, 1]) if len(right) == 1 else op.rhs
        shape = shapes.matmul_shape(shape_of(lhs), shape_of(rhs))
        product = graph.MatmulOp(lhs, rhs, TensorType(kind.element_type, shape))
        new.finish(rewriter, new.reshape(new.add(product), kind.get_shape()))
