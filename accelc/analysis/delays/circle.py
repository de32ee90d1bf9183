"""
Shifts at which periodic loads of one resource interleave best.

Every user repeats the same load profile with one period; on the circle of that period a shift is a rotation. The
search rotates one user after the other to where the whole costs least, from evenly spaced shifts, until nothing
improves (CASSINI, NSDI 2024, places communication phases of jobs on a circle in this way).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Profile = npt.NDArray[np.floating[Any]]
Cost = Callable[[Profile], float]
"""Cost of a total load over one period, less is better."""
ROUNDS = 8
"""Most passes over all users; each lowers the cost, most searches end after two or three."""


def total_load(profile: Profile, shifts: Sequence[int]) -> Profile:
    """Sum of `profile` [bins] rotated to the right by each of `shifts`, in bins."""
    total = np.zeros_like(profile)
    for shift in shifts:
        total = total + np.roll(profile, shift)
    return total


def excess(capacity: float) -> Cost:
    """Cost of a load on a resource that serves `capacity` per bin: what is above it must wait."""
    return lambda load: float(np.maximum(load - capacity, 0.0).sum())


def windowed_peak(window: int) -> Cost:
    """Cost of a load whose mean over any `window` bins of the circle matters: the largest of them."""

    def cost(load: Profile) -> float:
        width = min(window, len(load))
        sums = np.cumsum(np.concatenate([[0.0], load, load[: width - 1]]))
        return float((sums[width:] - sums[:-width]).max() / width)

    return cost


def even_shifts(bins: int, users: int) -> list[int]:
    """Shift `i * P / N` of each user in bins: the rule of the systems page, S5."""
    return [user * bins // users for user in range(users)]


def circle_shifts(profile: Profile, users: int, cost: Cost) -> list[int]:
    """
    Shift of each user in bins, the first one 0, none costing more than evenly spaced shifts or no shifts at all.

    Equal costs keep the smaller shift: it delays the start less.
    """
    bins = len(profile)
    starts = [[0] * users, even_shifts(bins, users)]
    found = [_descend(profile, start, cost) for start in starts]
    return min(found, key=lambda shifts: (cost(total_load(profile, shifts)), max(shifts)))


def _descend(profile: Profile, start: Sequence[int], cost: Cost) -> list[int]:
    shifts = list(start)
    rotated = [np.roll(profile, shift) for shift in range(len(profile))]
    best = cost(total_load(profile, shifts))
    for _ in range(ROUNDS):
        before = best
        for user in range(1, len(shifts)):
            others = total_load(profile, [*shifts[:user], *shifts[user + 1 :]])
            costs = [cost(others + turned) for turned in rotated]
            choice = int(np.argmin(costs))
            if costs[choice] < best * (1 - 1e-9):
                best, shifts[user] = costs[choice], choice
        if best >= before:
            break
    return shifts
