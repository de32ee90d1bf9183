"""How convolution weights are packed for the stationary side of the systolic array. NumPy only, no IR."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import ml_dtypes
import numpy as np
import numpy.typing as npt

from accelc.lowering.deferred import F32, Array, Kernel
from accelc.numerics import DTYPES, cast


@dataclass(frozen=True)
class Tap:
    """Contraction step before splitting: which K tile, how many rows, and which kernel tap it multiplies."""

    tile: int
    rows: int
    row: int
    column: int


@dataclass(frozen=True)
class Part:
    """Packed weights (rows, taps, channels), computed when their data is first asked for."""

    rows: int
    taps: int
    compute: Callable[[], F32]

    @cached_property
    def data(self) -> F32:
        """The elements."""
        return self.compute()


@dataclass(frozen=True)
class Slab:
    """
    Weights of the output channels `start:stop`.

    `full` is for taps that use all rows of the array, `ragged` for the last, shorter K tile; either may have no taps.
    `taps` lists full taps first.
    """

    start: int
    stop: int
    taps: tuple[Tap, ...]
    full: Part
    ragged: Part


def pack_conv(
    weight: Kernel, channels: int, group: int, bounds: tuple[int, int], rows: int, *, pack_rows: bool
) -> Slab:
    """
    Packs `weight` (M, C/group, kh, kw) for output channels `bounds` on an array of `rows` rows.

    With `pack_rows` all kernel rows share one contraction step (C * kh <= rows; partition = kernel row * C + c).
    Grouped weights become block-diagonal within the K tiles their groups touch; other tiles are skipped.
    """
    start, stop = bounds
    m, per_group, kh, kw = weight.shape

    def side_by_side() -> F32:
        data = weight.channels(start, stop).transpose(2, 1, 3, 0)
        return np.ascontiguousarray(data.reshape(channels * kh, kw, stop - start))

    if pack_rows:
        taps = tuple(Tap(0, channels * kh, 0, column) for column in range(kw))
        return Slab(start, stop, taps, _no_taps(rows), Part(channels * kh, kw, side_by_side))
    group_of = np.arange(start, stop) // (m // group)
    first, last = group_of[0] * per_group, (group_of[-1] + 1) * per_group
    tiles = [t for t in range(-(-channels // rows)) if t * rows < last and (t + 1) * rows > first]
    whole = [tile for tile in tiles if (tile + 1) * rows <= channels]
    last = [tile for tile in tiles if (tile + 1) * rows > channels]

    def part(tiles: Sequence[int], size: int) -> Part:
        if not tiles:
            return _no_taps(size)

        def join() -> F32:
            block = weight.channels(start, stop)
            dense = [_tile_of(block, group_of, per_group, tile * rows, size) for tile in tiles]
            packed = [tile.transpose(1, 2, 3, 0).reshape(size, kh * kw, stop - start) for tile in dense]
            return np.ascontiguousarray(np.concatenate(packed, axis=1))

        return Part(size, len(tiles) * kh * kw, join)

    ends = channels % rows
    taps = tuple(
        Tap(tile, size, r, c)
        for tiles, size in ((whole, rows), (last, ends))
        for tile in tiles
        for r in range(kh)
        for c in range(kw)
    )
    return Slab(start, stop, taps, part(whole, rows), part(last, ends))


def _no_taps(rows: int) -> Part:
    return Part(rows, 0, lambda: np.zeros((rows, 0, 0), np.float32))


def _tile_of(block: F32, group_of: npt.NDArray[np.int64], per_group: int, first: int, size: int) -> F32:
    """Dense (m, size, kh, kw) weights of input channels `first:first+size`, zero outside each channel's group."""
    if per_group >= first + size and group_of[-1] == 0:
        return block[:, first : first + size]
    dense = np.zeros((block.shape[0], size, *block.shape[2:]), np.float32)
    for i, g in enumerate(group_of):
        low, high = max(g * per_group, first), min((g + 1) * per_group, first + size)
        if low < high:
            dense[i, low - first : high - first] = block[i, low - g * per_group : high - g * per_group]
    return dense


def array_terms(data: F32, dtype: str, terms: int) -> list[Array]:
    """Stationary data as the array takes it: rounded to its dtype, or as `terms` bf16 terms unless that is 0."""
    return split_terms(data, terms) if terms else [cast(data, dtype)]


def array_dtype(dtype: str, terms: int) -> np.dtype[np.generic]:
    """Element type of what `array_terms` makes."""
    return np.dtype(ml_dtypes.bfloat16 if terms else DTYPES[dtype])


def split_terms(data: F32, terms: int) -> list[Array]:
    """bf16 arrays whose sum is `data` to 8 * `terms` bits (the decomposition behind fp32 products on a bf16 array)."""
    parts: list[Array] = []
    rest = data
    for _ in range(terms):
        part = rest.astype(ml_dtypes.bfloat16)
        parts.append(part)
        rest = rest - part.astype(np.float32)
    return parts
