"""
Products of a stationary and a moving operand, both on chip, as matmul macro-ops and their evacuation from PSUM.

Channels lie on the partitions. Output is produced in PSUM panels of at most half of the banks, so that the scalar and
vector engines evacuate one panel while the array fills the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from accelc.errors import CapacityError
from accelc.lowering.builder import Location, MatmulCall, Step
from accelc.lowering.context import Lowering
from accelc.lowering.products.staging import Window
from accelc.lowering.products.stationary import Loaded, Stationary
from accelc.lowering.views import View, itemsize
from accelc.numerics import is_integer


@dataclass(frozen=True)
class Epilogue:
    """What happens to a product on its way out of PSUM: `func(acc + bias + residual)`."""

    bias: View | None = None
    """(M, 1, 1) on chip"""
    residual: View | None = None
    """same shape as the output"""
    func: str = "identity"
    residual_at: Location | None = None
    """operation that adds the residual, if not the product"""
    func_at: Location | None = None
    """operation that applies the function, if not the product"""


@dataclass(frozen=True)
class Contraction:
    """
    Operands of one product: `moving` (C, H, W) under `window`, times `source`.

    `loaded` says where all of `source` is on chip; None: it is loaded piece by piece.
    """

    moving: View
    window: Window
    source: Stationary
    loaded: Loaded | None
    name: str


@dataclass(frozen=True)
class _Panel:
    """Part of the output that PSUM holds at once: channels, rows of the output, and rows of one block."""

    channels: tuple[int, int]
    rows: tuple[int, int]
    block: int

    def of(self, view: View) -> View:
        """This part of a view (M, H, W)."""
        return view.cut(0, *self.channels).cut(1, *self.rows)


def multiply(ctx: Lowering, product: Contraction, out: View, epilogue: Epilogue) -> None:
    """All PSUM panels of `out` (M, H, W), on chip, as `epilogue(product)`."""
    moving, window = product.moving, product.window
    row_step = moving.strides[1] * (1 if window.packed else window.strides[0])
    column_step = moving.strides[2] * window.strides[1]
    _, rows, columns = out.shape
    flat = out.reshape((out.shape[0], rows * columns, 1))
    residual = epilogue.residual
    flat_residual = residual and flat and residual.reshape(flat.shape)
    if flat is not None and row_step == columns * column_step and (flat_residual is None) == (residual is None):
        out, columns, row_step, residual = flat, 1, column_step, flat_residual
    limit = min(ctx.target.tensor.moving_max, ctx.target.psum.bank_bytes // ctx.target.psum.elem_bytes)
    for left in range(0, columns, limit):
        right = min(left + limit, columns)
        strip = replace(product, moving=replace(moving, offset=moving.offset + left * column_step))
        cut = out.cut(2, left, right)
        for panel in _panels(ctx, cut, limit):
            part = replace(
                epilogue,
                bias=epilogue.bias and epilogue.bias.cut(0, *panel.channels),
                residual=residual and panel.of(residual.cut(2, left, right)),
            )
            _panel(ctx, strip, (row_step, column_step), panel, panel.of(cut), part)


def _panels(ctx: Lowering, out: View, limit: int) -> Iterator[_Panel]:
    """PSUM panels of `out`, whose rows have at most `limit` columns."""
    m, rows, columns = out.shape
    array_columns = ctx.target.tensor.cols
    banks = max(ctx.target.psum.banks // 2, 1)
    blocks = -(-rows // max(limit // columns, 1))
    block = -(-rows // blocks)
    if blocks == 1:
        bank = ctx.target.psum.bank_bytes // ctx.target.psum.elem_bytes
        per_bank = bank // (rows * columns)
        width = array_columns * (per_bank if per_bank > 1 else banks)
        for low in range(0, m, width):
            yield _Panel((low, min(low + width, m)), (0, rows), block)
        return
    for low in range(0, m, array_columns):
        for first in range(0, rows, banks * block):
            last = min(first + banks * block, rows)
            yield _Panel((low, min(low + array_columns, m)), (first, last), min(block, last - first))


def _panel(
    ctx: Lowering, product: Contraction, steps: tuple[int, int], panel: _Panel, out: View, epilogue: Epilogue
) -> None:
    """One panel: its products over all contraction steps, then its evacuation; `steps` from row to row and column."""
    m, rows, columns = out.shape
    block = panel.block
    bank = ctx.target.psum.bank_bytes // ctx.target.psum.elem_bytes
    tiles, blocks, size = -(-m // ctx.target.tensor.cols), -(-rows // block), block * columns
    m_stride = bank if blocks > 1 or size * 2 > bank else size
    length = max((tiles - 1) * m_stride + (blocks - 1) * bank + size, 1)
    accumulator = ctx.target.tensor.accumulator(ctx.matmul_dtype)
    psum = ctx.builder.storage(f"{product.name}.acc", "psum", -(-length // bank) * bank, accumulator)
    for first, last, piece in _stream(ctx, product, panel.channels):
        ctx.builder.matmul(
            piece.storage,
            product.moving.storage,
            psum,
            MatmulCall(
                m=m,
                steps=_steps(ctx, product, range(first, last), piece, (panel.channels[0], panel.rows[0] * steps[0])),
                moving_sizes=(rows, columns),
                moving_strides=steps,
                n_block=block,
                out_m_stride=m_stride,
                out_n_stride=bank,
                accumulate=first > 0,
            ),
        )
    full = rows // block
    whole = View(psum, (m, full, block, columns), (m_stride, bank, columns, 1), axis=0)
    _evacuate(ctx, whole, out.cut(1, 0, full * block), epilogue, (0, full * block))
    if full * block < rows:
        rest = rows - full * block
        part = View(psum, (m, 1, rest, columns), (m_stride, bank, columns, 1), full * bank, axis=0)
        _evacuate(ctx, part, out.cut(1, full * block, rows), epilogue, (full * block, rows))


def _steps(
    ctx: Lowering, product: Contraction, units: range, piece: Loaded, origin: tuple[int, int]
) -> tuple[Step, ...]:
    """Contraction steps of some units for the panel that starts at (channel, moving element) `origin`."""
    moving, window = product.moving, product.window
    terms = max(ctx.split_terms, 1)
    length = moving.storage.elements // terms
    steps: list[Step] = []
    for position, unit in enumerate(units):
        tap, term = product.source.taps[unit // terms], unit % terms
        offset = (
            moving.offset
            + tap.tile * moving.strides[0]
            + tap.row * window.dilations[0] * moving.strides[1]
            + tap.column * window.dilations[1] * moving.strides[2]
            + origin[1]
        )
        stationary = piece.offset + position * piece.stride + origin[0] - piece.low
        # Products of small terms with small terms are below the accumulator's precision.
        steps += [Step(tap.rows, stationary, offset + other * length) for other in range(terms - term)]
    return tuple(steps)


def _stream(ctx: Lowering, product: Contraction, columns: tuple[int, int]) -> Iterator[tuple[int, int, Loaded]]:
    """(first unit, last, where) of the pieces of the stationary operand, in order, loaded one after the other."""
    units = len(product.source.taps) * max(ctx.split_terms, 1)
    if product.loaded is not None:
        yield 0, units, product.loaded
        return
    low, high = columns
    count = ctx.weight_budget // ((high - low) * itemsize(ctx.matmul_dtype))
    if count == 0:
        raise CapacityError(
            f"layer '{ctx.builder.location.name or product.name}': one stationary tile of {high - low} columns does "
            f"not fit the {ctx.weight_budget} bytes per partition that target '{ctx.target.name}' has for weights; "
            "use a target with more memory"
        )
    for first in range(0, units, count):
        last = min(first + count, units)
        yield first, last, product.source.load(ctx, first, last, low, high)


def _evacuate(ctx: Lowering, psum: View, out: View, epilogue: Epilogue, rows: tuple[int, int]) -> None:
    """`out = func(psum + bias + residual)`; psum is (m, blocks, rows per block, columns), out (m, rows, columns)."""
    blocked = out.reshape(psum.shape)
    assert blocked is not None
    bias: float | View = 0.0
    if epilogue.bias is not None:
        spread = replace(epilogue.bias, shape=(psum.shape[0], 1, 1, 1), strides=(epilogue.bias.strides[0], 0, 0, 0))
        wide = spread.broadcast(psum.shape)
        assert wide is not None
        bias = wide
    source = psum
    if epilogue.residual is not None:
        residual = ctx.on_chip(epilogue.residual.cut(1, *rows), 0).reshape(psum.shape)
        assert residual is not None
        more = epilogue.bias is not None or epilogue.func != "identity"
        # A sum that is not final stays in the accumulator's precision.
        source = psum if more and out.storage.dtype != psum.storage.dtype else blocked
        with ctx.builder.at(epilogue.residual_at):
            ctx.builder.tensor_tensor("add", psum, residual, source)
    if is_integer(out.storage.dtype):
        ctx.builder.copy(source, blocked)
    elif source is psum or epilogue.bias is not None or epilogue.func != "identity":
        with ctx.builder.at(epilogue.func_at):
            ctx.builder.activate(epilogue.func, source, blocked, bias=bias)
