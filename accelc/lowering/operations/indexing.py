"""Lowers gathers and scatters to indexed transfers in HBM."""

from collections.abc import Sequence

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, SSAValue

from accelc.analysis.indexed import Form
from accelc.dialects import engine, graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.isa.records import DMA_DIMS, INDEX_TYPES, MAX_DMA_SIZE, MAX_DMA_STRIDE
from accelc.isa.table import COMBINE_NEEDS
from accelc.lowering.accesses import Access
from accelc.lowering.builder import ap
from accelc.lowering.context import Lowering
from accelc.lowering.plan import Node, engine_dtype
from accelc.lowering.views import View, row_major
from accelc.targets.model import Target


def gather_support(op: graph.GatherOp, target: Target) -> str | None:
    """Reason why a gather cannot run on the target, or None."""
    return _support(op, op.indices, ("gather",), target)


def scatter_support(op: graph.ScatterOp, target: Target) -> str | None:
    """Reason why a scatter cannot run on the target, or None."""
    return _support(op, op.indices, ("scatter", *COMBINE_NEEDS[op.reduction.data]), target)


def _support(
    op: graph.GatherOp | graph.ScatterOp, indices: SSAValue, needed: Sequence[str], target: Target
) -> str | None:
    lacking = [name for name in needed if name not in target.dma.ops]
    if lacking or target.dma.ndims < DMA_DIMS:
        what = f"cannot {lacking[0]}" if lacking else f"have {target.dma.ndims} dimensions, {DMA_DIMS} are needed"
        return f"the DMA engines of target '{target.name}' {what}"
    index = engine_dtype(element_of(indices))
    if index not in INDEX_TYPES:
        return f"indices are {element_of(indices)}; those of a DMA engine are i32 or i64"
    form = _form(op)
    sizes = [form.batch, form.outer, max(form.size, form.count), form.inner]
    longest = max(form.size, form.count) * form.outer * form.inner * 8
    if max(sizes) > MAX_DMA_SIZE or longest > MAX_DMA_STRIDE:
        return f"a DMA moves up to {MAX_DMA_SIZE} elements of a dimension, up to {MAX_DMA_STRIDE} bytes apart"
    return None


def _form(op: graph.GatherOp | graph.ScatterOp) -> Form:
    return Form.of(shape_of(op.x), shape_of(op.indices), op.axis.value.data, op.batch_axes)


def lower_gather(ctx: Lowering, node: Node) -> None:
    """Slices picked by indices: one transfer from HBM to HBM."""
    op = node.op
    assert isinstance(op, graph.GatherOp)
    form = _form(op)
    x, indices = _dense(ctx, ctx.view_of(op.x)), _dense(ctx, ctx.view_of(op.indices))
    out = ctx.in_hbm(node.result, "gather")
    ctx.bind(node.result, out)
    _append(ctx, engine.DmaGatherOp, x, indices, out, form)


def lower_scatter(ctx: Lowering, node: Node) -> None:
    """A copy in HBM of what stays, into which one transfer writes the updates."""
    op = node.op
    assert isinstance(op, graph.ScatterOp)
    form = _form(op)
    updates, indices = _dense(ctx, ctx.view_of(op.updates)), _dense(ctx, ctx.view_of(op.indices))
    out = ctx.in_hbm(node.result, "scatter")
    ctx.bind(node.result, out)
    ctx.transfer(ctx.view_of(op.x), out)
    _append(ctx, engine.DmaScatterOp, updates, indices, out, form, op=StringAttr(op.reduction.data))


def _dense(ctx: Lowering, view: View) -> View:
    """The tensor row-major in HBM, where indices can count through it."""
    if not view.on_chip and _is_row_major(view):
        return view
    return ctx.to_hbm(view)


def _is_row_major(view: View) -> bool:
    expected = row_major(view.shape)
    return all(n == 1 or a == b for n, a, b in zip(view.shape, view.strides, expected, strict=True))


def _access(view: View, form: Form, rows: int) -> Access:
    sizes = (form.batch, form.outer, rows, form.inner)
    strides = tuple(0 if size == 1 else stride for size, stride in zip(sizes, row_major(sizes), strict=True))
    return Access(0, 1, view.offset, sizes, strides)


def _append(
    ctx: Lowering,
    kind: type[Operation],
    source: View,
    indices: View,
    out: View,
    form: Form,
    **attributes: StringAttr,
) -> None:
    picks = kind is engine.DmaGatherOp
    ctx.builder.append(
        kind,
        "dma0",
        [indices.storage, source.storage, out.storage],
        source_ap=ap(_access(source, form, form.size if picks else form.count)),
        index_ap=ap(Access(0, 1, indices.offset, (form.batch * form.count,), (1,))),
        destination_ap=ap(_access(out, form, form.count if picks else form.size)),
        **attributes,
    )
