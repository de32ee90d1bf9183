"""Grouping of operations by destination on random graphs, and what groups cost."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.partition.grouping import Group, components, crossing, group, launches_ns

Problem = tuple[list[str], list[list[int]]]
HOMES: tuple[str, ...] = ("accelerator", "host", "framework")


@st.composite
def problems(draw: st.DrawFn, largest: int = 24, homes: Sequence[str] = HOMES) -> Problem:
    """Destinations and predecessors of a random directed acyclic graph."""
    count = draw(st.integers(1, largest))
    predecessors = [
        sorted(draw(st.sets(st.integers(0, i - 1), max_size=3))) if i else list[int]() for i in range(count)
    ]
    return draw(st.lists(st.sampled_from(homes), min_size=count, max_size=count)), predecessors


def check_groups(groups: Sequence[Group], destinations: Sequence[str], predecessors: Sequence[Sequence[int]]) -> None:
    """Every operation once, at its destination; groups read only from earlier groups, so they are convex."""
    home = {member: index for index, g in enumerate(groups) for member in g.members}
    assert sorted(m for g in groups for m in g.members) == list(range(len(destinations)))
    assert all(destinations[m] == g.destination for g in groups for m in g.members)
    assert all(g.members == tuple(sorted(g.members)) for g in groups)
    assert all(home[p] <= home[i] for i, sources in enumerate(predecessors) for p in sources)
    assert all(a.destination != b.destination for a, b in pairwise(groups))


def fewest(destinations: Sequence[str], predecessors: Sequence[Sequence[int]]) -> int:
    """Smallest number of groups, by trying every order of destinations of growing length."""
    for length in range(1, len(destinations) + 1):
        for order in product(sorted(set(destinations)), repeat=length):
            done: set[int] = set()
            for home in order:
                for i, own in enumerate(destinations):
                    if own == home and set(predecessors[i]) <= done:
                        done.add(i)
            if len(done) == len(destinations):
                return length
    raise AssertionError("every operation alone is a grouping")


@settings(max_examples=500, deadline=None)
@given(problems())
def test_groups_are_acyclic_convex_and_complete(problem: Problem) -> None:
    """500 random graphs with three destinations."""
    destinations, predecessors = problem
    check_groups(group(destinations, predecessors), destinations, predecessors)


@settings(max_examples=100, deadline=None)
@given(problems(largest=7))
def test_the_number_of_groups_is_minimal_on_small_graphs(problem: Problem) -> None:
    """Against an exhaustive search."""
    destinations, predecessors = problem
    assert len(group(destinations, predecessors)) == fewest(destinations, predecessors)


def test_independent_branches_share_a_group() -> None:
    """Two branches host -> accelerator -> host need three groups, not six."""
    homes = ["host", "accelerator", "host"] * 2
    assert len(group(homes, [[], [0], [1], [], [3], [4]])) == 3


def test_nothing_gives_no_groups() -> None:
    """A program without operations."""
    assert group([], []) == []


def test_components_ignore_the_direction_of_edges() -> None:
    """0 -> 2 <- 1 is one component, 3 another; edges through operations outside do not count."""
    assert components([0, 1, 2, 3, 5], [[], [], [0, 1], [], [3], [4]]) == [(0, 1, 2), (3,), (5,)]


def test_a_result_moves_once() -> None:
    """However many read it on the other side; host and framework share a memory."""
    homes = ["accelerator", "host", "framework", "host", "accelerator"]
    assert crossing(homes, [[], [0], [0], [2], [2, 3]]) == {0, 2, 3}


@settings(max_examples=200, deadline=None)
@given(problems(largest=10), st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_launches_are_those_of_the_cheapest_groups(problem: Problem, prices: Sequence[int]) -> None:
    """The closed form for two destinations, and the search for three, against every order of destinations."""
    destinations, predecessors = problem
    price = dict(zip(HOMES, map(float, prices), strict=True))
    found = launches_ns(destinations, predecessors, price)
    assert found == sum(price[g.destination] for g in group(destinations, predecessors, price))
    assert found == cheapest(destinations, predecessors, price)


def cheapest(destinations: Sequence[str], predecessors: Sequence[Sequence[int]], price: Mapping[str, float]) -> float:
    """Least price of an order of destinations that executes everything, over all sets of executed operations."""
    best: dict[frozenset[int], float] = {frozenset(): 0.0}
    open_ = [frozenset[int]()]
    while open_:
        done = open_.pop()
        for home in set(destinations):
            grown = set(done)
            for i, own in enumerate(destinations):
                if own == home and set(predecessors[i]) <= grown:
                    grown.add(i)
            after, total = frozenset(grown), best[done] + price[home]
            if after != done and total < best.get(after, inf):
                best[after] = total
                open_.append(after)
    return best[frozenset(range(len(destinations)))]
