"""
Random programs of several engines, some of which complete out of order, and three witnesses of their waits.

Instructions read and write a few cells of one memory. The brute-force oracle searches paths in the graph of the five
phases S, RS, RE, WS, WE of every instruction (S4 of the systems page). `violations` asks the verifier, `conflicts`
the happens-before detector of the simulator after an execution with random latencies.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from accelc.analysis.footprint import Access, Footprint, SpaceAtoms
from accelc.analysis.sync.counters import Plan
from accelc.analysis.sync.happens_before import Issued
from accelc.analysis.sync.hazards import Edge, Hazards, Streams, find_hazards
from accelc.analysis.sync.loops import LoopPlan
from accelc.analysis.sync.verify import Violation, verify_issued
from accelc.simulator.decode import WaitCondition
from accelc.simulator.detector import Conflict, LaneTrace, Trace, find_conflicts

SPACE = 2
PHASES = 5
START, READ_START, READ_END, WRITE_START, WRITE_END = range(PHASES)
_WITHIN = (
    (START, READ_START),
    (READ_START, READ_END),
    (START, WRITE_START),
    (WRITE_START, WRITE_END),
    (READ_START, WRITE_START),
    (READ_END, WRITE_END),
)


@dataclass(frozen=True)
class AbstractProgram:
    """Instructions in program order: `reads[i]` and `writes[i]` are the cells instruction i touches."""

    streams: Streams
    reads: list[set[int]]
    writes: list[set[int]]
    footprint: Footprint

    def __len__(self) -> int:
        return len(self.reads)

    def hazards(self) -> Hazards:
        """Last-access dependencies."""
        return find_hazards(self.footprint, self.streams)

    def required(self) -> list[tuple[int, int, int, int]]:
        """(a, phase of a, b, phase of b) of every overlap that no engine orders by itself."""
        lane, excused = self.streams.lane, self.streams.excused
        orders: list[tuple[int, int, int, int]] = []
        for after in range(len(self)):
            for before in range(after):
                if lane[before] == lane[after] and excused[lane[after]]:
                    continue
                if self.writes[before] & self.reads[after]:
                    orders.append((before, WRITE_END, after, READ_START))
                if self.writes[before] & self.writes[after]:
                    orders.append((before, WRITE_END, after, WRITE_START))
                if self.reads[before] & self.writes[after]:
                    orders.append((before, READ_END, after, WRITE_START))
        return orders

    def overlaps(self) -> int:
        """Number of pairs of instructions that overlap and that no engine orders by itself."""
        return len({(before, after) for before, _, after, _ in self.required()})


def program_of(streams: Streams, reads: list[set[int]], writes: list[set[int]]) -> AbstractProgram:
    """A program from the cells each instruction touches."""
    cells = max((cell for touched in (*reads, *writes) for cell in touched), default=0) + 1
    accesses: list[Access] = []
    first = [0]
    for index in range(len(reads)):
        for is_write, touched in ((False, reads[index]), (True, writes[index])):
            if touched:
                accesses.append(Access(index, is_write, SPACE, slice(0, 1), np.array(sorted(touched), np.int64)))
        first.append(len(accesses))
    atoms = SpaceAtoms(np.zeros(1, np.int64), 4 * np.arange(cells, dtype=np.int64))
    return AbstractProgram(streams, reads, writes, Footprint(accesses, first, {SPACE: atoms}))


def lanes_of(count: int, in_order: Sequence[bool], interlocked: Sequence[bool], lane: list[int]) -> Streams:
    """One stream per lane."""
    names = tuple(f"lane{index}" for index in range(count))
    return Streams(lane, lane, names, tuple(range(count)), tuple(interlocked), tuple(in_order))


def random_program(random: Random, in_order: bool, most: int = 40) -> AbstractProgram:
    """Two to five lanes and up to `most` instructions over a few cells; some lanes out of order unless `in_order`."""
    lanes = random.randint(2, 5)
    ordered = [in_order or random.random() < 0.4 for _ in range(lanes)]
    if not in_order:
        ordered[random.randrange(lanes)] = False
    interlocked = [random.random() < 0.5 for _ in range(lanes)]
    count, cells = random.randint(2, most), random.randint(2, 8)
    streams = lanes_of(lanes, ordered, interlocked, [random.randrange(lanes) for _ in range(count)])
    reads = [set(random.choices(range(cells), k=random.randint(0, 2))) for _ in range(count)]
    writes = [set(random.choices(range(cells), k=random.randint(0, 1))) for _ in range(count)]
    return program_of(streams, reads, writes)


def unordered_pairs(program: AbstractProgram, edges: Sequence[Sequence[Edge]]) -> list[tuple[int, int, int, int]]:
    """Required orders that no path of lane order, phases and `edges` enforces."""
    streams = program.streams
    before: list[int] = [0] * (PHASES * len(program))
    last: dict[int, int] = {}

    def follow(node: int, other: int) -> None:
        before[node] |= before[other] | 1 << other

    for index, lane in enumerate(streams.lane):
        base = PHASES * index
        for channel, producer in edges[index]:
            follow(base + START, PHASES * producer + (WRITE_END if channel & 1 else READ_END))
        previous = last.get(lane)
        last[lane] = index
        for phase in range(PHASES):
            if previous is not None and (phase == START or streams.ordered[streams.stream[index]]):
                follow(base + phase, PHASES * previous + phase)
            for one, other in _WITHIN:
                if other == phase:
                    follow(base + phase, base + one)
    missing: list[tuple[int, int, int, int]] = []
    for one, phase, other, at in program.required():
        if not before[PHASES * other + at] >> PHASES * one + phase & 1:
            missing.append((one, phase, other, at))
    return missing


def removable(program: AbstractProgram, edges: Sequence[Sequence[Edge]]) -> int:
    """Number of edges without which every required order still holds."""
    count = 0
    for index, waits in enumerate(edges):
        for edge in waits:
            fewer = list(edges)
            fewer[index] = [other for other in waits if other is not edge]
            count += not unordered_pairs(program, fewer)
    return count


@dataclass(frozen=True)
class Synchronized:
    """A program with the semaphores of a plan: rows (instruction, semaphore, value, bits) and (…, value, phase)."""

    program: AbstractProgram
    waits: list[tuple[int, int, int, int]]
    updates: list[tuple[int, int, int, int]]

    def without(self, wait: int) -> "Synchronized":
        """The same program with one wait deleted."""
        return replace(self, waits=self.waits[:wait] + self.waits[wait + 1 :])

    def issued(self) -> Issued:
        """What the verifier sees."""
        streams = self.program.streams
        return Issued(
            np.array(streams.lane, np.int64),
            np.array(streams.stream, np.int64),
            streams.stream_lane,
            streams.interlocked,
            np.array(self.waits, np.int64).reshape(-1, 4),
            np.array(self.updates, np.int64).reshape(-1, 4),
            lambda index: f"instruction {index}",
            in_order=streams.ordered,
        )


def apply(program: AbstractProgram, plan: Plan) -> Synchronized:
    """The waits and updates of a plan."""
    counters = plan.counters
    waits = [
        (index, number, counters[number].value(count), counters[number].bits)
        for index, ranks in enumerate(plan.waits)
        for number, count in ranks
    ]
    updates = sorted(
        (producer, number, 1, channel & 1)
        for number, counter in enumerate(counters)
        for channel, producer in counter.updates
    )
    return Synchronized(program, waits, updates)


def random_body(random: Random) -> tuple[Streams, list[set[int]], list[set[int]]]:
    """A loop body of three to ten instructions on two to four lanes in order, over a few cells, some of them fresh."""
    lanes, size = random.randint(2, 4), random.randint(3, 10)
    cells = [*range(random.randint(1, 4)), *range(FRESH, FRESH + random.randint(0, 6))]
    interlocked = [random.random() < 0.5 for _ in range(lanes)]
    streams = lanes_of(lanes, [True] * lanes, interlocked, [random.randrange(lanes) for _ in range(size)])
    reads = [set(random.choices(cells, k=random.randint(0, 2))) for _ in range(size)]
    writes = [set(random.choices(cells, k=random.randint(0, 1))) for _ in range(size)]
    return streams, reads, writes


FRESH = 10
"""Cells from here on are others in every iteration of a loop."""


def unrolled(
    streams: Streams, reads: Sequence[set[int]], writes: Sequence[set[int]], iterations: int
) -> AbstractProgram:
    """A loop written out."""
    lane = list(streams.lane) * iterations

    def shifted(touched: Sequence[set[int]]) -> list[set[int]]:
        return [
            {cell + FRESH * iteration if cell >= FRESH else cell for cell in each}
            for iteration in range(iterations)
            for each in touched
        ]

    return program_of(replace(streams, lane=lane, stream=lane), shifted(reads), shifted(writes))


def apply_loop(program: AbstractProgram, plan: LoopPlan, iterations: int) -> Synchronized:
    """The waits and updates of a loop, written out."""
    waits: list[tuple[int, int, int, int]] = []
    updates: list[tuple[int, int, int, int]] = []
    for iteration in range(iterations):
        base = iteration * plan.size
        for index, each in enumerate(plan.waits):
            lane = program.streams.lane[index]
            for wait in each:
                if wait.distance <= iteration:
                    number = plan.counter_of(wait, lane)
                    waits.append((base + index, number, plan.value(wait, lane, iteration), plan.bits))
        for number, counter in enumerate(plan.counters):
            updates += [(base + producer, number, 1, counter.channel & 1) for producer in counter.producers]
    return Synchronized(program, waits, sorted(updates))


def violations(synchronized: Synchronized) -> list[Violation]:
    """What the verifier finds."""
    return verify_issued(synchronized.issued(), synchronized.program.footprint)


class DeadlockError(Exception):
    """No lane can go on."""


class _Execution:
    """Lanes issue in order once the waits hold; lanes out of order pass the other phases as their latencies have it."""

    def __init__(self, synchronized: Synchronized, random: Random, slow: float) -> None:
        self.streams = synchronized.program.streams
        self.random, self.slow = random, slow
        self.conditions = _conditions(synchronized)
        self.raised: dict[int, list[tuple[int, int, int]]] = {}
        for index, semaphore, value, phase in sorted(synchronized.updates, key=lambda update: (update[0], update[3])):
            self.raised.setdefault(index, []).append((semaphore, value, phase))
        self.counts: dict[int, int] = {}
        self.times = [[0.0] * PHASES for _ in self.streams.lane]
        self.passed: dict[int, list[float]] = {}
        self.order: list[int] = []
        # (time, number, semaphore, value): what passes at one time arrives in the order in which it was caused.
        self.events: list[tuple[float, int, int, int]] = []
        self.pushed = 0

    def run(self) -> None:
        members = self.streams.members
        at = [0] * len(members)
        ready = [0.0] * len(members)
        now = 0.0
        while True:
            for lane, waiting in enumerate(members):
                while at[lane] < len(waiting) and ready[lane] <= now and self._holds(waiting[at[lane]]):
                    self._issue(waiting[at[lane]], now)
                    at[lane] += 1
                    ready[lane] = now + self.random.choice((0.0, 1.0, self.slow))
                    self._push(ready[lane], -1, 0)
            if not self.events:
                return
            now, _, semaphore, value = heapq.heappop(self.events)
            if semaphore >= 0:
                self.counts[semaphore] = self.counts.get(semaphore, 0) + value

    def _holds(self, index: int) -> bool:
        return all(wait.holds(self.counts.get(wait.semaphore, 0)) for wait in self.conditions.get(index, ()))

    def _push(self, time: float, semaphore: int, value: int) -> None:
        self.pushed += 1
        heapq.heappush(self.events, (time, self.pushed, semaphore, value))

    def _issue(self, index: int, now: float) -> None:
        stream = self.streams.stream[index]
        before = self.passed.get(stream) if self.streams.ordered[stream] else None
        self.order.append(index)
        self.times[index] = self.passed[stream] = _phases(now, self.random, self.slow, before)
        for semaphore, value, phase in self.raised.get(index, ()):
            self._push(self.times[index][WRITE_END if phase else READ_END], semaphore, value)


def execute(synchronized: Synchronized, random: Random, slow: float = 30.0) -> tuple[list[int], list[list[float]]]:
    """
    One execution with random latencies: order of issue, and by instruction the time of each phase.

    Raises DeadlockError.
    """
    execution = _Execution(synchronized, random, slow)
    execution.run()
    missing = len(synchronized.program) - len(execution.order)
    if missing:
        raise DeadlockError(f"{missing} instructions never issue")
    return execution.order, execution.times


def _phases(start: float, random: Random, slow: float, before: list[float] | None) -> list[float]:
    low = before or [0.0] * PHASES
    latency = [random.choice((0.0, 1.0, slow)) for _ in range(4)]
    read_start = max(start + latency[0], low[READ_START])
    read_end = max(read_start + latency[1], low[READ_END])
    write_start = max(read_start + latency[2], low[WRITE_START])
    return [start, read_start, read_end, write_start, max(write_start + latency[3], read_end, low[WRITE_END])]


def _conditions(synchronized: Synchronized) -> dict[int, list[WaitCondition]]:
    conditions: dict[int, list[WaitCondition]] = {}
    for index, semaphore, value, bits in synchronized.waits:
        conditions.setdefault(index, []).append(WaitCondition(semaphore, value, bits))
    return conditions


def late_orders(program: AbstractProgram, times: Sequence[Sequence[float]]) -> int:
    """Required orders that an execution broke."""
    return sum(times[one][phase] > times[other][at] for one, phase, other, at in program.required())


def conflicts(synchronized: Synchronized, order: Sequence[int]) -> list[Conflict]:
    """What the happens-before detector of the simulator finds in an execution."""
    program = synchronized.program
    streams = program.streams
    members: list[list[int]] = [[] for _ in streams.interlocked]
    place: list[tuple[int, int]] = []
    for index, lane in enumerate(streams.lane):
        place.append((lane, len(members[lane])))
        members[lane].append(index)
    conditions = _conditions(synchronized)
    fired: tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]] = ({}, {})
    for index, semaphore, value, phase in synchronized.updates:
        fired[phase].setdefault(index, []).append((semaphore, value))
    lanes = [
        LaneTrace(
            [lane] * len(indices),
            [conditions.get(index, []) for index in indices],
            [fired[0].get(index, []) for index in indices],
            [fired[1].get(index, []) for index in indices],
            [False] * len(indices),
            streams.interlocked[lane],
        )
        for lane, indices in enumerate(members)
    ]
    touched = program.footprint
    accesses: list[Access] = []
    first = [0]
    for index in order:
        accesses += touched.of(index)
        first.append(len(accesses))
    steps = Footprint(accesses, first, touched.spaces)
    trace = Trace(lanes, streams.stream_lane, streams.ordered, [place[index] for index in order], steps)
    return find_conflicts(trace)
