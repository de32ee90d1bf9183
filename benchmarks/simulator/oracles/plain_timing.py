"""
The timing of one core event by event, as simply as it can be said: the oracle of `accelc.simulator.timing.core`.

One heap of events and one handler each; nothing is run ahead, nothing skipped, and nothing kept that can be computed
again. Costs of records come from `accelc.simulator.timing.costs`.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from accelc.analysis.footprint import footprint
from accelc.errors import SimulationError
from accelc.isa.records import Flag
from accelc.isa.records import field as column
from accelc.isa.table import Opcode
from accelc.simulator.deadlock import report_deadlock
from accelc.simulator.decode import CoreCode, LaneCode, rolling
from accelc.simulator.timing.costs import Transfer, elementwise_costs, service_ticks, tensor_costs, transfers
from accelc.simulator.timing.times import NO_DELAYS, CoreTimes, DelayValues, LaneTimes
from accelc.targets.model import Target

# Kinds of events, in the order in which those of one tick are handled: counters before the lanes that test them.
_RAISE, _TRANSFER_END, _TRANSFER_READY, _START, _ISSUE = range(5)
_NAMES = ("ready", "issue", "operands", "start", "read", "complete", "pause")
_DONE = 1e-9


def _zeros() -> list[int]:
    return []


@dataclass
class _Lane:
    code: LaneCode
    position: int
    busy: list[int]
    latency: list[int]
    groups: list[tuple[str, ...]]
    interlock: list[int]
    transfers: list[Transfer | None]
    flags: list[int]
    links: list[int]
    fetch: int
    decode: int
    at: int = 0
    """Next record to issue."""
    fetched: int = 0
    free: int = 0
    """When the unit (array, vector lanes) takes the next record."""
    available: int = 0
    """When the sequencer takes the next record."""
    last_read: int = 0
    last_complete: int = 0
    load_free: int = 0
    load_ready: list[int] = field(default_factory=_zeros)
    swaps: list[int] = field(default_factory=_zeros)
    queue: deque[tuple[int, int]] = field(default_factory=lambda: deque[tuple[int, int]]())
    """Triggered transfers of a DMA queue: (record, earliest start)."""
    moving: bool = False
    interval: int = 0
    """Least ticks between issues, set by a throttle."""
    times: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.times = {name: [0] * len(self.code) for name in _NAMES}


class PlainTimer:
    """Event loop over one core that has HBM for itself."""

    def __init__(self, code: CoreCode, target: Target, delays: DelayValues, core: int) -> None:
        self.code = code
        self.target = target
        self.delays = delays
        self.core = core
        self.events: list[tuple[int, int, int, int, int]] = []
        self.sequence = 0
        self.counters = [0] * target.sync.semaphores
        self.largest = 2 ** (target.sync.width_bits - 1) - 1
        self.rolling = rolling(code)
        self.waiters: dict[int, list[int]] = {}
        self.group_free: dict[str, int] = {}
        self.server = _Server(target)
        self.end_event = -1
        self.issued: list[int] = []
        ticks = target.time.ns_to_ticks
        self.raise_latency = ticks(target.sync.inc_latency_ns)
        self.wakeup = ticks(target.sync.wait_wakeup_ns)
        self.dma_interval = ticks(target.dma.static_issue_interval_ns)
        self.dma_completion = ticks(target.dma.completion_latency_ns)
        self.lanes = [_lane(position, lane, target) for position, lane in enumerate(code)]
        self.handlers = (self._raise, self._transfer_end, self._transfer_ready, self._start, self._try_issue)
        for lane in self.lanes:
            self._prepare(lane)

    def run(self) -> CoreTimes:
        """Runs all lanes to their HALT. Raises DeadlockError, and SimulationError for an illegal record."""
        events, handlers = self.events, self.handlers
        while events:
            now, kind, _, first, second = heapq.heappop(events)
            handlers[kind](now, first, second)
        return self._finish()

    def _finish(self) -> CoreTimes:
        """Times of all records, after the last event. Raises DeadlockError."""
        stuck = {lane.position: lane.at for lane in self.lanes if lane.at < len(lane.code)}
        if stuck:
            raise report_deadlock(self.core, self.code, self.counters, stuck)
        every = tuple(LaneTimes(*(np.array(lane.times[name], np.int64) for name in _NAMES)) for lane in self.lanes)
        total = max((int(lane.complete.max()) for lane in every), default=0)
        moved = [transfer for lane in self.lanes for transfer in lane.transfers if transfer is not None]
        return CoreTimes(
            every,
            total,
            self.issued,
            sum(transfer.hbm_bytes for transfer in moved),
            sum(transfer.total_bytes for transfer in moved),
        )

    def _push(self, tick: int, kind: int, first: int, second: int = 0) -> None:
        self.sequence += 1
        heapq.heappush(self.events, (tick, kind, self.sequence, first, second))

    def _prepare(self, lane: _Lane) -> None:
        """Fetches and decodes the next record and lets it issue then."""
        if lane.at >= len(lane.code):
            return
        record, issue, start = lane.at, lane.times["issue"], lane.times["start"]
        depth = self.target.sequencer.queue_depth
        if not lane.code.is_dma:
            room = issue[record - depth] if record >= depth else 0
            lane.fetched = max(lane.fetched, room) + lane.fetch
            if record >= depth:
                lane.available = max(lane.available, start[record - depth])
        ready = max(lane.fetched, lane.available) + lane.decode
        if lane.interval and record:
            ready = max(ready, issue[record - 1] + lane.interval)
        lane.times["ready"][record] = ready
        self._push(ready, _ISSUE, lane.position)

    def _raise(self, now: int, semaphore: int, value: int) -> None:
        counters = self.counters
        counters[semaphore] += value
        if counters[semaphore] > self.largest and semaphore not in self.rolling:
            raise SimulationError(
                f"core {self.core}: semaphore {semaphore} overflows its {self.target.sync.width_bits} bits "
                f"(largest value {self.largest})"
            )
        waiting = self.waiters.pop(semaphore, None)
        if waiting:
            for position in waiting:
                lane = self.lanes[position]
                if self._holds(lane):
                    self._push(now + self.wakeup, _ISSUE, position)
                else:
                    self.waiters.setdefault(semaphore, []).append(position)

    def _holds(self, lane: _Lane) -> bool:
        wait = lane.code.waits[lane.at]
        if wait is None:
            return True
        return wait.holds(self.counters[wait.semaphore])

    def _try_issue(self, now: int, position: int, _: int) -> None:
        lane = self.lanes[position]
        if not self._holds(lane):
            wait = lane.code.waits[lane.at]
            assert wait is not None
            self.waiters.setdefault(wait.semaphore, []).append(position)
            return
        record = lane.at
        lane.at += 1
        lane.times["issue"][record] = now
        lane.available = now
        self.issued.append(position)
        opcode = lane.code.opcodes[record]
        if opcode == Opcode.DMA_COPY:
            self._trigger(lane, record, now)
        elif opcode == Opcode.LS:
            self._load(lane, record, now)
        elif opcode == Opcode.MM:
            self._product(lane, record, now)
        elif opcode < Opcode.LS:
            self._control(lane, record, now, opcode)
        else:
            begin = max(now, self._operands(lane, record))
            lane.times["operands"][record] = begin
            self._start(max(begin, lane.free), position, record, begin=now)
            return
        self._prepare(lane)

    def _operands(self, lane: _Lane, record: int) -> int:
        """When the results of the lane's own records that `record` needs are visible."""
        producer = lane.interlock[record]
        return lane.times["complete"][producer] if producer >= 0 else 0

    def _control(self, lane: _Lane, record: int, now: int, opcode: int) -> None:
        times = lane.times
        if opcode == Opcode.DELAY:
            slot = lane.links[record]
            cycles = self.delays.cycles
            if slot >= len(cycles):
                raise SimulationError(
                    f"{lane.code.describe(record)}, field 'slot': the delay table has {len(cycles)} entries"
                )
            ticks = cycles[slot] * self.target.domain(lane.code.name)
            if slot in self.delays.throttles:
                lane.interval = ticks
            else:
                times["pause"][record] = ticks
                lane.available = now + ticks
        times["operands"][record] = times["start"][record] = now
        if lane.moving or lane.queue:
            # Its phases follow those of the transfers still in the queue.
            lane.queue.append((record, now))
        else:
            self._passed(lane, record, now, now)

    def _passed(self, lane: _Lane, record: int, read: int, complete: int) -> None:
        """Notes the phases of a record (control records: not before those of earlier ones) and fires its updates."""
        if lane.code.opcodes[record] < Opcode.LS:
            read, complete = max(read, lane.last_read), max(complete, lane.last_complete)
        lane.last_read, lane.last_complete = max(lane.last_read, read), max(lane.last_complete, complete)
        lane.times["read"][record], lane.times["complete"][record] = read, complete
        for semaphore, value in lane.code.at_read[record]:
            self._push(read + self.raise_latency, _RAISE, semaphore, value)
        for semaphore, value in lane.code.at_complete[record]:
            self._push(complete + self.raise_latency, _RAISE, semaphore, value)

    def _load(self, lane: _Lane, record: int, now: int) -> None:
        planes = self.target.tensor.shadow_planes
        index = len(lane.load_ready) - planes
        if index >= len(lane.swaps):
            raise SimulationError(
                f"{lane.code.describe(record)}: loads while all {planes} shadow planes hold operands not yet swapped in"
            )
        operands = max(now, self._operands(lane, record), lane.swaps[index] if index >= 0 else 0)
        start = max(operands, lane.load_free)
        lane.load_free = start + lane.busy[record]
        lane.load_ready.append(lane.load_free)
        lane.times["operands"][record], lane.times["start"][record] = operands, start
        self._passed(lane, record, lane.load_free, lane.load_free)

    def _product(self, lane: _Lane, record: int, now: int) -> None:
        operands = max(now, self._operands(lane, record))
        swap = lane.flags[record] & Flag.SWAP
        if swap:
            if len(lane.swaps) >= len(lane.load_ready):
                raise SimulationError(
                    f"{lane.code.describe(record)}: swaps, but no stationary operand has been loaded since the last "
                    "swap"
                )
            operands = max(operands, lane.load_ready[len(lane.swaps)])
        elif not lane.swaps:
            raise SimulationError(f"{lane.code.describe(record)}: the array holds no stationary operand")
        start = max(operands, lane.free)
        if swap:
            lane.swaps.append(start)
        read = lane.free = start + lane.busy[record]
        lane.times["operands"][record], lane.times["start"][record] = operands, start
        self._passed(lane, record, read, read + lane.latency[record])

    def _start(self, now: int, position: int, record: int, begin: int = -1) -> None:
        """Starts an elementwise record at `now` or, while a port group is taken, as soon as that is free."""
        lane = self.lanes[position]
        groups = lane.groups[record]
        if begin >= 0 and now > begin and groups:
            # Decided when the time comes: until then another lane may take the port.
            self._push(now, _START, position, record)
            return
        taken = max((self.group_free.get(group, 0) for group in groups), default=0)
        if taken > now:
            self._push(taken, _START, position, record)
            return
        read = lane.free = now + lane.busy[record]
        lane.available = now
        for group in groups:
            self.group_free[group] = read
        lane.times["start"][record] = now
        self._passed(lane, record, read, read + lane.latency[record])
        self._prepare(lane)

    def _trigger(self, lane: _Lane, record: int, now: int) -> None:
        transfer = lane.transfers[record]
        assert transfer is not None
        latency = self.target.dma.start_latency_ns + (self.target.hbm.latency_ns if transfer.hbm_bytes else 0)
        earliest = now + self.target.time.ns_to_ticks(latency)
        lane.times["operands"][record] = earliest
        lane.available = now + self.dma_interval
        lane.queue.append((record, earliest))
        if not lane.moving and len(lane.queue) == 1:
            self._push(earliest, _TRANSFER_READY, lane.position)

    def _transfer_ready(self, now: int, position: int, _: int) -> None:
        lane = self.lanes[position]
        record, _ = lane.queue[0]
        transfer = lane.transfers[record]
        assert transfer is not None
        lane.moving = True
        lane.times["start"][record] = now
        self.server.begin(now, position, transfer)
        self._plan_end()

    def _plan_end(self) -> None:
        end = self.server.next_end()
        if end is not None:
            self._push(end, _TRANSFER_END, 0, self.sequence + 1)
            self.end_event = self.sequence

    def _transfer_end(self, now: int, _: int, planned: int) -> None:
        if planned != self.end_event:
            return
        for position in self.server.finished(now):
            lane = self.lanes[position]
            record, _ = lane.queue.popleft()
            lane.moving = False
            self._passed(lane, record, now, now + self.dma_completion)
            while lane.queue and lane.transfers[lane.queue[0][0]] is None:
                control, issued = lane.queue.popleft()
                self._passed(lane, control, issued, issued)
            if lane.queue:
                self._push(max(now, lane.queue[0][1]), _TRANSFER_READY, position)
        self._plan_end()


def _lane(position: int, lane: LaneCode, target: Target) -> _Lane:
    count, fetch, decode = len(lane), 0, 0
    busy, latency, groups = [0] * count, [0] * count, [()] * count
    if not lane.is_dma:
        costs = (tensor_costs if lane.name == "tensor" else elementwise_costs)(lane, target)
        busy, latency, groups = costs.busy, costs.latency, costs.groups
        fetch = target.time.ns_to_ticks(target.isa.instr_bytes / target.sequencer.fetch_bytes_per_ns)
        decode = target.sequencer.decode_cycles * target.domain(lane.name)
    moved: list[Transfer | None] = transfers(lane, target) if lane.is_dma else [None] * count
    flags, links = column(lane.records, "flags").tolist(), column(lane.records, "link").tolist()
    producers = plain_interlocks(lane, target)
    return _Lane(lane, position, busy, latency, groups, producers, moved, flags, links, fetch, decode)


def plain_interlocks(lane: LaneCode, target: Target) -> list[int]:
    """For every record the latest earlier record of the lane whose results it must see complete, -1 where none."""
    latest = [-1] * len(lane)
    if lane.is_dma:
        return latest
    records = lane.records
    if lane.name == "tensor":
        records = records.copy()
        column(records, "flags")[:] &= np.uint8(0xFF ^ Flag.ACCUMULATE)
    touched = footprint(records, target)
    writer = {space: touched.shadow(space) for space in touched.spaces}
    for record in range(len(lane)):
        accesses = touched.of(record)
        for access in accesses:
            if access.is_write and lane.name == "tensor":
                continue
            last = int(writer[access.space][access.groups, access.cells].max())
            latest[record] = max(latest[record], last)
        for access in accesses:
            if access.is_write:
                writer[access.space][access.groups, access.cells] = record
    return latest


def plain_times(code: CoreCode, target: Target, delays: DelayValues = NO_DELAYS, core: int = 0) -> CoreTimes:
    """
    Times of every record of one core that has HBM for itself.

    Raises DeadlockError when no lane can go on, and SimulationError for what the machine cannot execute.
    """
    return PlainTimer(code, target, delays, core).run()


@dataclass
class _Flight:
    transfer: Transfer
    left: float
    rate: float


class _Server:
    """A fraction of every transfer in flight per tick, recomputed whenever one begins or ends."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.now = 0
        self.flights: dict[int, _Flight] = {}

    def begin(self, now: int, queue: int, transfer: Transfer) -> None:
        """Starts the transfer at the head of `queue`."""
        self._advance(now)
        self.flights[queue] = _Flight(transfer, 1.0, 0.0)
        self._share()

    def finished(self, now: int) -> list[int]:
        """Removes and returns the queues whose transfer is through at `now`."""
        self._advance(now)
        through = [queue for queue, flight in self.flights.items() if flight.left <= _DONE]
        for queue in through:
            del self.flights[queue]
        if through:
            self._share()
        return through

    def next_end(self) -> int | None:
        """Tick at which the next transfer ends if none begins before, None when nothing is in flight."""
        if not self.flights:
            return None
        return self.now + max(0, ceil(min((flight.left - _DONE) / flight.rate for flight in self.flights.values())))

    def _advance(self, now: int) -> None:
        for flight in self.flights.values():
            flight.left -= (now - self.now) * flight.rate
        self.now = now

    def _share(self) -> None:
        engines = self.target.dma.engines
        asked = sum(flight.transfer.engines for flight in self.flights.values())
        slowdown = max(1.0, asked / engines)
        share = self.target.hbm.bytes_per_ns / max(1, min(engines, asked))
        for flight in self.flights.values():
            flight.rate = 1.0 / (max(1.0, service_ticks(flight.transfer, self.target, share)) * slowdown)
