"""Access patterns of instructions over views: what one instruction can express, and several where it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from accelc.isa.records import MAX_DMA_SIZE, MAX_DMA_STRIDE, MAX_SIZE, MAX_STRIDE
from accelc.lowering.views import Dim, View, coalesce


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
