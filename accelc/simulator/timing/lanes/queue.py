"""The lane of a DMA queue."""

from collections import deque
from collections.abc import Generator, Sequence
from heapq import heappush

import numpy as np

from accelc.isa.table import Opcode
from accelc.simulator.timing.lanes.base import ISSUE, TRANSFER_READY, Core, Ints, Lane
from accelc.simulator.timing.prepare import CONTROL, PreparedLane


class QueueLane(Lane):
    """Triggers transfers in order; they move one after the other, as the server of the core has it."""

    def __init__(self, core: Core, position: int, prepared: PreparedLane, begin: int) -> None:
        super().__init__(core, position, prepared, begin)
        self.read: list[int] = []
        self.complete: list[int] = []
        self.queue: deque[tuple[int, int]] = deque()
        """Records triggered and not passed: (record, earliest start)."""
        self.moving: bool = False
        self.last_read: int = 0
        self.last_complete: int = 0

    @property
    def logs(self) -> list[list[int]]:
        """Lists of ticks."""
        return [*super().logs, self.read, self.complete]

    def run(self) -> Generator[None, int]:  # noqa: C901 - one loop without calls is what makes it fast
        """All records, from the first to HALT."""
        core, prepared, position = self.core, self.prepared, self.position
        events, counters, waiters, number = core.events, core.counters, core.waiters, core.number
        issue, issued, queue = self.issue, core.issued.append, self.queue
        kinds, waits, latency = prepared.kinds, self.code.waits, prepared.latency
        now = self.begin
        interval = record = 0
        count = len(kinds)
        while record < count:
            if interval and record and issue[-1] + interval > now:
                now = issue[-1] + interval
            wait = waits[record]
            pending = events[0][0] <= now or now > core.bound
            if pending or wait is not None:
                ready = now
                if pending:
                    heappush(events, (now, ISSUE, number(), position, 0))
                while pending or (wait is not None and not wait.holds(counters[wait.semaphore])):
                    if not pending and wait is not None:
                        waiters.setdefault(wait.semaphore, []).append((position, wait))
                    pending = False
                    now = yield
                    while now < 0:
                        self.save(interval, ready)
                        yield
                        interval, ready = self.saved()
                        record = len(issue)
                        wait = waits[record]
                        now = yield
                if now != ready:
                    self.late_at.append(record)
                    self.late_ready.append(ready)
            issue.append(now)
            issued(position)
            if kinds[record] == CONTROL:
                self.operands.append(now)
                if queue:
                    # Its phases follow those of the transfers in front.
                    queue.append((record, now))
                else:
                    self._pass(record, now)
                if self.code.opcodes[record] == Opcode.DELAY:
                    pause, gap = self.delay(record)
                    now += pause
                    interval = interval if gap < 0 else gap
            else:
                earliest = now + latency[record]
                self.operands.append(earliest)
                queue.append((record, earliest))
                if len(queue) == 1:
                    heappush(events, (earliest, TRANSFER_READY, number(), position, 0))
                now += core.dma_interval
            record += 1
        while True:
            yield

    def begin_transfer(self, now: int) -> None:
        """The transfer at the head of the queue starts to move."""
        transfer = self.prepared.transfers[self.queue[0][0]]
        assert transfer is not None
        self.moving = True
        self.start.append(now)
        self.core.server.begin(now, self.position, transfer)

    def end_transfer(self, now: int) -> int | None:
        """The transfer at the head of the queue is through: when the next one can begin, None if there is none."""
        queue, kinds, core = self.queue, self.prepared.kinds, self.core
        record, _ = queue.popleft()
        complete = now + core.dma_completion
        self.moving = False
        self.last_read = now
        if complete > self.last_complete:
            self.last_complete = complete
        self._note(record, now, complete)
        while queue and kinds[queue[0][0]] == CONTROL:
            self._pass(*queue.popleft())
        if not queue:
            return None
        earliest = queue[0][1]
        return earliest if earliest > now else now

    def _pass(self, record: int, issued: int) -> None:
        self.start.append(issued)
        self.last_read, self.last_complete = max(self.last_read, issued), max(self.last_complete, issued)
        self._note(record, self.last_read, self.last_complete)

    def _note(self, record: int, read: int, complete: int) -> None:
        self.read.append(read)
        self.complete.append(complete)
        if self.prepared.updates[record] is not None:
            self.fire(record, read, complete)

    def phases(self, count: int) -> tuple[Ints, Ints]:
        """When the first `count` records have read, and when they are complete."""
        return np.array(self.read[:count], np.int64), np.array(self.complete[:count], np.int64)

    def relative(self, now: int) -> tuple[object, int, int]:
        """Triggered transfers and how far the queue has come."""
        at, through = self.at, self.at == len(self.code)
        interval, ready = self.state or (0, 0)
        state = (
            interval,
            0 if through else ready - now,
            self.issue[-1] - now if interval else 0,
            self.moving,
            [(at - record, tick - now) for record, tick in self.queue],
            max(self.last_read - now, 0),
            max(self.last_complete - now, 0),
        )
        return state, self.queue[0][0] if self.queue else at, 0

    def advance(self, growth: Sequence[int], records: int, ticks: int, times: int, settled: int) -> None:
        """Repeats what the lane did last."""
        super().advance(growth, records, ticks, times, settled)
        later = ticks * times
        moved = [(record + records * times, tick + later) for record, tick in self.queue]
        self.queue.clear()
        self.queue.extend(moved)
        self.last_read, self.last_complete = self.last_read + later, self.last_complete + later
