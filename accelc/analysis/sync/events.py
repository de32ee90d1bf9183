"""
Binary event registers: the waits of a program with one bit each, shared by edges that are never pending together.

A register toggles at every signal, and a wait for its n-th signal compares with the parity of n: it is a counter of
one bit. An edge a -> b may be followed in its register by c -> d if neither end can mistake one for the other:

- c, the next to toggle, starts only after b has started (else b may test too late);
- d, the next to test, knows before it tests that a has signalled (else it sees the parity of the signal before a).

The second condition follows from the first only if b and d are on one lane. Where no register is free, *guards* are
tried: extra edges that establish both conditions for a register whose consumer comes before c.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from accelc.analysis.sync.clocks import Clocks
from accelc.analysis.sync.counters import Counter, Plan, Rank, count_up, program_clocks
from accelc.analysis.sync.happens_before import Issued, happens_before
from accelc.analysis.sync.hazards import Edge, Phase, Streams

_GUARD_ROUNDS = 8
"""How often guards are added before the edges that are left get a counter: every guard is an edge itself."""


@dataclass
class _Register:
    uses: list[Edge] = field(default_factory=list[Edge])
    consumers: list[int] = field(default_factory=list[int])
    """Of the last use."""


@dataclass(frozen=True)
class Events:
    """Waits with `registers` of one bit, of which `plan` has the first counters; the others serve what is left."""

    plan: Plan
    registers: int
    guards: int
    spilled: int
    """Edges that no register was free for; counters that never roll over carry them."""
    first: int
    """First instruction that waits for such an edge, -1 if none does."""


@dataclass(frozen=True)
class _Use:
    edge: Edge
    consumers: list[int]


class _Allocation:
    """Registers for the edges of one program, as few as first-fit finds."""

    def __init__(self, edges: Sequence[Sequence[Edge]], streams: Streams, registers: int) -> None:
        self.streams = streams
        self.limit = registers
        self.clocks = program_clocks(edges, streams)
        self.previous = _previous(streams)
        self.registers: list[_Register] = []
        self.spilled: list[_Use] = []
        self.rank: dict[Edge, Rank] = {}
        for use in _uses(edges):
            self._place(use)

    def _place(self, use: _Use) -> None:
        number = next((at for at, register in enumerate(self.registers) if self._free(register, use)), -1)
        if number < 0:
            if len(self.registers) >= self.limit:
                self.spilled.append(use)
                return
            number = len(self.registers)
            self.registers.append(_Register())
        register = self.registers[number]
        register.uses.append(use.edge)
        register.consumers = use.consumers
        self.rank[use.edge] = (number, len(register.uses))

    def _free(self, register: _Register, use: _Use) -> bool:
        return not self._late(register, use) and not self._unaware(register, use)

    def _late(self, register: _Register, use: _Use) -> list[int]:
        """Consumers of the last use that may still have to test when the producer of `use` toggles."""
        producer = use.edge[1]
        return [other for other in register.consumers if not self.clocks.started(producer, other)]

    def _unaware(self, register: _Register, use: _Use) -> list[int]:
        """Consumers of `use` that may test before the last use has signalled."""
        return [other for other in use.consumers if not self._knows_before(other, register.uses[-1])]

    def _knows_before(self, index: int, edge: Edge) -> bool:
        previous = self.previous[index]
        return previous >= 0 and self.clocks.knows(self.clocks.of[previous], edge)

    def guards(self, use: _Use) -> list[tuple[int, Edge]]:
        """(instruction, edge) that would free the register whose consumers come first for `use`; empty if none can."""
        by_consumer = sorted(self.registers, key=lambda register: max(register.consumers))
        for register in by_consumer:
            signal, producer = register.uses[-1], use.edge[1]
            late, unaware = self._late(register, use), self._unaware(register, use)
            early = [self.previous[other] for other in unaware]
            if max(register.consumers) < producer and all(at > signal[1] for at in early):
                read = [2 * self.streams.stream[other] + Phase.READ for other in late]
                starts = [(producer, (channel, other)) for channel, other in zip(read, late, strict=True)]
                return [*starts, *((at, signal) for at in early)]
        return []


def _previous(streams: Streams) -> list[int]:
    last = [-1] * len(streams.interlocked)
    previous: list[int] = []
    for index, lane in enumerate(streams.lane):
        previous.append(last[lane])
        last[lane] = index
    return previous


def _uses(edges: Sequence[Sequence[Edge]]) -> list[_Use]:
    consumers: dict[Edge, list[int]] = {}
    for index, waits in enumerate(edges):
        for edge in waits:
            consumers.setdefault(edge, []).append(index)
    return [_Use(edge, consumers[edge]) for edge in sorted(consumers, key=lambda edge: (edge[1], edge[0]))]


def use_events(edges: Sequence[Sequence[Edge]], streams: Streams, registers: int) -> Events:
    """
    The waits `edges` with `registers` event registers, and counters for what does not fit.

    Reuse without guards is preferred; guards are kept if with them every edge has a register.
    """
    first = _Allocation(edges, streams, registers)
    allocation = first
    guards: list[tuple[int, Edge]] = []
    for _ in range(_GUARD_ROUNDS):
        extra = [guard for use in allocation.spilled for guard in allocation.guards(use)]
        if not allocation.spilled or not extra:
            break
        guards = list(dict.fromkeys([*guards, *extra]))
        allocation = _Allocation(_with(edges, guards, streams), streams, registers)
    if allocation.spilled:
        return _assemble(first, edges, streams, 0)
    guards = _needed(edges, guards, streams, registers)
    if not guards:
        return _assemble(_Allocation(edges, streams, registers), edges, streams, 0)
    kept = _with(edges, guards, streams)
    return _without_spare_guards(_assemble(_Allocation(kept, streams, registers), kept, streams, len(guards)), edges)


def _without_spare_guards(events: Events, edges: Sequence[Sequence[Edge]]) -> Events:
    """
    `events` without the waits of guards that the program is right without.

    The allocation asks for more than is needed where an instruction waits for several signals: what it learns from the
    first is not known to it before it tests the next.
    """
    plan = events.plan
    streams = plan.clocks.streams
    for index, waits in enumerate(plan.edges):
        for edge in waits:
            fewer = [list(ranks) for ranks in plan.waits]
            fewer[index] = [rank for rank in fewer[index] if plan.counters[rank[0]].updates[rank[1] - 1] != edge]
            if edge not in edges[index] and _enforces(plan.counters, fewer, edges, streams):
                kept = [[plan.counters[at].updates[count - 1] for at, count in ranks] for ranks in fewer]
                plan = Plan(plan.counters, fewer, program_clocks(kept, streams))
                events = replace(events, plan=plan, guards=events.guards - 1)
    return events


def _enforces(
    counters: Sequence[Counter],
    waits: Sequence[Sequence[Rank]],
    edges: Sequence[Sequence[Edge]],
    streams: Streams,
) -> bool:
    """Whether waits that may be mistaken for others still enforce all of `edges`."""
    tested = [
        (index, at, counters[at].value(count), counters[at].bits)
        for index, ranks in enumerate(waits)
        for at, count in ranks
    ]
    raised = sorted(
        (producer, at, 1, channel & 1) for at, counter in enumerate(counters) for channel, producer in counter.updates
    )
    order = happens_before(
        Issued(
            np.array(streams.lane, np.int64),
            np.array(streams.stream, np.int64),
            streams.stream_lane,
            streams.interlocked,
            np.array(tested, np.int64).reshape(-1, 4),
            np.array(raised, np.int64).reshape(-1, 4),
            str,
            in_order=streams.ordered,
        )
    )
    needed = ((index, edge) for index, each in enumerate(edges) for edge in each)
    return not order.violations and all(order.knows(index, *edge) for index, edge in needed)


def _needed(
    edges: Sequence[Sequence[Edge]], guards: list[tuple[int, Edge]], streams: Streams, registers: int
) -> list[tuple[int, Edge]]:
    """`guards` without those that no register needs."""
    for guard in list(guards):
        fewer = [other for other in guards if other != guard]
        if not _Allocation(_with(edges, fewer, streams), streams, registers).spilled:
            guards = fewer
    return guards


def _with(edges: Sequence[Sequence[Edge]], extra: Sequence[tuple[int, Edge]], streams: Streams) -> list[list[Edge]]:
    """The fewest waits for `edges` and `extra`."""
    more: dict[int, list[Edge]] = {}
    for index, edge in extra:
        more.setdefault(index, []).append(edge)
    clocks = Clocks(streams)
    kept: list[list[Edge]] = []
    for index, lane in enumerate(streams.lane):
        needed = list(dict.fromkeys([*edges[index], *more.get(index, [])]))
        waits = clocks.reduce(needed, lane)
        clocks.add(lane, waits)
        kept.append(waits)
    return kept


def _assemble(best: _Allocation, kept: Sequence[Sequence[Edge]], streams: Streams, guards: int) -> Events:
    counters = [Counter(f"event{number}", 1, register.uses) for number, register in enumerate(best.registers)]
    left = {use.edge for use in best.spilled}
    rest = count_up([[edge for edge in waits if edge in left] for waits in kept], streams)
    counters += rest.counters
    shift = len(best.registers)
    ranks = [[best.rank[edge] for edge in waits if edge not in left] for waits in kept]
    spilled = [[(number + shift, count) for number, count in waits] for waits in rest.waits]
    waits = [one + other for one, other in zip(ranks, spilled, strict=True)]
    plan = Plan(counters, waits, best.clocks)
    first = next((index for index, each in enumerate(spilled) if each), -1)
    return Events(plan, len(best.registers), guards, sum(map(len, spilled)), first)


def registers_needed(edges: Sequence[Sequence[Edge]], streams: Streams) -> int:
    """Registers with which first-fit places every edge without guards."""
    return len(_Allocation(edges, streams, len(streams.lane) * 2 + 1).registers)
