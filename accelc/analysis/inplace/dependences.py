"""Which instruction follows which: orders and the longest path, with edges on trial."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

Edge = tuple[int, int]
"""An instruction and one that follows it."""


class Dependences:
    """An acyclic graph of the instructions 0, 1, ..."""

    def __init__(self, count: int) -> None:
        self._successors = [set[int]() for _ in range(count)]
        self._predecessors = [set[int]() for _ in range(count)]

    def add(self, before: int, after: int) -> None:
        """Let one instruction follow another."""
        self._successors[before].add(after)
        self._predecessors[after].add(before)

    def before(self, index: int) -> set[int]:
        """Instructions that lead to `index`, itself not included."""
        return _reached(index, self._predecessors)

    def after(self, index: int) -> set[int]:
        """Instructions that `index` leads to, itself not included."""
        return _reached(index, self._successors)

    def order(self, added: Iterable[Edge] = ()) -> tuple[int, ...]:
        """The instructions in an order as near to that of their numbers as the edges allow."""
        extra: dict[int, set[int]] = defaultdict(set)
        for before, after in added:
            extra[before].add(after)
        pending = [0] * len(self._successors)
        for index, after in enumerate(self._successors):
            for other in after | extra[index]:
                pending[other] += 1
        ready = [index for index, count in enumerate(pending) if count == 0]
        heapify(ready)
        order: list[int] = []
        while ready:
            index = heappop(ready)
            order.append(index)
            for other in self._successors[index] | extra[index]:
                pending[other] -= 1
                if pending[other] == 0:
                    heappush(ready, other)
        assert len(order) == len(pending)
        return tuple(order)

    def longest(self, times: Sequence[float], added: Sequence[Edge] = ()) -> float:
        """Length of the longest path of instructions that take `times`."""
        extra: dict[int, list[int]] = defaultdict(list)
        for before, after in added:
            extra[before].append(after)
        start = [0.0] * len(times)
        longest = 0.0
        for index in self.order(added):
            end = start[index] + times[index]
            longest = max(longest, end)
            for other in (*self._successors[index], *extra[index]):
                start[other] = max(start[other], end)
        return longest


def _reached(index: int, neighbours: Sequence[set[int]]) -> set[int]:
    found: set[int] = set()
    pending = [index]
    while pending:
        new = neighbours[pending.pop()] - found
        found |= new
        pending += new
    return found
