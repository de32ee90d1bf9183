"""Figures of `sync-vector-clock` and `verify-sync` at reduced size."""

from benchmarks.five_passes import s34_sync


def test_figures_hold_at_reduced_size() -> None:
    """Nothing missing, nothing removable, every deleted wait caught, and most waits of the baselines gone."""
    found = list(s34_sync.measure(reduced=True))
    assert [measurement.name for measurement in found if not measurement.ok] == []
    time = next(measurement for measurement in found if measurement.name == "sync, squeezenet: time")
    assert {measurement.threshold for measurement in found} == {None, 0, 10.0, 90.0, time.baseline}
    deleted = [measurement.value for measurement in found if measurement.name.endswith("deleted, one by one")]
    # Four mechanisms, on short and on long programs.
    assert len(deleted) == 8
    assert min(deleted) > 0
    limited = [measurement.name for measurement in found if measurement.threshold == 90.0]
    assert [name.split(":")[0] for name in limited] == [
        "sync, 10 long programs",
        "sync, all 70 programs",
        "sync, 1 light models",
    ]
