import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accelc import column_sums as module
from accelc import numerics
from accelc.column_sums import Sums, column_sums, compiled_sums, einsum_sums, rounds_products


def _compiled() -> Sums:
    sums = compiled_sums()
    assert sums is not None, "the extra `fast` is installed with the tests"
    return sums


@given(
    st.sampled_from(("einsum", "compiled", "chosen")),
    st.integers(1, 40),
    st.integers(1, 140),
    st.integers(1, 140),
    st.integers(0, 2**32 - 1),
)
@example("chosen", 32, 64, 64, 0)
@example("chosen", 40, 140, 140, 1)
@settings(max_examples=120, deadline=None)
def test_sums_have_one_order_at_every_shape(which: str, rows: int, columns: int, elements: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left = rng.standard_normal((rows, columns), np.float32)
    right = rng.standard_normal((rows, elements), np.float32)
    left.flags.writeable = bool(seed % 2)
    expected = np.zeros((columns, elements), np.float32)
    for one, other in zip(left, right, strict=True):
        expected += one[:, None] * other
    sums = {"einsum": einsum_sums, "compiled": _compiled(), "chosen": column_sums}[which]
    result = sums(left, right)
    assert result.flags.c_contiguous
    np.testing.assert_array_equal(result.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.finfo(np.float32).max, np.finfo(np.float32).tiny, -0.0])
def test_sums_of_extreme_values(value: float) -> None:
    """Overflow, underflow to denormals and signs of zero are those of separate operations."""
    left = np.random.default_rng(0).standard_normal((24, 48), np.float32)
    left[5] = value
    right = np.random.default_rng(1).standard_normal((24, 96), np.float32)
    right[5] *= np.float32(1e-3)
    expected = np.zeros((48, 96), np.float32)
    with np.errstate(all="ignore"):
        for one, other in zip(left, right, strict=True):
            expected += one[:, None] * other
        for sums in (einsum_sums, _compiled()):
            np.testing.assert_array_equal(sums(left, right).view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 5), (4, 1, 5), (4, 3, 1), (9, 40, 100), (9, 100, 40)])
def test_sums_of_negative_zeros_are_zero(shape: tuple[int, int, int]) -> None:
    """The first PE of a column adds to +0."""
    rows, columns, elements = shape
    left, right = np.full((rows, columns), -0.0, np.float32), np.ones((rows, elements), np.float32)
    for sums in (einsum_sums, _compiled(), column_sums):
        assert not sums(left, right).view(np.uint32).any()


def test_fused_multiply_add_is_detected() -> None:
    def fused(left: numerics.F32, right: numerics.F32) -> numerics.F32:
        result = np.zeros((left.shape[1], right.shape[1]))
        for one, other in zip(left.astype(np.float64), right, strict=True):
            result = (result + one[:, None] * other).astype(np.float32)
        return result.astype(np.float32)

    assert not rounds_products(fused)
    assert rounds_products(einsum_sums)
    assert rounds_products(_compiled())


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        assert name == "numba"

    monkeypatch.setattr(module, "find_spec", absent)
    monkeypatch.setattr(module, "compiled_sums", compiled_sums.__wrapped__)
    assert module.compiled_sums() is None
    left, right = (np.random.default_rng(n).standard_normal((32, 64), np.float32) for n in (0, 1))
    np.testing.assert_array_equal(column_sums(left, right), _compiled()(left, right))


def test_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is compiled all the same."""
    tried: list[bool] = []

    def njit(signature: Any, *, nogil: bool, cache: bool = False) -> Any:
        assert nogil
        tried.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(signature, nogil=True)

    numba: Any = import_module("numba")
    fake = SimpleNamespace(types=numba.types, float32=numba.float32, void=numba.void, njit=njit)
    monkeypatch.setattr(module, "import_module", {"numba": fake}.__getitem__)
    assert compiled_sums.__wrapped__() is not None
    assert tried == [True, False]


def test_small_products_do_not_load_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError

    monkeypatch.setattr(module, "compiled_sums", never)
    one = np.ones((4, 4), np.float32)
    assert column_sums(one, one).tolist() == [[4.0] * 4] * 4
    assert sys.modules["accelc.numerics"] is numerics
