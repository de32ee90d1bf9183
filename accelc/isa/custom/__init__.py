"""
Instructions of other packages, by entry points of the group `accelc.instructions`.

An entry point gives a `CustomInstruction`: one more row of the table, elementwise, with a number of `OPCODES`. Its name
is the mnemonic, and the name of its cost rule in machine descriptions.
"""

from accelc.isa.custom.definition import MNEMONIC, MOST_IMMEDIATES, MOST_SOURCES, OPCODES, CustomInstruction, Immediate
from accelc.isa.custom.lookup import (
    GROUP,
    Extension,
    custom_named,
    custom_rows,
    find_instruction,
    instruction,
    instruction_named,
    mnemonic,
    mnemonics,
    opcode_problem,
    used_numbers,
)

__all__ = [
    "GROUP",
    "MNEMONIC",
    "MOST_IMMEDIATES",
    "MOST_SOURCES",
    "OPCODES",
    "CustomInstruction",
    "Extension",
    "Immediate",
    "custom_named",
    "custom_rows",
    "find_instruction",
    "instruction",
    "instruction_named",
    "mnemonic",
    "mnemonics",
    "opcode_problem",
    "used_numbers",
]
