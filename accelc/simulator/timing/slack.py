"""The timeline of a simulated core as a graph of records and the slack between them (`analysis.delays.slack`)."""

from bisect import bisect_right

from accelc.analysis.delays.slack import Edge, joint_delays
from accelc.isa.table import Opcode
from accelc.simulator.decode import CoreCode
from accelc.simulator.timing.times import CoreTimes, Step
from accelc.targets.model import Target


def slot_slacks(code: CoreCode, times: CoreTimes, target: Target) -> dict[int, int]:
    """
    Delay in cycles of the lane by slot, at which all slots together do not lengthen the timeline `times`.

    Exact for orders and semaphores; bandwidth and port groups are taken to serve each record as they did.
    """
    nodes = sorted(
        (int(issue), position, record)
        for position, lane in enumerate(times.lanes)
        for record, issue in enumerate(lane.issue.tolist())
    )
    number = {(position, record): index for index, (_, position, record) in enumerate(nodes)}
    edges = [*_lane_edges(times, number), *_semaphore_edges(code, times, target, number)]
    ends = [times.total_ticks - int(times.lanes[position].complete[record]) for _, position, record in nodes]
    slots: list[tuple[int, int, int]] = []
    for position, lane in enumerate(code):
        for record in range(len(lane)):
            if lane.opcodes[record] == Opcode.DELAY:
                slots.append((number[position, record], int(lane.records["link"][record]), target.domain(lane.name)))
    found = joint_delays(len(nodes), edges, ends, [node for node, _, _ in slots])
    return {slot: ticks // domain for (_, slot, domain), ticks in zip(slots, found, strict=True)}


def _lane_edges(times: CoreTimes, number: dict[Step, int]) -> list[Edge]:
    """A record is shifted by the one in front of it once the time between its `ready` and its `issue` is used up."""
    edges: list[Edge] = []
    for position, lane in enumerate(times.lanes):
        ready, issue = lane.ready.tolist(), lane.issue.tolist()
        start, read = lane.start.tolist(), lane.read.tolist()
        for record in range(1, len(issue)):
            gap = issue[record] - ready[record]
            busy = start[record] - read[record - 1]
            if busy >= 0:
                gap = min(gap, busy)
            edges.append(Edge(number[position, record - 1], number[position, record], max(gap, 0)))
    return edges


def _semaphore_edges(code: CoreCode, times: CoreTimes, target: Target, number: dict[Step, int]) -> list[Edge]:
    """A wait is shifted by every update that was visible when it was satisfied."""
    raised = _updates(code, times, target)
    visible = {semaphore: [tick for tick, _ in entries] for semaphore, entries in raised.items()}
    wakeup = target.time.ns_to_ticks(target.sync.wait_wakeup_ns)
    edges: list[Edge] = []
    for position, (lane, measured) in enumerate(zip(code, times.lanes, strict=True)):
        for record, wait in enumerate(lane.waits):
            if wait is None:
                continue
            issue, after = int(measured.issue[record]), number[position, record]
            upto = bisect_right(visible.get(wait.semaphore, []), issue)
            for tick, origin in raised.get(wait.semaphore, [])[:upto]:
                if number[origin] < after:
                    edges.append(Edge(number[origin], after, max(issue - tick - wakeup, 0)))
    return edges


def _updates(code: CoreCode, times: CoreTimes, target: Target) -> dict[int, list[tuple[int, Step]]]:
    """By semaphore, when each update becomes visible, and which record makes it; in order of time."""
    latency = target.time.ns_to_ticks(target.sync.inc_latency_ns)
    raised: dict[int, list[tuple[int, Step]]] = {}
    for position, (lane, measured) in enumerate(zip(code, times.lanes, strict=True)):
        for fired, at in ((lane.at_read, measured.read.tolist()), (lane.at_complete, measured.complete.tolist())):
            for record, updates in enumerate(fired):
                for semaphore, _ in updates:
                    raised.setdefault(semaphore, []).append((at[record] + latency, (position, record)))
    for entries in raised.values():
        entries.sort()
    return raised
