"""Syntax and timing of operations on lanes, for their reference page: from their clauses and the instruction table."""

import re
from collections.abc import Iterator

from xdsl.irdl import IRDLOperation

from accelc.dialects.engine_ops.base import LaneOp
from accelc.dialects.engine_ops.custom import CustomFields
from accelc.dialects.engine_ops.syntax import (
    Access,
    Clause,
    Flag,
    Integer,
    Integers,
    Mark,
    Number,
    Synchronization,
    Text,
    Value,
    Word,
)
from accelc.isa.table import TABLE, Instruction

TENSOR = ("ls", "mm")
"""Instructions of a product: load the stationary operand, stream the moving one through."""
OTHERS = "an [instruction of another package](isa.md#instructions-of-other-packages)"


def syntax(op: type[LaneOp]) -> str:
    """The form of an op: keywords in backticks, fields with `$`, patterns in `[...]`, `(...)?` what may be absent."""
    return " ".join([op.name, *(_clause(clause) for clause in op.clauses()), "attr-dict"])


def _clause(clause: Clause) -> str:
    match clause:
        case Word(text=text) | Mark(text=text):
            return f"`{text}`"
        case Access(operand=operand, pattern=pattern):
            return f"${operand}[${pattern}]"
        case Value(operand=name) | Text(name=name) | Number(name=name):
            return f"${name}"
        case Integer(name=name, keyword=keyword):
            return f"`{keyword}` ${name}"
        case Integers(name=name, keyword=keyword):
            return f"`{keyword}` `[`${name}`]`"
        case Flag(name=name):
            return f"(`{name}`)?"
        case Synchronization():
            return " ".join(f"(`{name}` `(`${name}`)`)?" for name in clause.names())
        case _:
            # Their docstrings begin with an example of the form.
            example = re.match(r"` ?(.+?)`", type(clause).__doc__ or "")
            assert example is not None, type(clause)
            fields = ", ".join(f"${name}" for name in clause.names())
            return f"<{fields}: as in {example[1]}>"


def timing(op: type[IRDLOperation]) -> Iterator[str]:
    """A paragraph: on which lanes, by which instructions, and what of the machine gives the time."""
    if not issubclass(op, LaneOp):
        return
    kind = op.name.split(".")[1]
    rows = {row.mnemonic: row for row in TABLE.values()}
    (timed,) = [row for row in TABLE.values() if row.cost_op == kind] or [None]
    lanes = f"On {', '.join('any DMA queue' if lane == 'dma' else f'`{lane}`' for lane in op.LANES)}"
    each = ", for each block" if op.SCHEDULE else ""
    if timed is not None or issubclass(op, CustomFields):
        by, rule = (_link(timed), f"`{kind}`") if timed is not None else (OTHERS, "with its name")
        text = (
            f"{by}{each}, in `max(min_ii, ceil(N * cpe)) + extra` cycles by the [cost rule]"
            f"(targets.md#enginevectorcost) {rule} of its engine, for N elements per partition (the maximum times "
            "the `stride_penalty` of the memories). Results are visible `latency` cycles after the last."
        )
    elif kind == "matmul":
        text = (
            f"{' and '.join(_link(rows[name]) for name in TENSOR)} for each block. A product of N moving elements per "
            "partition takes N cycles over the `rate` of their dtype, and at least `mm_min_ii`; loads of the next "
            "block are hidden where `shadow_planes` are free ([array](targets.md#enginetensor))."
        )
    elif kind in rows and op.LANES == ("dma",):
        text = f"{_link(rows[kind])}, by the keys of [DMA](targets.md#dma) and of the [memories](targets.md#memoryhbm)."
    else:
        text = f"{_link(rows[kind])}: the cycles of the lane's clock that the slot's value says when it is executed."
    yield f"**Time** {lanes}: {text}\n"


def _link(row: Instruction) -> str:
    return f"[`{row.mnemonic}`](isa.md#{row.mnemonic}-opcode-{row.opcode:d})"
