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
from accelc.analysis.sync.clocks import Clocks
from accelc.analysis.sync.counters import Plan, count_up, roll_over
from accelc.analysis.sync.events import registers_needed, use_events
from accelc.analysis.sync.hazards import Edge, Hazards, Phase, Streams, find_hazards, record_streams
from accelc.errors import SynchronizationError
from accelc.isa.records import RECORD, Records, Update, Wait, empty_records, field
from accelc.isa.table import Opcode
from accelc.targets.model import Sync as SyncTarget
from accelc.targets.model import Target

MODELS = ("phase", "simple")
"""`phase` distinguishes operands-read from complete; `simple` signals only completion (S3)."""

MECHANISMS = ("counter", "event")
"""`counter` counts the signals of one channel; `event` toggles one bit, in registers that edges share."""
FALLBACKS = ("counter", "error")
"""What a wait gets for which no event register is free."""


@dataclass(frozen=True)
class Options:
    """
    How waits are realised.

    `width`: bits of a counter, 0 for the target's; `registers`: event registers, 0 for all semaphores of the target.
    """

    mechanism: str = "counter"
    width: int = 0
    registers: int = 0
    fallback: str = "counter"


DEFAULT = Options()


@dataclass(frozen=True)
class Semaphore:
    """
    A counter: which channel raises it first, its readable name, and how often it is raised.

    `bits` is the number of low bits that waits compare, 0 for the whole count.
    """

    channel: int
    name: str
    signals: int
    bits: int = 0


@dataclass(frozen=True)
class Sync:
    """
    Waits and updates of a program, as flat arrays ordered by instruction.

    Instruction `wait_record[k]` issues when semaphore `wait_semaphore[k]` is at least `wait_value[k]` (modulo 2^bits
    where the semaphore has `bits`: less than half a turn ahead); instruction
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
    clocks = Clocks(streams)
    kept: list[list[Edge]] = []
    for record, lane in enumerate(streams.lane):
        needed = hazards.edges[record]
        if needed and model == "simple":
            needed = _completions(needed, streams)
        waits = clocks.reduce(needed, lane)
        clocks.add(lane, waits)
        kept.append(waits)
    return kept


def _completions(edges: Sequence[Edge], streams: Streams) -> list[Edge]:
    latest: dict[int, int] = {}
    others: dict[Edge, None] = {}
    for channel, producer in edges:
        complete = channel | Phase.COMPLETE
        if streams.ordered[channel >> 1]:
            latest[complete] = max(latest.get(complete, -1), producer)
        else:
            others[complete, producer] = None
    return [*latest.items(), *others]


def plan_semaphores(
    kept: Sequence[Sequence[Edge]],
    streams: Streams,
    limits: SyncTarget,
    options: Options = DEFAULT,
    describe: Callable[[int], str] = str,
) -> Plan:
    """
    Counters or event registers for `kept` waits.

    Counters have the target's width, or `options.width` bits; those that would count further roll over. `describe`
    renders an instruction for messages. Raises SynchronizationError when the target has too few semaphores, or event
    registers do not suffice and may not be helped out.
    """
    if options.mechanism == "event":
        return _plan_events(kept, streams, limits, options, describe)
    if options.width:
        plan = roll_over(kept, streams, options.width)
    else:
        plan = count_up(kept, streams)
        if max((len(counter.updates) for counter in plan.counters), default=0) > (1 << (limits.width_bits - 1)) - 1:
            plan = roll_over(kept, streams, limits.width_bits)
    if len(plan.counters) > limits.semaphores:
        raise SynchronizationError(
            f"the program needs {len(plan.counters)} semaphores, {_WHAT_FOR[any(c.bits for c in plan.counters)]}; "
            f"the target has {limits.semaphores}: use fewer DMA queues (dma.rings_per_engine), or a target with more "
            "semaphores (sync.semaphores)"
        )
    return plan


_WHAT_FOR = {
    False: "one for each lane and phase that another lane waits for",
    True: "rolling over, one for each lane and phase and each lane that waits for it",
}


def _plan_events(
    kept: Sequence[Sequence[Edge]],
    streams: Streams,
    limits: SyncTarget,
    options: Options,
    describe: Callable[[int], str],
) -> Plan:
    registers = options.registers or limits.semaphores
    if registers > limits.semaphores:
        raise SynchronizationError(
            f"{registers} event registers asked for (registers): the target has {limits.semaphores} semaphores "
            "(sync.semaphores)"
        )
    events = use_events(kept, streams, registers)
    needed = len(events.plan.counters)
    if events.spilled and (options.fallback == "error" or needed > limits.semaphores):
        enough = registers_needed(kept, streams)
        counters = "" if options.fallback == "error" else f", for which it takes {needed - events.registers} counters"
        raise SynchronizationError(
            f"{describe(events.first)} waits, but {registers} event registers are all in use ({events.spilled} such "
            f"waits{counters}): without guards "
            f"{enough} registers suffice (registers), the target has {limits.semaphores} semaphores "
            "(sync.semaphores); or use mechanism=counter"
        )
    return events.plan


def to_sync(plan: Plan, required: int) -> Sync:
    """The waits and updates of a plan as flat arrays."""
    semaphores = tuple(
        Semaphore(counter.updates[0][0], counter.name, len(counter.updates), counter.bits) for counter in plan.counters
    )
    updates = sorted(
        (producer, index, channel & 1)
        for index, counter in enumerate(plan.counters)
        for channel, producer in counter.updates
    )
    waits = [
        (record, number, plan.counters[number].value(count))
        for record, ranks in enumerate(plan.waits)
        for number, count in ranks
    ]
    wait = np.array(waits, np.int64).reshape(-1, 3)
    update = np.array(updates, np.int64).reshape(-1, 3)
    return Sync(semaphores, wait[:, 0], wait[:, 1], wait[:, 2], update[:, 0], update[:, 1], update[:, 2], required)


def synchronize_records(records: Records, target: Target, model: str = "phase", options: Options = DEFAULT) -> Sync:
    """
    Waits and updates for records in one global program order, without any as yet.

    Raises SynchronizationError when the target's semaphores do not suffice.
    """
    streams = record_streams(records, target)
    hazards = find_hazards(footprint(records, target), streams)
    plan = plan_semaphores(keep_edges(hazards, streams, model), streams, target.sync, options)
    return to_sync(plan, hazards.required)


SLOTS = 2
"""Updates that one record carries."""


def write_sync(records: Records, sync: Sync) -> tuple[Records, npt.NDArray[np.int64]]:
    """
    Fills waits and updates into `records`: (new array, index of every old record in it).

    A record carries one wait and two updates. Each further wait becomes a `SEM_WAIT` in front of it on the same lane,
    every two further updates a `SEM_UPD` behind it.
    """
    count = len(records)
    order = np.arange(len(sync.wait_record))
    first = np.searchsorted(sync.wait_record, np.arange(count))
    extra = order > first[sync.wait_record] if len(order) else np.zeros(0, bool)
    more = np.bincount(sync.wait_record[extra], minlength=count)
    slot = _slots(records, sync)
    last = np.zeros(count, np.int64)
    np.maximum.at(last, sync.update_record, slot)
    behind = last // SLOTS
    place = np.arange(count) + np.cumsum(more) + np.cumsum(behind) - behind
    result = empty_records(count + int(more.sum()) + int(behind.sum()))
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

    at = place[sync.update_record] + slot // SLOTS
    late = slot >= SLOTS
    field(result, "opcode")[at[late]] = Opcode.SEM_UPD
    for name in ("lane", "debug"):
        field(result, name)[at[late]] = field(records, name)[sync.update_record[late]]
    update = field(result, "update")
    update["semaphore"][at, slot % SLOTS] = sync.update_semaphore
    read = sync.update_phase == Phase.READ
    update["op"][at, slot % SLOTS] = np.where(read, Update.ADD_AT_READ, Update.ADD_AT_COMPLETE)
    update["value"][at, slot % SLOTS] = 1
    assert result.dtype == RECORD
    return result, place


def _slots(records: Records, sync: Sync) -> npt.NDArray[np.int64]:
    """
    By update its place at the record: 0 and 1 in the record itself, the next two in the `SEM_UPD` behind it, ...

    A load of the array may be through before records ahead of it, a `SEM_UPD` never: a semaphore that loads raise is
    raised either always by them or always behind them, so that the order of its updates is certain.
    """
    slot = np.arange(len(sync.update_record)) - np.searchsorted(sync.update_record, sync.update_record)
    loads = np.flatnonzero(field(records, "opcode")[sync.update_record] == Opcode.LS)
    by_record: dict[int, list[int]] = {}
    for row in loads.tolist():
        by_record.setdefault(int(sync.update_record[row]), []).append(row)
    behind: set[int] = set()
    size = -1
    while len(behind) > size:
        size = len(behind)
        for rows in by_record.values():
            numbers = [int(sync.update_semaphore[row]) for row in rows]
            behind.update([number for number in numbers if number not in behind][SLOTS:])
    for rows in by_record.values():
        inside = [row for row in rows if int(sync.update_semaphore[row]) not in behind]
        others = [row for row in rows if int(sync.update_semaphore[row]) in behind]
        slot[inside] = np.arange(len(inside))
        slot[others] = SLOTS + np.arange(len(others))
    return slot


def _write_waits(records: Records, at: npt.NDArray[np.int64], sync: Sync, chosen: npt.NDArray[np.int64]) -> None:
    semaphore = sync.wait_semaphore[chosen]
    bits = np.array([each.bits for each in sync.semaphores], np.int64)[semaphore]
    field(records, "wait_semaphore")[at] = semaphore
    field(records, "wait_condition")[at] = np.where(bits > 0, Wait.WRAP, Wait.GE)
    field(records, "wait_bits")[at] = bits
    field(records, "wait_value")[at] = sync.wait_value[chosen]
