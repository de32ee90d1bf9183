"""Published figures on the simulator: every limit holds, and a wrong preset is seen."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest


@pytest.fixture
def published() -> Any:
    """The module of the benchmark."""
    return import_module("benchmarks.simulator.validate_published")


def test_figures_are_within_their_limits(published: Any) -> None:
    found = list(published.measure(reduced=True))
    limited = [measurement for measurement in found if measurement.threshold is not None]
    assert len(limited) == 4
    assert [measurement.name for measurement in limited if not measurement.ok] == []
    assert all(measurement.baseline is not None for measurement in found if measurement.threshold is None)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [("peak bf16, Trainium1", "cols", 64), ("LoadStationary 128 x 128", "ls_vectors_per_cycle", 2)],
)
def test_a_wrong_preset_is_seen(
    name: str, key: str, value: int, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (figure,) = (figure for figure in published.figures() if figure.name == name)
    assert abs(figure.error()[1]) < published.MAX_ERROR
    monkeypatch.setattr(published, "TRN", replace(published.TRN, tensor=replace(published.TRN.tensor, **{key: value})))
    assert abs(figure.error()[1]) > published.MAX_ERROR


def test_the_curve_needs_its_interval(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the interval between descriptors, small transfers would be far too fast."""
    target = published.TRN2
    monkeypatch.setattr(published, "TRN2", replace(target, dma=replace(target.dma, issue_interval_ns=100.0)))
    assert max(abs(simulated - shown) for _, shown, simulated in published.curve()) > 30
