"""Where the time of every lane went, and what was moved and touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.isa.custom import instruction
from accelc.isa.records import Records, Space, as_dma, field
from accelc.isa.table import Form, Opcode
from accelc.simulator.bounds import reach
from accelc.simulator.decode import CoreCode, LaneCode
from accelc.simulator.memory import ITEMSIZE
from accelc.simulator.timing.invariants import check_total
from accelc.simulator.timing.times import CoreTimes, LaneTimes
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]

REASONS = ("fetch", "semaphore", "operands", "port", "delay")
"""
Why a lane stood still, in the order in which they are charged.

`fetch`: fetch, decode, a throttle, or the interval between DMA triggers; `semaphore`: its wait did not hold;
`operands`: results of its own earlier records, a stationary plane, or the start latency of a DMA; `port`: an exclusive
port group; `delay`: a DELAY record.
"""


@dataclass(frozen=True)
class LaneStats:
    """
    Ticks of a lane: `busy + sum(stalls) + idle` is the total of the core, exactly.

    Busy is the union of the intervals in which a unit of the lane takes in operands (a DMA queue: moves data); idle is
    the time after its last record has been taken in.
    """

    lane: str
    instructions: int
    busy_ticks: int
    stalls: Mapping[str, int]
    idle_ticks: int

    @property
    def stall_ticks(self) -> int:
        """Ticks stalled, for any reason."""
        return sum(self.stalls.values())


def lane_stats(lane: LaneCode, times: LaneTimes, total_ticks: int) -> LaneStats:
    """Charges every tick of a lane to work, to a reason of `REASONS`, or to idleness after its end."""
    opcodes = lane.codes
    works = opcodes >= Opcode.LS
    # Loads and products of the array overlap: charging follows the clock, not the stream, but no control record is
    # charged before the work in front of it.
    clock = np.where(works, times.start, np.maximum.accumulate(np.where(works, times.start, times.issue)))
    order = np.lexsort((np.arange(len(opcodes)), clock))
    paused = np.where(times.pause > 0, times.issue + times.pause, 0)
    moved = np.where(works, times.read, 0)
    columns = (times.ready, times.issue, times.operands, times.start, paused, moved)
    until = np.stack([column[order] for column in columns], axis=1)
    # What an interval adds is by how much it raises the latest tick charged so far.
    free = np.maximum.accumulate(until.reshape(-1))
    charged = np.diff(free, prepend=0).reshape(until.shape).sum(axis=0).tolist()
    busy = charged.pop()
    stalls: dict[str, int] = dict(zip(REASONS, charged, strict=True))
    idle = total_ticks - int(free[-1])
    check_total(lane, busy, sum(stalls.values()), idle, total_ticks)
    return LaneStats(lane.name, len(lane), busy, stalls, idle)


def tensor_ticks(code: CoreCode, times: CoreTimes) -> int:
    """Ticks in which the array takes in moving operands."""
    for lane, measured in zip(code, times.lanes, strict=True):
        if lane.name == "tensor":
            products = lane.codes == Opcode.MM
            return int((measured.read - measured.start)[products].sum())
    return 0


def peak_bytes(code: CoreCode, target: Target) -> Mapping[str, int]:
    """
    High-water mark of every memory: bytes up to the highest one touched, summed over its partitions.

    Every memory of the target is listed, with 0 if nothing touches it.
    """
    memories = {Space.SBUF: target.sbuf, Space.PSUM: target.psum}
    if target.wfifo is not None:
        memories[Space.WFIFO] = target.wfifo
    marks = {space: np.zeros(memory.partitions, np.int64) for space, memory in memories.items()}
    hbm = 0
    for lane in code:
        opcode = lane.codes
        for number in sorted(set(lane.opcodes)):
            entry = instruction(number)
            chosen = np.flatnonzero(opcode == number)
            if entry.form is Form.OPERANDS:
                for use in entry.operands:
                    _mark_operands(lane.records, chosen, use.slot, marks)
            elif entry.form is Form.DMA:
                widths = {int(space): memory.partition_bytes for space, memory in memories.items()}
                for side in ("dst", "src"):
                    hbm = max(hbm, _mark_side(field(as_dma(lane.records), side)[chosen], widths, marks))
    result = {space.name.lower(): int(mark.sum()) for space, mark in marks.items()}
    return {"hbm": hbm, **result}


def _raise_marks(mark: Ints, first: Ints, last: Ints, end: Ints) -> None:
    spans = np.stack([first, last], axis=1)
    distinct, which = np.unique(spans, axis=0, return_inverse=True)
    highest = np.zeros(len(distinct), np.int64)
    np.maximum.at(highest, which.reshape(-1), end)
    for (begin, stop), height in zip(distinct.tolist(), highest.tolist(), strict=True):
        np.maximum(mark[begin:stop], height, out=mark[begin:stop])


def _mark_operands(records: Records, chosen: Ints, slot: int, marks: Mapping[Space, Ints]) -> None:
    operand = field(records, "operand")[chosen, slot]
    for space, mark in marks.items():
        part = operand[(operand["space"] == space) & (operand["part_count"] > 0)]
        item = ITEMSIZE[part["dtype"]]
        _, high = reach(part["size"].astype(np.int64), part["stride"].astype(np.int64))
        first = part["part_start"].astype(np.int64)
        _raise_marks(mark, first, first + part["part_count"], part["offset"] + high * item + item)


def _mark_side(side: npt.NDArray[Any], widths: Mapping[int, int], marks: Mapping[Space, Ints]) -> int:
    """Raises the marks of the partitioned memories; the highest byte touched in HBM."""
    hbm = 0
    for code in np.unique(side["space"]).tolist():
        part = side[side["space"] == code]
        base = part["base"].astype(np.int64)
        sizes, strides = part["size"].astype(np.int64), part["stride"].astype(np.int64)
        item = ITEMSIZE[part["dtype"]]
        if code == Space.HBM:
            hbm = int((base + reach(sizes, strides)[1] + item).max())
            continue
        width = widths[code]
        across = (np.abs(strides) >= width) & (sizes > 1)
        low, high = reach(np.where(across, sizes, 1), strides // width)
        _, inside = reach(np.where(across, 1, sizes), strides)
        first = base // width
        _raise_marks(marks[Space(code)], first + low, first + high + 1, base % width + inside + item)
    return hbm


def core_stats(code: CoreCode, times: CoreTimes) -> Sequence[LaneStats]:
    """Statistics of every lane of a core."""
    return [lane_stats(lane, measured, times.total_ticks) for lane, measured in zip(code, times.lanes, strict=True)]
