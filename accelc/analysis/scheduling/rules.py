"""
Priorities of tasks: which of several ready ones a lane takes first.

A priority is a tuple; the smallest goes first. Times are in nanoseconds.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.task import Task
from accelc.plugins import Plugin, Table

Priority = tuple[float, ...]


def tails(tasks: Sequence[Task], dependences: Dependences) -> list[float]:
    """
    Time from the end of each task to the end of all that depends on it, on as many lanes as there are tasks.

    Without overlaps that is the longest path of dependents, busy and tail times of its members, the task excluded.
    """
    tail = [0.0] * len(tasks)
    for number in range(len(tasks) - 1, -1, -1):
        task = tasks[number]
        path = task.busy_ns + task.tail_ns + tail[number]
        for other in dependences.after[number]:
            overlap = dependences.overlaps.get((other, number))
            own = tasks[other].busy_ns + tasks[other].tail_ns
            behind = path if overlap is None else max(overlap.lag_ns + path - own, overlap.trail_ns + tail[number])
            tail[other] = max(tail[other], behind)
        for other in dependences.read[number]:
            tail[other] = max(tail[other], path - tasks[other].tail_ns)
    return tail


def program_order(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
    """The order in which the program stands."""
    return [(number,) for number in range(len(tasks))]


def longest_tail(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
    """The task whose dependents take longest; among equals the one that takes least itself (US11003429B1)."""
    tail = tails(tasks, dependences)
    return [(-tail[number], task.busy_ns, number) for number, task in enumerate(tasks)]


def heft(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
    """Largest upward rank: own time plus that of the longest path behind it (Topcuoglu, Hariri, Wu 2002)."""
    tail = tails(tasks, dependences)
    return [(-(task.busy_ns + task.tail_ns + tail[number]), number) for number, task in enumerate(tasks)]


def johnson(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
    """
    Root loads by Johnson's rule (1954), other tasks by longest tail.

    Of loads and what depends on them as a flow shop of two machines: loads shorter than their tail first, the
    shortest before the others; then the others, the longest tail first.
    """
    tail = tails(tasks, dependences)
    result: list[Priority] = []
    for number, task in enumerate(tasks):
        root = task.is_load and not dependences.after[number] and not dependences.read[number]
        if not root:
            result.append((0.0, -tail[number], task.busy_ns, number))
        elif task.busy_ns < tail[number]:
            result.append((0.0, task.busy_ns, 0.0, number))
        else:
            result.append((1.0, -tail[number], task.busy_ns, number))
    return result


Rule = Callable[[Sequence[Task], Dependences], list[Priority]]
"""Priorities of all tasks of a program, by their numbers."""


def _checked(plugin: Plugin, value: object) -> Rule:
    """The rule of another package: what it raises, or gives instead of priorities, is its mistake."""
    if not callable(value):
        raise ValueError("a function of tasks and dependences that gives their priorities")
    rule = cast(Rule, value)

    def checked(tasks: Sequence[Task], dependences: Dependences) -> list[Priority]:
        try:
            given: Any = rule(tasks, dependences)
        except Exception as error:
            plugin.fail(f"failed: {type(error).__name__}: {error}", error)
        if not isinstance(given, Sequence) or len(cast("Sequence[object]", given)) != len(tasks):
            plugin.fail(f"must give a priority for each of the {len(tasks)} tasks of a program")
        priorities = cast("list[Priority]", list(cast("Sequence[object]", given)))
        try:
            return [tuple(map(float, priority)) for priority in priorities]
        except (TypeError, ValueError) as error:
            plugin.fail(f"must give tuples of numbers: {error}", error)

    return checked


SCHEDULERS: Table[Rule] = Table(
    "accelc.schedulers",
    {"program": program_order, "longest-tail": longest_tail, "heft": heft, "johnson": johnson},
    _checked,
    ("portfolio",),
)
"""Every rule by its name, and those of other packages."""
RULES = SCHEDULERS.builtin
"""Our rules, those that `portfolio` tries."""


def rule_of(name: str) -> Rule:
    """The rule of a name that `SCHEDULERS` has. Raises PluginError for one of another package that is no rule."""
    rule = SCHEDULERS.get(name)
    assert rule is not None, name
    return rule
