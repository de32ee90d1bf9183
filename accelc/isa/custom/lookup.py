"""
Instructions by number and by name, those of other packages among them.

Names come from the metadata of distributions; nothing is imported before a program has an instruction that is not
accelc's. Then all of the group are, since two of them may have the same number.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from accelc.errors import ProgramError, suggestion
from accelc.isa.custom.definition import F32, MNEMONIC, OPCODES, CustomInstruction
from accelc.isa.table import (
    BY_MNEMONIC,
    DST,
    ELEMENTWISE_NOTE,
    SRC0,
    TABLE,
    Access,
    FieldUse,
    Form,
    Instruction,
    Kind,
    Opcode,
    OperandUse,
)
from accelc.numerics import compute
from accelc.plugins import Plugin, Table, installed
from accelc.targets.layout import COST_OPS
from accelc.targets.layout import INSTRUCTIONS as GROUP

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Extension:
    """A custom instruction and the entry point that gave it, which everything that goes wrong in it names."""

    plugin: Plugin
    definition: CustomInstruction

    def problem(self, values: Sequence[float]) -> str | None:
        """
        What is wrong with immediates, in a sentence, if anything is; there are as many as the instruction has.

        Raises PluginError if the function `legal` of the instruction fails.
        """
        for immediate, value in zip(self.definition.immediates, values, strict=True):
            # In fp32, as the record holds them: the number nearest to 0.1 is above it.
            with np.errstate(over="ignore"):
                low, single, high = map(np.float32, (immediate.low, value, immediate.high))
            if not low <= single <= high:
                return f"immediate '{immediate.label}' = {value:g}: legal are {immediate.low:g} to {immediate.high:g}"
        legal = self.definition.legal
        if legal is None:
            return None
        try:
            found: Any = legal(*map(np.float32, values))
        except Exception as error:
            self.plugin.fail(f"failed to check immediates {list(values)}: {type(error).__name__}: {error}", error)
        if found is not None and not isinstance(found, str):
            self.plugin.fail(f"says {found!r:.60} of immediates: expected a sentence on what is wrong, or None")
        return found

    def execute(self, sources: Sequence[Array], values: Sequence[float]) -> F32:
        """
        The fp32 result [partitions, elements] for sources [partitions, ...] of any dtype and the immediates.

        Raises PluginError if the function `compute` of the instruction fails, or gives something else.
        """
        operands: list[F32] = []
        for source in sources:
            operand = compute(source).reshape(source.shape[0], -1).view()
            operand.flags.writeable = False
            operands.append(operand)
        shape = operands[0].shape
        try:
            with np.errstate(all="ignore"):
                result: Any = self.definition.compute(*operands, *map(np.float32, values))
        except Exception as error:
            self.plugin.fail(f"failed on operands {list(shape)}: {type(error).__name__}: {error}", error)
        array = cast(Array, result)
        if not isinstance(result, np.ndarray) or array.dtype != np.float32 or array.shape != shape:
            self.plugin.fail(f"computes {_kind(array)}: expected an array float32{list(shape)}, as its operands are")
        return np.asarray(array)


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        array = cast(Array, value)
        return f"an array {array.dtype}{list(array.shape)}"
    return f"a value of type {type(value).__name__}"


def _row(plugin: Plugin, value: object) -> Instruction:
    """The row of an entry point."""
    if not isinstance(value, CustomInstruction):
        raise ValueError("an instance of accelc.CustomInstruction")
    if MNEMONIC.fullmatch(plugin.name) is None:
        plugin.fail("has a name that is no mnemonic: expected at most 32 of a-z 0-9 _, the first a letter")
    roles = enumerate(value.sources, SRC0)
    return Instruction(
        value.opcode,
        value.lanes,
        Form.OPERANDS,
        value.action,
        f"{ELEMENTWISE_NOTE} {value.notes}".strip(),
        (
            OperandUse(DST, Access.WRITE, value.result),
            *(OperandUse(slot, Access.READ, role) for slot, role in roles),
        ),
        tuple(
            FieldUse("imm", index, immediate.label, Kind.FLOAT, immediate.role)
            for index, immediate in enumerate(value.immediates)
        ),
        cost_op=plugin.name,
        mnemonic=plugin.name,
        extension=Extension(plugin, value),
    )


_TABLE = Table(GROUP, BY_MNEMONIC, _row, tuple(name for name in COST_OPS if name not in BY_MNEMONIC))


@lru_cache(maxsize=16)
def _rows(path: tuple[str, ...]) -> Mapping[int, Instruction]:
    """Rows of all installed packages by number; `path` is where they are looked for."""
    found: dict[int, Instruction] = {}
    for name, plugin in _TABLE.plugins().items():
        row = _TABLE.get(name)
        assert row is not None
        other = found.setdefault(row.opcode, row)
        if other is not row and other.extension is not None:
            plugin.fail(f"has the opcode {row.opcode}, which {other.extension.plugin} has too")
    return found


def custom_rows() -> Mapping[int, Instruction]:
    """Instructions of all installed packages, by number. Raises PluginError if one cannot be used."""
    return _rows(tuple(sys.path))


def find_instruction(opcode: int) -> Instruction | None:
    """The instruction with a number, None if there is none. Raises PluginError for one that cannot be used."""
    row = TABLE.get(opcode)
    return custom_rows().get(opcode) if row is None and opcode in OPCODES else row


def instruction(opcode: int) -> Instruction:
    """The instruction with a number that is known to be one. Raises KeyError if it is none, PluginError."""
    row = find_instruction(opcode)
    if row is None:
        raise KeyError(opcode)
    return row


def mnemonic(opcode: int) -> str:
    """Name of an instruction, `opcode 200` for a number that is none."""
    row = find_instruction(opcode)
    return f"opcode {opcode}" if row is None else row.mnemonic


def mnemonics() -> tuple[str, ...]:
    """Names of all instructions, those of other packages last; nothing is imported."""
    return (*BY_MNEMONIC, *installed(GROUP))


def instruction_named(name: str) -> Instruction | None:
    """The instruction with a name, None if there is none. Raises PluginError for one that cannot be used."""
    if name in BY_MNEMONIC or name not in installed(GROUP):
        return BY_MNEMONIC.get(name)
    return next(row for row in custom_rows().values() if row.mnemonic == name)


def custom_named(name: str) -> tuple[Instruction, Extension]:
    """
    The row of an instruction of another package, and what computes it.

    Raises ProgramError if no installed package has it, and PluginError if it cannot be used.
    """
    known = installed(GROUP)
    row = instruction_named(name)
    if row is None or row.extension is None:
        raise ProgramError(
            f"no installed package has the instruction '{name}' (an entry point of group '{GROUP}')"
            f"{suggestion(name, known)}; installed are {', '.join(known) or 'none'}"
        )
    return row, row.extension


def used_numbers(streams: Iterable[Array]) -> list[int]:
    """Numbers for instructions of other packages that occur in streams, ascending."""
    found = {int(code) for records in streams for code in np.unique(records["opcode"]).tolist()}
    return sorted(code for code in found if code in OPCODES)


def opcode_problem(opcode: int) -> str:
    """What is wrong with a number that is no instruction."""
    if opcode in OPCODES:
        return (
            f"no installed package has this instruction (an entry point of group '{GROUP}'): install the one that has"
        )
    known = ", ".join(f"{code.value} {code.name.lower()}" for code in Opcode)
    return f"unknown opcode (known: {known})"
