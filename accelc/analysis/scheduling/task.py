"""What the scheduler knows of a program: macro-ops with times, buffers, DMA queues."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Task:
    """
    A macro-op: lane, time (ns), and the buffers it touches, by number.

    `busy_ns` keep the lane; `tail_ns` later the results are visible. `is_load` marks transfers into on-chip memory
    that may move forward; their lane is chosen by the scheduler, as that of every op with `is_dma`. A transfer uses
    the `share` of the DMA engines while it moves data.
    """

    lane: str
    busy_ns: float
    tail_ns: float
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    is_dma: bool = False
    is_load: bool = False
    share: float = 1.0


@dataclass(frozen=True)
class Storage:
    """A buffer: bytes (in a partition) in which memory; `is_bound` ones have their data from the start."""

    memory: str
    size: int
    is_bound: bool = False


@dataclass(frozen=True)
class Queues:
    """
    DMA lanes: names, and the time one of them needs between two transfers.

    `signal_ns` pass on any lane between the end of a task and the start of one on another lane that waits for it.
    """

    names: tuple[str, ...]
    issue_ns: float
    signal_ns: float = 0.0


@dataclass(frozen=True)
class Schedule:
    """
    Tasks in their new order, the lane of each task (by its old number), and the estimated time of the whole.

    `starts` and `ends` (ns) are estimates too, by old number.
    """

    order: list[int]
    lanes: list[str]
    makespan_ns: float
    starts: list[float]
    ends: list[float]


def occupancy(tasks: Sequence[Task], buffers: Sequence[Storage]) -> dict[str, npt.NDArray[np.int64]]:
    """Bytes live in each memory at every task, for the given order of tasks."""
    change: dict[str, npt.NDArray[np.int64]] = {}
    for buffer, (first, last) in live_ranges(tasks).items():
        storage = buffers[buffer]
        profile = change.setdefault(storage.memory, np.zeros(len(tasks) + 1, np.int64))
        profile[first] += storage.size
        profile[last + 1] -= storage.size
    return {memory: np.cumsum(profile)[:-1] for memory, profile in change.items()}


def live_ranges(tasks: Sequence[Task]) -> dict[int, tuple[int, int]]:
    """First and last task that touches each buffer."""
    ranges: dict[int, tuple[int, int]] = {}
    for position, task in enumerate(tasks):
        for buffer in (*task.reads, *task.writes):
            ranges[buffer] = ranges.get(buffer, (position, position))[0], position
    return ranges
