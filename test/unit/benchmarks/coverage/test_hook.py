"""A script keeps NumPy's numbers, and the hook its limit, on reduced input."""

from importlib import import_module
from typing import Any


def test_reduced() -> None:
    """The error and the shares of one script; the time of a call is for quiet machines."""
    module: Any = import_module("benchmarks.coverage.hook")
    found = {one.name: one for one in module.measure(reduced=True)}
    assert found["hook: error of attention.py"].ok
    assert found["hook: operations on the accelerator, attention.py"].value > 0.9
    assert found["hook: overhead of a call"].value > 0
