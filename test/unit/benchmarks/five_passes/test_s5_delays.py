"""Figures of `insert-delays` and of the runtime that adjusts delays, at reduced size."""

from benchmarks.five_passes import s5_delays


def test_figures_hold_at_reduced_size() -> None:
    """The same outputs with any delays, a fifth more throughput by staggering, and caps that are kept."""
    found = list(s5_delays.measure(reduced=True))
    assert [measurement.name for measurement in found if not measurement.ok] == []
    named = {measurement.name: measurement for measurement in found}
    throughput = named["S5 alternating: throughput staggered"]
    assert throughput.baseline is not None
    assert throughput.threshold == 1.2 * throughput.baseline
    for memory in ("busy", "ample"):
        assert named[f"S5 alternating: power over cap, {memory} HBM"].threshold == 1.0
    assert named["S5 outputs that differ, of 12 delay vectors"].threshold == 0
