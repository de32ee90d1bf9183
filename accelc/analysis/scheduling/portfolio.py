"""
Candidate schedules of a program by several rules, and the estimate by which they are compared.

Every rule orders all ops but the loads by list scheduling; loads are then placed by `loads.advance_loads`. Above
`MOST_TASKS` tasks, only loads move: the rules need all pairs of conflicting tasks, which is no longer cheap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.list_schedule import list_order, sink_loads
from accelc.analysis.scheduling.loads import advance_loads
from accelc.analysis.scheduling.rules import RULES
from accelc.analysis.scheduling.task import Queues, Schedule, Storage, Task
from accelc.analysis.scheduling.timeline import assign_queues

HEURISTICS = ("portfolio", *RULES)
"""`portfolio` tries all rules and keeps the best; `program` keeps the order of the program."""
MOST_TASKS = 6000
"""Largest program whose compute ops are reordered."""
GATES = (0.85, 0.6, 0.35, 0.0)
"""Shares of a memory up to which loads may fill it, tried in turn until addresses can be assigned."""


@dataclass(frozen=True)
class Machine:
    """Bytes of each on-chip memory (in a partition), and the DMA queues."""

    capacity: Mapping[str, int]
    queues: Queues


@dataclass(frozen=True)
class Candidate:
    """A schedule and the rule it comes from; `program` means program order."""

    rule: str
    schedule: Schedule


Fits = Callable[[Sequence[int]], bool]
"""Whether on-chip addresses can be assigned for an order of the tasks."""


def program_schedule(tasks: Sequence[Task], buffers: Sequence[Storage], machine: Machine) -> Candidate:
    """Program order, with a queue for every transfer."""
    return Candidate("program", assign_queues(tasks, buffers, range(len(tasks)), machine.queues))


def rule_schedule(
    rule: str,
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    fits: Fits,
) -> Candidate | None:
    """
    The schedule of one rule, None when no gate gives an order whose buffers fit.

    Without `dependences`, and for rule `program`, only loads move.
    """
    base = list(range(len(tasks)))
    if dependences is not None and rule != "program":
        limits = {memory: float(size) for memory, size in machine.capacity.items()}
        gated = {memory: GATES[0] * size for memory, size in machine.capacity.items()}
        order = list_order(tasks, buffers, dependences, RULES[rule](tasks, dependences), limits, gated)
        base = sink_loads(tasks, dependences, order)
    arranged = [tasks[number] for number in base]
    for gate in GATES:
        limits = {memory: gate * size for memory, size in machine.capacity.items()}
        order = [base[at] for at in advance_loads(arranged, buffers, limits)]
        if fits(order):
            return Candidate(rule, assign_queues(tasks, buffers, order, machine.queues))
    return None


def candidates(
    heuristic: str,
    tasks: Sequence[Task],
    buffers: Sequence[Storage],
    dependences: Dependences | None,
    machine: Machine,
    fits: Fits,
) -> list[Candidate]:
    """
    Schedules worth a closer look, of which there is always one.

    `portfolio` gives program order, then those of all rules by estimated makespan; any other heuristic its own, or
    program order where that has no addresses.
    """
    kept = program_schedule(tasks, buffers, machine)
    if heuristic == "program":
        return [kept]
    if heuristic != "portfolio":
        return [rule_schedule(heuristic, tasks, buffers, dependences, machine, fits) or kept]
    rules = tuple(RULES) if dependences is not None else ("program",)
    found: list[Candidate] = []
    for rule in rules:
        candidate = rule_schedule(rule, tasks, buffers, dependences, machine, fits)
        if candidate is not None and all(candidate.schedule.order != other.schedule.order for other in found):
            found.append(replace(candidate, rule="loads" if rule == "program" else rule))
    found.sort(key=lambda candidate: candidate.schedule.makespan_ns)
    return [kept, *found]
