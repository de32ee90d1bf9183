"""
Grouping of operations with destinations into few convex groups, and the repair of groups that do not pay.

The mathematics of `partition-hierarchical` (US12182688B2) without IR. Operations are numbered in a topological order;
`predecessors[i]` are the operations whose results operation i reads. Groups come out in an order of execution, and
every group reads only from groups before it: the quotient graph is acyclic and every group is convex.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

Graph = Sequence[Sequence[int]]
"""Predecessors of every operation; each is smaller than the operation's own number."""

BEAM_WIDTH = 16
"""Partial orders kept per number of groups; the number of groups is minimal as long as there are no more."""


@dataclass(frozen=True)
class Group:
    """Operations (ascending) that execute together at one destination."""

    destination: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class _Prefix:
    """Groups chosen so far: a downward closed set of operations, as a bit set."""

    done: int
    groups: tuple[Group, ...]


def _extend(prefix: _Prefix, destination: str, destinations: Sequence[str], masks: Sequence[int]) -> _Prefix:
    """Append the largest group of one destination: everything of it that needs nothing of the others still open."""
    done, members = prefix.done, list[int]()
    for index, own in enumerate(destinations):
        if own == destination and not done >> index & 1 and masks[index] & ~done == 0:
            done |= 1 << index
            members.append(index)
    return _Prefix(done, (*prefix.groups, Group(destination, tuple(members))) if members else prefix.groups)


def group(destinations: Sequence[str], predecessors: Graph) -> list[Group]:
    """
    Groups in an order of execution, as few as the search finds.

    Every step takes all operations of one destination that are ready, in chains; taking more never needs more groups
    later. With two destinations only the first choice is free and the result is minimal; with three, a beam search over
    the order of destinations is exact until more than `BEAM_WIDTH` different prefixes of one length exist.
    """
    masks = [sum(1 << p for p in set(sources)) for sources in predecessors]
    everything = (1 << len(destinations)) - 1
    kinds = sorted(set(destinations))
    beam = [_Prefix(0, ())]
    while all(prefix.done != everything for prefix in beam):
        longer: dict[int, _Prefix] = {}
        for prefix in beam:
            last = prefix.groups[-1].destination if prefix.groups else None
            for kind in kinds:
                grown = _extend(prefix, kind, destinations, masks) if kind != last else prefix
                if grown.done != prefix.done:
                    longer.setdefault(grown.done, grown)
        kept = [p for p in longer.values() if not any(p.done & ~q.done == 0 and p is not q for q in longer.values())]
        beam = sorted(kept, key=lambda p: (-p.done.bit_count(), p.done))[:BEAM_WIDTH]
    return list(next(prefix for prefix in beam if prefix.done == everything).groups)


@dataclass(frozen=True)
class Costs:
    """What the repair weighs, in ns; the destinations are names, `accelerator` and `host` among them."""

    host_ns: Sequence[float]
    """Time of every operation on the host."""
    accelerator_ns: Sequence[float]
    """Time of every operation on the accelerator."""
    transfer_ns: Sequence[float]
    """Time to move every operation's results across the boundary of a group, once."""
    launch_ns: Mapping[str, float]
    """Time to start one group, per destination."""


def cost_ns(groups: Sequence[Group], predecessors: Graph, costs: Costs) -> float:
    """Time of all groups one after the other: launches, operations, and each result that other groups read, once."""
    home = {member: index for index, g in enumerate(groups) for member in g.members}
    crossing = {(p, home[i]) for i, sources in enumerate(predecessors) for p in sources if home[p] != home[i]}
    times = {"accelerator": costs.accelerator_ns, "host": costs.host_ns}
    return (
        sum(costs.launch_ns.get(g.destination, 0.0) for g in groups)
        + sum(times.get(g.destination, costs.host_ns)[member] for g in groups for member in g.members)
        + sum(costs.transfer_ns[p] for p, _ in crossing)
    )


def components(members: Sequence[int], predecessors: Graph) -> list[tuple[int, ...]]:
    """Connected components of some operations, direction of edges ignored; each ascending, ordered by first member."""
    inside, root = set(members), {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            root[member] = root[root[member]]
            member = root[member]
        return member

    for member in members:
        for source in predecessors[member]:
            if source in inside:
                low, high = sorted((find(member), find(source)))
                root[high] = low
    found: dict[int, list[int]] = {}
    for member in sorted(members):
        found.setdefault(find(member), []).append(member)
    return [tuple(c) for c in found.values()]


@dataclass(frozen=True)
class Repaired:
    """Groups after the repair, and the operations that it moved to the host."""

    groups: tuple[Group, ...]
    demoted: frozenset[int]


def repair(destinations: Sequence[str], predecessors: Graph, pinned: Sequence[bool], costs: Costs) -> Repaired:
    """
    Move accelerator islands to the host where that lowers `cost_ns`, the best first, until none is left.

    An island is a connected component of an accelerator group without a pinned operation (one with multiply-accumulate
    work, or one that the host cannot execute).
    """
    best = Repaired(tuple(group(destinations, predecessors)), frozenset())
    now = list(destinations)
    cost = cost_ns(best.groups, predecessors, costs)
    while True:
        choice: tuple[float, tuple[int, ...], list[Group]] | None = None
        for g in best.groups:
            for island in components(g.members, predecessors) if g.destination == "accelerator" else []:
                if any(pinned[member] for member in island):
                    continue
                trial = ["host" if i in set(island) else d for i, d in enumerate(now)]
                groups = group(trial, predecessors)
                trial_cost = cost_ns(groups, predecessors, costs)
                if trial_cost < (cost if choice is None else choice[0]):
                    choice = (trial_cost, island, groups)
        if choice is None:
            return best
        cost, island, groups = choice
        for member in island:
            now[member] = "host"
        best = replace(best, groups=tuple(groups), demoted=best.demoted | set(island))
