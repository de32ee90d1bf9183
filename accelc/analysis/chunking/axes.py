"""
How an axis of rows passes through an operation: which part of each operand a part of the result's rows needs.

Pure functions of shapes. An operand is *chunked* along an axis when some of its rows suffice for as many rows of the
result, else it is needed *whole*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

Shape = Sequence[int]
Axis = int | None


@dataclass(frozen=True)
class Flow:
    """
    The row axis of the result, and for every operand the axis along which it is chunked (None: needed whole).

    Without a row axis of the result the operation needs all operands whole.
    """

    result: Axis
    operands: tuple[Axis, ...]


def whole(operands: int) -> Flow:
    """The flow of an operation that mixes rows."""
    return Flow(None, (None,) * operands)


def elementwise(shapes: Sequence[Shape], result: Shape, axes: Sequence[Axis]) -> Flow:
    """NumPy broadcasting: operands are aligned at the right, and a size of 1 is needed whole."""
    rank = len(result)
    found = {axis + rank - len(shape) for shape, axis in zip(shapes, axes, strict=True) if axis is not None}
    if len(found) != 1:
        return whole(len(shapes))
    (row,) = found
    return Flow(row, tuple(_aligned(shape, result, row) for shape in shapes))


def _aligned(shape: Shape, result: Shape, row: int) -> Axis:
    axis = row - (len(result) - len(shape))
    return axis if axis >= 0 and shape[axis] == result[row] else None


def matmul(lhs: Shape, rhs: Shape, axes: Sequence[Axis]) -> Flow:
    """
    (..., m, k) x (..., k, n) of at least two axes each.

    Rows of the left operand or a batch axis of both pass; the right one is needed whole when its rows are contracted
    or become columns.
    """
    left, right = axes
    rank = max(len(lhs), len(rhs))
    if left is not None:
        if left == len(lhs) - 1:
            return whole(2)
        row = left + rank - len(lhs)
        if left == len(lhs) - 2:
            return Flow(row, (left, None))
        batch = row - (rank - len(rhs))
        return Flow(row, (left, batch if batch >= 0 and rhs[batch] == lhs[left] else None))
    if right is None or right == len(rhs) - 2:
        return whole(2)
    row = right + rank - len(rhs)
    if right == len(rhs) - 1:
        return Flow(row, (None, right))
    batch = row - (rank - len(lhs))
    return Flow(row, (batch if batch >= 0 and lhs[batch] == rhs[right] else None, right))


def reduction(axis: Axis, reduced: Sequence[int], keepdims: bool) -> Flow:
    """A reduction, or a normalization such as softmax (`keepdims`), over other axes."""
    if axis is None or axis in reduced:
        return whole(1)
    return Flow(axis if keepdims else axis - sum(r < axis for r in reduced), (axis,))


def transpose(axis: Axis, perm: Sequence[int]) -> Flow:
    """Axes permuted: axis i of the result is axis `perm[i]` of the operand."""
    return whole(1) if axis is None else Flow(list(perm).index(axis), (axis,))


def reshape(shape: Shape, result: Shape, axis: Axis) -> Flow:
    """Other axes may be joined or split, the one of the rows must stay."""
    if axis is None:
        return whole(1)
    before = prod(shape[:axis])
    for row, size in enumerate(result):
        if size == shape[axis] and prod(result[:row]) == before:
            return Flow(row, (axis,))
    return whole(1)


def untouched(axis: Axis, touched: Sequence[int], operands: int = 1) -> Flow:
    """A slice, padding or concatenation along other axes."""
    return whole(operands) if axis is None or axis in touched else Flow(axis, (axis,) * operands)


def gather(indices: Axis, axis: int) -> Flow:
    """Rows of the indices become rows of the result; the table is needed whole."""
    return whole(2) if indices is None else Flow(axis + indices, (None, indices))
