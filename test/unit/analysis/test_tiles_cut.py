"""Elementwise operations are cut between output blocks, never inside one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.tiles.cut import natural_parts


@pytest.mark.parametrize(
    ("starts", "first", "size", "step", "parts"),
    [
        ([0, 16, 32, 48], 0, 4, 16, 4),  # one index a block
        ([0, 16], 0, 4, 8, 2),  # two indices a block
        ([0, 16], 0, 16, 1, 1),  # all in one block
        ([0], 0, 8, 1, 1),
        ([0, 16, 32], 0, 3, 16, 3),
        ([32, 0, 16], 0, 3, 16, 3),  # in any order
        ([0, 12], 0, 20, 1, 1),  # ragged: parts of 4 would be more than two a block
        ([0, 12], 0, 18, 1, 3),  # ragged: parts of 6
        ([0, 16], 16, 2, -16, 2),  # backwards
        ([0, 16], 0, 5, 0, 1),  # broadcast
    ],
)
def test_natural_parts(starts: list[int], first: int, size: int, step: int, parts: int) -> None:
    """By hand."""
    assert natural_parts(starts, first, size, step) == parts


@given(
    st.sets(st.integers(0, 12), min_size=1).map(lambda s: [4 * x for x in s]),
    st.integers(0, 8),
    st.integers(1, 24),
    st.integers(1, 20),
)
def test_no_part_straddles_blocks(starts: list[int], first: int, size: int, step: int) -> None:
    """Whatever is cut is cut into equal parts of one block each."""
    parts = natural_parts(starts, first, size, step)
    assert size % parts == 0
    if parts > 1:
        elements = first + np.arange(size) * step
        block = np.searchsorted(np.sort(starts), elements, side="right").reshape(parts, -1)
        assert (block == block[:, :1]).all()
