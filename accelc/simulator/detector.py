"""
The happens-before detector on plain data: lanes, waits, updates, accesses and one order of execution.

Every lane carries a vector clock of what must have happened when its next record starts. It grows by the order of
the lane and by the waits executed, never by the clock time of a run. Of a stream that passes its phases out of order
the clock holds a set of records, of any other the latest one.

What a wait proves depends on who raises the semaphore. If every update is ordered after the one before, the count
tells which have happened; a compare of low bits then proves the smallest count at which it can hold. Otherwise an
update has certainly happened only if the count could not be reached without it, whatever all others add.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, Footprint
from accelc.analysis.sync.hazards import bits_of, distinct, set_shadow, union
from accelc.simulator.decode import Increment, WaitCondition

READ, COMPLETE = 0, 1
Shadow = npt.NDArray[np.int32]
Step = tuple[int, int]
"""(lane, record)."""


@dataclass(frozen=True)
class LaneTrace:
    """
    One lane: its streams, and by record what it waits for and raises.

    `stream[i]` is the stream of record i, `control[i]` whether its phases follow those of all earlier records of the
    lane. `interlocked`: conflicts among its own records need no waits.
    """

    stream: Sequence[int]
    waits: Sequence[Sequence[WaitCondition]]
    at_read: Sequence[Sequence[Increment]]
    at_complete: Sequence[Sequence[Increment]]
    control: Sequence[bool]
    interlocked: bool


@dataclass(frozen=True)
class Trace:
    """
    A program and one order of execution.

    `stream_lane[s]` is the lane of stream s, `in_order[s]` whether it passes each phase in order. `touched.of(k)` are
    the accesses of step `order[k]`.
    """

    lanes: Sequence[LaneTrace]
    stream_lane: Sequence[int]
    in_order: Sequence[bool]
    order: Sequence[Step]
    touched: Footprint


@dataclass(frozen=True)
class Conflict:
    """
    Two steps that nothing orders; `first` was executed first.

    `hazard`: RAW, WAR or WAW of `access`, or OVERTAKEN: `second` may take `semaphore` past the wait of `first`.
    """

    first: Step
    second: Step
    hazard: str
    access: Access | None
    semaphore: int = -1


@dataclass
class _Log:
    """Updates of a semaphore executed so far: (lane, record, channel), and the count after each."""

    updates: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    totals: list[int] = field(default_factory=list[int])
    limits: list[tuple[int, Step]] = field(default_factory=list[tuple[int, Step]])

    @property
    def total(self) -> int:
        return self.totals[-1] if self.totals else 0


@dataclass(frozen=True)
class _Signals:
    """Increments of one semaphore from one channel: records in stream order and the sum raised before each."""

    channel: int
    records: list[int]
    before: list[int]
    total: int


class _UnorderedUpdatesError(Exception):
    def __init__(self, semaphore: int) -> None:
        super().__init__(semaphore)
        self.semaphore = semaphore


class _Detector:
    def __init__(self, trace: Trace, loose: frozenset[int]) -> None:
        self.trace, self.loose = trace, loose
        streams = len(trace.in_order)
        self.starts = 2 * streams
        self.sets = [2 * stream + phase for stream in range(streams) if not trace.in_order[stream] for phase in (0, 1)]
        empty = [-1] * (2 * streams + len(trace.lanes))
        for channel in self.sets:
            empty[channel] = 0
        self.clock = [empty for _ in trace.lanes]
        self.known: list[list[list[int]]] = [[] for _ in trace.lanes]
        self.stream = [trace.lanes[lane].stream[record] for lane, record in trace.order]
        late = {trace.stream_lane[channel >> 1] for channel in self.sets}
        self.excused = [lane.interlocked and number not in late for number, lane in enumerate(trace.lanes)]
        self.logs: dict[int, _Log] = {}
        self.signals = _signals(trace) if loose else {}
        self.writer = {space: trace.touched.shadow(space) for space in trace.touched.spaces}
        self.readers: dict[int, dict[int, npt.NDArray[Any]]] = {space: {} for space in trace.touched.spaces}
        self.members: dict[int, list[int]] = {}
        self.conflicts: list[Conflict] = []

    def run(self, limit: int | None) -> list[Conflict]:
        for step, (lane, record) in enumerate(self.trace.order):
            code = self.trace.lanes[lane]
            for wait in code.waits[record]:
                self._wait(lane, record, wait)
            self.known[lane].append(self.clock[lane])
            accesses = self.trace.touched.of(step)
            self._check(step, accesses)
            self._enter(step, accesses)
            if limit is not None and len(self.conflicts) >= limit:
                break
            for phase, fired in ((READ, code.at_read[record]), (COMPLETE, code.at_complete[record])):
                for semaphore, value in fired:
                    self._raise(lane, record, 2 * code.stream[record] + phase, semaphore, value)
        return self.conflicts

    def _knows(self, clock: Sequence[int], channel: int, record: int) -> bool:
        if self.trace.in_order[channel >> 1]:
            return clock[channel] >= record
        return bool(clock[channel] >> record & 1)

    def _started(self, lane: int, record: int, other: Step) -> bool:
        """Whether `other` has started before the next record of `lane`, number `record`, or is that."""
        if lane == other[0]:
            return other[1] <= record
        return self.clock[lane][self.starts + other[0]] >= other[1]

    def _wait(self, lane: int, record: int, wait: WaitCondition) -> None:
        if wait.semaphore in self.loose:
            self._wait_loosely(lane, wait)
            return
        log = self.logs.setdefault(wait.semaphore, _Log())
        count = wait.value
        if wait.bits > 0:
            count = self._least(self.clock[lane], log, wait)
            half = 1 << (wait.bits - 1)
            end = count - (count - wait.value) % (2 * half) + half
            if log.total >= end:
                other = log.updates[bisect_left(log.totals, end)]
                self.conflicts.append(Conflict(other[:2], (lane, record), "OVERTAKEN", None, wait.semaphore))
            log.limits.append((end, (lane, record)))
        index = bisect_left(log.totals, count)
        if count > 0 and index < len(log.updates):
            self._learn(lane, log.updates[index])

    def _least(self, clock: Sequence[int], log: _Log, wait: WaitCondition) -> int:
        """Smallest count at which a compare of low bits holds, from the count known on."""
        index = len(log.updates)
        while index and not self._knows(clock, log.updates[index - 1][2], log.updates[index - 1][1]):
            index -= 1
        count = log.totals[index - 1] if index else 0
        while not wait.holds(count):
            count += 1
        return count

    def _learn(self, lane: int, update: tuple[int, int, int]) -> None:
        producing, record, channel = update
        clock, other = list(self.clock[lane]), self.known[producing][record]
        merged = [clock[index] | other[index] for index in self.sets]
        clock = list(map(max, clock, other))
        for index, value in zip(self.sets, merged, strict=True):
            clock[index] = value
        start = self.starts + producing
        clock[start] = max(clock[start], record)
        control = self.trace.lanes[producing].control[record]
        own, phase = divmod(channel, 2)
        streams = range(len(self.trace.in_order)) if control else (own,)
        for stream in streams:
            if self.trace.stream_lane[stream] != producing:
                continue
            for reached in range(2 * stream, 2 * stream + phase + 1):
                if self.trace.in_order[stream]:
                    clock[reached] = max(clock[reached], record)
                else:
                    clock[reached] |= (1 << (record + 1)) - 1 if control else 1 << record
        self.clock[lane] = clock

    def _wait_loosely(self, lane: int, wait: WaitCondition) -> None:
        raising = self.signals.get(wait.semaphore, [])
        if wait.bits > 0:
            return
        everything = sum(signal.total for signal in raising)
        for signal in raising:
            if not self.trace.in_order[signal.channel >> 1]:
                continue
            certain = bisect_left(signal.before, wait.value - (everything - signal.total))
            if certain:
                producing = self.trace.stream_lane[signal.channel >> 1]
                self._learn(lane, (producing, signal.records[certain - 1], signal.channel))

    def _raise(self, lane: int, record: int, channel: int, semaphore: int, value: int) -> None:
        if semaphore in self.loose:
            return
        log = self.logs.setdefault(semaphore, _Log())
        if log.updates:
            other, before, passed = log.updates[-1]
            in_order = passed == channel and self.trace.in_order[channel >> 1]
            same = (other, before) == (lane, record)
            if not (in_order or same or self._knows(self.clock[lane], passed, before)):
                raise _UnorderedUpdatesError(semaphore)
        log.updates.append((lane, record, channel))
        log.totals.append(log.total + value)
        for limit in [limit for limit in log.limits if limit[0] <= log.total]:
            log.limits.remove(limit)
            if not self._started(lane, record, limit[1]):
                self.conflicts.append(Conflict(limit[1], (lane, record), "OVERTAKEN", None, semaphore))

    def _check(self, step: int, accesses: Sequence[Access]) -> None:
        order = self.trace.order
        own = order[step][0]
        clock, excused = self.clock[own], self.excused[own]
        seen: set[int] = set()

        def check(other: int, phase: int, hazard: str, access: Access) -> None:
            lane, record = order[other]
            if other in seen or (excused and lane == own):
                return
            if not self._knows(clock, 2 * self.stream[other] + phase, record):
                seen.add(other)
                self.conflicts.append(Conflict(order[other], order[step], hazard, access))

        for access in accesses:
            for other in distinct(self.writer[access.space][access.groups, access.cells]):
                check(other, COMPLETE, "WAW" if access.is_write else "RAW", access)
            if access.is_write:
                for stream, shadow in self.readers[access.space].items():
                    for other in self._last(stream, shadow[access.groups, access.cells]):
                        check(other, READ, "WAR", access)

    def _last(self, stream: int, region: npt.NDArray[Any]) -> list[int]:
        if not self.trace.in_order[stream]:
            return [self.members[stream][bit] for bit in bits_of(union(region))]
        other = int(region.max())
        return [other] if other >= 0 else []

    def _enter(self, step: int, accesses: Sequence[Access]) -> None:
        stream = self.stream[step]
        ordered = self.trace.in_order
        bit = 0
        if not ordered[stream]:
            steps = self.members.setdefault(stream, [])
            bit = 1 << len(steps)
            steps.append(step)
        for access in accesses:
            region = (access.groups, access.cells)
            readers = self.readers[access.space]
            if access.is_write:
                self.writer[access.space][region] = step
                for reader, shadow in readers.items():
                    shadow[region] = -1 if ordered[reader] else 0
                continue
            if stream not in readers:
                fresh = self.trace.touched.shadow if ordered[stream] else self._set_shadow
                readers[stream] = fresh(access.space)
            if ordered[stream]:
                readers[stream][region] = step
            else:
                readers[stream][region] |= bit

    def _set_shadow(self, space: int) -> npt.NDArray[Any]:
        return set_shadow(self.trace.touched, space)


def _signals(trace: Trace) -> dict[int, list[_Signals]]:
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for lane in trace.lanes:
        for phase, fired in ((READ, lane.at_read), (COMPLETE, lane.at_complete)):
            for record, updates in enumerate(fired):
                for semaphore, value in updates:
                    found.setdefault((semaphore, 2 * lane.stream[record] + phase), []).append((record, value))
    signals: dict[int, list[_Signals]] = {}
    for (semaphore, channel), raised in found.items():
        sums = np.cumsum([0, *(value for _, value in raised)]).tolist()
        signals.setdefault(semaphore, []).append(
            _Signals(channel, [record for record, _ in raised], sums[:-1], sums[-1])
        )
    return signals


def find_conflicts(trace: Trace, limit: int | None = None) -> list[Conflict]:
    """
    Unordered conflicting steps of `trace.order`, which may be any legal order of execution; no more steps are taken
    once `limit` conflicts are found (None: all are).

    Of several accesses to one cell the last write and the last reads stand for the earlier ones: a program has a
    race exactly when this finds one.
    """
    loose: set[int] = set()
    while True:
        try:
            return _Detector(trace, frozenset(loose)).run(limit)
        except _UnorderedUpdatesError as unordered:
            loose.add(unordered.semaphore)
