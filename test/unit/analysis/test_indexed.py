"""Moves by indices equal NumPy's own, element by element."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis import indexed


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], int, int, int]:
    """Shapes of x and of the indices, axis, batch axes, seed."""
    x = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    axis = draw(st.integers(0, len(x) - 1))
    batch = draw(st.integers(0, axis))
    own = draw(st.lists(st.integers(0, 3), max_size=2))
    return x, (*x[:batch], *own), axis, batch, draw(st.integers(0, 99))


@settings(max_examples=80)
@given(cases())
def test_gather_picks_what_its_definition_says(case: tuple[tuple[int, ...], tuple[int, ...], int, int, int]) -> None:
    """Without batch, `numpy.take`; with it, `take` of every entry."""
    shape, index_shape, axis, batch, seed = case
    rng = np.random.default_rng(seed)
    x, indices = rng.standard_normal(shape), rng.integers(-shape[axis], shape[axis], index_shape)
    expected = np.zeros(indexed.picked_shape(shape, index_shape, axis, batch))
    for entry in product(*(range(n) for n in shape[:batch])):
        expected[entry] = np.take(x[entry], indices[entry], axis=axis - batch)
    np.testing.assert_array_equal(indexed.gather(x, indices, axis, batch), expected)


@settings(max_examples=80)
@given(cases(), st.sampled_from(indexed.REDUCTIONS))
def test_scatter_updates_in_order(case: tuple[tuple[int, ...], tuple[int, ...], int, int, int], kind: str) -> None:
    """One update after the other, in row-major order; x itself stays."""
    shape, index_shape, axis, batch, seed = case
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape).astype(np.float32)
    indices = rng.integers(-shape[axis], shape[axis], index_shape)
    updates = rng.standard_normal(indexed.picked_shape(shape, index_shape, axis, batch)).astype(np.float32)
    expected, before = x.copy(), x.copy()
    for entry in product(*(range(n) for n in shape[:axis])):
        for place in product(*(range(n) for n in index_shape[batch:])):
            at = (*entry, int(indices[(*entry[:batch], *place)]))
            new = updates[(*entry, *place)]
            expected[at] = new if kind == "none" else indexed.COMBINE[kind](expected[at], new)
    np.testing.assert_array_equal(indexed.scatter(x, indices, updates, axis, batch, kind), expected)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("index", [3, -4, 2**62])
def test_indices_outside_are_refused(index: int) -> None:
    """Whatever their sign."""
    with pytest.raises(ValueError, match=rf"index {index} is outside \[-3, 3\)"):
        indexed.gather(np.zeros((3, 2)), np.array([0, index]), 0, 0)
    with pytest.raises(ValueError, match=rf"index {index} is outside \[-3, 3\)"):
        indexed.scatter(np.zeros((3, 2)), np.array([index]), np.zeros((1, 2)), 0, 0, "none")
    with pytest.raises(ValueError, match=r"index 3 is outside \[-3, 3\)"):
        indexed.gather(np.zeros(3), np.array([3], np.uint8), 0, 0)
