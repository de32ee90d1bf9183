"""Ticks as the whole nanoseconds of a trace."""

from math import floor, gcd

import numpy as np

from accelc.profile.tables import Ints
from accelc.targets.model import Target

NS_PER_S = 1_000_000_000


def whole_ns(ticks: Ints, target: Target) -> Ints:
    """
    Nanoseconds in `ticks`, rounded down, exactly (in integers).

    Rounding down keeps order: of two intervals that follow each other in ticks, the first does not end later than the
    second begins. An interval within one nanosecond has length 0.
    """
    quantum = target.time.tick_hz // gcd(target.time.tick_hz, NS_PER_S)
    per_quantum = NS_PER_S // gcd(target.time.tick_hz, NS_PER_S)
    if quantum * per_quantum >= 2**63:
        return (ticks.astype(object) * per_quantum // quantum).astype(np.int64)
    # Whole quanta and the rest apart, so that no product leaves 64 bits.
    return ticks // quantum * per_quantum + ticks % quantum * per_quantum // quantum


def begins_ns(begin_ns: list[float], totals: list[int]) -> list[int]:
    """
    Where invocations begin in a trace: rounded down, and not before the end of the one before.

    `totals[i]` are the whole nanoseconds that invocation `i` takes in the trace.
    """
    found: list[int] = []
    free = 0
    for begin, total in zip(begin_ns, totals, strict=True):
        free = max(free, floor(begin))
        found.append(free)
        free += total
    return found
