"""
Destinations of operations by cost: dominance, a beam over topological order, island repair and local search.

Finding the cheapest destinations is hard because starts of groups couple operations that are far apart (Tarnawski et
al., NeurIPS 2020, solve it over ideals of the graph, in exponential time for wide graphs). Most operations are easy:
one destination is better by more than the others could ever save. For the rest a beam gives good beginnings, and moves
of islands improve them until nothing falls any more (US12182688B2 gives the tiers, not a search).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from accelc.analysis.partition.grouping import DEVICE, Group, Problem, components, group

BEAM_WIDTH = 24
"""Partial assignments kept for each operation."""
MAX_STEPS = 200_000
"""Operations looked at in evaluations of all local searches of one placement, which bounds its time to a second."""
BEGINNINGS = 3
"""Assignments that local search starts from, the cheapest ones: repair is greedy, and one alone may end early."""
SLOW_STEPS = 20
"""How much longer an operation takes to evaluate where there are three destinations to order."""
TOLERANCE_NS = 1e-6
"""Costs closer than this are equal."""


def candidates(problem: Problem) -> list[dict[str, float]]:
    """
    Destinations worth trying, for every operation.

    Moving one operation changes the border at its own result and its operands, and needs at most two groups more; a
    destination that is worse than another by more than that is in no cheapest assignment.
    """
    around = [
        moved + sum(problem.moved_ns[p] for p in set(sources))
        for moved, sources in zip(problem.moved_ns, problem.predecessors, strict=True)
    ]
    launch = problem.launch_ns

    def beaten(home: str, times: Mapping[str, float], border: float) -> bool:
        return any(
            times[home] > times[other] + launch[other] + launch[home] + (border if _sides_differ(home, other) else 0.0)
            for other in times
            if other != home
        )

    return [
        {home: ns for home, ns in times.items() if not beaten(home, times, border)}
        for times, border in zip(problem.ns, around, strict=True)
    ]


def _sides_differ(one: str, other: str) -> bool:
    return (one == DEVICE) != (other == DEVICE)


def place(problem: Problem) -> list[str]:
    """Destination of every operation, the cheapest the search finds. Each operation has at least one."""
    reduced = replace(problem, ns=candidates(problem))
    fastest = _preferred(reduced, "")
    homes = sorted({home for times in reduced.ns for home in times})
    launch = min((problem.launch_ns[home] for home in homes), default=0.0)
    # Nothing is cheaper than every operation at its fastest in one group.
    if reduced.cost_ns(fastest) <= sum(min(times.values()) for times in reduced.ns) + launch:
        return fastest
    starts = [fastest, *(_preferred(reduced, home) for home in homes)]
    starts += _beam(reduced)
    unique = {tuple(start): reduced.cost_ns(start) for start in starts}
    chosen = sorted(unique, key=lambda start: unique[start])[:BEGINNINGS]
    return min((_improve(reduced, list(start), MAX_STEPS // len(chosen)) for start in chosen), key=reduced.cost_ns)


def repair(problem: Problem, destinations: Sequence[str]) -> list[str]:
    """
    Island repair and local search alone, from given destinations.

    Moves that lower the cost are made until there are none: single operations, islands (the connected parts of a
    group), and the part of a group before or after an operation.
    """
    return _improve(replace(problem, ns=candidates(problem)), list(destinations), MAX_STEPS)


def _preferred(problem: Problem, home: str) -> list[str]:
    """One destination wherever it is possible, else the fastest."""
    return [home if home in times else min(times, key=lambda h: (times[h], h)) for times in problem.ns]


@dataclass
class Partial:
    """
    Destinations of the first operations, as groups in order of execution; every edge goes to the same or a later.

    Operation i is in group `position[i]`, whose destination is in `sequence`; the results of `moved` have crossed the
    border between device and host. `ns` is the time of all that.
    """

    ns: float
    homes: list[str]
    position: list[int]
    sequence: list[str]
    moved: set[int]

    @classmethod
    def begin(cls, problem: Problem, home: str) -> "Partial":
        """One group without operations."""
        return cls(problem.launch_ns[home], [], [], [home], set())

    def copy(self) -> "Partial":
        """The same, independent of what is added to this one."""
        return Partial(self.ns, self.homes.copy(), self.position.copy(), self.sequence.copy(), self.moved.copy())

    def add(self, problem: Problem, home: str) -> None:
        """Give the next operation a destination, in the earliest group that can take it."""
        index = len(self.homes)
        sources = problem.predecessors[index]
        earliest = max((self.position[p] for p in sources), default=0)
        place = next((k for k in range(earliest, len(self.sequence)) if self.sequence[k] == home), None)
        if place is None:
            place = len(self.sequence)
            self.sequence.append(home)
            self.ns += problem.launch_ns[home]
        for p in sources:
            if p not in self.moved and _sides_differ(self.homes[p], home):
                self.moved.add(p)
                self.ns += problem.moved_ns[p]
        self.ns += problem.ns[index][home]
        self.homes.append(home)
        self.position.append(place)


def _beam(problem: Problem) -> list[list[str]]:
    """Assignments of a beam search in topological order, the last few of each possible first group."""
    found: list[list[str]] = []
    for first in sorted({home for times in problem.ns for home in times}):
        beam = [Partial.begin(problem, first)]
        for times in problem.ns:
            grown: list[Partial] = []
            for partial in beam:
                for home in list(times)[1:]:
                    branch = partial.copy()
                    branch.add(problem, home)
                    grown.append(branch)
                partial.add(problem, next(iter(times)))
                grown.append(partial)
            beam = sorted(grown, key=lambda p: p.ns)[:BEAM_WIDTH]
        found += [partial.homes for partial in beam[:4]]
    return found


def _improve(problem: Problem, homes: list[str], budget: int) -> list[str]:
    """Make moves that lower the cost until there is none, or the budget of steps is spent."""
    cost, improved = problem.cost_ns(homes), True
    step = len(homes) * (1 if len({home for times in problem.ns for home in times}) <= 2 else SLOW_STEPS)
    while improved:
        improved = False
        for members, home in list(_moves(problem, homes)):
            # A move before this one may have torn the set apart.
            if len({homes[m] for m in members}) > 1 or homes[members[0]] == home:
                continue
            if budget < 0:
                return homes
            trial = homes.copy()
            for member in members:
                trial[member] = home
            budget -= step
            trial_cost = problem.cost_ns(trial)
            if trial_cost < cost - TOLERANCE_NS:
                homes, cost, improved = trial, trial_cost, True
    return homes


def _moves(problem: Problem, homes: Sequence[str]) -> Iterator[tuple[Sequence[int], str]]:
    """Sets of operations of one destination, and another that all of them can have; large sets first."""
    free = [i for i, times in enumerate(problem.ns) if len(times) > 1]
    if not free:
        return
    seen: set[tuple[tuple[int, ...], str]] = set()
    for members in (*_islands(problem, homes), *((i,) for i in free)):
        for home in problem.ns[members[0]]:
            legal = home != homes[members[0]] and all(home in problem.ns[m] for m in members)
            if legal and (members, home) not in seen:
                seen.add((members, home))
                yield members, home


def _islands(problem: Problem, homes: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Movable parts of groups: whole groups, and islands in them."""
    groups: list[Group] = group(homes, problem.predecessors, problem.launch_ns)
    for g in groups:
        free = [m for m in g.members if len(problem.ns[m]) > 1]
        if not free:
            continue
        yield tuple(free)
        yield from components(free, problem.predecessors)
