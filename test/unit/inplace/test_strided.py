"""Strided views as chains of steps, against NumPy."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.inplace.strided import Strided, chain_of, row_major
from accelc.analysis.inplace.views import BroadcastStep, Chain, ReshapeStep, SliceStep, TransposeStep

Array = npt.NDArray[np.int64]


def apply(chain: Chain, x: Array) -> Array:
    """The elements that a chain views."""
    for step in chain:
        match step:
            case SliceStep(starts, steps, sizes):
                x = x[tuple(slice(a, a + n * s, s) for a, s, n in zip(starts, steps, sizes, strict=True))]
                assert x.shape == sizes
            case TransposeStep(perm):
                x = x.transpose(perm)
            case ReshapeStep(_, shape):
                x = x.reshape(shape)
            case BroadcastStep(_, shape):
                x = np.broadcast_to(x, shape)
    return x


@st.composite
def views(draw: st.DrawFn) -> tuple[Array, Array]:
    """An array, and a view of it by several of the ways to make one."""
    shape = draw(st.lists(st.integers(1, 6), max_size=4))
    base: Array = np.arange(int(np.prod(shape))).reshape(shape)
    view: Array = base
    for _ in range(draw(st.integers(1, 3))):
        match draw(st.sampled_from(["slice", "transpose", "flatten", "split", "diagonal", "repeat"])):
            case "slice" if view.ndim:
                starts = [draw(st.integers(0, n - 1)) if n else 0 for n in view.shape]
                view = view[tuple(slice(a, None, draw(st.integers(1, 3))) for a in starts)]
            case "transpose":
                view = view.transpose(draw(st.permutations(range(view.ndim))))
            case "flatten" if view.flags.c_contiguous:
                view = view.reshape(-1)
            case "split" if view.flags.c_contiguous:
                axis = draw(st.sampled_from([d for d in range(1, view.size + 1) if view.size % d == 0]))
                view = view.reshape(axis, view.size // axis)
            case "diagonal" if view.ndim >= 2:
                view = view.diagonal()
            case "repeat" if view.ndim < 4:
                view = np.broadcast_to(view, (2, *view.shape))
            case _:
                pass
    return base, view


def seen(base: Array, view: Array) -> Strided:
    """Where a view is in its base."""
    offset = (view.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // base.itemsize
    return Strided(view.shape, tuple(stride // base.itemsize for stride in view.strides), offset)


@given(views())
def test_the_chain_views_the_same_elements(pair: tuple[Array, Array]) -> None:
    base, view = pair
    try:
        chain = chain_of(base.shape, seen(base, view))
    except ValueError:
        # A slice whose axes do not divide those of the source, seen through another shape.
        return
    assert np.array_equal(apply(chain, base), view)


@given(st.lists(st.integers(1, 5), max_size=4), st.data())
def test_one_slice_or_transposition_is_always_found(shape: list[int], data: st.DataObject) -> None:
    base = np.arange(int(np.prod(shape))).reshape(shape)
    view = base.transpose(data.draw(st.permutations(range(base.ndim))))
    slices = [slice(data.draw(st.integers(0, n - 1)), None, data.draw(st.integers(1, 3))) for n in view.shape]
    view = view[(*slices, ...)]
    assert np.array_equal(apply(chain_of(base.shape, seen(base, view)), base), view)


def test_a_slice_of_an_axis_stays_one_slice() -> None:
    assert chain_of((4, 6), Strided((4, 2), (6, 1), 1)) == (SliceStep((0, 1), (1, 1), (4, 2)),)


def test_a_run_of_cells_may_begin_anywhere() -> None:
    base = np.arange(24).reshape(4, 6)
    assert np.array_equal(apply(chain_of((4, 6), Strided((2, 2), (2, 1), 5)), base), [[5, 6], [7, 8]])


def test_nothing_of_something_is_an_empty_slice() -> None:
    assert apply(chain_of((2, 3), Strided((0, 5), (5, 1))), np.zeros((2, 3), np.int64)).shape == (0, 5)


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (Strided((7,), (1,)), "the view leaves its source of 6 elements"),
        (Strided((2,), (-1,), 3), r"strides \[-1\] are not all at least 0"),
        (Strided((2, 2), (1, 1)), "overlap"),
    ],
)
def test_what_no_chain_gives_is_refused(view: Strided, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chain_of((2, 3), view)


def test_row_major_strides() -> None:
    assert row_major((2, 3, 4)) == (12, 4, 1)
