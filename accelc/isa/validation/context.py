"""What the rules about one stream share: the records, their opcodes, and how a violation is reported."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import ProgramError
from accelc.isa.custom import mnemonic
from accelc.isa.records import Records
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rule = str | Callable[[int], str]
"""What a field must be; a function is given the position of the violation among the records looked at."""


def largest_count(target: Target) -> int:
    """Largest value of a semaphore: its bits include a sign."""
    return (1 << (target.sync.width_bits - 1)) - 1


def in_every_column(matrix: Bools) -> Bools:
    """Which rows of `matrix` are true throughout."""
    return np.logical_and.reduce(matrix, axis=1)


class RecordError(ProgramError):
    """A record breaks a rule: number `record` of a stream."""

    def __init__(self, message: str, stream: "Stream", record: int):
        super().__init__(message)
        self.stream: Stream = stream
        self.record: int = record


@dataclass(frozen=True)
class Limits:
    """Sizes of the tables and memory a record may refer to; `delay_lanes[i]` is the lane of delay slot `i`."""

    debug_entries: int
    delay_lanes: tuple[str, ...]
    hbm_bytes: int


@dataclass(frozen=True)
class Stream:
    """The stream of one lane of one core. `where` is the location of the segment in messages."""

    where: str
    segment: str
    core: int
    lane: str
    records: Records
    target: Target
    limits: Limits

    @cached_property
    def opcodes(self) -> Ints:
        """Opcode of every record."""
        return self.records["opcode"].astype(np.int64)

    @cached_property
    def code(self) -> int:
        """Number of the lane."""
        return self.target.lanes.index(self.lane)

    def of(self, *opcodes: int) -> Ints:
        """Indices of the records with one of `opcodes`."""
        return np.flatnonzero(np.isin(self.opcodes, opcodes))

    def present(self) -> list[int]:
        """Opcodes that occur; all are known once the frame has been checked."""
        return np.unique(self.opcodes).tolist()

    @property
    def place(self) -> str:
        """Location of the stream in messages."""
        return f"{self.where}: core {self.core}: stream '{self.lane}'"

    def refuse(self, record: int, field: str, value: object, rule: str) -> RecordError:
        """The error for `field` of a record."""
        name = mnemonic(int(self.opcodes[record]))
        message = f"{self.place}: record {record} ({name}): field '{field}' = {value}: {rule}"
        return RecordError(message, self, record)

    def require(self, legal: Bools, chosen: Ints, field: str, values: npt.NDArray[Any], rule: Rule) -> None:
        """Raise RecordError for the first of the `chosen` records that is not `legal`, showing its value."""
        if legal.all():
            return
        position = int(np.argmin(legal))
        # A list of one value, because the values may be Python objects (names) or NumPy's.
        (value,) = values[position : position + 1].tolist()
        text = rule if isinstance(rule, str) else rule(position)
        raise self.refuse(int(chosen[position]), field, value, text)
