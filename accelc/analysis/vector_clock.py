"""
Fewest waits that enforce a program's hazards, by phase-typed vector clocks (systems page, S3 and S4).

The clock of an instruction holds, per channel, the latest instruction known to have passed the channel's phase when
it starts. What it knows at its own `READ` or `COMPLETE` is that plus its own entries, so one vector per instruction
is enough. A hazard already in the clock of the lane's predecessor, or implied by another needed edge, costs nothing;
the others become waits. Each wait raises the clock, so later instructions need fewer.

Orders an engine enforces among its own instructions (interlocks) are not counted as knowledge: the checkers see the
same orders as this analysis, and a wait it keeps is one they miss.

Waits compare with monotonic counters (`semaphore >= rank`) and do not consume: the counter of a channel is raised by
one in-order stream only, so that any number of consumers can wait on one signal and a rank names one instruction.
A consuming wait would need one semaphore per pair of producer and consumer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.analysis.footprint import footprint
from accelc.analysis.hazards import Edge, Hazards, Phase, Streams, find_hazards, record_streams
from accelc.errors import SynchronizationError
from accelc.isa.records import RECORD, Records, Update, Wait, empty_records, field
from accelc.isa.table import Opcode
from accelc.targets.model import Sync as SyncTarget
from accelc.targets.model import Target

MODELS = ("phase", "simple")
"""`phase` distinguishes operands-read from complete; `simple` signals only completion (S3)."""

Clock = list[int]


@dataclass(frozen=True)
class Semaphore:
    """A counter: which channel raises it, and its readable name."""

    channel: int
    name: str
    signals: int


@dataclass(frozen=True)
class Sync:
    """
    Waits and updates of a program, as flat arrays ordered by instruction.

    Instruction `wait_record[k]` issues when semaphore `wait_semaphore[k]` is at least `wait_value[k]`; instruction
    `update_record[k]` adds one to `update_semaphore[k]` at phase `update_phase[k]` (`Phase`).
    """

    semaphores: tuple[Semaphore, ...]
    wait_record: npt.NDArray[np.int64]
    wait_semaphore: npt.NDArray[np.int64]
    wait_value: npt.NDArray[np.int64]
    update_record: npt.NDArray[np.int64]
    update_semaphore: npt.NDArray[np.int64]
    update_phase: npt.NDArray[np.int64]
    required: int

    @property
    def emitted(self) -> int:
        """Number of waits."""
        return len(self.wait_record)


def keep_edges(hazards: Hazards, streams: Streams, model: str = "phase") -> list[list[Edge]]:
    """
    The hazards of each instruction that must become waits; every other one is implied by these.

    Raises ValueError for an unknown model.
    """
    if model not in MODELS:
        raise ValueError(f"unknown vector-clock model {model!r}: legal are {', '.join(MODELS)}")
    clocks: list[Clock] = []
    at_lane: list[Clock] = [[-1] * streams.channels for _ in streams.interlocked]
    kept: list[list[Edge]] = []
    for record, lane in enumerate(streams.lane):
        clock = at_lane[lane]
        needed = hazards.edges[record]
        if needed and model == "simple":
            needed = _completions(needed)
        waits = [edge for edge in needed if clock[edge[0]] < edge[1]]
        if len(waits) > 1:
            waits = [edge for edge in waits if not any(_implies(clocks, by, edge) for by in waits if by is not edge)]
        if waits:
            clock = list(clock)
            for channel, producer in waits:
                _join(clock, clocks[producer], channel, producer)
            at_lane[lane] = clock
        clocks.append(clock)
        kept.append(waits)
    return kept


def _completions(edges: Sequence[Edge]) -> list[Edge]:
    latest: dict[int, int] = {}
    for channel, producer in edges:
        channel |= Phase.COMPLETE
        latest[channel] = max(latest.get(channel, -1), producer)
    return list(latest.items())


def _implies(clocks: Sequence[Clock], by: Edge, edge: Edge) -> bool:
    """Whether waiting for `by` makes sure of `edge` too."""
    channel, producer = edge
    by_channel, by_producer = by
    if clocks[by_producer][channel] >= producer:
        return True
    same_stream = channel >> 1 == by_channel >> 1
    return same_stream and channel <= by_channel and by_producer >= producer


def _join(clock: Clock, other: Clock, channel: int, producer: int) -> None:
    for index, known in enumerate(other):
        if known > clock[index]:
            clock[index] = known
    clock[channel] = max(clock[channel], producer)
    # Complete implies operands read.
    if channel & 1:
        clock[channel - 1] = max(clock[channel - 1], producer)


def assign_semaphores(
    kept: Sequence[Sequence[Edge]],
    streams: Streams,
    required: int,
    limits: SyncTarget,
    describe: Callable[[int], str] = str,
) -> Sync:
    """
    One counter for each channel that some wait uses, raised only by instructions that a wait names.

    `describe` renders an instruction for messages. Raises SynchronizationError when the target has too few
    semaphores or a counter would overflow.
    """
    sources: dict[int, set[int]] = {}
    for edges in kept:
        for channel, producer in edges:
            sources.setdefault(channel, set()).add(producer)
    if len(sources) > limits.semaphores:
        raise SynchronizationError(
            f"the program needs {len(sources)} semaphores, one for each lane and phase that another lane waits for; "
            f"the target has {limits.semaphores}: use fewer DMA queues (dma.rings_per_engine), or a target with more "
            "semaphores (sync.semaphores)"
        )
    largest = (1 << (limits.width_bits - 1)) - 1
    rank: dict[Edge, int] = {}
    semaphores: list[Semaphore] = []
    updates: list[tuple[int, int, int]] = []
    number = {channel: index for index, channel in enumerate(sorted(sources))}
    for channel, index in number.items():
        ordered = sorted(sources[channel])
        if len(ordered) > largest:
            raise SynchronizationError(
                f"semaphore {streams.channel_name(channel)} would count to {len(ordered)} at "
                f"{describe(ordered[largest])}; counters of {limits.width_bits} bits hold at most {largest}: split the "
                "program, or use a target with wider counters (sync.width_bits)"
            )
        semaphores.append(Semaphore(channel, streams.channel_name(channel), len(ordered)))
        for position, producer in enumerate(ordered, start=1):
            rank[channel, producer] = position
            updates.append((producer, index, channel & 1))
    updates.sort()
    waits = [
        (record, number[channel], rank[channel, producer])
        for record, edges in enumerate(kept)
        for channel, producer in edges
    ]
    wait = np.array(waits, np.int64).reshape(-1, 3)
    update = np.array(updates, np.int64).reshape(-1, 3)
    return Sync(
        tuple(semaphores), wait[:, 0], wait[:, 1], wait[:, 2], update[:, 0], update[:, 1], update[:, 2], required
    )


def synchronize_records(records: Records, target: Target, model: str = "phase") -> Sync:
    """
    Waits and updates for records in one global program order, without any as yet.

    Raises SynchronizationError when the target's semaphores do not suffice.
    """
    streams = record_streams(records, target)
    hazards = find_hazards(footprint(records, target), streams)

    def describe(record: int) -> str:
        return f"record {record} ({Opcode(int(field(records, 'opcode')[record])).name})"

    return assign_semaphores(keep_edges(hazards, streams, model), streams, hazards.required, target.sync, describe)


def write_sync(records: Records, sync: Sync) -> tuple[Records, npt.NDArray[np.int64]]:
    """
    Fills waits and updates into `records`: (new array, index of every old record in it).

    A record carries one wait; each further one becomes a `SEM_WAIT` in front of it on the same lane.
    """
    count = len(records)
    order = np.arange(len(sync.wait_record))
    first = np.searchsorted(sync.wait_record, np.arange(count))
    extra = order > first[sync.wait_record] if len(order) else np.zeros(0, bool)
    more = np.bincount(sync.wait_record[extra], minlength=count)
    place = np.arange(count) + np.cumsum(more)
    result = empty_records(count + int(more.sum()))
    result[place] = records

    inline = order[~extra]
    at = place[sync.wait_record[inline]]
    _write_waits(result, at, sync, inline)

    spare = order[extra]
    owner = sync.wait_record[spare]
    at = place[owner] - (spare - first[owner])
    field(result, "opcode")[at] = Opcode.SEM_WAIT
    field(result, "lane")[at] = field(records, "lane")[owner]
    field(result, "debug")[at] = field(records, "debug")[owner]
    _write_waits(result, at, sync, spare)

    at = place[sync.update_record]
    second = np.zeros(len(at), np.int64)
    second[1:] = at[1:] == at[:-1]
    update = field(result, "update")
    update["semaphore"][at, second] = sync.update_semaphore
    update["op"][at, second] = np.where(sync.update_phase == Phase.READ, Update.ADD_AT_READ, Update.ADD_AT_COMPLETE)
    update["value"][at, second] = 1
    assert result.dtype == RECORD
    return result, place


def _write_waits(records: Records, at: npt.NDArray[np.int64], sync: Sync, chosen: npt.NDArray[np.int64]) -> None:
    field(records, "wait_semaphore")[at] = sync.wait_semaphore[chosen]
    field(records, "wait_condition")[at] = Wait.GE
    field(records, "wait_value")[at] = sync.wait_value[chosen]
