"""The allocator: no overlap of live buffers, alignment, bounds, late reuse, and its diagnostics."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.allocate import Memory, Request, allocate, live_peak
from accelc.errors import CapacityError


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    count = draw(st.integers(0, 14))
    result: list[Request] = []
    for index in range(count):
        first = draw(st.integers(0, 12))
        result.append(
            Request(
                f"b{index}",
                draw(st.integers(1, 40)),
                draw(st.sampled_from([1, 2, 4, 16])),
                first,
                first + draw(st.integers(0, 6)),
            )
        )
    return result


def check(found: list[Request], offsets: list[int], capacity: int) -> None:
    for request, offset in zip(found, offsets, strict=True):
        assert offset % request.align == 0
        assert offset >= 0
        assert offset + request.size <= capacity
    for i, one in enumerate(found):
        for j, other in enumerate(found[:i]):
            if one.meets(other):
                assert offsets[i] + one.size <= offsets[j] or offsets[j] + other.size <= offsets[i]


@given(requests(), st.integers(0, 200), st.integers(1, 250))
def test_live_buffers_never_overlap(found: list[Request], slack: int, window: int) -> None:
    capacity = live_peak(found) + slack
    memory = Memory("mem", capacity, "shrink")
    offsets = None
    with suppress(CapacityError):
        offsets = allocate(found, memory, window)
    if offsets is None:
        with pytest.raises(CapacityError, match=rf"buffer 'b\d+' needs \d+ bytes, mem has {capacity}.*: shrink"):
            allocate(found, memory, window)
        return
    check(found, offsets, capacity)


@given(requests())
def test_room_for_all_always_suffices(found: list[Request]) -> None:
    capacity = sum(request.size + request.align for request in found) + 1
    check(found, allocate(found, Memory("mem", capacity, "shrink")), capacity)


def test_live_peak_counts_both_ends_of_a_range() -> None:
    assert live_peak([Request("a", 8, 1, 0, 1), Request("b", 4, 1, 1, 2), Request("c", 2, 1, 2, 2)]) == 12


def test_memory_is_reused_as_late_as_possible() -> None:
    found = [Request(f"b{i}", 4, 1, i, i) for i in range(4)]
    assert allocate(found, Memory("mem", 12, "shrink")) == [0, 4, 8, 0]
    assert allocate(found, Memory("mem", 12, "shrink"), window=8) == [0, 4, 0, 4]


def test_best_fit_takes_over_when_rotation_fragments() -> None:
    # Rotation puts b behind a, which leaves 4 + 2 free bytes for c, never 6 in one piece.
    found = [Request("a", 4, 1, 0, 0), Request("b", 4, 1, 1, 2), Request("c", 6, 1, 2, 2)]
    assert allocate(found, Memory("mem", 10, "shrink")) == [0, 0, 4]


def test_largest_first_takes_over_when_order_of_use_fragments() -> None:
    found = [
        Request("a", 2, 1, 0, 0),
        Request("b", 2, 1, 0, 2),
        Request("c", 4, 1, 1, 2),
    ]
    check(found, allocate(found, Memory("mem", 6, "shrink")), 6)


def test_a_buffer_larger_than_the_memory_is_named() -> None:
    with pytest.raises(CapacityError, match=r"buffer 'big' needs 9 bytes, one sbuf partition has 8: use less"):
        allocate([Request("big", 9, 1, 0, 0)], Memory("one sbuf partition", 8, "use less"))


def test_holders_of_a_full_memory_are_named() -> None:
    found = [Request("a", 4, 1, 0, 5), Request("b", 3, 1, 1, 5), Request("c", 2, 1, 2, 5)]
    expected = (
        r"buffer 'c' needs 2 bytes, mem has 8, of which 7 are held by 2 other live buffers, the largest 'a' \(4\)"
    )
    with pytest.raises(CapacityError, match=expected):
        allocate(found, Memory("mem", 8, "use less"))


@pytest.mark.parametrize(("size", "align", "first", "last"), [(0, 1, 0, 0), (1, 0, 0, 0), (1, 1, 3, 2)])
def test_impossible_requests_are_refused(size: int, align: int, first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not a buffer"):
        Request("x", size, align, first, last)
