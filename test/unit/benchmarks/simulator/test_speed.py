"""Figures of the simulator's speed at reduced size: what is exact holds, and everything is measured."""

from importlib import import_module

import pytest


def test_exact_figures_hold_at_reduced_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tick, message or bit differs; how fast that is depends on the machine."""
    speed = import_module("benchmarks.simulator.speed")
    monkeypatch.setattr(speed, "REPETITIONS", 1)
    found = list(speed.measure(reduced=True))
    exact = [measurement for measurement in found if measurement.threshold == 0]
    assert [measurement.name for measurement in exact if not measurement.ok] == []
    assert len(exact) == len(speed.PASSES) + 4
    assert all(measurement.value > 0 for measurement in found if measurement.threshold != 0)
    assert {measurement.threshold for measurement in found} == {None, 0, speed.MIN_RATE, speed.MAX_SECONDS}
