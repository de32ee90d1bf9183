"""
Prints programs and streams as text that `assembler` reads back exactly.

One record is one line: mnemonic, parameters, operands, and then, where set, wait, updates and debug index:

    mm swap dst=psum.fp32[0+4]@0x40(8:1) src0=sbuf.bf16[0+4]@0x0(8:1) wait=s0>=16 update1=s2+1@complete debug=1

A compute operand is `memory.dtype[first partition+partitions]@byte offset(size:stride,...)` with strides in elements,
a side of a DMA is `memory.dtype@byte address(size:stride,...)` with strides in bytes; leading `1:0` dimensions are left
out. `;` starts a comment. Everything around the streams is a directive, a line that starts with `.`.
"""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from struct import pack, unpack
from typing import Any

import numpy as np

from accelc.isa.custom import instruction
from accelc.isa.program import AcceleratorSegment, Array, DebugEntry, HostSegment, Program, Segment
from accelc.isa.records import DTYPES, INDEX_WORD, Records, Space, Update, Wait, as_dma
from accelc.isa.steps.lines import step_lines
from accelc.isa.table import ALU_OPS, FUNCTIONS, FieldUse, Form, Instruction, Kind

TEXT_VERSION = (1, 0)
"""(major, minor) of the text form."""
OPERAND_NAMES = ("dst", "src0", "src1")
WAIT_SIGNS = {Wait.GE: ">=", Wait.EQ: "==", Wait.WRAP: "~>"}
UPDATE_POINTS = {Update.ADD_AT_READ: "read", Update.ADD_AT_COMPLETE: "complete"}
CANONICAL_NAN = 0x7FC00000


def quote(text: str) -> str:
    """A string of the text form: JSON, in ASCII."""
    return json.dumps(text)


def number_text(bits: int) -> str:
    """Shortest text of the fp32 number with these bits; `bits:0x...` where no decimal gives them back."""
    (value,) = unpack("<f", pack("<I", bits))
    if value == value:
        text = str(np.float32(value))
        return text if unpack("<I", pack("<f", float(text))) == (bits,) else f"bits:0x{bits:08x}"
    return "nan" if bits == CANONICAL_NAN else f"bits:0x{bits:08x}"


def _dims(sizes: list[int], strides: list[int]) -> str:
    first = 0
    while first < len(sizes) - 1 and (sizes[first], strides[first]) == (1, 0):
        first += 1
    return ",".join(f"{size}:{stride}" for size, stride in zip(sizes[first:], strides[first:], strict=True))


def _operand(values: Any) -> str:
    space, dtype, start, count, _, offset, sizes, strides = values
    memory = Space(space).name.lower()
    return f"{memory}.{DTYPES[dtype]}[{start}+{count}]@0x{offset:x}({_dims(sizes, strides)})"


def _side(values: Any) -> str:
    space, dtype, _, base, sizes, strides = values
    return f"{Space(space).name.lower()}.{DTYPES[dtype]}@0x{base:x}({_dims(sizes, strides)})"


def _parameter(use: FieldUse, flags: int, bits: list[int], aux: list[int], link: int) -> str:
    match use.kind:
        case Kind.FLAG:
            return use.label if flags & use.index else ""
        case Kind.FLOAT:
            return f"{use.label}={number_text(bits[use.index])}"
        case Kind.SLOT:
            return f"{use.label}={link}"
        case Kind.WORD:
            return f"{use.label}=0x{link * INDEX_WORD:x}"
        case Kind.INDEX_TYPE:
            return f"{use.label}={DTYPES[aux[use.index]]}"
        case Kind.OFFSET:
            return f"{use.label}=0x{link:x}"
        case Kind.FUNCTION:
            return f"{use.label}={FUNCTIONS[aux[use.index]]}"
        case Kind.COUNT:
            return f"{use.label}={aux[use.index]}"
        case Kind.ALU | Kind.ALU_OR_NONE | Kind.REDUCE | Kind.COMBINE:
            return f"{use.label}={ALU_OPS[aux[use.index]]}"


def disassemble_records(records: Records) -> Iterator[str]:
    """One line for each record. The records must have passed validation."""
    rows: list[Any] = records.tolist()
    sides: list[Any] = as_dma(records).tolist()
    bits: list[list[int]] = np.ascontiguousarray(records["imm"]).view(np.uint32).tolist()
    for row, dma, imm in zip(rows, sides, bits, strict=True):
        opcode, _, flags, debug, semaphore, condition, wrap, value, updates, operands, _, aux, link = row
        entry = instruction(opcode)
        parts = [entry.mnemonic]
        parts += filter(None, (_parameter(use, flags, imm, aux, link) for use in entry.fields))
        parts += _operands(entry, operands, dma)
        if condition:
            parts.append(f"wait=s{semaphore}{WAIT_SIGNS[Wait(condition)]}{value}" + (f"/{wrap}" if wrap else ""))
        for slot, (target, op, amount) in enumerate(updates):
            if op:
                parts.append(f"update{slot}=s{target}+{amount}@{UPDATE_POINTS[Update(op)]}")
        if debug:
            parts.append(f"debug={debug}")
        yield " ".join(parts)


def _operands(instruction: Instruction, operands: Any, dma: Any) -> list[str]:
    if instruction.form is Form.DMA:
        return [f"dst={_side(dma[0])}", f"src={_side(dma[1])}"]
    return [
        f"{OPERAND_NAMES[use.slot]}={_operand(operands[use.slot])}"
        for use in instruction.operands
        if operands[use.slot][3]
    ]


def disassemble(program: Program, weights_file: str | None = None, lanes: Collection[str] = ()) -> Iterator[str]:
    """
    Lines of the whole program, or with `lanes` of these streams only (which alone cannot be assembled).

    The data of the weights is written into the text, or taken from `weights_file` (a container or safetensors file,
    relative to the text's folder) when the text is assembled. The program must have passed validation.
    """
    if not lanes:
        yield from _header(program, weights_file)
    for segment in program.segments:
        if isinstance(segment, AcceleratorSegment):
            yield from _device(segment, lanes)
        elif not lanes:
            yield from _host(segment)
    if program.steps and not lanes:
        yield ""
        yield from step_lines(program.steps)


def _header(program: Program, weights_file: str | None) -> Iterator[str]:
    yield f".program {TEXT_VERSION[0]}.{TEXT_VERSION[1]}"
    if program.compiler:
        yield f".compiler {quote(program.compiler)}"
    for feature in program.features:
        yield f".feature {quote(feature)}"
    yield ".target"
    yield from _block(program.target_text)
    for word, values in ((".input", program.inputs), (".output", program.outputs), (".buffer", program.buffers)):
        for value in values:
            yield f"{word} {quote(value.name)} {value.dtype}{_shape(value.shape)}"
    if program.absent_weights:
        yield ".absent"
        for name, array in program.weights.items():
            yield f".absent {quote(name)} {array.dtype.name}{_shape(array.shape)}"
        return
    if weights_file is not None:
        yield f".weights {quote(weights_file)}"
        return
    for name, array in program.weights.items():
        yield f".weight {quote(name)} {array.dtype.name}{_shape(array.shape)} {_data(array)}"


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _data(array: Array) -> str:
    return quote(b64encode(np.ascontiguousarray(array).tobytes()).decode())


def _block(text: str) -> Iterator[str]:
    """Text kept exactly: every line behind `|`."""
    for line in text.split("\n"):
        yield f"|{line}"


def _names(segment: Segment) -> Iterator[str]:
    for word, values in ((".inputs", segment.inputs), (".outputs", segment.outputs)):
        if values:
            yield " ".join((word, *map(quote, values)))


def _host(segment: HostSegment) -> Iterator[str]:
    yield ""
    yield f".host {quote(segment.name)} {segment.place}"
    yield from _names(segment)
    yield ".function"
    yield from _block(segment.text)


def _device(segment: AcceleratorSegment, lanes: Collection[str]) -> Iterator[str]:
    yield ""
    yield f".segment {quote(segment.name)}"
    if not lanes:
        yield from _names(segment)
        yield from _tables(segment)
    for core, streams in enumerate(segment.cores):
        yield f".core {core}"
        chosen = {lane: records for lane, records in streams.items() if not lanes or lane in lanes}
        yield from disassemble_streams(chosen, segment.debug)


def disassemble_streams(streams: Mapping[str, Records], debug: Sequence[DebugEntry]) -> Iterator[str]:
    """Lines of the streams of one core; each record with its number and origin. They must have passed validation."""
    for lane, records in streams.items():
        yield f".stream {lane}"
        origins: list[int] = records["debug"].tolist()
        for index, (line, origin) in enumerate(zip(disassemble_records(records), origins, strict=True)):
            yield f"  {line}  ; {index}{_origin(debug[origin])}"


def _origin(entry: DebugEntry) -> str:
    name = f" {quote(entry.loc_name)}" if entry.loc_name else ""
    return f" {quote(entry.op)}{name}" if entry.op else name


def _tables(segment: AcceleratorSegment) -> Iterator[str]:
    yield f".hbm {segment.hbm_bytes}"
    for binding in segment.bindings:
        kind = f"{binding.dtype}{_shape(binding.shape)}"
        yield f".bind {binding.role} {quote(binding.name)} {kind} @0x{binding.offset:x}"
    for index, name in enumerate(segment.semaphores):
        yield f".semaphore {index} {quote(name)}"
    for index, slot in enumerate(segment.delays):
        limits = f"default={slot.default} minimum={slot.minimum} maximum={slot.maximum} kind={slot.kind}"
        yield f".delay {index} {quote(slot.name)} {slot.lane} {limits}"
    for index, entry in enumerate(segment.debug):
        if index:
            layer = "-" if entry.layer is None else entry.layer
            yield f".debug {index} {quote(entry.op)} {quote(entry.loc_name)} {layer}"
