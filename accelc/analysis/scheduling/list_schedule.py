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
    window: int | None = None,
) -> list[int]:
    """
    An order of all tasks that respects `dependences`, by start times of the list schedule.

    `limits` are bytes of each memory for all buffers, `load_limits` those beyond which no load starts. No other task
    passes one that stands `window` or more places before it: that keeps short what buffers are live for.
    """
    return _Lists(tasks, buffers, dependences, priorities, limits, load_limits, window or len(tasks)).run()


_DMA, _LOADS = "dma", "dma.load"
_END, _READY, _FREE = range(3)
"""Events of one instant in the order in which they are handled."""


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
        window: int,
    ) -> None:
        self.tasks, self.buffers, self.priorities = tasks, buffers, priorities
        self.window = window
        self.beyond: list[int] = []
        self.limits, self.load_limits = limits, load_limits
        self.successors = dependences.successors()
        self.overlaps = dependences.overlaps
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
        self.events: list[tuple[float, int, int]] = []
        self.earliest = [0.0] * len(tasks)
        self.least = [0.0] * len(tasks)
        self.order: list[int] = []
        self.started = [False] * len(tasks)
        self.first = next((i for i, task in enumerate(tasks) if not task.is_load), 0)

    def run(self) -> list[int]:
        for number, count in enumerate(self.open):
            if not count:
                self._make_ready(number)
        now = 0.0
        while len(self.order) < len(self.tasks):
            self._fill(now)
            if not self.events:
                self._force(now)
            now = max(now, self.events[0][0])
            while self.beyond and self.beyond[0] < self.first + self.window:
                self._make_ready(heappop(self.beyond))
            while self.events and self.events[0][0] <= now:
                _, kind, number = heappop(self.events)
                if kind == _END:
                    self._finish(number)
                elif kind == _READY:
                    self._make_ready(number)
        return self.order

    def _make_ready(self, number: int) -> None:
        task = self.tasks[number]
        if not task.is_load and number >= self.first + self.window:
            heappush(self.beyond, number)
            return
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
        while self.first < len(self.tasks) and (self.started[self.first] or self.tasks[self.first].is_load):
            self.first += 1
        for buffer in self.touched[number]:
            if not self.live[buffer]:
                self.live[buffer] = True
                memory = self.buffers[buffer].memory
                if memory in self.level:
                    self.level[memory] += self.buffers[buffer].size
        lane = _lane(task)
        span = task.busy_ns * (task.share if task.is_dma else 1.0)
        end = max(now + task.busy_ns + task.tail_ns, self.least[number])
        self.free[lane] = now + span if task.is_dma else max(now + span, end - task.tail_ns)
        heappush(self.events, (self.free[lane], _FREE, number))
        heappush(self.events, (end, _END, number))
        for other in self.successors[number]:
            overlap = self.overlaps.get((number, other))
            begin = end if overlap is None else now + overlap.lag_ns
            if overlap is not None:
                self.least[other] = max(self.least[other], end + overlap.trail_ns)
            self.earliest[other] = max(self.earliest[other], begin)
            self.open[other] -= 1
            if not self.open[other]:
                heappush(self.events, (self.earliest[other], _READY, other))

    def _finish(self, number: int) -> None:
        """Frees the buffers that no other task touches, and looks at what waits for room."""
        freed = False
        for buffer in self.touched[number]:
            self.users[buffer] -= 1
            memory = self.buffers[buffer].memory
            if not self.users[buffer] and memory in self.level:
                self.level[memory] -= self.buffers[buffer].size
                freed = True
        if freed:
            for other in self.passed_over:
                self._make_ready(other)
            self.passed_over.clear()

    def _force(self, now: float) -> None:
        """Starts the first task in program order: its predecessors are through, since nothing runs."""
        number = self.started.index(False)
        self.passed_over = [other for other in self.passed_over if other != number]
        for heap in self.ready.values():
            kept = [entry for entry in heap if entry[1] != number]
            if len(kept) < len(heap):
                heap[:] = kept
                heapify(heap)
        self._start(number, now)


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
