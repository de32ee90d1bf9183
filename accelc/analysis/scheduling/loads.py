"""
How far forward each transfer into on-chip memory is triggered, for a given order of everything else.

A load moves forward as far as
 - its data are there and its destination is free,
 - the destination's memory stays below an occupancy gate while the load waits to be used,
 - it is needed: loads are started as late as lets the DMA engines finish all of them in time, twice over.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from accelc.analysis.scheduling.task import Storage, Task, live_ranges, occupancy
from accelc.analysis.scheduling.timeline import Ready

MARGIN = 2.0
"""Loads are planned for this many times their estimated transfer time."""


def advance_loads(tasks: Sequence[Task], buffers: Sequence[Storage], limits: Mapping[str, float]) -> list[int]:
    """Order of the tasks with loads moved forward under the occupancy `limits`."""
    wanted = _wanted_positions(tasks)
    profiles = occupancy(tasks, buffers)
    ranges = live_ranges(tasks)
    touched: dict[int, int] = {}
    written: dict[int, int] = {}
    key: list[tuple[int, int, int]] = []
    front = 0
    for position, task in enumerate(tasks):
        if not task.is_load:
            key.append((position, 1, position))
            touched.update(dict.fromkeys((*task.reads, *task.writes), position + 1))
            written.update(dict.fromkeys(task.writes, position + 1))
            continue
        (target,) = task.writes
        constant = all(buffer not in written for buffer in task.reads)
        earliest = max(wanted[position], touched.get(target, 0), *(written.get(b, 0) for b in task.reads))
        if constant:
            earliest = max(earliest, front)
        storage = buffers[target]
        at = min(earliest, position)
        if ranges[target][0] == position:
            profile = profiles[storage.memory]
            room = limits[storage.memory] - storage.size
            full = np.flatnonzero(profile[at:position] > room)
            at = at + int(full[-1]) + 1 if len(full) else at
            profile[at:position] += storage.size
        if constant:
            front = at
        touched[target] = max(touched.get(target, 0), at)
        key.append((at, 0, position))
    return [position for _, _, position in sorted(key)]


def _wanted_positions(tasks: Sequence[Task]) -> list[int]:
    """For each load, the first task that should follow it if the DMA engines are to deliver all loads in time."""
    clock = np.maximum.accumulate(np.array([start for start, _ in _timeline(tasks)] or [0.0]))
    deadline = float("inf")
    wanted = [0] * len(tasks)
    needed: dict[int, float] = {}
    for position in range(len(tasks) - 1, -1, -1):
        task = tasks[position]
        if not task.is_load:
            needed.update(dict.fromkeys(task.reads, float(clock[position])))
            continue
        first_use = needed.get(task.writes[0], float(clock[position]))
        deadline = min(deadline, first_use) - MARGIN * task.busy_ns
        wanted[position] = int(np.searchsorted(clock, deadline - MARGIN * task.tail_ns, side="right"))
    return wanted


def _timeline(tasks: Sequence[Task]) -> list[tuple[float, float]]:
    """Start and end of each task if loads take no time and every other transfer has a queue of its own."""
    free: dict[str, float] = {}
    ready = Ready()
    times: list[tuple[float, float]] = []
    for task in tasks:
        start = ready.of(task)
        end = start
        if not task.is_load:
            start = start if task.is_dma else max(start, free.get(task.lane, 0.0))
            end = start + task.busy_ns + task.tail_ns
            free[task.lane] = start + task.busy_ns
        ready.passed(task, start, end)
        times.append((start, end))
    return times
