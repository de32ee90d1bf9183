"""The lane of an elementwise engine."""

from collections.abc import Generator
from heapq import heappush

from accelc.isa.table import Opcode
from accelc.simulator.timing.lanes.base import ISSUE, RAISE, START, ComputeLane
from accelc.simulator.timing.prepare import CONTROL


class ElementwiseLane(ComputeLane):
    """Vector, scalar and gpsimd engines: one unit, which may have to wait for ports that others hold."""

    def run(self) -> Generator[None, int]:  # noqa: C901 - one loop without calls is what makes it fast
        """All records, from the first to HALT."""
        core, prepared, position = self.core, self.prepared, self.position
        events, counters, waiters, number = core.events, core.counters, core.waiters, core.number
        issue, operands, start, ports = self.issue, self.operands, self.start, core.ports
        depth, fetch, decode, issued = self.depth, prepared.fetch, prepared.decode, core.issued.append
        kinds, waits, busy, fired = prepared.kinds, self.code.waits, prepared.busy, prepared.updates
        producers, total, groups = prepared.producers, prepared.total, prepared.ports
        fetched = available = self.begin
        free = interval = record = 0
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
                        self.save(interval, fetched, ready, free)
                        yield
                        interval, fetched, ready, free = self.saved()
                        record = len(issue) - depth
                        wait = waits[record]
                        now = yield
                if now != ready:
                    self.late_at.append(record)
                    self.late_ready.append(ready)
            issue.append(now)
            issued(position)
            if kinds[record] == CONTROL:
                available = now
                operands.append(now)
                start.append(now)
                if self.code.opcodes[record] == Opcode.DELAY:
                    pause, gap = self.delay(record)
                    available = now + pause
                    interval = interval if gap < 0 else gap
                if fired[record] is not None:
                    self.signal(record, now, free)
                record += 1
                continue
            begin = now
            if producers is not None and (producer := producers[record]) >= 0:
                done = start[producer + depth] + total[producer]
                if done > begin:
                    begin = done
            operands.append(begin)
            if free > begin:
                begin = free
            held = groups[record]
            if held:
                # Decided when the time comes: until then another lane may take the port.
                while True:
                    if begin > now:
                        if events[0][0] <= begin or begin > core.bound:
                            heappush(events, (begin, START, number(), position, 0))
                            begin = yield
                            while begin < 0:
                                self.save(interval, fetched, 0, free)
                                yield
                                interval, fetched, _, free = self.saved()
                                record = len(issue) - depth - 1
                                begin = yield
                        now = begin
                    for port in held:
                        if ports[port] > begin:
                            begin = ports[port]
                    if begin == now:
                        break
            free = begin + busy[record]
            for port in held:
                ports[port] = free
            available = begin
            start.append(begin)
            updates = fired[record]
            if updates is not None:
                for after, semaphore, value in updates:
                    heappush(events, (free + after, RAISE, number(), semaphore, value))
            record += 1
        while True:
            yield
