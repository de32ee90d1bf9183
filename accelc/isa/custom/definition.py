"""What an instruction of another package is: the class whose instances entry points give."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from accelc.errors import PluginError
from accelc.isa.records import RECORD
from accelc.isa.table import CUSTOM_OPCODES as OPCODES
from accelc.isa.table import ELEMENTWISE_LANES
from accelc.targets.model import is_dma

F32 = npt.NDArray[np.float32]

MOST_SOURCES = 2
"""Sources that a record has room for."""
MOST_IMMEDIATES: int = RECORD["imm"].shape[0]
"""Immediates that a record has room for."""
MNEMONIC = re.compile(r"[a-z][a-z0-9_]{0,31}")
RESERVED_LABELS = ("dst", "src0", "src1", "wait", "update0", "update1", "debug", "engine")
"""Words of the assembler and of kernels that no immediate can have."""


@dataclass(frozen=True)
class Immediate:
    """
    An fp32 number in the instruction: its name in programs, and what it means.

    It is at least `low` and at most `high`, which NaN never is, in the unit that the operation gives it.
    """

    label: str
    low: float = -inf
    high: float = inf
    role: str = "immediate"


@dataclass(frozen=True, eq=False)
class CustomInstruction:
    """
    An elementwise instruction of another package: what an entry point of `accelc.instructions` gives.

    `opcode` is its number, 192 to 255; no two installed packages may have one of the same number. `action` and `notes`
    say what it does. `sources` and `result` are the roles of its one or two sources and its destination; all have the
    same partitions and visit the same number of elements. There are up to three `immediates`. `lanes` are the engines
    that may have it, every SIMD engine by default; those of a machine that do have a cost rule of its name.

    `compute(*sources, *immediates)` takes fp32 arrays [partitions, elements], which are read-only, and numbers of
    type `numpy.float32`, and gives an fp32 array of the same shape, which is converted to the dtype of the destination.
    An element of it may depend on the elements of the sources in its place and on the immediates only: instructions
    are cut in blocks. `legal(*immediates)` says in a sentence what is wrong with immediates in their ranges, or
    gives None.

    Raises PluginError for what is none of that.
    """

    opcode: int
    action: str
    compute: Callable[..., F32]
    sources: tuple[str, ...] = ("operand",)
    immediates: tuple[Immediate, ...] = ()
    notes: str = ""
    result: str = "result"
    lanes: tuple[str, ...] = ELEMENTWISE_LANES
    legal: Callable[..., str | None] | None = None

    def __post_init__(self) -> None:
        for name in ("action", "notes", "result"):
            _require(isinstance(getattr(self, name), str), name, getattr(self, name), "a text")
        expected = f"a number from {OPCODES[0]} to {OPCODES[-1]}, those for instructions of other packages"
        _require(type(self.opcode) is int and self.opcode in OPCODES, "opcode", self.opcode, expected)
        _require(callable(self.compute), "compute", self.compute, "a function")
        _require(self.legal is None or callable(self.legal), "legal", self.legal, "a function or None")
        texts = _all(self.sources, str) and 1 <= len(self.sources) <= MOST_SOURCES
        _require(texts, "sources", self.sources, f"a tuple of 1 to {MOST_SOURCES} texts")
        lanes = _all(self.lanes, str) and len(self.lanes) > 0
        _require(
            lanes and not any(lane == "tensor" or is_dma(lane) for lane in self.lanes),
            "lanes",
            self.lanes,
            "a tuple of names of SIMD engines",
        )
        numbers = _all(self.immediates, Immediate) and len(self.immediates) <= MOST_IMMEDIATES
        _require(numbers, "immediates", self.immediates, f"a tuple of up to {MOST_IMMEDIATES} of type Immediate")
        labels: list[Any] = [immediate.label for immediate in self.immediates]
        for label in labels:
            fits = isinstance(label, str) and MNEMONIC.fullmatch(label) and label not in RESERVED_LABELS
            expected = f"different names of a-z 0-9 _ that are none of {', '.join(RESERVED_LABELS)}"
            _require(bool(fits) and labels.count(label) == 1, "label of an immediate", label, expected)
        for immediate in self.immediates:
            low, high = immediate.low, immediate.high
            numbers = all(type(bound) in (int, float) for bound in (low, high)) and low <= high
            name, expected = f"range of immediate '{immediate.label}'", "two numbers, the lower one first"
            _require(numbers, name, f"{low} to {high}", expected)


def _require(holds: bool, name: str, value: object, expected: str) -> None:
    if not holds:
        raise PluginError(f"CustomInstruction: {name} = {value!r:.60}: expected {expected}")


def _all(values: object, kind: type) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in cast(tuple[object, ...], values))
