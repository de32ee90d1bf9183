"""
What is different between two timings. No IR: names and numbers only.

Layers are nodes of the model, found by name, however often and in whatever segments they occur. Where one side has
compiled repeated layers once, its names have `*` in the place of the numbers that change (`outline-repeats`): they
stand for all names of the other side that fit and that nothing else has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from accelc.compare.record import Lane, Layer, Record


@dataclass(frozen=True)
class LayerDifference:
    """A node on both sides; None where that side has none of the name."""

    name: str
    a: Layer | None
    b: Layer | None

    @property
    def exposed_ns(self) -> tuple[float, float]:
        """Of both sides."""
        return tuple(0.0 if layer is None else layer.exposed_ns for layer in (self.a, self.b))  # pyright: ignore[reportReturnType]

    @property
    def difference_ns(self) -> float:
        """By how much B takes longer."""
        a, b = self.exposed_ns
        return b - a

    @property
    def ratio(self) -> float | None:
        """B's time in times of A's; None where A needs none."""
        a, b = self.exposed_ns
        return b / a if a else None

    @property
    def home(self) -> str:
        """Where it runs, `x -> y` if that changed."""
        homes = [layer.home for layer in (self.a, self.b) if layer is not None]
        return " -> ".join(dict.fromkeys(homes))

    def change(self, field: str) -> float:
        """By how much a numeric field of `Layer` is greater on side B."""
        a, b = (0 if layer is None else getattr(layer, field) for layer in (self.a, self.b))
        return b - a

    @property
    def is_change(self) -> bool:
        """Whether anything but the name differs."""
        return self.a != self.b


@dataclass(frozen=True)
class Comparison:
    """
    `layers` by absolute difference, greatest first; they add up to the difference of the totals.

    `lanes` are pairs by name, None where one side has no such lane or does not use it; `stalls_ns` sums of all lanes
    by reason, of both sides.
    """

    a: Record
    b: Record
    layers: tuple[LayerDifference, ...]
    lanes: Mapping[str, tuple[Lane | None, Lane | None]]
    stalls_ns: Mapping[str, tuple[float, float]]

    @property
    def difference_ns(self) -> float:
        """By how much B takes longer."""
        return self.b.total_ns - self.a.total_ns

    @property
    def slower(self) -> float | None:
        """Share of A's time by which B takes longer; None where A takes none."""
        return self.difference_ns / self.a.total_ns if self.a.total_ns else None

    @property
    def same_clock(self) -> bool:
        """Whether a cycle of the array is the same time on both sides."""
        return self.a.tensor_hz == self.b.tensor_hz

    def exceeds(self, percent: float) -> bool:
        """Whether B takes more than `percent` longer; from nothing, any time is more."""
        return self.b.total_ns > self.a.total_ns * (1 + percent / 100)

    def as_json(self) -> dict[str, Any]:
        """The object that `accelc compare --json` prints."""
        return {
            "a": {"name": self.a.name, **self.a.as_json()},
            "b": {"name": self.b.name, **self.b.as_json()},
            "difference_ns": self.difference_ns,
            "ratio": None if self.slower is None else 1 + self.slower,
            "layers": [
                {
                    "name": each.name,
                    "home": each.home,
                    "a": None if each.a is None else asdict(each.a),
                    "b": None if each.b is None else asdict(each.b),
                    "difference_ns": each.difference_ns,
                    "ratio": each.ratio,
                }
                for each in self.layers
            ],
            "stalls_ns": {reason: {"a": a, "b": b, "difference": b - a} for reason, (a, b) in self.stalls_ns.items()},
        }


def compare(a: Record, b: Record) -> Comparison:
    """What is different in `b`, seen from `a`."""
    left, right = _by_node(a.layers), _by_node(b.layers)
    left, right = _starred(left, right), _starred(right, left)
    rows = [LayerDifference(name, left.get(name), right.get(name)) for name in dict.fromkeys([*left, *right])]
    # `sorted` is stable: equal rows stay in the order of the program.
    rows.sort(key=lambda row: -abs(row.difference_ns))
    lanes = {name: (_used(a.lanes.get(name)), _used(b.lanes.get(name))) for name in dict.fromkeys([*a.lanes, *b.lanes])}
    sums = [_stalls(side.lanes.values()) for side in (a, b)]
    reasons = {name: (sums[0].get(name, 0.0), sums[1].get(name, 0.0)) for name in dict.fromkeys([*sums[0], *sums[1]])}
    used = {name: pair for name, pair in lanes.items() if pair != (None, None)}
    return Comparison(a, b, tuple(rows), used, reasons)


def _by_node(layers: Iterable[Layer]) -> dict[str, Layer]:
    found: dict[str, list[Layer]] = {}
    for layer in layers:
        found.setdefault(layer.name, []).append(layer)
    return {name: _sum(name, same) for name, same in found.items()}


def _sum(name: str, layers: Sequence[Layer]) -> Layer:
    return Layer(
        name,
        " + ".join(dict.fromkeys(layer.home for layer in layers)),
        sum(layer.exposed_ns for layer in layers),
        sum(layer.compute_ns for layer in layers),
        sum(layer.moving_ns for layer in layers),
        sum(layer.instructions for layer in layers),
        sum(layer.dma_bytes for layer in layers),
    )


def _starred(layers: Mapping[str, Layer], other: Mapping[str, Layer]) -> dict[str, Layer]:
    """`layers` with those that fit a `*` name of `other` as one; a name that both sides have stays as it is."""
    masks: dict[str, dict[tuple[int, ...], None]] = {}
    for name in other:
        tokens = _NUMBERS.split(name)
        starred = tuple(index for index, token in enumerate(tokens) if token == "*")
        if starred:
            masks.setdefault(_NUMBERS.sub("*", name), {})[starred] = None
    found: dict[str, list[Layer]] = {}
    for name, layer in layers.items():
        fits = () if name in other else _patterns(name, masks.get(_NUMBERS.sub("*", name), ()))
        found.setdefault(next((fit for fit in fits if fit in other), name), []).append(layer)
    return {name: _sum(name, same) for name, same in found.items()}


_NUMBERS = re.compile(r"(\d+|\*)")


def _patterns(name: str, masks: Iterable[tuple[int, ...]]) -> Iterator[str]:
    """`name` with `*` in the places of each mask, where its numbers are."""
    tokens = _NUMBERS.split(name)
    for mask in masks:
        yield "".join("*" if index in mask else token for index, token in enumerate(tokens))


def _used(lane: Lane | None) -> Lane | None:
    """None for a lane that never works: it takes no part."""
    return None if lane is None or not lane.busy_ns else lane


def _stalls(lanes: Iterable[Lane]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for lane in lanes:
        if _used(lane) is not None:
            for reason, ns in lane.stalls_ns.items():
                sums[reason] = sums.get(reason, 0.0) + ns
    return sums
