"""
Candidate schedules of a program by several rules, and the estimate by which they are compared.

Every rule orders all ops but the loads by list scheduling; loads are then placed by `loads.advance_loads`. Above
`MOST_TASKS` tasks, only loads move: the rules need all pairs of conflicting tasks, which is no longer cheap.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.list_schedule import list_order, sink_loads
from accelc.analysis.scheduling.loads import advance_loads
from accelc.analysis.scheduling.reuse import reused_buffers
from accelc.analysis.scheduling.rules import RULES, SCHEDULERS, rule_of
from accelc.analysis.scheduling.task import Queues, Schedule, Storage, Task
from accelc.analysis.scheduling.timeline import assign_queues

HEURISTICS = ("portfolio", *RULES)
"""`portfolio` tries all rules of ours and keeps the best; `program` keeps the order of the program."""


def heuristics() -> tuple[str, ...]:
    """`HEURISTICS`, and the rules of other packages. Raises PluginError for a name that is there twice."""
    return ("portfolio", *SCHEDULERS.names())


WINDOWS = (None, 128, 32)
"""How far ops may move forward, in places; None: without limit."""
MOST_TASKS = 6000
"""Largest program whose compute ops are reordered."""
GATES = (0.85, 0.6, 0.35, 0.0)
"""Shares of a memory up to which loads may fill it, tried in turn until addresses can be assigned."""
ROOMS = (1.0, 0.75, 0.5, 0.25)
"""Shares of a memory beyond which no op starts that needs a new buffer, tried in turn until addresses suffice."""


@dataclass(frozen=True)
class Machine:
    """Bytes of each on-chip memory (in a partition), and the DMA queues."""

    capacity: Mapping[str, int]
    queues: Queues

    def share(self, part: float) -> dict[str, float]:
        """That part of each memory."""
        return {memory: part * size for memory, size in self.capacity.items()}


@dataclass(frozen=True)
class Candidate:
    """
    A schedule, the rule it comes from (`program` is program order), and how far that could move ops.

    `is_placed` if its buffers have addresses.
    """

    rule: str
    schedule: Schedule
    window: int | None = None
    is_placed: bool = True


Place = Callable[[Sequence[int]], list[int | None] | None]
"""On-chip offsets of all buffers (None: elsewhere) for an order of the tasks, None when they do not fit."""


def program_schedule(
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    place: Place,
) -> Candidate:
    """Program order, with a queue for every transfer."""
    order = range(len(tasks))
    offsets = place(order)
    schedule = _estimate(tasks, buffers, order, dependences, machine, offsets)
    return Candidate("program", schedule, is_placed=offsets is not None)


def _estimate(
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    order: Sequence[int],
    dependences: Dependences | None,
    machine: Machine,
    offsets: Sequence[int | None] | None,
) -> Schedule:
    reuse = None
    if offsets is not None:
        used = dict.fromkeys(b for number in order for b in (*tasks[number].reads, *tasks[number].writes))
        reuse = reused_buffers(list(used), buffers, offsets)
    return assign_queues(tasks, buffers, order, machine.queues, dependences, reuse)


def rule_schedule(
    rule: str,
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    place: Place,
    window: int | None = None,
) -> Candidate | None:
    """
    The schedule of one rule, None when no gate gives an order whose buffers fit.

    Without `dependences`, and for rule `program`, only loads move. `window` limits how far other ops do.
    """
    for base in _bases(rule, tasks, buffers, dependences, machine, window):
        arranged = [tasks[number] for number in base]
        if place(base) is None:
            continue
        for gate in GATES:
            order = [base[at] for at in advance_loads(arranged, buffers, machine.share(gate))]
            offsets = place(order)
            if offsets is not None:
                return Candidate(rule, _estimate(tasks, buffers, order, dependences, machine, offsets))
    return None


def _bases(
    rule: str,
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    window: int | None,
) -> Iterator[list[int]]:
    """Orders of a rule with each load before its first use, each with less live at once than the one before."""
    if dependences is None or rule == "program":
        yield list(range(len(tasks)))
        return
    priorities = rule_of(rule)(tasks, dependences)
    for room in ROOMS:
        limits, gated = machine.share(room), machine.share(room * GATES[0])
        order = list_order(tasks, buffers, dependences, priorities, limits, gated, window)
        yield sink_loads(tasks, dependences, order)


def ranked(
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    place: Place,
) -> list[Candidate]:
    """Schedules of all rules that have addresses, by estimated makespan; `loads` keeps all but the loads in order."""
    found: list[Candidate] = []
    trials: list[tuple[str, int | None]] = [("program", None)]
    if dependences is not None:
        trials += [(rule, window) for rule in RULES if rule != "program" for window in WINDOWS]
    for rule, window in trials:
        candidate = rule_schedule(rule, tasks, buffers, dependences, machine, place, window)
        if candidate is not None and all(candidate.schedule.order != other.schedule.order for other in found):
            found.append(replace(candidate, rule="loads" if rule == "program" else rule, window=window))
    return sorted(found, key=lambda candidate: candidate.schedule.makespan_ns)
