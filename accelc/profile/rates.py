"""
How fast transfers moved at every moment, from when each began and ended.

The simulator shares DMA engines and HBM among the transfers in flight (`simulator.timing.bandwidth`) and keeps their
ends only. Which transfers are in flight is known from these, and with it the rate of each: between two moments at which
one begins or ends all rates are constant. Where other cores use HBM too, or a bank is in conflict, a transfer is taken
to be slowed down evenly over its time.
"""

from dataclasses import dataclass

import numpy as np

from accelc.profile.tables import Ints, Reals, Transfers
from accelc.targets.model import Target


@dataclass(frozen=True)
class Demands:
    """What transfers ask of the shared resources, [transfers] each; see `simulator.timing.costs.Transfer`."""

    queue: Ints
    """Row of `Lanes`."""
    engines: Ints
    overhead: Reals
    """Ticks on each engine for packets and descriptors."""
    bytes_each: Reals
    ticks_per_byte: Reals
    """On an engine that has all of HBM."""
    crossings: Reals
    """Times that a byte crosses the interface of HBM."""


@dataclass(frozen=True)
class Flow:
    """Traffic up to each of `ticks`; between them its rate is constant."""

    ticks: Ints
    hbm_upto: Reals
    bytes_upto: Reals


def traffic(moved: Transfers, demands: Demands, target: Target) -> Flow:
    """Traffic of a core's transfers."""
    ticks = np.unique(np.concatenate([moved.start, moved.end]))
    if not len(ticks):
        return Flow(ticks, np.zeros(0), np.zeros(0))
    begin, length = ticks[:-1], np.diff(ticks)
    rows = [np.flatnonzero(demands.queue == queue) for queue in np.unique(demands.queue)]
    active = [_active(moved, own, begin) for own in rows]
    asked = np.zeros(len(begin), np.int64)
    for own in active:
        asked += np.where(own >= 0, demands.engines[own], 0)
    engines = target.dma.engines
    slowdown = np.maximum(asked / engines, 1.0)
    bytes_per_tick = target.hbm.bytes_per_ns * 1e9 / target.time.tick_hz
    ticks_per_byte = np.clip(asked, 1, engines) / bytes_per_tick
    return _flow(moved, demands, active, ticks, length, slowdown, ticks_per_byte)


def _active(moved: Transfers, own: Ints, begin: Ints) -> Ints:
    """The transfer of a queue in flight from each tick of `begin` on, -1: none; one follows the other in a queue."""
    at = np.searchsorted(moved.start[own], begin, side="right") - 1
    found = own[np.maximum(at, 0)]
    return np.where((at >= 0) & (begin < moved.end[found]), found, -1)


def _flow(
    moved: Transfers,
    demands: Demands,
    active: list[Ints],
    ticks: Ints,
    length: Ints,
    slowdown: Reals,
    ticks_per_byte: Reals,
) -> Flow:
    hbm, every = np.zeros(len(length)), np.zeros(len(length))
    for own in active:
        flying = np.flatnonzero(own >= 0)
        one = own[flying]
        each = np.maximum(demands.ticks_per_byte[one], demands.crossings[one] * ticks_per_byte[flying])
        alone = np.maximum(demands.overhead[one] + demands.bytes_each[one] * each, 1.0)
        progress = length[flying] / (alone * slowdown[flying])
        whole = np.bincount(one, progress, len(moved))
        progress /= whole[one]
        hbm[flying] += progress * moved.hbm_bytes[one]
        every[flying] += progress * moved.bytes[one]
    return Flow(ticks, np.concatenate([[0.0], np.cumsum(hbm)]), np.concatenate([[0.0], np.cumsum(every)]))


def amounts(edges: Ints, ticks: Ints, upto: Reals, total: int) -> Ints:
    """What flows in each window; integers that sum to `total`, each off by less than one."""
    if not len(ticks):
        return np.zeros(len(edges) - 1, np.int64)
    found = np.rint(np.interp(edges, ticks, upto)).astype(np.int64)
    found[-1] = total
    return np.diff(np.minimum(np.maximum.accumulate(found), total))
