"""
Periodic steady state: whole periods of a stream that run as the one before are not simulated, but written down.

What a core does next depends on its state relative to now and on the records to come, never on absolute ticks. When
the state after some records equals an earlier one, and each lane's records go on as they did since (costs, ports,
transfers, updates, and waits as much higher as their semaphores have risen), everything that follows repeats, later
by the ticks that lie between the two states: until the first record of a lane that is different.

Ticks of the past are cut where no later record can tell them apart (`relevant`), so that lanes which wait, or are
through, do not keep the others from repeating.
"""

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from accelc.isa.table import Opcode
from accelc.simulator.lanes.base import EXCHANGE, Lane
from accelc.simulator.periods import Stretch, hashes, stretches

if TYPE_CHECKING:
    from accelc.simulator.timing import CoreTimer

Ints = npt.NDArray[np.int64]

SHORTEST = 256
"""Records of a stretch below which watching costs more than it can save."""
TRIES = 24
"""States of a stretch that are compared before it is given up."""
REMEMBERED = 4
"""Earlier states with which each is compared: a steady state may span several periods of a stream."""


class Columns:
    """What tells the records of a lane apart, as far as time is concerned."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        prepared, code = lane.prepared, lane.code
        count = len(prepared.kinds)
        numbers: dict[object, int] = {}

        def numbered(values: list[Any]) -> Ints:
            return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)

        at_read, at_complete = (np.zeros(count, np.int64) for _ in range(2))
        for fired, column in ((code.at_read, at_read), (code.at_complete, at_complete)):
            for record, update in enumerate(prepared.updates):
                if update is not None:
                    column[record] = numbers.setdefault(fired[record], len(numbers))
        waits = [(record, wait) for record, wait in enumerate(code.waits) if wait is not None]
        at = [record for record, _ in waits]
        self.semaphore, self.value, self.bits = np.full(count, -1), np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.semaphore[at] = [wait.semaphore for _, wait in waits]
        self.value[at] = [wait.value for _, wait in waits]
        self.bits[at] = [wait.bits for _, wait in waits]
        opcode = code.codes
        control = np.where(opcode < Opcode.LS, opcode, 0)
        slot = np.where(opcode == Opcode.DELAY, np.array(prepared.slots, np.int64) + 1, 0)
        columns = [np.array(prepared.kinds), control, slot, at_read, at_complete, self.semaphore, self.bits]
        if code.is_dma:
            columns += [numbered(prepared.transfers), np.array(prepared.latency)]
        else:
            columns += [np.array(prepared.busy), np.array(prepared.total), numbered(prepared.ports)]
        self.rows = np.stack(columns, axis=1)
        self.producers = None if prepared.producers is None else np.array(prepared.producers, np.int64)

    @cached_property
    def words(self) -> npt.NDArray[np.uint64]:
        """A word for each record, equal for records that may follow each other a period apart."""
        if self.producers is None:
            return hashes(self.rows)
        distance = np.arange(len(self.producers)) - self.producers
        return hashes(np.column_stack([self.rows, np.where(self.producers < 0, 0, distance)]))

    def alike(self, first: int, period: int, settled: int, risen: Ints) -> int:
        """
        For how many records from `first` on each is as the one a period later, semaphores having risen by `risen`.

        Records before `settled` are complete: it does not matter which of them a record depends on.
        """
        total, chunk = 0, 4 * period + 64
        while first + period < len(self.rows):
            last = min(first + chunk, len(self.rows) - period)
            same = self._same(slice(first, last), slice(first + period, last + period), period, settled, risen)
            if not same.all():
                return total + int(np.argmin(same))
            total += last - first
            first, chunk = last, 2 * chunk
        return total

    def _same(self, one: slice, other: slice, period: int, settled: int, risen: Ints) -> npt.NDArray[np.bool_]:
        same = (self.rows[one] == self.rows[other]).all(axis=1)
        bits, semaphore = self.bits[one], self.semaphore[one]
        ahead = self.value[other] - self.value[one] - np.where(semaphore >= 0, risen[semaphore], 0)
        same &= np.where(bits > 0, ahead & ((1 << np.maximum(bits, 0)) - 1), ahead) == 0
        if self.producers is not None:
            before, after = self.producers[one], self.producers[other]
            same &= (after - before == period) & (before >= settled) | (before < settled) & (after < settled)
        return same


@dataclass(frozen=True)
class Snapshot:
    """
    A state: what is compared, and how far everything had come.

    `relative[i]` belongs to lane i; `shared` to heap, waiters, ports and server. `oldest[i]` is the first record of a
    lane that is still in flight, `settled[i]` one that all before are complete.
    """

    now: int
    relative: list[object]
    shared: object
    at: list[int]
    logged: list[list[int]]
    oldest: list[int]
    settled: list[int]
    counters: Ints
    issued: int
    moved: tuple[int, int]


class Watch:
    """Watches the longest lane of a core for stretches that repeat, and skips what it can."""

    def __init__(self, timer: "CoreTimer") -> None:
        self.timer = timer
        self.columns: dict[int, Columns] = {}
        self.lane = max(timer.lanes, key=lambda lane: len(lane.code))
        self.pending: list[tuple[int, Stretch]] = []
        self.seen: dict[Stretch, list[Snapshot]] = {}
        self.tried: dict[Stretch, int] = {}
        self.skipped = 0
        """Records that were not simulated."""
        if len(self.lane.code) >= SHORTEST:
            for stretch in stretches(self._columns(self.lane).words, SHORTEST):
                heapq.heappush(self.pending, (stretch.first, stretch))

    def _columns(self, lane: Lane) -> Columns:
        if lane.position not in self.columns:
            self.columns[lane.position] = Columns(lane)
        return self.columns[lane.position]

    @property
    def goal(self) -> int:
        """Length of the lane's list of issues at which `check` is due."""
        return self.pending[0][0] + self.lane.depth if self.pending else 2**62

    def check(self, now: int) -> None:
        """Compares the state at the tick of the last event with earlier ones, and skips whole periods if it can."""
        _, stretch = heapq.heappop(self.pending)
        lane = self.lane
        if lane.at + 2 * stretch.period < stretch.last:
            snapshot = self._snapshot(now)
            earlier = self.seen.setdefault(stretch, [])
            self.tried[stretch] = self.tried.get(stretch, 0) + 1
            match = next((old for old in reversed(earlier) if _same(old, snapshot)), None)
            if match is not None and self._skip(match, snapshot):
                earlier.clear()
                self.tried[stretch] = 0
            else:
                earlier.append(snapshot)
                del earlier[:-REMEMBERED]
            if self.tried[stretch] < TRIES:
                behind = lane.at - stretch.first
                following = stretch.first + (behind // stretch.period + 1) * stretch.period
                heapq.heappush(self.pending, (following, stretch))
            self._restore()
        while self.pending and self.pending[0][0] < lane.at:
            _, late = heapq.heappop(self.pending)
            following = late.first + (-(-(lane.at - late.first) // late.period)) * late.period
            if following + 2 * late.period < late.last:
                heapq.heappush(self.pending, (following, late))

    def _snapshot(self, now: int) -> Snapshot:
        timer = self.timer
        for lane in timer.lanes:
            timer.resume[lane.position](EXCHANGE)
        server = timer.server
        shared = (timer.shared_state(now), server.relative(now))
        found = [lane.relative(now) for lane in timer.lanes]
        return Snapshot(
            now,
            [state for state, _, _ in found],
            shared,
            [lane.at for lane in timer.lanes],
            [[len(log) for log in lane.logs] for lane in timer.lanes],
            [oldest for _, oldest, _ in found],
            [settled for _, _, settled in found],
            np.array(timer.counters, np.int64),
            len(timer.issued),
            (server.moved_bytes, server.moved_hbm_bytes),
        )

    def _restore(self) -> None:
        for lane in self.timer.lanes:
            self.timer.resume[lane.position](0)

    def _skip(self, old: Snapshot, new: Snapshot) -> bool:
        """Writes down as many periods as follow alike; false if there is none."""
        timer = self.timer
        risen = new.counters - old.counters
        times = timer.room(risen.tolist())
        for lane in timer.lanes:
            before, period = old.at[lane.position], new.at[lane.position] - old.at[lane.position]
            if period:
                columns, oldest = self._columns(lane), old.oldest[lane.position]
                alike = columns.alike(oldest, period, old.settled[lane.position], risen)
                times = min(times, (alike - (before - oldest) - 1) // period)
                if times < 1:
                    return False
        ticks = (new.now - old.now) * times
        grown = [
            [after - before for after, before in zip(*logged, strict=True)]
            for logged in zip(new.logged, old.logged, strict=True)
        ]
        for lane, growth in zip(timer.lanes, grown, strict=True):
            period = new.at[lane.position] - old.at[lane.position]
            if any(growth):
                lane.advance(growth, period, new.now - old.now, times, new.settled[lane.position])
        timer.server.advance(ticks, times, old.moved)
        timer.advance(ticks, times, risen.tolist(), old.issued)
        self.skipped += times * (new.issued - old.issued)
        return True


def _same(old: Snapshot, new: Snapshot) -> bool:
    """Whether what follows both is the same; a lane in which nothing happened in between may be anywhere."""
    if new.now == old.now or old.shared != new.shared:
        return False
    return all(
        before == after or left == right
        for before, after, left, right in zip(old.logged, new.logged, old.relative, new.relative, strict=True)
    )
