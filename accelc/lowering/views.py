"""
Strided views of tensors in modelled memories: the arithmetic of layouts, without IR.

A tensor lives in a `Storage` and is seen through a `View`: in a partitioned memory one logical axis is laid over
the partitions (index `c` sits in partition `c % P`, tile `c // P`), all other axes and the tile index are strides
in the free dimension. In HBM every axis is a stride. Transposing, slicing, broadcasting and most reshapes are
then changes of the view and move nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

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


Dim = tuple[int, tuple[int, ...]]
"""(size, stride per view) of one loop dimension shared by several views."""


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
