"""Comparison with a reference: what counts as equal, and what never does."""

import numpy as np
import pytest

from accelc.runtime.compare import compare

RNG = np.random.default_rng(0)
EXPECTED = RNG.standard_normal(1000).astype(np.float32)


def test_equal_outputs_have_no_error() -> None:
    result = compare("o", [EXPECTED], [EXPECTED], "model")
    assert (result.max_abs_error, result.max_rel_error, result.cosine, result.within_tolerance) == (0, 0, 1, True)


def test_rounding_is_within_tolerance_and_a_wrong_element_is_not() -> None:
    assert compare("o", [EXPECTED * np.float32(1 + 1e-5)], [EXPECTED], "model").within_tolerance
    wrong = EXPECTED.copy()
    wrong[3] += 0.01 * np.abs(EXPECTED).max()
    result = compare("o", [wrong], [EXPECTED], "model")
    assert not result.within_tolerance
    assert result.cosine > 0.9999


def test_low_precision_is_judged_by_the_angle() -> None:
    noisy = (EXPECTED + 0.01 * RNG.standard_normal(1000)).astype(np.float32)
    assert compare("o", [noisy], [EXPECTED], "bf16").within_tolerance
    assert not compare("o", [noisy], [EXPECTED], "model").within_tolerance
    assert not compare("o", [-EXPECTED], [EXPECTED], "bf16").within_tolerance


def test_outputs_below_the_rounding_of_one_have_no_angle() -> None:
    """What a sigmoid gives far from its threshold: a few units in the last place of 1, in any direction."""
    tiny = np.float32(1e-7) * EXPECTED / np.abs(EXPECTED).max()
    for precision in ("model", "bf16"):
        assert compare("o", [tiny[::-1]], [tiny], precision).within_tolerance
        assert not compare("o", [tiny[::-1] * 100], [tiny * 100], precision).within_tolerance


def test_a_scaled_output_has_the_right_angle_and_the_wrong_values() -> None:
    result = compare("o", [EXPECTED * 2], [EXPECTED], "model")
    assert result.cosine == pytest.approx(1)
    assert not result.within_tolerance


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_on_one_side_is_wrong(value: float) -> None:
    broken = EXPECTED.copy()
    broken[0] = value
    for precision in ("model", "bf16"):
        assert not compare("o", [broken], [EXPECTED], precision).within_tolerance
    assert compare("o", [broken], [broken], "model").within_tolerance


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_on_both_sides_is_right_beside_rounding(value: float) -> None:
    expected = EXPECTED.copy()
    expected[::2] = value
    got = expected * np.float32(1 + 1e-5)
    for precision in ("model", "bf16"):
        result = compare("o", [got], [expected], precision)
        assert result.within_tolerance
        assert 0 < result.max_abs_error < 1e-3
    got[1] += 1
    assert not compare("o", [got], [expected], "model").within_tolerance


def test_integers_must_be_equal() -> None:
    expected = np.arange(10)
    assert compare("o", [expected], [expected], "bf16").within_tolerance
    assert not compare("o", [expected + 1], [expected], "bf16").within_tolerance


def test_the_worst_output_decides() -> None:
    result = compare("o", [EXPECTED, -EXPECTED], [EXPECTED, EXPECTED], "model")
    assert result.cosine == pytest.approx(-1)
    assert not result.within_tolerance


def test_another_shape_is_wrong() -> None:
    assert not compare("o", [EXPECTED[:-1]], [EXPECTED], "model").within_tolerance


def test_an_output_of_zeros_is_compared_absolutely() -> None:
    zeros = np.zeros(4, np.float32)
    assert compare("o", [zeros + np.float32(1e-8)], [zeros], "fp32").max_rel_error == np.inf
    assert not compare("o", [zeros + np.float32(1e-3)], [zeros], "fp32").within_tolerance
