"""
Where the elements of a NumPy array lie in a storage, as steps of views; without IR.

A storage is a dense array in row-major order. NumPy's views of it may also count backwards, which
`accelc.analysis.inplace.strided` leaves to its caller.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.analysis.inplace.strided import Strided, chain_of
from accelc.analysis.inplace.views import Chain, SliceStep

Array = npt.NDArray[Any]
Place = tuple[tuple[int, ...], tuple[int, ...], int]
"""Shape (elements), strides and offset (bytes) of a view in its storage."""


@lru_cache(4096)
def steps_of(root: tuple[int, ...], place: Place, itemsize: int) -> Chain:
    """
    Steps from a dense storage of shape `root` to the view at `place`.

    Raises ValueError for a view that no chain of steps gives, such as overlapping windows.
    """
    shape, strides, offset = place
    if offset % itemsize or any(stride % itemsize for n, stride in zip(shape, strides, strict=True) if n > 1):
        raise ValueError("a view whose elements do not begin where those of its storage do")
    backwards = [stride < 0 and n > 1 for n, stride in zip(shape, strides, strict=True)]
    first = offset + sum((n - 1) * s for n, s, back in zip(shape, strides, backwards, strict=True) if back)
    steps = tuple(abs(stride) // itemsize if n > 1 else 0 for n, stride in zip(shape, strides, strict=True))
    chain = chain_of(root, Strided(shape, steps, first // itemsize if 0 not in shape else 0))
    if not any(backwards):
        return chain
    starts = tuple(n - 1 if back else 0 for n, back in zip(shape, backwards, strict=True))
    return (*chain, SliceStep(starts, tuple(-1 if back else 1 for back in backwards), shape))


def memory_order(array: Array) -> tuple[int, ...]:
    """
    Axes from the one with the largest stride to the one with the smallest.

    Raises ValueError for an array that has gaps, repeats elements or counts backwards.
    """
    axes = tuple(range(array.ndim))
    if array.flags.c_contiguous:
        return axes
    order = tuple(sorted(axes, key=lambda axis: (-array.strides[axis], axis)))
    if not array.transpose(order).flags.c_contiguous:
        raise ValueError(f"strides {list(array.strides)} of shape {list(array.shape)} leave gaps in memory")
    return order


def owner_of(array: Array) -> Array:
    """The array that owns the memory of a view, or the last of the chain that is an array."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def is_inside(array: Array, owner: Array) -> bool:
    """Whether an array lies in the memory of another."""
    return owner_of(array) is owner or (array.size > 0 and owner.size > 0 and np.may_share_memory(array, owner))


def stand_in(place: Place, dtype: np.dtype[Any]) -> Array:
    """
    An array with the shape and strides of a view, in memory of its own, writable.

    Its elements are ones; those of integers, which may be indices, zeros.
    """
    shape, strides, _ = place
    fill = int(dtype.kind not in "iu")
    if 0 in shape:
        return np.full(shape, fill, dtype)
    reach = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    before = -sum(r for r in reach if r < 0)
    size = before + sum(r for r in reach if r > 0) + dtype.itemsize
    cells = np.full(-(-size // dtype.itemsize), fill, dtype)
    return np.ndarray(shape, dtype, cells, before, strides)
