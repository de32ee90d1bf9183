"""Deadlock report: which lane waits where for which counter, and who could raise it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accelc.errors import SimulationError
from accelc.simulator.decode import CoreCode, LaneCode


@dataclass(frozen=True)
class BlockedLane:
    """
    One node of the wait-for graph.

    `record` of `lane` waits until `semaphore`, now at `current`, reaches `value`; `signallers` are the lanes with
    records still to come that raise it: (lane, first such record, number of them).
    """

    lane: str
    record: int
    instruction: str
    semaphore: int
    value: int
    current: int
    bits: int
    """Low bits compared, 0 for all, -1 for an exact match."""
    signallers: tuple[tuple[str, int, int], ...]

    def text(self) -> str:
        """One line of the report."""
        sign = {0: ">=", -1: "=="}.get(self.bits, f"~> (of {self.bits} bits)")
        head = f"{self.instruction} waits for semaphore {self.semaphore} {sign} {self.value}, it is {self.current}"
        if not self.signallers:
            return f"{head}: no record still to come raises it"
        by = ", ".join(
            f"lane '{lane}' (first at record {record}, {count} in all)" for lane, record, count in self.signallers
        )
        return f"{head}: could be raised by {by}"


class DeadlockError(SimulationError):
    """No lane can go on. `blocked` is the wait-for graph."""

    blocked: tuple[BlockedLane, ...]

    def __init__(self, core: int, blocked: Sequence[BlockedLane]) -> None:
        self.blocked = tuple(blocked)
        lines = "\n".join(f"  {node.text()}" for node in blocked)
        circle = cycle_of(blocked)
        if circle:
            lines += f"\n  circular wait: {' -> '.join((*circle, circle[0]))}"
        lines += "\n  remedy: a wait needs a record that raises its semaphore often enough and does not wait for it"
        super().__init__(f"deadlock on core {core}: {len(blocked)} lane(s) wait forever\n{lines}")


def cycle_of(blocked: Sequence[BlockedLane]) -> tuple[str, ...]:
    """Lanes of one circle in the wait-for graph, empty if there is none."""
    waits_for = {node.lane: {lane for lane, _, _ in node.signallers} for node in blocked}
    while True:
        ends = {lane for lane, others in waits_for.items() if not others & waits_for.keys()}
        if not ends:
            break
        waits_for = {lane: others for lane, others in waits_for.items() if lane not in ends}
    if not waits_for:
        return ()
    path = [next(iter(waits_for))]
    while True:
        following = min(waits_for[path[-1]] & waits_for.keys())
        if following in path:
            return tuple(path[path.index(following) :])
        path.append(following)


def _raises(lane: LaneCode, first: int, semaphore: int) -> list[int]:
    return [
        record
        for record in range(first, len(lane))
        if any(number == semaphore for number, _ in (*lane.at_read[record], *lane.at_complete[record]))
    ]


def report_deadlock(core: int, code: CoreCode, counters: Sequence[int], positions: Mapping[int, int]) -> DeadlockError:
    """
    The error for a core where nothing moves any more.

    `positions` maps the position in `code` of every blocked lane to the record that cannot issue. What a blocked
    record raises itself counts among what is still to come.
    """
    blocked: list[BlockedLane] = []
    for at, record in positions.items():
        lane = code[at]
        wait = lane.waits[record]
        assert wait is not None
        semaphore, value, bits = wait
        signallers: list[tuple[str, int, int]] = []
        for other_at, first in positions.items():
            coming = _raises(code[other_at], first, semaphore)
            if coming:
                signallers.append((code[other_at].name, coming[0], len(coming)))
        blocked.append(
            BlockedLane(
                lane.name,
                record,
                lane.describe(record),
                semaphore,
                value,
                counters[semaphore],
                bits,
                tuple(signallers),
            )
        )
    return DeadlockError(core, blocked)
