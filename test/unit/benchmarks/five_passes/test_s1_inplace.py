"""The figures of `normalize-inplace` at reduced size."""

from benchmarks.five_passes.s1_inplace import measure


def test_every_limit_is_kept() -> None:
    """Programs unchanged, no write left, fewer cycles than with barriers, memory no larger than in place."""
    found = list(measure(reduced=True))
    assert len(found) == 8
    assert [measurement.name for measurement in found if not measurement.ok] == []
    for donated in found[6:]:
        assert donated.baseline is not None
        assert donated.value < donated.baseline
