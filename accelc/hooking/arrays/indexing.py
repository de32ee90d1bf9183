"""What stands between brackets."""

from typing import Any, cast

import numpy as np

from accelc.hooking.arrays.array import DeviceArray


def get_item(x: Any, index: Any) -> Any:
    """`x[index]`."""
    return x[index]


def set_item(x: Any, index: Any, value: Any) -> None:
    """`x[index] = value`."""
    x[index] = value


def plain_index(index: Any) -> Any:
    """Device arrays that are one integer as integers of Python."""
    if type(index) is DeviceArray:
        return int(index) if not index.shape and index.dtype.kind in "iu" else index
    if isinstance(index, tuple):
        return tuple(plain_index(entry) for entry in cast(tuple[Any, ...], index))
    return index


def is_basic(index: Any) -> bool:
    """Whether an index gives a view or an element: integers, slices, `...` and None."""
    entries = cast(tuple[Any, ...], index) if isinstance(index, tuple) else (index,)
    return all(type(e) in (int, slice) or e is None or e is Ellipsis or isinstance(e, np.integer) for e in entries)


def is_one(value: Any) -> bool:
    """Whether a value is one number."""
    return type(value) in (bool, int, float) or isinstance(value, np.generic)
