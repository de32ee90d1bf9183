"""
Happens-before of a program from what it issues alone: lane order, waits and updates. Nothing here knows why a wait is
there.

A semaphore is raised by a chain: every instruction that raises it starts after the one before has raised it, by the
order of a channel or by waits. Then its count tells which updates have happened. A wait learns the smallest count
at which it can hold, given what its lane knows before: for a compare of low bits that may be less than the wait was
meant for. Such a wait must also not find that the count has run past: an update that takes it half a turn further
follows the start of the waiting instruction.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Rule(Enum):
    """What a violation breaks."""

    RAW = "read after write"
    WAR = "write after read"
    WAW = "write after write"
    PRODUCERS = "one producer for each semaphore"
    SIGNAL = "every wait is signalled"
    ORDER = "waits follow program order"
    OVERTAKEN = "no counter rolls over a wait"


@dataclass(frozen=True)
class Violation:
    """`record` is not ordered after `other` as `rule` demands; `other` is -1 if there is no such record."""

    rule: Rule
    record: int
    other: int
    message: str


@dataclass(frozen=True)
class Issued:
    """
    Instructions in one program order: who issues them, and what they wait for and signal.

    `stream` passes each phase in order unless `in_order` (by stream; empty: all do) says otherwise; `lane` may have
    several, and starts in order. `interlocked[l]` says that lane l orders its own instructions where they conflict.
    `waits` and `updates` are rows (instruction, semaphore, value, bits) and (instruction, semaphore, value, phase),
    phase 0 = operands read, 1 = complete; both in program order. `bits` is the number of low bits compared, 0 for
    all. `control[i]`: the phases of instruction i follow those of all earlier instructions of its lane.
    """

    lane: Ints
    stream: Ints
    stream_lane: Sequence[int]
    interlocked: Sequence[bool]
    waits: Ints
    updates: Ints
    describe: Callable[[int], str]
    semaphore_name: Callable[[int], str] = str
    in_order: Sequence[bool] = ()
    control: Sequence[bool] = ()

    def ordered(self, stream: int) -> bool:
        """Whether a stream passes each phase in order."""
        return not self.in_order or self.in_order[stream]


@dataclass
class _Semaphore:
    """Updates so far, in program order: (instruction, channel), and the count after each."""

    updates: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    totals: list[int] = field(default_factory=list[int])
    limits: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(count, instruction): an update to that count must follow the start of the instruction."""
    mixed: bool = False

    @property
    def total(self) -> int:
        return self.totals[-1] if self.totals else 0


class HappensBefore:
    """
    What every instruction knows when it starts.

    `clocks[i, 2 * stream + phase]` is the latest instruction known to have passed, `clocks[i, starts + lane]` the
    latest known to have started. For a stream out of order `sets` has the known ones, as bits of an integer by
    position in the stream.
    """

    def __init__(self, issued: Issued) -> None:
        self.issued = issued
        count = len(issued.lane)
        self.lane: list[int] = issued.lane.tolist()
        self.stream: list[int] = issued.stream.tolist()
        self.starts: int = 2 * len(issued.stream_lane)
        self.clocks: npt.NDArray[np.int32] = np.full((count, self.starts + len(issued.interlocked)), -1, np.int32)
        unordered = [stream for stream in range(len(issued.stream_lane)) if not issued.ordered(stream)]
        self.sets: dict[int, list[int]] = {2 * stream + phase: [0] * count for stream in unordered for phase in (0, 1)}
        self.position: list[int] = _positions(self.stream, len(issued.stream_lane))
        self.violations: list[Violation] = []
        self._semaphores: dict[int, _Semaphore] = {}

    def knows(self, record: int, channel: int, other: int) -> bool:
        """Whether `other` has passed the channel when `record` starts."""
        if channel in self.sets:
            return bool(self.sets[channel][record] >> self.position[other] & 1)
        return bool(self.clocks[record, channel] >= other)

    def started(self, record: int, other: int) -> bool:
        """Whether `other` has started when `record` starts, or is `record`."""
        lane = self.lane[other]
        return (self.lane[record] == lane and other <= record) or bool(self.clocks[record, self.starts + lane] >= other)

    def build(self) -> None:
        """Takes all instructions in program order."""
        previous = [-1] * len(self.issued.interlocked)
        rows = _grouped(self.issued.waits, len(self.lane))
        raised = _grouped(self.issued.updates, len(self.lane))
        finals = self._finals()
        for record, lane in enumerate(self.lane):
            before = previous[lane]
            previous[lane] = record
            if before >= 0:
                self.clocks[record] = self.clocks[before]
                for known in self.sets.values():
                    known[record] = known[before]
            for _, number, value, bits in rows.get(record, ()):
                self._wait(record, number, value, bits, finals)
            for _, number, value, phase in raised.get(record, ()):
                self._raise(record, number, value, phase)

    def _finals(self) -> dict[int, list[tuple[int, int]]]:
        """By semaphore, (instruction, count after it) of all its updates: to say what a wait lacks."""
        finals: dict[int, list[tuple[int, int]]] = {}
        rows: list[list[int]] = self.issued.updates.tolist()
        for record, number, value, _ in rows:
            before = finals.setdefault(number, [])
            before.append((record, (before[-1][1] if before else 0) + value))
        return finals

    def _wait(self, record: int, number: int, value: int, bits: int, finals: dict[int, list[tuple[int, int]]]) -> None:
        semaphore = self._semaphores.setdefault(number, _Semaphore())
        if semaphore.mixed or (value <= 0 and not bits):
            return
        learned = value if not bits else self._least(record, semaphore, value, bits)
        if learned > semaphore.total:
            self._unreached(record, number, learned, finals.get(number, []))
            return
        if bits:
            end = value + (learned - value) // (1 << bits) * (1 << bits) + (1 << (bits - 1))
            if end <= semaphore.total:
                other = semaphore.updates[bisect_left(semaphore.totals, end)][0]
                self._overtaken(record, number, other)
            semaphore.limits.append((end, record))
        index = bisect_left(semaphore.totals, learned)
        if learned > 0:
            for producer, channel in semaphore.updates[index : index + 1]:
                self._learn(record, producer, channel)

    def _least(self, record: int, semaphore: _Semaphore, value: int, bits: int) -> int:
        """Smallest count from the known one on at which a compare of low bits holds."""
        known = 0
        low, high = 0, len(semaphore.updates)
        while low < high:
            middle = (low + high) // 2
            producer, channel = semaphore.updates[middle]
            if self.knows(record, channel, producer):
                low, known = middle + 1, semaphore.totals[middle]
            else:
                high = middle
        turn = 1 << bits
        ahead = (known - value) % turn
        return known if ahead < turn // 2 else known + turn - ahead

    def _learn(self, record: int, producer: int, channel: int) -> None:
        clock = self.clocks[record]
        np.maximum(clock, self.clocks[producer], out=clock)
        for known in self.sets.values():
            known[record] |= known[producer]
        start = self.starts + self.lane[producer]
        clock[start] = max(clock[start], producer)
        own = channel >> 1
        control = bool(self.issued.control) and self.issued.control[producer]
        lane = self.lane[producer]
        for stream in range(len(self.issued.stream_lane)) if control else (own,):
            if self.issued.stream_lane[stream] != lane:
                continue
            # Complete implies that operands were read.
            for passed in range(2 * stream, 2 * stream + (channel & 1) + 1):
                if passed in self.sets:
                    before = self.position[producer] if stream == own else 0
                    bits = (1 << (before + 1)) - 1 if control else 1 << before
                    self.sets[passed][record] |= bits
                else:
                    clock[passed] = max(clock[passed], producer)

    def _raise(self, record: int, number: int, value: int, phase: int) -> None:
        semaphore = self._semaphores.setdefault(number, _Semaphore())
        channel = 2 * self.stream[record] + phase
        if semaphore.updates:
            other, before = semaphore.updates[-1]
            in_order = before == channel and channel not in self.sets
            same = other == record and before <= channel
            if not (in_order or same or self.knows(record, before, other)):
                self._strangers(record, other, number)
                semaphore.mixed = True
        semaphore.updates.append((record, channel))
        semaphore.totals.append(semaphore.total + value)
        while semaphore.limits and semaphore.limits[0][0] <= semaphore.total:
            _, waiting = semaphore.limits.pop(0)
            if not self.started(record, waiting):
                self._overtaken(waiting, number, record)

    def _report(self, rule: Rule, record: int, other: int, text: str) -> None:
        self.violations.append(Violation(rule, record, other, text))

    def _unreached(self, record: int, number: int, value: int, final: list[tuple[int, int]]) -> None:
        describe, name = self.issued.describe, self.issued.semaphore_name(number)
        for other, total in final:
            if total >= value:
                text = f"{describe(record)} waits for {describe(other)}, which comes later: lanes can deadlock"
                self._report(Rule.ORDER, record, other, text)
                return
        reached = final[-1][1] if final else 0
        text = f"{describe(record)} waits for semaphore {name} >= {value}, which only reaches {reached}"
        self._report(Rule.SIGNAL, record, -1, text)

    def _strangers(self, record: int, other: int, number: int) -> None:
        describe = self.issued.describe
        text = (
            f"{describe(record)} and {describe(other)} both raise semaphore {self.issued.semaphore_name(number)}, at "
            "different phases or on different lanes: its value does not tell which of them has happened"
        )
        if self.stream[record] == self.stream[other]:
            text = (
                f"{describe(record)} and {describe(other)} both raise semaphore {self.issued.semaphore_name(number)} "
                "in either order: its value does not tell which of them has happened"
            )
        self._report(Rule.PRODUCERS, record, other, text)

    def _overtaken(self, record: int, number: int, other: int) -> None:
        describe = self.issued.describe
        text = (
            f"{describe(record)} may find semaphore {self.issued.semaphore_name(number)} rolled over: nothing keeps "
            f"{describe(other)} from raising it half a turn past the value waited for"
        )
        self._report(Rule.OVERTAKEN, record, other, text)


def _positions(stream: Sequence[int], streams: int) -> list[int]:
    seen = [0] * streams
    positions: list[int] = []
    for each in stream:
        positions.append(seen[each])
        seen[each] += 1
    return positions


def _grouped(rows: Ints, count: int) -> dict[int, list[list[int]]]:
    """Rows by their first column."""
    grouped: dict[int, list[list[int]]] = {}
    values: list[list[int]] = rows.tolist()
    for row in values:
        grouped.setdefault(row[0], []).append(row)
    assert all(0 <= record < count for record in grouped)
    return grouped


def happens_before(issued: Issued) -> HappensBefore:
    """Happens-before of a program, with the violations of rules on waits and semaphores themselves."""
    order = HappensBefore(issued)
    order.build()
    return order
