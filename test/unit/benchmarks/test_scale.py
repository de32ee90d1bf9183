"""Figures of repeated layers at reduced size."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def test_launches_are_exact_at_reduced_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """No launch differs from a full simulation; seconds and bytes depend on the machine."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    found = list(import_module("scale").measure(reduced=True))
    (exact,) = (measurement for measurement in found if measurement.threshold == 0)
    assert exact.ok
    assert len(found) == 6
    code = next(measurement for measurement in found if "instructions" in measurement.name)
    assert code.baseline is not None
    assert code.value < code.baseline
