"""Streams as plain Python lists, decoded once and shared by functional execution, timing and the race detector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from accelc.errors import SimulationError
from accelc.isa.records import Records, Update, Wait, field
from accelc.isa.table import TABLE, Opcode
from accelc.targets.model import Target, is_dma, lane_kind

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
    name = TABLE[Opcode(opcode)].mnemonic if opcode in TABLE else f"opcode {opcode}"
    return f"lane '{lane}' record {record} ({name})"


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
    opcodes: list[int] = field(records, "opcode").tolist()
    kind = lane_kind(lane)
    for opcode in set(opcodes):
        if opcode not in TABLE or kind not in TABLE[Opcode(opcode)].lanes:
            where = place(lane, opcodes.index(opcode), opcode)
            raise SimulationError(f"{where}, field 'opcode': {opcode} is not an instruction of this lane")
    if Opcode.HALT not in opcodes or opcodes.index(Opcode.HALT) != len(opcodes) - 1:
        raise SimulationError(f"lane '{lane}': a stream ends in its only HALT; this one of {len(opcodes)} does not")
    waits = _waits(lane, opcodes, records, target)
    at_read, at_complete = _updates(lane, opcodes, records, target)
    return LaneCode(lane, code, records, opcodes, waits, at_read, at_complete)


def _check_semaphore(lane: str, record: int, opcode: int, name: str, semaphore: int, target: Target) -> None:
    if semaphore >= target.sync.semaphores:
        raise SimulationError(
            f"{place(lane, record, opcode)}, field '{name}': semaphore {semaphore} does not exist, "
            f"target '{target.name}' has 0 to {target.sync.semaphores - 1}"
        )


def _waits(lane: str, opcodes: list[int], records: Records, target: Target) -> list[WaitCondition | None]:
    waits: list[WaitCondition | None] = [None] * len(opcodes)
    condition = field(records, "wait_condition")
    semaphores, values = field(records, "wait_semaphore"), field(records, "wait_value")
    bits = {Wait.GE: np.zeros(len(records), np.int64), Wait.EQ: np.full(len(records), EXACT)}
    bits[Wait.WRAP] = field(records, "wait_bits").astype(np.int64)
    for record in np.flatnonzero(condition != Wait.NONE).tolist():
        semaphore = int(semaphores[record])
        _check_semaphore(lane, record, opcodes[record], "wait_semaphore", semaphore, target)
        compared = int(bits[Wait(int(condition[record]))][record])
        waits[record] = WaitCondition(semaphore, int(values[record]), compared)
    return waits


def _updates(
    lane: str, opcodes: list[int], records: Records, target: Target
) -> tuple[list[tuple[Increment, ...]], list[tuple[Increment, ...]]]:
    at_read: list[tuple[Increment, ...]] = [()] * len(opcodes)
    at_complete: list[tuple[Increment, ...]] = [()] * len(opcodes)
    update = field(records, "update")
    for record, slot in np.argwhere(update["op"] != Update.NONE).tolist():
        semaphore, op, value = update[record, slot].tolist()
        _check_semaphore(lane, record, opcodes[record], "update", semaphore, target)
        fired = at_read if op == Update.ADD_AT_READ else at_complete
        fired[record] = (*fired[record], (semaphore, value))
    return at_read, at_complete
