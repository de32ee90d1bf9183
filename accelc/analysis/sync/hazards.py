"""
Which order between instructions a program needs: read-after-write, write-after-read, write-after-write.

Phases of an instruction: `READ` (operands read) and `COMPLETE` (results visible). A hazard of a before b requires
RAW: a complete before b reads; WAR: a read before b writes; WAW: a complete before b writes. All are enforced at
the start of b.

A *stream* is a set of instructions that reach each phase in program order: one per lane, and on the tensor lane one
for stationary loads and one for the rest, because a load is through long before the product issued ahead of it. A
*channel* is (stream, phase): knowing that instruction a has passed it means knowing it for all earlier ones of the
stream. Last-access analysis keeps, for every instruction, the latest needed instruction of each channel: that covers
all others, since a cell's last writer is itself ordered after everything that touched the cell before.

A stream may also pass its phases out of order (`Streams.in_order`). One of its instructions then tells nothing of
the earlier ones: a single number per channel would claim orders that do not hold, so every last reader of a cell is
kept by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import Access, Footprint
from accelc.isa.records import Records, field
from accelc.isa.table import Opcode
from accelc.targets.model import Target, is_dma

Edge = tuple[int, int]
"""(channel, producer): the consumer starts after `producer` has passed the channel's phase."""


class Phase(IntEnum):
    """Instant of an instruction at which it can signal."""

    READ = 0
    COMPLETE = 1


@dataclass(frozen=True)
class Streams:
    """
    Who issues each instruction: `lane[i]` and `stream[i]` of instruction i, in one global program order.

    `names[s]` and `stream_lane[s]` describe stream s; `interlocked[l]` says that the engine of lane l orders its own
    instructions where they conflict, so that only other lanes need waits. `in_order[s]`: the instructions of stream s
    pass each phase in the order in which they start (empty: all streams do). Every lane starts in order.

    A lane that is interlocked may have several streams only if one of them alone writes what other lanes touch, and
    the others do not read that: no lane but itself knows of the order that an interlock keeps between its streams.
    """

    lane: list[int]
    stream: list[int]
    names: tuple[str, ...]
    stream_lane: tuple[int, ...]
    interlocked: tuple[bool, ...]
    in_order: tuple[bool, ...] = ()

    @cached_property
    def ordered(self) -> tuple[bool, ...]:
        """By stream: whether its instructions pass each phase in order."""
        return self.in_order or (True,) * len(self.names)

    @cached_property
    def excused(self) -> tuple[bool, ...]:
        """
        By lane: whether conflicts among its own instructions need no waits.

        The order of an interlock is only passed on to other lanes if the lane also passes its phases in order.
        """
        late = {lane for lane, ordered in zip(self.stream_lane, self.ordered, strict=True) if not ordered}
        return tuple(locked and lane not in late for lane, locked in enumerate(self.interlocked))

    @cached_property
    def position(self) -> list[int]:
        """Number of each instruction within its stream."""
        seen = [0] * len(self.names)
        positions: list[int] = []
        for stream in self.stream:
            positions.append(seen[stream])
            seen[stream] += 1
        return positions

    @cached_property
    def members(self) -> list[list[int]]:
        """Instructions of each stream."""
        members: list[list[int]] = [[] for _ in self.names]
        for instruction, stream in enumerate(self.stream):
            members[stream].append(instruction)
        return members

    @property
    def channels(self) -> int:
        """Number of channels; channel `2 * s + p` is phase p of stream s."""
        return 2 * len(self.names)

    def lane_name(self, lane: int) -> str:
        """Name of a lane, that of its first stream."""
        return self.names[self.stream_lane.index(lane)]

    def channel_name(self, channel: int) -> str:
        """Readable name such as `vector.complete`."""
        return f"{self.names[channel // 2]}.{Phase(channel % 2).name.lower()}"


@dataclass(frozen=True)
class Hazards:
    """`edges[i]`: what instruction i must follow, at most one edge per channel that is passed in order."""

    edges: list[list[Edge]]

    @property
    def required(self) -> int:
        """Number of last-access dependencies."""
        return sum(map(len, self.edges))


def record_streams(records: Records, target: Target) -> Streams:
    """Streams of a record array; DMA queues are not interlocked, compute lanes are."""
    lanes = target.lanes
    lane = field(records, "lane").astype(np.int64)
    stream = np.where(field(records, "opcode") == Opcode.LS, len(lanes), lane)
    return Streams(
        lane.tolist(),
        stream.tolist(),
        (*lanes, f"{lanes[0]}.load"),
        (*range(len(lanes)), 0),
        tuple(not is_dma(name) for name in lanes),
    )


def find_hazards(footprint: Footprint, streams: Streams) -> Hazards:
    """
    Last-access dependencies between lanes, and within lanes that are not interlocked.

    Instructions are taken in order against shadow memories that hold, per atom, the last writer and the last reader
    of each stream since then (all such readers of a stream that is out of order).
    """
    shadows = _Shadows(footprint, streams)
    lane, ordered = streams.lane, streams.ordered
    edges: list[list[Edge]] = [[] for _ in lane]
    for record in range(len(lane)):
        accesses = footprint.of(record)
        if not accesses:
            continue
        needed = shadows.needed(accesses)
        own = lane[record]
        skip = streams.excused[own]
        for channel, others in needed.items():
            if not ordered[channel >> 1]:
                # Complete implies operands read.
                implied = () if channel & 1 else needed.get(channel + 1, ())
                edges[record] += [(channel, other) for other in sorted(others.difference(implied))]
                continue
            other = max(others)
            if (skip and lane[other] == own) or (not channel & 1 and max(needed.get(channel + 1, {-1})) >= other):
                continue
            edges[record].append((channel, other))
        shadows.record(record, accesses)
    return Hazards(edges)


class _Shadows:
    """Last writer of every atom, and last readers of it on each stream since that write."""

    def __init__(self, footprint: Footprint, streams: Streams):
        self._footprint = footprint
        self._streams = streams
        self._writer = {space: footprint.shadow(space) for space in footprint.spaces}
        self._readers: dict[int, dict[int, npt.NDArray[Any]]] = {space: {} for space in footprint.spaces}

    def needed(self, accesses: Sequence[Access]) -> dict[int, set[int]]:
        """Channel -> instructions that `accesses` must follow; of an ordered channel at least the latest."""
        needed: dict[int, set[int]] = {}
        for _, is_write, space, groups, cells in accesses:
            for other in distinct(self._writer[space][groups, cells]):
                needed.setdefault(2 * self._streams.stream[other] + Phase.COMPLETE, set()).add(other)
            if not is_write:
                continue
            for reader, shadow in self._readers[space].items():
                region = shadow[groups, cells]
                if not self._streams.ordered[reader]:
                    others = [self._streams.members[reader][bit] for bit in bits_of(union(region))]
                else:
                    other = int(region.max())
                    others = [other] if other >= 0 else []
                if others:
                    needed.setdefault(2 * reader + Phase.READ, set()).update(others)
        return needed

    def record(self, record: int, accesses: Sequence[Access]) -> None:
        """Enters the accesses of an instruction."""
        stream = self._streams.stream[record]
        ordered = self._streams.ordered
        for _, is_write, space, groups, cells in accesses:
            readers = self._readers[space]
            if is_write:
                self._writer[space][groups, cells] = record
                for reader, shadow in readers.items():
                    shadow[groups, cells] = -1 if ordered[reader] else 0
            elif ordered[stream]:
                if stream not in readers:
                    readers[stream] = self._footprint.shadow(space)
                readers[stream][groups, cells] = record
            else:
                if stream not in readers:
                    readers[stream] = set_shadow(self._footprint, space)
                readers[stream][groups, cells] |= 1 << self._streams.position[record]


def set_shadow(footprint: Footprint, space: int) -> npt.NDArray[Any]:
    """A shadow memory [groups, atoms] of sets, each an integer whose bit i stands for instruction i of a stream."""
    shadow = np.empty(footprint.spaces[space].shape, object)
    shadow.fill(0)
    return shadow


def union(region: npt.NDArray[Any]) -> int:
    """Union of the sets of a region."""
    result = 0
    for each in region.ravel().tolist():
        result |= each
    return result


def bits_of(members: int) -> list[int]:
    """Numbers of the bits that are set, ascending."""
    bits: list[int] = []
    while members:
        low = members & -members
        bits.append(low.bit_length() - 1)
        members ^= low
    return bits


def distinct(region: npt.NDArray[np.int32]) -> list[int]:
    """The different non-negative values of a shadow region."""
    if region.size == 1:
        value = int(region.flat[0])
        return [value] if value >= 0 else []
    values = region.ravel()
    if values.size > 32:
        values = [*values[np.flatnonzero(values[1:] != values[:-1])].tolist(), int(values[-1])]
    else:
        values = values.tolist()
    return [value for value in set(values) if value >= 0]


def macro_streams(records: Records, macro: npt.NDArray[np.int32], count: int, target: Target) -> Streams:
    """
    Streams of `count` macro-ops, of which `macro[r]` is that of record r.

    A macro-op has passed a phase when all of its records have, so that one stream per lane is enough.
    """
    lanes = target.lanes
    lane = np.zeros(count, np.int64)
    lane[macro] = field(records, "lane")
    return Streams(
        lane.tolist(),
        lane.tolist(),
        lanes,
        tuple(range(len(lanes))),
        tuple(not is_dma(name) for name in lanes),
    )
