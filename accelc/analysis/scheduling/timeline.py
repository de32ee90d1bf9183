"""
Estimated times of tasks in a given order, on in-order lanes that all progress at once, and the queue of each transfer.

Loads that wait for nothing go to queues of their own, so that they never stand behind a transfer that waits for a
compute engine.
"""

from collections.abc import Mapping, Sequence

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.task import Queues, Schedule, Storage, Task


class Ready:
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


class Engines:
    """
    Work on the DMA engines over time, in slots of `width_ns`: at most what all engines do together.

    Transfers are entered in program order, but one that starts early takes what those before it left free.
    """

    def __init__(self, width_ns: float) -> None:
        self._width_ns = width_ns
        self._used: dict[int, float] = {}
        self._next: dict[int, int] = {}

    def take(self, start_ns: float, busy_ns: float, share: float) -> float:
        """Enters a transfer that would take `busy_ns` with a share of the engines of its own; when it ends."""
        width = self._width_ns
        left = busy_ns * share
        now, slot = start_ns, int(start_ns / width)
        while left > _LITTLE:
            slot = self._free(slot)
            begin, stop = max(now, slot * width), (slot + 1) * width
            used = self._used.get(slot, 0.0)
            done = min(left, max(0.0, min(width - used, (stop - begin) * share)))
            self._used[slot] = used + done
            left -= done
            if used + done >= width - _LITTLE:
                self._next[slot] = slot + 1
            now = begin + done / share if left <= _LITTLE else stop
            slot += 1
        return max(now, start_ns + busy_ns)

    def _free(self, slot: int) -> int:
        """The first slot from `slot` on that is not full."""
        passed: list[int] = []
        while slot in self._next:
            passed.append(slot)
            slot = self._next[slot]
        for other in passed:
            self._next[other] = slot
        return slot


_LITTLE = 1e-6


class _Edges:
    """When tasks may start, by their dependences."""

    def __init__(self, tasks: Sequence[Task], dependences: Dependences, signal_ns: float) -> None:
        self._tasks, self._dependences, self._signal_ns = tasks, dependences, signal_ns

    def of(self, number: int, starts: Sequence[float], ends: Sequence[float]) -> tuple[float, float]:
        """Earliest start and earliest end of a task, given times of what it follows."""
        tasks, overlaps = self._tasks, self._dependences.overlaps
        lane = tasks[number].lane
        start = end = 0.0
        for other in self._dependences.after[number]:
            overlap = overlaps.get((other, number))
            if overlap is not None:
                start = max(start, starts[other] + overlap.lag_ns)
                end = max(end, ends[other] + overlap.trail_ns)
            else:
                signal = self._signal_ns if tasks[other].is_dma or tasks[other].lane != lane else 0.0
                start = max(start, ends[other] + signal)
        for other in self._dependences.read[number]:
            start = max(start, ends[other] - tasks[other].tail_ns)
        return start, end


def assign_queues(
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    order: Sequence[int],
    queues: Queues,
    dependences: Dependences | None = None,
    reuse: Sequence[tuple[int, ...]] | None = None,
) -> Schedule:
    """
    Chooses the queue of every transfer on a timeline of in-order lanes that all progress at once.

    Without `dependences`, tasks wait for whole buffers. `reuse[b]` are the buffers whose bytes buffer b takes over:
    who touches b waits for all who touched them.
    """
    few, early, late = _divide(tasks, buffers, queues)
    free: dict[str, float] = {}
    ready = Ready()
    edges = None if dependences is None else _Edges(tasks, dependences, queues.signal_ns)
    lanes = [task.lane for task in tasks]
    moved = [task.busy_ns for task in tasks if task.is_dma]
    engines = Engines(max(sum(moved) / len(moved), _LITTLE) if moved else 1.0)
    starts, ends = [0.0] * len(tasks), [0.0] * len(tasks)
    released = [0.0] * len(buffers)
    for position in order:
        task = tasks[position]
        start, least = (ready.of(task), 0.0) if edges is None else edges.of(position, starts, ends)
        if reuse is not None:
            start = max([start, *(released[old] for buffer in task.writes for old in reuse[buffer])])
        if task.is_dma:
            names = late
            if _is_early(task, buffers):
                names = few if task.share > 0.5 else early
            lanes[position] = _queue(names, free, start)
            start = max(start, free.get(lanes[position], 0.0))
            end = engines.take(start, task.busy_ns, task.share) + task.tail_ns
            free[lanes[position]] = max(start + queues.issue_ns, end - task.tail_ns)
        else:
            start = max(start, free.get(task.lane, 0.0))
            end = max(start + task.busy_ns + task.tail_ns, least)
            free[task.lane] = end - task.tail_ns
        ready.passed(task, start, end)
        starts[position], ends[position] = start, end
        for buffer in task.reads:
            released[buffer] = max(released[buffer], end - task.tail_ns)
        for buffer in task.writes:
            released[buffer] = max(released[buffer], end)
    return Schedule(list(order), lanes, max(ends, default=0.0), starts, ends)


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
