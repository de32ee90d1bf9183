"""
Where the time of a lane went, as intervals with a reason and what it waited for.

The simulator's statistics charge every tick of a lane by one running maximum over the phases of its records
(`simulator.stats.lane_stats`). The same maximum, kept as intervals, is the table of stalls; each is then told apart
further by what the tick at its end coincides with.
"""

from dataclasses import dataclass

import numpy as np

from accelc.isa.records import Flag, field
from accelc.isa.table import Opcode
from accelc.profile.core import Core, Lane
from accelc.profile.tables import Codes, Flows, Ints, Reason, Stalls, Updates

_PHASES = 6
_FETCH, _SEMAPHORE, _OPERANDS, _PORT, _DELAY, _BUSY = range(_PHASES)


@dataclass(frozen=True)
class Intervals:
    """What a lane did one after the other: `kind` is an index into `simulator.stats.REASONS`, or 5 for work."""

    begin: Ints
    end: Ints
    kind: Ints
    record: Ints


def lane_intervals(lane: Lane) -> Intervals:
    """Every tick of a lane up to its end, without gaps or overlaps."""
    times, works = lane.times, lane.works
    clock = np.where(works, times.start, np.maximum.accumulate(np.where(works, times.start, times.issue)))
    order = np.lexsort((np.arange(len(lane)), clock))
    halts = np.flatnonzero(lane.opcode[order] == Opcode.HALT)
    order = order[: halts[0] + 1] if len(halts) else order
    phases = np.zeros((len(order), _PHASES), np.int64)
    for phase, column in enumerate((times.ready, times.issue, times.operands, times.start)):
        phases[:, phase] = column[order]
    pause = times.pause[order]
    phases[:, _DELAY] = np.where(pause > 0, times.issue[order] + pause, 0)
    phases[:, _BUSY] = np.where(works[order], times.read[order], 0)
    reached = np.maximum.accumulate(phases.reshape(-1))
    rises = np.flatnonzero(np.diff(reached, prepend=0))
    end = reached[rises]
    return Intervals(np.concatenate([[0], end[:-1]])[: len(end)], end, rises % _PHASES, order[rises // _PHASES])


@dataclass(frozen=True)
class LaneCharge:
    """Ticks that a lane worked and was idle after its end, and its stalls, the idle time included."""

    busy: int
    idle: int
    stalls: Stalls


def core_charges(core: Core, updates: Updates, flows: Flows) -> list[LaneCharge]:
    """Work and stalls of every lane; `updates` and `flows` are those of the core, from row 0 on."""
    origin, last = core.rows
    released = np.full(last - origin, -1, np.int64)
    released[flows.consumer - origin] = np.arange(len(flows))
    fired = np.concatenate([updates.fired, [0]])[flows.update]
    return [_lane_charge(core, lane, released[lane.first - origin :], flows, fired) for lane in core.lanes]


def _lane_charge(core: Core, lane: Lane, released: Ints, flows: Flows, fired: Ints) -> LaneCharge:
    spans = lane_intervals(lane)
    busy = spans.kind == _BUSY
    stands = ~busy
    begin, end, kind, record = spans.begin[stands], spans.end[stands], spans.kind[stands], spans.record[stands]
    reason = np.full(len(kind), Reason.DELAY, np.uint8)
    producer = np.full(len(kind), -1, np.int64)
    semaphore = np.full(len(kind), -1, np.int32)

    fetch = kind == _FETCH
    reason[fetch] = _fetch_reasons(core, lane, record[fetch])
    operands = kind == _OPERANDS
    reason[operands], producer[operands] = _operand_reasons(core, lane, record[operands])
    ports = kind == _PORT
    reason[ports] = Reason.PORT
    producer[ports] = _holders(core, lane, lane.times.start[record[ports]])

    waits = np.flatnonzero(kind == _SEMAPHORE)
    flow = released[record[waits]]
    semaphore[waits], producer[waits] = flows.semaphore[flow], flows.producer[flow]
    reason[waits] = Reason.SIGNAL
    made = np.clip(fired[flow], begin[waits], end[waits])
    before = waits[made > begin[waits]]
    early = Stalls(
        np.full(len(before), lane.owner, np.int32),
        begin[before],
        made[made > begin[waits]],
        np.full(len(before), Reason.SEMAPHORE, np.uint8),
        record[before] + lane.first,
        semaphore[before],
        producer[before],
    )
    begin[waits] = made
    rest = end > begin
    free = int(spans.end[-1]) if len(spans.end) else 0
    late = Stalls(
        np.full(len(begin), lane.owner, np.int32), begin, end, reason, record + lane.first, semaphore, producer
    ).take(rest)
    found = Stalls.join([early, late, _idle(lane.owner, free, core.total)])
    order = np.argsort(found.begin, kind="stable")
    return LaneCharge(int((spans.end - spans.begin)[busy].sum()), core.total - free, found.take(order))


def _idle(owner: int, begin: int, end: int) -> Stalls:
    rows = int(end > begin)
    none = np.full(rows, -1, np.int64)
    codes: Codes = none.astype(np.int32)
    idle = np.full(rows, Reason.IDLE, np.uint8)
    return Stalls(codes * 0 + np.int32(owner), none * 0 + begin, none * 0 + end, idle, none, codes, none)


def _fetch_reasons(core: Core, lane: Lane, record: Ints) -> Ints:
    """FETCH, or TRIGGER on a queue; THROTTLE where a record was ready just when a throttle let it."""
    usual = Reason.TRIGGER if lane.is_dma else Reason.FETCH
    reason = np.full(len(record), usual, np.int64)
    if not core.throttles:
        return reason
    slots = field(lane.records, "link").astype(np.int64)
    is_throttle = (lane.opcode == Opcode.DELAY) & np.isin(slots, list(core.throttles))
    latest = np.maximum.accumulate(np.where(is_throttle, np.arange(len(lane)), -1))
    before = np.concatenate([[-1], latest])[record]
    cycles = np.array([core.throttles.get(slot, 0) for slot in slots[before].tolist()], np.int64)
    interval = np.where(before >= 0, cycles * core.target.domain(lane.name), 0)
    bound = lane.times.ready[record] == lane.times.issue[record - 1] + interval
    reason[(interval > 0) & bound] = Reason.THROTTLE
    return reason


def _operand_reasons(core: Core, lane: Lane, record: Ints) -> tuple[Ints, Ints]:
    """Reasons of records that waited for something of their own lane, and the rows of what they waited for."""
    if lane.is_dma:
        return np.full(len(record), Reason.DMA_START, np.int64), np.full(len(record), -1, np.int64)
    until = lane.times.operands[record]
    reason = np.full(len(record), Reason.INTERLOCK, np.int64)
    producer = _completing(lane, until, record)
    if lane.name == "tensor":
        loads = lane.opcode == Opcode.LS
        swaps = (lane.opcode == Opcode.MM) & ((field(lane.records, "flags") & Flag.SWAP) != 0)
        load_at, swap_at = np.flatnonzero(loads), np.flatnonzero(swaps)
        for is_one, reason_code, others, moment, lag in (
            (loads, Reason.SHADOW, swap_at, lane.times.start, core.target.tensor.shadow_planes),
            (swaps, Reason.STATIONARY, load_at, lane.times.read, 0),
        ):
            index = (np.cumsum(is_one) - 1)[record] - lag
            there = is_one[record] & (index >= 0) & (index < len(others))
            at = others[index[there]]
            holds = moment[at] == until[there]
            chosen = np.flatnonzero(there)[holds]
            reason[chosen], producer[chosen] = reason_code, at[holds]
    return reason, np.where(producer >= 0, producer + lane.first, -1)


def _completing(lane: Lane, until: Ints, record: Ints) -> Ints:
    """The latest record before each of `record` whose results are visible just at `until`, -1 where there is none."""
    complete = np.where(lane.works, lane.times.complete, -1)
    order = np.lexsort((np.arange(len(lane)), complete))
    span = len(lane) + 1
    key = complete[order] * span + order
    at = np.searchsorted(key, until * span + record) - 1
    found = order[np.maximum(at, 0)]
    return np.where((at >= 0) & (complete[found] == until), found, -1)


def _holders(core: Core, lane: Lane, start: Ints) -> Ints:
    """Rows of records of other lanes that let go of a port they share with `lane` just at `start`."""
    found = np.full(len(start), -1, np.int64)
    groups = set(core.target.port(lane.name).exclusive)
    for other in core.lanes:
        if other is lane or not groups & set(core.target.port(other.name).exclusive):
            continue
        works = np.flatnonzero(other.works)
        read = other.times.read[works]
        order = np.argsort(read, kind="stable")
        at = np.searchsorted(read[order], start)
        inside = at < len(order)
        chosen = order[at[inside]]
        holds = read[chosen] == start[inside]
        found[np.flatnonzero(inside)[holds]] = works[chosen[holds]] + other.first
    return found
