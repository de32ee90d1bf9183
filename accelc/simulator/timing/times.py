"""What a timing takes beyond the streams, and what it gives: times of records, delays and energies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ticks = npt.NDArray[np.int64]
Step = tuple[int, int]
"""(lane, record), positions in the code of a core."""


@dataclass(frozen=True)
class LaneTimes:
    """
    Ticks of every record of a lane, [records] each.

    The gap in front of a record is explained by `ready` (fetch and decode), `issue` (semaphore), `operands`
    (results of earlier records, stationary planes, start latency of a DMA) and `start` (ports and units), in turn.
    `pause` is the length of a DELAY.
    """

    ready: Ticks
    issue: Ticks
    operands: Ticks
    start: Ticks
    read: Ticks
    complete: Ticks
    pause: Ticks


@dataclass(frozen=True)
class CoreTimes:
    """Times of all lanes, in the order of the core's code; `issued` is the lane of each record in order of issue."""

    lanes: tuple[LaneTimes, ...]
    total_ticks: int
    issued: list[int]
    hbm_bytes: int
    dma_bytes: int

    @cached_property
    def order(self) -> list[Step]:
        """Lane and record of every record in order of issue: a lane issues its records one after the other."""
        lanes = np.array(self.issued, np.int16)
        behind = np.argsort(lanes, kind="stable")
        counts = np.bincount(lanes, minlength=len(self.lanes))
        records = np.empty(len(lanes), np.int64)
        records[behind] = np.arange(len(lanes)) - np.repeat(np.cumsum(counts) - counts, counts)
        return list(zip(self.issued, records.tolist(), strict=True))


@dataclass(frozen=True)
class DelayValues:
    """`cycles[slot]` of the lane that holds the DELAY; the slots in `throttles` bound the rate of issue instead."""

    cycles: Sequence[int] = ()
    throttles: Collection[int] = ()


NO_DELAYS = DelayValues()
"""No slots."""


@dataclass
class EnergyLog:
    """`picojoules[lane][record]` as given; `spent` gets (start, end, pJ) of every record that spends energy."""

    picojoules: Sequence[Sequence[float]]
    spent: list[tuple[int, int, float]] = field(default_factory=lambda: list[tuple[int, int, float]]())
