"""
Operations that are made of others: whether each runs whole, or its parts are placed one by one.

The hierarchy of `partition-hierarchical`: an operation that its best destination runs badly, or not at all, is tried as
its parts, and these again as theirs (section a of US12182688B2 has the tiers; retrying on parts is what TASO and PET
call legalization by rewriting). Without IR, like `grouping` and `search`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accelc.analysis.partition.grouping import DEVICE, Problem
from accelc.analysis.partition.search import TOLERANCE_NS, place

Path = tuple[int, ...]
"""Number of an operation in the program, then of a part in it, then of a part in that, and so on."""

MAX_TRIALS = 24
"""Other choices between whole and parts that are tried in the whole program, dearest operations first."""


@dataclass(frozen=True)
class Task:
    """
    An operation.

    `ns` is its time at every destination that can run it whole; `sources` are the numbers of earlier operations it
    reads, in the same list or (`~k`) the k-th source of the operation it is a part of; `moved_ns` is the time to move
    its results over the border once. `parts`, if any, do the same together, the last one giving the results.
    """

    ns: Mapping[str, float]
    sources: tuple[int, ...]
    moved_ns: float
    parts: tuple["Task", ...] = ()


@dataclass(frozen=True)
class Flat:
    """Operations after some were taken apart: where each is in the hierarchy, and the problem of placing them."""

    paths: tuple[Path, ...]
    problem: Problem


@dataclass(frozen=True)
class Placed:
    """Destination of every operation of `flat`, and the paths of those that were taken apart."""

    flat: Flat
    destinations: tuple[str, ...]
    split: frozenset[Path]

    @property
    def cost_ns(self) -> float:
        """Time of all operations one after the other."""
        return self.flat.problem.cost_ns(self.destinations)


def flatten(tasks: Sequence[Task], split: frozenset[Path], launch_ns: Mapping[str, float]) -> Flat:
    """The parts of the operations in `split` in their place, all others whole."""
    paths: list[Path] = []
    ns: list[Mapping[str, float]] = []
    predecessors: list[list[int]] = []
    moved: list[float] = []

    def add(tasks: Sequence[Task], prefix: Path, outer: Sequence[int]) -> int:
        """Append some tasks; the number of the last one."""
        number: list[int] = []
        for index, task in enumerate(tasks):
            sources = [number[s] if s >= 0 else outer[~s] for s in task.sources]
            path = (*prefix, index)
            if path in split:
                number.append(add(task.parts, path, sources))
                continue
            number.append(len(paths))
            paths.append(path)
            ns.append(task.ns)
            predecessors.append(sorted(set(sources)))
            moved.append(task.moved_ns)
        return number[-1] if number else -1

    add(tasks, (), ())
    return Flat(tuple(paths), Problem(ns, predecessors, moved, launch_ns))


def place_tasks(tasks: Sequence[Task], launch_ns: Mapping[str, float]) -> Placed:
    """
    Split and place operations at the least cost the search finds. Each has a destination or parts that have.

    Every operation with parts begins as what costs less between neighbours on the device, the parts having been
    decided before it in the same way; or all begin whole that can be, if that costs less. Then the other choice is
    tried for each in the whole program, until no change lowers the cost.
    """
    split = frozenset(path for index, task in enumerate(tasks) for path in _alone(task, (index,), launch_ns))
    # Operations whose destinations depend on one another can be worth leaving whole only all together.
    needed = frozenset(
        path
        for index, task in enumerate(tasks)
        if task.parts and not task.ns
        for path in (_inside(task, (index,), launch_ns) | {(index,)})
    )
    starts = [_placed(tasks, start, launch_ns) for start in dict.fromkeys((split, needed))]
    best = min(starts, key=lambda placed: placed.cost_ns)
    left, improved = MAX_TRIALS, True
    while improved:
        improved = False
        for path in _choices(tasks, best.split):
            if left < 1:
                return best
            left -= 1
            trial = _placed(tasks, _toggled(tasks, best.split, path, launch_ns), launch_ns)
            if trial.cost_ns < best.cost_ns - TOLERANCE_NS:
                best, improved = trial, True
                break
    return best


def _placed(tasks: Sequence[Task], split: frozenset[Path], launch_ns: Mapping[str, float]) -> Placed:
    flat = flatten(tasks, split, launch_ns)
    return Placed(flat, tuple(place(flat.problem)), split)


def task_at(tasks: Sequence[Task], path: Path) -> Task:
    """The operation or part at a path."""
    task = tasks[path[0]]
    for index in path[1:]:
        task = task.parts[index]
    return task


def _choices(tasks: Sequence[Task], split: frozenset[Path]) -> list[Path]:
    """Operations that could be otherwise, those that take longest first; parts of what is whole are no choice."""

    def visible(tasks: Sequence[Task], prefix: Path) -> list[tuple[float, Path]]:
        found: list[tuple[float, Path]] = []
        for index, task in enumerate(tasks):
            path = (*prefix, index)
            if task.parts and task.ns:
                found.append((-min(task.ns.values()), path))
            if path in split:
                found += visible(task.parts, path)
        return found

    return [path for _, path in sorted(visible(tasks, ()))]


def _toggled(
    tasks: Sequence[Task], split: frozenset[Path], path: Path, launch_ns: Mapping[str, float]
) -> frozenset[Path]:
    if path in split:
        return frozenset(p for p in split if p[: len(path)] != path)
    return split | {path} | _inside(task_at(tasks, path), path, launch_ns)


def _inside(task: Task, path: Path, launch_ns: Mapping[str, float]) -> frozenset[Path]:
    """What is split among the parts of an operation that is split."""
    return frozenset(p for i, part in enumerate(task.parts) for p in _alone(part, (*path, i), launch_ns))


def _alone(task: Task, path: Path, launch_ns: Mapping[str, float]) -> frozenset[Path]:
    """What to split in an operation between neighbours on the device."""
    if not task.parts:
        return frozenset()
    inside = _inside(task, path, launch_ns)
    if not task.ns:
        return inside | {path}
    neighbours = [Task({DEVICE: 0.0}, (), task.moved_ns) for _ in task.sources]
    count = len(neighbours)
    after = Task({DEVICE: 0.0}, (count,), 0.0)
    own = Task(task.ns, tuple(range(count)), task.moved_ns, task.parts)
    small = [*neighbours, own, after]
    parts = frozenset((count, *p[len(path) :]) for p in inside | {path})
    whole_ns = _placed(small, frozenset(), launch_ns).cost_ns
    return inside | {path} if _placed(small, parts, launch_ns).cost_ns < whole_ns - TOLERANCE_NS else frozenset()
