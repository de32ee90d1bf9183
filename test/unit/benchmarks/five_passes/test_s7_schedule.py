"""The figures of `schedule-engines` at reduced size."""

from benchmarks.five_passes import s7_schedule


def test_order_gains_on_random_graphs_and_never_loses() -> None:
    """Thresholds are those of the full suite; a single chain-like model need not reach the mean of all nine."""
    found = {measurement.name: measurement for measurement in s7_schedule.measure(reduced=True)}
    assert found["s7: 6 random graphs, speedup, geomean"].value >= 1.03
    assert found["s7: 6 random graphs, speedup, worst"].value >= 1.0
    assert found["s7: light models, speedup, worst"].value >= 1.0
    for name in ("s7: 6 random graphs", "s7: light models"):
        assert found[f"{name}, prediction error, most"].value <= 0.05
    assert found["s7: 9 random graphs in 6144 bytes, compiled with spilling"].ok
    assert found["s7: 9 random graphs in 6144 bytes, compiled without spilling"].value < 1.0
    assert found["s7: 9 random graphs in 6144 bytes, transfers, most"].ok
    assert found["s7: 9 random graphs in 6144 bytes, speedup over naive, worst"].ok
