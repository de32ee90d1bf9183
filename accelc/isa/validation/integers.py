"""Rules on integers: which engine computes with which of them, and what is shifted."""

import numpy as np

from accelc.integer_alu import IMMEDIATE_LIMIT
from accelc.isa.custom import instruction
from accelc.isa.records import DTYPES
from accelc.isa.table import ALU_OPS, INTEGER_ONLY, Form, Kind, Opcode
from accelc.isa.validation.context import Bools, Ints, Stream, in_every_column
from accelc.isa.validation.operands import dtype_names
from accelc.numerics import INTEGERS
from accelc.targets.model import is_dma

_CODES = [DTYPES.index(name) for name in INTEGERS]
_INT64 = DTYPES.index("int64")
_ARITHMETIC = (Opcode.TT, Opcode.TS, Opcode.REDUCE, Opcode.PART_REDUCE)
_SHIFTS = [ALU_OPS.index(name) for name in INTEGER_ONLY]


def check_integers(stream: Stream) -> None:
    """Integer dtypes are those of the engine; shifts have integer operands and whole immediates."""
    if is_dma(stream.lane) or stream.lane not in stream.target.engines:
        return
    engine = stream.target.engines[stream.lane]
    legal = [DTYPES.index(name) for name in engine.integers]
    listed = ", ".join(engine.integers) or "none"
    rule = f"'{stream.lane}' of target '{stream.target.name}' has integer arithmetic in {listed}"
    for opcode in stream.present():
        row, chosen = instruction(opcode), stream.of(opcode)
        if row.form is not Form.OPERANDS:
            continue
        slots = [use.slot for use in row.operands]
        dtypes = stream.records["operand"]["dtype"][chosen][:, slots]
        present = stream.records["operand"]["part_count"][chosen][:, slots] > 0
        lacking = present & (dtypes == _INT64) & (_INT64 not in legal)
        integral = _is_integral(stream, opcode, chosen, dtypes)
        if opcode in _ARITHMETIC:
            lacking |= integral[:, None] & ~np.isin(dtypes, legal)
        for place, use in enumerate(row.operands):
            name = ("dst", "src0", "src1")[use.slot]
            stream.require(~lacking[:, place], chosen, f"{name}.dtype", dtype_names(dtypes[:, place]), rule)
        for use in row.fields:
            if use.kind in (Kind.ALU, Kind.ALU_OR_NONE):
                codes = stream.records["aux"][chosen, use.index]
                fits = ~np.isin(codes, _SHIFTS) | integral
                names = np.array([ALU_OPS[code] for code in codes.tolist()], object)
                stream.require(fits, chosen, use.label, names, "shifts are of integers, by whole numbers")


def _is_integral(stream: Stream, opcode: int, chosen: Ints, dtypes: Ints) -> Bools:
    """Which records compute in integers, if their instruction can."""
    integral = in_every_column(np.isin(dtypes, _CODES))
    if opcode == Opcode.STT:
        return np.zeros_like(integral)
    if opcode == Opcode.TS:
        values = stream.records["imm"][chosen, :2].astype(np.float64)
        with np.errstate(invalid="ignore"):
            whole = (np.abs(values) < IMMEDIATE_LIMIT) & (np.floor(values) == values)
        integral = integral & in_every_column(whole)
    return integral
