"""The scheduler of loads: dependencies, occupancy, queues, and what it gains."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.list_schedule import (
    Queues,
    Storage,
    Task,
    advance_loads,
    assign_queues,
    list_schedule,
    occupancy,
)

LIMIT = 40.0
QUEUES = Queues(("dma0", "dma1", "dma2", "dma3"), 1.0)


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[Task], list[Storage]]:
    buffers = [
        Storage(
            *draw(st.sampled_from([("hbm", 100, True), ("hbm", 100, False), ("sbuf", 5, False), ("sbuf", 20, False)]))
        )
        for _ in range(draw(st.integers(2, 8)))
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


@given(programs())
def test_the_result_is_never_estimated_worse_than_program_order(program: tuple[list[Task], list[Storage]]) -> None:
    tasks, buffers = program
    kept = assign_queues(tasks, buffers, range(len(tasks)), QUEUES)
    found = list_schedule(tasks, buffers, {"sbuf": LIMIT, "hbm": LIMIT}, QUEUES)
    assert found.makespan_ns <= kept.makespan_ns
    for task, lane in zip(tasks, found.lanes, strict=True):
        assert lane in QUEUES.names if task.is_dma else lane == task.lane


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
    moved = list_schedule(stores, buffers, {"sbuf": 50.0, "hbm": 0.0}, one_queue)
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
