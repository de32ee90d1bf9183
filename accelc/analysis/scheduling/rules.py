"""
Priorities of tasks: which of several ready ones a lane takes first.

A priority is a tuple; the smallest goes first. Times are in nanoseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from accelc.analysis.scheduling.dependences import Dependences
from accelc.analysis.scheduling.task import Task

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


RULES: Mapping[str, Callable[[Sequence[Task], Dependences], list[Priority]]] = MappingProxyType(
    {"program": program_order, "longest-tail": longest_tail, "heft": heft, "johnson": johnson}
)
"""Every rule by its name."""
