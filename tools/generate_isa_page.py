"""Write `docs/reference/isa.md` from the instruction table; with `--check` fail if the page is not current."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from accelc.isa.archive import ALIGNMENT
from accelc.isa.container import FORMAT_VERSION, MANIFEST, TARGET, WEIGHTS
from accelc.isa.custom import GROUP, MOST_IMMEDIATES, MOST_SOURCES
from accelc.isa.records import DMA_RECORD, DMA_SIDE, DTYPES, OPERAND, RECORD, RECORD_BYTES, UPDATE, Space
from accelc.isa.table import (
    ALU_OPS,
    CUSTOM_OPCODES,
    FUNCTIONS,
    ISA_VERSION,
    REDUCE_OPS,
    TABLE,
    FieldUse,
    Form,
    Instruction,
    Kind,
    Opcode,
)
from accelc.isa.text.disassembler import OPERAND_NAMES, UPDATE_POINTS, WAIT_SIGNS

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "isa.md"
TITLES = {
    Form.CONTROL: "Control, on every lane",
    Form.OPERANDS: "Computation",
    Form.DMA: "Data movement",
}
MEANINGS = {
    "opcode": "which instruction",
    "lane": "number of the lane, the same in a whole stream",
    "flags": "bits, see the instruction",
    "debug": "entry of the debug map, 0 = none",
    "wait_semaphore": "semaphore to wait for",
    "wait_condition": "0 none, 1 at least (`>=`), 2 equal (`==`), 3 at least modulo 2^`wait_bits` (`~>`)",
    "wait_bits": "number of low bits that condition 3 compares, else 0",
    "reserved": "zero",
    "wait_value": "value to wait for; condition 3 holds if `(semaphore - value) mod 2^bits < 2^(bits - 1)`",
    "update": "two semaphore updates",
    "operand": "three access patterns: dst, src0, src1",
    "imm": "fp32 immediates",
    "aux": "operation codes and counts",
    "link": "delay slot, or byte offset of `stt`'s scalars",
    "semaphore": "semaphore to change",
    "op": "0 none, 1 add when the operands have been read, 2 add when the result is visible",
    "value": "amount, at least 1",
    "space": "memory, see below",
    "dtype": "element type, see below",
    "part_start": "first partition",
    "part_count": "partitions, 0 = operand absent",
    "offset": "byte offset of the first element, the same in every partition",
    "base": "byte address; in a partitioned memory partition * partition_bytes + offset",
    "size": "elements in each dimension, outermost first; unused leading dimensions are 1",
    "stride": "distance of neighbours in each dimension; 0 repeats an element",
    "dst": "destination",
    "src": "source",
}


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _layout(dtype: np.dtype[np.void]) -> Iterator[tuple[str, ...]]:
    assert dtype.fields is not None
    for name, (kind, start, *_) in dtype.fields.items():
        base, shape = kind.subdtype if kind.subdtype else (kind, ())
        letter = {"u": "unsigned", "i": "signed", "f": "float", "V": "record"}[base.kind]
        count = f"{shape[0]} x " if shape else ""
        text = f"{count}{letter} {base.itemsize * 8 if base.kind != 'V' else base.itemsize}"
        yield str(start), f"`{name}`", text + (" bytes" if base.kind == "V" else ""), MEANINGS[name]


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"{code} `{name}`" for code, name in enumerate(names))


def _format(row: Instruction) -> str:
    words = [row.mnemonic]
    for use in row.fields:
        words.append(f"[{use.label}]" if use.kind is Kind.FLAG else f"{use.label}=...")
    if row.form is Form.DMA:
        words += ["dst=...", "src=..."]
    for operand in row.operands:
        word = f"{OPERAND_NAMES[operand.slot]}=..."
        words.append(f"[{word}]" if operand.optional else word)
    return " ".join(words)


def _place(use: FieldUse) -> str:
    if use.kind is Kind.FLAG:
        return f"flag, value {use.index} of `flags`"
    return (
        f"`{use.field}`, {use.kind.value}" if use.field == "link" else f"`{use.field}[{use.index}]`, {use.kind.value}"
    )


def _instruction(row: Instruction) -> Iterator[str]:
    yield f"### `{row.mnemonic}` (opcode {row.opcode:d})"
    yield ""
    yield f"**Format** `{_format(row)}`  "
    cost = f", timed by the cost rule `{row.cost_op}`" if row.cost_op else ""
    yield f"**Lanes** {', '.join(row.lanes)}{cost}  "
    yield f"**Action** {row.action}  "
    yield f"**Notes** {row.notes}"
    yield ""
    rows = [
        (f"`{OPERAND_NAMES[use.slot]}`", f"{use.access.value}s", use.role + (" (optional)" if use.optional else ""))
        for use in row.operands
    ]
    rows += [
        (
            f"`{use.label}`",
            _place(use),
            use.role,
        )
        for use in row.fields
    ]
    if rows:
        yield from _table(("field", "kind", "meaning"), rows)


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip("\n") + "\n"


def _lines() -> Iterator[str]:
    version = f"{ISA_VERSION[0]}.{ISA_VERSION[1]}"
    yield "<!-- Written by tools/generate_isa_page.py from accelc/isa/table.py: change the table, not this page. -->"
    yield f"# Instruction set {version}"
    yield ""
    yield (
        f"A program is one stream of {RECORD_BYTES}-byte little-endian records per lane. Lanes issue in order and run "
        "concurrently; only semaphores order them. Every record may wait for one semaphore before it issues and "
        "update two. A field that an instruction does not use is zero. There are no loops, branches or registers."
    )
    yield ""
    yield "## Record"
    yield ""
    yield from _table(("byte", "field", "type", "meaning"), _layout(RECORD))
    yield "Update:"
    yield ""
    yield from _table(("byte", "field", "type", "meaning"), _layout(UPDATE))
    yield "Access pattern of a compute operand (strides in elements):"
    yield ""
    yield from _table(("byte", "field", "type", "meaning"), _layout(OPERAND))
    yield "DMA records hold two sides in place of the operands (strides in bytes):"
    yield ""
    yield from _table(("byte", "field", "type", "meaning"), _layout(DMA_RECORD))
    yield from _table(("byte", "field", "type", "meaning"), _layout(DMA_SIDE))
    yield "## Codes"
    yield ""
    yield from _table(("code of", "values"), _code_rows())
    yield "## Text form"
    yield ""
    yield (
        "`accelc dis` prints a program as text, `accelc as` reads it back to the same bytes. An operand is written "
        "`memory.dtype[first partition+partitions]@byte offset(size:stride,...)`, a side of a DMA "
        "`memory.dtype@byte address(size:stride,...)`; leading `1:0` dimensions are left out. "
        f"Any record may add `wait=sN{WAIT_SIGNS[min(WAIT_SIGNS)]}VALUE` or `wait=sN==VALUE`, "
        + " and ".join(f"`update{slot}=sN+VALUE@POINT`" for slot in range(2))
        + f" with POINT {' or '.join(f'`{point}`' for point in UPDATE_POINTS.values())}, and `debug=ENTRY`. "
        "`;` starts a comment."
    )
    yield ""
    yield "## Program file"
    yield ""
    yield (
        f"A `.acx` file is a ZIP archive, version {FORMAT_VERSION[0]}.{FORMAT_VERSION[1]}, with members stored "
        f"uncompressed at multiples of {ALIGNMENT} bytes. The loader refuses a file with any changed byte, and every "
        "record, binding or table that breaks a rule of the target the program was compiled for."
    )
    yield ""
    yield from _table(("member", "content"), _members())
    for form, title in TITLES.items():
        yield f"## {title}"
        yield ""
        for row in TABLE.values():
            if row.form is form:
                yield from _instruction(row)
    yield "## Instructions of other packages"
    yield ""
    yield (
        f"The opcodes {CUSTOM_OPCODES[0]} to {CUSTOM_OPCODES[-1]} are free for "
        f"[instructions of other packages](../extending.md#an-instruction), entry points of the group `{GROUP}`: "
        f"elementwise ones with 1 to {MOST_SOURCES} sources and up to {MOST_IMMEDIATES} immediates. Everything above "
        "holds for them: records, text form, cost rules, validation. The name of the entry point is the mnemonic; a "
        "program file says which names and packages its numbers stand for."
    )


def _members() -> list[tuple[str, ...]]:
    return [
        (f"`{MANIFEST}`", "versions, hash of the target, inputs, outputs, segments, memory map, names of semaphores"),
        (f"`{TARGET}`", "the machine description the program was compiled for, in canonical form"),
        ("`segment<s>/core<c>/<lane>.bin`", "records of one stream"),
        ("`segment<s>/delays.json`", "delay table: hash of the streams; name, lane, kind and range of every slot"),
        ("`segment<s>/debug.json`", "debug map: operation, node of the model, layer; entry 0 is empty"),
        ("`segment<s>/function.mlir`", "function of a segment that the host executes"),
        (f"`{WEIGHTS}`", "all weights, as safetensors"),
    ]


def _code_rows() -> list[tuple[str, ...]]:
    assert set(TABLE) == set(Opcode)
    return [
        ("opcode", ", ".join(f"{code} `{row.mnemonic}`" for code, row in TABLE.items())),
        ("memory", ", ".join(f"{space.value} `{space.name.lower()}`" for space in Space)),
        ("dtype", _codes(DTYPES)),
        ("ALU operation", _codes(ALU_OPS) + "; `rsub` and `rdiv` swap the operands, comparisons give 1.0 or 0.0"),
        ("reduction", ", ".join(f"{ALU_OPS.index(name)} `{name}`" for name in REDUCE_OPS)),
        ("function", _codes(FUNCTIONS)),
    ]


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="do not write, fail if the page is not current")
    if not parser.parse_args().check:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(), "utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == page():
        return 0
    print(f"error: {PAGE} is not current: run python tools/generate_isa_page.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
