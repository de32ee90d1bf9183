"""
Lowers convolutions and matrix products with constant weights to matmul macro-ops and their evacuation.

Channels lie on the partitions. Output is produced in PSUM panels of at most half of the banks, so that the
scalar and vector engines evacuate one panel while the array fills the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from accelc.errors import CapacityError
from accelc.lowering.builder import ITEM_BYTES, MatmulCall, Step
from accelc.lowering.context import Lowering
from accelc.lowering.packing import F32, Slab, pack_conv
from accelc.lowering.staging import Staging, Window
from accelc.lowering.stationary import Loaded, SlabWeights, Stationary, load_whole
from accelc.lowering.views import View


@dataclass(frozen=True)
class Epilogue:
    """What happens to a product on its way out of PSUM: `func(acc + bias + residual)`."""

    bias: View | None = None
    """(M, 1, 1) on chip"""
    residual: View | None = None
    """same shape as the output"""
    func: str = "identity"


def conv2d(ctx: Lowering, x: View, weight: F32, out: View, geometry: Window, epilogue: Epilogue, name: str) -> None:
    """`out` (N, M, OH, OW) = epilogue(conv(x (N, C, H, W), weight (M, C/group, kh, kw)))."""
    staging = Staging.choose(ctx, x, geometry, out.shape[3])
    columns = ctx.target.tensor.cols
    slabs = _slabs(ctx, staging.arrange(weight), staging)
    sources = [SlabWeights(slab, name) for slab in slabs]
    keep = len(slabs) == 1
    loaded: Loaded | None = None
    tiles_out = -(-max(s.stop - s.start for s in slabs) // columns)
    step = ctx.rows_per_chunk(
        out.shape[2],
        fixed=staging.fixed_bytes(ctx),
        per_row=staging.row_bytes(ctx) + (0 if out.on_chip else tiles_out * out.shape[3] * 4),
    )
    for n in range(x.shape[0]):
        image, result = _drop_batch(x, n), _drop_batch(out, n)
        for low in range(0, out.shape[2], step):
            high = min(low + step, out.shape[2])
            moving = staging.stage(ctx, image, (low, high))
            for slab, source in zip(slabs, sources, strict=True):
                if not keep or loaded is None:
                    loaded = load_whole(ctx, source, slab.stop - slab.start)
                region = _rows(_channels(result, slab.start, slab.stop), low, high)
                target = region if region.on_chip else ctx.scratch(name, region.shape, 0, ctx.dtype)
                piece = replace(
                    epilogue,
                    bias=epilogue.bias and _channels(epilogue.bias, slab.start, slab.stop),
                    residual=epilogue.residual
                    and _rows(_channels(_drop_batch(epilogue.residual, n), slab.start, slab.stop), low, high),
                )
                multiply(ctx, moving, source, loaded, target, staging.window, piece, name)
                if not region.on_chip:
                    ctx.builder.dma(target, region)


def _drop_batch(view: View, n: int) -> View:
    cut = view.slice(0, n, n + 1)
    assert cut is not None
    assert view.axis != 0
    axis = None if cut.axis is None else cut.axis - 1
    return replace(cut, shape=cut.shape[1:], strides=cut.strides[1:], axis=axis)


def _rows(view: View, low: int, high: int) -> View:
    cut = view.slice(1, low, high)
    assert cut is not None
    return cut


def _channels(view: View, low: int, high: int) -> View:
    cut = view.slice(0, low, high)
    assert cut is not None
    return cut


def _slabs(ctx: Lowering, weight: F32, staging: Staging) -> list[Slab]:
    """Output-channel slabs whose weights fit the weight budget (at least one array width each)."""
    m = weight.shape[0]
    columns, rows, window = ctx.target.tensor.cols, ctx.target.tensor.rows, staging.window
    item = ITEM_BYTES[ctx.matmul_dtype] * max(ctx.split_terms, 1)
    per_row = 1 if window.packed else window.kernel[0] * -(-staging.channels // rows)
    width = max(ctx.weight_budget // (window.kernel[1] * per_row * item) // columns, 1) * columns
    if window.group > 1:
        width = columns
    return [
        pack_conv(weight, staging.channels, window.group, (s, min(s + width, m)), rows, pack_rows=window.packed)
        for s in range(0, m, width)
    ]


def multiply(
    ctx: Lowering,
    moving: View,
    source: Stationary,
    loaded: Loaded | None,
    out: View,
    geometry: Window,
    epilogue: Epilogue,
    name: str,
) -> None:
    """All PSUM panels of `out` (M, H, W) = `source` times `moving` (C, H, W); `loaded` if all of it is on chip."""
    target = ctx.target
    rows_step = moving.strides[1] * (1 if geometry.packed else geometry.strides[0])
    column_step = moving.strides[2] * geometry.strides[1]
    _, rows, columns = out.shape
    flat = out.reshape((out.shape[0], rows * columns, 1))
    if (
        flat is not None
        and rows_step == columns * column_step
        and (epilogue.residual is None or epilogue.residual.reshape(flat.shape) is not None)
    ):
        residual = epilogue.residual and epilogue.residual.reshape(flat.shape)
        out, rows, columns, rows_step = flat, rows * columns, 1, column_step
        epilogue = replace(epilogue, residual=residual)
    limit = min(target.tensor.moving_max, target.psum.bank_bytes // target.psum.elem_bytes)
    for left in range(0, columns, limit):
        right = min(left + limit, columns)
        strip = replace(moving, offset=moving.offset + left * column_step)
        cut = out.slice(2, left, right)
        residual = epilogue.residual and epilogue.residual.slice(2, left, right)
        assert cut is not None
        for m0, m1, low, high, block in _psum_panels(ctx, cut, limit):
            _product(
                ctx,
                strip,
                source,
                loaded,
                _rows(_channels(cut, m0, m1), low, high),
                geometry,
                replace(
                    epilogue,
                    bias=epilogue.bias and _channels(epilogue.bias, m0, m1),
                    residual=residual and _rows(_channels(residual, m0, m1), low, high),
                ),
                (m0, m1, low, block, rows_step, column_step),
                name,
            )


def _psum_panels(ctx: Lowering, out: View, limit: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(first channel, last, first row, last, rows per block) of each PSUM panel."""
    m, rows, columns = out.shape
    array_columns = ctx.target.tensor.cols
    banks = max(ctx.target.psum.banks // 2, 1)
    most = max(limit // columns, 1)
    blocks = -(-rows // most)
    block = -(-rows // blocks)
    if blocks == 1:
        bank = ctx.target.psum.bank_bytes // ctx.target.psum.elem_bytes
        per_bank = bank // (rows * columns)
        tiles = per_bank if per_bank > 1 else banks
        for low in range(0, m, tiles * array_columns):
            yield low, min(low + tiles * array_columns, m), 0, rows, block
        return
    for low in range(0, m, array_columns):
        for first in range(0, rows, banks * block):
            yield low, min(low + array_columns, m), first, min(first + banks * block, rows), block


def _product(
    ctx: Lowering,
    moving: View,
    source: Stationary,
    loaded: Loaded | None,
    out: View,
    geometry: Window,
    epilogue: Epilogue,
    window: tuple[int, int, int, int, int, int],
    name: str,
) -> None:
    """One PSUM panel: its products over all contraction steps, then its evacuation into `out`."""
    m0, m1, low, block, rows_step, column_step = window
    m, rows, columns = out.shape
    block = min(block, rows)
    bank = ctx.target.psum.bank_bytes // ctx.target.psum.elem_bytes
    tiles = -(-m // ctx.target.tensor.cols)
    blocks = -(-rows // block)
    size = block * columns
    m_stride = bank if blocks > 1 or size * 2 > bank else size
    n_stride = bank
    length = max((tiles - 1) * m_stride + (blocks - 1) * n_stride + size, 1)
    accumulator = ctx.target.tensor.accumulator(ctx.matmul_dtype)
    psum = ctx.builder.storage(f"{name}.acc", "psum", -(-length // bank) * bank, accumulator)
    terms = max(ctx.split_terms, 1)
    length = moving.storage.elements // terms
    for low_unit, high_unit, piece in _stream(ctx, source, loaded, (m0, m1), name):
        steps: list[Step] = []
        for index in range(low_unit, high_unit):
            tap, term = source.taps[index // terms], index % terms
            offset = (
                moving.offset
                + tap.tile * moving.strides[0]
                + tap.row * geometry.dilations[0] * moving.strides[1]
                + tap.column * geometry.dilations[1] * moving.strides[2]
                + low * rows_step
            )
            stationary = piece.offset + (index - low_unit) * piece.stride + m0 - piece.low
            steps += [Step(tap.rows, stationary, offset + other * length) for other in range(terms - term)]
        ctx.builder.matmul(
            piece.storage,
            moving.storage,
            psum,
            MatmulCall(
                m=m,
                steps=tuple(steps),
                moving_sizes=(rows, columns),
                moving_strides=(rows_step, column_step),
                n_block=block,
                out_m_stride=m_stride,
                out_n_stride=n_stride,
                accumulate=low_unit > 0,
            ),
        )
    full = rows // block
    whole = View(psum, (m, full, block, columns), (m_stride, n_stride, columns, 1), axis=0)
    _evacuate(ctx, whole, _rows(out, 0, full * block), epilogue, (0, full * block))
    if full * block < rows:
        rest = rows - full * block
        part = View(psum, (m, 1, rest, columns), (m_stride, n_stride, columns, 1), full * n_stride, axis=0)
        _evacuate(ctx, part, _rows(out, full * block, rows), epilogue, (full * block, rows))


def _stream(
    ctx: Lowering, source: Stationary, loaded: Loaded | None, columns: tuple[int, int], name: str
) -> Iterator[tuple[int, int, Loaded]]:
    """(first unit, last, where) of the pieces of the stationary operand, in order, loaded one after the other."""
    units = len(source.taps) * max(ctx.split_terms, 1)
    if loaded is not None:
        yield 0, units, loaded
        return
    low, high = columns
    count = ctx.weight_budget // ((high - low) * ITEM_BYTES[ctx.matmul_dtype])
    if count == 0:
        raise CapacityError(
            f"layer '{ctx.builder.loc_name or name}': one stationary tile of {high - low} columns does not fit the "
            f"{ctx.weight_budget} bytes per partition that target '{ctx.target.name}' has for weights"
        )
    for first in range(0, units, count):
        last = min(first + count, units)
        yield first, last, source.load(ctx, first, last, low, high)


def _evacuate(ctx: Lowering, psum: View, out: View, epilogue: Epilogue, rows: tuple[int, int]) -> None:
    """`out = func(psum + bias + residual)`; psum is (m, blocks, rows per block, columns), out (m, rows, columns)."""
    blocked = out.reshape(psum.shape)
    assert blocked is not None
    bias: float | View = 0.0
    if epilogue.bias is not None:
        spread = epilogue.bias.broadcast((out.shape[0], 1, 1))
        assert spread is not None
        wide = replace(spread, shape=(out.shape[0], 1, 1, 1), strides=(spread.strides[0], 0, 0, 0)).broadcast(
            psum.shape
        )
        assert wide is not None
        bias = wide
    if epilogue.residual is None:
        ctx.builder.activate(epilogue.func, psum, blocked, bias=bias)
        return
    residual = ctx.on_chip(_rows(epilogue.residual, *rows), 0).reshape(psum.shape)
    assert residual is not None
    ctx.builder.tensor_tensor("add", psum, residual, blocked)
    if epilogue.bias is not None or epilogue.func != "identity":
        ctx.builder.activate(epilogue.func, blocked, blocked, bias=bias)
