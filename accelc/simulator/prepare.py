"""What the event loop needs to know of a lane before it runs, derived once from records and target."""

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from accelc.isa.records import Records
from accelc.simulator.costs import LaneCosts, Transfer, elementwise_costs, tensor_costs, transfers
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.interlock import interlocks
from accelc.targets.model import Target


@dataclass(frozen=True)
class PreparedLane:
    """A lane with the costs of its records; `fetch` and `decode` are ticks of one record."""

    code: LaneCode
    costs: LaneCosts
    interlock: list[int]
    transfers: list[Transfer | None]
    flags: list[int]
    links: list[int]
    fetch: int
    decode: int


@dataclass(frozen=True)
class PreparedCore:
    """The lanes of one core's code, in its order; any number of timings can start from it."""

    code: CoreCode
    lanes: tuple[PreparedLane, ...]


def prepare_core(code: CoreCode, target: Target) -> PreparedCore:
    """Costs of all records of `code`. Raises SimulationError for what the machine cannot execute."""
    return PreparedCore(code, tuple(_prepare_lane(lane, target) for lane in code))


def _prepare_lane(lane: LaneCode, target: Target) -> PreparedLane:
    records, count = lane.records, len(lane)
    moved: list[Transfer | None] = [None] * count
    if lane.is_dma:
        costs = LaneCosts([0] * count, [0] * count, [()] * count)
        moved = transfers(lane, target)
        fetch = decode = 0
    else:
        costs = (tensor_costs if lane.name == "tensor" else elementwise_costs)(lane, target)
        fetch = target.time.ns_to_ticks(target.isa.instr_bytes / target.sequencer.fetch_bytes_per_ns)
        decode = target.sequencer.decode_cycles * target.domain(lane.name)
    interlock = interlocks(lane, target)
    return PreparedLane(lane, costs, interlock, moved, _ints(records, "flags"), _ints(records, "link"), fetch, decode)


def _ints(records: Records, name: str) -> list[int]:
    values: npt.NDArray[Any] = records[name]
    return values.tolist()
