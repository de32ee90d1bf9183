"""Bytes that hold values still to be read, against a count byte by byte and tick by tick."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.footprint import AccessTable
from accelc.profile import occupancy
from accelc.profile.occupancy import live_intervals

ACCESS = st.tuples(
    st.booleans(), st.integers(0, 3), st.integers(1, 2), st.integers(0, 6), st.integers(1, 5), st.integers(0, 4)
)
"""Writes, first partition, partitions, first byte, bytes, ticks until the next begins."""


def table_of(accesses: list[tuple[bool, int, int, int, int, int]]) -> AccessTable:
    """One row for each access, of single bytes that follow each other."""
    count = len(accesses)
    writes, start, parts, base, size, _ = (np.array(column) for column in zip(*accesses, strict=True))
    sizes, strides = np.ones((count, 4), np.int64), np.zeros((count, 4), np.int64)
    sizes[:, 3], strides[:, 3] = size, 1
    partitions = np.stack([start, start + parts], axis=1)
    one = np.ones(count, np.int64)
    return AccessTable(np.arange(count), writes, one, partitions, base, sizes, strides, one)


def by_byte(accesses: list[tuple[bool, int, int, int, int, int]], begin: list[int], end: list[int]) -> list[int]:
    """Live bytes by tick."""
    live = np.zeros((max(end) + 1, 8, 16), bool)
    last: dict[tuple[int, int], int] = {}
    for row, (writes, start, parts, base, size, _) in enumerate(accesses):
        for partition in range(start, start + parts):
            for byte in range(base, base + size):
                live[begin[row] : end[row], partition, byte] = True
                if not writes and (partition, byte) in last:
                    live[last[partition, byte] : begin[row], partition, byte] = True
                last[partition, byte] = begin[row]
    return live.sum(axis=(1, 2)).tolist()


@pytest.mark.parametrize("limit", [10**6, 1])
@given(accesses=st.lists(ACCESS, min_size=1, max_size=8))
def test_live_bytes(limit: int, accesses: list[tuple[bool, int, int, int, int, int]]) -> None:
    """Exact, and never less where cells are made coarser. Accesses follow each other, as ordered ones do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occupancy, "MAX_PAIRS", limit)
        begin = np.cumsum([0, *(access[5] + 2 for access in accesses[:-1])])
        end = begin + 2
        first, last, size = live_intervals(table_of(accesses), begin, end)
    expected = by_byte(accesses, begin.tolist(), end.tolist())
    found = [int(size[(first <= tick) & (tick < last)].sum()) for tick in range(len(expected))]
    if limit == 1:
        assert all(one >= other for one, other in zip(found, expected, strict=True))
    else:
        assert found == expected
