"""
Strided views of tensors in modelled memories: the arithmetic of layouts, without IR.

A tensor lives in a `Storage` and is seen through a `View`: in a partitioned memory one logical axis is laid over
the partitions (index `c` sits in partition `c % P`, tile `c // P`), all other axes and the tile index are strides
in the free dimension. In HBM every axis is a stride. Transposing, slicing, broadcasting and most reshapes are
then changes of the view and move nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from accelc.isa.records import MAX_DMA_SIZE, MAX_DMA_STRIDE, MAX_SIZE, MAX_STRIDE
from accelc.numerics import DTYPES


@dataclass(frozen=True, eq=False)
class Storage:
    """One buffer: `partitions` rows of `elements` (one row in HBM) of `dtype` in `space`."""

    symbol: str
    space: str
    partitions: int
    elements: int
    dtype: str
    role: str = "scratch"

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return itemsize(self.dtype)

    @property
    def row_bytes(self) -> int:
        """Bytes in one partition, or in all in HBM."""
        return self.elements * self.itemsize


def itemsize(dtype: str) -> int:
    """Bytes of one element of an instruction-set dtype."""
    return DTYPES[dtype].itemsize


def partition_bytes(shape: Sequence[int], axis: int, partitions: int, itemsize: int) -> int:
    """Bytes per partition of a dense tensor with `axis` over `partitions` partitions, in tiles one after the other."""
    return -(-shape[axis] // partitions) * prod(n for a, n in enumerate(shape) if a != axis) * itemsize


@dataclass(frozen=True)
class View:
    """
    A tensor of logical `shape` in `storage`.

    `strides[a]` is the distance in free elements between neighbours along axis `a`; along the partition axis
    `axis` (None in HBM) it is the distance between tiles. `replicated` says that the axis has logical size 1 and
    every partition holds the same value, so that broadcasting along it costs nothing.
    """

    storage: Storage
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    axis: int | None = None
    replicated: bool = False

    @property
    def on_chip(self) -> bool:
        """Whether the view is in a partitioned memory."""
        return self.axis is not None

    @property
    def size(self) -> int:
        """Number of logical elements."""
        return prod(self.shape)

    def overlaps(self, other: "View") -> bool:
        """Whether elements of both may be the same, as far as the first and last of each tell."""
        (low, high), (first, last) = self._extent(), other._extent()
        return self.storage is other.storage and low <= last and first <= high

    def _extent(self) -> tuple[int, int]:
        reach = [(n - 1) * stride for n, stride in zip(self.shape, self.strides, strict=True)]
        return self.offset + sum(r for r in reach if r < 0), self.offset + sum(r for r in reach if r > 0)

    def tiles(self) -> int:
        """Number of partition tiles."""
        assert self.axis is not None
        return -(-self.shape[self.axis] // self.storage.partitions)

    def lead(self, rank: int) -> "View":
        """View with axes of size 1 put in front until it has `rank` axes."""
        more = rank - len(self.shape)
        axis = None if self.axis is None else self.axis + more
        return replace(self, shape=(1,) * more + self.shape, strides=(0,) * more + self.strides, axis=axis)

    def cut(self, axis: int, low: int, high: int) -> "View":
        """View of `low:high` along `axis`; on the partition axis `low` starts a tile."""
        view = self.slice(axis, low, high)
        assert view is not None
        return view

    def part(self, bounds: Sequence[tuple[int, int]]) -> "View":
        """View of `low:high` along every axis; axes of size 1 are kept. Cuts of the partition axis start a tile."""
        view = self
        for axis, (low, high) in enumerate(bounds):
            if view.shape[axis] != 1 and (low, high) != (0, view.shape[axis]):
                view = view.cut(axis, low, high)
        return view

    def permute(self, perm: Sequence[int]) -> "View":
        """View with axes reordered as `numpy.transpose(perm)`."""
        axis = None if self.axis is None else list(perm).index(self.axis)
        return replace(
            self,
            shape=tuple(self.shape[p] for p in perm),
            strides=tuple(self.strides[p] for p in perm),
            axis=axis,
        )

    def slice(self, axis: int, start: int, stop: int, step: int = 1) -> "View | None":
        """View of `start:stop:step` along `axis`; None where the partition axis cannot be cut there."""
        shape = list(self.shape)
        strides = list(self.strides)
        shape[axis] = len(range(start, stop, step))
        offset = self.offset
        if axis == self.axis:
            if step != 1 or start % self.storage.partitions:
                return None
            offset += start // self.storage.partitions * strides[axis]
        else:
            offset += start * strides[axis]
            strides[axis] *= step
        return replace(self, shape=tuple(shape), strides=tuple(strides), offset=offset)

    def broadcast(self, shape: Sequence[int]) -> "View | None":
        """NumPy-broadcast to `shape`; None where data would have to cross partitions."""
        lead = len(shape) - len(self.shape)
        old = (1,) * lead + self.shape
        strides = [0] * lead + list(self.strides)
        axis = None if self.axis is None else self.axis + lead
        for a, (have, want) in enumerate(zip(old, shape, strict=True)):
            if have != want:
                assert have == 1
                if a == axis and not self.replicated:
                    return None
                strides[a] = 0
        return replace(self, shape=tuple(shape), strides=tuple(strides), axis=axis)

    def reshape(self, shape: Sequence[int]) -> "View | None":
        """Row-major reshape; None where a copy is needed. Of axes of size 1, the partition axis keeps its place."""
        shape = tuple(shape)
        if shape == self.shape:
            return self
        if self.axis is None:
            strides = _reshape_strides(self.shape, self.strides, shape)
            return None if strides is None else replace(self, shape=shape, strides=strides)
        extent = self.shape[self.axis]
        before = prod(self.shape[: self.axis])
        for axis in sorted(range(len(shape)), key=lambda axis: axis != self.axis):
            if shape[axis] == extent and prod(shape[:axis]) == before and (extent > 1 or self._ones_match(shape, axis)):
                head = _reshape_strides(self.shape[: self.axis], self.strides[: self.axis], shape[:axis])
                tail = _reshape_strides(self.shape[self.axis + 1 :], self.strides[self.axis + 1 :], shape[axis + 1 :])
                if head is not None and tail is not None:
                    strides = (*head, self.strides[self.axis], *tail)
                    return replace(self, shape=shape, strides=strides, axis=axis)
        return None

    def _ones_match(self, shape: tuple[int, ...], axis: int) -> bool:
        assert self.axis is not None
        return prod(shape[axis + 1 :]) == prod(self.shape[self.axis + 1 :])


def _reshape_strides(old: Sequence[int], strides: Sequence[int], new: Sequence[int]) -> tuple[int, ...] | None:
    """Strides of `new` over the same elements, or None (the rule of NumPy's no-copy reshape)."""
    if prod(old) != prod(new):
        return None
    if prod(new) == 0:
        return tuple(0 for _ in new)
    result = [0] * len(new)
    axis = len(new) - 1
    for size, (stride,) in reversed(coalesce([(size, (stride,)) for size, stride in zip(old, strides, strict=True)])):
        while size > 1:
            if new[axis] > 1:
                if size % new[axis]:
                    return None
                result[axis] = stride
                stride *= new[axis]
                size //= new[axis]
            axis -= 1
    return tuple(result)


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major strides in elements."""
    strides = [1] * len(shape)
    for a in range(len(shape) - 2, -1, -1):
        strides[a] = strides[a + 1] * shape[a + 1]
    return tuple(strides)


def dense_strides(shape: Sequence[int], axis: int) -> tuple[int, ...]:
    """Strides of a dense tensor on chip; along the partition axis from tile to tile."""
    sizes = [1 if a == axis else n for a, n in enumerate(shape)]
    return tuple(prod(sizes) if a == axis else stride for a, stride in enumerate(row_major(sizes)))


@dataclass(frozen=True)
class Access:
    """One instruction's access pattern: (start, count) partitions and a free pattern in elements."""

    partition: int
    partitions: int
    offset: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class Limits:
    """What one access pattern can express: dimensions, and the ranges of the record's size and stride fields."""

    dims: int
    size: int = MAX_SIZE
    stride: int = MAX_STRIDE


Dim = tuple[int, tuple[int, ...]]
"""(size, stride per view) of one loop dimension shared by several views."""


def partition_blocks(views: Sequence[View]) -> list[tuple[int, int, int, tuple[int, ...]]]:
    """
    Cuts the shared partition axis into (tiles, partitions, first tile, ...) runs: full tiles, then the rest.

    Each entry is (number of tiles, partitions used, first tile index, tile stride per view).
    """
    first = views[0]
    assert first.axis is not None
    extent, rows = first.shape[first.axis], first.storage.partitions
    strides = tuple(v.strides[v.axis] if v.axis is not None else 0 for v in views)
    full, rest = divmod(extent, rows)
    blocks: list[tuple[int, int, int, tuple[int, ...]]] = []
    if full:
        blocks.append((full, rows, 0, strides))
    if rest:
        blocks.append((1, rest, full, strides))
    return blocks


def coalesce(dims: Sequence[Dim]) -> list[Dim]:
    """Drops dimensions of size 1 and merges neighbours that are contiguous in every view."""
    merged: list[Dim] = []
    for size, strides in dims:
        if size == 1:
            continue
        if merged:
            outer_size, outer = merged[-1]
            if all(o == s * size for o, s in zip(outer, strides, strict=True)):
                merged[-1] = (outer_size * size, strides)
                continue
        merged.append((size, strides))
    return merged


def loop_nest(dims: Sequence[Dim], offsets: Sequence[int], limits: Limits) -> list[tuple[tuple[int, ...], list[Dim]]]:
    """Splits `dims` into instructions within `limits`: a list of (offset per view, remaining dimensions)."""
    inner = coalesce(dims)
    outer: list[Dim] = []
    kept: list[Dim] = []
    for size, strides in inner:
        (outer if any(abs(s) > limits.stride for s in strides) else kept).append((size, strides))
    kept, outer = _split_long(kept, outer, limits)
    while len(kept) > limits.dims:
        shortest = min(range(len(kept) - 1), key=lambda i: kept[i][0]) if len(kept) > 1 else 0
        outer.append(kept.pop(shortest))
    nest: list[tuple[tuple[int, ...], list[Dim]]] = []
    for index in product(*(range(size) for size, _ in outer)):
        shift = tuple(
            base + sum(i * strides[v] for i, (_, strides) in zip(index, outer, strict=True))
            for v, base in enumerate(offsets)
        )
        nest.append((shift, list(kept)))
    return nest


def _split_long(kept: list[Dim], outer: list[Dim], limits: Limits) -> tuple[list[Dim], list[Dim]]:
    short: list[Dim] = []
    for size, strides in kept:
        if size <= limits.size:
            short.append((size, strides))
            continue
        factor = next(f for f in range(limits.size, 0, -1) if size % f == 0)
        outer = [*outer, (size // factor, tuple(s * factor for s in strides))]
        short.append((factor, strides))
    return short, outer


def elementwise_accesses(views: Sequence[View], limits: Limits) -> list[tuple[Access, ...]]:
    """Access patterns, one tuple an instruction, that visit views of one shape and partition axis together."""
    axis = views[0].axis
    assert axis is not None
    assert all(v.axis == axis and v.shape == views[0].shape for v in views)
    free = sorted((a for a in range(len(views[0].shape)) if a != axis), key=lambda a: -views[0].strides[a])
    result: list[tuple[Access, ...]] = []
    for tiles, partitions, first, strides in partition_blocks(views):
        dims: list[Dim] = [(tiles, strides)]
        dims += [(views[0].shape[a], tuple(v.strides[a] for v in views)) for a in free]
        dims.sort(key=lambda d: -d[1][0])
        offsets = [v.offset + first * s for v, s in zip(views, strides, strict=True)]
        for shift, kept in loop_nest(dims, offsets, limits):
            result.append(
                tuple(
                    Access(
                        0, partitions, shift[i], tuple(d[0] for d in kept) or (1,), tuple(d[1][i] for d in kept) or (1,)
                    )
                    for i in range(len(views))
                )
            )
    return result


def reduce_accesses(
    source: View, out: View, axes: Sequence[int], limits: Limits
) -> list[tuple[Access, Access, int]] | None:
    """
    (source, out, number of innermost reduced dimensions) per instruction; None if `limits.dims` cannot do it.

    `out` has the shape of `source` with the reduced `axes` of size 1; the partition axis is not reduced.
    """
    axis = source.axis
    assert axis is not None
    assert axis not in axes
    assert out.axis == axis
    free = [a for a in range(len(source.shape)) if a != axis]
    reduced = coalesce([(source.shape[a], (source.strides[a],)) for a in free if a in axes])
    if any(abs(d[1][0]) > limits.stride or d[0] > limits.size for d in reduced) or len(reduced) >= limits.dims:
        return None
    result: list[tuple[Access, Access, int]] = []
    for tiles, partitions, first, strides in partition_blocks([source, out]):
        kept_dims: list[Dim] = [(tiles, strides)]
        kept_dims += [(source.shape[a], (source.strides[a], out.strides[a])) for a in free if a not in axes]
        offsets = [source.offset + first * strides[0], out.offset + first * strides[1]]
        room = Limits(limits.dims - max(len(reduced), 1), limits.size, limits.stride)
        for shift, kept in loop_nest(kept_dims, offsets, room):
            inner = reduced or [(1, (1,))]
            sizes = tuple(d[0] for d in kept)
            result.append(
                (
                    Access(
                        0,
                        partitions,
                        shift[0],
                        sizes + tuple(d[0] for d in inner),
                        tuple(d[1][0] for d in kept) + tuple(d[1][0] for d in inner),
                    ),
                    Access(0, partitions, shift[1], sizes or (1,), tuple(d[1][1] for d in kept) or (1,)),
                    len(inner),
                )
            )
    return result


def dma_accesses(source: View, destination: View, dims: int) -> list[tuple[Access, Access]]:
    """
    (source, destination) patterns of the transfers that copy one view to another of the same shape.

    Either side may be in HBM. Views that lie on different partition axes are not handled here: one side is HBM,
    or both share the axis. The partition dimension counts as one of `dims`.
    """
    assert source.shape == destination.shape
    chip = next((v for v in (source, destination) if v.on_chip), None)
    views = (source, destination)
    # The fields of a transfer are in bytes.
    widest = max(view.storage.itemsize for view in views)
    limits = Limits(dims - (1 if chip else 0), MAX_DMA_SIZE, MAX_DMA_STRIDE // widest)
    result: list[tuple[Access, Access]] = []
    if chip is None:
        order = sorted(range(len(source.shape)), key=lambda a: (-destination.strides[a], -source.strides[a]))
        nest = loop_nest(
            [(source.shape[a], (source.strides[a], destination.strides[a])) for a in order],
            (source.offset, destination.offset),
            limits,
        )
        return [(_linear(shift[0], kept, 0), _linear(shift[1], kept, 1)) for shift, kept in nest]
    assert chip.axis is not None
    assert all(v.axis in (None, chip.axis) for v in views)
    flat = next((v for v in views if not v.on_chip), destination)
    axis, rows = chip.axis, chip.storage.partitions
    order = sorted((a for a in range(len(chip.shape)) if a != axis), key=lambda a: -flat.strides[a])
    full, rest = divmod(chip.shape[axis], rows)
    for tiles, partitions, first in ((full, rows, 0), (1, rest, full)):
        if not tiles or not partitions:
            continue
        tile_strides = tuple(v.strides[axis] * (1 if v.on_chip else rows) for v in views)
        loop: list[Dim] = [(tiles, tile_strides)]
        loop += [(chip.shape[a], tuple(v.strides[a] for v in views)) for a in order]
        offsets = [v.offset + first * s for v, s in zip(views, tile_strides, strict=True)]
        for shift, kept in loop_nest(loop, offsets, limits):
            pair = tuple(
                Access(0, partitions, shift[i], tuple(d[0] for d in kept) or (1,), tuple(d[1][i] for d in kept) or (1,))
                if v.on_chip
                else Access(
                    0,
                    1,
                    shift[i],
                    (partitions, *(d[0] for d in kept)),
                    (v.strides[axis], *(d[1][i] for d in kept)),
                )
                for i, v in enumerate(views)
            )
            result.append((pair[0], pair[1]))
    return result


def _linear(offset: int, dims: Sequence[Dim], side: int) -> Access:
    return Access(0, 1, offset, tuple(d[0] for d in dims) or (1,), tuple(d[1][side] for d in dims) or (1,))
