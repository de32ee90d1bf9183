"""Figures of repeated layers at reduced size."""

from benchmarks.simulator import scale


def test_launches_are_exact_at_reduced_size() -> None:
    """No launch differs from a full simulation; seconds and bytes depend on the machine."""
    found = list(scale.measure(reduced=True))
    (exact,) = (measurement for measurement in found if measurement.threshold == 0)
    assert exact.ok
    assert len(found) == 6
    code = next(measurement for measurement in found if "instructions" in measurement.name)
    assert code.baseline is not None
    assert code.value < code.baseline
