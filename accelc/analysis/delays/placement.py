"""
Where adjustable delays go, and their first values (systems page, S5).

A delay is worth having where demand on the shared memory port rises: at the head of a burst of transfers. One on
the lane that issues the head is enough, since semaphores pass it on to everything that depends on the burst. To shift
a whole program, every lane of transfers needs one at its start: nothing computes before something is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

POINTS = ("layer", "burst")
POLICIES = ("off", "stagger")
START, THROTTLE = "start.", "throttle."
"""Beginnings of the names of slots that shift a whole program, and that bound a lane's rate of issue."""


@dataclass(frozen=True)
class Issue:
    """One macro-op as seen by the placement; `cycles` is the estimated time of a transfer, 0 for other ops."""

    layer: int | None
    cycles: int
    is_transfer: bool


@dataclass(frozen=True)
class Point:
    """The head of a burst: index of its first transfer, and the estimated cycles of all its transfers."""

    index: int
    cycles: int


def burst_heads(issues: Sequence[Issue], points: str, max_slots: int) -> list[Point]:
    """
    At most `max_slots` bursts, the longest ones, in program order.

    A burst is all transfers of one layer (`layer`), or transfers without another op between them (`burst`).
    """
    heads: list[int] = []
    weight: dict[int, int] = {}
    of_layer: dict[int | None, int] = {}
    running: int | None = None
    for index, issue in enumerate(issues):
        if not issue.is_transfer:
            running = None
            continue
        head = of_layer.get(issue.layer) if points == "layer" else running
        if head is None:
            head = index
            heads.append(index)
            of_layer[issue.layer] = index
        running = head
        weight[head] = weight.get(head, 0) + issue.cycles
    longest = sorted(heads, key=lambda head: (-weight[head], head))[:max_slots]
    return [Point(head, weight[head]) for head in sorted(longest)]


def lane_heads(lanes: Sequence[str], chosen: Sequence[str], max_slots: int) -> dict[str, int]:
    """
    Index of the first op of each lane that is `chosen`, in program order; none when they are more than `max_slots`.

    Some of them would shift a part of the program only.
    """
    heads: dict[str, int] = {}
    for index, lane in enumerate(lanes):
        if lane in chosen:
            heads.setdefault(lane, index)
    return heads if len(heads) <= max_slots else {}


def stagger(points: Sequence[Point], element: int, elements: int) -> int:
    """
    Shift of element `element` of `elements` that run one program on one memory port: its share of the longest burst.

    The first value of a program's delays; a runtime that has a profile knows better (`delays.circle`).
    """
    longest = max((point.cycles for point in points), default=0)
    return element * longest // elements
