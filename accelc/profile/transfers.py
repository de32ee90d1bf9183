"""What every DMA transfer moved, between which ends, and how long it would have taken alone."""

from collections.abc import Callable, Sequence
from functools import cache
from math import ceil

import numpy as np

from accelc.isa.program import HbmBinding
from accelc.isa.records import Records, Space, as_dma, field
from accelc.isa.table import TRANSFERS
from accelc.profile.core import Core, Lane
from accelc.profile.rates import Demands
from accelc.profile.tables import Codes, Ints, Transfers
from accelc.simulator.decode import LaneCode
from accelc.simulator.timing.costs import Transfer, service_ticks, transfers
from accelc.targets.model import Target

ROLES = ("on chip", "scratch", "input", "output", "in_place", "weight")
"""What a transfer's side in HBM is bound to; `scratch` is memory of no binding: intermediate values and spills."""


def core_transfers(core: Core, bindings: Sequence[HbmBinding]) -> tuple[Transfers, Demands]:
    """Transfers of all queues of a core, in the order of their records, and what they ask for."""
    target, tick_ns = core.target, 1e9 / core.target.time.tick_hz
    tables, asked = [Transfers.join([])], [np.zeros((6, 0))]
    alone = _alone(target)
    for lane in (lane for lane in core.lanes if lane.is_dma):
        code = LaneCode(lane.name, target.lanes.index(lane.name), lane.records, lane.opcode.tolist(), [], [], [])
        moved = [transfer for transfer in transfers(code, target) if transfer is not None]
        tables.append(_lane_transfers(lane, moved, bindings, alone))
        columns = np.array([_demand(transfer, target) for transfer in moved]).reshape(len(moved), 5).T
        asked.append(np.concatenate([np.full((1, len(moved)), lane.owner), columns]))
    owner, engines, overhead, bytes_each, ns_per_byte, crossings = np.concatenate(asked, axis=1)
    queue, used = owner.astype(np.int64), engines.astype(np.int64)
    demands = Demands(queue, used, overhead / tick_ns, bytes_each, ns_per_byte / tick_ns, crossings)
    return Transfers.join(tables), demands


def _demand(transfer: Transfer, target: Target) -> tuple[float, float, float, float, float]:
    dma = target.dma
    overhead = transfer.packets * dma.packet_overhead_ns + transfer.descriptors * dma.descriptor_overhead_ns
    crossings = transfer.hbm_bytes / transfer.total_bytes
    return transfer.engines, overhead, transfer.bytes_each, 1 / (dma.bytes_per_ns * transfer.efficiency), crossings


def _lane_transfers(
    lane: Lane, moved: Sequence[Transfer], bindings: Sequence[HbmBinding], alone: Callable[[Transfer], int]
) -> Transfers:
    chosen = np.flatnonzero(np.isin(lane.opcode, TRANSFERS))
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
