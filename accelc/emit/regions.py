"""Which bytes each macro-op touches, before buffers have addresses: every buffer gets a range of bytes of its own."""

from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.ir import SSAValue

from accelc.analysis.footprint import DIMS, AccessTable, Footprint, relate
from accelc.dialects.engine import LaneOp, MatmulFields, access, buffer_type
from accelc.emit.product import Product
from accelc.targets.model import Target

_SPACE = 1000
"""Code of the imaginary memory that holds all buffers; beyond those of real ones."""
_GAP = 64

_Row = tuple[int, bool, int, int, int, tuple[int, ...], tuple[int, ...], int]


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
        if isinstance(op, MatmulFields):
            rows += _product_rows(number, op, base, target)
        else:
            rows += _rows(number, op, base, written)
    return relate(_table(rows), len(lane_ops), target), list(base.values())


def _written(op: LaneOp) -> list[SSAValue]:
    return [op.out] if isinstance(op, MatmulFields) else [getattr(op, operand) for operand, _ in op.WRITES]


def _rows(number: int, op: LaneOp, base: Mapping[SSAValue, int], written: set[SSAValue]) -> list[_Row]:
    rows: list[_Row] = []
    for operands, is_write in ((op.READS, False), (op.WRITES, True)):
        for operand, attribute in operands:
            pattern = access(op, attribute)
            value: SSAValue = getattr(op, operand)
            if pattern is None or value not in written:
                continue
            size = buffer_type(value).itemsize
            strides = tuple(step * size for step in pattern.steps)
            first = base[value] + pattern.first * size
            stop = pattern.start + pattern.count
            rows.append((number, is_write, pattern.start, stop, first, pattern.shape, strides, size))
    return rows


def _product_rows(number: int, op: MatmulFields, base: Mapping[SSAValue, int], target: Target) -> list[_Row]:
    product = Product.of(op, target.tensor.cols)
    rows: list[_Row] = []
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
            rows.append((number, False, start, start + count, at, (elements,), (size,), size))
    kind = buffer_type(op.out)
    whole = (0, kind.partitions, base[op.out], (kind.free_elements,), (kind.itemsize,), kind.itemsize)
    if product.accumulate:
        rows.append((number, False, *whole))
    rows.append((number, True, *whole))
    return rows


def _table(rows: list[_Row]) -> AccessTable:
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
        np.full(count, _SPACE, np.int64),
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
