"""
Happens-before race detector: conflicting accesses whose order no wait enforces, whether or not it mattered this time.

Every lane carries a vector clock of what must have happened when its next record starts: it grows by program order
and by the waits executed, never by the clock time of this run nor by what an engine happens to order within itself
(S4 of the systems page; the shadow memory follows FastTrack, Flanagan and Freund 2009). Compute lanes interlock
conflicts among their own records; DMA queues do not.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, footprint
from accelc.isa.records import Space
from accelc.isa.table import Opcode
from accelc.simulator.decode import CoreCode, WaitCondition
from accelc.targets.model import Target

READ, COMPLETE = 0, 1
Clock = list[int]
"""By channel (2 * stream + phase): the last record of the stream known to have passed the phase, -1 for none."""
Shadow = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Race:
    """Two unordered accesses to one place, at least one of them a write; `first` was executed first in this run."""

    core: int
    first_lane: str
    first_record: int
    second_lane: str
    second_record: int
    hazard: str
    """`RAW`, `WAR` or `WAW`, in the order of this run."""
    space: str
    description: str

    def text(self) -> str:
        """One line for people."""
        return f"core {self.core}: {self.hazard} race in {self.space}: {self.description}"


@dataclass(frozen=True)
class _Signals:
    """Increments of one semaphore from one channel: records in stream order and the sum raised before each."""

    channel: int
    records: list[int]
    before: list[int]
    total: int


class _Detector:
    def __init__(self, code: CoreCode, order: Sequence[tuple[int, int]], target: Target, core: int) -> None:
        self.code = code
        self.core = core
        self.order = order
        self.streams = len(code) + 1
        records = np.concatenate([lane.records for lane in code])
        first = np.concatenate([[0], np.cumsum([len(lane) for lane in code])])
        steps = np.array(order, np.int64).reshape(-1, 2)
        self.touched = footprint(records[first[steps[:, 0]] + steps[:, 1]], target)
        self.record: list[int] = steps[:, 1].tolist()
        self.lane: list[int] = steps[:, 0].tolist()
        self.stream = [self._stream(lane, record) for lane, record in order]
        self.interlocked = [not lane.is_dma for lane in code]
        self.clock: list[Clock] = [[-1] * (2 * self.streams) for _ in code]
        self.known: list[list[Clock]] = [[] for _ in code]
        self.signals = self._signals()
        self.writer: dict[int, Shadow] = {space: self.touched.shadow(space) for space in self.touched.spaces}
        self.readers: dict[int, dict[int, Shadow]] = {space: {} for space in self.touched.spaces}
        self.races: list[Race] = []

    def _stream(self, lane: int, record: int) -> int:
        """Loads of the array are through before products issued ahead of them: a stream of their own."""
        return len(self.code) if self.code[lane].opcodes[record] == Opcode.LS else lane

    def _signals(self) -> dict[int, list[_Signals]]:
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for position, lane in enumerate(self.code):
            for phase, fired in ((READ, lane.at_read), (COMPLETE, lane.at_complete)):
                for record, updates in enumerate(fired):
                    for semaphore, value in updates:
                        channel = 2 * self._stream(position, record) + phase
                        found.setdefault((semaphore, channel), []).append((record, value))
        signals: dict[int, list[_Signals]] = {}
        for (semaphore, channel), raised in found.items():
            sums = np.cumsum([0, *(value for _, value in raised)]).tolist()
            signals.setdefault(semaphore, []).append(
                _Signals(channel, [record for record, _ in raised], sums[:-1], sums[-1])
            )
        return signals

    def run(self) -> tuple[Race, ...]:
        for step, (lane, record) in enumerate(self.order):
            wait = self.code[lane].waits[record]
            if wait is not None:
                self._wait(lane, wait)
            self.known[lane].append(self.clock[lane])
            accesses = self.touched.of(step)
            if accesses:
                self._check(step, accesses)
                self._update(step, accesses)
        return tuple(self.races)

    def _wait(self, lane: int, wait: WaitCondition) -> None:
        """
        Learns what a counter at the awaited value implies.

        An increment has certainly happened if the counter could not reach the value without it, even with everything
        the other channels ever add. That is exact for a counter that one in-order channel raises; of a counter with
        several it knows less than a person who sees that some increments need others.
        """
        semaphore, value, _ = wait
        raising = self.signals.get(semaphore, [])
        everything = sum(signal.total for signal in raising)
        clock = list(self.clock[lane])
        for signal in raising:
            certain = bisect_left(signal.before, value - (everything - signal.total))
            if not certain:
                continue
            producer = signal.records[certain - 1]
            stream, phase = divmod(signal.channel, 2)
            producing_lane = stream if stream < len(self.code) else 0
            clock = list(map(max, clock, self.known[producing_lane][producer]))
            passed = [stream]
            if self.code[producing_lane].opcodes[producer] < Opcode.LS:
                # A control record follows all earlier records of its lane, loads of the array included.
                passed += [len(self.code)] if self.code[producing_lane].name == "tensor" else []
            for each in passed:
                for reached in range(phase + 1):
                    clock[2 * each + reached] = max(clock[2 * each + reached], producer)
        self.clock[lane] = clock

    def _check(self, step: int, accesses: Sequence[Access]) -> None:
        own = self.lane[step]
        clock, excused = self.clock[own], self.interlocked[own]
        seen: set[int] = set()
        for access in accesses:
            for other in _distinct(self.writer[access.space][access.groups, access.cells]):
                if excused and self.lane[other] == own:
                    continue
                if clock[2 * self.stream[other] + COMPLETE] < self.record[other] and other not in seen:
                    seen.add(other)
                    self._report(other, step, "WAW" if access.is_write else "RAW", access)
            if not access.is_write:
                continue
            for stream, shadow in self.readers[access.space].items():
                other = int(shadow[access.groups, access.cells].max())
                if other < 0 or other in seen or (excused and self.lane[other] == own):
                    continue
                if clock[2 * stream + READ] < self.record[other]:
                    seen.add(other)
                    self._report(other, step, "WAR", access)

    def _update(self, step: int, accesses: Sequence[Access]) -> None:
        for access in accesses:
            region = (access.groups, access.cells)
            readers = self.readers[access.space]
            if access.is_write:
                self.writer[access.space][region] = step
                for shadow in readers.values():
                    shadow[region] = -1
            else:
                stream = self.stream[step]
                if stream not in readers:
                    readers[stream] = self.touched.shadow(access.space)
                readers[stream][region] = step

    def _report(self, first: int, second: int, hazard: str, access: Access) -> None:
        places = [self.code[self.lane[step]].describe(self.record[step]) for step in (first, second)]
        atoms = self.touched.spaces[access.space]
        cells = access.cells
        low = cells.start if isinstance(cells, slice) else int(cells[0])
        where = f"at byte {int(atoms.atom_start[low])}"
        if access.space not in (Space.HBM, Space.HOST):
            where += f" of partition {int(atoms.group_start[access.groups.start])}"
        self.races.append(
            Race(
                self.core,
                self.code[self.lane[first]].name,
                self.record[first],
                self.code[self.lane[second]].name,
                self.record[second],
                hazard,
                Space(access.space).name.lower(),
                f"{places[0]} and {places[1]} are not ordered, {where}",
            )
        )


def _distinct(region: Shadow) -> list[int]:
    values = region.ravel()
    if values.size > 16:
        values = np.concatenate([values[:1], values[1:][values[1:] != values[:-1]]])
    return [value for value in set(values.tolist()) if value >= 0]


def find_races(code: CoreCode, order: Sequence[tuple[int, int]], target: Target, core: int = 0) -> tuple[Race, ...]:
    """
    Unordered conflicting accesses of one core, executed in `order` (any legal one; all records of all lanes).

    Of several accesses to one cell the last write and the last read of each stream stand for the earlier ones: a
    program has a race exactly when this finds one.
    """
    return _Detector(code, order, target, core).run()
