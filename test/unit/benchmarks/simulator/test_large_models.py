"""Figures of large models at reduced size."""

import pytest

from benchmarks.simulator import large_models


@pytest.mark.slow
def test_code_hardly_grows_with_tokens() -> None:
    """GPT-2 in chunks of rows; seconds are measured at full size only."""
    found = list(large_models.measure(reduced=True))
    assert len(found) == 3
    assert [measurement.name for measurement in found if not measurement.ok] == []
