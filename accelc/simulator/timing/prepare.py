"""What the event loop needs to know of a lane before it runs, derived once from records and target."""

from dataclasses import dataclass, replace
from functools import cached_property
from operator import add

import numpy as np
import numpy.typing as npt

from accelc.isa.records import Flag, Update, field
from accelc.isa.table import TRANSFERS, Opcode
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.timing.banks import Uses, has_conflicts, lane_uses
from accelc.simulator.timing.costs import LaneCosts, Transfer, elementwise_costs, tensor_costs, transfers
from accelc.simulator.timing.interlock import interlocks
from accelc.targets.model import Target

CONTROL, LOAD, PRODUCT, SWAPPING_PRODUCT, ELEMENTWISE, TRANSFER = range(6)
"""Kinds of records, as far as the loop tells them apart."""

Updates = tuple[tuple[int, int, int], ...]
"""(ticks after the record has read, semaphore, value) of each."""


@dataclass(frozen=True)
class PreparedLane:
    """
    A lane with the costs of its records, all times in ticks.

    `busy` is the time from start to operands read, `total` to results visible; `latency` is that of a DMA from its
    trigger to its earliest start. `ports` are the exclusive groups a record holds, by their number in the core,
    `producers` the earlier record it must see complete (-1: none; None: there are none in the lane). `fetch` and
    `decode` are those of one record. `uses` are the ports of banks each record accesses, None where nothing conflicts.
    """

    code: LaneCode
    kinds: list[int]
    busy: list[int]
    total: list[int]
    latency: list[int]
    ports: list[tuple[int, ...]]
    producers: list[int] | None
    transfers: list[Transfer | None]
    updates: list[Updates | None]
    slots: list[int]
    fetch: int
    decode: int
    uses: list[Uses] | None = None

    @cached_property
    def columns(self) -> npt.NDArray[np.int64]:
        """Kind, busy and total of every record, [3, records]."""
        return np.array([self.kinds, self.busy, self.total], np.int64)


@dataclass(frozen=True)
class PreparedCore:
    """The lanes of one core's code, in its order, and its exclusive port groups; any number of timings can start."""

    code: CoreCode
    lanes: tuple[PreparedLane, ...]
    groups: tuple[str, ...]


def prepare_core(code: CoreCode, target: Target) -> PreparedCore:
    """Costs of all records of `code`. Raises SimulationError for what the machine cannot execute."""
    groups: dict[str, int] = {}
    lanes = tuple(_prepare_lane(lane, target, groups) for lane in code)
    if has_conflicts(target):
        lanes = tuple(replace(lane, uses=lane_uses(lane.code, lane.busy, lane.transfers, target)) for lane in lanes)
    return PreparedCore(code, lanes, tuple(groups))


def _prepare_lane(lane: LaneCode, target: Target, groups: dict[str, int]) -> PreparedLane:
    count = len(lane)
    none = [0] * count
    slots: list[int] = field(lane.records, "link").tolist()
    if lane.is_dma:
        moved = transfers(lane, target)
        start, hbm = target.dma.start_latency_ns, target.hbm.latency_ns
        ticks = target.time.ns_to_ticks
        near, far = ticks(start), ticks(start + hbm)
        latency = [far if transfer is not None and transfer.hbm_bytes else near for transfer in moved]
        kinds = _kinds(lane)
        marks = _updates(lane, none, target)
        return PreparedLane(lane, kinds, none, none, latency, [()] * count, None, moved, marks, slots, 0, 0)
    costs = (tensor_costs if lane.name == "tensor" else elementwise_costs)(lane, target)
    producers = interlocks(lane, target)
    return PreparedLane(
        lane,
        _kinds(lane),
        costs.busy,
        list(map(add, costs.busy, costs.latency)),
        none,
        _ports(costs, groups),
        producers if any(producer >= 0 for producer in producers) else None,
        [None] * count,
        _updates(lane, costs.latency, target),
        slots,
        target.time.ns_to_ticks(target.isa.instr_bytes / target.sequencer.fetch_bytes_per_ns),
        target.sequencer.decode_cycles * target.domain(lane.name),
    )


def _kinds(lane: LaneCode) -> list[int]:
    opcode = lane.codes
    swaps = (field(lane.records, "flags") & Flag.SWAP) != 0
    kinds = np.full(len(opcode), ELEMENTWISE)
    kinds[opcode < Opcode.LS] = CONTROL
    kinds[opcode == Opcode.LS] = LOAD
    kinds[opcode == Opcode.MM] = PRODUCT
    kinds[(opcode == Opcode.MM) & swaps] = SWAPPING_PRODUCT
    kinds[np.isin(opcode, TRANSFERS)] = TRANSFER
    return kinds.tolist()


def _updates(lane: LaneCode, latency: list[int], target: Target) -> list[Updates | None]:
    """By record its updates; empty where they do not follow from `start`: those of control records and transfers."""
    raised = target.time.ns_to_ticks(target.sync.inc_latency_ns)
    updates: list[Updates | None] = [None] * len(lane)
    signals = (field(lane.records, "update")["op"] != Update.NONE).any(axis=1)
    follow = (lane.codes >= Opcode.LS) & ~np.isin(lane.codes, TRANSFERS)
    for record in np.flatnonzero(signals & ~follow).tolist():
        updates[record] = ()
    # Few different ones: each is made once.
    known: dict[tuple[object, ...], Updates] = {}
    for record in np.flatnonzero(signals & follow).tolist():
        key = at_read, at_complete, late = lane.at_read[record], lane.at_complete[record], latency[record]
        if key not in known:
            reads = ((raised, semaphore, value) for semaphore, value in at_read)
            known[key] = (*reads, *((raised + late, semaphore, value) for semaphore, value in at_complete))
        updates[record] = known[key]
    return updates


def _ports(costs: LaneCosts, groups: dict[str, int]) -> list[tuple[int, ...]]:
    numbers = {held: tuple(groups.setdefault(group, len(groups)) for group in held) for held in set(costs.groups)}
    return [numbers[held] for held in costs.groups]
