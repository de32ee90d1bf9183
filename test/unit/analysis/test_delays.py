"""Placement of delays, and the transfers they stand before."""

from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.delays.placement import POINTS, Issue, Point, burst_heads, lane_heads, stagger

issues = st.lists(st.builds(Issue, st.sampled_from([None, 0, 1, 2]), st.integers(0, 9), st.booleans()), max_size=12)


@given(issues, st.sampled_from(POINTS), st.integers(0, 4))
def test_points_are_transfers_in_order_and_few(found: list[Issue], points: str, slots: int) -> None:
    heads = burst_heads(found, points, slots)
    indices = [point.index for point in heads]
    assert len(heads) <= slots
    assert indices == sorted(set(indices))
    assert all(found[index].is_transfer for index in indices)


@given(issues, st.sampled_from(POINTS))
def test_bursts_hold_every_transfer_once(found: list[Issue], points: str) -> None:
    heads = burst_heads(found, points, len(found))
    assert sum(point.cycles for point in heads) == sum(issue.cycles for issue in found if issue.is_transfer)


def test_a_layer_is_one_burst_wherever_its_transfers_stand() -> None:
    found = [Issue(0, 4, True), Issue(0, 0, False), Issue(0, 3, True), Issue(1, 5, True)]
    assert burst_heads(found, "layer", 9) == [Point(0, 7), Point(3, 5)]
    assert burst_heads(found, "burst", 9) == [Point(0, 4), Point(2, 8)]
    assert burst_heads(found, "burst", 1) == [Point(2, 8)]


def test_staggering_shifts_by_shares_of_the_longest_burst() -> None:
    points = [Point(0, 30), Point(5, 40)]
    assert [stagger(points, element, 4) for element in range(4)] == [0, 10, 20, 30]
    assert stagger([], 1, 2) == 0


def test_starts_are_all_or_none() -> None:
    lanes = ["dma0", "tensor", "dma1", "dma0"]
    assert lane_heads(lanes, ("dma0", "dma1", "dma2"), 2) == {"dma0": 0, "dma1": 2}
    assert lane_heads(lanes, ("dma0", "dma1"), 1) == {}
