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
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

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
    instructions where they conflict, so that only other lanes need waits.
    """

    lane: list[int]
    stream: list[int]
    names: tuple[str, ...]
    stream_lane: tuple[int, ...]
    interlocked: tuple[bool, ...]

    @property
    def channels(self) -> int:
        """Number of channels; channel `2 * s + p` is phase p of stream s."""
        return 2 * len(self.names)

    def channel_name(self, channel: int) -> str:
        """Readable name such as `vector.complete`."""
        return f"{self.names[channel // 2]}.{Phase(channel % 2).name.lower()}"


@dataclass(frozen=True)
class Hazards:
    """`edges[i]`: what instruction i must follow, at most one edge per channel."""

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
    of each stream since then.
    """
    shadows = _Shadows(footprint, streams.stream)
    lane = streams.lane
    edges: list[list[Edge]] = [[] for _ in lane]
    for record in range(len(lane)):
        accesses = footprint.of(record)
        if not accesses:
            continue
        latest = shadows.latest(accesses)
        own = lane[record]
        if latest:
            skip = streams.interlocked[own]
            edges[record] = [
                (channel, other)
                for channel, other in latest.items()
                if not (skip and lane[other] == own)
                # Complete implies operands read.
                and (channel & 1 or latest.get(channel + 1, -1) < other)
            ]
        shadows.record(record, accesses)
    return Hazards(edges)


class _Shadows:
    """Last writer of every atom, and last reader of it on each stream since that write."""

    def __init__(self, footprint: Footprint, stream: Sequence[int]):
        self._footprint = footprint
        self._stream = stream
        self._writer = {space: footprint.shadow(space) for space in footprint.spaces}
        self._readers: dict[int, dict[int, npt.NDArray[np.int32]]] = {space: {} for space in footprint.spaces}

    def latest(self, accesses: Sequence[Access]) -> dict[int, int]:
        """Channel -> latest instruction that `accesses` must follow."""
        latest: dict[int, int] = {}
        for _, is_write, space, groups, cells in accesses:
            for other in distinct(self._writer[space][groups, cells]):
                channel = 2 * self._stream[other] + Phase.COMPLETE
                latest[channel] = max(latest.get(channel, -1), other)
            if not is_write:
                continue
            for reader, shadow in self._readers[space].items():
                other = int(shadow[groups, cells].max())
                if other >= 0:
                    channel = 2 * reader + Phase.READ
                    latest[channel] = max(latest.get(channel, -1), other)
        return latest

    def record(self, record: int, accesses: Sequence[Access]) -> None:
        """Enters the accesses of an instruction."""
        stream = self._stream[record]
        for _, is_write, space, groups, cells in accesses:
            readers = self._readers[space]
            if is_write:
                self._writer[space][groups, cells] = record
                for shadow in readers.values():
                    shadow[groups, cells] = -1
            else:
                if stream not in readers:
                    readers[stream] = self._footprint.shadow(space)
                readers[stream][groups, cells] = record


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
