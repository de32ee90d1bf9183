"""Parses one line of the text form (see `disassembler`) into one record."""

import re
from collections.abc import Callable
from struct import Struct, pack, unpack

from accelc.errors import ProgramError, suggestion
from accelc.isa.custom import instruction_named, mnemonics
from accelc.isa.records import DMA_DIMS, DTYPES, FREE_DIMS, INDEX_TYPES, INDEX_WORD, RECORD_BYTES, Space
from accelc.isa.table import ALU_OPS, COMBINE_OPS, FUNCTIONS, REDUCE_OPS, Form, Instruction, Kind
from accelc.isa.text.disassembler import OPERAND_NAMES, UPDATE_POINTS, WAIT_SIGNS
from accelc.isa.text.words import integer

_HEAD = Struct("<HBBIBBHi" + 2 * "BBH")
_OPERAND = Struct("<BBHHHI4H4h")
_TAIL = Struct("<3I4BI")
_SIDE = Struct("<BBHQ4I4i")
_DIMS = r"\(([-0-9:,]+)\)"
_PATTERN = re.compile(r"(\w+)\.(\w+)\[(\w+)\+(\w+)\]@(\w+)" + _DIMS)
_DMA_PATTERN = re.compile(r"(\w+)\.(\w+)@(\w+)" + _DIMS)
_WAIT = re.compile(r"s(\w+)(>=|==|~>)(-?\w+)(?:/(\w+))?")
_UPDATE = re.compile(r"s(\w+)\+(\w+)@(\w+)")
_NO_OPERAND = bytes(_OPERAND.size)
_U8, _U16, _U32, _U64 = (1 << 8) - 1, (1 << 16) - 1, (1 << 32) - 1, (1 << 64) - 1
_SIGNS = {sign: code for code, sign in WAIT_SIGNS.items()}
_POINTS = {point: code for code, point in UPDATE_POINTS.items()}
_COMMON = ("wait", "update0", "update1", "debug")


def _name(text: str, field: str, names: tuple[str, ...], legal: tuple[str, ...]) -> int:
    if text not in legal:
        raise ProgramError(f"field '{field}' = {text}: expected {' | '.join(legal)}{suggestion(text, legal)}")
    return names.index(text)


def _number(text: str, field: str) -> int:
    """Bits of an fp32 number."""
    if text.startswith("bits:"):
        return integer(text.removeprefix("bits:"), field, 0, _U32)
    try:
        return unpack("<I", pack("<f", float(text)))[0]
    except (ValueError, OverflowError):
        raise ProgramError(f"field '{field}' = {text[:40]}: expected a number that fits fp32") from None


def _word(text: str, field: str) -> int:
    """A byte address in HBM as the number of its word."""
    address = integer(text, field, 0, _U32 * INDEX_WORD)
    if address % INDEX_WORD:
        raise ProgramError(f"field '{field}' = {text}: expected a multiple of {INDEX_WORD} bytes")
    return address // INDEX_WORD


def _dims(text: str, field: str, size_limit: int, stride_limit: int) -> tuple[list[int], list[int]]:
    pairs = [pair.split(":") for pair in text.split(",")]
    if len(pairs) > FREE_DIMS or any(len(pair) != 2 for pair in pairs):
        raise ProgramError(f"field '{field}': ({text}): expected up to {FREE_DIMS} of size:stride, outermost first")
    lead = FREE_DIMS - len(pairs)
    sizes = [integer(pair[0], f"{field}.size", 0, size_limit) for pair in pairs]
    strides = [integer(pair[1], f"{field}.stride", -stride_limit - 1, stride_limit) for pair in pairs]
    return [1] * lead + sizes, [0] * lead + strides


_SPACES = tuple(space.name.lower() for space in Space)


def _memory(space: str, dtype: str, field: str) -> tuple[int, int]:
    return _name(space, f"{field}.space", _SPACES, _SPACES[1:]), _name(dtype, f"{field}.dtype", DTYPES, DTYPES[1:])


def _operand(text: str, field: str) -> bytes:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ProgramError(f"operand '{field}' = {text}: expected memory.dtype[start+count]@offset(size:stride,...)")
    space, dtype = _memory(match[1], match[2], field)
    start = integer(match[3], f"{field}.part_start", 0, _U16)
    count = integer(match[4], f"{field}.part_count", 0, _U16)
    offset = integer(match[5], f"{field}.offset", 0, _U32)
    sizes, strides = _dims(match[6], field, _U16, _U16 >> 1)
    return _OPERAND.pack(space, dtype, start, count, 0, offset, *sizes, *strides)


def _side(text: str, field: str) -> bytes:
    match = _DMA_PATTERN.fullmatch(text)
    if match is None:
        raise ProgramError(f"operand '{field}' = {text}: expected memory.dtype@address(size:stride,...)")
    space, dtype = _memory(match[1], match[2], field)
    base = integer(match[3], f"{field}.base", 0, _U64)
    sizes, strides = _dims(match[4], field, _U32, _U32 >> 1)
    return _SIDE.pack(space, dtype, 0, base, *sizes, *strides)


assert FREE_DIMS == DMA_DIMS


class _Words:
    """The words of a line behind the mnemonic: `key=value` pairs and flags, each taken once."""

    def __init__(self, words: list[str]):
        self.values = dict[str, str]()
        for word in words:
            key, separator, value = word.partition("=")
            if key in self.values:
                raise ProgramError(f"'{key}' occurs twice")
            if separator and not value:
                raise ProgramError(f"'{key}' has no value")
            self.values[key] = value

    def take(self, key: str, mnemonic: str) -> str:
        """Value of a key that must be there."""
        value = self.values.pop(key, "")
        if not value:
            raise ProgramError(f"'{mnemonic}' needs {key}=...")
        return value

    def flag(self, key: str) -> bool:
        """Whether the flag is set."""
        if self.values.get(key, ""):
            raise ProgramError(f"'{key}' takes no value")
        return self.values.pop(key, None) is not None


def parse_record(line: str, lane: int) -> bytes:
    """The record of one line without comment. Raises ProgramError naming the field (not the place)."""
    mnemonic, *rest = line.split()
    instruction = instruction_named(mnemonic)
    if instruction is None:
        known = mnemonics()
        raise ProgramError(f"unknown instruction '{mnemonic}'{suggestion(mnemonic, known)} (known: {', '.join(known)})")
    words = _Words(rest)
    head = _head(instruction, lane, words)
    flags, imm, aux, link = _parameters(instruction, words)
    head[2] = flags
    body = _operands(instruction, words)
    for key in words.values:
        legal = [*(use.label for use in instruction.fields), *_operand_names(instruction), *_COMMON]
        raise ProgramError(f"'{mnemonic}' has no '{key}'{suggestion(key, legal)} (legal: {', '.join(legal)})")
    tail = _TAIL.pack(*imm, *aux, link)
    room = RECORD_BYTES - _HEAD.size - len(body)
    # Sides of transfers reach over the immediates.
    return _HEAD.pack(*head) + body + tail[len(tail) - room :]


def _head(instruction: Instruction, lane: int, words: _Words) -> list[int]:
    debug = integer(words.values.pop("debug", "0"), "debug", 0, _U32)
    head = [int(instruction.opcode), lane, 0, debug, 0, 0, 0, 0]
    wait = words.values.pop("wait", "")
    if wait:
        match = _WAIT.fullmatch(wait)
        if match is None:
            raise ProgramError(f"field 'wait' = {wait}: expected sN>=VALUE, sN==VALUE or sN~>VALUE/BITS")
        head[4] = integer(match[1], "wait_semaphore", 0, _U8)
        head[5] = _SIGNS[match[2]]
        head[6] = integer(match[4] or "0", "wait_bits", 0, _U16)
        head[7] = integer(match[3], "wait_value", -(1 << 31), (1 << 31) - 1)
    for slot in range(2):
        head += _update(words.values.pop(f"update{slot}", ""), slot)
    return head


def _update(text: str, slot: int) -> list[int]:
    if not text:
        return [0, 0, 0]
    match = _UPDATE.fullmatch(text)
    if match is None or match[3] not in _POINTS:
        raise ProgramError(f"field 'update{slot}' = {text}: expected sN+VALUE@{' or @'.join(_POINTS)}")
    semaphore = integer(match[1], f"update{slot}.semaphore", 0, _U8)
    return [semaphore, _POINTS[match[3]], integer(match[2], f"update{slot}.value", 0, _U16)]


_CODES: dict[Kind, Callable[[str, str], int]] = {
    Kind.ALU: lambda text, field: _name(text, field, ALU_OPS, ALU_OPS[1:]),
    Kind.ALU_OR_NONE: lambda text, field: _name(text, field, ALU_OPS, ALU_OPS),
    Kind.REDUCE: lambda text, field: _name(text, field, ALU_OPS, REDUCE_OPS),
    Kind.FUNCTION: lambda text, field: _name(text, field, FUNCTIONS, FUNCTIONS),
    Kind.COUNT: lambda text, field: integer(text, field, 1, FREE_DIMS),
    Kind.FLOAT: _number,
    Kind.COMBINE: lambda text, field: _name(text, field, ALU_OPS, COMBINE_OPS),
    Kind.INDEX_TYPE: lambda text, field: _name(text, field, DTYPES, INDEX_TYPES),
    Kind.WORD: lambda text, field: _word(text, field),
    Kind.OFFSET: lambda text, field: integer(text, field, 0, _U32),
    Kind.SLOT: lambda text, field: integer(text, field, 0, _U32),
}


def _parameters(instruction: Instruction, words: _Words) -> tuple[int, list[int], list[int], int]:
    flags, imm, aux, link = 0, [0, 0, 0], [0, 0, 0, 0], 0
    for use in instruction.fields:
        if use.kind is Kind.FLAG:
            flags |= use.index if words.flag(use.label) else 0
            continue
        value = _CODES[use.kind](words.take(use.label, instruction.mnemonic), use.label)
        match use.field:
            case "imm":
                imm[use.index] = value
            case "aux":
                aux[use.index] = value
            case _:
                link = value
    return flags, imm, aux, link


def _operand_names(instruction: Instruction) -> list[str]:
    if instruction.form is Form.DMA:
        return ["dst", "src"]
    return [OPERAND_NAMES[use.slot] for use in instruction.operands]


def _operands(instruction: Instruction, words: _Words) -> bytes:
    if instruction.form is Form.DMA:
        return b"".join(_side(words.take(name, instruction.mnemonic), name) for name in ("dst", "src"))
    slots = [_NO_OPERAND] * len(OPERAND_NAMES)
    for use in instruction.operands:
        name = OPERAND_NAMES[use.slot]
        if use.optional and name not in words.values:
            continue
        slots[use.slot] = _operand(words.take(name, instruction.mnemonic), name)
    return b"".join(slots)
