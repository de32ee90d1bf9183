"""What every DMA transfer moved, between which ends, and how long it would have taken alone."""

from collections.abc import Callable, Sequence
from functools import cache
from math import ceil

import numpy as np

from accelc.isa.program import HbmBinding
from accelc.isa.records import Records, Space, as_dma, field
from accelc.isa.table import Opcode
from accelc.profile.core import Core, Lane
from accelc.profile.tables import Codes, Ints, Transfers
from accelc.simulator.costs import Transfer, service_ticks, transfers
from accelc.simulator.decode import LaneCode
from accelc.targets.model import Target

ROLES = ("on chip", "scratch", "input", "output", "in_place", "weight")
"""What a transfer's side in HBM is bound to; `scratch` is memory of no binding: intermediate values and spills."""


def core_transfers(core: Core, bindings: Sequence[HbmBinding]) -> Transfers:
    """Transfers of all queues of a core, in the order of their records."""
    parts = [_lane_transfers(lane, core.target, bindings) for lane in core.lanes if lane.is_dma]
    none = np.zeros(0, np.int64)
    parts.append(Transfers(none, none, none, none.astype(np.int32), none, none, none, none))
    return Transfers.join(parts)


def _lane_transfers(lane: Lane, target: Target, bindings: Sequence[HbmBinding]) -> Transfers:
    code = LaneCode(lane.name, target.lanes.index(lane.name), lane.records, lane.opcode.tolist(), [], [], [])
    moved = [transfer for transfer in transfers(code, target) if transfer is not None]
    chosen = np.flatnonzero(lane.opcode == Opcode.DMA_COPY)
    alone = _alone(target)
    return Transfers(
        chosen + lane.first,
        np.array([transfer.total_bytes for transfer in moved], np.int64),
        np.array([transfer.hbm_bytes for transfer in moved], np.int64),
        _roles(lane.records[chosen], bindings),
        lane.times.start[chosen],
        lane.times.read[chosen],
        np.array([alone(transfer) for transfer in moved], np.int64),
        np.array([transfer.descriptors * transfer.engines for transfer in moved], np.int64),
    )


def _alone(target: Target) -> Callable[[Transfer], int]:
    @cache
    def ticks(transfer: Transfer) -> int:
        engines = max(1, min(target.dma.engines, transfer.engines))
        return ceil(max(1.0, service_ticks(transfer, target, target.hbm.bytes_per_ns / engines)))

    return ticks


def _roles(records: Records, bindings: Sequence[HbmBinding]) -> Codes:
    """Code into `ROLES` by the address in HBM of each transfer: that it reads if both sides are there."""
    role = np.full(len(records), ROLES.index("on chip"), np.int32)
    for side, preferred in (("dst", ("output", "in_place")), ("src", ("input", "weight"))):
        values = field(as_dma(records), side)
        inside = np.flatnonzero(values["space"] == Space.HBM)
        base = values["base"][inside].astype(np.int64)
        steps = (values["size"][inside].astype(np.int64) - 1) * values["stride"][inside]
        role[inside] = _bound(base + np.minimum(steps, 0).sum(axis=1), bindings, preferred)
    return role


def _bound(address: Ints, bindings: Sequence[HbmBinding], preferred: Sequence[str]) -> Codes:
    found = np.full(len(address), ROLES.index("scratch"), np.int32)
    for mine in (False, True):
        chosen = [b for b in bindings if b.nbytes and b.role in ROLES and (b.role in preferred) == mine]
        if not chosen:
            continue
        chosen.sort(key=lambda binding: binding.offset)
        first = np.array([binding.offset for binding in chosen], np.int64)
        last = first + np.array([binding.nbytes for binding in chosen], np.int64)
        codes = np.array([ROLES.index(binding.role) for binding in chosen], np.int32)
        at = np.searchsorted(first, address, side="right") - 1
        hit = (at >= 0) & (address < last[at])
        found[hit] = codes[at[hit]]
    return found
