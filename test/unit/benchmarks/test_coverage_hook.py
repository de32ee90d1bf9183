"""A script keeps NumPy's numbers, and the hook its limit, on reduced input."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


def test_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error and the shares of one script; the time of a call is for quiet machines."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[3] / "benchmarks"), *sys.path])
    module: Any = import_module("coverage_hook")
    found = {one.name: one for one in module.measure(reduced=True)}
    assert found["hook: error of attention.py"].ok
    assert found["hook: operations on the accelerator, attention.py"].value > 0.9
    assert found["hook: overhead of a call"].value > 0
