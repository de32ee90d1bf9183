"""
Cycle-level timing of one core: in-order lanes, their units, semaphores and shared resources, event by event.

No value is read: durations come from `costs`, orders from the streams and semaphores. A record passes
`ready` (fetched and decoded), `issue` (its wait holds), `start` (its unit begins), `read` (operands read) and
`complete` (results visible). What the lanes do is said in `lanes`; here is what they share.

Where banks of SBUF or PSUM conflict (`conflict`), streams in flight share their ports (`banks`, `lanes.banked`); else
what a record takes is known when it begins. Cores share HBM (`cluster`). Not modelled: start-up of an operand's stream
(`read_latency`, hidden while streaming).
"""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count

from accelc.errors import SimulationError
from accelc.garbage import rare_collections
from accelc.simulator.deadlock import report_deadlock
from accelc.simulator.decode import CoreCode, WaitCondition, rolling
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.banks import BankServer, has_conflicts
from accelc.simulator.timing.invariants import check_bytes, check_lane
from accelc.simulator.timing.lanes.array import ArrayLane
from accelc.simulator.timing.lanes.banked import BankedLane, BankedQueueLane
from accelc.simulator.timing.lanes.base import BANKS, ISSUE, RAISE, START, TRANSFER_END, TRANSFER_READY, Event, Lane
from accelc.simulator.timing.lanes.elementwise import ElementwiseLane
from accelc.simulator.timing.lanes.queue import QueueLane
from accelc.simulator.timing.prepare import PreparedCore, PreparedLane, prepare_core
from accelc.simulator.timing.steady import Watch
from accelc.simulator.timing.times import NO_DELAYS, CoreTimes, DelayValues, EnergyLog
from accelc.targets.model import Target

NEVER = 2**62
"""A tick after all others."""


class CoreTimer:
    """
    Event loop over one core, from tick `begin` on; all times are absolute.

    `server` moves its transfers, one of its own if None is given. Work can go on event by event (`next_tick`,
    `step`), so that several cores advance together.
    """

    def __init__(
        self,
        prepared: PreparedCore,
        target: Target,
        delays: DelayValues,
        core: int = 0,
        begin: int = 0,
        server: TransferServer | None = None,
        energy: EnergyLog | None = None,
    ) -> None:
        self.code: CoreCode = prepared.code
        self.target = target
        self.delays = delays
        self.core = core
        self.begin = begin
        self.energy = energy
        self.metered: list[int] = [0] * len(prepared.lanes)
        """Records of each lane whose energy is noted."""
        # The first keeps lanes from running ahead before all have begun, the last the heap from becoming empty.
        self.events: list[Event] = [(-1, RAISE, 0, 0, 0), (NEVER, RAISE, 0, 0, 0)]
        self.number: Callable[[], int] = count(1).__next__
        self.counters: list[int] = [0] * target.sync.semaphores
        self.waiters: dict[int, list[tuple[int, WaitCondition]]] = {}
        self.ports: list[int] = [0] * len(prepared.groups)
        self.issued: list[int] = []
        self.bound: int = NEVER
        self.server: TransferServer = server or TransferServer(target)
        self.server.changed = self.plan_end
        self.moved: tuple[int, int] = (self.server.moved_bytes, self.server.moved_hbm_bytes)
        self.end: int = -1
        """Tick of the next end of a transfer; events of other ticks were planned in vain."""
        ticks = target.time.ns_to_ticks
        self.raise_latency: int = ticks(target.sync.inc_latency_ns)
        self.wakeup: int = ticks(target.sync.wait_wakeup_ns)
        self.dma_interval: int = ticks(target.dma.static_issue_interval_ns)
        self.dma_completion: int = ticks(target.dma.completion_latency_ns)
        self.rolling: set[int] = rolling(prepared.code)
        self.largest: int = (1 << (target.sync.width_bits - 1)) - 1
        self.watch: Watch | None = None
        self.banked: bool = has_conflicts(target)
        self.banks: BankServer = BankServer(self.server.throttle)
        self.banks_end: int = -1
        """Tick of the next end of a stream on the banks."""
        self.held: list[bool] = [False] * len(prepared.groups)
        """Whether each exclusive port group is held, where banks conflict."""
        self.wanted: deque[tuple[BankedLane, int]] = deque()
        self.lanes: list[Lane] = [self._lane(position, lane, begin) for position, lane in enumerate(prepared.lanes)]
        self.queues: dict[int, QueueLane] = {lane.position: lane for lane in self.lanes if isinstance(lane, QueueLane)}
        runs = [lane.run() for lane in self.lanes]
        for run in runs:
            next(run)
        heappop(self.events)
        self.resume: list[Callable[[int], None]] = [run.send for run in runs]

    def _lane(self, position: int, prepared: PreparedLane, begin: int) -> Lane:
        if self.banked:
            return (BankedQueueLane if prepared.code.is_dma else BankedLane)(self, position, prepared, begin)
        if prepared.code.is_dma:
            return QueueLane(self, position, prepared, begin)
        return (ArrayLane if prepared.code.name == "tensor" else ElementwiseLane)(self, position, prepared, begin)

    def run(self, skip: bool = True) -> CoreTimes:
        """
        Runs all lanes to their HALT; with `skip` whole periods of a steady state are not simulated one by one, which
        changes nothing but how long it takes.

        Raises DeadlockError, and SimulationError for an illegal record.
        """
        alone = self.server.memory is None and self.server.log is None and self.energy is None
        if skip and alone and not self.banked and self.watch is None:
            self.watch = Watch(self)
        if self.events[0][0] != NEVER:
            self._handle(NEVER - 1)
        return self.finish()

    def next_tick(self) -> int | None:
        """Tick of the next event, None when there is none left."""
        tick = self.events[0][0]
        return None if tick == NEVER else tick

    def step(self, bound: int) -> None:
        """Handles the next event; lanes run ahead to `bound` at most. Raises SimulationError for an illegal record."""
        self.bound = bound
        self._handle(-1)

    def _handle(self, last: int) -> None:  # noqa: C901 - one loop without calls is what makes it fast
        """Handles the next event, and those after it up to the tick `last`."""
        events, counters, waiters, resume, queues = self.events, self.counters, self.waiters, self.resume, self.queues
        largest, watch = self.largest, self.watch
        issued: list[int] = [] if watch is None else watch.lane.issue
        goal = NEVER if watch is None else watch.goal
        while True:
            now, kind, _, first, value = heappop(events)
            if kind >= START:
                resume[first](now)
            elif kind == RAISE:
                counters[first] += value
                if counters[first] > largest and first not in self.rolling:
                    raise self._overflow(first)
                if first in waiters:
                    self._wake(now, first)
            elif kind == TRANSFER_END:
                if now == self.end:
                    self._end_transfers(now)
            elif kind == TRANSFER_READY:
                queues[first].begin_transfer(now)
                self.plan_end()
            else:
                self._banks(now, first, value)
            if len(issued) >= goal and watch is not None:
                watch.check(now)
                goal = watch.goal
            if events[0][0] > last:
                return

    def _end_transfers(self, now: int) -> None:
        self.end = -1
        events = self.events
        through = self.server.finished(now)
        for position in through:
            queue = self.queues[position]
            following = queue.end_transfer(now)
            if following == now < events[0][0] and len(through) == 1:
                # Nothing comes before it.
                queue.begin_transfer(now)
            elif following is not None:
                heappush(events, (following, TRANSFER_READY, self.number(), position, 0))
        self.plan_end()

    def _overflow(self, semaphore: int) -> SimulationError:
        bits = self.target.sync.width_bits
        return SimulationError(
            f"core {self.core}: semaphore {semaphore} overflows its {bits} bits (largest value {self.largest})"
        )

    def _wake(self, now: int, semaphore: int) -> None:
        counter, waiters = self.counters[semaphore], self.waiters.pop(semaphore)
        again = now + self.wakeup
        if len(waiters) == 1 and waiters[0][1].holds(counter) and self.events[0][0] > again <= self.bound:
            # Nothing comes before it.
            self.resume[waiters[0][0]](again)
            return
        still: list[tuple[int, WaitCondition]] = []
        for waiter in waiters:
            position, wait = waiter
            if wait.holds(counter):
                heappush(self.events, (again, ISSUE, self.number(), position, 0))
            else:
                still.append(waiter)
        if still:
            self.waiters[semaphore] = still

    def plan_end(self) -> None:
        """Puts the next end of a transfer into the heap, unless it stands there."""
        end = self.server.next_end()
        if end is None:
            self.end = -1
        elif end != self.end:
            self.end = end
            heappush(self.events, (end, TRANSFER_END, self.number(), 0, 0))

    def plan_banks(self) -> None:
        """Puts the next end of a stream on the banks into the heap, unless it stands there."""
        end = self.banks.next_end()
        if end is None:
            self.banks_end = -1
        elif end != self.banks_end:
            self.banks_end = end
            heappush(self.events, (end, BANKS, self.number(), -1, 0))
        self.plan_end()

    def _banks(self, now: int, position: int, unit: int) -> None:
        """Ends streams that are through, or lets a unit of a lane try to begin its next record."""
        if position >= 0:
            lane = self.lanes[position]
            assert isinstance(lane, BankedLane)
            lane.attempt(unit, now)
        elif now == self.banks_end:
            self.banks_end = -1
            for ended, through in self.banks.finished(now):
                lane = self.lanes[ended]
                assert isinstance(lane, BankedLane)
                lane.end(through, now)
            self.plan_banks()

    def shared_state(self, now: int) -> object:
        """What the future of the core depends on beside its lanes and their transfers, in ticks from `now`."""
        events = sorted(event for event in self.events if event[1] != TRANSFER_END and event[0] != NEVER)
        waiting = {
            semaphore: [(position, wait.ahead(self.counters[semaphore])) for position, wait in waiters]
            for semaphore, waiters in self.waiters.items()
        }
        ports = [max(free - now, 0) for free in self.ports]
        end = -1 if self.end < 0 else self.end - now
        return [(tick - now, kind, first, value) for tick, kind, _, first, value in events], waiting, ports, end

    def room(self, risen: Sequence[int]) -> int:
        """How often the counters can rise by `risen` before one overflows."""
        return min(
            (
                (self.largest - count) // more
                for semaphore, (count, more) in enumerate(zip(self.counters, risen, strict=True))
                if more and semaphore not in self.rolling
            ),
            default=NEVER,
        )

    def advance(self, ticks: int, times: int, risen: Sequence[int], issued: int) -> None:
        """
        Goes on `ticks` later, after `times` repetitions of what was done since `issued` records had been issued.

        The counters rose by `risen` in each; lanes and transfers have advanced already.
        """
        self.counters[:] = [count + times * more for count, more in zip(self.counters, risen, strict=True)]
        self.issued += self.issued[issued:] * times
        self.events[:] = [
            event if event[0] == NEVER else (event[0] + ticks, *event[1:])
            for event in self.events
            if event[1] != TRANSFER_END or event[0] == self.end
        ]
        heapify(self.events)
        self.ports[:] = [free + ticks for free in self.ports]
        self.end += ticks if self.end >= 0 else 0
        for semaphore, waiters in self.waiters.items():
            waits = [(position, self.lanes[position].code.waits[self.lanes[position].at]) for position, _ in waiters]
            self.waiters[semaphore] = [(position, wait) for position, wait in waits if wait is not None]

    def finish(self) -> CoreTimes:
        """Times of all records, after the last event. Raises DeadlockError."""
        self.spend()
        stuck = {lane.position: lane.at for lane in self.lanes if lane.at < len(lane.code)}
        if stuck:
            raise report_deadlock(self.core, self.code, self.counters, stuck)
        every = tuple(lane.times() for lane in self.lanes)
        for lane, times in zip(self.lanes, every, strict=True):
            check_lane(lane.prepared, times)
        total = max((int(lane.complete.max()) for lane in every), default=0)
        moved = [transfer for lane in self.lanes for transfer in lane.prepared.transfers if transfer is not None]
        dma, hbm = sum(transfer.total_bytes for transfer in moved), sum(transfer.hbm_bytes for transfer in moved)
        check_bytes(self.server, self.moved, (dma, hbm), total - self.begin, self.target)
        return CoreTimes(every, total, self.issued, hbm, dma)

    def spend(self) -> None:
        """Notes the energy of what has started since the last call."""
        if self.energy is None:
            return
        for lane, picojoules in zip(self.lanes, self.energy.picojoules, strict=True):
            first, last = self.metered[lane.position], len(lane.start) - lane.depth
            self.metered[lane.position] = last
            starts, busy = lane.start[lane.depth + first : lane.depth + last], lane.prepared.busy[first:last]
            self.energy.spent += [
                (start, start + ticks, spent)
                for start, ticks, spent in zip(starts, busy, picojoules[first:last], strict=True)
                if spent
            ]


@rare_collections()
def time_core(
    code: CoreCode, target: Target, delays: DelayValues = NO_DELAYS, core: int = 0, *, skip: bool = True
) -> CoreTimes:
    """
    Times of every record of one core that has HBM for itself; `skip` as for `CoreTimer.run`.

    Raises DeadlockError when no lane can go on, and SimulationError for what the machine cannot execute.
    """
    return CoreTimer(prepare_core(code, target), target, delays, core).run(skip)
