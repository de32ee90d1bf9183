"""What holds of every timing, whatever the program: asserted on each run, so that no report rests on less."""

import numpy as np
import numpy.typing as npt

from accelc.simulator.decode import LaneCode
from accelc.simulator.timing.bandwidth import TransferServer
from accelc.simulator.timing.prepare import CONTROL, LOAD, PreparedLane
from accelc.simulator.timing.times import LaneTimes
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]
ROUNDING = 1e-6
"""Relative slack of a bound in floating point: transfers end within 1e-9 of their bytes, on whole ticks."""


class InvariantError(RuntimeError):
    """The simulator contradicts itself: a defect of accelc, not of the program that it simulates."""


def check_lane(lane: PreparedLane, times: LaneTimes) -> None:
    """
    The phases of every record follow each other, a unit does one record at a time, and none takes less than it costs.

    Raises InvariantError naming the lane, the record and its ticks.
    """
    columns = (times.ready, times.issue, times.operands, times.start, times.read, times.complete)
    for before, after, name in zip(
        columns, columns[1:], ("issue", "operands", "start", "read", "complete"), strict=False
    ):
        _require(lane.code, after >= before, f"{name} at {{}} before {{}}", after, before)
    kinds, busy, _ = lane.columns
    for unit in (kinds == LOAD, (kinds != LOAD) & (kinds != CONTROL)):
        rows = np.flatnonzero(unit)
        start, read = times.start[rows], times.read[rows]
        _require(lane.code, read - start >= busy[rows], "{} ticks of work in {}", busy[rows], read - start, rows)
        _require(
            lane.code, start[1:] >= read[:-1], "start at {} before the unit is free at {}", start[1:], read, rows[1:]
        )


def check_total(lane: LaneCode, busy: int, stalls: int, idle: int, total: int) -> None:
    """Every tick of a lane is busy, stalled or idle. Raises InvariantError naming the lane and its ticks."""
    if busy + stalls + idle != total or min(busy, stalls, idle) < 0:
        raise InvariantError(
            f"lane '{lane.name}': {busy} ticks busy + {stalls} stalled + {idle} idle are not the total of {total}"
        )


def check_bytes(
    server: TransferServer, before: tuple[int, int], asked: tuple[int, int], ticks: int, target: Target
) -> None:
    """
    What the records of a core ask for is what the server moved since `before`, and took no less time than HBM needs.

    Both are (bytes moved, bytes on HBM). Raises InvariantError naming them.
    """
    moved = (server.moved_bytes - before[0], server.moved_hbm_bytes - before[1])
    if moved != asked:
        raise InvariantError(
            f"DMA queues ask for {asked[0]} bytes ({asked[1]} on HBM), the server moved {moved[0]} ({moved[1]} on HBM)"
        )
    least = asked[1] / target.hbm.bytes_per_ns * target.time.tick_hz / 1e9
    if ticks < least * (1 - ROUNDING):
        raise InvariantError(f"{asked[1]} bytes on HBM in {ticks} ticks: its bandwidth needs {least:.0f}")


def _require(
    lane: LaneCode, holds: npt.NDArray[np.bool_], message: str, left: Ints, right: Ints, rows: Ints | None = None
) -> None:
    if not holds.all():
        first = int(np.argmin(holds))
        record = first if rows is None else int(rows[first])
        raise InvariantError(f"{lane.describe(record)}: {message.format(left[first], right[first])}")
