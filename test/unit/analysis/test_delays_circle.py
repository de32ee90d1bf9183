"""Shifts on a circle: never worse than none or even ones, as good as trying everything for two users."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.delays.circle import circle_shifts, even_shifts, excess, total_load, windowed_peak

profiles = st.lists(st.integers(0, 9), min_size=2, max_size=10).map(lambda bins: np.array(bins, float))


@given(profiles, st.integers(1, 4), st.integers(0, 20), st.integers(1, 12))
def test_never_worse_than_lockstep_or_even_shifts(load: np.ndarray, users: int, capacity: int, window: int) -> None:
    for cost in (excess(capacity), windowed_peak(window)):
        found = circle_shifts(load, users, cost)
        assert found[0] == 0
        assert all(0 <= shift < len(load) for shift in found)
        for other in ([0] * users, even_shifts(len(load), users)):
            assert cost(total_load(load, found)) <= cost(total_load(load, other)) + 1e-9


@given(profiles, st.integers(0, 20))
def test_two_users_get_the_best_rotation(load: np.ndarray, capacity: int) -> None:
    cost = excess(capacity)
    best = min(cost(total_load(load, [0, shift])) for shift in range(len(load)))
    assert cost(total_load(load, circle_shifts(load, 2, cost))) == pytest.approx(best)


def test_bursts_interleave() -> None:
    load = np.array([1.0, 0, 0, 0])
    assert sorted(circle_shifts(load, 4, windowed_peak(1))) == [0, 1, 2, 3]
    assert excess(1.0)(total_load(load, circle_shifts(load, 4, excess(1.0)))) == 0


@given(profiles, st.integers(1, 12))
def test_windows_go_around_the_circle(load: np.ndarray, window: int) -> None:
    width = min(window, len(load))
    means = [np.mean([load[(start + i) % len(load)] for i in range(width)]) for start in range(len(load))]
    assert windowed_peak(window)(load) == pytest.approx(max(means))


def test_lockstep_can_be_the_better_beginning() -> None:
    """Four users of a demand with two peaks: from even shifts the search ends at 8 above the capacity."""
    load, cost = np.array([6.0, 2, 5, 2, 0, 9]), excess(16)
    assert cost(total_load(load, circle_shifts(load, 4, cost))) == 7.0
