"""
Slack of points in a measured timeline: how much later they may happen while the end stays where it is.

The timeline is a graph: `Edge(before, after, gap)` says that `after` happened `gap` after the last moment `before`
allowed. A shift of `before` up to the gap is absorbed there, the rest is passed on (the float of project networks:
Kelley and Walker, 1959; used to slow down work off the critical path by Perseus, SOSP 2024).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edge:
    """`after` depends on `before` and had `gap` to spare; nodes are numbered in order of time."""

    before: int
    after: int
    gap: int


def total_slack(nodes: int, edges: Sequence[Edge], ends: Sequence[int]) -> list[int]:
    """
    Largest shift of each node alone that moves no node beyond its `ends`, in the unit of the gaps.

    `ends[node]` is how much later the node itself may be; edges lead from lower to higher numbers.
    """
    slack = list(ends)
    for edge in sorted(edges, key=lambda edge: -edge.before):
        slack[edge.before] = min(slack[edge.before], edge.gap + slack[edge.after])
    return slack


def joint_delays(nodes: int, edges: Sequence[Edge], ends: Sequence[int], points: Sequence[int]) -> list[int]:
    """
    Delays of `points` that together shift no node beyond its `ends`.

    Points take what is left in order of time: the slack of a point less the shift that earlier delays cause there.
    """
    slack = total_slack(nodes, edges, ends)
    incoming: list[list[Edge]] = [[] for _ in range(nodes)]
    for edge in edges:
        incoming[edge.after].append(edge)
    chosen = set(points)
    shift, delay = [0] * nodes, [0] * nodes
    for node in range(nodes):
        shift[node] = max((shift[edge.before] - edge.gap for edge in incoming[node]), default=0)
        shift[node] = max(shift[node], 0)
        if node in chosen:
            delay[node] = max(slack[node] - shift[node], 0)
            shift[node] += delay[node]
    return [delay[point] for point in points]


def shifts(nodes: int, edges: Sequence[Edge], delays: Sequence[int]) -> list[int]:
    """Shift of every node when each is delayed by `delays[node]` beyond what its predecessors cause."""
    shift = [0] * nodes
    for edge in sorted(edges, key=lambda edge: edge.after):
        # All edges into a node come before those out of it: numbers are in order of time.
        shift[edge.after] = max(shift[edge.after], shift[edge.before] + delays[edge.before] - edge.gap)
    return [caused + own for caused, own in zip(shift, delays, strict=True)]
