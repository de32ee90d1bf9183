"""Streams as plain Python lists, decoded once and shared by functional execution, timing and the race detector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.garbage import rare_collections
from accelc.isa.custom import OPCODES, find_instruction, mnemonic, opcode_problem
from accelc.isa.records import UPDATE, Records, Update, Wait, field
from accelc.isa.table import Opcode
from accelc.targets.model import Target, is_dma, runs_on

Ints = npt.NDArray[np.int64]
EXACT = -1


class WaitCondition(NamedTuple):
    """
    Issue when a counter is at least `value`.

    `bits` > 0: when it is less than half a turn of that many low bits at or past it; `EXACT`: when it is equal.
    """

    semaphore: int
    value: int
    bits: int = 0

    def holds(self, count: int) -> bool:
        """Whether the condition holds at a count, which may be one before rolling over."""
        if self.bits == 0:
            return count >= self.value
        if self.bits == EXACT:
            return count == self.value
        return (count - self.value) % (1 << self.bits) < 1 << (self.bits - 1)

    def ahead(self, count: int) -> int:
        """How far the value is from a count, as far as the condition can tell."""
        return (self.value - count) % (1 << self.bits) if self.bits > 0 else self.value - count


Increment = tuple[int, int]
"""(semaphore, value)."""


@dataclass(frozen=True)
class LaneCode:
    """
    One in-order stream: `waits[i]`, `at_read[i]`, `at_complete[i]` and `opcodes[i]` belong to record `i`.

    `code` is the lane's index in `Target.lanes`.
    """

    name: str
    code: int
    records: Records
    opcodes: list[int]
    waits: list[WaitCondition | None]
    at_read: list[tuple[Increment, ...]]
    at_complete: list[tuple[Increment, ...]]

    def __len__(self) -> int:
        return len(self.opcodes)

    @cached_property
    def is_dma(self) -> bool:
        """Whether the lane is a DMA queue."""
        return is_dma(self.name)

    @cached_property
    def codes(self) -> Ints:
        """`opcodes` as an array."""
        return field(self.records, "opcode").astype(np.int64)

    def describe(self, record: int) -> str:
        """Where a record is, for messages."""
        return place(self.name, record, self.opcodes[record])


CoreCode = Sequence[LaneCode]
"""The lanes of one core, in the order of `Target.lanes`; lanes without a stream are left out."""


def rolling(code: CoreCode) -> set[int]:
    """Semaphores that may roll over: every wait for them compares low bits only."""
    waits = [wait for lane in code for wait in lane.waits if wait is not None]
    return {wait.semaphore for wait in waits if wait.bits > 0} - {wait.semaphore for wait in waits if wait.bits <= 0}


def place(lane: str, record: int, opcode: int) -> str:
    """`lane 'tensor' record 12 (mm)`."""
    return f"lane '{lane}' record {record} ({mnemonic(opcode)})"


@rare_collections()
def decode_core(streams: Mapping[str, Records], target: Target) -> CoreCode:
    """
    Decodes the streams of one core.

    Raises SimulationError for a lane the target lacks, an opcode that does not exist or does not belong on its lane,
    a semaphore the target lacks, and a stream that does not end in its only HALT.
    """
    for lane in streams:
        if lane not in target.lanes:
            raise SimulationError(f"lane '{lane}': target '{target.name}' has {', '.join(target.lanes)}")
    return tuple(
        _decode_lane(lane, code, streams[lane], target) for code, lane in enumerate(target.lanes) if lane in streams
    )


def _decode_lane(lane: str, code: int, records: Records, target: Target) -> LaneCode:
    opcode = field(records, "opcode")
    opcodes: list[int] = opcode.tolist()
    for number in np.unique(opcode).tolist():
        row = find_instruction(number)
        if row is None or not runs_on(row.lanes, lane):
            where = place(lane, opcodes.index(number), number)
            lacking = row is None and number in OPCODES
            problem = opcode_problem(number) if lacking else f"{number} is not an instruction of this lane"
            raise SimulationError(f"{where}, field 'opcode': {problem}")
    if Opcode.HALT not in opcodes or opcodes.index(Opcode.HALT) != len(opcodes) - 1:
        raise SimulationError(f"lane '{lane}': a stream ends in its only HALT; this one of {len(opcodes)} does not")
    waits = _waits(lane, opcodes, records, target)
    at_read, at_complete = _updates(lane, opcodes, records, target)
    return LaneCode(lane, code, records, opcodes, waits, at_read, at_complete)


def _check_semaphores(
    lane: str, rows: Ints, opcodes: list[int], name: str, semaphores: npt.NDArray[Any], target: Target
) -> None:
    beyond = np.flatnonzero(semaphores >= target.sync.semaphores)
    if len(beyond):
        record, semaphore = int(rows[beyond[0]]), int(semaphores[beyond[0]])
        raise SimulationError(
            f"{place(lane, record, opcodes[record])}, field '{name}': semaphore {semaphore} does not exist, "
            f"target '{target.name}' has 0 to {target.sync.semaphores - 1}"
        )


def _waits(lane: str, opcodes: list[int], records: Records, target: Target) -> list[WaitCondition | None]:
    waits: list[WaitCondition | None] = [None] * len(opcodes)
    condition = field(records, "wait_condition")
    rows = np.flatnonzero(condition != Wait.NONE)
    semaphores, values = field(records, "wait_semaphore")[rows], field(records, "wait_value")[rows]
    _check_semaphores(lane, rows, opcodes, "wait_semaphore", semaphores, target)
    bits = np.where(condition[rows] == Wait.WRAP, field(records, "wait_bits")[rows].astype(np.int64), 0)
    bits[condition[rows] == Wait.EQ] = EXACT
    columns = (rows.tolist(), semaphores.tolist(), values.tolist(), bits.tolist())
    for record, semaphore, value, compared in zip(*columns, strict=True):
        waits[record] = WaitCondition(semaphore, value, compared)
    return waits


def _updates(
    lane: str, opcodes: list[int], records: Records, target: Target
) -> tuple[list[tuple[Increment, ...]], list[tuple[Increment, ...]]]:
    at_read: list[tuple[Increment, ...]] = [()] * len(opcodes)
    at_complete: list[tuple[Increment, ...]] = [()] * len(opcodes)
    update = np.ascontiguousarray(field(records, "update"))
    rows, slots = np.nonzero(update["op"] != Update.NONE)
    _check_semaphores(lane, rows, opcodes, "update", update["semaphore"][rows, slots], target)
    fired = np.unique(rows)
    # Few different ones: each is made once.
    words, which = np.unique(update[fired].view(np.uint64).reshape(-1), return_inverse=True)
    distinct = [_increments(pair) for pair in words.view(UPDATE).reshape(-1, 2)]
    for record, number in zip(fired.tolist(), which.tolist(), strict=True):
        at_read[record], at_complete[record] = distinct[number]
    return at_read, at_complete


def _increments(pair: npt.NDArray[np.void]) -> tuple[tuple[Increment, ...], tuple[Increment, ...]]:
    """Increments at read and at complete of the two update slots of a record."""
    at: list[int] = pair["op"].tolist()
    each: list[Increment] = list(zip(pair["semaphore"].tolist(), pair["value"].tolist(), strict=True))
    reads = tuple(increment for op, increment in zip(at, each, strict=True) if op == Update.ADD_AT_READ)
    return reads, tuple(increment for op, increment in zip(at, each, strict=True) if op > Update.ADD_AT_READ)
