"""
Storage and strided views of it, as a kernel sees them, and which of its elements hold something.

A view is NumPy's: every storage has one truth value for each of its elements, and a view of the storage is a view of
that array. Slicing, transposing and broadcasting are NumPy's own, the access pattern of a view is read off its strides
and what it covers is written and asked with the same indices.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from types import EllipsisType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from accelc.kernels.location import Site, caller
from accelc.numerics import DTYPES

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
MAX_AXES = 32
"""Axes of a tensor at most: what every version of NumPy has arrays of."""
Index = int | slice | EllipsisType
Pattern = tuple[int, int, int, tuple[int, ...], tuple[int, ...]]
"""(first partition, partitions, first element, sizes, strides); strides and elements within one partition."""


@dataclass(eq=False)
class Storage:
    """
    One buffer: `shape` is [partitions, free...] on chip and any in HBM; `full` says which elements hold something.

    `at` is the byte offset in every partition, if the kernel gave it; `lost` the call that overwrote elements through
    another storage at the same place.
    """

    name: str
    space: str
    dtype: str
    shape: tuple[int, ...]
    role: str
    site: Site
    at: int | None = None
    full: Bools = field(init=False)
    lost: tuple[str, Site] | None = None

    def __post_init__(self) -> None:
        self.full = np.zeros(self.shape, np.bool_)

    @property
    def rows(self) -> int:
        """Partitions; 1 in HBM."""
        return 1 if self.space == "hbm" else self.shape[0]

    @property
    def row(self) -> int:
        """Elements in one partition; all in HBM."""
        return self.full.size // self.rows

    @property
    def row_bytes(self) -> int:
        """Bytes in one partition; all in HBM."""
        return self.row * DTYPES[self.dtype].itemsize

    def overlapping(self, other: "Storage") -> bool:
        """Whether both were given places that share bytes."""
        if self.at is None or other.at is None or self.space != other.space or self is other:
            return False
        return self.at < other.at + other.row_bytes and other.at < self.at + self.row_bytes

    def overwrite(self, other: "Storage", elements: Bools, site: Site) -> None:
        """What `elements` [partitions, row] of `other`, written by a call, destroy here."""
        if self.at is None or other.at is None:
            return
        rows = min(self.rows, other.rows)
        size, width = DTYPES[self.dtype].itemsize, DTYPES[other.dtype].itemsize
        touched = np.zeros((rows, max(self.at + self.row_bytes, other.at + other.row_bytes)), np.bool_)
        touched[:, other.at : other.at + other.row_bytes] = np.repeat(elements[:rows], width, axis=1)
        mine = touched[:, self.at : self.at + self.row_bytes].reshape(rows, -1, size).any(axis=2)
        flat = self.full.reshape(self.rows, -1)
        if (flat[:rows] & mine).any():
            self.lost = other.name, site
        flat[:rows] &= ~mine


@dataclass(frozen=True, eq=False)
class View:
    """
    Elements of a storage: what operations take. Slices, reshapes and transposes move nothing.

    On chip the first axis is the partitions: it is never dropped, and only a range of it can be taken.
    """

    storage: Storage
    mask: Bools

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes; on chip (partitions, free sizes...)."""
        return self.mask.shape

    @property
    def dtype(self) -> str:
        """Name of the element type in the instruction set, such as `bf16`."""
        return self.storage.dtype

    @property
    def space(self) -> str:
        """`hbm`, `sbuf`, `psum` or `wfifo`."""
        return self.storage.space

    @property
    def on_chip(self) -> bool:
        """Whether the first axis is the partitions."""
        return self.space != "hbm"

    def __str__(self) -> str:
        return f"{self.space} tensor '{self.storage.name}' {list(self.shape)}"

    def __getitem__(self, key: Index | tuple[Index, ...]) -> Self:
        """A part by integers and slices, as in NumPy. Raises KernelError beyond the ends."""
        keys = list(key) if isinstance(key, tuple) else [key]
        places = [at for at, k in enumerate(keys) if k is Ellipsis]
        if len(keys) - len(places) > len(self.shape) or len(places) > 1:
            raise caller().error(f"{self} has {len(self.shape)} axes: it takes as many integers or slices, not {key!r}")
        if not places:
            places = [len(keys)]
            keys.append(Ellipsis)
        rest: list[Index] = [slice(None)] * (len(self.shape) - len(keys) + 1)
        keys[places[0] : places[0] + 1] = rest
        mask = self.mask[(*(self._checked(axis, k) for axis, k in enumerate(keys)), ...)]
        return self._of(mask, f"index {key!r} of {self}")

    def _checked(self, axis: int, key: Index) -> int | slice:
        size = self.shape[axis]
        if isinstance(key, slice):
            for bound in (key.start, key.stop):
                if bound is not None and not (is_integer(bound) and -size <= bound <= size):
                    raise caller().error(f"slice bound {bound!r} on axis {axis} of {self}: legal are 0 to {size}")
            if key.step is not None and (not is_integer(key.step) or key.step == 0):
                raise caller().error(f"slice step {key.step!r} on axis {axis} of {self}: expected an integer, not 0")
            if axis == 0 and self.on_chip and key.step not in (None, 1):
                raise caller().error(
                    f"step {key.step!r} over the partitions of {self}: only ranges of them can be taken"
                )
            return key
        if isinstance(key, EllipsisType) or not is_integer(key) or not -size <= key < size:
            raise caller().error(f"index {key!r} on axis {axis} of {self}: legal are 0 to {size - 1}")
        if axis == 0 and self.on_chip:
            return slice(key % size, key % size + 1)
        return int(key)

    def _of(self, mask: Bools, what: str) -> Self:
        if not mask.size:
            raise caller().error(f"{what} has no elements")
        return type(self)(self.storage, mask)

    def __iter__(self) -> Iterator[Self]:
        """Parts along the first axis; on chip of one partition each."""
        return (self[index] for index in range(self.shape[0] if self.shape else 0))

    def reshape(self, *sizes: int | tuple[int, ...]) -> Self:
        """The same elements with other sizes, one of them -1 for the rest. Raises KernelError if they had to move."""
        shape = _flat(sizes)
        rest = prod(size for size in shape if size != -1)
        if shape.count(-1) == 1 and rest and self.mask.size % rest == 0:
            shape = tuple(self.mask.size // rest if size == -1 else size for size in shape)
        if len(shape) > MAX_AXES:
            raise caller().error(f"{self} with {len(shape)} axes: legal are up to {MAX_AXES}")
        lengths = min(shape, default=1) >= 1 and prod(shape) == self.mask.size
        if self.on_chip and (not shape or shape[0] != self.shape[0]):
            raise caller().error(f"{self} as {list(shape)}: the first axis is its {self.shape[0]} partitions")
        mask = self.mask.reshape(shape) if lengths else self.mask
        if not lengths or not np.may_share_memory(mask, self.mask):
            why = "elements would have to move" if lengths else f"it has {self.mask.size} elements"
            raise caller().error(f"{self} as {list(shape)}: {why}")
        return type(self)(self.storage, mask)

    def transpose(self, *axes: int | tuple[int, ...]) -> Self:
        """Axes in another order, all reversed by default; on chip the partitions stay first."""
        order = _flat(axes) or tuple(range(len(self.shape)))[::-1]
        if sorted(order) != list(range(len(self.shape))) or (self.on_chip and order[0] != 0):
            rule = "the partitions stay first" if self.on_chip else "every axis once"
            raise caller().error(f"axes {list(order)} of {self}: {rule}")
        return type(self)(self.storage, self.mask.transpose(order))

    @property
    def T(self) -> Self:
        """`transpose()`."""
        return self.transpose()

    def broadcast_to(self, *sizes: int | tuple[int, ...]) -> Self:
        """
        NumPy's broadcast: sizes of 1 repeat; on chip the partitions stay as they are.

        New axes come first, in a tile behind the partitions.
        """
        shape = _flat(sizes)
        mask, missing = self.mask, len(shape) - len(self.shape)
        if self.on_chip and missing > 0:
            mask = mask.reshape(mask.shape[0], *(1,) * missing, *mask.shape[1:])
        if not (self.on_chip and shape[:1] != self.shape[:1]):
            try:
                return type(self)(self.storage, np.broadcast_to(mask, shape))
            except ValueError:
                pass
        rule = f"{self.shape[0]} partitions, and free sizes equal or 1" if self.on_chip else "sizes are equal or 1"
        raise caller().error(f"{self} does not broadcast to {list(shape)}: {rule}")

    def pattern(self) -> Pattern:
        """Access pattern of the view in its storage."""
        base: int = self.storage.full.__array_interface__["data"][0]
        first = int(self.mask.__array_interface__["data"][0]) - base
        if not self.on_chip:
            return 0, 1, first, self.shape or (1,), self.mask.strides or (1,)
        row = self.storage.row
        return first // row, self.shape[0], first % row, self.shape[1:] or (1,), self.mask.strides[1:] or (1,)

    def repeats(self) -> bool:
        """Whether elements are visited more than once: only a broadcast does that."""
        return any(size > 1 and stride == 0 for size, stride in zip(self.shape, self.mask.strides, strict=True))

    def mark(self, full: Bools) -> None:
        """Set what the view visits in `full`, an array of the storage's shape."""
        start, count, first, sizes, strides = self.pattern()
        row = self.storage.row
        steps = (row, *strides) if self.on_chip else strides
        lengths = (count, *sizes) if self.on_chip else sizes
        flat = full.reshape(-1)[start * row + first :]
        np.lib.stride_tricks.as_strided(flat, lengths, steps)[...] = True

    def covered(self) -> Bools:
        """Elements of the storage that the view visits, [partitions, row]."""
        covered = np.zeros(self.storage.shape, np.bool_)
        self.mark(covered)
        return covered.reshape(self.storage.rows, -1)


def _flat(sizes: tuple[int | tuple[int, ...], ...]) -> tuple[int, ...]:
    """Sizes given one by one or as one tuple, as NumPy takes them. Raises KernelError for what are none."""
    given = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else sizes
    found = [int(size) for size in given if isinstance(size, int | np.integer) and is_integer(size)]
    if len(found) != len(given):
        raise caller().error(f"{list(given)!r}: expected integers, or one tuple of them")
    return tuple(found)


def is_integer(value: object) -> bool:
    """Whether a value may be a size or an index: Python's and NumPy's integers, no truth values."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
