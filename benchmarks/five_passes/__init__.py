"""
Suite `five-passes`: what each of the core passes gains, against what a compiler without it would do.

Each figure names its baseline; the docs page of the pass says what the figure means.
"""

from collections.abc import Iterator

from benchmarks.measure import Measurement, suite

MODULES = ("s1_inplace", "s2_partition", "s7_schedule", "s34_sync", "s5_delays", "s6_tiles")
"""Modules in this folder with a function `measure(reduced)`; the names are those of the systems they measure."""


def measure() -> Iterator[Measurement]:
    """All numbers of the suite, at full size."""
    return suite(__name__, MODULES)
