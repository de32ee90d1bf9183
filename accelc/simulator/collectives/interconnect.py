"""
Channels between the chips of a system, and the routes through them.

A channel is one direction of the links between two neighbours. `ring` is a closed line, `torus` a grid closed in both
dimensions, `mesh` an open one, each as near to a square as the number of chips allows; chips are numbered like a snake,
row after row, so that consecutive ones are neighbours. The links of a chip are divided evenly between its directions
(two in each dimension; `all-to-all`: one to every other chip), and each carries its bandwidth both ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import isqrt

from accelc.simulator.collectives.plan import BACKWARD, EITHER, FORWARD
from accelc.targets.model import Link

Place = tuple[int, ...]


@dataclass(frozen=True)
class Interconnect:
    """`chips` chips connected by `link`, all of a system; times in ns."""

    link: Link
    chips: int

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Chips in each dimension that has more than one."""
        if self.link.kind in ("ring", "all-to-all"):
            return (self.chips,) if self.chips > 1 else ()
        rows = next(rows for rows in range(isqrt(self.chips), 0, -1) if self.chips % rows == 0)
        return tuple(size for size in (rows, self.chips // rows) if size > 1)

    @property
    def bytes_per_ns(self) -> float:
        """Bandwidth of a channel."""
        ways = self.chips - 1 if self.link.kind == "all-to-all" else 2 * len(self.sizes)
        return self.link.links_per_chip * self.link.bytes_per_ns_per_link / max(1, ways)

    @cached_property
    def channels(self) -> tuple[tuple[int, int, int], ...]:
        """(from chip, to chip, way out) of every channel; its index is its number."""
        return tuple(self._channels())

    @cached_property
    def _numbers(self) -> dict[tuple[int, int], int]:
        return {(source, way): number for number, (source, _, way) in enumerate(self.channels)}

    def routes(self, source: int, destination: int, direction: int = EITHER) -> tuple[tuple[int, ...], ...]:
        """
        Channels of every shortest way from chip to chip, one dimension after the other; all have the same length.

        With `direction` FORWARD or BACKWARD it is one, the one that goes forward or backward where both are as short.
        """
        if source == destination:
            return ()
        if self.link.kind == "all-to-all":
            return ((self._numbers[source, destination],),)
        steps = [
            self._steps(*pair) for pair in zip(self._place(source), self._place(destination), self.sizes, strict=True)
        ]
        if direction != EITHER:
            steps = [[step for step in ways if len(ways) == 1 or step * direction > 0] for ways in steps]
        return tuple(self._follow(source, chosen) for chosen in product(*steps))

    def _channels(self) -> Iterator[tuple[int, int, int]]:
        for source in range(self.chips):
            if self.link.kind == "all-to-all":
                yield from ((source, other, other) for other in range(self.chips) if other != source)
                continue
            place = self._place(source)
            for dimension, size in enumerate(self.sizes):
                for way, step in ((2 * dimension, FORWARD), (2 * dimension + 1, BACKWARD)):
                    there = place[dimension] + step
                    if self.link.kind != "mesh" or 0 <= there < size:
                        moved = (*place[:dimension], there % size, *place[dimension + 1 :])
                        yield source, self._chip(moved), way

    def _follow(self, chip: int, distances: tuple[int, ...]) -> tuple[int, ...]:
        found: list[int] = []
        for dimension, distance in enumerate(distances):
            for _ in range(abs(distance)):
                found.append(self._numbers[chip, 2 * dimension + (distance < 0)])
                chip = self.channels[found[-1]][1]
        return tuple(found)

    def _steps(self, here: int, there: int, size: int) -> list[int]:
        """Signed distances of the shortest ways in one dimension."""
        if self.link.kind == "mesh":
            return [there - here]
        forward = (there - here) % size
        backward = forward - size
        if forward == 0 or forward < -backward:
            return [forward]
        return [forward, backward] if forward == -backward else [backward]

    def _place(self, chip: int) -> Place:
        if len(self.sizes) < 2:
            return (chip,) if self.sizes else ()
        row, column = divmod(chip, self.sizes[1])
        return (row, self.sizes[1] - 1 - column if row % 2 else column)

    def _chip(self, place: Place) -> int:
        if len(place) == 1:
            return place[0]
        row, column = place
        return row * self.sizes[1] + (self.sizes[1] - 1 - column if row % 2 else column)
