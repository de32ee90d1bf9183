"""Where a long sequence repeats: candidates, found in passes over whole arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

WINDOWS = (8, 64, 512)
"""Elements that are looked up at once: a stretch whose period is made of shorter ones needs longer windows."""
_BASE = 0x9E3779B97F4A7C15


@dataclass(frozen=True, order=True)
class Stretch:
    """Elements `first` to `last`, exclusive, that probably repeat with `period`."""

    first: int
    period: int
    last: int


def hashes(columns: Ints) -> Words:
    """One 64-bit word for every row of `columns` [n, c]: equal for equal rows, and hardly ever for others."""
    words = np.zeros(len(columns), np.uint64)
    for column in columns.T:
        words = (words ^ column.astype(np.uint64)) * np.uint64(_BASE)
        words ^= words >> np.uint64(29)
    return words


def _distances(words: Words) -> Ints:
    """How far behind each word the next that is probably equal stands, 0 if there is none."""
    # The place in the low bits makes every word different: then sorting needs no order of equal ones.
    places = np.arange(len(words), dtype=np.uint64)
    bits = np.uint64(len(words).bit_length())
    ordered = np.sort(words << bits | places)
    place = (ordered & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    follows = ordered[1:] >> bits == ordered[:-1] >> bits
    distance = np.zeros(len(words), np.int64)
    distance[place[:-1][follows]] = np.diff(place)[follows]
    return distance


def stretches(words: Words, shortest: int) -> list[Stretch]:
    """
    Stretches of at least `shortest` elements and four periods, ordered by where they begin.

    A window is looked up by its rolling hash (Karp and Rabin, 1987); where the next equal window is equally far for
    as many windows in a row as it is far, the sequence repeats at that distance.
    """
    found: set[Stretch] = set()
    rolled, width, power = words, 1, _BASE
    for window in WINDOWS:
        while width < window and len(rolled) > width:
            rolled = rolled[:-width] * np.uint64(power) + rolled[width:]
            width, power = 2 * width, power * power % 2**64
        if width < window or len(rolled) < 2:
            break
        distance = _distances(rolled)
        begin = np.flatnonzero(np.diff(distance, prepend=-1))
        length = np.diff(begin, append=len(distance))
        period = distance[begin]
        whole = length + period + window - 1
        kept = (period > 0) & (whole >= np.maximum(4 * period, shortest))
        found.update(
            Stretch(first, step, first + size)
            for first, step, size in zip(begin[kept].tolist(), period[kept].tolist(), whole[kept].tolist(), strict=True)
        )
    return sorted(found)


def covered(found: Sequence[Stretch]) -> int:
    """Elements in any of the stretches, which are ordered by where they begin."""
    total = end = 0
    for stretch in found:
        total += max(0, stretch.last - max(end, stretch.first))
        end = max(end, stretch.last)
    return total
