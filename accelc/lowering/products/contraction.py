"""Convolutions with constant weights: which input rows and which weights are on chip together, and when."""

from dataclasses import replace

from accelc.lowering.context import Lowering
from accelc.lowering.deferred import Kernel
from accelc.lowering.products.packing import Slab, pack_conv
from accelc.lowering.products.product import Contraction, Epilogue, multiply
from accelc.lowering.products.staging import Staging, Window
from accelc.lowering.products.stationary import Loaded, SlabWeights, load_whole
from accelc.lowering.views import View, itemsize


def conv2d(ctx: Lowering, x: View, weight: Kernel, out: View, geometry: Window, epilogue: Epilogue, name: str) -> None:
    """`out` (N, M, OH, OW) = epilogue(conv(x (N, C, H, W), weight (M, C/group, kh, kw)))."""
    staging = Staging.choose(ctx, x, geometry, out.shape[3])
    columns = ctx.target.tensor.cols
    slabs = _slabs(ctx, staging.arrange(weight), staging)
    sources = [SlabWeights(slab, name) for slab in slabs]
    loaded: Loaded | None = None
    tiles_out = -(-max(s.stop - s.start for s in slabs) // columns)
    step = ctx.rows_per_chunk(
        out.shape[2],
        fixed=staging.fixed_bytes(ctx),
        per_row=staging.row_bytes(ctx) + (0 if out.on_chip else tiles_out * out.shape[3] * itemsize(ctx.dtype)),
    )
    for n in range(x.shape[0]):
        image, result = _drop_batch(x, n), _drop_batch(out, n)
        for low in range(0, out.shape[2], step):
            high = min(low + step, out.shape[2])
            moving = staging.stage(ctx, image, (low, high))
            for slab, source in zip(slabs, sources, strict=True):
                if len(slabs) > 1 or loaded is None:
                    loaded = load_whole(ctx, source, slab.stop - slab.start)
                region = _rows(_channels(result, slab.start, slab.stop), low, high)
                target = region if region.on_chip else ctx.scratch(name, region.shape, 0, ctx.dtype)
                piece = replace(
                    epilogue,
                    bias=epilogue.bias and _channels(epilogue.bias, slab.start, slab.stop),
                    residual=epilogue.residual
                    and _rows(_channels(_drop_batch(epilogue.residual, n), slab.start, slab.stop), low, high),
                )
                multiply(ctx, Contraction(moving, staging.window, source, loaded, name), target, piece)
                if not region.on_chip:
                    ctx.builder.dma(target, region)


def _drop_batch(view: View, n: int) -> View:
    assert view.axis != 0
    cut = view.cut(0, n, n + 1)
    axis = None if cut.axis is None else cut.axis - 1
    return replace(cut, shape=cut.shape[1:], strides=cut.strides[1:], axis=axis)


def _rows(view: View, low: int, high: int) -> View:
    return view.cut(1, low, high)


def _channels(view: View, low: int, high: int) -> View:
    return view.cut(0, low, high)


def _slabs(ctx: Lowering, weight: Kernel, staging: Staging) -> list[Slab]:
    """Output-channel slabs whose weights fit the weight budget (at least one array width each)."""
    m = weight.shape[0]
    columns, rows, window = ctx.target.tensor.cols, ctx.target.tensor.rows, staging.window
    item = itemsize(ctx.matmul_dtype) * max(ctx.split_terms, 1)
    per_row = 1 if window.packed else window.kernel[0] * -(-staging.channels // rows)
    width = max(ctx.weight_budget // (window.kernel[1] * per_row * item) // columns, 1) * columns
    if window.group > 1:
        width = columns
    return [
        pack_conv(weight, staging.channels, window.group, (s, min(s + width, m)), rows, pack_rows=window.packed)
        for s in range(0, m, width)
    ]
