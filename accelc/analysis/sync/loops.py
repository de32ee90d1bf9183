"""
Waits of a loop: the steady pattern that every iteration repeats (Midkiff and Padua 1987; S4 of the systems page).

The body is unrolled and analysed. If the waits of the third iteration, as (producer in the body, iterations back),
are those of the fourth, they are the pattern of all: a dependency reaches back at most as far as the pattern shows,
and a path that makes another wait unnecessary lies between its two ends. A wait whose producer would be before the
first iteration is left out.

Values are linear in the iteration, because each counter is raised equally often in every iteration. Compared modulo
2^bits they need no counter that never ends. Then a producer must not run ahead by half a turn: where the pattern does
not hold it back, it waits until its consumer has started an earlier iteration (a back edge as far back as the
counter allows).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accelc.analysis.sync.clocks import Clocks
from accelc.analysis.sync.hazards import Edge, Phase, Streams

Unroll = Callable[[int], tuple[Streams, Sequence[Sequence[Edge]]]]
"""Number of iterations -> streams of the unrolled program and its last-access dependencies."""

ITERATIONS = 4


@dataclass(frozen=True, order=True)
class Back:
    """A wait of a body: for `channel` of instruction `producer` of the iteration `distance` back (0: the same)."""

    channel: int
    producer: int
    distance: int


@dataclass(frozen=True)
class LoopCounter:
    """
    A counter of a loop: `producers[k]` of the body raise it, in order, once per iteration each.

    Only lane `consumer` waits for it.
    """

    channel: int
    consumer: int
    producers: tuple[int, ...]


@dataclass(frozen=True)
class LoopPlan:
    """
    The waits of every iteration of a loop over `size` instructions.

    `waits[i]` are those of instruction i of the body; `back_edges` of them keep counters from rolling over a wait.
    """

    size: int
    bits: int
    waits: list[list[Back]]
    counters: list[LoopCounter]
    back_edges: int

    def counter_of(self, wait: Back, lane: int) -> int:
        """Number of the counter of a wait on a lane."""
        return next(
            number
            for number, counter in enumerate(self.counters)
            if (counter.channel, counter.consumer) == (wait.channel, lane)
        )

    def count(self, wait: Back, lane: int, iteration: int) -> int:
        """How often the counter has been raised when the wait holds in an iteration (from 0 on)."""
        producers = self.counters[self.counter_of(wait, lane)].producers
        return (iteration - wait.distance) * len(producers) + producers.index(wait.producer) + 1

    def value(self, wait: Back, lane: int, iteration: int) -> int:
        """What the wait compares with in an iteration: it advances by a constant, modulo 2^bits."""
        return self.count(wait, lane, iteration) % (1 << self.bits)

    def edges(self, iterations: int) -> list[list[Edge]]:
        """The waits of the unrolled loop."""
        return [
            [
                (wait.channel, (iteration - wait.distance) * self.size + wait.producer)
                for wait in waits
                if wait.distance <= iteration
            ]
            for iteration in range(iterations)
            for waits in self.waits
        ]


class UnsteadyLoopError(ValueError):
    """No pattern repeats within the iterations unrolled, or the counters are too narrow for one iteration."""


def loop_waits(unroll: Unroll, size: int, bits: int, iterations: int = ITERATIONS) -> LoopPlan:
    """
    The steady waits of a loop with `size` instructions in its body and counters of `bits` bits.

    All lanes must pass their phases in order. Raises UnsteadyLoopError if iterations `iterations - 2` and
    `iterations - 1` (from 0) differ, or an iteration signals more than a quarter turn of a counter.
    """
    streams, needed = unroll(iterations)
    if not all(streams.ordered):
        raise UnsteadyLoopError("a lane that completes out of order has no counter whose value tells an iteration")
    kept = _steady(needed, streams, size, iterations)
    half = 1 << (bits - 1)
    back: list[list[Back]] = [[] for _ in range(size)]
    while True:
        waits = [sorted({*one, *other}) for one, other in zip(kept, back, strict=True)]
        counters = _counters(waits, streams)
        widest = max((len(counter.producers) for counter in counters), default=0)
        if 2 * widest > half:
            raise UnsteadyLoopError(
                f"an iteration signals {widest} times on one counter: counters of {bits} bits hold half a turn of "
                f"{half}, at least {2 * widest} is needed"
            )
        plan = LoopPlan(size, bits, waits, counters, sum(map(len, back)))
        missing = _unbounded(plan, streams, half)
        if not missing:
            return plan
        for index, wait in missing:
            back[index].append(wait)


def _steady(needed: Sequence[Sequence[Edge]], streams: Streams, size: int, iterations: int) -> list[list[Back]]:
    clocks = Clocks(streams)
    patterns: list[list[Back]] = []
    for index, lane in enumerate(streams.lane):
        waits = clocks.reduce(needed[index], lane)
        clocks.add(lane, waits)
        iteration = index // size
        patterns.append(sorted(Back(channel, at % size, iteration - at // size) for channel, at in waits))
    last = (iterations - 1) * size
    for index in range(size):
        one, other = patterns[last - size + index], patterns[last + index]
        if one != other:
            raise UnsteadyLoopError(
                f"instruction {index} of the body waits for {len(one)} others in iteration {iterations - 2} and for "
                f"{len(other)} in iteration {iterations - 1}, not the same ones: unroll more iterations, or unroll "
                "the body by the number of buffers it rotates through"
            )
    return patterns[last:]


def _counters(waits: Sequence[Sequence[Back]], streams: Streams) -> list[LoopCounter]:
    producers: dict[tuple[int, int], set[int]] = {}
    for index, each in enumerate(waits):
        for wait in each:
            producers.setdefault((wait.channel, streams.lane[index]), set()).add(wait.producer)
    return [LoopCounter(channel, lane, tuple(sorted(producers[channel, lane]))) for channel, lane in sorted(producers)]


def _unbounded(plan: LoopPlan, streams: Streams, half: int) -> list[tuple[int, Back]]:
    """
    Back edges for producers that may raise a counter to half a turn past a wait before its consumer has started.

    The first violation decides, so that one edge can serve several waits.
    """
    size = plan.size
    span = 2 + max((half // len(counter.producers) for counter in plan.counters), default=0)
    span = min(span, _HORIZON)
    lane = list(streams.lane[:size]) * span
    stream = list(streams.stream[:size]) * span
    unrolled = Streams(lane, stream, streams.names, streams.stream_lane, streams.interlocked, streams.in_order)
    clocks = Clocks(unrolled)
    for index, waits in enumerate(plan.edges(span)):
        clocks.add(lane[index], waits)
    last = span - 1
    for index, waits in enumerate(plan.waits):
        for wait in waits:
            counter = plan.counters[plan.counter_of(wait, lane[index])]
            count = len(counter.producers)
            # The latest iteration back in which the consumer must have started when `first` raises the counter.
            place = counter.producers.index(wait.producer)
            ahead, at = divmod(place + half, count)
            first, distance = counter.producers[at], min(ahead - wait.distance, last)
            if distance < 1:
                raise UnsteadyLoopError(
                    f"instruction {index} waits {wait.distance} iterations back for a counter that turns in {ahead}: "
                    "use counters of more bits"
                )
            other = (last - distance) * size + index
            if not clocks.started(last * size + first, other):
                # Half as far back as needed: the counter of the back edge must not roll over either.
                return [(first, Back(2 * stream[index] + Phase.READ, index, max(1, distance // 2)))]
    return []


_HORIZON = 64
"""Iterations looked ahead: a producer held back within so many is held back within any more."""
