"""The figures of `schedule-systolic-tiles` on chains, at reduced size."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def test_chains_idle_less_and_never_end_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure with a limit is within it; limits are those of the full suite."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    found = list(import_module("s6_tiles").measure(reduced=True))
    limited = [measurement for measurement in found if measurement.threshold is not None]
    assert len(limited) == 7
    assert [measurement.name for measurement in limited if not measurement.ok] == []
