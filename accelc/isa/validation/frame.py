"""Rules on the frame of every record: opcode, lane, flags, waits, updates, parameters, and zeros everywhere else."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.isa.custom import Extension, find_instruction, instruction, opcode_problem
from accelc.isa.records import DTYPES, INDEX_TYPES, OPERAND, RECORD, RECORD_BYTES, Update, Wait, as_dma
from accelc.isa.table import (
    ALU_OPS,
    COMBINE_OPS,
    FUNCTIONS,
    REDUCE_OPS,
    FieldUse,
    Form,
    Instruction,
    Kind,
    Opcode,
)
from accelc.isa.validation.context import Bools, Ints, Stream, largest_count
from accelc.targets.model import runs_on

SLOTS = ("dst", "src0", "src1")


def check_frame(stream: Stream) -> None:
    """Everything about single records that does not involve their access patterns."""
    everything = np.arange(len(stream.records))
    _check_opcodes(stream, everything)
    lanes = stream.records["lane"]
    stream.require(lanes == stream.code, everything, "lane", lanes, f"must be {stream.code}, the lane of its stream")
    debug, entries = stream.records["debug"], stream.limits.debug_entries
    stream.require(debug < entries, everything, "debug", debug, f"the debug map has entries 0 to {entries - 1}")
    _check_zeros(stream)
    _check_wait(stream, everything)
    for slot in range(2):
        _check_update(stream, everything, slot)
    for opcode in stream.present():
        chosen = stream.of(opcode)
        row = instruction(opcode)
        for use in row.fields:
            _check_parameter(stream, chosen, use)
        if row.extension is not None:
            _check_immediates(stream, chosen, row, row.extension)
    _check_combinations(stream)


def _check_opcodes(stream: Stream, everything: Ints) -> None:
    codes = stream.opcodes
    legal = np.isin(codes, [code for code in stream.present() if find_instruction(code) is not None])
    stream.require(legal, everything, "opcode", codes, lambda at: opcode_problem(int(codes[at])))
    engine = stream.target.engines.get(stream.lane)
    for opcode in stream.present():
        row, chosen = instruction(opcode), stream.of(opcode)
        if not runs_on(row.lanes, stream.lane):
            raise stream.refuse(int(chosen[0]), "opcode", opcode, f"legal on the lanes {', '.join(row.lanes)}")
        if row.cost_op and (engine is None or not engine.has(row.cost_op)):
            rule = f"'{stream.lane}' of target '{stream.target.name}' has no cost rule '{row.cost_op}'"
            raise stream.refuse(int(chosen[0]), "opcode", opcode, rule)


@cache
def used_bytes(row: Instruction) -> npt.NDArray[np.uint8]:
    """Mask [128] of the bits that records of an instruction may set."""
    record = np.zeros(1, RECORD)
    for name in ("opcode", "lane", "debug", "wait_semaphore", "wait_condition"):
        record[name] = np.iinfo(RECORD[name]).max
    record["wait_bits"], record["wait_value"] = 0xFFFF, -1
    for slot in range(2):
        record["update"][:, slot] = np.frombuffer(b"\xff" * 4, record["update"].dtype)
    for use in row.operands:
        pattern = np.frombuffer(b"\xff" * OPERAND.itemsize, OPERAND).copy()
        pattern["reserved"] = 0
        record["operand"][:, use.slot] = pattern
    if row.form is Form.DMA:
        for side in ("dst", "src"):
            raw = np.full(as_dma(record)[side].dtype.itemsize, 0xFF, np.uint8)
            pattern = raw.view(as_dma(record)[side].dtype)
            pattern["reserved"] = 0
            as_dma(record)[side] = pattern
    raw = record.view(np.uint8)
    for use in row.fields:
        _mark(record, use)
    return raw


def _mark(record: npt.NDArray[np.void], use: FieldUse) -> None:
    if use.field == "flags":
        record["flags"] |= np.uint8(use.index)
    elif use.field == "link":
        record["link"] = 0xFFFFFFFF
    elif use.field == "imm":
        record["imm"].view(np.uint32)[:, use.index] = 0xFFFFFFFF
    else:
        record[use.field][:, use.index] = 0xFF


def field_at(row: Instruction, byte: int) -> str:
    """Name of the record field that holds `byte`."""
    if row.form is Form.DMA and byte >= OPERAND_START:
        side = as_dma(np.zeros(1, RECORD))["dst"].dtype
        index = (byte - OPERAND_START) // side.itemsize
        if index < 2:
            return f"{('dst', 'src')[index]}.{_member(side, (byte - OPERAND_START) % side.itemsize)}"
    name = _member(RECORD, byte)
    if name == "operand":
        index, rest = divmod(byte - OPERAND_START, OPERAND.itemsize)
        return f"{SLOTS[index]}.{_member(OPERAND, rest)}"
    return name


OPERAND_START: int = RECORD.fields["operand"][1] if RECORD.fields else 0


def _member(dtype: np.dtype[Any], byte: int) -> str:
    assert dtype.fields is not None
    starts = [(entry[1], name) for name, entry in dtype.fields.items() if entry[1] <= byte]
    return max(starts)[1]


def _check_zeros(stream: Stream) -> None:
    raw = np.ascontiguousarray(stream.records).view(np.uint8).reshape(-1, RECORD_BYTES)
    for opcode in stream.present():
        row, chosen = instruction(opcode), stream.of(opcode)
        extra = raw[chosen] & ~used_bytes(row)
        bad = extra.any(axis=1)
        if bad.any():
            position = int(np.argmax(bad))
            byte = int(np.argmax(extra[position] != 0))
            value = f"{int(raw[chosen[position], byte])} in byte {byte}"
            legal = sum(use.index for use in row.fields if use.field == "flags")
            name = field_at(row, byte)
            rule = f"legal flags are {legal}" if name == "flags" else f"must be zero: '{row.mnemonic}' does not use it"
            raise stream.refuse(int(chosen[position]), name, value, rule)


def _check_wait(stream: Stream, everything: Ints) -> None:
    records, target = stream.records, stream.target
    condition, semaphore, value = records["wait_condition"], records["wait_semaphore"], records["wait_value"]
    legal = condition <= max(Wait)
    stream.require(legal, everything, "wait_condition", condition, f"legal are 0 to {max(Wait).value}")
    waits = condition != Wait.NONE
    unused = "must be zero: the record has no wait condition"
    stream.require(waits | (semaphore == 0), everything, "wait_semaphore", semaphore, unused)
    stream.require(waits | (value == 0), everything, "wait_value", value, unused)
    count = target.sync.semaphores
    rule = f"target '{target.name}' has semaphores 0 to {count - 1}"
    stream.require(semaphore < count, everything, "wait_semaphore", semaphore, rule)
    wraps, bits = condition == Wait.WRAP, records["wait_bits"].astype(np.int64)
    unused = "must be zero: only a wait with condition 3 compares a number of low bits"
    stream.require(wraps | (bits == 0), everything, "wait_bits", bits, unused)
    rule = f"semaphores of target '{target.name}' have 1 to {target.sync.width_bits} bits to compare"
    legal = ~wraps | ((bits >= 1) & (bits <= target.sync.width_bits))
    stream.require(legal, everything, "wait_bits", bits, rule)
    limits = np.where(wraps, (1 << bits) - 1, largest_count(target))
    legal = (value >= 0) & (value <= limits)
    stream.require(legal, everything, "wait_value", value, lambda at: f"semaphores hold 0 to {limits[at]}")
    chosen = stream.of(Opcode.SEM_WAIT)
    stream.require(waits[chosen], chosen, "wait_condition", condition[chosen], "'sem_wait' needs a condition")


def _check_update(stream: Stream, everything: Ints, slot: int) -> None:
    target, name = stream.target, f"update{slot}"
    update = stream.records["update"][:, slot]
    op, semaphore, value = update["op"], update["semaphore"], update["value"]
    stream.require(op <= max(Update), everything, f"{name}.op", op, f"legal are 0 to {max(Update).value}")
    points = {Update.ADD_AT_READ: "read", Update.ADD_AT_COMPLETE: "complete"}
    for code, point in points.items():
        if point not in target.sync.update_points:
            rule = f"target '{target.name}' has no update point '{point}'"
            stream.require(op != code, everything, f"{name}.op", op, rule)
    unused, rule = op == Update.NONE, "must be zero: the record has no such update"
    stream.require(~unused | (semaphore == 0), everything, f"{name}.semaphore", semaphore, rule)
    stream.require(~unused | (value == 0), everything, f"{name}.value", value, rule)
    count = target.sync.semaphores
    rule = f"target '{target.name}' has semaphores 0 to {count - 1}"
    stream.require(semaphore < count, everything, f"{name}.semaphore", semaphore, rule)
    stream.require(unused | (value > 0), everything, f"{name}.value", value, "an update adds at least 1")
    if slot == 0:
        chosen = stream.of(Opcode.SEM_UPD)
        other = stream.records["update"]["op"][chosen, 1]
        legal = ~unused[chosen] | (other != Update.NONE)
        stream.require(legal, chosen, f"{name}.op", op[chosen], "'sem_upd' needs an update")


def _codes(kind: Kind) -> tuple[Ints, str]:
    """Legal codes of a parameter, and their names."""
    if kind is Kind.FUNCTION:
        names = FUNCTIONS
        codes = list(range(len(FUNCTIONS)))
    elif kind is Kind.COUNT:
        return np.arange(1, 5), "1 to 4"
    elif kind is Kind.INDEX_TYPE:
        names = INDEX_TYPES
        codes = [DTYPES.index(name) for name in names]
    elif kind is Kind.COMBINE:
        names = COMBINE_OPS
        codes = [ALU_OPS.index(name) for name in names]
    else:
        names = REDUCE_OPS if kind is Kind.REDUCE else ALU_OPS if kind is Kind.ALU_OR_NONE else ALU_OPS[1:]
        codes = [ALU_OPS.index(name) for name in names]
    return np.array(codes), ", ".join(f"{code} {name}" for code, name in zip(codes, names, strict=True))


def _check_parameter(stream: Stream, chosen: Ints, use: FieldUse) -> None:
    records = stream.records
    if use.kind in (Kind.FLAG, Kind.FLOAT, Kind.WORD):
        # The index tensor is looked at with the sides of its transfer.
        return
    if use.kind is Kind.SLOT:
        _check_slot(stream, chosen)
        return
    if use.kind is Kind.OFFSET:
        offset = records["link"][chosen].astype(np.int64)
        width = stream.target.sbuf.partition_bytes
        legal: Bools = (offset % 4 == 0) & (offset + 4 <= width)
        rule = f"must be a multiple of 4 inside the {width} bytes of a partition"
        stream.require(legal, chosen, use.label, offset, rule)
        return
    values = records[use.field][chosen, use.index]
    codes, names = _codes(use.kind)
    stream.require(np.isin(values, codes), chosen, use.label, values, f"legal are {names}")
    if use.kind is Kind.FUNCTION:
        engine = stream.target.engines[stream.lane]
        legal = np.isin(values, [FUNCTIONS.index(name) for name in engine.funcs if name in FUNCTIONS])
        rule = f"'{stream.lane}' of target '{stream.target.name}' has the functions {', '.join(engine.funcs)}"
        named = np.array([FUNCTIONS[value] for value in values.tolist()], object)
        stream.require(legal, chosen, use.label, named, rule)


def _check_immediates(stream: Stream, chosen: Ints, row: Instruction, extension: Extension) -> None:
    values = stream.records["imm"][chosen, : len(row.fields)]
    distinct, first = np.unique(values, axis=0, return_index=True)
    for which, record in zip(distinct.tolist(), first.tolist(), strict=True):
        problem = extension.problem(which)
        if problem is not None:
            shown = ", ".join(f"{use.label} {value:g}" for use, value in zip(row.fields, which, strict=True))
            raise stream.refuse(int(chosen[record]), "imm", shown, problem)


def _check_slot(stream: Stream, chosen: Ints) -> None:
    slot, lanes = stream.records["link"][chosen], stream.limits.delay_lanes
    stream.require(slot < len(lanes), chosen, "slot", slot, f"the delay table has {len(lanes)} entries")
    mine = np.isin(slot, [index for index, lane in enumerate(lanes) if lane == stream.lane])
    stream.require(mine, chosen, "slot", slot, lambda at: f"delay of lane '{lanes[int(slot[at])]}'")


def _check_combinations(stream: Stream) -> None:
    records = stream.records
    chosen = stream.of(Opcode.TS)
    bits = records["imm"].view(np.uint32)[chosen, 1]
    legal = (records["aux"][chosen, 1] != 0) | (bits == 0)
    stream.require(legal, chosen, "value1", records["imm"][chosen, 1], "must be zero: op1 is none")
    chosen = stream.of(Opcode.ACT)
    legal = (records["operand"]["part_count"][chosen, 2] == 0) | (records["imm"].view(np.uint32)[chosen, 1] == 0)
    stream.require(legal, chosen, "bias", records["imm"][chosen, 1], "must be zero: src1 holds the bias")
