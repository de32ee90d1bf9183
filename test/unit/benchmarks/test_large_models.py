"""Figures of large models at reduced size."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.mark.slow
def test_code_hardly_grows_with_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """GPT-2 in chunks of rows; seconds are measured at full size only."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    found = list(import_module("large_models").measure(reduced=True))
    assert len(found) == 3
    assert [measurement.name for measurement in found if not measurement.ok] == []
