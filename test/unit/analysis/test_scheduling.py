"""The scheduler: dependencies, priorities, occupancy, queues, and what it gains."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.scheduling.dependences import Dependences, Overlap, buffer_dependences, observe_overlaps
from accelc.analysis.scheduling.list_schedule import list_order, sink_loads
from accelc.analysis.scheduling.loads import advance_loads
from accelc.analysis.scheduling.portfolio import Machine, program_schedule, ranked
from accelc.analysis.scheduling.reuse import reused_buffers
from accelc.analysis.scheduling.rules import RULES, tails
from accelc.analysis.scheduling.task import Queues, Storage, Task, live_ranges, occupancy
from accelc.analysis.scheduling.timeline import assign_queues

LIMIT = 40.0
BUFFERS = 8
QUEUES = Queues(("dma0", "dma1", "dma2", "dma3"), 1.0)


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[Task], list[Storage]]:
    buffers = [
        Storage(
            *draw(st.sampled_from([("hbm", 100, True), ("hbm", 100, False), ("sbuf", 5, False), ("sbuf", 20, False)]))
        )
        for _ in range(draw(st.integers(2, BUFFERS)))
    ]
    buffers[:2] = [Storage("hbm", 100, True), Storage("sbuf", 10)]
    hbm = [i for i, buffer in enumerate(buffers) if buffer.memory == "hbm"]
    chip = [i for i, buffer in enumerate(buffers) if buffer.memory == "sbuf"]
    scratch = [i for i, buffer in enumerate(buffers) if not buffer.is_bound]
    tasks: list[Task] = []
    for _ in range(draw(st.integers(0, 16))):
        busy, tail = draw(st.sampled_from([1.0, 10.0, 50.0])), draw(st.sampled_from([0.0, 5.0]))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            reads, writes = (draw(st.sampled_from(hbm)),), (draw(st.sampled_from(chip)),)
            tasks.append(Task("dma", busy, tail, reads, writes, is_dma=True, is_load=True))
        elif kind == 1:
            reads, writes = (draw(st.sampled_from(chip)),), (draw(st.sampled_from(scratch)),)
            tasks.append(Task("dma", busy, tail, reads, writes, is_dma=True))
        else:
            reads = tuple(draw(st.lists(st.sampled_from(chip), max_size=2)))
            lane = draw(st.sampled_from(["tensor", "vector"]))
            tasks.append(Task(lane, busy, tail, reads, (draw(st.sampled_from(chip)),)))
    return tasks, buffers


def conflict(one: Task, other: Task) -> bool:
    return bool(set(one.writes) & {*other.reads, *other.writes} or set(other.writes) & {*one.reads, *one.writes})


@given(programs(), st.sampled_from([0.0, 25.0, LIMIT]))
def test_conflicting_tasks_keep_their_order(program: tuple[list[Task], list[Storage]], limit: float) -> None:
    tasks, buffers = program
    order = advance_loads(tasks, buffers, {"sbuf": limit, "hbm": limit})
    assert sorted(order) == list(range(len(tasks)))
    place = {task: position for position, task in enumerate(order)}
    for later in range(len(tasks)):
        for earlier in range(later):
            if conflict(tasks[earlier], tasks[later]) or not tasks[later].is_load:
                assert place[earlier] < place[later]


@given(programs(), st.sampled_from([0.0, 25.0, LIMIT]))
def test_moved_loads_respect_the_occupancy_limit(program: tuple[list[Task], list[Storage]], limit: float) -> None:
    tasks, buffers = program
    order = advance_loads(tasks, buffers, {"sbuf": limit, "hbm": limit})
    before, after = occupancy(tasks, buffers), occupancy([tasks[i] for i in order], buffers)
    if tasks:
        peak = max(before.get("sbuf", [0]))
        assert max(after.get("sbuf", [0])) <= max(peak, limit)


def anywhere(order: Sequence[int]) -> list[int | None]:
    """Every order has addresses, which overlap nowhere."""
    return [None] * BUFFERS


def nowhere(order: Sequence[int]) -> None:
    """No order has addresses."""


@given(programs(), st.sampled_from([*RULES]), st.sampled_from([0.0, 25.0, 1000.0]), st.sampled_from([None, 1, 4]))
def test_every_rule_keeps_the_order_of_conflicting_tasks(
    program: tuple[list[Task], list[Storage]], rule: str, limit: float, window: int | None
) -> None:
    tasks, buffers = program
    dependences = buffer_dependences(tasks)
    limits = {"sbuf": limit, "hbm": 1000.0}
    priorities = RULES[rule](tasks, dependences)
    listed = list_order(tasks, buffers, dependences, priorities, limits, {"sbuf": limit / 2, "hbm": 1000.0}, window)
    for order in (listed, sink_loads(tasks, dependences, listed)):
        assert sorted(order) == list(range(len(tasks)))
        place = {task: position for position, task in enumerate(order)}
        for later in range(len(tasks)):
            for earlier in range(later):
                if conflict(tasks[earlier], tasks[later]):
                    assert place[earlier] < place[later]
                if window == 1 and not tasks[earlier].is_load and not tasks[later].is_load:
                    assert place[earlier] < place[later]


@given(programs(), st.data(), st.sampled_from([0.0, 25.0, 1000.0]))
def test_any_priorities_keep_the_order_of_conflicting_tasks(
    program: tuple[list[Task], list[Storage]], data: st.DataObject, limit: float
) -> None:
    """Heuristics of other packages make programs slower or faster, never wrong, whatever numbers they give."""
    tasks, buffers = program
    dependences = buffer_dependences(tasks)
    one = st.lists(st.floats(), max_size=3).map(tuple)
    priorities = data.draw(st.lists(one, min_size=len(tasks), max_size=len(tasks)))
    limits = {"sbuf": limit, "hbm": 1000.0}
    listed = list_order(tasks, buffers, dependences, priorities, limits, limits, None)
    for order in (listed, sink_loads(tasks, dependences, listed)):
        assert sorted(order) == list(range(len(tasks)))
        place = {task: position for position, task in enumerate(order)}
        for later, earlier in ((b, a) for b in range(len(tasks)) for a in range(b)):
            assert not conflict(tasks[earlier], tasks[later]) or place[earlier] < place[later]


@given(programs())
def test_candidates_are_whole_schedules_the_best_estimate_first(program: tuple[list[Task], list[Storage]]) -> None:
    tasks, buffers = program
    machine = Machine({"sbuf": int(LIMIT)}, QUEUES)
    dependences = buffer_dependences(tasks)
    kept = program_schedule(tasks, buffers, dependences, machine, anywhere)
    found = ranked(tasks, buffers, dependences, machine, anywhere)
    assert kept.schedule.order == list(range(len(tasks)))
    estimates = [candidate.schedule.makespan_ns for candidate in found]
    assert estimates == sorted(estimates)
    for candidate in (kept, *found):
        assert sorted(candidate.schedule.order) == list(range(len(tasks)))
        assert candidate.schedule.makespan_ns == max(candidate.schedule.ends, default=0.0)
        for task, lane in zip(tasks, candidate.schedule.lanes, strict=True):
            assert lane in QUEUES.names if task.is_dma else lane == task.lane


@given(programs())
def test_a_schedule_without_addresses_is_no_candidate(program: tuple[list[Task], list[Storage]]) -> None:
    tasks, buffers = program
    machine = Machine({"sbuf": int(LIMIT)}, QUEUES)
    assert ranked(tasks, buffers, buffer_dependences(tasks), machine, nowhere) == []


@given(programs())
def test_estimated_times_respect_lanes_and_dependences(program: tuple[list[Task], list[Storage]]) -> None:
    tasks, buffers = program
    dependences = buffer_dependences(tasks)
    found = assign_queues(tasks, buffers, range(len(tasks)), QUEUES, dependences)
    for later, task in enumerate(tasks):
        assert found.ends[later] >= found.starts[later] + task.busy_ns + task.tail_ns
        for earlier in dependences.after[later]:
            assert found.starts[later] >= found.ends[earlier]
        for earlier in dependences.read[later]:
            assert found.starts[later] >= found.ends[earlier] - tasks[earlier].tail_ns
        for earlier in range(later):
            if found.lanes[earlier] == found.lanes[later] and not task.is_dma:
                assert found.starts[later] >= found.ends[earlier] - tasks[earlier].tail_ns


def test_overlaps_that_were_observed_shorten_the_estimate() -> None:
    """A consumer that started after half of its producer does so again, and ends after it again."""
    tasks = [Task("tensor", 10.0, 2.0, (), (0,)), Task("scalar", 6.0, 1.0, (0,), (1,))]
    buffers = [Storage("psum", 1), Storage("sbuf", 1)]
    dependences = buffer_dependences(tasks)
    assert assign_queues(tasks, buffers, [0, 1], QUEUES, dependences).makespan_ns == 19.0
    seen = observe_overlaps(tasks, dependences, [100.0, 105.0], [112.0, 115.0])
    assert seen.overlaps == {(0, 1): Overlap(5.0, 3.0)}
    found = assign_queues(tasks, buffers, [0, 1], QUEUES, seen)
    assert (found.starts[1], found.ends[1]) == (5.0, 15.0)
    assert tails(tasks, seen) == [3.0, 0.0]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=20))
def test_reused_buffers_are_those_whose_bytes_were_taken(placed: list[tuple[int, int]]) -> None:
    """Against a map of every byte."""
    buffers = [Storage("sbuf", size) for _, size in placed]
    found = reused_buffers(range(len(placed)), buffers, [low for low, _ in placed])
    owner: dict[int, int] = {}
    for buffer, (low, size) in enumerate(placed):
        expected = {owner[byte] for byte in range(low, low + size) if byte in owner}
        assert set(found[buffer]) == expected
        owner.update(dict.fromkeys(range(low, low + size), buffer))


def graph(*edges: tuple[int, int], times: Sequence[float]) -> tuple[list[Task], Dependences]:
    """Computations on lane `tensor` and what they follow."""
    after: list[list[int]] = [[] for _ in times]
    for earlier, later in edges:
        after[later].append(earlier)
    return [Task("tensor", time, 0.0, (), ()) for time in times], Dependences(after, [[] for _ in times])


def by_rule(rule: str, tasks: Sequence[Task], dependences: Dependences) -> list[int]:
    """Tasks by priority."""
    priorities = RULES[rule](tasks, dependences)
    return sorted(range(len(tasks)), key=lambda number: priorities[number])


def test_tails_are_longest_paths_of_dependents() -> None:
    tasks, dependences = graph((0, 2), (1, 2), (2, 3), (0, 3), times=[1.0, 2.0, 4.0, 8.0])
    assert tails(tasks, dependences) == [12.0, 12.0, 8.0, 0.0]


def test_a_tail_behind_operands_begins_before_the_task_has_ended() -> None:
    """What overwrites operands follows when they are read: the task's own last phase runs beside it."""
    tasks = [Task("tensor", 3.0, 2.0, (), ()), Task("vector", 4.0, 1.0, (), ())]
    assert tails(tasks, Dependences([[], [0]], [[], []])) == [5.0, 0.0]
    assert tails(tasks, Dependences([[], []], [[], [0]])) == [3.0, 0.0]


def test_the_published_rule_takes_the_longest_tail_and_then_the_shortest_task() -> None:
    """Systems page, S7: of operations with the longest dependent set, the one that takes least itself."""
    tasks, dependences = graph((0, 3), (1, 3), (2, 4), times=[5.0, 3.0, 1.0, 9.0, 2.0])
    assert by_rule("longest-tail", tasks, dependences)[:3] == [1, 0, 2]
    assert by_rule("heft", tasks, dependences)[:3] == [0, 1, 3]


def test_johnsons_rule_is_optimal_for_loads_with_one_computation_each() -> None:
    """Two machines: short loads first, then those with long computations; 14 against 17 in program order."""
    pairs = [(5.0, 2.0), (1.0, 6.0), (3.0, 3.0), (2.0, 1.0)]
    tasks = [Task("dma", load, 0.0, (), (), is_dma=True, is_load=True) for load, _ in pairs]
    tasks += [Task("tensor", compute, 0.0, (), ()) for _, compute in pairs]
    dependences = Dependences([[], [], [], [], [0], [1], [2], [3]], [[] for _ in tasks])
    order = [number for number in by_rule("johnson", tasks, dependences) if number < 4]

    def makespan(order: Sequence[int]) -> float:
        loaded = computed = 0.0
        for number in order:
            loaded += pairs[number][0]
            computed = max(loaded, computed) + pairs[number][1]
        return computed

    assert makespan(order) == 13.0
    assert makespan(range(4)) == 17.0


def test_a_full_memory_holds_back_what_would_fill_it() -> None:
    """Two chains through a buffer of their own: one after the other where both do not fit."""
    buffers = [Storage("sbuf", 10), Storage("sbuf", 10)]
    tasks = [Task("vector", 10.0, 0.0, (), (b,)) for b in (0, 1)] + [Task("scalar", 9.0, 0.0, (b,), ()) for b in (0, 1)]
    dependences = buffer_dependences(tasks)
    priorities = RULES["longest-tail"](tasks, dependences)
    assert list_order(tasks, buffers, dependences, priorities, {"sbuf": 20.0}, {}) == [0, 1, 2, 3]
    assert list_order(tasks, buffers, dependences, priorities, {"sbuf": 10.0}, {}) == [0, 2, 1, 3]
    assert live_ranges(tasks)[1] == (1, 3)


@pytest.mark.parametrize("write_first", [True, False])
def test_dependences_name_what_each_task_follows(write_first: bool) -> None:
    tasks = [
        Task("vector", 1.0, 0.0, (), (0,)),
        Task("scalar", 1.0, 0.0, (0,), (1,)),
        Task("vector", 1.0, 0.0, (), (0,)),
    ]
    found = buffer_dependences(tasks if write_first else tasks[1:])
    assert found == (Dependences([[], [0], [0]], [[], [], [1]]) if write_first else Dependences([[], []], [[], [0]]))


def layers(count: int, compute: float, load: float) -> tuple[list[Task], list[Storage]]:
    """A chain of computations on buffer 0, each with weights of its own that are loaded right before it."""
    tasks: list[Task] = []
    buffers = [Storage("sbuf", 10)]
    for _ in range(count):
        buffers += [Storage("hbm", 10, is_bound=True), Storage("sbuf", 10)]
        source, weights = len(buffers) - 2, len(buffers) - 1
        tasks.append(Task("dma", load, 5.0, (source,), (weights,), is_dma=True, is_load=True))
        tasks.append(Task("tensor", compute, 1.0, (0, weights), (0,)))
    return tasks, buffers


def test_loads_hide_behind_computation() -> None:
    tasks, buffers = layers(8, compute=20.0, load=10.0)
    one_queue = replace(QUEUES, names=("dma0",))
    stores: list[Task] = []
    for task in tasks:
        stores.append(task)
        if not task.is_load:
            stores.append(Task("dma", 1.0, 5.0, (0,), (1,), is_dma=True))
    kept = assign_queues(stores, buffers, range(len(stores)), one_queue)
    order = advance_loads(stores, buffers, {"sbuf": 50.0, "hbm": 0.0})
    moved = assign_queues(stores, buffers, order, one_queue)
    assert kept.makespan_ns > 8 * (20.0 + 10.0)
    assert moved.makespan_ns < 8 * 20.0 + 60.0


def test_the_limit_bounds_how_far_loads_move() -> None:
    tasks, buffers = layers(4, compute=1.0, load=100.0)
    assert advance_loads(tasks, buffers, {"sbuf": 0.0, "hbm": 0.0}) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert advance_loads(tasks, buffers, {"sbuf": 30.0, "hbm": 0.0}) == [0, 2, 1, 4, 3, 6, 5, 7]
    assert advance_loads(tasks, buffers, {"sbuf": 50.0, "hbm": 0.0}) == [0, 2, 4, 6, 1, 3, 5, 7]


def test_loads_that_wait_for_nothing_do_not_share_queues_with_stores() -> None:
    tasks, buffers = layers(6, compute=20.0, load=10.0)
    stores = [*tasks, Task("dma", 1.0, 5.0, (0,), (1,), is_dma=True)]
    lanes = assign_queues(stores, buffers, range(len(stores)), QUEUES).lanes
    loading = {lane for lane, task in zip(lanes, stores, strict=True) if task.is_load}
    assert lanes[-1] not in loading
    assert loading <= {"dma0", "dma1"}
