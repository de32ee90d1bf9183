"""
Runs of operations cut into iterations that are the same function.

Two stretches of operations are the same function if their operations are equal one by one and read from each other in
the same way. What an iteration reads from anywhere before it becomes an argument of the function, whatever it is: the
result of the iteration before, of an earlier one, or a value that all iterations share.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.analysis.repetition.runs import Run, find_runs

Ints = npt.NDArray[np.int64]
OUTSIDE = -1
"""Source of a value that no operation of the sequence makes."""


@dataclass(frozen=True, order=True)
class Repetition:
    """Operations from `start` on, `count` iterations of `period` operations each, all the same function."""

    start: int
    period: int
    count: int

    @property
    def end(self) -> int:
        """First operation after the last iteration."""
        return self.start + self.period * self.count

    @property
    def saved(self) -> int:
        """Operations that need not be compiled again."""
        return self.period * (self.count - 1)


def is_repetition(found: Repetition, tokens: Sequence[Hashable], sources: Sequence[Sequence[int]]) -> bool:
    """Whether all iterations are the same function: the definition."""
    for position in range(found.start + found.period, found.end):
        first = found.start + (position - found.start) % found.period
        begin = position - (first - found.start)
        if tokens[position] != tokens[first] or len(sources[position]) != len(sources[first]):
            return False
        for source, other in zip(sources[position], sources[first], strict=True):
            inside = source >= begin
            if inside != (other >= found.start) or (inside and source - begin != other - found.start):
                return False
    return True


def find_repetitions(
    tokens: Sequence[Hashable], sources: Sequence[Sequence[int]], sizes: Sequence[int], least_saved: int = 1
) -> list[Repetition]:
    """
    Repetitions that do not overlap, those that save most first chosen, in order of the sequence.

    `tokens[i]` is equal for operations that are equal but for what they read; `sources[i]` are the operations that
    make their operands (`OUTSIDE`: none), `sizes[i]` the bytes of their results. Repetitions that save fewer than
    `least_saved` operations are left out. Iterations begin where the fewest bytes are still needed, among the places
    that cost at most one iteration.
    """
    distances = _distances(sources)
    live = live_bytes(sources, sizes)
    chosen: list[Repetition] = []
    runs = [run for run in find_runs(tokens) if (run.length // run.period - 1) * run.period >= least_saved]
    for run in sorted(runs, key=lambda run: (run.period - run.length, run)):
        found = _cut(run, distances, live)
        if found is None or found.saved < least_saved:
            continue
        if all(found.end <= other.start or other.end <= found.start for other in chosen):
            chosen.append(found)
    return sorted(chosen)


def live_bytes(sources: Sequence[Sequence[int]], sizes: Sequence[int]) -> Ints:
    """`live[i]`: bytes of results that operations before i make and some from i on read; [operations + 1]."""
    last = list(range(len(sources)))
    for position, found in enumerate(sources):
        for source in found:
            if source != OUTSIDE:
                last[source] = position
    change = np.zeros(len(sources) + 2, np.int64)
    made = np.arange(len(sources))
    np.add.at(change, made + 1, sizes)
    np.subtract.at(change, np.array(last, np.int64) + 1, sizes)
    return np.cumsum(change)[: len(sources) + 1]


def _distances(sources: Sequence[Sequence[int]]) -> Ints:
    """How far before an operation its operands are made, [operations, most operands]; `OUTSIDE` is beyond the start."""
    most = max(map(len, sources), default=0)
    far = 2 * len(sources) + 1
    distances = np.full((len(sources), most), far, np.int64)
    for position, found in enumerate(sources):
        for index, source in enumerate(found):
            if source != OUTSIDE:
                distances[position, index] = position - source
    return distances


def _cut(run: Run, distances: Ints, live: Ints) -> Repetition | None:
    """The iterations of a run; None if no two that follow each other are the same function."""
    period = run.period
    before = distances[run.start : run.start + run.length - period]
    after = distances[run.start + period : run.start + run.length]
    # Operands of different distance are arguments of both iterations, or the iterations differ.
    reach = np.where(before != after, np.minimum(before, after), np.iinfo(np.int64).max)
    nearest = reach.min(axis=1, initial=np.iinfo(np.int64).max)
    found: list[Repetition] = []
    offsets = np.arange(period)
    for shift in range(min(period, run.length - 2 * period + 1)):
        pairs = (run.length - shift) // period - 1
        same = (nearest[shift : shift + pairs * period].reshape(pairs, period) > offsets).all(axis=1)
        first, length = _longest(same.tolist())
        if length:
            found.append(Repetition(run.start + shift + first * period, period, length + 1))
    if not found:
        return None
    least = max(2, max(each.count for each in found) - 1)
    return min(
        (each for each in found if each.count >= least),
        key=lambda each: (int(live[each.start + period]), -each.count, each.start),
    )


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """(start, length) of the first of the longest stretches of true flags."""
    best, start = (0, 0), 0
    for index, flag in enumerate([*flags, False]):
        if not flag:
            if index - start > best[1]:
                best = (start, index - start)
            start = index + 1
    return best
