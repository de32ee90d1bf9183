"""Grouping of operations by destination, and the repair of islands, on random graphs."""

from collections.abc import Sequence
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.partition import Costs, Group, components, cost_ns, group, repair

Problem = tuple[list[str], list[list[int]]]
HOMES = ("accelerator", "host", "framework")


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


def costs(count: int, host: float, accelerator: float, transfer: float, launch: float) -> Costs:
    """The same figures for every operation."""
    return Costs([host] * count, [accelerator] * count, [transfer] * count, dict.fromkeys(HOMES, launch))


def test_an_island_moves_to_the_host_when_the_boundary_costs_more() -> None:
    """host, accelerator, host: saving 1 ns of work does not pay two launches and two transfers."""
    homes, chain = ["host", "accelerator", "host"], [[], [0], [1]]
    cheap = repair(homes, chain, [False] * 3, costs(3, host=2, accelerator=1, transfer=10, launch=5))
    assert cheap.groups == (Group("host", (0, 1, 2)),)
    assert cheap.demoted == {1}


def test_an_island_stays_when_it_pays_or_is_pinned() -> None:
    """The same island with much host work, and with multiply-accumulates."""
    homes, chain = ["host", "accelerator", "host"], [[], [0], [1]]
    worth = repair(homes, chain, [False] * 3, costs(3, host=100, accelerator=1, transfer=10, launch=5))
    pinned = repair(homes, chain, [False, True, False], costs(3, host=2, accelerator=1, transfer=10, launch=5))
    assert len(worth.groups) == len(pinned.groups) == 3
    assert not worth.demoted
    assert not pinned.demoted


@settings(max_examples=100, deadline=None)
@given(problems(largest=12), st.data())
def test_repair_never_raises_the_cost_and_never_moves_pinned_operations(problem: Problem, data: st.DataObject) -> None:
    """Random figures: the result is a grouping of the repaired destinations and costs no more."""
    destinations, predecessors = problem
    count = len(destinations)
    numbers = st.lists(st.integers(0, 50).map(float), min_size=count, max_size=count)
    figures = Costs(data.draw(numbers), data.draw(numbers), data.draw(numbers), dict.fromkeys(HOMES, 20.0))
    pinned = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    result = repair(destinations, predecessors, pinned, figures)
    assert all(destinations[i] == "accelerator" and not pinned[i] for i in result.demoted)
    repaired = ["host" if i in result.demoted else d for i, d in enumerate(destinations)]
    check_groups(result.groups, repaired, predecessors)
    before = cost_ns(group(destinations, predecessors), predecessors, figures)
    assert cost_ns(result.groups, predecessors, figures) <= before
