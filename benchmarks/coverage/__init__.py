"""Suite `coverage`: what runs, where it is executed, and whether it is right."""

from collections.abc import Iterator

from benchmarks.measure import Measurement, suite

MODULES = (
    "onnx_scoreboard",
    "fuzz",
    "models",
    "mlir",
    "hook",
    "pointwise",
)
"""Modules in this folder with a function `measure(reduced)`."""


def measure() -> Iterator[Measurement]:
    """All numbers of the suite, at full size."""
    return suite(__name__, MODULES)
