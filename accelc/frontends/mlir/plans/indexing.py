"""
Gathers and scatters of StableHLO as rows of a table.

The axes of the operand that are picked from become one axis of rows, the others are the row's elements. Semantics and
names are those of the StableHLO specification, sections gather and scatter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Rows:
    """
    How indices select rows.

    The operand, permuted by `operand_perm`, is reshaped to `(rows, *window)`. The indices have their vector axis last
    and batch axes of sizes `batch` before it. The row of a batch element is the sum of `strides[v]` times its v-th
    component, of `stride * i` for each pair (batch axis, stride) in `along` with its own index i on that axis, and of
    `stride * i` for each pair (size, stride) in `parts`, which are axes behind the batch axes.

    A component is inside from 0 to `limits[v]`, both included; `reach[v]` is the entry of `parts` that it is added to,
    or -1.
    """

    operand_perm: Shape
    rows: int
    window: Shape
    batch: Shape
    components: tuple[int, ...]
    strides: tuple[int, ...]
    limits: tuple[int, ...]
    sizes: tuple[int, ...]
    along: tuple[tuple[int, int], ...]
    parts: tuple[tuple[int, int], ...]
    reach: tuple[int, ...]


@dataclass(frozen=True)
class Gather:
    """Rows, then the permutation and shape that make the gathered `(batch..., parts..., window...)` the result."""

    rows: Rows
    result_perm: Shape
    result_shape: Shape


@dataclass(frozen=True)
class Scatter:
    """Rows, and the shape and permutation that make the updates `(batch..., parts..., window...)`."""

    rows: Rows
    update_shape: Shape
    update_perm: Shape


def _distinct(what: str, axes: Sequence[int], rank: int) -> None:
    if len(set(axes)) != len(axes) or any(not 0 <= axis < rank for axis in axes):
        raise ValueError(f"{what} {list(axes)} are not distinct axes of a tensor of rank {rank}")


def _rows(
    operand: Shape,
    sizes: Sequence[int],
    batch: Shape,
    index_map: Sequence[int],
    batching: Sequence[tuple[int, int]],
    dropped: Sequence[int],
    picked: Sequence[int],
) -> Rows:
    """`picked` are the operand's axes that become rows, `dropped` those of size 1 that the window has not."""
    strides: dict[int, int] = {}
    step = 1
    for axis in reversed(picked):
        strides[axis] = step
        step *= operand[axis]
    rest = [axis for axis in range(len(operand)) if axis not in picked and axis not in dropped]
    gone = [axis for axis in dropped if axis not in picked]
    partial = [axis for axis in picked if sizes[axis] > 1]
    used = [v for v, axis in enumerate(index_map) if axis in strides]
    return Rows(
        operand_perm=(*picked, *gone, *rest),
        rows=step,
        window=tuple(operand[axis] for axis in rest),
        batch=batch,
        components=tuple(used),
        strides=tuple(strides[index_map[v]] for v in used),
        limits=tuple(operand[index_map[v]] - sizes[index_map[v]] for v in used),
        sizes=tuple(operand[index_map[v]] for v in used),
        along=tuple((place, strides[axis]) for axis, place in batching if axis in strides),
        parts=tuple((sizes[axis], strides[axis]) for axis in partial),
        reach=tuple(partial.index(index_map[v]) if index_map[v] in partial else -1 for v in used),
    )


def _components(indices: Shape, vector: int) -> int:
    if not 0 <= vector <= len(indices):
        raise ValueError(f"index_vector_dim {vector} of indices of rank {len(indices)}")
    return indices[vector] if vector < len(indices) else 1


def _batch_of(indices: Shape, vector: int) -> Shape:
    return tuple(size for axis, size in enumerate(indices) if axis != vector)


def plan_gather(
    operand: Shape,
    indices: Shape,
    *,
    offset_dims: Sequence[int],
    collapsed: Sequence[int],
    operand_batching: Sequence[int],
    indices_batching: Sequence[int],
    start_index_map: Sequence[int],
    index_vector_dim: int,
    slice_sizes: Sequence[int],
) -> Gather:
    """The plan of a gather. Raises ValueError for dimension numbers that are not legal."""
    rank = len(operand)
    if len(slice_sizes) != rank or any(not 0 <= n <= size for n, size in zip(slice_sizes, operand, strict=False)):
        raise ValueError(f"slice sizes {list(slice_sizes)} do not fit in {list(operand)}")
    dropped = [*collapsed, *operand_batching]
    _distinct("collapsed and batching dimensions", dropped, rank)
    _distinct("start_index_map", start_index_map, rank)
    if any(slice_sizes[axis] > 1 for axis in dropped):
        raise ValueError("collapsed and batching dimensions have slices of more than one element")
    batching = _batching(operand_batching, indices_batching, index_vector_dim, indices)
    vectors = _components(indices, index_vector_dim)
    if vectors != len(start_index_map):
        raise ValueError(f"indices have {vectors} components, start_index_map {len(start_index_map)}")
    batch = _batch_of(indices, index_vector_dim)
    picked = [axis for axis in range(rank) if slice_sizes[axis] < operand[axis]]
    rows = _rows(operand, slice_sizes, batch, start_index_map, batching, dropped, picked)
    # The result's axes, as axes of (batch..., parts..., window...) or -1 for a new one of size 1.
    offsets = [axis for axis in range(rank) if axis not in dropped]
    partial = [axis for axis in picked if slice_sizes[axis] > 1]
    rest = [axis for axis in range(rank) if axis not in picked and axis not in dropped]
    total = len(batch) + len(offsets)
    _distinct("offset_dims", offset_dims, total)
    if len(offset_dims) != len(offsets):
        raise ValueError(f"offset_dims {list(offset_dims)} are not {len(offsets)}")
    places = iter(range(len(batch)))
    perm: list[int] = []
    shape: list[int] = []
    for axis in range(total):
        if axis not in offset_dims:
            place = next(places)
            perm.append(place)
            shape.append(batch[place])
            continue
        source = offsets[list(offset_dims).index(axis)]
        shape.append(slice_sizes[source])
        if source in partial:
            perm.append(len(batch) + partial.index(source))
        elif source in rest:
            perm.append(len(batch) + len(partial) + rest.index(source))
    return Gather(rows, tuple(perm), tuple(shape))


def _batching(
    operand_axes: Sequence[int], indices_axes: Sequence[int], vector: int, indices: Shape
) -> list[tuple[int, int]]:
    if len(operand_axes) != len(indices_axes):
        raise ValueError(f"{len(operand_axes)} batching dimensions of the operand, {len(indices_axes)} of the indices")
    _distinct("batching dimensions of the indices", indices_axes, len(indices))
    if vector in indices_axes:
        raise ValueError("index_vector_dim is a batching dimension")
    return [(axis, place - (vector < place)) for axis, place in zip(operand_axes, indices_axes, strict=True)]


def plan_scatter(
    operand: Shape,
    indices: Shape,
    updates: Shape,
    *,
    update_window_dims: Sequence[int],
    inserted: Sequence[int],
    operand_batching: Sequence[int],
    indices_batching: Sequence[int],
    index_map: Sequence[int],
    index_vector_dim: int,
) -> Scatter:
    """The plan of a scatter. Raises ValueError for dimension numbers that are not legal."""
    rank = len(operand)
    dropped = [*inserted, *operand_batching]
    _distinct("inserted and batching dimensions", dropped, rank)
    _distinct("scatter_dims_to_operand_dims", index_map, rank)
    _distinct("update_window_dims", update_window_dims, len(updates))
    kept = [axis for axis in range(rank) if axis not in dropped]
    if len(kept) != len(update_window_dims):
        raise ValueError(f"update_window_dims {list(update_window_dims)} are not {len(kept)}")
    sizes = [1] * rank
    for axis, place in zip(kept, update_window_dims, strict=True):
        sizes[axis] = updates[place]
        if sizes[axis] > operand[axis]:
            raise ValueError(f"updates of {sizes[axis]} elements in an axis of {operand[axis]}")
    batching = _batching(operand_batching, indices_batching, index_vector_dim, indices)
    vectors = _components(indices, index_vector_dim)
    if vectors != len(index_map):
        raise ValueError(f"indices have {vectors} components, scatter_dims_to_operand_dims {len(index_map)}")
    batch = _batch_of(indices, index_vector_dim)
    scattered = [axis for axis in range(len(updates)) if axis not in update_window_dims]
    if tuple(updates[axis] for axis in scattered) != batch:
        raise ValueError(f"updates of shape {list(updates)} do not fit indices of shape {list(indices)}")
    picked = [axis for axis in range(rank) if axis in index_map or axis in dropped or sizes[axis] < operand[axis]]
    rows = _rows(operand, sizes, batch, index_map, batching, dropped, picked)
    place = dict(zip(kept, update_window_dims, strict=True))
    partial = [place[axis] for axis in picked if sizes[axis] > 1]
    rest = [place[axis] for axis in range(rank) if axis not in picked]
    ones = [axis for axis in range(len(updates)) if axis not in (*scattered, *partial, *rest)]
    shape = (*batch, *(updates[axis] for axis in partial), *rows.window)
    assert prod(shape) == prod(updates)
    return Scatter(rows, shape, (*scattered, *ones, *partial, *rest))
