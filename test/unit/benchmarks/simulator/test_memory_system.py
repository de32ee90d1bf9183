"""Figures of the memory system at reduced size."""

from benchmarks.simulator import memory_system


def test_figures_hold_at_reduced_size() -> None:
    """Collectives take the time of closed forms, banks and packets that of exact models."""
    found = list(memory_system.measure(reduced=True))
    assert [measurement.name for measurement in found if not measurement.ok] == []
    named = {measurement.name: measurement for measurement in found}
    assert named["memory: 60 collectives off closed forms"].threshold == 1e-6
    assert named["memory: packets, largest error of an end"].value < 3.01
    two = named["memory: two of them at once"]
    assert two.baseline is not None
    assert 1.5 * two.baseline < two.value < 2 * two.baseline
