"""
The lanes of a core in the event loop (`timing`): generators that run ahead until another event comes first.

A lane finds out when its next record can issue and, if nothing else happens until then, goes on at once; otherwise it
puts an event into the heap and yields until the loop sends it the tick of that event. What it notes of its records it
appends to lists, so that whole periods can be appended too (`steady`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from heapq import heappush
from operator import add
from typing import Protocol

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.table import Opcode
from accelc.simulator.decode import LaneCode, WaitCondition
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.prepare import CONTROL, PreparedLane
from accelc.simulator.timing.times import DelayValues, LaneTimes
from accelc.targets.model import Target

# Kinds of events, in the order in which those of one tick are handled: counters before the lanes that test them.
RAISE, TRANSFER_END, TRANSFER_READY, BANKS, START, ISSUE = range(6)
Event = tuple[int, int, int, int, int]
"""(tick, kind, number, lane or semaphore, value): of one tick and kind, the one put there first goes first."""
LATE = 3
"""Place of `late_ready` in `Lane.logs`."""
EXCHANGE = -1
"""Sent in place of a tick: the lane saves its state, yields, and goes on from the state it then finds."""
Ints = npt.NDArray[np.int64]


class Core(Protocol):
    """What the lanes of a core share: events, counters and ports."""

    target: Target
    delays: DelayValues
    events: list[Event]
    number: Callable[[], int]
    counters: list[int]
    waiters: dict[int, list[tuple[int, WaitCondition]]]
    ports: list[int]
    """When each exclusive port group is free again."""
    issued: list[int]
    """Lane of every record, in order of issue."""
    bound: int
    """Last tick to which lanes may run ahead."""
    server: TransferServer
    raise_latency: int
    dma_interval: int
    dma_completion: int

    def plan_end(self) -> None:
        """Puts the end of the next transfer into the heap."""
        ...


class Lane(ABC):
    """
    A lane in progress; `run` is its generator.

    `issue`, `operands` and `start` hold the ticks of the records so far, behind `depth` zeros: at the index of a
    record stands the one that must have left the instruction queue before it is fetched.
    """

    def __init__(self, core: Core, position: int, prepared: PreparedLane, begin: int) -> None:
        self.core = core
        self.position = position
        self.prepared = prepared
        self.code: LaneCode = prepared.code
        self.begin = begin
        self.depth: int = 0 if prepared.code.is_dma else core.target.sequencer.queue_depth
        self.issue: list[int] = [0] * self.depth
        self.operands: list[int] = [0] * self.depth
        self.start: list[int] = [0] * self.depth
        self.late_at: list[int] = []
        """Records that issued later than they were ready, which was at `late_ready`."""
        self.late_ready: list[int] = []
        self.state: tuple[int, ...] = ()
        """What `run` keeps between events, while it is exchanged: the least interval between issues, then ticks."""

    @property
    def at(self) -> int:
        """Next record to issue."""
        return len(self.issue) - self.depth

    @property
    def logs(self) -> list[list[int]]:
        """Every list of ticks that grows as records are executed."""
        return [self.issue, self.operands, self.start, self.late_ready]

    @abstractmethod
    def run(self) -> Generator[None, int]:
        """All records, from the first to HALT."""

    def save(self, *state: int) -> None:
        """Leaves the state of `run` for whoever sent EXCHANGE."""
        self.state = state

    def saved(self) -> tuple[int, ...]:
        """The state to go on from."""
        return self.state

    def delay(self, record: int) -> tuple[int, int]:
        """
        Ticks that a DELAY pauses, and the interval between issues that it sets (-1: none).

        Raises SimulationError for a slot that the table does not have.
        """
        slot = self.prepared.slots[record]
        cycles = self.core.delays.cycles
        if slot >= len(cycles):
            raise SimulationError(
                f"{self.code.describe(record)}, field 'slot': the delay table has {len(cycles)} entries"
            )
        ticks = cycles[slot] * self.core.target.domain(self.code.name)
        if slot in self.core.delays.throttles:
            return 0, ticks
        return ticks, -1

    def fire(self, record: int, read: int, complete: int) -> None:
        """Puts the updates of a record into the heap."""
        core = self.core
        for semaphore, value in self.code.at_read[record]:
            heappush(core.events, (read + core.raise_latency, RAISE, core.number(), semaphore, value))
        for semaphore, value in self.code.at_complete[record]:
            heappush(core.events, (complete + core.raise_latency, RAISE, core.number(), semaphore, value))

    @abstractmethod
    def phases(self, count: int) -> tuple[Ints, Ints]:
        """When the first `count` records have read, and when they are complete."""

    def times(self) -> LaneTimes:
        """Times of all records."""
        issue = np.array(self.issue[self.depth :], np.int64)
        ready, pause = issue.copy(), np.zeros_like(issue)
        ready[self.late_at] = self.late_ready
        for record in np.flatnonzero(self.code.codes == Opcode.DELAY).tolist():
            pause[record] = self.delay(record)[0]
        operands, start = (np.array(log[self.depth :], np.int64) for log in (self.operands, self.start))
        return LaneTimes(ready, issue, operands, start, *self.phases(len(issue)), pause)

    def relative(self, now: int) -> tuple[object, int, int]:
        """
        What the future of the lane depends on, in ticks from `now`; its first record in flight; and a record that all
        before are complete. Ticks so far back that nothing to come can tell them apart are cut.
        """
        raise NotImplementedError(f"{type(self).__name__} is never watched for steady states")

    def advance(self, growth: Sequence[int], records: int, ticks: int, times: int, settled: int) -> None:
        """
        Repeats `times` what the lane did last: `records` records in `ticks` ticks, `growth[i]` elements of `logs[i]`.

        All records before `settled` were complete at the end of that.
        """
        steps = np.arange(1, times + 1)[:, None]
        late = growth[LATE]
        for log, grown, step in (
            *zip(self.logs, growth, [ticks] * len(growth), strict=True),
            (self.late_at, late, records),
        ):
            if grown:
                log.extend((np.array(log[-grown:], np.int64) + step * steps).ravel().tolist())
        self.state = (*self.state[:1], *(tick + ticks * times for tick in self.state[1:]))


class ComputeLane(Lane):
    """What the array and the elementwise engines share: control records, and phases that follow from `start`."""

    def __init__(self, core: Core, position: int, prepared: PreparedLane, begin: int) -> None:
        super().__init__(core, position, prepared, begin)
        self.seen: int = 0
        """Records that `completed` stands for."""
        self.completed: int = 0
        self.slowest: int = max(prepared.total, default=0)

    def signal(self, record: int, now: int, read: int) -> None:
        """Fires the updates of a control record: not before the phases of earlier records, `read` being their last."""
        first, last, depth = self.seen, record, self.depth
        ends = map(add, self.start[depth + first : depth + last], self.prepared.total[first:last])
        self.seen, self.completed = record, max(self.completed, max(ends, default=0))
        self.fire(record, max(now, read), max(now, self.completed))

    def phases(self, count: int) -> tuple[Ints, Ints]:
        """Control records pass every phase no earlier than the records before them."""
        start = np.array(self.start[self.depth : self.depth + count], np.int64)
        kinds, busy, total = self.prepared.columns[:, :count]
        control = kinds == CONTROL
        read, complete = start + busy, start + total
        return (
            np.where(control, np.maximum.accumulate(read), read),
            np.where(control, np.maximum.accumulate(complete), complete),
        )

    def relative(self, now: int) -> tuple[object, int, int]:
        """Units, queue of instructions, and results on their way."""
        issue, start, total, depth, at = self.issue, self.start, self.prepared.total, self.depth, self.at
        settled, reach = max(0, at - depth), now - self.slowest
        # A record starts no later than the one `depth` behind it issues.
        while settled and (settled - 1 + 2 * depth >= len(issue) or issue[settled - 1 + 2 * depth] > reach):
            settled -= 1
        started = len(start) - depth
        ends = [(at - record, start[depth + record] + total[record] - now) for record in range(settled, started)]
        interval, fetched, ready, *units = self.state or (0, 0, 0)
        horizon = now - (depth + 1) * self.prepared.fetch
        state = (
            started - at,
            interval,
            max(fetched, horizon) - now,
            ready - now if started == at else 0,
            issue[-1] - now if interval else 0,
            [max(unit - now, 0) for unit in units],
            [max(tick, horizon) - now for tick in issue[len(issue) - depth :]],
            [max(tick - now, 0) for tick in start[len(start) - depth :]],
            [end for end in ends if end[1] > 0],
        )
        return state, started, settled

    def advance(self, growth: Sequence[int], records: int, ticks: int, times: int, settled: int) -> None:
        """Repeats what the lane did last."""
        super().advance(growth, records, ticks, times, settled)
        self.seen = settled + records * times
