"""Lowers reductions and pooling: free axes on the vector engine, the partition axis by a product with ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, ints, shape_of
from accelc.lowering.context import Lowering
from accelc.lowering.contraction import conv2d
from accelc.lowering.deferred import Kernel
from accelc.lowering.elementwise import apply, pieces
from accelc.lowering.images import as_2d, as_image
from accelc.lowering.linear import array_support
from accelc.lowering.plan import Node, engine_dtype, pool_pads
from accelc.lowering.product import Epilogue
from accelc.lowering.staging import Window
from accelc.lowering.views import View, reduce_accesses, row_major
from accelc.numerics import is_integer
from accelc.targets.model import Target

REDUCERS: Mapping[str, str] = {"sum": "add", "mean": "add", "max": "max", "min": "min"}
LOWEST = -3.4028235e38
"""Padding that never wins a maximum (the largest negative fp32 number: an infinity would not survive all dtypes)."""


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
    if kind == "mean" and count > 1:
        wide = _widened(kept)
        ctx.builder.tensor_scalar(wide, wide, "mul", float(np.float32(1.0 / count)))
    ctx.bind(node.result, ctx.reshaped(kept, shape_of(node.result)))


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
        _reduce_axis(ctx, view, partial, op, axis)
        view = partial
    _reduce_axis(ctx, view, out, op, min(axes))


def _reduce_axis(ctx: Lowering, view: View, out: View, op: str, axis: int) -> None:
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
    _reduce_axis(ctx, folded, out, op, axis)


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


def pool_support(op: graph.PoolOp, target: Target) -> str | None:
    """Reason why a pooling operation cannot run on the target, or None."""
    return None if len(shape_of(op.x)) in (3, 4) else "only one or two spatial axes are pooled on an engine"


def lower_pool(ctx: Lowering, node: Node) -> None:
    """Maximum or average pooling over one or two spatial axes."""
    op = node.op
    assert isinstance(op, graph.PoolOp)
    x = ctx.view_of(op.x)
    if x.on_chip and x.axis != 1:
        x = ctx.to_hbm(x)
    kernel, strides, dilations, pads = ints(op.kernel), ints(op.strides), ints(op.dilations), pool_pads(op)
    out = as_2d(ctx.allocate(node.result, 1, "pool"))
    if len(kernel) == 1:
        kernel, strides, dilations = (1, *kernel), (1, *strides), (1, *dilations)
        pads = (0, pads[0], 0, pads[1])
    geometry = Window(
        (kernel[0], kernel[1]),
        (strides[0], strides[1]),
        (dilations[0], dilations[1]),
        (pads[0], pads[1], pads[2], pads[3]),
    )
    average = op.kind.data == "average"
    counts = _window_counts(op) if average else None
    _pool2d(ctx, as_2d(x), out, geometry, 0.0 if average else LOWEST, counts)


def _window_counts(op: graph.PoolOp) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Elements each window averages over, (OH, OW)."""
    kernel, strides, dilations, pads = ints(op.kernel), ints(op.strides), ints(op.dilations), ints(op.pads)
    rank = len(kernel)
    counts = np.ones((1, 1), np.float32)
    for a in range(rank):
        size, low, high = shape_of(op.x)[2 + a], pads[a], pads[rank + a]
        first, last = (-low, size + high) if op.count_include_pad is not None else (0, size)
        starts = np.arange(shape_of(op.result)[2 + a]) * strides[a] - low
        taps = starts[:, None] + np.arange(kernel[a]) * dilations[a]
        inside = ((taps >= first) & (taps < last)).sum(axis=1).astype(np.float32)
        counts = counts * (inside[:, None] if a == rank - 2 else inside[None, :])
    return counts


def _pool2d(
    ctx: Lowering,
    x: View,
    out: View,
    geometry: Window,
    fill: float,
    counts: np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None,
) -> None:
    batch, channels, height, width = x.shape
    (_kh, _), (sh, _), pads = geometry.kernel, geometry.strides, geometry.pads
    wide = width + pads[1] + pads[3]
    direct = x.on_chip and (not any(pads) or ctx.has_halo(x, pads, 0.0 if counts is None else fill))
    tiles = -(-channels // ctx.target.sbuf.partitions)
    per_row = tiles * 4 * (out.shape[3] * sh + (0 if direct else wide * sh) + (0 if out.on_chip else out.shape[3]))
    step = ctx.rows_per_chunk(
        out.shape[2], fixed=tiles * 4 * max(geometry.rows_in(1) - sh, 0) * (wide + out.shape[3]), per_row=per_row
    )
    for n, low in product(range(batch), range(0, out.shape[2], step)):
        high = min(low + step, out.shape[2])
        count = geometry.rows_in(high - low)
        first = low * sh - pads[0]
        image = x.cut(0, n, n + 1)
        region = out.part([(n, n + 1), (0, channels), (low, high), (0, out.shape[3])])
        if batch > 1:
            region = out.cut(0, n, n + 1).part([(0, 1), (0, channels), (low, high), (0, out.shape[3])])
        if direct:
            source = replace(
                image,
                shape=(1, channels, count, wide),
                offset=image.offset + first * image.strides[2] - pads[1] * image.strides[3],
            )
        else:
            source = ctx.scratch("pad", (1, channels, count, wide), 1, x.storage.dtype)
            top, bottom = max(first, 0), min(first + count, height)
            if any(pads):
                ctx.builder.memset(source, fill)
            ctx.transfer(
                image.part([(0, 1), (0, channels), (top, bottom), (0, width)]),
                source.part([(0, 1), (0, channels), (top - first, bottom - first), (pads[1], pads[1] + width)]),
            )
        target = region if region.on_chip else ctx.scratch("pooled", region.shape, 1, out.storage.dtype)
        if counts is None:
            _windows(ctx, source, target, geometry, "max")
        else:
            sums = target if target.storage.dtype == "fp32" else ctx.scratch("sums", region.shape, 1, "fp32")
            _windows(ctx, source, sums, geometry, "add")
            _divide(ctx, sums, target, counts[low:high] if counts.shape[0] > 1 else counts)
        if target is not region:
            ctx.builder.dma(target, region)


def _divide(ctx: Lowering, sums: View, out: View, counts: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    if (counts == counts.flat[0]).all():
        ctx.builder.tensor_scalar(sums, out, "mul", float(np.float32(1.0) / counts.flat[0]))
        return
    factors = ctx.constant("counts", np.float32(1.0) / counts).lead(4)
    apply(ctx, [sums, factors], out, lambda ctx, ins, out: ctx.builder.tensor_tensor("mul", ins[0], ins[1], out))


def _windows(ctx: Lowering, source: View, out: View, geometry: Window, op: str) -> None:
    """Combines windows of `source` (1, C, H, W) into `out` (1, C, OH, OW): both axes at once, or columns then rows."""
    (kh, kw), (sh, sw), (dh, dw) = geometry.kernel, geometry.strides, geometry.dilations
    _, channels, height, _ = source.shape
    _, _, rows, columns = out.shape
    row, column = source.strides[2], source.strides[3]
    zero, tile = source.strides[0], source.strides[1]
    both = replace(
        source,
        shape=(1, channels, rows, columns, kh, kw),
        strides=(zero, tile, row * sh, column * sw, row * dh, column * dw),
    )
    full = replace(out, shape=(*out.shape, 1, 1), strides=(*out.strides, 0, 0))
    found = reduce_accesses(both, full, [4, 5], ctx.builder.limits(both, full))
    if found is not None and len(found) <= 2:
        ctx.builder.reduce(op, both, full, [4, 5])
        return
    across = ctx.scratch("across", (1, channels, height, columns), 1, "fp32" if op == "add" else source.storage.dtype)
    strip = replace(
        source, shape=(1, channels, height, columns, kw), strides=(zero, tile, row, column * sw, column * dw)
    )
    _reduce_axis(ctx, strip, replace(across, shape=(*across.shape, 1), strides=(*across.strides, 0)), op, 4)
    zero, tile, row, column = across.strides
    down = replace(across, shape=(1, channels, rows, columns, kh), strides=(zero, tile, row * sh, column, row * dh))
    _reduce_axis(ctx, down, replace(out, shape=(*out.shape, 1), strides=(*out.strides, 0)), op, 4)
