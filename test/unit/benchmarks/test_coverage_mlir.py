"""A program that IREE wrote is right, and all its arithmetic is on the accelerator."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


def test_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier of TOSA 1.0."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[3] / "benchmarks"), *sys.path])
    module: Any = import_module("coverage_mlir")
    error, share = module.measure(reduced=True)
    assert error.ok
    assert share.ok
    assert share.value == 1
