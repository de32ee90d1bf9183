"""Levels keep every loop behind what it needs whole, and put what can share a loop into one."""

from collections.abc import Callable, Sequence

import hypothesis.strategies as st
from hypothesis import given

from accelc.analysis.chunking.axes import Axis, Flow, whole
from accelc.analysis.chunking.levels import Loops, Node, plan_loops


def rows(*whole_operands: int) -> Callable[[Sequence[Axis]], Flow]:
    """Flow of an operation whose rows are those of its operands, except of some that it needs whole."""

    def flow(axes: Sequence[Axis]) -> Flow:
        used = tuple(None if i in whole_operands else axis for i, axis in enumerate(axes))
        return Flow(0, used) if any(axis is not None for axis in used) else whole(len(axes))

    return flow


def _mixes(axes: Sequence[Axis]) -> Flow:
    return whole(len(axes))


def _turns(axes: Sequence[Axis]) -> Flow:
    return Flow(1, (1,) * len(axes))


def test_attention_takes_two_loops() -> None:
    # 0: x, 1 to 3: query, key, value; 4: scores; 5: context; 6: residual
    nodes = [
        Node((0,), (1,), rows()),
        Node((0,), (2,), rows()),
        Node((0,), (3,), rows()),
        Node((1, 2), (4,), rows(1)),
        Node((4, 3), (5,), rows(1)),
        Node((0, 5), (6,), rows()),
    ]
    loops = plan_loops(nodes, {0: 0})
    assert list(loops.level) == [0, 0, 0, 1, 1, 1]
    assert loops.count == 2


def test_a_mean_over_rows_stands_between_two_loops() -> None:
    nodes = [Node((0,), (1,), rows()), Node((1,), (2,), _mixes), Node((1, 2), (3,), rows(1))]
    loops = plan_loops(nodes, {0: 0})
    assert list(loops.level) == [0, 1, 1]
    assert loops.flows[1].result is None
    assert 2 not in loops.axes


def test_rows_of_another_axis_are_needed_whole() -> None:
    nodes = [Node((0,), (1,), rows()), Node((1,), (2,), _turns)]
    assert list(plan_loops(nodes, {0: 0}).level) == [0, 1]


@st.composite
def programs(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for index in range(draw(st.integers(1, 12))):
        operands = tuple(draw(st.lists(st.integers(0, index), min_size=1, max_size=3)))
        needed = draw(st.sets(st.integers(0, len(operands) - 1)))
        nodes.append(Node(operands, (index + 1,), rows(*needed)))
    return nodes


@given(programs())
def test_values_are_complete_when_they_are_needed(nodes: list[Node]) -> None:
    loops: Loops = plan_loops(nodes, {0: 0})
    maker = {value: index for index, node in enumerate(nodes) for value in node.results}
    for index, node in enumerate(nodes):
        bound = 0
        for value, axis in zip(node.operands, loops.flows[index].operands, strict=True):
            if value in maker:
                looped = loops.flows[maker[value]].result is not None
                bound = max(bound, loops.level[maker[value]] + (looped and axis is None))
        assert loops.level[index] == bound
