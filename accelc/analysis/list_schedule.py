"""
Order and DMA queue of every macro-op, from cost estimates (systems page, S7).

The ops of the compute lanes keep their order: it is the order of the layers, and every lane issues in order. What
decides the time is when transfers into on-chip memory are triggered. Each such load is moved forward as far as
 - its data are there and its destination is free,
 - the destination's memory stays below an occupancy gate while the load waits to be used,
 - it is needed: loads are started as late as lets the DMA engines finish all of them in time, twice over.
Queues are chosen on a timeline of in-order lanes: loads that wait for nothing go to queues of their own, so that
they never stand behind a transfer that waits for a compute engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MARGIN = 2.0
"""Loads are planned for this many times their estimated transfer time."""


@dataclass(frozen=True)
class Task:
    """
    A macro-op: lane, time (ns), and the buffers it touches, by number.

    `is_load` marks transfers into on-chip memory that may move forward; their lane is chosen here, as that of every
    op with `is_dma`. A transfer uses the `share` of the DMA engines while it moves data.
    """

    lane: str
    busy_ns: float
    tail_ns: float
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    is_dma: bool = False
    is_load: bool = False
    share: float = 1.0


@dataclass(frozen=True)
class Storage:
    """A buffer: bytes (in a partition) in which memory; `is_bound` ones have their data from the start."""

    memory: str
    size: int
    is_bound: bool = False


@dataclass(frozen=True)
class Queues:
    """DMA lanes: names, and the time one of them needs between two transfers."""

    names: tuple[str, ...]
    issue_ns: float


@dataclass(frozen=True)
class Schedule:
    """Tasks in their new order, the lane of each task (by its old number), and the estimated time of the whole."""

    order: list[int]
    lanes: list[str]
    makespan_ns: float


def list_schedule(
    tasks: Sequence[Task], buffers: Sequence[Storage], limits: Mapping[str, float], queues: Queues
) -> Schedule:
    """
    The better, by estimate, of program order and of the order with loads moved forward.

    `limits` gives the bytes of each memory that buffers may occupy because of a moved load.
    """
    kept = assign_queues(tasks, buffers, range(len(tasks)), queues)
    moved = assign_queues(tasks, buffers, advance_loads(tasks, buffers, limits), queues)
    return moved if moved.makespan_ns <= kept.makespan_ns else kept


def occupancy(tasks: Sequence[Task], buffers: Sequence[Storage]) -> dict[str, npt.NDArray[np.int64]]:
    """Bytes live in each memory at every task, for the given order of tasks."""
    change: dict[str, npt.NDArray[np.int64]] = {}
    for buffer, (first, last) in live_ranges(tasks).items():
        storage = buffers[buffer]
        profile = change.setdefault(storage.memory, np.zeros(len(tasks) + 1, np.int64))
        profile[first] += storage.size
        profile[last + 1] -= storage.size
    return {memory: np.cumsum(profile)[:-1] for memory, profile in change.items()}


def live_ranges(tasks: Sequence[Task]) -> dict[int, tuple[int, int]]:
    """First and last task that touches each buffer."""
    ranges: dict[int, tuple[int, int]] = {}
    for position, task in enumerate(tasks):
        for buffer in (*task.reads, *task.writes):
            ranges[buffer] = ranges.get(buffer, (position, position))[0], position
    return ranges


def advance_loads(tasks: Sequence[Task], buffers: Sequence[Storage], limits: Mapping[str, float]) -> list[int]:
    """Order of the tasks with loads moved forward under the occupancy `limits`."""
    wanted = _wanted_positions(tasks)
    profiles = occupancy(tasks, buffers)
    ranges = live_ranges(tasks)
    touched: dict[int, int] = {}
    written: dict[int, int] = {}
    key: list[tuple[int, int, int]] = []
    front = 0
    for position, task in enumerate(tasks):
        if not task.is_load:
            key.append((position, 1, position))
            touched.update(dict.fromkeys((*task.reads, *task.writes), position + 1))
            written.update(dict.fromkeys(task.writes, position + 1))
            continue
        (target,) = task.writes
        constant = all(buffer not in written for buffer in task.reads)
        earliest = max(wanted[position], touched.get(target, 0), *(written.get(b, 0) for b in task.reads))
        if constant:
            earliest = max(earliest, front)
        storage = buffers[target]
        at = min(earliest, position)
        if ranges[target][0] == position:
            profile = profiles[storage.memory]
            room = limits[storage.memory] - storage.size
            full = np.flatnonzero(profile[at:position] > room)
            at = at + int(full[-1]) + 1 if len(full) else at
            profile[at:position] += storage.size
        if constant:
            front = at
        touched[target] = max(touched.get(target, 0), at)
        key.append((at, 0, position))
    return [position for _, _, position in sorted(key)]


def _wanted_positions(tasks: Sequence[Task]) -> list[int]:
    """For each load, the first task that should follow it if the DMA engines are to deliver all loads in time."""
    clock = np.maximum.accumulate(np.array([start for start, _ in _timeline(tasks)] or [0.0]))
    deadline = float("inf")
    wanted = [0] * len(tasks)
    needed: dict[int, float] = {}
    for position in range(len(tasks) - 1, -1, -1):
        task = tasks[position]
        if not task.is_load:
            needed.update(dict.fromkeys(task.reads, float(clock[position])))
            continue
        first_use = needed.get(task.writes[0], float(clock[position]))
        deadline = min(deadline, first_use) - MARGIN * task.busy_ns
        wanted[position] = int(np.searchsorted(clock, deadline - MARGIN * task.tail_ns, side="right"))
    return wanted


def _timeline(tasks: Sequence[Task]) -> list[tuple[float, float]]:
    """Start and end of each task if loads take no time and every other transfer has a queue of its own."""
    free: dict[str, float] = {}
    ready = _Ready()
    times: list[tuple[float, float]] = []
    for task in tasks:
        start = ready.of(task)
        end = start
        if not task.is_load:
            start = start if task.is_dma else max(start, free.get(task.lane, 0.0))
            end = start + task.busy_ns + task.tail_ns
            free[task.lane] = start + task.busy_ns
        ready.passed(task, start, end)
        times.append((start, end))
    return times


class _Ready:
    """When the buffers of a program may be read and written, whole buffers at a time."""

    def __init__(self) -> None:
        self._written: dict[int, float] = {}
        self._read: dict[int, float] = {}

    def of(self, task: Task) -> float:
        """Earliest start of `task` as far as its data are concerned."""
        ready = 0.0
        for buffer in task.reads:
            ready = max(ready, self._written.get(buffer, 0.0))
        for buffer in task.writes:
            ready = max(ready, self._read.get(buffer, 0.0))
        return ready

    def passed(self, task: Task, start: float, end: float) -> None:
        """Enters a task that runs from `start` to `end`."""
        for buffer in task.reads:
            self._read[buffer] = max(self._read.get(buffer, 0.0), start + task.busy_ns)
        for buffer in task.writes:
            self._written[buffer] = max(self._written.get(buffer, 0.0), end)


def assign_queues(tasks: Sequence[Task], buffers: Sequence[Storage], order: Sequence[int], queues: Queues) -> Schedule:
    """Chooses the queue of every transfer on a timeline of in-order lanes that all progress at once."""
    few, early, late = _divide(tasks, buffers, queues)
    free: dict[str, float] = {}
    ready = _Ready()
    lanes = [task.lane for task in tasks]
    engines_free = 0.0
    makespan = 0.0
    for position in order:
        task = tasks[position]
        start = ready.of(task)
        if task.is_dma:
            names = late
            if _is_early(task, buffers):
                names = few if task.share > 0.5 else early
            lanes[position] = _queue(names, free, start)
            # All queues share the engines: a transfer's share of them is taken one after the other.
            start = max(start, free.get(lanes[position], 0.0))
            engines_free = max(engines_free, start) + task.busy_ns * task.share
            end = max(start + task.busy_ns, engines_free) + task.tail_ns
            free[lanes[position]] = max(start + queues.issue_ns, end - task.tail_ns)
        else:
            start = max(start, free.get(task.lane, 0.0))
            end = start + task.busy_ns + task.tail_ns
            free[task.lane] = start + task.busy_ns
        ready.passed(task, start, end)
        makespan = max(makespan, end)
    return Schedule(list(order), lanes, makespan)


def _is_early(task: Task, buffers: Sequence[Storage]) -> bool:
    return task.is_load and all(buffers[buffer].is_bound for buffer in task.reads)


def _divide(
    tasks: Sequence[Task], buffers: Sequence[Storage], queues: Queues
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """
    Queues for loads that wait for nothing, and for all other transfers; at most half of them for the former.

    Of the former, loads that use most of the engines keep to the first few, one behind the other: side by side they
    would all end late. Loads that use few engines take any, so that they run side by side.
    """
    names = queues.names
    loads = [task.busy_ns for task in tasks if _is_early(task, buffers)]
    if len(names) == 1 or not loads:
        return names, names, names
    # Enough that their issue intervals together do not limit the rate, and one to hide the start of a transfer.
    mean = sum(loads) / len(loads)
    wanted = 1 + int(-(-(queues.issue_ns) // max(mean, 1.0)))
    half = len(names) // 2
    few = min(max(wanted, 1), half)
    least = min(task.share for task in tasks if _is_early(task, buffers))
    early = max(few, min(half, int(1 / least))) if least <= 0.5 else few
    return names[:few], names[:early], names[early:]


def _queue(names: Sequence[str], free: Mapping[str, float], ready: float) -> str:
    """The queue that became free last before `ready`, or the one that is free first."""
    idle = [name for name in names if free.get(name, 0.0) <= ready]
    if idle:
        return max(idle, key=lambda name: free.get(name, 0.0))
    return min(names, key=lambda name: free.get(name, 0.0))
