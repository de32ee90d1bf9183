"""
Lanes of a target whose memories have bank conflicts: what a record takes is known when it is through, not before.

Records issue as in the lanes that run ahead, and give the same times where nothing conflicts; they start and end by
events, in the order of their unit.
"""

from collections import deque
from collections.abc import Generator
from heapq import heappush
from typing import Protocol

import numpy as np

from accelc.errors import SimulationError
from accelc.isa.table import Opcode
from accelc.simulator.timing.banks import BankServer, Uses
from accelc.simulator.timing.lanes.base import BANKS, ISSUE, RAISE, Core, Ints, Lane
from accelc.simulator.timing.lanes.queue import QueueLane
from accelc.simulator.timing.prepare import CONTROL, LOAD, PRODUCT, SWAPPING_PRODUCT, PreparedLane
from accelc.simulator.timing.times import LaneTimes

UNKNOWN = -1


class BankedCore(Core, Protocol):
    """What banked lanes share beside: banks, and who holds a port group or waits for it."""

    banks: BankServer
    held: list[bool]
    wanted: "deque[tuple[BankedLane, int]]"

    def plan_banks(self) -> None:
        """Puts the end of the next stream into the heap."""
        ...


def uses_of(prepared: PreparedLane) -> list[Uses]:
    """Ports of the records of a lane that was prepared for a target with conflicts."""
    assert prepared.uses is not None
    return prepared.uses


class BankedLane(Lane):
    """The array (units: loads, products) or an elementwise engine (one unit)."""

    core: BankedCore

    def __init__(self, core: BankedCore, position: int, prepared: PreparedLane, begin: int) -> None:
        super().__init__(core, position, prepared, begin)
        count = len(prepared.kinds)
        self.uses: list[Uses] = uses_of(prepared)
        self.array: bool = prepared.code.name == "tensor"
        self.waiting: tuple[deque[int], ...] = (deque(), deque())
        """Records of each unit that have issued and not begun."""
        self.current: list[int] = [UNKNOWN, UNKNOWN]
        self.begun: list[int] = [UNKNOWN] * count
        self.ended: list[int] = [UNKNOWN] * count
        self.operated: list[int] = [UNKNOWN] * count
        self.read: list[int] = [0] * count
        self.complete: list[int] = [0] * count
        self.through: int = 0
        """Records before this one have read."""
        self.last_read: int = begin
        self.last_complete: int = begin
        self.loads: list[int] = []
        self.swaps: list[int] = []
        """Records that load, and that swap, in the order of the stream."""
        self.turn: dict[int, int] = {}
        """Of a load or swap, its place among them."""
        self.blocked: int = UNKNOWN
        """Record that must begin before the next one is fetched."""

    def run(self) -> Generator[None, int]:
        """Issues all records, from the first to HALT."""
        core, prepared, events = self.core, self.prepared, self.core.events
        fetched = available = self.begin
        interval = 0
        for record, kind in enumerate(prepared.kinds):
            fetched = max(fetched, self.issue[record]) + prepared.fetch
            behind = record - (self.depth if self.array else 1)
            if behind >= 0:
                while self.begun[behind] == UNKNOWN:
                    self.blocked = behind
                    yield
                self.blocked = UNKNOWN
                available = max(available, self.begun[behind])
            now = max(fetched, available) + prepared.decode
            if interval and record:
                now = max(now, self.issue[-1] + interval)
            heappush(events, (now, ISSUE, core.number(), self.position, 0))
            ready = now
            now = yield
            wait = self.code.waits[record]
            while wait is not None and not wait.holds(core.counters[wait.semaphore]):
                core.waiters.setdefault(wait.semaphore, []).append((self.position, wait))
                now = yield
            if now != ready:
                self.late_at.append(record)
                self.late_ready.append(ready)
            self.issue.append(now)
            core.issued.append(self.position)
            available = now
            if kind == CONTROL:
                self.operated[record] = now
                if self.code.opcodes[record] == Opcode.DELAY:
                    pause, gap = self.delay(record)
                    available = now + pause
                    interval = interval if gap < 0 else gap
                self._note_begin(record, now)
                self._pass()
            else:
                unit = int(kind != LOAD and self.array)
                self._take(record, kind)
                self.waiting[unit].append(record)
                self.attempt(unit, now)
        while True:
            yield

    def attempt(self, unit: int, now: int) -> None:
        """Begins the next record of a unit if it can; else this is called again when it may."""
        waiting, core = self.waiting[unit], self.core
        if not waiting or self.current[unit] != UNKNOWN:
            return
        record = waiting[0]
        earliest = self._operands(record)
        if earliest == UNKNOWN:
            return
        self.operated[record] = earliest
        if earliest > now:
            heappush(core.events, (earliest, BANKS, core.number(), self.position, unit))
            return
        groups = self.prepared.ports[record]
        if any(core.held[group] for group in groups):
            if (self, unit) not in core.wanted:
                core.wanted.append((self, unit))
            return
        for group in groups:
            core.held[group] = True
        waiting.popleft()
        self.current[unit] = record
        core.banks.begin(now, (self.position, unit), self.uses[record], self.prepared.busy[record])
        self._note_begin(record, now)
        if self.prepared.kinds[record] == SWAPPING_PRODUCT:
            self.attempt(0, now)
        core.plan_banks()

    def end(self, unit: int, now: int) -> None:
        """The record that a unit does has read its operands."""
        core, record = self.core, self.current[unit]
        core.banks.end(now, (self.position, unit))
        self.current[unit] = UNKNOWN
        self.ended[record] = now
        for after, semaphore, value in self.prepared.updates[record] or ():
            heappush(core.events, (now + after, RAISE, core.number(), semaphore, value))
        self._pass()
        for group in self.prepared.ports[record]:
            core.held[group] = False
        self.attempt(0, now)
        self.attempt(1, now)
        if self.prepared.ports[record]:
            wanted = list(core.wanted)
            core.wanted.clear()
            for lane, other in wanted:
                lane.attempt(other, now)

    def times(self) -> LaneTimes:
        """Times of all records."""
        plain = super().times()
        return LaneTimes(
            plain.ready, plain.issue, np.array(self.operated), np.array(self.begun), *self.phases(self.at), plain.pause
        )

    def phases(self, count: int) -> tuple[Ints, Ints]:
        """When the first `count` records have read, and when they are complete."""
        return np.array(self.read[:count], np.int64), np.array(self.complete[:count], np.int64)

    def _take(self, record: int, kind: int) -> None:
        """Notes loads and swaps as they issue. Raises SimulationError for one that has no plane."""
        planes = self.core.target.tensor.shadow_planes
        if kind == LOAD:
            if len(self.loads) - planes >= len(self.swaps) and len(self.loads) >= planes:
                raise self._illegal(record, f"loads while all {planes} shadow planes hold operands not yet swapped in")
            self.turn[record] = len(self.loads)
            self.loads.append(record)
        elif kind == SWAPPING_PRODUCT:
            if len(self.swaps) == len(self.loads):
                raise self._illegal(record, "swaps, but no stationary operand has been loaded since the last swap")
            self.turn[record] = len(self.swaps)
            self.swaps.append(record)
        elif kind == PRODUCT and not self.swaps:
            raise self._illegal(record, "the array holds no stationary operand")

    def _operands(self, record: int) -> int:
        """When the operands of an issued record are there, UNKNOWN while another one has to go on first."""
        found = self.issue[self.depth + record]
        producers, kind = self.prepared.producers, self.prepared.kinds[record]
        if producers is not None and (producer := producers[record]) >= 0:
            if self.ended[producer] == UNKNOWN:
                return UNKNOWN
            found = max(found, self.ended[producer] + self._latency(producer))
        if kind == SWAPPING_PRODUCT:
            loaded = self.ended[self.loads[self.turn[record]]]
            return UNKNOWN if loaded == UNKNOWN else max(found, loaded)
        if kind == LOAD and (full := self.turn[record] - self.core.target.tensor.shadow_planes) >= 0:
            swapped = self.begun[self.swaps[full]]
            return UNKNOWN if swapped == UNKNOWN else max(found, swapped)
        return found

    def _latency(self, record: int) -> int:
        return self.prepared.total[record] - self.prepared.busy[record]

    def _note_begin(self, record: int, now: int) -> None:
        self.begun[record] = now
        # In the order of the stream, as records of the two units of the array may begin in another one.
        while (known := len(self.start) - self.depth) < len(self.begun) and self.begun[known] != UNKNOWN:
            self.start.append(self.begun[known])
        if self.blocked == record:
            heappush(self.core.events, (now, ISSUE, self.core.number(), self.position, 0))

    def _pass(self) -> None:
        """Phases of records behind which all before have theirs; control records fire their updates."""
        kinds = self.prepared.kinds
        while self.through < self.at:
            record = self.through
            if kinds[record] == CONTROL:
                issued = self.issue[self.depth + record]
                self.read[record] = self.last_read = max(issued, self.last_read)
                self.complete[record] = self.last_complete = max(issued, self.last_complete)
                if self.prepared.updates[record] is not None:
                    self.fire(record, self.read[record], self.complete[record])
            elif self.ended[record] == UNKNOWN:
                return
            else:
                self.read[record] = self.ended[record]
                self.complete[record] = self.ended[record] + self._latency(record)
                self.last_read = max(self.last_read, self.read[record])
                self.last_complete = max(self.last_complete, self.complete[record])
            self.through += 1

    def _illegal(self, record: int, message: str) -> SimulationError:
        return SimulationError(f"{self.code.describe(record)}: {message}")


class BankedQueueLane(QueueLane):
    """A DMA queue whose transfers use banks too."""

    core: BankedCore

    def __init__(self, core: BankedCore, position: int, prepared: PreparedLane, begin: int) -> None:
        super().__init__(core, position, prepared, begin)
        self.uses: list[Uses] = uses_of(prepared)

    def begin_transfer(self, now: int) -> None:
        """The transfer at the head of the queue starts to move."""
        super().begin_transfer(now)
        self.core.banks.begin(now, (self.position, -1), self.uses[self.queue[0][0]], None)
        self.core.plan_banks()

    def end_transfer(self, now: int) -> int | None:
        """The transfer at the head of the queue is through."""
        self.core.banks.end(now, (self.position, -1))
        self.core.plan_banks()
        return super().end_transfer(now)
