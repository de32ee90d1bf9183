"""Chunks of the operands that a flow names give the same chunk of the result, bit for bit."""

from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from xdsl.dialects.builtin import TensorType, f32, i64
from xdsl.ir import Block

from accelc.analysis.chunking import axes
from accelc.analysis.chunking.axes import Axis, Flow
from accelc.analysis.chunking.flows import flow_of
from accelc.dialects import graph

Array = npt.NDArray[Any]
CHUNKS = 2


def chunk(array: Array, axis: Axis, index: int) -> Array:
    return array if axis is None else np.split(array, CHUNKS, axis)[index]


def check(flow: Flow, compute: Callable[[Sequence[Array]], Array], operands: Sequence[Array]) -> None:
    """What each iteration computes from its chunks is its chunk of the whole result."""
    if flow.result is None:
        assert all(axis is None for axis in flow.operands)
        return
    expected = compute(operands)
    for index in range(CHUNKS):
        given_chunks = [chunk(array, axis, index) for array, axis in zip(operands, flow.operands, strict=True)]
        np.testing.assert_array_equal(compute(given_chunks), chunk(expected, flow.result, index))


def integers(*shape: int) -> Array:
    return np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape) % 97


sizes = st.sampled_from([1, 2, 4, 6])
shapes = st.lists(sizes, min_size=1, max_size=4)


@st.composite
def broadcasts(draw: st.DrawFn) -> tuple[list[tuple[int, ...]], list[Axis]]:
    """Shapes that broadcast, some operand having a row axis of even size."""
    result = draw(shapes)
    row = draw(st.integers(0, len(result) - 1))
    result[row] = draw(st.sampled_from([2, 4]))
    found: list[tuple[int, ...]] = []
    known: list[Axis] = []
    for number in range(draw(st.integers(1, 3))):
        rank = len(result) if number == 0 else draw(st.integers(0, len(result)))
        offset = len(result) - rank
        shape = [draw(st.sampled_from([1, size])) for size in result[offset:]]
        has_row = row >= offset and (number == 0 or shape[row - offset] == result[row])
        if has_row:
            shape[row - offset] = result[row]
        found.append(tuple(shape))
        known.append(row - offset if has_row and (number == 0 or draw(st.booleans())) else None)
    return found, known


@given(broadcasts())
def test_elementwise(case: tuple[list[tuple[int, ...]], list[Axis]]) -> None:
    operands, known = case
    result = np.broadcast_shapes(*operands)
    flow = axes.elementwise(operands, result, known)
    assert flow.result is not None
    check(flow, lambda arrays: sum(arrays[1:], arrays[0]), [integers(*shape) for shape in operands])


def test_operands_whose_rows_become_different_axes_are_needed_whole() -> None:
    assert axes.elementwise([(4, 1), (1, 4)], (4, 4), [0, 1]) == axes.whole(2)


@given(
    batch=st.lists(st.sampled_from([2, 4]), max_size=2),
    m=st.sampled_from([2, 4]),
    k=st.sampled_from([2, 4]),
    n=st.sampled_from([2, 4]),
    shared=st.booleans(),
    data=st.data(),
)
def test_matmul(batch: list[int], m: int, k: int, n: int, shared: bool, data: st.DataObject) -> None:
    lhs, rhs = (*batch, m, k), (k, n) if shared else (*batch, k, n)
    left = data.draw(st.none() | st.integers(0, len(lhs) - 1))
    right = data.draw(st.none() | st.integers(0, len(rhs) - 1))
    flow = axes.matmul(lhs, rhs, (left, right))
    if left is not None and left != len(lhs) - 1:
        assert flow.result == left
    check(flow, lambda pair: np.matmul(pair[0], pair[1]), [integers(*lhs), integers(*rhs)])


@given(shape=shapes, data=st.data(), keepdims=st.booleans())
def test_reduction(shape: list[int], data: st.DataObject, keepdims: bool) -> None:
    row = data.draw(st.integers(0, len(shape) - 1))
    shape[row] = 4
    reduced = tuple(data.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1)))
    flow = axes.reduction(row, reduced, keepdims)
    assert (flow.result is None) == (row in reduced)
    check(flow, lambda one: one[0].sum(axis=reduced, keepdims=keepdims), [integers(*shape)])


@given(shape=shapes, data=st.data())
def test_transpose(shape: list[int], data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(shape) - 1))
    shape[row] = 4
    perm = data.draw(st.permutations(range(len(shape))))
    check(axes.transpose(row, perm), lambda one: one[0].transpose(perm), [integers(*shape)])


@given(before=shapes, after=shapes, split=st.booleans(), join=st.booleans())
def test_reshape(before: list[int], after: list[int], split: bool, join: bool) -> None:
    shape = (*before, 4, *after)
    result = (*((int(np.prod(before)),) if join else before), 4, *((1, int(np.prod(after))) if split else after))
    flow = axes.reshape(shape, result, len(before))
    assert flow.result is not None

    def compute(one: Sequence[Array]) -> Array:
        rows = one[0].shape[len(before)]
        return one[0].reshape([rows if index == flow.result else size for index, size in enumerate(result)])

    check(flow, compute, [integers(*shape)])


@pytest.mark.parametrize("result", [(4, 6), (24,), (3, 8)])
def test_a_reshape_that_mixes_rows_needs_them_all(result: tuple[int, ...]) -> None:
    assert axes.reshape((6, 4), result, 1) == axes.whole(1)


def test_other_axes_are_touched() -> None:
    x, y = integers(4, 3), integers(4, 2)
    check(axes.untouched(0, (1,), 2), lambda pair: np.concatenate(pair, axis=1), [x, y])
    assert axes.untouched(0, (0,)) == axes.whole(1)


def test_gather() -> None:
    table, indices = integers(5, 3), np.array([[0, 1, 2], [4, 2, 0]])
    check(axes.gather(0, 0), lambda pair: pair[0][pair[1]], [table, indices])
    assert axes.gather(None, 0) == axes.whole(2)


def test_entries_of_a_batch_have_indices_of_their_own() -> None:
    """Rows of such indices need the rows of the table beside them."""
    table, indices = Block(arg_types=[TensorType(f32, [4, 6, 3]), TensorType(i64, [4, 2])]).args
    assert flow_of(graph.GatherOp(table, indices, 1, 1), [None, 0]) == axes.whole(2)
    assert flow_of(graph.GatherOp(table, indices, 1), [None, 0]) == axes.gather(0, 1)
    assert flow_of(graph.GatherOp(table, indices, 1), [0, 0]) == axes.whole(2)
