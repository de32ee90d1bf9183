"""
Brings the input of a convolution to the partitions in the form its contraction steps read.

One contraction step uses at most as many partitions as the array has rows. Channels alone often fill few of them, so
kernel rows, or whole windows, are put beside each other: fewer steps for more data moved.
"""

from dataclasses import dataclass, replace
from enum import Enum
from math import prod

from accelc.lowering.context import Lowering
from accelc.lowering.deferred import F32, Kernel
from accelc.lowering.views import View, itemsize


@dataclass(frozen=True)
class Window:
    """Window of a 2-D convolution over (N, C, H, W)."""

    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    dilations: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    """top, left, bottom, right"""
    group: int = 1
    packed: bool = False
    """the kernel rows are side by side on the partitions, so that one output row is one moving row"""

    def rows_in(self, rows_out: int) -> int:
        """Padded input rows that `rows_out` output rows need."""
        return (rows_out - 1) * self.strides[0] + (self.kernel[0] - 1) * self.dilations[0] + 1


class Layout(Enum):
    """What lies on the partitions."""

    CHANNELS = "channels"
    ROWS = "kernel rows of all channels"
    WINDOWS = "whole windows: kernel row, column, channel"
    FIBRES = "whole windows: kernel row, channel, column"


def layout_of(rows: int, channels: int, kernel: tuple[int, int], group: int) -> Layout:
    """
    The layout with the fewest contraction steps on an array of `rows` rows; whole windows only where they halve them.

    `WINDOWS` stands for both orders of a window.
    """
    kh, kw = kernel
    plain = kh * kw * -(-channels // rows)
    by_rows = kw if kh > 1 and channels * kh <= rows else plain
    if group == 1 and 2 * -(-channels * kh * kw // rows) <= min(plain, by_rows):
        return Layout.WINDOWS
    return Layout.ROWS if group == 1 and by_rows < plain else Layout.CHANNELS


@dataclass(frozen=True)
class Staging:
    """How the input (C, H, W) of one convolution is staged; `window` is what is left to do by contraction steps."""

    source: Window
    window: Window
    layout: Layout
    channels: int
    """rows of the contraction in all: channels, or more where windows are laid out"""
    in_place: bool
    width: int
    """elements of a staged row"""

    @staticmethod
    def choose(ctx: Lowering, x: View, source: Window, columns: int) -> "Staging":
        """How to stage `x` (N, C, H, W) for the window `source` with `columns` output columns."""
        _, channels, _, width = x.shape
        wide = width + source.pads[1] + source.pads[3]
        layout = layout_of(ctx.target.tensor.rows, channels, source.kernel, source.group)
        if layout is Layout.WINDOWS:
            kh, kw = source.kernel
            if channels < kw and not x.on_chip and source.pads[1] == source.pads[3] == 0:
                layout = Layout.FIBRES
            return Staging(source, Window((1, 1)), layout, channels * kh * kw, False, columns)
        if layout is Layout.ROWS:
            return Staging(source, replace(source, packed=True), layout, channels, False, wide)
        ready = x.on_chip and ctx.has_halo(x, source.pads, 0.0)
        ready = ready and x.storage.dtype == ctx.matmul_dtype and not ctx.split_terms
        return Staging(source, source, layout, channels, ready, wide)

    def arrange(self, weight: Kernel) -> Kernel:
        """`weight` (M, C, kh, kw) in the order of the layout: (M, rows of the contraction, kernel left)."""
        if self.layout not in (Layout.WINDOWS, Layout.FIBRES):
            return weight
        order = (0, 2, 3, 1) if self.layout is Layout.WINDOWS else (0, 2, 1, 3)

        def channels(low: int, high: int) -> F32:
            return weight.channels(low, high).transpose(order).reshape(high - low, -1, 1, 1)

        m, *window = weight.shape
        return Kernel((m, prod(window), 1, 1), channels)

    def _line_bytes(self, ctx: Lowering) -> int:
        """Bytes per partition of one staged row, with its terms."""
        tiles = 1 if self.layout is Layout.ROWS else -(-self.channels // ctx.target.tensor.rows)
        item = itemsize(ctx.operand_dtype) + ctx.split_terms * itemsize(ctx.matmul_dtype)
        return tiles * self.width * item

    def fixed_bytes(self, ctx: Lowering) -> int:
        """Bytes per partition that staging takes besides those of each output row."""
        return self._line_bytes(ctx) * self.source.rows_in(1) if self._overlaps else 0

    def row_bytes(self, ctx: Lowering) -> int:
        """Bytes per partition that staging takes for each output row."""
        return 0 if self.in_place else self._line_bytes(ctx) * (self.source.strides[0] if self._overlaps else 1)

    @property
    def _overlaps(self) -> bool:
        return self.layout is Layout.CHANNELS and not self.in_place

    def stage(self, ctx: Lowering, image: View, bounds: tuple[int, int]) -> View:
        """What output rows `bounds` need of `image` (C, H, W), on chip; its bf16 terms if the array needs them."""
        if self.in_place:
            return _origin(image, self.source, bounds[0])
        if self.layout in (Layout.WINDOWS, Layout.FIBRES):
            return split(ctx, self._stage_windows(ctx, image, bounds))
        return split(ctx, self._stage_rows(ctx, image, bounds))

    def _stage_rows(self, ctx: Lowering, image: View, bounds: tuple[int, int]) -> View:
        low, high = bounds
        channels, height, width = image.shape
        top, left, _, right = self.source.pads
        kh, wide = self.source.kernel[0], self.width
        stride, dilation = self.source.strides[0], self.source.dilations[0]
        if self.layout is Layout.ROWS:
            packed = ctx.scratch("pack", (channels * kh, high - low, wide), 0, ctx.operand_dtype)
            rows = [(i * channels, low * stride + i * dilation - top, high - low, stride) for i in range(kh)]
        else:
            count = self.source.rows_in(high - low)
            packed = ctx.scratch("pad", (channels, count, wide), 0, ctx.operand_dtype)
            rows = [(0, low * stride - top, count, 1)]
        inside = left == right == 0 and all(first >= 0 and first + (n - 1) * s < height for _, first, n, s in rows)
        if not inside:
            ctx.builder.memset(packed, 0.0)
        for partition, first, count, step in rows:
            skip = max(0, -(first // step))
            last = min(count, -(-(height - first) // step))
            if last <= skip:
                continue
            start = first + skip * step
            source = image.slice(1, start, start + (last - skip - 1) * step + 1, step)
            assert source is not None
            part = replace(packed, shape=(channels, last - skip, width), offset=packed.offset + skip * wide + left)
            ctx.move(source, part, partition)
        return packed

    def _stage_windows(self, ctx: Lowering, image: View, bounds: tuple[int, int]) -> View:
        """(kernel taps and channels, output rows, output columns): each tap is the image shifted and strided."""
        low, high = bounds
        channels, height, width = image.shape
        kh, kw = self.source.kernel
        packed = ctx.scratch("windows", (self.channels, high - low, self.width), 0, ctx.operand_dtype)
        if any(self.source.pads):
            ctx.builder.memset(packed, 0.0)
        for r in range(kh):
            rows = _valid(self.source, 0, r, height, low, high)
            if self.layout is Layout.FIBRES:
                for c in range(channels):
                    columns = (0, self.width)
                    fibre = _shifted(image, self.source, (r, 0), rows, columns).cut(0, c, c + 1)
                    step = image.strides[2] * self.source.dilations[1]
                    source = replace(fibre, shape=(kw, *fibre.shape[1:]), strides=(step, *fibre.strides[1:]))
                    self._put(ctx, source, packed, (r * channels + c) * kw, (rows, columns), low)
                continue
            for c in range(kw):
                columns = _valid(self.source, 1, c, width, 0, self.width)
                source = _shifted(image, self.source, (r, c), rows, columns)
                self._put(ctx, source, packed, (r * kw + c) * channels, (rows, columns), low)
        return packed

    def _put(
        self,
        ctx: Lowering,
        source: View,
        packed: View,
        start: int,
        region: tuple[tuple[int, int], tuple[int, int]],
        low: int,
    ) -> None:
        (top, bottom), columns = region
        if bottom > top and columns[1] > columns[0]:
            whole = packed.part([(0, packed.shape[0]), (top - low, bottom - low), columns])
            ctx.place(source, whole, 0, start)


def _valid(window: Window, axis: int, tap: int, size: int, low: int, high: int) -> tuple[int, int]:
    """Output positions within `low:high` whose input for kernel tap `tap` is not padding, as (first, last + 1)."""
    shift = tap * window.dilations[axis] - window.pads[axis]
    stride = window.strides[axis]
    return max(low, -(shift // stride)), min(high, (size - 1 - shift) // stride + 1)


def _shifted(
    image: View, window: Window, tap: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int]
) -> View:
    """(C, rows, columns): the input of kernel tap `tap` for output positions `rows` x `columns`."""
    offset = image.offset
    strides = [image.strides[0]]
    for axis, (first, _) in enumerate((rows, columns)):
        shift = tap[axis] * window.dilations[axis] - window.pads[axis]
        offset += (first * window.strides[axis] + shift) * image.strides[1 + axis]
        strides.append(image.strides[1 + axis] * window.strides[axis])
    shape = (image.shape[0], rows[1] - rows[0], columns[1] - columns[0])
    return replace(image, shape=shape, strides=tuple(strides), offset=offset)


def _origin(image: View, window: Window, low: int) -> View:
    """View whose element (c, 0, 0) is the top left input of output row `low`, reaching into the halo."""
    top, left = window.pads[:2]
    row = low * window.strides[0] - top
    return replace(image, offset=image.offset + row * image.strides[1] - left * image.strides[2])


def split(ctx: Lowering, packed: View) -> View:
    """Replaces a staged fp32 tensor by its bf16 terms side by side; unchanged if no splitting is needed."""
    if not ctx.split_terms:
        return packed
    length = packed.storage.elements
    terms = ctx.builder.storage("terms", "sbuf", ctx.split_terms * length, "bf16")
    rest = packed
    for t in range(ctx.split_terms):
        term = replace(packed, storage=terms, offset=packed.offset + t * length)
        ctx.builder.copy(rest, term)
        if t + 1 < ctx.split_terms:
            following = replace(packed, storage=ctx.builder.storage("rest", "sbuf", length, "fp32"))
            ctx.builder.tensor_tensor("sub", rest, term, following)
            rest = following
    return replace(packed, storage=terms)
