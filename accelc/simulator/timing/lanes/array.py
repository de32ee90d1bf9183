"""The lane of the systolic array."""

from collections.abc import Generator
from heapq import heappush

from accelc.errors import SimulationError
from accelc.isa.table import Opcode
from accelc.simulator.timing.lanes.base import ISSUE, RAISE, ComputeLane, Core
from accelc.simulator.timing.prepare import LOAD, PRODUCT, SWAPPING_PRODUCT, PreparedLane


class ArrayLane(ComputeLane):
    """Loads and products: two units that overlap, and between them the planes in the order of the stream."""

    def __init__(self, core: Core, position: int, prepared: PreparedLane, begin: int) -> None:
        super().__init__(core, position, prepared, begin)
        self.loads: list[int] = []
        """When each stationary operand is in its plane."""
        self.swaps: list[int] = []
        """When each was swapped in."""

    @property
    def logs(self) -> list[list[int]]:
        """Lists of ticks."""
        return [*super().logs, self.loads, self.swaps]

    def run(self) -> Generator[None, int]:  # noqa: C901 - one loop without calls is what makes it fast
        """All records, from the first to HALT."""
        core, prepared, position = self.core, self.prepared, self.position
        events, counters, waiters, number = core.events, core.counters, core.waiters, core.number
        planes = core.target.tensor.shadow_planes
        issue, operands, start, loads, swaps = self.issue, self.operands, self.start, self.loads, self.swaps
        depth, fetch, decode, issued = self.depth, prepared.fetch, prepared.decode, core.issued.append
        kinds, waits, busy, fired = prepared.kinds, self.code.waits, prepared.busy, prepared.updates
        producers, total = prepared.producers, prepared.total
        fetched = available = self.begin
        free = load_free = interval = record = 0
        count = len(kinds)
        while record < count:
            room = issue[record]
            if room > fetched:
                fetched = room
            fetched += fetch
            left = start[record]
            if left > available:
                available = left
            now = (fetched if fetched > available else available) + decode
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
                        self.save(interval, fetched, ready, free, load_free)
                        yield
                        interval, fetched, ready, free, load_free = self.saved()
                        record = len(issue) - depth
                        wait = waits[record]
                        now = yield
                if now != ready:
                    self.late_at.append(record)
                    self.late_ready.append(ready)
            issue.append(now)
            issued(position)
            available = begin = now
            kind = kinds[record]
            if kind in (SWAPPING_PRODUCT, PRODUCT):
                if producers is not None and (producer := producers[record]) >= 0:
                    begin = max(begin, start[producer + depth] + total[producer])
                if kind == SWAPPING_PRODUCT:
                    if len(swaps) == len(loads):
                        raise self._illegal(
                            record, "swaps, but no stationary operand has been loaded since the last swap"
                        )
                    loaded = loads[len(swaps)]
                    if loaded > begin:
                        begin = loaded
                    operands.append(begin)
                    if free > begin:
                        begin = free
                    swaps.append(begin)
                else:
                    if not swaps:
                        raise self._illegal(record, "the array holds no stationary operand")
                    operands.append(begin)
                    if free > begin:
                        begin = free
                read = free = begin + busy[record]
            elif kind == LOAD:
                if producers is not None and (producer := producers[record]) >= 0:
                    begin = max(begin, start[producer + depth] + total[producer])
                full = len(loads) - planes
                if full >= 0:
                    if full >= len(swaps):
                        raise self._illegal(
                            record, f"loads while all {planes} shadow planes hold operands not yet swapped in"
                        )
                    if swaps[full] > begin:
                        begin = swaps[full]
                operands.append(begin)
                if load_free > begin:
                    begin = load_free
                read = load_free = begin + busy[record]
                loads.append(read)
            else:
                operands.append(now)
                start.append(now)
                if self.code.opcodes[record] == Opcode.DELAY:
                    pause, gap = self.delay(record)
                    available = now + pause
                    interval = interval if gap < 0 else gap
                if fired[record] is not None:
                    self.signal(record, now, max(free, load_free))
                record += 1
                continue
            start.append(begin)
            updates = fired[record]
            if updates is not None:
                for after, semaphore, value in updates:
                    heappush(events, (read + after, RAISE, number(), semaphore, value))
            record += 1
        while True:
            yield

    def _illegal(self, record: int, message: str) -> SimulationError:
        return SimulationError(f"{self.code.describe(record)}: {message}")

    def relative(self, now: int) -> tuple[object, int, int]:
        """Also the planes of the array."""
        state, oldest, settled = super().relative(now)
        planes, swaps = self.core.target.tensor.shadow_planes, self.swaps
        loaded = [max(tick - now, 0) for tick in self.loads[len(swaps) :]]
        swapped = [max(tick - now, 0) for tick in swaps[max(0, len(swaps) - planes - 1) :]]
        return (state, loaded, swapped), oldest, settled
