"""
Maximal repetitions (runs) of a sequence.

A run is a stretch with a period that occurs at least twice in it, and that neither one element more to the left nor to
the right would keep. Runs are found as in Kolpakov and Kucherov, "Finding maximal repetitions in a word in linear
time" (FOCS 1999), simplified: a stretch of two periods p contains two positions i p and (i + 1) p, from which the
longest common extensions to both sides give the run. They are looked up in the names of all blocks of 2^k elements
(Karp, Miller and Rosenberg, 1972), for all pairs of positions at once. O(n log^2 n) for n elements.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Run:
    """Elements `start` to `start + length` repeat with `period`, the smallest that they have; length >= 2 period."""

    start: int
    period: int
    length: int


def find_runs(tokens: Sequence[Hashable]) -> list[Run]:
    """All runs of `tokens`, ordered by start, then period."""
    size = len(tokens)
    if size < 2:
        return []
    names = _block_names(np.array(_numbered(tokens), np.int64))
    left, right = _anchors(size)
    forward = _extend(names, left, right, 1)
    backward = _extend(names, left - 1, right - 1, -1)
    period = right - left
    found = forward + backward >= period
    rows = np.stack([left - backward, period, forward + backward + period], axis=1)[found]
    # Multiples of the smallest period are found too.
    runs: dict[tuple[int, int], Run] = {}
    for start, step, length in zip(*(column.tolist() for column in np.unique(rows, axis=0).T), strict=True):
        known = runs.get((start, length))
        if known is None or step < known.period:
            runs[start, length] = Run(start, step, length)
    return sorted(runs.values())


def _numbered(tokens: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(token, len(numbers)) for token in tokens]


def _block_names(numbers: Ints) -> list[Ints]:
    """`names[k][i]` is equal for equal blocks of 2^k elements from i on."""
    names = [numbers]
    width = 1
    while 2 * width <= len(numbers):
        last = names[-1]
        pairs = last[:-width] * (len(numbers) + 1) + last[width:]
        names.append(np.unique(pairs, return_inverse=True)[1].reshape(-1).astype(np.int64))
        width *= 2
    return names


def _anchors(size: int) -> tuple[Ints, Ints]:
    """Pairs of positions a period apart, of which every run contains one: n / 1 + n / 2 + n / 3 + ..."""
    left = [np.arange(0, size - period, period) for period in range(1, size // 2 + 1)]
    period = np.repeat(np.arange(1, size // 2 + 1), [len(each) for each in left])
    first = np.concatenate(left)
    return first, first + period


def _extend(names: list[Ints], left: Ints, right: Ints, step: int) -> Ints:
    """How many elements from `left` and `right` on, in direction `step`, are equal; `left < right`."""
    size = len(names[0])
    total = np.zeros(len(left), np.int64)
    for k in reversed(range(len(names))):
        width = 1 << k
        first, second = (left + total, right + total) if step > 0 else (left - total, right - total)
        if step < 0:
            first, second = first - width + 1, second - width + 1
        inside = np.flatnonzero((first >= 0) & (second + width <= size))
        same = names[k][first[inside]] == names[k][second[inside]]
        total[inside[same]] += width
    return total
