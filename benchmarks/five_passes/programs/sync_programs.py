"""
Programs of several engines, some of which complete out of order, and three witnesses of their waits.

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
    """
    Instructions in program order: `reads[i]` and `writes[i]` are the cells instruction i touches.

    An engine that orders its own conflicts and has several streams writes in one of them only, and does not read in
    another what it writes (as the array with its loads): its interlock tells other lanes nothing.
    """

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


class _Paths:
    """What is before every phase of every instruction: a set of nodes `PHASES * instruction + phase`, as bits."""

    def __init__(self, program: AbstractProgram, edges: Sequence[Sequence[Edge]]) -> None:
        self.program, self.streams = program, program.streams
        count = PHASES * len(program)
        self.needs = [0] * count
        for one, phase, other, at in program.required():
            self.needs[PHASES * other + at] |= 1 << (PHASES * one + phase)
        self.lane_before = _previous(self.streams.lane)
        self.stream_before = _previous(self.streams.stream)
        self.before: list[int] = [0] * count
        for index in range(len(program)):
            self._enter(self.before, index, edges[index])

    def _enter(self, before: list[int], index: int, waits: Sequence[Edge]) -> None:
        base = PHASES * index

        def follow(phase: int, other: int) -> None:
            before[base + phase] |= before[other] | 1 << other

        for channel, producer in waits:
            follow(START, PHASES * producer + (WRITE_END if channel & 1 else READ_END))
        if self.lane_before[index] >= 0:
            follow(START, PHASES * self.lane_before[index] + START)
        stream = self.streams.stream[index]
        previous = self.stream_before[index] if self.streams.ordered[stream] else -1
        for phase in range(START + 1, PHASES):
            if previous >= 0:
                follow(phase, PHASES * previous + phase)
            for one, other in _WITHIN:
                if other == phase:
                    follow(phase, base + one)

    def unordered(self) -> list[tuple[int, int, int, int]]:
        """Required orders that no path enforces."""
        return [
            (one, phase, other, at)
            for one, phase, other, at in self.program.required()
            if not self.before[PHASES * other + at] >> PHASES * one + phase & 1
        ]

    def needed(self, edges: Sequence[Sequence[Edge]], index: int, edge: Edge) -> bool:
        """Whether some required order is lost without one edge of `edges`; what comes before it stays as it is."""
        before = self.before[: PHASES * index] + [0] * (PHASES * (len(self.program) - index))
        for at in range(index, len(self.program)):
            self._enter(before, at, [other for other in edges[at] if at != index or other is not edge])
            nodes = range(PHASES * at, PHASES * (at + 1))
            if any(self.needs[node] & ~before[node] for node in nodes):
                return True
        return False


def _previous(owner: Sequence[int]) -> list[int]:
    """By instruction the one before of the same owner (a lane or a stream), -1 if there is none."""
    last: dict[int, int] = {}
    previous: list[int] = []
    for index, own in enumerate(owner):
        previous.append(last.get(own, -1))
        last[own] = index
    return previous


def unordered_pairs(program: AbstractProgram, edges: Sequence[Sequence[Edge]]) -> list[tuple[int, int, int, int]]:
    """Required orders that no path of lane order, phases and `edges` enforces."""
    return _Paths(program, edges).unordered()


def removable(program: AbstractProgram, edges: Sequence[Sequence[Edge]]) -> int:
    """Number of edges without which every required order still holds."""
    paths = _Paths(program, edges)
    return sum(not paths.needed(edges, index, edge) for index, waits in enumerate(edges) for edge in waits)


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


def violations(synchronized: Synchronized, limit: int = 100) -> list[Violation]:
    """At most `limit` of what the verifier finds."""
    return verify_issued(synchronized.issued(), synchronized.program.footprint, limit)


def _members(streams: Streams) -> list[list[int]]:
    """Instructions of each lane, in order."""
    members: list[list[int]] = [[] for _ in streams.interlocked]
    for index, lane in enumerate(streams.lane):
        members[lane].append(index)
    return members


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
        # (time, number, semaphore, value), or (time, number, -1, lane) when a lane may issue again; what passes at one
        # time arrives in the order in which it was caused.
        self.events: list[tuple[float, int, int, int]] = []
        self.pushed = 0

    def run(self) -> None:
        members = _members(self.streams)
        at = [0] * len(members)
        ready = [0.0] * len(members)
        now = 0.0
        # Lanes by the semaphore that the next instruction of each was found to wait for.
        blocked: dict[int, list[int]] = {}
        woken: Sequence[int] = range(len(members))
        while True:
            for lane in woken:
                waiting = members[lane]
                while at[lane] < len(waiting) and ready[lane] <= now:
                    semaphore = self._missing(waiting[at[lane]])
                    if semaphore is not None:
                        blocked.setdefault(semaphore, []).append(lane)
                        break
                    self._issue(waiting[at[lane]], now)
                    at[lane] += 1
                    ready[lane] = now + self.random.choice((0.0, 1.0, self.slow))
                    if ready[lane] > now:
                        self._push(ready[lane], -1, lane)
            if not self.events:
                return
            now, _, semaphore, value = heapq.heappop(self.events)
            if semaphore >= 0:
                self.counts[semaphore] = self.counts.get(semaphore, 0) + value
                woken = blocked.pop(semaphore, ())
            else:
                woken = (value,)

    def _missing(self, index: int) -> int | None:
        """A semaphore that an instruction still waits for."""
        for wait in self.conditions.get(index, ()):
            if not wait.holds(self.counts.get(wait.semaphore, 0)):
                return wait.semaphore
        return None

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


def conflicts(synchronized: Synchronized, order: Sequence[int], limit: int | None = None) -> list[Conflict]:
    """What the happens-before detector of the simulator finds in an execution, the first `limit` of it."""
    program = synchronized.program
    streams = program.streams
    members = _members(streams)
    place = {index: (lane, at) for lane, indices in enumerate(members) for at, index in enumerate(indices)}
    conditions = _conditions(synchronized)
    fired: tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]] = ({}, {})
    for index, semaphore, value, phase in synchronized.updates:
        fired[phase].setdefault(index, []).append((semaphore, value))
    lanes = [
        LaneTrace(
            [streams.stream[index] for index in indices],
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
    return find_conflicts(trace, limit)
