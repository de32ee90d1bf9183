"""
Which bytes each macro-op touches: with addresses, or before, where every buffer gets a range of bytes of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from xdsl.ir import SSAValue

from accelc.analysis.footprint import DIMS, PARTITIONED_CELL_BYTES, Access, AccessTable, Footprint, relate
from accelc.dialects.engine import BufferOp, LaneOp, MatmulFields, access, buffer_of, buffer_type
from accelc.emit.product import Product
from accelc.targets.model import Target

_SPACE = 1000
"""Code of the imaginary memory that holds all buffers; beyond those of real ones."""
_GAP = 64

_Row = tuple[int, bool, int, int, int, tuple[int, ...], tuple[int, ...], int]
_Rows = list[tuple[SSAValue, _Row]]


def macro_regions(
    lane_ops: Sequence[LaneOp], buffers: Sequence[SSAValue], target: Target
) -> tuple[Footprint, list[int]]:
    """
    Accesses of macro-ops by region, op i being record i, and the byte at which every buffer begins.

    A product counts as writing its whole output buffer, and as reading it where it accumulates; of its operands it
    counts as reading everything between the first and the last element in the same partitions.
    """
    base: dict[SSAValue, int] = {}
    end = 0
    for value in buffers:
        kind = buffer_type(value)
        base[value] = end
        end = -(-(end + kind.free_elements * kind.itemsize) // _GAP) * _GAP + _GAP
    # Reads of what nothing writes relate no ops, and are most of the work: weights.
    written = {value for op in lane_ops for value in _written(op)}
    rows: list[_Row] = []
    for number, op in enumerate(lane_ops):
        rows += [row for value, row in _rows_of(number, op, base, target) if row[1] or value in written]
    return relate(_table(rows), len(lane_ops), target), list(base.values())


@dataclass(frozen=True)
class PlacedAccess:
    """An access of op `op` to a buffer: -1 is what comes before all ops, one behind the last what comes after them."""

    op: int
    buffer: BufferOp
    access: Access


def placed_accesses(lane_ops: Sequence[LaneOp], buffers: Sequence[BufferOp], target: Target) -> list[PlacedAccess]:
    """
    Accesses to buffers at their addresses, to the byte, in program order; reads of an op before its writes.

    Inputs and weights are written whole before the first op, outputs read whole after the last. Patterns count as in
    `macro_regions`.
    """
    placed: dict[SSAValue, int] = {op.result: op.address.offset.value.data for op in buffers if op.address is not None}
    found: list[tuple[int, SSAValue, _Row]] = []
    for op in buffers:
        if op.role.data in ("input", "weight"):
            found.append((-1, op.result, _whole(op.result, placed[op.result], True)))
    for number, op in enumerate(lane_ops):
        found += [(number, value, row) for value, row in _rows_of(number, op, placed, target)]
    for op in buffers:
        if op.role.data == "output" or op.updated is not None:
            found.append((len(lane_ops), op.result, _whole(op.result, placed[op.result], False)))
    spaces = sorted({buffer_type(value).space.data for _, value, _ in found})
    codes = [_SPACE + spaces.index(buffer_type(value).space.data) for _, value, _ in found]
    table = _table([(number, *row[1:]) for number, (_, _, row) in enumerate(found)], codes)
    # Cells of such a memory have several bytes: what is a byte here is a cell there.
    grain = PARTITIONED_CELL_BYTES
    table = replace(
        table, base=table.base * grain, strides=table.strides * grain, element_bytes=table.element_bytes * grain
    )
    result: list[PlacedAccess] = []
    for one in relate(table, len(found), target).accesses:
        number, value, _ = found[one.record]
        result.append(PlacedAccess(number, buffer_of(value), one))
    return result


def _whole(value: SSAValue, at: int, is_write: bool) -> _Row:
    kind = buffer_type(value)
    return 0, is_write, 0, kind.partitions, at, (kind.free_elements,), (kind.itemsize,), kind.itemsize


def _rows_of(number: int, op: LaneOp, base: Mapping[SSAValue, int], target: Target) -> _Rows:
    """What an op reads, then what it writes, with the buffers."""
    return _product_rows(number, op, base, target) if isinstance(op, MatmulFields) else _rows(number, op, base)


def _written(op: LaneOp) -> list[SSAValue]:
    return [op.out] if isinstance(op, MatmulFields) else [getattr(op, operand) for operand, _ in op.WRITES]


def _rows(number: int, op: LaneOp, base: Mapping[SSAValue, int]) -> _Rows:
    rows: _Rows = []
    for operands, is_write in ((op.READS, False), (op.WRITES, True)):
        for operand, attribute in operands:
            pattern = access(op, attribute)
            value: SSAValue = getattr(op, operand)
            if pattern is None:
                continue
            size = buffer_type(value).itemsize
            strides = tuple(step * size for step in pattern.steps)
            first = base[value] + pattern.first * size
            stop = pattern.start + pattern.count
            rows.append((value, (number, is_write, pattern.start, stop, first, pattern.shape, strides, size)))
    return rows


def _product_rows(number: int, op: MatmulFields, base: Mapping[SSAValue, int], target: Target) -> _Rows:
    product = Product.of(op, target.tensor.cols)
    rows: _Rows = []
    reach = sum((size - 1) * max(stride, 0) for size, stride in zip(product.sizes, product.strides, strict=True))
    back = sum((size - 1) * min(stride, 0) for size, stride in zip(product.sizes, product.strides, strict=True))
    for value, offsets, low, high in (
        (op.stationary, product.stationary_offsets, 0, product.m - 1),
        (op.moving, product.moving_offsets, back, reach),
    ):
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        for start, count, offset in zip(product.partitions, product.rows, offsets, strict=True):
            first, last = spans.get((start, count), (offset, offset))
            spans[start, count] = min(first, offset), max(last, offset)
        size = buffer_type(value).itemsize
        for (start, count), (first, last) in spans.items():
            elements = last + high - first - low + 1
            at = base[value] + (first + low) * size
            rows.append((value, (number, False, start, start + count, at, (elements,), (size,), size)))
    kind = buffer_type(op.out)
    whole = (0, kind.partitions, base[op.out], (kind.free_elements,), (kind.itemsize,), kind.itemsize)
    if product.accumulate:
        rows.append((op.out, (number, False, *whole)))
    rows.append((op.out, (number, True, *whole)))
    return rows


def _table(rows: list[_Row], space: Sequence[int] = ()) -> AccessTable:
    """The rows as a table; `space[i]` is the memory of row i."""
    count = len(rows)
    sizes, strides = np.ones((count, DIMS), np.int64), np.zeros((count, DIMS), np.int64)
    for at, row in enumerate(rows):
        if len(row[5]) > DIMS:
            rows[at] = row = _bounds(row)
        sizes[at, DIMS - len(row[5]) :] = row[5]
        strides[at, DIMS - len(row[6]) :] = row[6]
    columns = [np.array([row[i] for row in rows], np.int64) for i in (0, 2, 3, 4, 7)]
    return AccessTable(
        columns[0],
        np.array([row[1] for row in rows], bool),
        np.array(space, np.int64) if space else np.full(count, _SPACE, np.int64),
        np.stack(columns[1:3], axis=1),
        columns[3],
        sizes,
        strides,
        columns[4],
    )


def _bounds(row: _Row) -> _Row:
    """The range from the first to the last byte of a pattern with more dimensions than a table has."""
    number, is_write, start, stop, first, sizes, strides, item = row
    reach = [(size - 1) * stride for size, stride in zip(sizes, strides, strict=True)]
    low = sum(min(r, 0) for r in reach)
    count = (sum(abs(r) for r in reach) + item) // item
    return number, is_write, start, stop, first + low, (count,), (item,), item
