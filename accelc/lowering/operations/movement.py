"""Lowers data movement: views where possible, copies on chip or through HBM where not."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.lowering.context import Lowering
from accelc.lowering.plan import Node
from accelc.lowering.views import View
from accelc.numerics import cast


def lower_reshape(ctx: Lowering, node: Node) -> None:
    """Row-major reshape."""
    ctx.bind(node.result, ctx.reshaped(ctx.view_of(node.op.operands[0]), shape_of(node.result)))


def lower_transpose(ctx: Lowering, node: Node) -> None:
    """Permutation of axes: always a view."""
    op = node.op
    assert isinstance(op, graph.TransposeOp)
    perm = ints(op.perm)
    view = ctx.view_of(op.x)
    ctx.bind(node.result, view.permute(perm) if perm else view)


def lower_slice(ctx: Lowering, node: Node) -> None:
    """Strided slice: a view, in HBM where it would cut the partition axis inside a tile."""
    op = node.op
    assert isinstance(op, graph.SliceOp)
    view = ctx.view_of(op.x)
    shape = shape_of(op.result)
    cut = _sliced(view, ints(op.starts), ints(op.steps), shape)
    if cut is None:
        cut = _sliced(ctx.to_hbm(view), ints(op.starts), ints(op.steps), shape)
    assert cut is not None
    ctx.bind(node.result, cut)


def _sliced(view: View, starts: Sequence[int], steps: Sequence[int], shape: Sequence[int]) -> View | None:
    result: View | None = view
    for axis, (start, step, size) in enumerate(zip(starts, steps, shape, strict=True)):
        if result is not None and (start, step, size) != (0, 1, view.shape[axis]):
            result = result.slice(axis, start, start + size * step, step)
    return result


def lower_insert_slice(ctx: Lowering, node: Node) -> None:
    """A copy of the destination with a strided region replaced; the destination itself where `reuses` allows it."""
    op = node.op
    assert isinstance(op, graph.InsertSliceOp)
    source, dest = ctx.view_of(op.source), ctx.view_of(op.dest)
    starts, steps, shape = ints(op.starts), ints(op.steps), source.shape
    if "reuses" in op.attributes and ctx.is_last_use(op.dest):
        region = _sliced(dest, starts, steps, shape)
        if region is not None:
            if source.storage is dest.storage:
                # It may overlap the region.
                source = ctx.to_hbm(source, "overlap")
            ctx.bind(node.result, dest)
            ctx.forget(dest)
            ctx.transfer(source, region)
            return
    out = ctx.allocate(node.result, dest.axis if dest.axis is not None else ctx.best_axis(dest.shape), "insert")
    region = _sliced(out, starts, steps, shape)
    if region is None:
        out = ctx.in_hbm(node.result, "insert")
        ctx.bind(node.result, out)
        region = _sliced(out, starts, steps, shape)
    assert region is not None
    ctx.transfer(dest, out)
    ctx.transfer(source, region)


def lower_concat(ctx: Lowering, node: Node) -> None:
    """Concatenation; operands that were written in place already cost nothing."""
    op = node.op
    assert isinstance(op, graph.ConcatOp)
    axis = op.axis.value.data
    views = [ctx.view_of(value) for value in op.inputs]
    if node.result not in ctx.values:
        placed = [v.axis for v in views if v.axis is not None and not v.replicated]
        shape = shape_of(node.result)
        preferred = max(set(placed), key=placed.count) if placed else ctx.best_axis(shape)
        ctx.allocate(node.result, preferred, "concat")
    whole = ctx.values[node.result]
    starts = [0, *accumulate(view.shape[axis] for view in views)]
    for value, view, start in zip(op.inputs, views, starts, strict=False):
        forward = ctx.forwards.get(value)
        if forward is None or forward.whole is not node.result:
            ctx.place(view, whole, axis, start)


def lower_pad(ctx: Lowering, node: Node) -> None:
    """Constant padding around and between elements."""
    op = node.op
    assert isinstance(op, graph.PadOp)
    view = ctx.view_of(op.x)
    low, high, interior = ints(op.low), ints(op.high), ints(op.interior)
    value = float(np.float32(op.value.value.data))
    padded = [a for a in range(len(low)) if low[a] or high[a] or interior[a]]
    shape = shape_of(node.result)
    kept = [a for a in range(len(shape)) if a not in padded]
    if view.axis in kept:
        axis = view.axis
    elif kept:
        axis = max(kept, key=lambda a: min(shape[a], ctx.target.sbuf.partitions))
    else:
        axis = ctx.best_axis(shape)
    assert axis is not None
    out = ctx.allocate(node.result, axis, "pad")
    steps = [i + 1 for i in interior]
    if out.on_chip:
        region = _sliced(out, low, steps, view.shape)
        ctx.builder.memset(out, value)
        if region is not None:
            ctx.transfer(ctx.to_hbm(view) if view.on_chip and view.axis != axis else view, region)
            return
        out = ctx.to_hbm(out, "pad")
        ctx.bind(node.result, out)
    else:
        fill = ctx.constant("fill", cast(np.full((1,), value, np.float32), ctx.dtype))
        spread = fill.lead(len(shape)).broadcast(shape)
        assert spread is not None
        ctx.transfer(spread, out)
    region = _sliced(out, low, steps, view.shape)
    assert region is not None
    ctx.transfer(view, region)


def lower_broadcast(ctx: Lowering, node: Node) -> None:
    """NumPy broadcast: a view, read from HBM again where it would cross partitions."""
    view = ctx.view_of(node.op.operands[0])
    shape = shape_of(node.result) or (1,)
    wide = view.broadcast(shape)
    if wide is None:
        wide = ctx.to_hbm(view).broadcast(shape)
    assert wide is not None
    ctx.bind(node.result, wide)
