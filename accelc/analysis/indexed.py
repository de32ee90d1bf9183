"""
Moves by indices that are known only when they happen: gather and scatter along one axis, in NumPy.

All forms reduce to four axes: a batch that the indices share, axes before the indexed one, the indexed one, and axes
behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
COMBINE: Mapping[str, np.ufunc] = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}
"""How an update is combined with what is there; `none` replaces it."""
REDUCTIONS = ("none", *COMBINE)


@dataclass(frozen=True)
class Form:
    """Sizes of the four axes: `size` elements are indexed `count` times."""

    batch: int
    outer: int
    size: int
    count: int
    inner: int

    @classmethod
    def of(cls, x: Sequence[int], indices: Sequence[int], axis: int, batch: int) -> "Form":
        """Form of indices (batch..., m...) into x (batch..., outer..., size, inner...)."""
        return cls(prod(x[:batch]), prod(x[batch:axis]), x[axis], prod(indices[batch:]), prod(x[axis + 1 :]))


def picked_shape(x: Sequence[int], indices: Sequence[int], axis: int, batch: int) -> tuple[int, ...]:
    """
    Shape of what is picked: the axis of x is replaced by the axes of the indices behind the batch.

    Raises ValueError where x and the indices do not fit.
    """
    if not 0 <= axis < len(x):
        raise ValueError(f"axis {axis} is not an axis of a tensor of rank {len(x)}")
    if not 0 <= batch <= min(axis, len(indices)):
        raise ValueError(f"{batch} batch axes are outside [0, {min(axis, len(indices))}]")
    if tuple(x[:batch]) != tuple(indices[:batch]):
        raise ValueError(f"batch axes {list(x[:batch])} and {list(indices[:batch])} differ")
    return (*x[:axis], *indices[batch:], *x[axis + 1 :])


def checked_positions(indices: Array, size: int) -> npt.NDArray[np.int64]:
    """Indices counted from the front. Raises ValueError for one outside [-size, size)."""
    wrong = indices >= size if indices.dtype.kind == "u" else (indices < -size) | (indices >= size)
    if wrong.any():
        raise ValueError(f"index {indices[wrong].reshape(-1)[0]} is outside [{-size}, {size})")
    positions = indices.astype(np.int64)
    return np.where(positions < 0, positions + size, positions)


def _places(indices: Array, outer: int, size: int) -> list[npt.NDArray[np.int64]]:
    """Indices of the first three axes, of shape (batch, outer, count), for indices (batch, count)."""
    batch, count = indices.shape
    shape = (batch, outer, count)
    positions = checked_positions(indices, size).reshape(batch, 1, count)
    entries, before, _ = np.indices(shape, sparse=True)
    return [np.broadcast_to(part, shape) for part in (entries, before, positions)]


def picked(source: Array, indices: Array) -> Array:
    """
    Elements (batch, outer, count, inner) of `source` (batch, outer, size, inner) at `indices` (batch, count).

    Raises ValueError as `checked_positions`.
    """
    return source[tuple(_places(indices, source.shape[1], source.shape[2]))]


def update(result: Array, indices: Array, new: Array, reduction: str) -> None:
    """
    Write or combine `new` (batch, outer, count, inner) into `result` (batch, outer, size, inner) at `indices`.

    In row-major order, in the dtype of `result`. Raises ValueError as `checked_positions`, before anything is written.
    """
    places = tuple(_places(indices, result.shape[1], result.shape[2]))
    if reduction == "none":
        result[places] = new
    else:
        with np.errstate(all="ignore"):
            COMBINE[reduction].at(result, places, new)


def gather(x: Array, indices: Array, axis: int, batch: int) -> Array:
    """Elements of x along an axis at `indices`, of shape `picked_shape`. Raises ValueError as `checked_positions`."""
    form = Form.of(x.shape, indices.shape, axis, batch)
    source = x.reshape(form.batch, form.outer, form.size, form.inner)
    found = picked(source, indices.reshape(form.batch, form.count))
    return found.reshape(picked_shape(x.shape, indices.shape, axis, batch))


def scatter(x: Array, indices: Array, updates: Array, axis: int, batch: int, reduction: str) -> Array:
    """
    A copy of x with elements along an axis at `indices` replaced by `updates`, or combined with them.

    Updates come in row-major order of (batch, outer, indices): of several for one element, the last one stays, and
    sums add up in that order, in the dtype of x. Raises ValueError as `checked_positions`.
    """
    form = Form.of(x.shape, indices.shape, axis, batch)
    result = np.array(x, order="C").reshape(form.batch, form.outer, form.size, form.inner)
    new = updates.reshape(form.batch, form.outer, form.count, form.inner)
    update(result, indices.reshape(form.batch, form.count), new, reduction)
    return result.reshape(x.shape)
