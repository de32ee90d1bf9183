"""The memory behind device arrays: a dense host buffer, how many arrays see it, and whether somebody else does."""

import sys
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from accelc.hooking.arrays.geometry import Array, memory_order

# While a hook is active, the names in NumPy are those for the program.
_EMPTY = np.empty
OWN_REFERENCES = 3
"""References to the memory that `is_shared` does not count: the storage's two, and the argument of `getrefcount`."""


class Storage:
    """
    A dense array in row-major order, and what a segment that was not executed yet does to it.

    The buffer is the truth except while `pending`: then the segment under way will write it. Views that NumPy makes of
    the buffer are views of the storage, so that Python decides by reference counting what still can be seen.
    """

    __slots__ = ("__weakref__", "buffer", "escaped", "handles", "number", "owner", "pending", "pinned", "segment")

    def __init__(self, owner: Array, buffer: Array) -> None:
        self.owner: Array = owner
        """The array that owns the memory; every view of it, device array or not, holds one reference to it."""
        self.buffer: Array = buffer
        """The memory, dense and row-major; its shape is that of the storage."""
        self.handles: list[None] = []
        """One for each device array that sees the storage; a list, which threads change one after the other."""
        self.segment: int = -1
        """Number of the last segment that used it, `number` being its place there."""
        self.number: int = -1
        self.pending: bool = False
        """The contents are those that the segment under way will compute."""
        self.escaped: bool = False
        """The memory was handed out, so that anybody may read and write it."""
        self.pinned: bool = False
        """An address was handed out: nobody can tell for how long it is used."""

    def is_shared(self) -> bool:
        """Whether memory that was handed out is still seen by somebody."""
        if not self.escaped:
            return False
        if not self.pinned and sys.getrefcount(self.owner) - len(self.handles) <= OWN_REFERENCES:
            self.escaped = False
        return self.escaped

    def is_live(self) -> bool:
        """Whether anybody can still see the contents."""
        return bool(self.handles) or self.is_shared()

    def view(self, array: Array) -> Array:
        """
        The same view of the memory, holding a reference to the memory itself.

        NumPy puts an object of its own between some views and their memory.
        """
        if self.buffer is not self.owner:
            self.escaped = self.pinned = True
            return array
        offset = array.__array_interface__["data"][0] - self.owner.__array_interface__["data"][0]
        view = np.ndarray(array.shape, array.dtype, self.owner, offset, array.strides)
        view.flags.writeable = array.flags.writeable
        return view


class Storages:
    """All storages of a session, by the array that owns their memory."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[int, Storage] = WeakValueDictionary()

    def new(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Storage:
        """A storage with memory that is not initialized."""
        owner = _EMPTY(shape, dtype)
        return self._add(Storage(owner, owner))

    def find(self, owner: Array) -> Storage | None:
        """The storage whose memory an array owns."""
        found = self._known.get(id(owner))
        return found if found is not None and found.owner is owner else None

    def adopt(self, owner: Array) -> Storage:
        """
        A storage in the memory of an array that owns it and that nobody else keeps.

        Raises ValueError for an array with gaps.
        """
        return self._add(Storage(owner, owner.transpose(memory_order(owner))))

    def _add(self, storage: Storage) -> Storage:
        self._known[id(storage.owner)] = storage
        return storage


def is_supported(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of a dtype can be device arrays at all: those whose elements are plain numbers."""
    return dtype.kind in "biuf" and dtype.isnative and dtype != np.longdouble
