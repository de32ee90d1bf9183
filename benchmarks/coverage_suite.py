"""
Suite `coverage`: what runs, where it is executed, and whether it is right.

A module `coverage` on the path would be taken for the package of that name.
"""

from collections.abc import Iterator
from importlib import import_module

from measure import Measurement

MODULES = (
    "onnx_scoreboard",
    "coverage_fuzz",
    "coverage_models",
    "coverage_mlir",
    "coverage_hook",
    "coverage_pointwise",
)
"""Modules in this folder with a function `measure(reduced)`."""


def measure() -> Iterator[Measurement]:
    """All numbers of the suite, at full size."""
    for name in MODULES:
        yield from import_module(name).measure(reduced=False)
