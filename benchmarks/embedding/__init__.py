"""Suite `embedding`: what other compilers and programs get from accelc through its doors."""

from collections.abc import Iterator

from benchmarks.measure import Measurement, suite

MODULES = ("irdl", "kernels", "public_types")
"""Modules in this folder with a function `measure(reduced)`."""


def measure() -> Iterator[Measurement]:
    """All numbers of the suite, at full size."""
    return suite(__name__, MODULES)
