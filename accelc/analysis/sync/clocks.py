"""
Vector clocks: what an instruction knows to have happened when it starts (Fidge 1988, Mattern 1988).

One entry per channel, a (stream, phase) pair. Of a channel that is passed in order the entry is the latest
instruction known to have passed; of any other it is the set of those instructions, as the bits of an integer, because
one instruction passing then tells nothing of earlier ones. One more entry per lane is the latest instruction of the
lane known to have started: lanes always start in order.
"""

from collections.abc import Iterable, Sequence

from accelc.analysis.sync.hazards import Edge, Streams

Clock = list[int]


class Clocks:
    """The clocks of the instructions of a program, built up in program order."""

    def __init__(self, streams: Streams) -> None:
        self.streams = streams
        self._starts = streams.channels
        self._sets = [channel for channel in range(streams.channels) if not streams.ordered[channel >> 1]]
        empty = [-1] * (streams.channels + len(streams.interlocked))
        for channel in self._sets:
            empty[channel] = 0
        self._lanes = [empty] * len(streams.interlocked)
        self.of: list[Clock] = []
        """Clock of every instruction added so far, at its start and without itself."""

    def before(self, lane: int) -> Clock:
        """What the next instruction of a lane knows by the order of the lane."""
        return self._lanes[lane]

    def add(self, lane: int, waits: Iterable[Edge]) -> Clock:
        """Adds the next instruction, which starts after `waits`."""
        clock = self._lanes[lane]
        waits = list(waits)
        if waits:
            clock = list(clock)
            for edge in waits:
                self.join(clock, edge)
            self._lanes[lane] = clock
        self.of.append(clock)
        return clock

    def join(self, clock: Clock, edge: Edge) -> None:
        """Adds to `clock` what follows from the producer of `edge` having passed the channel."""
        channel, producer = edge
        streams = self.streams
        other = self.of[producer]
        known = [clock[index] | other[index] for index in self._sets]
        for index, value in enumerate(other):
            if value > clock[index]:
                clock[index] = value
        for index, value in zip(self._sets, known, strict=True):
            clock[index] = value
        # Complete implies operands read.
        for passed in range(channel & ~1, channel + 1):
            if streams.ordered[channel >> 1]:
                clock[passed] = max(clock[passed], producer)
            else:
                clock[passed] |= 1 << streams.position[producer]
        start = self._starts + streams.lane[producer]
        clock[start] = max(clock[start], producer)

    def knows(self, clock: Clock, edge: Edge) -> bool:
        """Whether `clock` says that the producer of `edge` has passed the channel."""
        channel, producer = edge
        if self.streams.ordered[channel >> 1]:
            return clock[channel] >= producer
        return bool(clock[channel] >> self.streams.position[producer] & 1)

    def implies(self, by: Edge, edge: Edge) -> bool:
        """Whether waiting for `by` makes sure of `edge` too."""
        if self.knows(self.of[by[1]], edge):
            return True
        (channel, producer), (by_channel, by_producer) = edge, by
        if channel >> 1 != by_channel >> 1 or channel > by_channel:
            return False
        return by_producer >= producer if self.streams.ordered[channel >> 1] else by_producer == producer

    def started(self, instruction: int, other: int) -> bool:
        """Whether `other` has started when `instruction` starts (or is `instruction` itself)."""
        lane = self.streams.lane
        if lane[instruction] == lane[other] and instruction >= other:
            return True
        return self.of[instruction][self._starts + lane[other]] >= other

    def reduce(self, needed: Sequence[Edge], lane: int) -> list[Edge]:
        """Those of `needed` that the next instruction of `lane` must wait for; the others are implied."""
        clock = self._lanes[lane]
        waits = [edge for edge in needed if not self.knows(clock, edge)]
        if len(waits) > 1:
            waits = [edge for edge in waits if not any(by is not edge and self.implies(by, edge) for by in waits)]
        return waits
