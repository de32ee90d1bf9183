"""Buffers and access patterns as the operand fields of records."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import AccessAttr, BufferType, buffer_of
from accelc.errors import CapacityError, ProgramError
from accelc.isa.encode import Ints, operands
from accelc.isa.records import FREE_DIMS, MAX_SIZE, MAX_STRIDE, Space

SPACE_CODES = {"hbm": Space.HBM, "sbuf": Space.SBUF, "psum": Space.PSUM, "wfifo": Space.WFIFO}

Dims = list[tuple[int, ...]]
"""(size, stride of each pattern...) of every dimension, outermost first."""


@dataclass(frozen=True)
class Placed:
    """A buffer that has an address: `offset` in bytes, in HBM or in every partition."""

    symbol: str
    space: Space
    dtype: str
    itemsize: int
    offset: int


def place(value: SSAValue) -> Placed:
    """The placed buffer behind `value`. Raises ProgramError when memory assignment has not run."""
    buffer = buffer_of(value)
    assert isinstance(buffer.result.type, BufferType)
    if buffer.address is None:
        raise ProgramError(f"buffer {buffer.symbol.data!r} has no address: run assign-memory before emission")
    kind = buffer.result.type
    return Placed(
        buffer.symbol.data,
        SPACE_CODES[kind.space.data],
        kind.dtype,
        kind.itemsize,
        buffer.address.offset.value.data,
    )


def coalesce(sizes: Sequence[int], *strides: Sequence[int]) -> Dims:
    """Dimensions of patterns of one shape, merged where all of them allow it; at least one dimension."""
    dims: Dims = []
    for size, *steps in zip(sizes, *strides, strict=True):
        if size == 1:
            continue
        if dims and all(outer == size * step for outer, step in zip(dims[-1][1:], steps, strict=True)):
            dims[-1] = (dims[-1][0] * size, *steps)
        else:
            dims.append((size, *steps))
    return dims or [(1, *(1 for _ in strides))]


def split_long(dims: Dims) -> Dims:
    """Splits sizes beyond a record's field into two factors, where they have such factors."""
    result: Dims = []
    for size, *steps in dims:
        inner = 0
        if size > MAX_SIZE:
            inner = next((d for d in range(MAX_SIZE, size // MAX_SIZE, -1) if size % d == 0), 0)
        if inner:
            result.append((size // inner, *(step * inner for step in steps)))
        result.append((inner or size, *steps))
    return result


def fit(dims: Dims, symbols: str) -> Dims:
    """`dims` as a record can hold them. Raises CapacityError naming `symbols` when it cannot."""
    fitted = split_long(dims)
    if len(fitted) > FREE_DIMS:
        raise CapacityError(
            f"access to buffer {symbols} needs {len(fitted)} free dimensions {fitted}: a record has {FREE_DIMS};"
            " split the op or lay the buffer out contiguously"
        )
    for size, *steps in fitted:
        if size > MAX_SIZE or not all(-MAX_STRIDE - 1 <= step <= MAX_STRIDE for step in steps):
            raise CapacityError(
                f"access to buffer {symbols} has size {size}, strides {steps}: legal are sizes up to {MAX_SIZE}"
                f" and strides {-MAX_STRIDE - 1}..{MAX_STRIDE} elements; split the op"
            )
    return fitted


def operand(placed: Placed, start: Ints, count: Ints, first: npt.NDArray[np.int64], dims: Dims) -> npt.NDArray[np.void]:
    """Operand fields for patterns `dims` (one stride each) that start at free elements `first` of a buffer."""
    return operands(
        placed.space,
        placed.dtype,
        start,
        count,
        placed.offset + first * placed.itemsize,
        [size for size, _ in dims],
        [stride for _, stride in dims],
    )


def part_shape(access: AccessAttr, blocks: int) -> tuple[int, ...]:
    """Sizes of the free pattern of each of the `blocks` equal parts of an access."""
    return access.shape if blocks == 1 else (access.shape[0] // blocks, *access.shape[1:])


def patterns(places: Sequence[Placed], accesses: Sequence[AccessAttr], blocks: int) -> list[Dims]:
    """
    Record dimensions of the operands of one elementwise op, of each of its `blocks` parts.

    Patterns of one shape are merged together, so that they keep a common shape in the record.
    """
    shapes = [part_shape(access, blocks) for access in accesses]
    steps = [access.steps for access in accesses]
    if len({*shapes}) > 1:
        return [fit(coalesce(s, t), repr(p.symbol)) for p, s, t in zip(places, shapes, steps, strict=True)]
    joint = fit(coalesce(shapes[0], *steps), ", ".join(repr(placed.symbol) for placed in places))
    return [[(dim[0], dim[1 + index]) for dim in joint] for index in range(len(accesses))]


def reduced_patterns(placed: Placed, access: AccessAttr, axes: int, blocks: int) -> tuple[Dims, int]:
    """
    Record dimensions of each of `blocks` parts of an operand whose `axes` innermost dimensions are reduced.

    Also how many of the record's dimensions are reduced.
    """
    shape, steps = part_shape(access, blocks), access.steps
    cut = len(shape) - axes
    inner = split_long(coalesce(shape[cut:], steps[cut:]))
    kept = coalesce(shape[:cut], steps[:cut])
    if kept == [(1, 1)]:
        kept = []
    return fit(kept + inner, repr(placed.symbol)), len(inner)
