"""How convolution weights are packed for the stationary side of the systolic array. NumPy only, no IR."""

from collections.abc import Sequence
from dataclasses import dataclass

import ml_dtypes
import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Tap:
    """Contraction step before splitting: which K tile, how many rows, and which kernel tap it multiplies."""

    tile: int
    rows: int
    row: int
    column: int


@dataclass(frozen=True)
class Slab:
    """
    Weights of the output channels `start:stop`.

    `full` is (rows, taps, channels) for taps that use all rows of the array, `ragged` the same for the last,
    shorter K tile; either may have no taps. `taps` lists full taps first.
    """

    start: int
    stop: int
    taps: tuple[Tap, ...]
    full: F32
    ragged: F32


def pack_conv(weight: F32, channels: int, group: int, bounds: tuple[int, int], rows: int, *, pack_rows: bool) -> Slab:
    """
    Packs `weight` (M, C/group, kh, kw) for output channels `bounds` on an array of `rows` rows.

    With `pack_rows` all kernel rows share one contraction step (C * kh <= rows; partition = kernel row * C + c).
    Grouped weights become block-diagonal within the K tiles their groups touch; other tiles are skipped.
    """
    start, stop = bounds
    m, per_group, kh, kw = weight.shape
    block = weight[start:stop]
    if pack_rows:
        data = block.transpose(2, 1, 3, 0).reshape(channels * kh, kw, stop - start)
        taps = tuple(Tap(0, channels * kh, 0, column) for column in range(kw))
        empty = np.zeros((rows, 0, stop - start), np.float32)
        return Slab(start, stop, taps, empty, np.ascontiguousarray(data))
    group_of = np.arange(start, stop) // (m // group)
    first, last = group_of[0] * per_group, (group_of[-1] + 1) * per_group
    tiles = [t for t in range(-(-channels // rows)) if t * rows < last and (t + 1) * rows > first]
    full: list[F32] = []
    ragged: list[F32] = []
    taps_full: list[Tap] = []
    taps_ragged: list[Tap] = []
    for tile in tiles:
        size = min(rows, channels - tile * rows)
        dense = _tile_of(block, group_of, per_group, tile * rows, size)
        packed = dense.transpose(1, 2, 3, 0).reshape(size, kh * kw, stop - start)
        taps = [Tap(tile, size, r, c) for r in range(kh) for c in range(kw)]
        (full if size == rows else ragged).append(packed)
        (taps_full if size == rows else taps_ragged).extend(taps)
    return Slab(
        start,
        stop,
        (*taps_full, *taps_ragged),
        _join(full, rows, stop - start),
        _join(ragged, ragged[0].shape[0] if ragged else 0, stop - start),
    )


def _join(parts: Sequence[F32], rows: int, columns: int) -> F32:
    return np.ascontiguousarray(np.concatenate(parts, axis=1)) if parts else np.zeros((rows, 0, columns), np.float32)


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


def split_terms(data: F32, terms: int) -> list[Array]:
    """bf16 arrays whose sum is `data` to 8 * `terms` bits (the decomposition behind fp32 products on a bf16 array)."""
    parts: list[Array] = []
    rest = data
    for _ in range(terms):
        part = rest.astype(ml_dtypes.bfloat16)
        parts.append(part)
        rest = rest - part.astype(np.float32)
    return parts
