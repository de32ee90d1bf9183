"""Gathers and scatters by plans are those of the StableHLO specification, written as loops."""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.frontends.mlir.plans.indexing import Rows, plan_gather, plan_scatter

Array = npt.NDArray[Any]


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """Dimension numbers of a gather: batching, collapsed and offset axes, and where index vectors are."""
    rank = draw(st.integers(1, 3))
    operand = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    batch = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(0, 2)))]
    axes = draw(st.permutations(range(rank)))
    batched = 1 if batch and draw(st.booleans()) and rank > 1 else 0
    operand_batching = sorted(axes[:batched])
    place = draw(st.integers(0, max(len(batch) - 1, 0)))
    if batched:
        batch[place] = operand[operand_batching[0]]
    rest = [axis for axis in range(rank) if axis not in operand_batching]
    index_map = list(draw(st.permutations(rest)))[: draw(st.integers(1, len(rest)))]
    collapsed = sorted(axis for axis in rest if draw(st.booleans()))
    sizes = [
        1 if axis in (*collapsed, *operand_batching) else draw(st.integers(1, size))
        for axis, size in enumerate(operand)
    ]
    vector = draw(st.integers(0, len(batch)))
    indices = [*batch[:vector], len(index_map), *batch[vector:]]
    offsets = rank - len(collapsed) - batched
    offset_dims = sorted(draw(st.permutations(range(len(batch) + offsets)))[:offsets])
    return {
        "operand": operand,
        "indices": tuple(indices),
        "offset_dims": offset_dims,
        "collapsed": collapsed,
        "operand_batching": operand_batching,
        "indices_batching": [place + (vector <= place)] if batched else [],
        "start_index_map": index_map,
        "index_vector_dim": vector,
        "slice_sizes": sizes,
    }


def _integers(rng: np.random.Generator, low: int, high: int, shape: tuple[int, ...]) -> Array:
    return rng.integers(low, high, shape)


def _rows_of(rows: Rows, indices: Array, vector: int, *, clamp: bool) -> tuple[Array, Array]:
    """Row of every batch element and part, and whether it is inside."""
    vectors = np.moveaxis(indices, vector, -1)
    shape = (*rows.batch, *(size for size, _ in rows.parts))
    total, inside = np.zeros(shape, int), np.ones(shape, bool)
    extra = [1] * len(rows.parts)
    for v, stride, limit, size, reach in zip(
        rows.components, rows.strides, rows.limits, rows.sizes, rows.reach, strict=True
    ):
        start = vectors[..., v].reshape([*rows.batch, *extra])
        if clamp:
            start = np.clip(start, 0, limit)
        place = start
        if reach >= 0:
            place = start + np.arange(rows.parts[reach][0]).reshape([-1, *extra[reach + 1 :]])
        inside &= (place >= 0) & (place < size)
        total = total + start * stride
    for axis, stride in rows.along:
        total = total + np.arange(shape[axis]).reshape([-1, *[1] * (len(shape) - axis - 1)]) * stride
    for i, (size, stride) in enumerate(rows.parts):
        total = total + np.arange(size).reshape([-1, *extra[i + 1 :]]) * stride
    return total, inside


def _places(n: dict[str, Any], indices: Array, shape: tuple[int, ...], offset_dims: list[int], clamp: bool) -> Any:
    """For each index of the result or of the updates, the index of the operand."""
    operand, vector, collapsed = n["operand"], n["index_vector_dim"], n["collapsed"]
    kept = [axis for axis in range(len(operand)) if axis not in (*collapsed, *n["operand_batching"])]
    for index in product(*map(range, shape)):
        batch = [i for axis, i in enumerate(index) if axis not in offset_dims]
        start = indices[tuple(batch[:vector])][(slice(None), *batch[vector:])]
        place = [0] * len(operand)
        for component, axis in zip(start, n["start_index_map"], strict=True):
            limit = operand[axis] - n["slice_sizes"][axis]
            place[axis] = min(max(int(component), 0), limit) if clamp else int(component)
        for axis, where in zip(n["operand_batching"], n["indices_batching"], strict=True):
            place[axis] = batch[where - (vector < where)]
        for axis, offset in zip(kept, (i for d, i in enumerate(index) if d in offset_dims), strict=True):
            place[axis] += offset
        yield index, tuple(place)


@settings(max_examples=150, deadline=None)
@given(numbers())
def test_gathers_are_those_of_the_specification(n: dict[str, Any]) -> None:
    """Every dimension number, and indices outside, which are clamped."""
    plan = plan_gather(n["operand"], n["indices"], **{k: v for k, v in n.items() if k not in ("operand", "indices")})
    rng = np.random.default_rng(1)
    operand = _integers(rng, 0, 1000, n["operand"])
    indices = _integers(rng, -2, 6, n["indices"])
    row, _ = _rows_of(plan.rows, indices, n["index_vector_dim"], clamp=True)
    table = operand.transpose(plan.rows.operand_perm).reshape(plan.rows.rows, *plan.rows.window)
    found = table[row].transpose(plan.result_perm).reshape(plan.result_shape)
    expected = np.empty_like(found)
    for index, place in _places(n, indices, plan.result_shape, n["offset_dims"], True):
        expected[index] = operand[place]
    assert np.array_equal(found, expected)


@settings(max_examples=150, deadline=None)
@given(numbers())
def test_scatters_are_those_of_the_specification(n: dict[str, Any]) -> None:
    """Sums of updates; those outside are left out."""
    shape = plan_gather(
        n["operand"], n["indices"], **{k: v for k, v in n.items() if k not in ("operand", "indices")}
    ).result_shape
    plan = plan_scatter(
        n["operand"],
        n["indices"],
        shape,
        update_window_dims=n["offset_dims"],
        inserted=n["collapsed"],
        operand_batching=n["operand_batching"],
        indices_batching=n["indices_batching"],
        index_map=n["start_index_map"],
        index_vector_dim=n["index_vector_dim"],
    )
    rng = np.random.default_rng(2)
    operand = _integers(rng, 0, 1000, n["operand"])
    indices = _integers(rng, -2, 6, n["indices"])
    updates = _integers(rng, 0, 1000, shape)
    row, inside = _rows_of(plan.rows, indices, n["index_vector_dim"], clamp=False)
    moved = operand.transpose(plan.rows.operand_perm)
    table = moved.reshape(plan.rows.rows, *plan.rows.window).copy()
    parts = updates.transpose(plan.update_perm).reshape(plan.update_shape)
    np.add.at(table, row[inside], parts[inside])
    order = plan.rows.operand_perm
    found = table.reshape(moved.shape).transpose([order.index(d) for d in range(len(order))])
    expected = operand.copy()
    for index, place in _places(n, indices, shape, n["offset_dims"], False):
        if all(0 <= i < size for i, size in zip(place, operand.shape, strict=True)):
            expected[place] += updates[index]
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slice_sizes": [5, 6]}, "slice sizes"),
        ({"collapsed": [2]}, "collapsed and batching dimensions"),
        ({"start_index_map": [0, 1]}, "indices have 1 components"),
        ({"offset_dims": [0, 1]}, "offset_dims"),
        ({"slice_sizes": [2, 6]}, "slices of more than one element"),
        ({"operand_batching": [1]}, "1 batching dimensions of the operand, 0 of the indices"),
    ],
)
def test_wrong_dimension_numbers(change: dict[str, Any], message: str) -> None:
    """Numbers that contradict shapes or each other."""
    legal: dict[str, Any] = {
        "offset_dims": [1],
        "collapsed": [0],
        "operand_batching": [],
        "indices_batching": [],
        "start_index_map": [0],
        "index_vector_dim": 1,
        "slice_sizes": [1, 6],
    }
    wrong = legal | change
    if "operand_batching" in change:
        wrong["slice_sizes"] = [1, 1]
    with pytest.raises(ValueError, match=message):
        plan_gather((4, 6), (3, 1), **wrong)
