"""A program that IREE wrote is right, and all its arithmetic is on the accelerator."""

from importlib import import_module
from typing import Any


def test_reduced() -> None:
    """The classifier of TOSA 1.0."""
    module: Any = import_module("benchmarks.coverage.mlir")
    error, share = module.measure(reduced=True)
    assert error.ok
    assert share.ok
    assert share.value == 1
