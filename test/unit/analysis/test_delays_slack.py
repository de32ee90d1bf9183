"""Slack: delays within it move no node beyond its end, one more tick does."""

from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.delays.slack import Edge, joint_delays, shifts, total_slack

NODES = 7


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Edge], list[int]]:
    pairs = [(before, after) for after in range(NODES) for before in range(after)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12))
    edges = [Edge(before, after, draw(st.integers(0, 9))) for before, after in chosen]
    return edges, draw(st.lists(st.integers(0, 20), min_size=NODES, max_size=NODES))


@given(graphs(), st.integers(0, NODES - 1))
def test_slack_is_the_largest_delay_of_a_node_alone(graph: tuple[list[Edge], list[int]], node: int) -> None:
    edges, ends = graph
    slack = total_slack(NODES, edges, ends)[node]
    for delay, legal in ((slack, True), (slack + 1, False)):
        moved = shifts(NODES, edges, [delay if index == node else 0 for index in range(NODES)])
        assert all(shift <= end for shift, end in zip(moved, ends, strict=True)) == legal


@given(graphs(), st.sets(st.integers(0, NODES - 1)))
def test_joint_delays_move_no_end(graph: tuple[list[Edge], list[int]], points: set[int]) -> None:
    edges, ends = graph
    order = sorted(points)
    delays = dict(zip(order, joint_delays(NODES, edges, ends, order), strict=True))
    moved = shifts(NODES, edges, [delays.get(node, 0) for node in range(NODES)])
    assert all(shift <= end for shift, end in zip(moved, ends, strict=True))
    if order:
        assert delays[order[0]] == total_slack(NODES, edges, ends)[order[0]]
