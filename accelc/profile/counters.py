"""Quantities of a core over time: MACs, traffic, memory in use and transfers in flight."""

from collections.abc import Iterator, Sequence
from math import gcd

import numpy as np

from accelc.analysis.footprint import access_table
from accelc.isa.records import Space, join_records
from accelc.isa.table import TRANSFERS
from accelc.profile.core import Core
from accelc.profile.occupancy import live_intervals
from accelc.profile.rates import Demands, amounts, traffic
from accelc.profile.tables import Counter, Counters, Ints, Reals, Transfers
from accelc.profile.windows import flow_amounts, level_windows, window_edges

MEMORIES = ((Counter.SBUF, Space.SBUF), (Counter.PSUM, Space.PSUM))


def core_counters(
    core: Core,
    place: tuple[int, int],
    macs: Ints,
    moved: Transfers,
    demands: Demands,
    lane_codes: Sequence[int],
    windows: int,
) -> Counters:
    """
    Counters of a core; `place` is (timing, core), `macs` of all its records, `lane_codes` of its lanes.

    A product's MACs are spread evenly over the time it takes.
    """
    hz = core.target.time.tick_hz
    # The fewest ticks that are whole nanoseconds: windows of a trace then begin and end exactly.
    edges = window_edges(core.total, windows, hz // gcd(hz, 1_000_000_000))
    rows: list[Counters] = []
    for counter, lane, amount, value in _quantities(core, edges, macs, moved, demands, lane_codes):
        count = len(amount)
        rows.append(
            Counters(
                np.full(count, place[0], np.int32),
                np.full(count, place[1], np.int32),
                np.full(count, counter, np.uint8),
                np.full(count, lane, np.int32),
                edges[:-1],
                edges[1:],
                amount,
                value,
            )
        )
    return Counters.join(rows)


def _quantities(
    core: Core, edges: Ints, macs: Ints, moved: Transfers, demands: Demands, lane_codes: Sequence[int]
) -> Iterator[tuple[Counter, int, Ints, Reals]]:
    if not len(edges):
        none = np.zeros(0, np.int64)
        yield Counter.MACS, -1, none, none.astype(np.float64)
        return
    target, width = core.target, np.diff(edges)
    ns = width * (1e9 / target.time.tick_hz)
    origin = core.rows[0]
    amount = np.zeros(len(width), np.int64)
    for lane in core.lanes:
        if lane.name == "tensor":
            own = macs[lane.first - origin : lane.first - origin + len(lane)]
            amount = flow_amounts(edges, *_products(lane.times.start, lane.times.read, own))
    whole = target.tensor.rows * target.tensor.cols / target.time.domain["tensor"]
    yield Counter.MACS, -1, amount, amount / (width * whole)
    flow = traffic(moved, demands, target)
    for counter, upto, column in (
        (Counter.HBM, flow.hbm_upto, moved.hbm_bytes),
        (Counter.DMA, flow.bytes_upto, moved.bytes),
    ):
        amount = amounts(edges, flow.ticks, upto, int(column.sum()))
        yield counter, -1, amount, amount / ns
    yield from _memories(core, edges)
    for lane, code in zip(core.lanes, lane_codes, strict=True):
        if lane.is_dma:
            copies = np.isin(lane.opcode, TRANSFERS)
            one = np.ones(int(copies.sum()), np.int64)
            yield Counter.QUEUE, code, *level_windows(edges, lane.times.issue[copies], lane.times.read[copies], one)


def _products(start: Ints, read: Ints, macs: Ints) -> tuple[Ints, Ints, Ints]:
    works = macs > 0
    return start[works], read[works], macs[works]


def _memories(core: Core, edges: Ints) -> Iterator[tuple[Counter, int, Ints, Reals]]:
    records = join_records([lane.records for lane in core.lanes])
    start = core.joined([lane.times.start for lane in core.lanes])
    read = core.joined([lane.times.read for lane in core.lanes])
    complete = core.joined([lane.times.complete for lane in core.lanes])
    table = access_table(records, core.target)
    for counter, space in MEMORIES:
        part = table.take(table.space == space)
        record = part.record
        end = np.where(part.is_write, complete[record], read[record])
        yield counter, -1, *level_windows(edges, *live_intervals(part, start[record], end))
