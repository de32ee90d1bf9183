"""Figures of the profile at reduced size."""

from benchmarks.simulator import profile_trace


def test_nothing_is_unlike_the_simulator() -> None:
    """Everything but speed, which depends on the computer."""
    found = list(profile_trace.measure(reduced=True))
    assert [one.name for one in found if not one.ok and not one.name.endswith("per second")] == []
    compared = [one.value for one in found if one.name.endswith((": lanes", ": slices", ": stalls", ": flows"))]
    assert len(compared) == 8
    assert min(compared) > 0
    assert sum(one.threshold == 0 for one in found) == 10
