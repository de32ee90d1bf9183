"""
Suite `simulator`: what the simulator's cycles were checked against, how fast it is, and what its profile says.

Each figure names its baseline; `docs/validation.md` says what was compared with what, `docs/profile.md` what a profile
shows.
"""

from collections.abc import Iterator

from benchmarks.measure import Measurement, suite

MODULES = (
    "validate_array",
    "validate_scalesim",
    "validate_published",
    "profile_trace",
    "speed",
    "scale",
    "large_models",
    "memory_system",
)
"""Modules in this folder with a function `measure(reduced)`."""


def measure() -> Iterator[Measurement]:
    """All numbers of the suite, at full size."""
    return suite(__name__, MODULES)
