"""
Loops over rows: which operations share one, in which order.

An operation that needs all rows of what a loop computes comes after that loop: it, and what depends on it, belong to a
later level. Within a level, operations on whole tensors come first, then one loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from accelc.analysis.chunking.axes import Axis, Flow


@dataclass(frozen=True)
class Node:
    """An operation by the numbers of its operands and results; `flow` gives its flow for the operands' row axes."""

    operands: tuple[int, ...]
    results: tuple[int, ...]
    flow: Callable[[Sequence[Axis]], Flow]


@dataclass(frozen=True)
class Loops:
    """
    `level` of every node, its `flows`, and the row `axes` of all values that depend on rows.

    A node whose flow has no result axis is computed once, whole, before the loop of its level.
    """

    level: Sequence[int]
    flows: Sequence[Flow]
    axes: Mapping[int, int]

    @property
    def count(self) -> int:
        """Number of levels."""
        return max(self.level, default=-1) + 1


def plan_loops(nodes: Sequence[Node], sources: Mapping[int, int]) -> Loops:
    """
    Levels of `nodes`, which are in order of execution; `sources` are row axes of values that nobody computes.

    A source is complete from the start, so that it can be chunked or used whole in any level.
    """
    axes = dict(sources)
    produced: dict[int, tuple[int, bool]] = {}
    """Value -> (level, whether a loop computes it)."""
    levels: list[int] = []
    flows: list[Flow] = []
    for node in nodes:
        flow = node.flow([axes.get(value) for value in node.operands])
        level = 0
        for value, axis in zip(node.operands, flow.operands, strict=True):
            made, looped = produced.get(value, (0, False))
            needs_all = looped and (axis is None or axis != axes[value])
            level = max(level, made + needs_all)
        for value in node.results:
            produced[value] = level, flow.result is not None
            if flow.result is not None:
                axes[value] = flow.result
        levels.append(level)
        flows.append(flow)
    return Loops(levels, flows, axes)
