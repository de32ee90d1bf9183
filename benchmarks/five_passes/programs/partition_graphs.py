"""Random placement problems, and their optimum by trying everything."""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import product
from random import Random

from accelc.analysis.partition.grouping import Group, Problem, crossing
from accelc.analysis.partition.hierarchy import Path, Task

LAUNCH_NS: Mapping[str, float] = {"accelerator": 2600.0, "host": 5000.0, "framework": 5000.0}
"""Those of trn-like."""
HOMES: Sequence[tuple[str, ...]] = (
    ("accelerator",),
    ("host",),
    ("framework",),
    *[("accelerator", "host"), ("accelerator", "host", "framework")] * 3,
)


def random_tasks(seed: int, count: int, with_parts: bool) -> list[Task]:
    """
    Operations with random edges, destinations and times in the range of launches.

    With parts, up to two operations can be taken apart; then there are at most `count` operations in any case.
    """
    random = Random(seed)
    reach = random.randint(1, 3)
    moved = random.choice([1000, 5000, 20_000])

    def times() -> dict[str, float]:
        return {
            home: random.expovariate(1 / (5000 if home == "accelerator" else 10_000)) for home in random.choice(HOMES)
        }

    tasks: list[Task] = []
    room = count
    while room > 0:
        index = len(tasks)
        sources = tuple(sorted(random.sample(range(index), min(index, random.randint(0, reach)))))
        size = min(room, random.randint(2, 3)) if with_parts and index in (1, 3) else 1
        parts: tuple[Task, ...] = ()
        if size > 1:
            chain = [tuple(~k for k in range(len(sources))), *((k,) for k in range(size - 1))]
            parts = tuple(Task(times(), reads, random.expovariate(1 / moved)) for reads in chain)
        own = {} if parts and random.random() < 0.3 else times()
        tasks.append(Task(own, sources, random.expovariate(1 / moved), parts))
        room -= size
    return tasks


def all_splits(tasks: Sequence[Task]) -> list[frozenset[Path]]:
    """Every choice between whole operations and their parts."""
    choices: list[frozenset[Path]] = [frozenset()]
    for index, task in enumerate(tasks):
        own = [frozenset[Path]()] if task.ns else []
        own += [frozenset({(index,)})] if task.parts else []
        choices = [a | b for a in choices for b in own]
    return choices


def optimum_ns(problem: Problem) -> float:
    """The least cost over all destinations and all orders of groups."""
    best = float("inf")
    for homes in product(*problem.ns):
        cost = sum(times[home] for times, home in zip(problem.ns, homes, strict=True))
        cost += sum(problem.moved_ns[i] for i in crossing(homes, problem.predecessors))
        if cost < best:
            best = min(best, cost + _launches_ns(homes, problem))
    return best


def _launches_ns(homes: Sequence[str], problem: Problem) -> float:
    """The cheapest order of groups: shortest path over the sets of executed operations."""
    masks = [sum(1 << p for p in sources) for sources in problem.predecessors]
    nearest, open_ = {0: 0.0}, [(0.0, 0)]
    while open_:
        ns, done = heappop(open_)
        if done == (1 << len(homes)) - 1:
            return ns
        for kind in set(homes):
            after = done
            for index, home in enumerate(homes):
                if home == kind and masks[index] & ~after == 0:
                    after |= 1 << index
            total = ns + problem.launch_ns[kind]
            if after != done and total < nearest.get(after, float("inf")):
                nearest[after] = total
                heappush(open_, (total, after))
    raise AssertionError("every operation can be executed")


def has_cycle(groups: Sequence[Group], predecessors: Sequence[Sequence[int]]) -> bool:
    """Whether groups depend on one another in a circle, whatever their order (Kahn's algorithm on the quotient)."""
    home = {member: index for index, group in enumerate(groups) for member in group.members}
    needs: list[set[int]] = [set() for _ in groups]
    for index, sources in enumerate(predecessors):
        needs[home[index]] |= {home[p] for p in sources} - {home[index]}
    done: set[int] = set()
    while ready := {g for g, waits in enumerate(needs) if g not in done and waits <= done}:
        done |= ready
    return len(done) < len(groups)
