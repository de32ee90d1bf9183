"""
Sums of products of 8-bit integers on arrays for floats, exactly.

An integer of 8 bits less its zero point is at most 255 in size, which bf16 holds; a product of two is exact in fp32,
and so is a sum of them below 2 ** 24. With a known operand the largest possible sum is known too.
"""

from collections.abc import Sequence
from math import prod

import ml_dtypes
import numpy as np
from xdsl.ir import SSAValue

from accelc.constants import Constants
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import DType, dtype_of
from accelc.frontends.mlir.writer import Writer

EXACT = 1 << 24
"""Whole numbers below this are exact in fp32."""
FLOAT = np.dtype(ml_dtypes.bfloat16)
SUM = np.dtype(np.float32)


def _largest(x: SSAValue, point: int) -> int:
    limits = np.iinfo(dtype_of(x))
    return max(abs(int(limits.min) - point), abs(int(limits.max) - point))


def exact_factors(
    w: Writer, a: SSAValue, b: SSAValue, points: tuple[int, int], summed: Sequence[int]
) -> tuple[SSAValue, SSAValue] | None:
    """
    Both operands less their zero points as bf16, if every sum of products over the axes `summed` of `b` is exact.

    None if an operand is not of 8 bits, or a sum may be too large.
    """
    if any(dtype_of(value).name not in ("int8", "uint8") for value in (a, b)):
        return None
    sizes = [_largest(value, point) for value, point in zip((a, b), points, strict=True)]
    if max(sizes) > 256:
        return None
    known, repeated = Constants(w.weights).data(b), w.known_scalar(b)
    if known is None:
        size = sizes[1] if repeated is None else abs(int(repeated) - points[1])
        terms = prod(shape_of(b)[axis] for axis in summed) * size
    else:
        terms = int(np.abs(known.astype(np.int64) - points[1]).sum(tuple(summed)).max(initial=0))
    if terms * sizes[0] >= EXACT:
        return None
    floats = [w.cast(value, FLOAT) for value in (a, b)]
    first, second = (
        w.binary("sub", value, float(point)) if point else value for value, point in zip(floats, points, strict=True)
    )
    return first, second


def whole(w: Writer, sums: SSAValue, dtype: DType) -> SSAValue:
    """Exact sums of floats as integers, which wrap in narrow types; casts of floats would saturate."""
    return w.cast(w.cast(sums, np.dtype(np.int32)), dtype)
