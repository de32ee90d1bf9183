"""
Grouping of operations with destinations into few convex groups, and what a grouping costs.

The mathematics of `partition-hierarchical` (US12182688B2) without IR. Operations are numbered in a topological order;
`predecessors[i]` are the operations whose results operation i reads. Groups come out in an order of execution, and
every group reads only from groups before it: the quotient graph is acyclic and every group is convex.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Graph = Sequence[Sequence[int]]
"""Predecessors of every operation; each is smaller than the operation's own number."""

BEAM_WIDTH = 16
"""Partial orders kept per number of groups; the launches are the cheapest as long as there are no more."""
DEVICE = "accelerator"
"""The destination with a memory of its own; all others share the host's."""


@dataclass(frozen=True)
class Group:
    """Operations (ascending) that execute together at one destination."""

    destination: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """
    Operations without destinations, and what it costs to give them some; times in ns.

    `ns[i]` is the time of operation i at every destination it can have, `moved_ns[i]` the time to move its results
    across the border between device and host once, `launch_ns` the time to start a group.
    """

    ns: Sequence[Mapping[str, float]]
    predecessors: Graph
    moved_ns: Sequence[float]
    launch_ns: Mapping[str, float]

    def cost_ns(self, destinations: Sequence[str]) -> float:
        """Time of all operations one after the other, in the groups that `group` makes."""
        work = sum(times[home] for times, home in zip(self.ns, destinations, strict=True))
        moved = sum(self.moved_ns[i] for i in crossing(destinations, self.predecessors))
        return work + moved + launches_ns(destinations, self.predecessors, self.launch_ns)


def crossing(destinations: Sequence[str], predecessors: Graph) -> set[int]:
    """Operations whose results are read on the other side of the border; they are moved once, then both have them."""
    return {
        p
        for i, sources in enumerate(predecessors)
        for p in sources
        if (destinations[p] == DEVICE) != (destinations[i] == DEVICE)
    }


def launches_ns(destinations: Sequence[str], predecessors: Graph, launch_ns: Mapping[str, float]) -> float:
    """Time to start the groups that `group` makes."""
    kinds = sorted(set(destinations))
    if len(kinds) > 2:
        return sum(launch_ns[g.destination] for g in group(destinations, predecessors, launch_ns))
    # With two destinations they alternate, and an operation is in the earliest group its predecessors allow.
    totals: list[float] = []
    for first in kinds:
        phases: list[int] = []
        for home, sources in zip(destinations, predecessors, strict=True):
            phase = int(home != first)
            # This loop takes most of the time of a search: `max` over a generator doubles it.
            for p in sources:
                least = phases[p] + (destinations[p] != home)
                if least > phase:
                    phase = least
            phases.append(phase)
        order = [first, next((k for k in kinds if k != first), first)]
        totals.append(sum(launch_ns[order[phase % 2]] for phase in range(max(phases, default=-1) + 1)))
    return min(totals, default=0.0)


@dataclass(frozen=True)
class _Prefix:
    """Groups chosen so far: a downward closed set of operations, as a bit set, and the time to start them."""

    done: int
    groups: tuple[Group, ...]
    ns: float


def _extend(prefix: _Prefix, destination: str, destinations: Sequence[str], masks: Sequence[int]) -> tuple[int, Group]:
    """The largest next group of one destination: everything of it that needs nothing of the others still open."""
    done, members = prefix.done, list[int]()
    for index, own in enumerate(destinations):
        if own == destination and not done >> index & 1 and masks[index] & ~done == 0:
            done |= 1 << index
            members.append(index)
    return done, Group(destination, tuple(members))


def group(
    destinations: Sequence[str], predecessors: Graph, launch_ns: Mapping[str, float] | None = None
) -> list[Group]:
    """
    Groups in an order of execution, the cheapest to start that the search finds; without `launch_ns`, the fewest.

    Every step takes all operations of one destination that are ready, in chains; taking more never needs more groups
    later. With two destinations only the first choice is free and the result is optimal; with three, a beam search over
    the order of destinations is exact until more than `BEAM_WIDTH` different prefixes of one length exist.
    """
    masks = [sum(1 << p for p in set(sources)) for sources in predecessors]
    everything = (1 << len(destinations)) - 1
    kinds = sorted(set(destinations))
    weight = {kind: 1.0 if launch_ns is None else launch_ns[kind] for kind in kinds}
    beam, best = [_Prefix(0, (), 0.0)], list[_Prefix]()
    if not everything:
        return []
    while beam:
        longer: dict[int, _Prefix] = {}
        for prefix in beam:
            for kind in kinds:
                if prefix.groups and prefix.groups[-1].destination == kind:
                    continue
                done, added = _extend(prefix, kind, destinations, masks)
                ns = prefix.ns + weight[kind]
                if added.members and (done not in longer or ns < longer[done].ns):
                    longer[done] = _Prefix(done, (*prefix.groups, added), ns)
        best = sorted([*best, *(p for p in longer.values() if p.done == everything)], key=lambda p: p.ns)[:1]
        limit = best[0].ns if best else float("inf")
        open_ = [p for p in longer.values() if p.done != everything and p.ns < limit]
        kept = [p for p in open_ if not any(_dominates(q, p) for q in open_)]
        beam = sorted(kept, key=lambda p: (-p.done.bit_count(), p.ns, p.done))[:BEAM_WIDTH]
    return list(best[0].groups)


def _dominates(one: _Prefix, other: _Prefix) -> bool:
    """Whether a prefix has done more than another for no more time."""
    return one is not other and other.done & ~one.done == 0 and one.ns <= other.ns and one.done != other.done


def components(members: Sequence[int], predecessors: Graph) -> list[tuple[int, ...]]:
    """Connected components of some operations, direction of edges ignored; each ascending, ordered by first member."""
    root = {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            root[member] = root[root[member]]
            member = root[member]
        return member

    for member in members:
        for source in predecessors[member]:
            if source in root:
                low, high = sorted((find(member), find(source)))
                root[high] = low
    found: dict[int, list[int]] = {}
    for member in sorted(members):
        found.setdefault(find(member), []).append(member)
    return [tuple(c) for c in found.values()]
