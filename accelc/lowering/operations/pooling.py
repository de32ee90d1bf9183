"""Lowers pooling: windows of images on the vector engine, in ranges of rows and columns that fit on chip."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.lowering.accesses import reduce_accesses
from accelc.lowering.context import Lowering
from accelc.lowering.operations.elementwise import apply
from accelc.lowering.operations.reduction import reduce_axis
from accelc.lowering.plan import Node, pool_pads
from accelc.lowering.products.images import as_2d
from accelc.lowering.products.staging import Window
from accelc.lowering.views import View
from accelc.numerics import DTYPES, F32, FP8_LARGEST, is_integer
from accelc.targets.model import Target


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
    counts = None if op.kind.data == "max" else _window_counts(op)
    pool = _Pool(ctx, _lowest(x) if counts is None else 0.0, counts is not None or _is_positive(op.x))
    image = as_2d(x)
    if kernel[0] == 1 or kernel[1] == 1 or pool.fits(image, geometry):
        pool.columns(image, out, geometry, counts)
        return
    # The rows of one window are more than a partition holds: along rows first, then along columns.
    (top, left, bottom, right), (batch, channels, height, _) = geometry.pads, image.shape
    lines = ctx.builder.hbm("lines", (batch, channels, height, out.shape[3]), ctx.dtype)
    along = Window((1, kernel[1]), (1, strides[1]), (1, dilations[1]), (0, left, 0, right))
    across = Window((kernel[0], 1), (strides[0], 1), (dilations[0], 1), (top, 0, bottom, 0))
    parts = (None, None) if counts is None else (counts[1], counts[0])
    pool.columns(image, lines, along, None if parts[0] is None else (np.ones((1, 1), np.float32), parts[0]))
    pool.columns(lines, out, across, None if parts[1] is None else (parts[1], np.ones((1, 1), np.float32)))


def _is_positive(value: SSAValue) -> bool:
    """Whether zeros never win a maximum of elements of a value."""
    owner = value.owner
    if isinstance(owner, graph.PoolOp | graph.CastOp):
        return _is_positive(owner.x)
    return isinstance(owner, graph.ReluOp)


def _lowest(view: View) -> float:
    """Padding that never wins a maximum; fp8e4 has no infinity."""
    dtype = view.storage.dtype
    if is_integer(dtype):
        return float(np.iinfo(DTYPES[dtype]).min)
    return -FP8_LARGEST[DTYPES[dtype].name] if dtype == "fp8e4" else -np.inf


Counts = tuple[F32, F32]
"""Elements that windows average over, by row (OH or 1, 1) and by column (1, OW or 1); a window has the product."""


def _window_counts(op: graph.PoolOp) -> Counts:
    kernel, strides, dilations, pads = ints(op.kernel), ints(op.strides), ints(op.dilations), ints(op.pads)
    rank = len(kernel)
    counts = [np.ones(1, np.float32)] * (2 - rank)
    for a in range(rank):
        size, low, high = shape_of(op.x)[2 + a], pads[a], pads[rank + a]
        first, last = (-low, size + high) if op.count_include_pad is not None else (0, size)
        starts = np.arange(shape_of(op.result)[2 + a]) * strides[a] - low
        taps = starts[:, None] + np.arange(kernel[a]) * dilations[a]
        counts.append(((taps >= first) & (taps < last)).sum(axis=1).astype(np.float32))
    return counts[0][:, None], counts[1][None, :]


@dataclass(frozen=True)
class _Pool:
    """Windows over images (N, C, H, W): maxima, or averages where there are counts."""

    ctx: Lowering
    fill: float
    halo: bool
    """whether zeros around an image may stand for padding"""

    def _row_bytes(self, channels: int, geometry: Window, wide: int) -> int:
        """Bytes per partition of the input rows of one output row."""
        return -(-channels // self.ctx.target.sbuf.partitions) * 4 * geometry.rows_in(1) * wide

    def _room(self) -> int:
        return self.ctx.target.sbuf.partition_bytes // 4

    def fits(self, x: View, geometry: Window) -> bool:
        """Whether a partition has room for what one window needs."""
        wide = (geometry.kernel[1] - 1) * geometry.dilations[1] + 1
        return self._row_bytes(x.shape[1], geometry, wide) <= self._room()

    def columns(self, x: View, out: View, geometry: Window, counts: Counts | None) -> None:
        """All windows, in ranges of columns that fit on chip."""
        (_, width), (_, left, _, right) = x.shape[2:], geometry.pads
        kernel, stride = (geometry.kernel[1] - 1) * geometry.dilations[1] + 1, geometry.strides[1]
        total, step = out.shape[3], out.shape[3]
        if self._row_bytes(x.shape[1], geometry, width + left + right) > self._room():
            per_column = self._row_bytes(x.shape[1], geometry, 1)
            step = max(1, (self._room() // per_column - kernel) // stride + 1)
        for low in range(0, total, step):
            high = min(low + step, total)
            if (low, high) == (0, total):
                self.rows(x, out, geometry, counts)
                return
            first, last = low * stride - left, (high - 1) * stride - left + kernel
            begin, end = min(max(first, 0), width - 1), max(min(last, width), 1)
            top, _, bottom, _ = geometry.pads
            part = replace(geometry, pads=(top, begin - first, bottom, last - end))
            some = None
            if counts is not None:
                some = counts[0], counts[1][:, low:high] if counts[1].shape[1] > 1 else counts[1]
            self.rows(x.cut(3, begin, end), out.cut(3, low, high), part, some)

    def rows(self, x: View, out: View, geometry: Window, counts: Counts | None) -> None:
        """All windows, in ranges of rows that fit on chip."""
        ctx = self.ctx
        batch, channels, height, width = x.shape
        (_kh, _), (sh, _), pads = geometry.kernel, geometry.strides, geometry.pads
        wide = width + pads[1] + pads[3]
        direct = x.on_chip and (not any(pads) or (self.halo and ctx.has_halo(x, pads, 0.0)))
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
                    ctx.builder.memset(source, self.fill)
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
                _divide(ctx, sums, target, (counts[0][low:high] if len(counts[0]) > 1 else counts[0]) * counts[1])
            if target is not region:
                ctx.builder.dma(target, region)


def _divide(ctx: Lowering, sums: View, out: View, counts: F32) -> None:
    if (counts == counts.flat[0]).all():
        ctx.builder.tensor_scalar(sums, out, "mul", float(np.float32(1.0) / counts.flat[0]))
        return
    with np.errstate(divide="ignore"):
        # The average of a window without elements is 0 times infinity, NaN.
        reciprocals = np.float32(1.0) / counts
    factors = ctx.constant("counts", reciprocals).lead(4)
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
    reduce_axis(ctx, strip, replace(across, shape=(*across.shape, 1), strides=(*across.strides, 0)), op, 4)
    zero, tile, row, column = across.strides
    down = replace(across, shape=(1, channels, rows, columns, kh), strides=(zero, tile, row * sh, column, row * dh))
    reduce_axis(ctx, down, replace(out, shape=(*out.shape, 1), strides=(*out.strides, 0)), op, 4)
