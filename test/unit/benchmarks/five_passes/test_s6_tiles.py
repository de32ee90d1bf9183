"""The figures of `schedule-systolic-tiles` on chains, at reduced size."""

from benchmarks.five_passes import s6_tiles


def test_chains_idle_less_and_never_end_later() -> None:
    """Every figure with a limit is within it; limits are those of the full suite."""
    found = list(s6_tiles.measure(reduced=True))
    limited = [measurement for measurement in found if measurement.threshold is not None]
    assert len(limited) == 7
    assert [measurement.name for measurement in limited if not measurement.ok] == []
