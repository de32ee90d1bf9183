"""Lowers reductions: free axes on the vector engine, the partition axis by a product with ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, ints, shape_of
from accelc.lowering.context import Lowering
from accelc.lowering.deferred import Kernel
from accelc.lowering.operations.elementwise import pieces
from accelc.lowering.operations.linear import array_support
from accelc.lowering.plan import Node, engine_dtype
from accelc.lowering.products.contraction import conv2d
from accelc.lowering.products.images import as_image
from accelc.lowering.products.product import Epilogue
from accelc.lowering.products.staging import Window
from accelc.lowering.views import View, row_major
from accelc.numerics import is_integer
from accelc.targets.model import Target

REDUCERS: Mapping[str, str] = {"sum": "add", "mean": "add", "max": "max", "min": "min"}


NARROW = ("int8", "uint8")
"""Integers narrower than what engines compute with."""


def working_dtype(view: View) -> str:
    """Type that elements are combined in: fp32, or that of integers."""
    return view.storage.dtype if is_integer(view.storage.dtype) else "fp32"


def _on_array(ctx: Lowering, view: View) -> bool:
    """Whether the array can add up partitions."""
    return array_support(ctx.target) is None and not is_integer(view.storage.dtype)


def reduce_support(op: graph.ReduceOp, target: Target) -> str | None:
    """Reason why a reduction cannot run on the target, or None."""
    if op.kind.data not in REDUCERS:
        return f"no engine reduces with {op.kind.data}"
    if prod(shape_of(op.x)) == 0:
        return "reduces an empty tensor"
    if op.kind.data == "sum" and engine_dtype(element_of(op.x)) in NARROW:
        return "sums of 8-bit integers wrap, those of the engines saturate"
    return None


def lower_reduce(ctx: Lowering, node: Node) -> None:
    """Sum, mean, maximum or minimum along some axes."""
    op = node.op
    assert isinstance(op, graph.ReduceOp)
    view = ctx.view_of(op.x)
    kind, axes = op.kind.data, ints(op.axes)
    axes = axes or tuple(range(len(view.shape)))
    count = prod(view.shape[a] for a in axes)
    kept = reduce_view(ctx, view, REDUCERS[kind], axes)
    # Sums of narrow floats are rounded to their type; the largest and smallest element have it.
    rounded = kept if kind in ("max", "min") else _like(ctx, kept, node)
    if kind == "mean" and count > 1:
        ctx.builder.tensor_scalar(_widened(kept), _widened(rounded), "mul", float(np.float32(1.0 / count)))
    elif rounded is not kept:
        ctx.builder.copy(_widened(kept), _widened(rounded))
    kept = rounded
    ctx.bind(node.result, ctx.reshaped(kept, shape_of(node.result)))


def _like(ctx: Lowering, view: View, node: Node) -> View:
    """Space for a result that is laid out as a view of the same shape; the view itself if it has the element type."""
    dtype = engine_dtype(element_of(node.result))
    if view.storage.dtype == dtype:
        return view
    assert dtype is not None
    assert view.axis is not None
    space = ctx.scratch("rounded", _widened(view).shape, view.axis, dtype)
    if not view.replicated:
        return space
    strides = tuple(0 if a == view.axis else s for a, s in enumerate(space.strides))
    return replace(space, shape=view.shape, strides=strides, replicated=True)


def _widened(view: View) -> View:
    """All partitions of a replicated view."""
    if not view.replicated:
        return view
    return replace(
        view, shape=tuple(view.storage.partitions if a == view.axis else n for a, n in enumerate(view.shape))
    )


def reduce_view(ctx: Lowering, view: View, op: str, axes: Sequence[int]) -> View:
    """`view` with `axes` reduced to size 1, on chip, in its working dtype."""
    axes = [a for a in axes if view.shape[a] > 1] or [axes[0]]
    if view.on_chip and view.shape[axes[0]] == 1:
        alone = ctx.scratch("alone", view.shape, view.axis or 0, working_dtype(view))
        ctx.builder.copy(view, alone)
        return alone
    kept = [a for a in range(len(view.shape)) if a not in axes]
    if view.on_chip and view.axis in axes:
        free = [a for a in axes if a != view.axis]
        if free:
            view = _reduce_free(ctx, view, op, free)
        assert view.axis is not None
        if op == "add" and _on_array(ctx, view):
            return _sum_partitions(ctx, view, view.axis)
        return _reduce_moved(ctx, view, op, view.axis)
    if view.on_chip:
        return _reduce_free(ctx, view, op, axes)
    axis = kept[ctx.best_axis([view.shape[a] for a in kept])] if kept else None
    if axis is None or view.shape[axis] == 1:
        best = ctx.best_axis(view.shape)
        on_array = op == "add" and _on_array(ctx, view)
        if (on_array or len(axes) > 1) and ctx.chip_bytes(view, best) <= ctx.staging_bytes:
            return reduce_view(ctx, ctx.on_chip(view, best), op, axes)
    if axis is None:
        led = reduce_view(ctx, view.lead(len(view.shape) + 1), op, [a + 1 for a in axes])
        return ctx.reshaped(led, (1,) * len(view.shape))
    return _reduce_staged(ctx, view, op, axes, axis)


def _reduce_moved(ctx: Lowering, view: View, op: str, axis: int) -> View:
    """Reduces the partition axis after laying the tensor out along another one."""
    return reduce_view(ctx, ctx.to_hbm(view), op, [axis])


def _reduce_staged(ctx: Lowering, view: View, op: str, axes: Sequence[int], axis: int) -> View:
    """Loads pieces of a tensor in HBM along `axis` and reduces each; one too long is reduced in parts."""
    longest = max(axes, key=lambda a: view.shape[a])
    inner = prod(view.shape[a] for a in axes) * view.storage.itemsize
    parts = min(-(-inner // ctx.staging_bytes), view.shape[longest])
    shape = tuple(1 if a in axes else n for a, n in enumerate(view.shape))
    if parts > 1:
        step = -(-view.shape[longest] // parts)
        bounds = [(low, min(low + step, view.shape[longest])) for low in range(0, view.shape[longest], step)]
        collected = tuple(len(bounds) if a == longest else n for a, n in enumerate(shape))
        partial = ctx.scratch("partials", collected, axis, working_dtype(view))
        for index, (low, high) in enumerate(bounds):
            piece = reduce_view(ctx, view.cut(longest, low, high), op, axes)
            ctx.transfer(piece, partial.cut(longest, index, index + 1))
        return _reduce_free(ctx, partial, op, [longest])
    out = ctx.scratch("reduced", shape, axis, working_dtype(view))
    limit = ctx.rows_per_chunk(view.size, fixed=0, per_row=inner)
    for bounds in pieces(shape, axis, ctx.target.sbuf.partitions, limit):
        cut = [(0, view.shape[a]) if a in axes else b for a, b in enumerate(bounds)]
        _reduce_into(ctx, ctx.on_chip(view.part(cut), axis), out.part(bounds), op, axes)
    return out


def _reduce_free(ctx: Lowering, view: View, op: str, axes: Sequence[int]) -> View:
    assert view.axis is not None
    shape = tuple(1 if a in axes else n for a, n in enumerate(view.shape))
    if view.replicated:
        rows = ctx.target.sbuf.partitions
        wide = ctx.scratch(
            "reduced", tuple(rows if a == view.axis else n for a, n in enumerate(shape)), view.axis, working_dtype(view)
        )
        _reduce_into(ctx, _widened(view), wide, op, axes)
        strides = tuple(0 if a == view.axis else s for a, s in enumerate(wide.strides))
        return replace(wide, shape=shape, strides=strides, replicated=True)
    out = ctx.scratch("reduced", shape, view.axis, working_dtype(view))
    _reduce_into(ctx, view, out, op, axes)
    return out


def _reduce_into(ctx: Lowering, view: View, out: View, op: str, axes: Sequence[int]) -> None:
    """Reduces free axes at once if the access patterns reach that far, else one axis after the other."""
    if ctx.builder.reduce(op, view, out, axes):
        return
    for axis in sorted(axes, reverse=True)[:-1]:
        assert view.axis is not None
        shape = tuple(1 if a == axis else n for a, n in enumerate(view.shape))
        partial = ctx.scratch("partial", shape, view.axis, working_dtype(view))
        reduce_axis(ctx, view, partial, op, axis)
        view = partial
    reduce_axis(ctx, view, out, op, min(axes))


def reduce_axis(ctx: Lowering, view: View, out: View, op: str, axis: int) -> None:
    """One free axis, in halves where an access pattern does not reach that far."""
    if ctx.builder.reduce(op, view, out, [axis]):
        return
    # The axis is longer, or its stride wider, than one access pattern can say: halve it element by element.
    size = view.shape[axis]
    assert view.axis is not None
    half = -(-size // 2)
    shape = tuple(half if a == axis else n for a, n in enumerate(view.shape))
    folded = ctx.scratch("fold", shape, view.axis, working_dtype(view))
    pairs = size - half
    low, high = view.cut(axis, 0, half), view.cut(axis, half, size)
    ctx.builder.tensor_tensor(op, low.cut(axis, 0, pairs), high, folded.cut(axis, 0, pairs))
    if half > pairs:
        ctx.builder.copy(low.cut(axis, pairs, half), folded.cut(axis, pairs, half))
    reduce_axis(ctx, folded, out, op, axis)


def _sum_partitions(ctx: Lowering, view: View, axis: int) -> View:
    """Sum over the partitions by a product with ones on the array; every partition receives the result."""
    rows = ctx.target.sbuf.partitions
    assert not view.replicated
    image = as_image(view, axis)
    if image is None:
        image = as_image(ctx.to_hbm(view), axis)
    assert image is not None
    _, channels, height, width = image.shape
    out = ctx.scratch("total", (1, rows, height, width), 1, "fp32")
    ones = np.ones((rows, channels, 1, 1), np.float32)
    conv2d(ctx, image, Kernel.of(ones), out, Window((1, 1)), Epilogue(), "ones")
    shape = tuple(1 if a == axis else n for a, n in enumerate(view.shape))
    strides = tuple(0 if a == axis else s for a, s in enumerate(row_major(shape)))
    return View(out.storage, shape, strides, out.offset, axis, replicated=True)
