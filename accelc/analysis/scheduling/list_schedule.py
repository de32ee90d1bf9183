"""
List scheduling of macro-ops on in-order lanes, under limits on the bytes live in each memory (systems page, S7).

Time advances from one end of a task to the next. Whenever a lane is free it takes, of the tasks whose predecessors are
through and whose new buffers fit, the one of smallest priority. A task whose buffers do not fit is passed over until
others have freed theirs; when nothing runs and nothing fits, the first task in program order goes whatever it needs.
All transfers share the DMA engines, which are one lane here.
"""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.rules import Priority
from accelc.analysis.scheduling.task import Storage, Task


def list_order(
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences,
    priorities: Sequence[Priority],
    limits: Mapping[str, float],
    load_limits: Mapping[str, float],
) -> list[int]:
    """
    An order of all tasks that respects `dependences`, by start times of the list schedule.

    `limits` are bytes of each memory for all buffers, `load_limits` those beyond which no load starts.
    """
    return _Lists(tasks, buffers, dependences, priorities, limits, load_limits).run()


_DMA, _LOADS = "dma", "dma.load"


def _lane(task: Task) -> str:
    return _DMA if task.is_dma else task.lane


class _Lists:
    def __init__(
        self,
        tasks: Sequence[Task],
        buffers: Sequence[Storage],
        dependences: Dependences,
        priorities: Sequence[Priority],
        limits: Mapping[str, float],
        load_limits: Mapping[str, float],
    ) -> None:
        self.tasks, self.buffers, self.priorities = tasks, buffers, priorities
        self.limits, self.load_limits = limits, load_limits
        self.successors = dependences.successors()
        self.open = [len({*a, *b}) for a, b in zip(dependences.after, dependences.read, strict=True)]
        self.users = [0] * len(buffers)
        self.touched = [tuple(dict.fromkeys((*task.reads, *task.writes))) for task in tasks]
        for used in self.touched:
            for buffer in used:
                self.users[buffer] += 1
        self.live = [False] * len(buffers)
        self.level = dict.fromkeys(limits, 0)
        self.ready: dict[str, list[tuple[Priority, int]]] = {}
        self.passed_over: list[int] = []
        self.free: dict[str, float] = {}
        self.ends: list[tuple[float, int]] = []
        self.order: list[int] = []
        self.started = [False] * len(tasks)
        self.first = 0

    def run(self) -> list[int]:
        for number, count in enumerate(self.open):
            if not count:
                self._make_ready(number)
        now = 0.0
        while len(self.order) < len(self.tasks):
            self._fill(now)
            if not self.ends:
                self._force(now)
            now = max(now, self.ends[0][0])
            while self.ends and self.ends[0][0] <= now:
                self._finish(heappop(self.ends)[1])
        return self.order

    def _make_ready(self, number: int) -> None:
        task = self.tasks[number]
        kind = _LOADS if task.is_load else _lane(task)
        heappush(self.ready.setdefault(kind, []), (self.priorities[number], number))

    def _fill(self, now: float) -> None:
        for kind, heap in self.ready.items():
            lane = _DMA if kind == _LOADS else kind
            while heap and self.free.get(lane, 0.0) <= now:
                if self._fits(heap[0][1]):
                    self._start(heappop(heap)[1], now)
                elif kind == _LOADS:
                    # Loads keep their order: a later one would take the room that the first waits for.
                    break
                else:
                    self.passed_over.append(heappop(heap)[1])

    def _fits(self, number: int) -> bool:
        """Whether the buffers the task is the first to touch fit beside those that are live."""
        limits = self.load_limits if self.tasks[number].is_load else self.limits
        wanted: dict[str, int] = {}
        for buffer in self.touched[number]:
            storage = self.buffers[buffer]
            if not self.live[buffer] and storage.memory in limits:
                wanted[storage.memory] = wanted.get(storage.memory, 0) + storage.size
        return all(self.level[memory] + size <= limits[memory] for memory, size in wanted.items())

    def _start(self, number: int, now: float) -> None:
        task = self.tasks[number]
        self.started[number] = True
        self.order.append(number)
        for buffer in self.touched[number]:
            if not self.live[buffer]:
                self.live[buffer] = True
                memory = self.buffers[buffer].memory
                if memory in self.level:
                    self.level[memory] += self.buffers[buffer].size
        lane = _lane(task)
        self.free[lane] = now + task.busy_ns * (task.share if task.is_dma else 1.0)
        heappush(self.ends, (now + task.busy_ns + task.tail_ns, number))
        if task.tail_ns:
            # The lane takes its next task before the results of this one are visible.
            heappush(self.ends, (self.free[lane], -1))

    def _finish(self, number: int) -> None:
        if number < 0:
            return
        freed = False
        for buffer in self.touched[number]:
            self.users[buffer] -= 1
            memory = self.buffers[buffer].memory
            if not self.users[buffer] and memory in self.level:
                self.level[memory] -= self.buffers[buffer].size
                freed = True
        for other in self.successors[number]:
            self.open[other] -= 1
            if not self.open[other]:
                self._make_ready(other)
        if freed:
            for other in self.passed_over:
                self._make_ready(other)
            self.passed_over.clear()

    def _force(self, now: float) -> None:
        """Starts the first task in program order: its predecessors are through, since nothing runs."""
        while self.started[self.first]:
            self.first += 1
        self.passed_over = [other for other in self.passed_over if other != self.first]
        for heap in self.ready.values():
            kept = [entry for entry in heap if entry[1] != self.first]
            if len(kept) < len(heap):
                heap[:] = kept
                heapify(heap)
        self._start(self.first, now)


def sink_loads(tasks: Sequence[Task], dependences: Dependences, order: Sequence[int]) -> list[int]:
    """`order` with each load directly before the first other task that depends on it, as lowering puts them."""
    done = [False] * len(tasks)
    result: list[int] = []

    def place(number: int) -> None:
        stack = [number]
        while stack:
            top = stack[-1]
            missing = [p for p in (*dependences.after[top], *dependences.read[top]) if not done[p]]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            if not done[top]:
                done[top] = True
                result.append(top)

    for number in order:
        if not tasks[number].is_load and not done[number]:
            place(number)
    for number in order:
        if not done[number]:
            place(number)
    return result
