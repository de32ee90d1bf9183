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
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from accelc.isa.records import Wait, field
from accelc.isa.table import Opcode
from accelc.simulator.decode import EXACT
from accelc.simulator.timing.lanes.base import EXCHANGE, Lane
from accelc.simulator.timing.periods import Stretch, covered, hashes, stretches

if TYPE_CHECKING:
    from accelc.simulator.timing.core import CoreTimer

Ints = npt.NDArray[np.int64]

SMALLEST = 8192
"""Records of the longest lane below which it is not watched: that would take longer than what it could skip."""
SHORTEST = 256
"""Records of a stretch below which its states are not compared."""
COVERED = 1 / 8
"""Part of the lane that its stretches must cover."""
TRIES = 24
"""States of a stretch that are compared before it is given up."""
REMEMBERED = 4
"""Earlier states with which each is compared: a steady state may span several periods of a stream."""


class Columns:
    """What tells the records of a lane apart, as far as time is concerned."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        prepared, code = lane.prepared, lane.code
        condition = field(code.records, "wait_condition")
        waits = condition != Wait.NONE
        self.semaphore: Ints = np.where(waits, field(code.records, "wait_semaphore").astype(np.int64), -1)
        self.value: Ints = field(code.records, "wait_value").astype(np.int64)
        self.bits: Ints = np.where(condition == Wait.WRAP, field(code.records, "wait_bits").astype(np.int64), 0)
        self.bits[condition == Wait.EQ] = EXACT
        updates = np.ascontiguousarray(field(code.records, "update")).view(np.int64).reshape(-1)
        opcode = code.codes
        control = np.where(opcode < Opcode.LS, opcode, 0)
        slot = np.where(opcode == Opcode.DELAY, np.array(prepared.slots, np.int64) + 1, 0)
        columns = [*prepared.columns, control, slot, updates, self.semaphore, self.bits]
        if code.is_dma:
            columns += [_numbered(prepared.transfers), np.array(prepared.latency)]
        elif any(prepared.ports):
            columns.append(_numbered(prepared.ports))
        self.rows: Ints = np.stack(columns, axis=1)
        self.producers: Ints | None = None if prepared.producers is None else np.array(prepared.producers, np.int64)

    @cached_property
    def words(self) -> npt.NDArray[np.uint64]:
        """A word for each record, equal for records that may follow each other a period apart."""
        if self.producers is None:
            return hashes(self.rows)
        distance = np.arange(len(self.producers)) - self.producers
        return hashes(np.column_stack([self.rows, np.where(self.producers < 0, 0, distance)]))

    def alike(self, first: int, period: int, most: int, settled: int, risen: Ints) -> int:
        """
        For how many of `most` records from `first` on each is as the one a period later, semaphores having risen by
        `risen`.

        Records before `settled` are complete: it does not matter which of them a record depends on.
        """
        total, chunk = 0, 4 * period + 64
        end = min(first + most, len(self.rows) - period)
        while first < end:
            last = min(first + chunk, end)
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


def _numbered(values: Sequence[Hashable]) -> Ints:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)


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
    """
    Watches the longest lane of a core for stretches that repeat, and skips what it can.

    A lane of fewer than `smallest` records is left alone, and stretches of fewer than `shortest`.
    """

    def __init__(self, timer: "CoreTimer", smallest: int = SMALLEST, shortest: int = SHORTEST) -> None:
        self.timer = timer
        self.columns: dict[int, Columns] = {}
        self.lane: Lane = max(timer.lanes, key=lambda lane: len(lane.code))
        self.pending: list[tuple[int, Stretch]] = []
        self.seen: dict[Stretch, list[Snapshot]] = {}
        self.tried: dict[Stretch, int] = {}
        self.skipped: int = 0
        """Records that were not simulated."""
        count = len(self.lane.code)
        if count >= smallest:
            found = stretches(self._columns(self.lane).words, shortest)
            if covered(found) >= COVERED * count or not smallest:
                self.pending = [(stretch.first, stretch) for stretch in found]

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
            if match is not None and self._skip(match, snapshot, stretch):
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

    def _skip(self, old: Snapshot, new: Snapshot, stretch: Stretch) -> bool:
        """Writes down as many periods as follow alike within the stretch; false if there is none."""
        timer = self.timer
        risen = new.counters - old.counters
        done = self.lane.at - old.at[self.lane.position]
        times = min(timer.room(risen.tolist()), (stretch.last - self.lane.at) // max(done, 1))
        if times < 1:
            return False
        for lane in timer.lanes:
            before, period = old.at[lane.position], new.at[lane.position] - old.at[lane.position]
            if period:
                columns, oldest = self._columns(lane), old.oldest[lane.position]
                most = before - oldest + times * period + 1
                alike = columns.alike(oldest, period, most, old.settled[lane.position], risen)
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
