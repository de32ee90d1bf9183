"""Views of tensors on partitioned memories, against NumPy on the elements they visit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from accelc.lowering.accesses import Access, Limits, dma_accesses, elementwise_accesses, reduce_accesses
from accelc.lowering.views import Storage, View, row_major

ROWS = 4
Array = npt.NDArray[Any]


def chip(shape: Sequence[int], axis: int) -> View:
    """A dense tensor with `axis` over 4 partitions."""
    sizes = [1 if a == axis else n for a, n in enumerate(shape)]
    tile = int(np.prod(sizes))
    tiles = -(-shape[axis] // ROWS)
    strides = tuple(tile if a == axis else s for a, s in enumerate(row_major(sizes)))
    return View(Storage("t", "sbuf", ROWS, tile * tiles, "fp32"), tuple(shape), strides, axis=axis)


def flat(shape: Sequence[int]) -> View:
    """A dense tensor in HBM."""
    return View(Storage("t", "hbm", 1, int(np.prod(shape)), "fp32"), tuple(shape), row_major(shape))


def contents(view: View) -> Array:
    """(partition, element) of every element of a view, as one number."""
    result = np.zeros(view.shape, np.int64)
    for index in np.ndindex(*view.shape):
        partition, element = 0, view.offset
        for a, i in enumerate(index):
            if a == view.axis:
                partition = 0 if view.replicated else i % ROWS
                element += i // ROWS * view.strides[a]
            else:
                element += i * view.strides[a]
        result[index] = partition * 100000 + element
    return result


shapes = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@st.composite
def views(draw: st.DrawFn) -> View:
    """A dense view, on chip or in HBM."""
    shape = draw(shapes)
    axis = draw(st.sampled_from([None, *range(len(shape))]))
    return flat(shape) if axis is None else chip(shape, axis)


@given(views(), st.data())
def test_permute_slice_and_broadcast_visit_the_right_elements(view: View, data: st.DataObject) -> None:
    """A changed view visits what NumPy would."""
    expected = contents(view)
    perm = data.draw(st.permutations(range(len(view.shape))))
    view, expected = view.permute(perm), expected.transpose(perm)
    np.testing.assert_array_equal(contents(view), expected)
    axis = data.draw(st.integers(0, len(perm) - 1))
    start = data.draw(st.integers(0, view.shape[axis] - 1))
    stop = data.draw(st.integers(start + 1, view.shape[axis]))
    step = data.draw(st.integers(1, 3))
    cut = view.slice(axis, start, stop, step)
    if cut is None:
        assert axis == view.axis
        assert step != 1 or start % ROWS
        return
    expected = expected[tuple(slice(start, stop, step) if a == axis else slice(None) for a in range(len(perm)))]
    np.testing.assert_array_equal(contents(cut), expected)
    wide = cut.broadcast((2, *cut.shape))
    assert wide is not None
    np.testing.assert_array_equal(contents(wide), np.broadcast_to(expected, (2, *cut.shape)))


@given(views(), st.data())
def test_reshape_visits_elements_in_row_major_order(view: View, data: st.DataObject) -> None:
    """A reshape that succeeds keeps the order; one in dense HBM always succeeds."""
    total = view.size
    divisors = [d for d in range(1, total + 1) if total % d == 0]
    first = data.draw(st.sampled_from(divisors))
    second = data.draw(st.sampled_from([d for d in divisors if (total // first) % d == 0]))
    shape = (first, second, total // first // second)
    result = view.reshape(shape)
    if result is None:
        assert view.on_chip
    else:
        np.testing.assert_array_equal(contents(result), contents(view).reshape(shape))


def visited(access: Access) -> list[tuple[int, int]]:
    """(partition, element) in order of an access on chip."""
    return [
        (access.partition + p, access.offset + sum(i * s for i, s in zip(index, access.strides, strict=True)))
        for p in range(access.partitions)
        for index in np.ndindex(*access.sizes)
    ]


def pairs_of(first: View, second: View) -> set[tuple[int, int]]:
    """Corresponding elements of two views of one shape."""
    return set(zip(contents(first).ravel().tolist(), contents(second).ravel().tolist(), strict=True))


@given(st.data())
def test_elementwise_accesses_pair_corresponding_elements(data: st.DataObject) -> None:
    """Each pair of elements is visited exactly once, within the limits."""
    shape = data.draw(shapes)
    axis = data.draw(st.integers(0, len(shape) - 1))
    dense = chip(shape, axis)
    other = chip([n + 1 if a != axis else n for a, n in enumerate(shape)], axis).part([(0, n) for n in shape])
    limits = Limits(data.draw(st.integers(1, 4)), data.draw(st.integers(2, 10)), data.draw(st.integers(8, 100)))
    seen: list[tuple[int, int]] = []
    for accesses in elementwise_accesses([dense, other], limits):
        for access in accesses:
            assert len(access.sizes) <= limits.dims
            assert max(access.sizes) <= limits.size
            assert max(map(abs, access.strides)) <= limits.stride
        left, right = map(visited, accesses)
        seen += [(a * 100000 + b, c * 100000 + d) for (a, b), (c, d) in zip(left, right, strict=True)]
    assert len(seen) == len(set(seen)) == dense.size
    assert set(seen) == pairs_of(dense, other)


@given(st.data())
def test_dma_accesses_pair_corresponding_elements(data: st.DataObject) -> None:
    """HBM to chip and HBM to HBM, any number of dimensions."""
    shape = data.draw(shapes)
    axis = data.draw(st.integers(0, len(shape) - 1))
    dims = data.draw(st.integers(2, 4))
    source = flat(shape)
    destination = data.draw(st.sampled_from([chip(shape, axis), flat(shape[::-1]).permute(range(len(shape))[::-1])]))
    seen: list[tuple[int, int]] = []
    for left, right in dma_accesses(source, destination, dims):
        assert max(len(left.sizes), len(right.sizes) + destination.on_chip) <= dims
        seen += [(a * 100000 + b, c * 100000 + d) for (a, b), (c, d) in zip(visited(left), visited(right), strict=True)]
    assert len(seen) == len(set(seen)) == source.size
    assert set(seen) == pairs_of(source, destination)


@given(st.data())
def test_reduce_accesses_cover_every_group(data: st.DataObject) -> None:
    """Each result element is computed once, from exactly the elements NumPy would combine, in row-major order."""
    shape = data.draw(shapes)
    axis = data.draw(st.integers(0, len(shape) - 1))
    axes = [a for a in range(len(shape)) if a != axis and data.draw(st.booleans())]
    source = chip(shape, axis)
    out = chip([1 if a in axes else n for a, n in enumerate(shape)], axis)
    found = reduce_accesses(source, out, axes, Limits(4))
    if found is None:
        return
    positions = contents(source)
    expected: dict[int, list[int]] = {}
    for index in np.ndindex(*shape):
        key = int(contents(out)[tuple(0 if a in axes else i for a, i in enumerate(index))])
        expected.setdefault(key, []).append(int(positions[index]))
    got: dict[int, list[int]] = {}
    for read, written, count in found:
        inner = int(np.prod(read.sizes[len(read.sizes) - count :]))
        inputs = [a * 100000 + b for a, b in visited(read)]
        for n, (partition, element) in enumerate(visited(written)):
            key = partition * 100000 + element
            assert key not in got
            got[key] = inputs[n * inner : (n + 1) * inner]
    assert {k: sorted(v) for k, v in got.items()} == {k: sorted(v) for k, v in expected.items()}
