"""Nearly all multiply-accumulates of a recurrent network are executed on the accelerator."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
def test_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silero's layers, the LSTM among them."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[3] / "benchmarks"), *sys.path])
    module: Any = import_module("coverage_models")
    (found,) = module.measure(reduced=True)
    assert found.ok
    assert found.value == 1
