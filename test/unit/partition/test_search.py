"""Destinations by cost, and operations taken apart, against exhaustive search."""

from collections.abc import Sequence
from itertools import product
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.partition.grouping import Problem, crossing
from accelc.analysis.partition.hierarchy import Task, flatten, place_tasks
from accelc.analysis.partition.search import Partial, candidates, place, repair

HOMES: tuple[str, ...] = ("accelerator", "host", "framework")
TIMES = st.integers(0, 20_000).map(float)


@st.composite
def sources(draw: st.DrawFn, count: int) -> list[list[int]]:
    """Predecessors of a random directed acyclic graph."""
    return [sorted(draw(st.sets(st.integers(0, i - 1), max_size=3))) if i else list[int]() for i in range(count)]


@st.composite
def problems(draw: st.DrawFn, largest: int = 7) -> Problem:
    """Random times, destinations and edges."""
    count = draw(st.integers(1, largest))
    homes = st.lists(st.sampled_from(HOMES), min_size=1, max_size=3, unique=True)
    return Problem(
        [{home: draw(TIMES) for home in draw(homes)} for _ in range(count)],
        draw(sources(count)),
        [draw(TIMES) for _ in range(count)],
        {home: draw(st.sampled_from([0.0, 2600.0, 5000.0])) for home in HOMES},
    )


def optimum_ns(problem: Problem) -> float:
    """The least cost of any destinations."""
    return min((problem.cost_ns(homes) for homes in product(*problem.ns)), default=0.0)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_placement_is_near_the_optimum(problem: Problem) -> None:
    """Within 5 % on every graph, at destinations each operation has."""
    homes = place(problem)
    assert all(home in times for home, times in zip(homes, problem.ns, strict=True))
    assert problem.cost_ns(homes) <= 1.05 * optimum_ns(problem) + 1e-6


@settings(max_examples=100, deadline=None)
@given(problems(largest=6))
def test_dominated_destinations_are_in_no_optimum(problem: Problem) -> None:
    """What is left after dominance still contains a cheapest assignment."""
    reduced = Problem(candidates(problem), problem.predecessors, problem.moved_ns, problem.launch_ns)
    assert abs(optimum_ns(reduced) - optimum_ns(problem)) < 1e-6


@settings(max_examples=50, deadline=None)
@given(problems(largest=30), st.data())
def test_repair_never_raises_the_cost(problem: Problem, data: st.DataObject) -> None:
    """From any start."""
    start = [data.draw(st.sampled_from(sorted(times))) for times in candidates(problem)]
    assert problem.cost_ns(repair(problem, start)) <= problem.cost_ns(start)


@settings(max_examples=100, deadline=None)
@given(problems(largest=8), st.data())
def test_the_cost_of_partial_assignments_is_that_of_their_parts(problem: Problem, data: st.DataObject) -> None:
    """Added up one operation at a time: work, each moved result once, each group; not less than the best groups."""
    partial = Partial.begin(problem, data.draw(st.sampled_from(HOMES)))
    for index, times in enumerate(problem.ns):
        whole, count = partial, len(partial.homes)
        partial = partial.copy()
        partial.add(problem, data.draw(st.sampled_from(sorted(times))))
        assert len(whole.homes) == len(whole.position) == count
        edges = problem.predecessors[: index + 1]
        moved = crossing(partial.homes, edges)
        work = sum(t[home] for t, home in zip(problem.ns, partial.homes, strict=False))
        launches = sum(problem.launch_ns[home] for home in partial.sequence)
        assert partial.moved == moved
        assert partial.ns == work + launches + sum(problem.moved_ns[p] for p in moved)
        assert [partial.sequence[position] for position in partial.position] == partial.homes
        for position, before in zip(partial.position, edges, strict=True):
            assert all(partial.position[p] <= position for p in before)
    assert partial.ns >= problem.cost_ns(partial.homes)


def chain(host: float, moved: float) -> Problem:
    """host -> either -> host."""
    times = [{"host": 1.0}, {"accelerator": 1.0, "host": host}, {"host": 1.0}]
    return Problem(times, [[], [0], [1]], [moved] * 3, dict.fromkeys(HOMES, 5.0))


def test_an_island_moves_to_the_host_when_the_border_costs_more() -> None:
    """Saving 1 ns of work does not pay two launches and two transfers; saving 99 does."""
    assert repair(chain(2, 10), ["host", "accelerator", "host"]) == ["host"] * 3
    assert place(chain(100, 10)) == ["host", "accelerator", "host"]


def test_islands_move_as_a_whole() -> None:
    """No single operation of the island pays, all together do."""
    times = [{"host": 1.0}, *[{"accelerator": 1.0, "host": 3.0}] * 4, {"host": 1.0}]
    problem = Problem(times, [[], [0], [1], [2], [3], [4]], [10.0] * 6, dict.fromkeys(HOMES, 5.0))
    assert repair(problem, ["host", *["accelerator"] * 4, "host"]) == ["host"] * 6


def enumerate_splits(tasks: Sequence[Task], prefix: tuple[int, ...] = ()) -> list[frozenset[tuple[int, ...]]]:
    """All ways to take operations apart."""
    choices = [frozenset[tuple[int, ...]]()]
    for index, task in enumerate(tasks):
        path = (*prefix, index)
        own = [frozenset[tuple[int, ...]]()] if task.ns else []
        own += [inner | {path} for inner in enumerate_splits(task.parts, path)] if task.parts else []
        choices = [a | b for a in choices for b in own]
    return choices


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Operations, some with parts, some with parts only."""
    launchable = st.lists(st.sampled_from(HOMES[:2]), min_size=1, max_size=2, unique=True)
    count = draw(st.integers(1, 4))
    edges = draw(sources(count))
    made: list[Task] = []
    for own in edges:
        parts: list[Task] = []
        if draw(st.booleans()):
            for part in range(draw(st.integers(1, 3))):
                reads = (part - 1,) if part else tuple(~k for k in range(len(own)))
                parts.append(Task({home: draw(TIMES) for home in draw(launchable)}, reads, draw(TIMES)))
        homes = [] if parts and draw(st.booleans()) else draw(launchable)
        made.append(Task({home: draw(TIMES) for home in homes}, tuple(own), draw(TIMES), tuple(parts)))
    return made


@settings(max_examples=60, deadline=None)
@given(tasks())
def test_taking_apart_is_near_the_optimum(program: list[Task]) -> None:
    """Within 5 % of the best of all ways to take operations apart and to place them."""
    launch = dict.fromkeys(HOMES, 5000.0)
    placed = place_tasks(program, launch)
    best = min(
        (optimum_ns(flatten(program, split, launch).problem) for split in enumerate_splits(program)), default=inf
    )
    assert placed.cost_ns <= 1.05 * best + 1e-6


def test_operations_stay_whole_together() -> None:
    """Taking apart is best for each alone; with both whole on the host there is one launch and nothing else."""
    program = [
        Task({"accelerator": 0.0, "host": 0.0}, (), 0.0),
        Task({"host": 0.0, "accelerator": 252.0}, (), 0.0, (Task({"accelerator": 251.0}, (), 0.0),)),
        Task({"host": 0.0, "accelerator": 1.0}, (), 0.0, (Task({"accelerator": 0.0}, (), 0.0),)),
    ]
    assert place_tasks(program, dict.fromkeys(HOMES, 5000.0)).cost_ns == 5000.0


def test_parts_take_the_place_of_the_whole() -> None:
    """Edges into and out of an operation that was taken apart."""
    body = (Task({"host": 1.0}, (~0,), 1.0), Task({"host": 1.0}, (0, ~1), 1.0))
    program = [
        Task({"host": 1.0}, (), 1.0),
        Task({"host": 1.0}, (), 1.0),
        Task({}, (0, 1), 1.0, body),
        Task({"host": 1.0}, (2,), 1.0),
    ]
    flat = flatten(program, frozenset({(2,)}), {"host": 1.0})
    assert flat.paths == ((0,), (1,), (2, 0), (2, 1), (3,))
    assert [list(p) for p in flat.problem.predecessors] == [[], [], [0], [1, 2], [3]]


def test_three_destinations_need_more_than_descent() -> None:
    """From the fastest destinations, and from any one wherever it can be, single moves and islands end 35 % higher."""
    problem = Problem(
        [
            {"accelerator": 5000.0, "host": 12000.0, "framework": 8000.0},
            {"accelerator": 13000.0, "host": 3000.0, "framework": 7000.0},
            {"accelerator": 1000.0, "host": 5000.0, "framework": 11000.0},
        ],
        [[], [0], [0]],
        [13000.0, 17000.0, 19000.0],
        {"accelerator": 2600.0, "host": 0.0, "framework": 0.0},
    )
    assert problem.cost_ns(place(problem)) == optimum_ns(problem) == 16000.0


def test_parts_are_tried_in_the_whole_program() -> None:
    """Between neighbours on the device an operation stays whole there; beside one on the host its part costs less."""
    program = [
        Task({"accelerator": 13000.0, "host": 4000.0}, (), 17000.0),
        Task({"accelerator": 11000.0}, (), 3000.0, (Task({"accelerator": 18000.0, "host": 5000.0}, (), 6000.0),)),
    ]
    placed = place_tasks(program, dict.fromkeys(HOMES, 5000.0))
    assert placed.split == {(1,)}
    assert placed.destinations == ("host", "host")
    assert placed.cost_ns == 14000.0
