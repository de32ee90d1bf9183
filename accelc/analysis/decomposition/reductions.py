"""Reductions and pools that engines have no instruction for, by those they have."""

import numpy as np
from xdsl.dialects.builtin import TensorType, f32
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, op_type_rewrite_pattern

from accelc.analysis.decomposition.replacement import ConstantPattern, Replacement
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, ints, is_bool, is_float, shape_of

EXACT = 2**24
"""Integers below are exact as f32."""
FLAT_RANK = 4
"""Rank of images with two spatial axes, which engines pool."""


class DecomposeArgmax(ConstantPattern):
    """
    The first (last) place of the maximum is the least (greatest) of the numbers of such places.

    A maximum that is NaN is where NaN is.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ArgmaxOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        shape, axis = shape_of(op.x), op.axis.value.data
        size = shape[axis]
        if size >= EXACT:
            return
        new = self.replace(op)
        x = new.add(graph.CastOp(op.x, f32)) if is_bool(element_of(op.x)) else op.x
        highest = new.add(graph.ReduceOp(x, "max", [axis], True))
        hit = new.add(graph.EqualOp(x, highest))
        if is_float(element_of(x)):
            hit = new.add(graph.OrOp(hit, new.add(graph.IsnanOp(x))))
        numbers = np.arange(size, dtype=np.float32).reshape([-1] + [1] * (len(shape) - 1 - axis))
        places = new.array(numbers, "places")
        last = op.select_last is not None
        beyond = new.constant(-1 if last else size, places)
        wanted = new.add(graph.SelectOp(hit, places, beyond))
        found = new.add(graph.ReduceOp(wanted, "max" if last else "min", [axis], op.keepdims is not None))
        new.finish(rewriter, new.add(graph.CastOp(found, element_of(op.result))))


class DecomposeProduct(ConstantPattern):
    """A product along axes: halves are multiplied with each other until one element is left."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.ReduceOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        shape, axes = shape_of(op.x), ints(op.axes)
        if op.kind.data != "prod" or any(shape[a] == 0 for a in axes) or element_of(op.x) != element_of(op.result):
            return
        new = self.replace(op)
        x = op.x
        for axis in axes:
            while (size := shape_of(x)[axis]) > 1:
                half = size // 2
                product = new.add(graph.MulOp(_part(new, x, axis, 0, half), _part(new, x, axis, half, half)))
                rest = [_part(new, x, axis, 2 * half, 1)] if size % 2 else []
                x = new.add(graph.ConcatOp([product, *rest], axis)) if rest else product
        new.finish(rewriter, new.add(graph.ReshapeOp(x, shape_of(op.result))))


def _part(new: Replacement, x: SSAValue, axis: int, start: int, size: int) -> SSAValue:
    shape = shape_of(x)
    starts = [start if a == axis else 0 for a in range(len(shape))]
    sizes = [size if a == axis else n for a, n in enumerate(shape)]
    return new.slice(x, starts, sizes, [1] * len(shape))


class DecomposePool(ConstantPattern):
    """
    A pool over three axes is one over the last two, then one over the first.

    Numbers of cells that averages divide by are products of those of the axes.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: graph.PoolOp, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        shape, out = shape_of(op.x), shape_of(op.result)
        if len(shape) != FLAT_RANK + 1:
            return
        new = self.replace(op)
        batch, channels, depth = shape[:3]
        planes = new.reshape(op.x, [batch, channels * depth, *shape[3:]])
        planes = self._pool(op, new, planes, [1, 2], (batch, channels * depth, *out[3:]))
        lines = new.reshape(planes, [batch, channels, depth, out[3] * out[4]])
        lines = self._pool(op, new, lines, [0], (batch, channels, out[2], out[3] * out[4]))
        new.finish(rewriter, new.add(graph.ReshapeOp(lines, out)))

    def _pool(self, op: graph.PoolOp, new: Replacement, x: SSAValue, axes: list[int], out: tuple[int, ...]) -> SSAValue:
        rank = len(ints(op.kernel))

        def of(values: tuple[int, ...], neutral: int) -> list[int]:
            chosen = [values[a] for a in axes]
            return chosen if len(axes) > 1 else [*chosen, neutral]

        pads = ints(op.pads)
        return new.add(
            graph.PoolOp(
                x,
                op.kind.data,
                of(ints(op.kernel), 1),
                TensorType(element_of(op.result), out),
                strides=of(ints(op.strides), 1),
                pads=[*of(pads[:rank], 0), *of(pads[rank:], 0)],
                dilations=of(ints(op.dilations), 1),
                count_include_pad=op.count_include_pad is not None,
            )
        )
