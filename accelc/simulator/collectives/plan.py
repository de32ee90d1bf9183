"""
Collective operations as messages between ranks: the one description that numbers and times are both computed from.

Ring: Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms for clusters of workstations, JPDC 69(2), 2009; one
ring in each direction with half of every chunk, as all links of a chip can then send. Mesh: every rank sends to every
other at once. An all-reduce is a reduce-scatter and an all-gather.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

KINDS = ("all-reduce", "reduce-scatter", "all-gather", "send")
ALGORITHMS = ("ring", "mesh")
EITHER, FORWARD, BACKWARD = 0, 1, -1


class Message(NamedTuple):
    """
    Elements `begin` to `end` (exclusive) of the array, from rank to rank.

    It is sent when the messages `after` (positions in the plan, all to `source`) have arrived; the destination adds it
    to what it has (`adds`) or replaces that. `direction`: the way round that it takes where two are equally long.
    """

    source: int
    destination: int
    begin: int
    end: int
    adds: bool
    after: tuple[int, ...]
    direction: int = EITHER


Plan = tuple[Message, ...]
"""Messages, each behind those that it comes after; done one by one in this order they give the numbers."""


def even_bounds(elements: int, ranks: int) -> tuple[int, ...]:
    """Where `ranks` chunks of `elements` begin, then their end; the first ones are larger by one if need be."""
    size, larger = divmod(elements, ranks)
    return tuple(rank * size + min(rank, larger) for rank in range(ranks + 1))


def plan(kind: str, algorithm: str, bounds: Sequence[int]) -> Plan:
    """
    Messages of a collective operation of `KINDS`, chunk `r` of the array being elements `bounds[r]` to `bounds[r+1]`.

    Of a reduce-scatter rank `r` gets the sum of chunk `r`, to an all-gather it gives chunk `r`; a send goes from rank 0
    to rank 1, all of the array. Empty chunks are not sent. Raises ValueError for another kind or algorithm.
    """
    if kind == "send":
        return (Message(0, 1, 0, bounds[-1], False, ()),) if bounds[-1] else ()
    if kind not in KINDS or algorithm not in ALGORITHMS:
        raise ValueError(f"'{kind}' by '{algorithm}': legal are {', '.join(KINDS)} by {' or '.join(ALGORITHMS)}")
    built: list[Message] = []
    last: dict[tuple[int, int], tuple[int, ...]] = {}
    if kind != "all-gather":
        _phase(built, last, _ring_steps(bounds, True) if algorithm == "ring" else _mesh_steps(bounds, True))
    if kind != "reduce-scatter":
        _phase(built, last, _ring_steps(bounds, False) if algorithm == "ring" else _mesh_steps(bounds, False))
    return tuple(built)


def _phase(built: list[Message], last: dict[tuple[int, int], tuple[int, ...]], steps: Iterator[Message]) -> None:
    """Appends messages; what brought their elements to their source (`last`, by rank and first element) goes first."""
    for step in steps:
        if step.begin < step.end:
            here = (step.destination, step.begin)
            message = step._replace(after=last.get((step.source, step.begin), ()))
            last[here] = (*last.get(here, ()), len(built)) if step.adds else (len(built),)
            built.append(message)


def _ring_steps(bounds: Sequence[int], reduces: bool) -> Iterator[Message]:
    """Reducing, chunk `c` starts behind rank `c` and ends there; else it starts at rank `c`."""
    ranks = len(bounds) - 1
    for step in range(ranks - 1):
        for chunk in range(ranks):
            begin, end = bounds[chunk], bounds[chunk + 1]
            middle = (begin + end + 1) // 2
            for direction, first, stop in ((FORWARD, begin, middle), (BACKWARD, middle, end)):
                source = (chunk + direction * (step + reduces)) % ranks
                yield Message(source, (source + direction) % ranks, first, stop, reduces, (), direction)


def _mesh_steps(bounds: Sequence[int], reduces: bool) -> Iterator[Message]:
    ranks = len(bounds) - 1
    for chunk in range(ranks):
        for other in range(ranks):
            if other != chunk:
                source, destination = (other, chunk) if reduces else (chunk, other)
                yield Message(source, destination, bounds[chunk], bounds[chunk + 1], reduces, ())
