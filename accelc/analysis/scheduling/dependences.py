"""
Which order between macro-ops a program needs, from what they read and write.

Unlike `accelc.analysis.hazards`, which trusts that lanes issue in order, every reader and writer is related to every
other one that it conflicts with, directly or through a third: any order that respects the edges gives the same results.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accelc.analysis.footprint import Access, Footprint
from accelc.analysis.hazards import distinct
from accelc.analysis.scheduling.task import Task


@dataclass(frozen=True)
class Dependences:
    """
    Predecessors of every task, all of smaller number.

    `after[i]` must be complete before task i starts (read after write, write after write), of those in `read[i]` only
    the operands must have been read (write after read).
    """

    after: list[list[int]]
    read: list[list[int]]

    def successors(self) -> list[list[int]]:
        """Tasks that follow each task, of either kind."""
        result: list[list[int]] = [[] for _ in self.after]
        for task, (complete, read) in enumerate(zip(self.after, self.read, strict=True)):
            for other in {*complete, *read}:
                result[other].append(task)
        return result


def region_dependences(footprint: Footprint, count: int) -> Dependences:
    """Dependences of `count` tasks whose accesses, region by region, are the records of `footprint`."""
    writers = {space: footprint.shadow(space) for space in footprint.spaces}
    readers: dict[int, list[tuple[int, Access]]] = {space: [] for space in footprint.spaces}
    after: list[list[int]] = []
    read: list[list[int]] = []
    for task in range(count):
        accesses = footprint.of(task)
        complete: set[int] = set()
        earlier: set[int] = set()
        for access in accesses:
            complete.update(distinct(writers[access.space][access.groups, access.cells]))
            if access.is_write:
                earlier.update(other for other, held in readers[access.space] if _meet(held, access))
        for access in accesses:
            held = readers[access.space]
            if access.is_write:
                writers[access.space][access.groups, access.cells] = task
                readers[access.space] = [entry for entry in held if not _covers(access, entry[1])]
        for access in accesses:
            if not access.is_write:
                readers[access.space].append((task, access))
        complete.discard(task)
        after.append(sorted(complete))
        read.append(sorted(earlier - complete - {task}))
    return Dependences(after, read)


def _span(access: Access) -> tuple[int, int]:
    cells = access.cells
    if isinstance(cells, slice):
        return cells.start, cells.stop
    return int(cells[0]), int(cells[-1]) + 1


def _meet(one: Access, other: Access) -> bool:
    """Whether two regions may overlap: their bounds do."""
    low, high = _span(one)
    begin, end = _span(other)
    return low < end and begin < high and one.groups.start < other.groups.stop and other.groups.start < one.groups.stop


def _covers(write: Access, held: Access) -> bool:
    """Whether `write` touches everything between the bounds of `held`."""
    if not isinstance(write.cells, slice):
        return False
    low, high = _span(held)
    inside = write.cells.start <= low and high <= write.cells.stop
    return inside and write.groups.start <= held.groups.start and held.groups.stop <= write.groups.stop


def buffer_dependences(tasks: Sequence[Task]) -> Dependences:
    """Dependences of tasks that touch whole buffers."""
    writer: dict[int, int] = {}
    readers: dict[int, list[int]] = {}
    after: list[list[int]] = []
    read: list[list[int]] = []
    for number, task in enumerate(tasks):
        complete = {writer[buffer] for buffer in (*task.reads, *task.writes) if buffer in writer}
        earlier = {other for buffer in task.writes for other in readers.get(buffer, ())}
        for buffer in task.writes:
            writer[buffer] = number
            readers[buffer] = []
        for buffer in task.reads:
            readers.setdefault(buffer, []).append(number)
        after.append(sorted(complete - {number}))
        read.append(sorted(earlier - complete - {number}))
    return Dependences(after, read)
