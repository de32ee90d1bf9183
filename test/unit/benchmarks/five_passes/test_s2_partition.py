"""Figures of `partition-hierarchical` at reduced size."""

from benchmarks.five_passes import s2_partition


def test_figures_hold_at_reduced_size() -> None:
    """Near the optimum, no cycles, fewer transfers and less time than flat fallback."""
    found = list(s2_partition.measure(reduced=True))
    assert [measurement.name for measurement in found if not measurement.ok] == []
    limits = {measurement.name: measurement.threshold for measurement in found if measurement.threshold is not None}
    assert limits == {
        "S2: worst cost over optimum": 1.05,
        "S2: random graphs with a cycle of groups": 0,
        "S2: fewer transfers than flat fallback": 0.4,
        "S2: speedup over flat fallback": 1.3,
    }
