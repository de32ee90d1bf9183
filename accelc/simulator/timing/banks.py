"""
Banks of SBUF and PSUM as shared resources: which ports of a bank an access uses, and how streams in flight share them.

A bank takes one access in a cycle (`conflict = "single-port"`), or one read and one write (`"same-bank"`), of the
engine that makes it. Overlapping streams share a port as in a fluid, each at most its demand: `n` that each access it
in every cycle run at `1/n`. The operands of one instruction do not conflict with each other: the target's costs hold
them. An operand in several banks demands an equal part of each. Writes count while the operands are read; partitions
are not told apart, as a row of a bank spans all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from accelc.analysis.footprint import access_table
from accelc.isa.records import Space
from accelc.simulator.bounds import reach
from accelc.simulator.decode import LaneCode
from accelc.simulator.timing.bandwidth import fair_shares
from accelc.simulator.timing.costs import Transfer, service_ticks
from accelc.targets.model import Target

Port = tuple[int, int, int]
"""(space, bank, 0 or 1 for the port that writes where a bank has two)."""
Uses = tuple[tuple[Port, float], ...]
"""Ports of one record, with accesses per cycle (at most 1) when nothing slows it down."""
Stream = tuple[int, int]
"""(lane, unit) of a record in flight; a transfer has unit -1."""

_DONE = 1e-6
"""Ticks of work that count as nothing."""


def has_conflicts(target: Target) -> bool:
    """Whether accesses to a bank of some memory get in each other's way."""
    return any(memory.conflict != "none" for memory in (target.sbuf, target.psum))


def lane_uses(lane: LaneCode, busy: Sequence[int], moved: Sequence[Transfer | None], target: Target) -> list[Uses]:
    """Ports that every record uses while it is busy for `busy` ticks, or moves what `moved` says."""
    memories = {
        int(space): memory
        for space, memory in ((Space.SBUF, target.sbuf), (Space.PSUM, target.psum))
        if memory.conflict != "none"
    }
    table = access_table(lane.records, target)
    table = table.take(np.isin(table.space, list(memories)))
    low, high = reach(table.sizes, table.strides)
    width = np.array([memories[space].bank_bytes for space in table.space.tolist()], np.int64)
    first = (table.base + low) // np.maximum(width, 1)
    last = (table.base + high + table.element_bytes - 1) // np.maximum(width, 1)
    elements = table.sizes.prod(axis=1)
    tick = target.domain(lane.name)
    cycles = _cycles(busy, moved, tick, target)
    demands = [dict[Port, float]() for _ in range(len(lane))]
    records: list[int] = table.record.tolist()
    spaces: list[int] = table.space.tolist()
    lowest: list[int] = first.tolist()
    highest: list[int] = last.tolist()
    counts: list[int] = elements.tolist()
    for row, writes in enumerate(table.is_write.tolist()):
        record, space, banks = records[row], spaces[row], range(lowest[row], highest[row] + 1)
        port = int(writes) if memories[space].conflict == "same-bank" else 0
        share = counts[row] / cycles[record] / len(banks) if cycles[record] else 0.0
        found = demands[record]
        for bank in banks:
            found[space, bank, port] = min(1.0, found.get((space, bank, port), 0.0) + share)
    return [tuple((port, demand) for port, demand in found.items() if demand > 0) for found in demands]


def _cycles(busy: Sequence[int], moved: Sequence[Transfer | None], tick: int, target: Target) -> list[float]:
    """Cycles that every record takes alone."""
    ticks = list(map(float, busy))
    for record, transfer in enumerate(moved):
        if transfer is not None:
            ticks[record] = max(1.0, service_ticks(transfer, target, target.hbm.bytes_per_ns / transfer.engines))
    return [one / tick for one in ticks]


def port_speeds(users: Mapping[Stream, Uses]) -> dict[Stream, float]:
    """Part of its full speed that every stream runs at: what the port that gives it least grants of its demand."""
    asked: dict[Port, list[tuple[Stream, float]]] = {}
    for stream, uses in users.items():
        for port, demand in uses:
            asked.setdefault(port, []).append((stream, demand))
    speeds = dict.fromkeys(users, 1.0)
    for streams in asked.values():
        if len(streams) > 1 and sum(demand for _, demand in streams) > 1:
            shares = fair_shares([demand for _, demand in streams], 1.0)
            for (stream, demand), share in zip(streams, shares, strict=True):
                speeds[stream] = min(speeds[stream], share / demand)
    return speeds


@dataclass
class _Work:
    left: float
    speed: float = 1.0


class BankServer:
    """
    Streams in flight on the ports of the banks, whose speeds are found anew whenever one begins or ends.

    `throttle(now, queue, speed)` is called for transfers, which end elsewhere; ends of others are whole ticks.
    """

    def __init__(self, throttle: Callable[[int, int, float], None]) -> None:
        self.throttle = throttle
        self.now: int = 0
        self.users: dict[Stream, Uses] = {}
        self.speeds: dict[Stream, float] = {}
        self.works: dict[Stream, _Work] = {}

    def begin(self, now: int, stream: Stream, uses: Uses, ticks: int | None) -> None:
        """A stream with `ticks` of work begins; None: a transfer."""
        self._advance(now)
        if ticks is not None:
            self.works[stream] = _Work(ticks)
        self.users[stream] = uses
        self._settle(now)

    def end(self, now: int, stream: Stream) -> None:
        """A stream is through."""
        self._advance(now)
        self.works.pop(stream, None)
        del self.users[stream]
        self._settle(now)

    def finished(self, now: int) -> list[Stream]:
        """Streams that are no transfers and whose work is done; `end` takes them off."""
        self._advance(now)
        return [stream for stream, work in self.works.items() if work.left <= _DONE]

    def next_end(self) -> int | None:
        """Tick at which the next stream is through if none begins before; transfers do not count."""
        ends = [self.now + ceil((work.left - _DONE) / work.speed) for work in self.works.values()]
        return max(self.now, min(ends)) if ends else None

    def _advance(self, now: int) -> None:
        if now != self.now:
            for work in self.works.values():
                work.left -= (now - self.now) * work.speed
            self.now = now

    def _settle(self, now: int) -> None:
        before, self.speeds = self.speeds, port_speeds(self.users)
        for stream, speed in self.speeds.items():
            if stream in self.works:
                self.works[stream].speed = speed
            elif speed != before.get(stream, 1.0):
                self.throttle(now, stream[0], speed)
