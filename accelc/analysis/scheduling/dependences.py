"""
Which order between macro-ops a program needs, from what they read and write.

Unlike `accelc.analysis.sync.hazards`, which trusts that lanes issue in order, every reader and writer is related to
every other one that it conflicts with, directly or through a third: any order that respects the edges gives the same
results.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from accelc.analysis.footprint import Access, Footprint
from accelc.analysis.scheduling.task import Task
from accelc.analysis.sync.hazards import distinct


@dataclass(frozen=True)
class Overlap:
    """
    How far a task may overlap one it follows, because both work block by block (ns).

    It starts at least `lag_ns` after the other starts, and ends at least `trail_ns` after the other ends.
    """

    lag_ns: float
    trail_ns: float


@dataclass(frozen=True)
class Dependences:
    """
    Predecessors of every task, all of smaller number.

    `after[i]` must be complete before task i starts (read after write, write after write) unless `overlaps` has an
    entry (predecessor, i); of those in `read[i]` only the operands must have been read (write after read).
    """

    after: list[list[int]]
    read: list[list[int]]
    overlaps: Mapping[tuple[int, int], Overlap] = field(default_factory=dict[tuple[int, int], Overlap])

    def successors(self) -> list[list[int]]:
        """Tasks that follow each task, of either kind."""
        result: list[list[int]] = [[] for _ in self.after]
        for task, (complete, read) in enumerate(zip(self.after, self.read, strict=True)):
            for other in {*complete, *read}:
                result[other].append(task)
        return result


def region_dependences(footprint: Footprint, count: int, bases: Sequence[int] = (0,)) -> Dependences:
    """
    Dependences of `count` tasks whose accesses, region by region, are the records of `footprint`.

    `bases` are ascending byte offsets that no access crosses: where buffers begin.
    """
    writers = {space: footprint.shadow(space) for space in footprint.spaces}
    homes = {
        space: [bisect_right(bases, offset) for offset in atoms.atom_start.tolist()]
        for space, atoms in footprint.spaces.items()
    }
    readers: dict[tuple[int, int], list[tuple[int, Access]]] = {}
    after: list[list[int]] = []
    read: list[list[int]] = []
    for task in range(count):
        accesses = footprint.of(task)
        complete: set[int] = set()
        earlier: set[int] = set()
        for access in accesses:
            complete.update(distinct(writers[access.space][access.groups, access.cells]))
            if access.is_write:
                home = access.space, homes[access.space][_span(access)[0]]
                earlier.update(other for other, held in readers.get(home, ()) if _meet(held, access))
        for access in accesses:
            home = access.space, homes[access.space][_span(access)[0]]
            if access.is_write:
                writers[access.space][access.groups, access.cells] = task
                if home in readers:
                    readers[home] = [entry for entry in readers[home] if not _covers(access, entry[1])]
        for access in accesses:
            if not access.is_write:
                home = access.space, homes[access.space][_span(access)[0]]
                readers.setdefault(home, []).append((task, access))
        complete.discard(task)
        after.append(sorted(complete))
        read.append(sorted(earlier - complete - {task}))
    return Dependences(after, read)


def observe_overlaps(
    tasks: Sequence[Task], dependences: Dependences, starts: Sequence[float], ends: Sequence[float]
) -> Dependences:
    """
    `dependences` with the overlaps that one execution shows, given start and end (ns) of every task in it.

    What a task did in spite of an unfinished predecessor it can do again. It may have started and ended later than that
    predecessor asks for, but then no later than after the whole of it.
    """
    overlaps: dict[tuple[int, int], Overlap] = {}
    for number, earlier in enumerate(dependences.after):
        own = tasks[number].busy_ns + tasks[number].tail_ns
        for other in earlier:
            if starts[number] < ends[other]:
                lag = max(0.0, starts[number] - starts[other])
                overlaps[other, number] = Overlap(lag, min(own, ends[number] - ends[other]))
    return replace(dependences, overlaps=overlaps)


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
