"""
Builders of instruction records, vectorised: every argument is a scalar or an array of one common length.

Values are range-checked against the width of their field before they are stored; a value that does not fit raises
`FieldError` naming the field and its limits. What a target allows is checked by `loader`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import AccelcError
from accelc.isa.records import (
    DMA_DIMS,
    DMA_SIDE,
    DTYPES,
    FREE_DIMS,
    INDEX_WORD,
    OPERAND,
    Flag,
    Records,
    Space,
    Update,
    Wait,
    as_dma,
    empty_records,
)
from accelc.isa.table import ALU_OPS, FUNCTIONS, Instruction, Opcode

Ints = int | Sequence[int] | npt.NDArray[np.integer]
IntRows = Sequence[int] | Sequence[Sequence[int]] | npt.NDArray[np.integer]
Bools = bool | Sequence[bool] | npt.NDArray[np.bool_]
Floats = float | Sequence[float] | npt.NDArray[np.floating]


class FieldError(AccelcError):
    """A value does not fit its record field."""


def checked(name: str, values: Ints | IntRows, dtype: np.dtype[Any]) -> npt.NDArray[np.int64]:
    """`values` as int64, all within the range of the integer `dtype`; raises `FieldError` naming `name`."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        if array.size:
            raise FieldError(f"field '{name}': expected integers, got {array.dtype}")
        array = array.astype(np.int64)
    low, high = _range(dtype)
    if array.size:
        least, most = (int(array), int(array)) if array.ndim == 0 else (int(array.min()), int(array.max()))
        if least < low or most > high:
            bad = least if least < low else most
            raise FieldError(f"field '{name}': {bad} does not fit, legal range is {low} to {high}")
    return array.astype(np.int64, copy=False)


@lru_cache
def _range(dtype: np.dtype[Any]) -> tuple[int, int]:
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def code(name: str, names: Sequence[str], value: str) -> int:
    """Position of `value` in `names`; raises `FieldError` listing the legal names."""
    if value not in names:
        raise FieldError(f"field '{name}': unknown value '{value}', legal are {', '.join(names)}")
    return names.index(value)


def _store(target: npt.NDArray[np.void], name: str, values: Ints, label: str = "") -> None:
    target[name] = checked(label or name, values, np.dtype(target.dtype[name]).base)


def _store_rows(target: npt.NDArray[np.void], name: str, rows: IntRows, dims: int, fill: int) -> None:
    base = np.dtype(target.dtype[name]).base
    array = checked(name, rows, base)
    given = array.shape[-1]
    if given > dims:
        raise FieldError(f"field '{name}': {given} dimensions, at most {dims}")
    target[name] = fill
    target[name][..., dims - given :] = array


def _count(*values: Any) -> int:
    """Common length of scalars and arrays of one dimension. Raises ValueError when they have none."""
    shapes: set[tuple[int, ...]] = {np.shape(value) for value in values}
    return int(np.prod(np.broadcast_shapes(*shapes), dtype=np.int64)) if shapes - {(), (1,)} else 1


def _row_shape(rows: IntRows) -> npt.NDArray[np.bool_]:
    return np.zeros(np.shape(rows)[:-1], np.bool_)


def operands(
    space: Space,
    dtype: str,
    part_start: Ints,
    part_count: Ints,
    offset: Ints,
    sizes: IntRows,
    strides: IntRows,
) -> npt.NDArray[np.void]:
    """
    Access patterns in a partitioned memory, shape (n,) of `OPERAND`.

    `offset` is in bytes; `sizes` and `strides` have shape (d,) or (n, d), d <= 4, in elements, outermost first.
    """
    starts = (np.asarray(part_start), np.asarray(part_count), np.asarray(offset))
    count = _count(*starts, _row_shape(sizes), _row_shape(strides))
    out = np.zeros(count, OPERAND)
    out["space"] = int(space)
    out["dtype"] = code("dtype", DTYPES[1:], dtype) + 1
    _store(out, "part_start", part_start)
    _store(out, "part_count", part_count)
    _store(out, "offset", offset)
    _store_rows(out, "size", sizes, FREE_DIMS, 1)
    _store_rows(out, "stride", strides, FREE_DIMS, 0)
    return out


def dma_sides(space: Space, dtype: str, base: Ints, sizes: IntRows, strides: IntRows) -> npt.NDArray[np.void]:
    """
    DMA access patterns, shape (n,) of `DMA_SIDE`.

    `base` and `strides` are in bytes (in a partitioned memory `partition * partition_bytes + offset`), `sizes` in
    elements; `sizes` and `strides` have shape (d,) or (n, d), d <= 4, outermost first. Raises FieldError for a base
    that is no address.
    """
    count = _count(np.asarray(base), _row_shape(sizes), _row_shape(strides))
    out = np.zeros(count, DMA_SIDE)
    out["space"] = int(space)
    out["dtype"] = code("dtype", DTYPES[1:], dtype) + 1
    bases = np.asarray(base)
    if bases.size and int(bases.min()) < 0:
        raise FieldError(f"field 'base': {int(bases.min())} does not fit, legal range is 0 to {2**63 - 1}")
    _store(out, "base", bases)
    _store_rows(out, "size", sizes, DMA_DIMS, 1)
    _store_rows(out, "stride", strides, DMA_DIMS, 0)
    return out


def _records(opcode: int, lane: int, *operand: tuple[int, npt.NDArray[np.void]], count: int = 1) -> Records:
    count = max((len(pattern) for _, pattern in operand), default=count)
    out = empty_records(count)
    out["opcode"] = int(opcode)
    _store(out, "lane", lane)
    for slot, pattern in operand:
        out["operand"][:, slot] = pattern
    return out


def load_stationary_records(lane: int, src: npt.NDArray[np.void]) -> Records:
    """LS: load `src` [K partitions, M elements] into the shadow plane."""
    return _records(Opcode.LS, lane, (1, src))


def matmul_records(
    lane: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void], accumulate: Bools = False, swap: Bools = False
) -> Records:
    """MM: `dst` [M, N] in PSUM from `src` [K, N] and the active stationary operand."""
    out = _records(Opcode.MM, lane, (0, dst), (1, src))
    flags = np.asarray(accumulate) * int(Flag.ACCUMULATE) + np.asarray(swap) * int(Flag.SWAP)
    out["flags"] = flags
    return out


def tensor_tensor_records(
    lane: int, op: str, dst: npt.NDArray[np.void], lhs: npt.NDArray[np.void], rhs: npt.NDArray[np.void]
) -> Records:
    """TT: `dst = lhs op rhs`."""
    out = _records(Opcode.TT, lane, (0, dst), (1, lhs), (2, rhs))
    out["aux"][:, 0] = code("op", ALU_OPS, op)
    return out


def tensor_scalar_records(
    lane: int,
    op0: str,
    value0: Floats,
    op1: str,
    value1: Floats,
    dst: npt.NDArray[np.void],
    src: npt.NDArray[np.void],
) -> Records:
    """TS: `dst = (src op0 value0) op1 value1`; `op1` may be `none` (then `value1` is stored as zero)."""
    out = _records(Opcode.TS, lane, (0, dst), (1, src))
    out["aux"][:, 0] = code("op0", ALU_OPS, op0)
    out["aux"][:, 1] = code("op1", ALU_OPS, op1)
    out["imm"][:, 0] = value0
    out["imm"][:, 1] = 0.0 if op1 == "none" else value1
    return out


def scalar_tensor_tensor_records(
    lane: int,
    op0: str,
    op1: str,
    scalar_offset: Ints,
    dst: npt.NDArray[np.void],
    lhs: npt.NDArray[np.void],
    rhs: npt.NDArray[np.void],
) -> Records:
    """STT: `dst = (lhs op0 scalar) op1 rhs`; fp32 scalars at SBUF byte `scalar_offset` of the partitions of `lhs`."""
    out = _records(Opcode.STT, lane, (0, dst), (1, lhs), (2, rhs))
    out["aux"][:, 0] = code("op0", ALU_OPS, op0)
    out["aux"][:, 1] = code("op1", ALU_OPS, op1)
    _store(out, "link", scalar_offset, "scalar")
    return out


def reduce_records(lane: int, op: str, dims: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void]) -> Records:
    """REDUCE: `op` over the innermost `dims` dimensions of `src` (of its four, leading ones of size 1 included)."""
    out = _records(Opcode.REDUCE, lane, (0, dst), (1, src))
    out["aux"][:, 0] = code("op", ALU_OPS, op)
    out["aux"][:, 1] = checked("dims", dims, np.dtype(np.uint8))
    return out


def copy_records(lane: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void]) -> Records:
    """COPY: `dst = src`, converted."""
    return _records(Opcode.COPY, lane, (0, dst), (1, src))


def select_records(
    lane: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void], predicate: npt.NDArray[np.void]
) -> Records:
    """SELECT: `dst = src` where `predicate` is not zero."""
    return _records(Opcode.SELECT, lane, (0, dst), (1, src), (2, predicate))


def custom_records(
    lane: int,
    row: Instruction,
    values: Sequence[float],
    dst: npt.NDArray[np.void],
    *sources: npt.NDArray[np.void],
) -> Records:
    """An instruction of another package: `row` is its row of the table, `values` are its immediates."""
    out = _records(row.opcode, lane, (0, dst), *enumerate(sources, 1))
    for use, value in zip(row.fields, values, strict=True):
        out["imm"][:, use.index] = value
    return out


def memset_records(lane: int, value: Floats, dst: npt.NDArray[np.void]) -> Records:
    """MEMSET: `dst = value`."""
    out = _records(Opcode.MEMSET, lane, (0, dst))
    out["imm"][:, 0] = value
    return out


def activate_records(
    lane: int,
    func: str,
    scale: Floats,
    bias: Floats | None,
    dst: npt.NDArray[np.void],
    src: npt.NDArray[np.void],
    bias_operand: npt.NDArray[np.void] | None = None,
) -> Records:
    """
    ACT: `dst = func(scale * src + bias)`; with `bias_operand` given, `bias` must be None or zero.

    Raises FieldError.
    """
    if bias_operand is None:
        out = _records(Opcode.ACT, lane, (0, dst), (1, src))
        out["imm"][:, 1] = 0.0 if bias is None else bias
    else:
        if bias is not None and np.any(np.asarray(bias) != 0):
            raise FieldError("field 'bias': must be zero when a bias operand is given")
        out = _records(Opcode.ACT, lane, (0, dst), (1, src), (2, bias_operand))
    out["aux"][:, 0] = code("func", FUNCTIONS, func)
    out["imm"][:, 0] = scale
    return out


def partition_reduce_records(lane: int, op: str, dst: npt.NDArray[np.void], src: npt.NDArray[np.void]) -> Records:
    """PART_REDUCE: `op` over the partitions of `src` into the single partition of `dst`."""
    out = _records(Opcode.PART_REDUCE, lane, (0, dst), (1, src))
    out["aux"][:, 0] = code("op", ALU_OPS, op)
    return out


def dma_copy_records(lane: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void]) -> Records:
    """DMA_COPY: one transfer per record from `src` to `dst` (arrays of `DMA_SIDE`)."""
    out = _records(Opcode.DMA_COPY, lane, count=max(len(dst), len(src)))
    view = as_dma(out)
    view["dst"] = dst
    view["src"] = src
    return out


def indexed_records(
    lane: int, dst: npt.NDArray[np.void], src: npt.NDArray[np.void], index_base: Ints, index_type: str, op: str | None
) -> Records:
    """
    DMA_GATHER, or with `op` (a `COMBINE_OPS`) DMA_SCATTER: one transfer per record between arrays of `DMA_SIDE`.

    `index_base` is the byte in HBM where the index tensor begins, a multiple of 4. Raises FieldError for an index that
    is no address of a word.
    """
    out = _records(Opcode.DMA_GATHER if op is None else Opcode.DMA_SCATTER, lane, count=max(len(dst), len(src)))
    view = as_dma(out)
    view["dst"], view["src"] = dst, src
    base = np.asarray(index_base)
    most = INDEX_WORD * _range(np.dtype(out.dtype["link"]))[1]
    wrong = base[(base < 0) | (base > most) | (base % INDEX_WORD != 0)]
    if wrong.size:
        raise FieldError(f"field 'index': byte {int(wrong.flat[0])} is no multiple of {INDEX_WORD} from 0 to {most}")
    _store(out, "link", base // INDEX_WORD, "index")
    out["aux"][:, 0] = code("index_type", DTYPES, index_type)
    if op is not None:
        out["aux"][:, 1] = code("op", ALU_OPS, op)
    return out


def control_records(lane: int, opcode: Opcode, count: int = 1) -> Records:
    """`count` records of NOP, HALT, SEM_WAIT or SEM_UPD; waits and updates are set afterwards."""
    return _records(opcode, lane, count=count)


def delay_records(lane: int, slot: Ints) -> Records:
    """DELAY: idle for the value of delay slot `slot`."""
    out = _records(Opcode.DELAY, lane, count=_count(np.asarray(slot)))
    _store(out, "link", slot, "slot")
    return out


def set_wait(records: Records, semaphore: Ints, value: Ints, condition: Wait = Wait.GE, bits: Ints = 0) -> None:
    """
    Make every record of `records` (a view or a whole array) wait until `semaphore` reaches `value`.

    `bits` low bits are compared if the condition is `Wait.WRAP`.
    """
    _store(records, "wait_bits", bits)
    _store(records, "wait_semaphore", semaphore)
    _store(records, "wait_value", value)
    records["wait_condition"] = int(condition)


def set_update(records: Records, slot: int, semaphore: Ints, point: Update, value: Ints = 1) -> None:
    """Make every record add `value` to `semaphore` at `point`, in update slot 0 or 1."""
    update = records["update"][:, slot]
    _store(update, "semaphore", semaphore, "update.semaphore")
    _store(update, "value", value, "update.value")
    update["op"] = int(point)
    records["update"][:, slot] = update
