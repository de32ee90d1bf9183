"""
Semaphores for the waits of a program: monotonic counters, and counters of few bits that roll over.

A counter is raised by a *chain* of instructions, each of which starts when the one before has passed its phase; so a
value names one instruction. A channel that is passed in order is one chain. Any other needs as many counters as it
has producers not ordered among each other (the chains of Charron-Bost 1991, found first-fit).

A counter of `bits` bits is compared modulo: `(counter - value) mod 2^bits < 2^(bits - 1)`. With half = 2^(bits - 1)
such a wait for count v is right if, whenever the consumer tests it, v - half <= count < v + half. The lower bound
holds where the consumer's lane has waited for count v - 1 before, so every pair of channel and consuming lane gets a
counter of its own. The upper bound has two parts. Signals before the consumer in program order: where there are more
than half that its lane has not yet waited for, it waits for a later one and the signals between are dropped. Signals
after it: the instruction that raises the counter to v + half waits until the consumer has started (back-pressure).
Every edge follows program order, so that no wait can close a circle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accelc.analysis.sync.clocks import Clocks
from accelc.analysis.sync.hazards import Edge, Phase, Streams

Rank = tuple[int, int]
"""(counter, count): a wait until the counter has been raised that often."""


@dataclass(frozen=True)
class Counter:
    """
    One semaphore: `updates[k]` raises it to k + 1; `bits` = 0 for waits that compare the whole count.

    `name` is readable, such as `vector.complete`.
    """

    name: str
    bits: int
    updates: list[Edge]

    def value(self, count: int) -> int:
        """What a wait for `count` compares with."""
        return count % (1 << self.bits) if self.bits else count


@dataclass(frozen=True)
class Plan:
    """
    Counters, and by instruction what it waits for, in the order in which it does.

    `clocks` hold what every instruction knows with these waits.
    """

    counters: list[Counter]
    waits: list[list[Rank]]
    clocks: Clocks

    @property
    def edges(self) -> list[list[Edge]]:
        """By instruction the edges its waits stand for."""
        return [[self.counters[counter].updates[count - 1] for counter, count in waits] for waits in self.waits]


def program_clocks(edges: Sequence[Sequence[Edge]], streams: Streams) -> Clocks:
    """Clocks of a program whose waits are exactly `edges`."""
    clocks = Clocks(streams)
    for lane, waits in zip(streams.lane, edges, strict=True):
        clocks.add(lane, waits)
    return clocks


def chains(edges: Sequence[Edge], clocks: Clocks) -> list[list[Edge]]:
    """`edges` of one channel, which follow each other in order, as chains: first-fit, exact where it is in order."""
    found: list[list[Edge]] = []
    for edge in edges:
        clock = clocks.of[edge[1]]
        in_order = clocks.streams.ordered[edge[0] >> 1]
        for chain in found:
            if in_order or clocks.knows(clock, chain[-1]):
                chain.append(edge)
                break
        else:
            found.append([edge])
    return found


def count_up(edges: Sequence[Sequence[Edge]], streams: Streams) -> Plan:
    """Counters that never roll over, raised only by instructions that some wait names: one per channel and chain."""
    clocks = program_clocks(edges, streams)
    sources: dict[int, set[int]] = {}
    for waits in edges:
        for channel, producer in waits:
            sources.setdefault(channel, set()).add(producer)
    counters: list[Counter] = []
    rank: dict[Edge, Rank] = {}
    for channel in sorted(sources):
        parts = chains([(channel, producer) for producer in sorted(sources[channel])], clocks)
        for number, chain in enumerate(parts):
            name = streams.channel_name(channel) + (f".{number}" if len(parts) > 1 else "")
            rank.update({edge: (len(counters), count) for count, edge in enumerate(chain, start=1)})
            counters.append(Counter(name, 0, chain))
    return Plan(counters, [[rank[edge] for edge in waits] for waits in edges], clocks)


@dataclass
class _Link:
    """Signals of one channel to one lane, in order: producer's edge and the instruction that waits for it."""

    name: str
    pairs: list[tuple[Edge, int]] = field(default_factory=list[tuple[Edge, int]])


def roll_over(edges: Sequence[Sequence[Edge]], streams: Streams, bits: int) -> Plan:
    """
    Counters of `bits` bits that roll over, one per channel (or chain of it) and lane that waits for it.

    The waits enforce all of `edges`. Raises ValueError if `bits` is less than one.
    """
    if bits < 1:
        raise ValueError(f"counters of {bits} bits: at least 1")
    half = 1 << (bits - 1)
    pressure: dict[int, set[int]] = {}
    attempts = 0
    while True:
        attempts += 1
        kept, clocks = _reduced(edges, pressure, streams)
        links = _links(kept, clocks)
        while True:
            kept, clocks = _reduced(_coalesced(kept, links, half), pressure, streams, exact=True)
            links = _links(kept, clocks)
            # Fewer waits may form other chains, in which consumers lag again.
            if not any(_lags(link, half) for link in links):
                break
        needed: dict[int, set[int]] = {}
        missing = False
        for link in links:
            for (_, consumer), ((_, producer), _) in zip(link.pairs, link.pairs[half:], strict=False):
                needed.setdefault(producer, set()).add(consumer)
                missing |= not clocks.started(producer, consumer)
        if not missing and (attempts > _PRUNING_ATTEMPTS or _within(pressure, needed)):
            return _plan(kept, clocks, links, bits)
        pressure = _merged(pressure, needed) if missing else needed


_PRUNING_ATTEMPTS = 8
"""After so many attempts back-pressure that is no longer needed stays: it is sound, and dropping it may not end."""


def _within(some: Mapping[int, set[int]], all_: Mapping[int, set[int]]) -> bool:
    return all(consumers <= all_.get(producer, set()) for producer, consumers in some.items())


def _merged(one: Mapping[int, set[int]], other: Mapping[int, set[int]]) -> dict[int, set[int]]:
    return {producer: one.get(producer, set()) | other.get(producer, set()) for producer in one.keys() | other.keys()}


def _reduced(
    edges: Sequence[Sequence[Edge]], pressure: Mapping[int, set[int]], streams: Streams, exact: bool = False
) -> tuple[list[list[Edge]], Clocks]:
    """
    Fewest waits for `edges` and for the starts `pressure[x]` that instruction x must not overtake.

    `exact`: back-pressure is among the edges already.
    """
    clocks = Clocks(streams)
    kept: list[list[Edge]] = []
    for index, lane in enumerate(streams.lane):
        waits = clocks.reduce(edges[index], lane)
        held = pressure.get(index)
        if held and not exact:
            waits = _hold(waits, sorted(held), index, clocks)
        clocks.add(lane, waits)
        kept.append(waits)
    return kept, clocks


def _hold(waits: list[Edge], held: Sequence[int], index: int, clocks: Clocks) -> list[Edge]:
    """`waits` and those needed for the instructions `held` to have started before instruction `index`."""
    streams = clocks.streams
    lane = streams.lane[index]
    own = clocks.before(lane)
    for other in held:
        start = streams.channels + streams.lane[other]
        known = streams.lane[other] == lane or own[start] >= other
        if not known and not any(clocks.started(producer, other) for _, producer in waits):
            waits = [*waits, (2 * streams.stream[other] + Phase.READ, other)]
    return clocks.reduce(waits, lane)


def _links(kept: Sequence[Sequence[Edge]], clocks: Clocks) -> list[_Link]:
    streams = clocks.streams
    lanes: dict[tuple[int, int], list[tuple[Edge, int]]] = {}
    for index, waits in enumerate(kept):
        for edge in waits:
            lanes.setdefault((edge[0], streams.lane[index]), []).append((edge, index))
    links: list[_Link] = []
    for (channel, lane), pairs in sorted(lanes.items()):
        consumer = dict(pairs)
        name = f"{streams.channel_name(channel)}.{streams.lane_name(lane)}"
        parts = chains([edge for edge, _ in pairs], clocks)
        for number, chain in enumerate(parts):
            suffix = f".{number}" if len(parts) > 1 else ""
            links.append(_Link(name + suffix, [(edge, consumer[edge]) for edge in chain]))
    return links


def _lags(link: _Link, half: int) -> bool:
    """Whether some consumer comes after the signal that it must not miss."""
    return any(
        producer < consumer for (_, consumer), ((_, producer), _) in zip(link.pairs, link.pairs[half:], strict=False)
    )


def _coalesced(kept: Sequence[Sequence[Edge]], links: Sequence[_Link], half: int) -> list[list[Edge]]:
    """The waits after every consumer that lags more than `half` signals waits for a later one."""
    result: list[list[Edge]] = [[] for _ in kept]
    for link in links:
        at = 0
        while at < len(link.pairs):
            consumer = link.pairs[at][1]
            last = at
            while last + 1 < len(link.pairs) and link.pairs[last + 1][0][1] < consumer:
                last += 1
            at = max(at, last - half + 1)
            result[consumer].append(link.pairs[at][0])
            at += 1
    return result


def _plan(kept: Sequence[Sequence[Edge]], clocks: Clocks, links: Sequence[_Link], bits: int) -> Plan:
    rank: dict[tuple[Edge, int], Rank] = {}
    for number, link in enumerate(links):
        rank.update({pair: (number, count) for count, pair in enumerate(link.pairs, start=1)})
    counters = [Counter(link.name, bits, [edge for edge, _ in link.pairs]) for link in links]
    return Plan(counters, [[rank[edge, index] for edge in waits] for index, waits in enumerate(kept)], clocks)
