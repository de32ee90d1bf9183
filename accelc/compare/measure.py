"""The record of an execution: layers and lanes from its profile, and operations of the host from their programs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from accelc.compare.exposed import Ints, exposed
from accelc.compare.record import Lane, Layer, Record
from accelc.isa.program import HostSegment, Program
from accelc.isa.records import Wait
from accelc.isa.records import field as record_field
from accelc.profile import SIMULATOR_REASON, Profile, profile
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.runtime.execute import ExecutionResult

LINK = "(launches and transfers)"
"""Name of what the host takes around its operations."""


def record_of(
    name: str,
    program: Program,
    execution: "ExecutionResult",
    target: Target,
    delays: Mapping[str, int] | None = None,
) -> Record:
    """The record of an execution with timing; `delays` are those given to `execute`, `name` is for people."""
    return record_of_profile(name, program, profile(program, execution, target, delays=delays, windows=1))


def record_of_profile(name: str, program: Program, found: Profile) -> Record:
    """The same of an execution that has a profile."""
    hz = found.target.time.cycles_per_ns("tensor") * 1e9
    layers = (*_nodes(found), *_operations(program, found))
    return Record(name, found.target.name, found.total_ns, hz, layers, dict(_lanes(found)))


def _nodes(found: Profile) -> Iterator[Layer]:
    """One layer for each node of each timing, in all of its invocations, and what no node of a timing takes."""
    table, to_ns = found.layers, found.target.time.ticks_to_ns
    for number, timing in enumerate(found.timings):
        own = table.take(table.timing == number)
        share = exposed(own.end)
        columns: list[Ints] = [own.node.astype(np.int64), share, own.compute, own.moving, own.instructions, own.bytes]
        runs = timing.invocations
        rows: list[list[int]] = np.stack(columns, axis=1).tolist()
        for node, adds, computes, moves, instructions, nbytes in rows:
            # The ends of lanes that take no time are no layer.
            if node or adds or computes or moves:
                times = (to_ns(adds) * runs, to_ns(computes) * runs, to_ns(moves) * runs)
                yield Layer(found.nodes[node], "accelerator", *times, instructions * runs, nbytes * runs)
        rest = timing.total_ticks - int(own.end.max(initial=0))
        if rest:
            yield Layer("", "accelerator", to_ns(rest) * runs, 0.0, 0.0, 0, 0)


def _operations(program: Program, found: Profile) -> Iterator[Layer]:
    """Operations of segments of the host, and the time of launches and transfers."""
    from accelc.analysis.host_cost import host_operation_ns
    from accelc.runtime.host import parse_function

    codes: list[int] = found.invocations.segment.tolist()
    names = [found.segments[code] for code in codes]
    host = {segment.name: segment for segment in program.segments if isinstance(segment, HostSegment)}
    rest = float(found.invocations.ns.sum())
    for timing in found.timings:
        rest -= found.target.time.ticks_to_ns(timing.total_ticks) * timing.invocations
    launches = Counter(names)
    for name, segment in host.items():
        for op in parse_function(segment).body.block.ops if launches[name] else ():
            ns = host_operation_ns(op, found.target) * launches[name]
            if ns:
                node = op.attributes.get("loc_name")
                rest -= ns
                yield Layer(getattr(node, "data", ""), segment.place, ns, ns, 0.0, 0, 0)
    if any(found.invocations.timing < 0) or len(names) > 1:
        yield Layer(LINK, "link", max(rest, 0.0), 0.0, 0.0, 0, 0)


def _lanes(found: Profile) -> Iterator[tuple[str, Lane]]:
    """Lanes by name, all cores and invocations together; idle while the host works."""
    lanes, stalls = found.lanes, found.stalls
    to_ns = found.target.time.ticks_to_ns
    runs = np.array([timing.invocations for timing in found.timings], np.int64)
    times = runs[lanes.timing] if len(runs) else np.zeros(0, np.int64)
    cores = max(int(lanes.core.max(initial=-1)) + 1, 1)
    for code, name in enumerate(found.lane_names):
        rows = np.flatnonzero(lanes.lane == code)
        if not len(rows):
            continue
        mine = np.isin(stalls.owner, rows)
        owner, reason = stalls.owner[mine], stalls.reason[mine]
        ticks = (stalls.end - stalls.begin)[mine] * times[owner]
        by_reason = {r.label: to_ns(int(ticks[reason == r].sum())) for r in SIMULATOR_REASON}
        busy = to_ns(int((lanes.busy * times)[rows].sum()))
        waits = sum(
            int((record_field(found.records(row), "wait_condition") != Wait.NONE).sum()) * int(times[row])
            for row in rows.tolist()
        )
        idle = max(cores * found.total_ns - busy - sum(by_reason.values()), 0.0)
        yield name, Lane(int((lanes.count * times)[rows].sum()), waits, busy, idle, by_reason)
