"""
Integer arithmetic of the elementwise engines: two's complement of 32 or 64 bits, results wrap.

Which instructions compute in integers: those whose tensor operands are all of integer dtypes, the result included, and
whose immediates are whole numbers below 2^31 in size. All others compute in fp32.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Operation = Callable[[Array, Array], Array]

IMMEDIATE_LIMIT = 2.0**31
"""Immediates as large as this make an instruction one on floats."""


def is_whole(immediate: float) -> bool:
    """Whether an immediate can take part in integer arithmetic."""
    return abs(immediate) < IMMEDIATE_LIMIT and float(immediate).is_integer()


def work_dtype(*dtypes: np.dtype[Any]) -> np.dtype[Any] | None:
    """int32, or int64 if one of `dtypes` is that; None if one is no integer dtype."""
    if any(dtype.kind not in "iub" for dtype in dtypes):
        return None
    return np.dtype(np.int64) if any(dtype == np.int64 for dtype in dtypes) else np.dtype(np.int32)


def truncated_quotient(left: Array, right: Array) -> Array:
    """left / right towards zero, 0 where right is 0."""
    quotient = np.floor_divide(left, right)
    inexact = quotient * right != left
    return quotient + (inexact & ((left < 0) != (right < 0)) & (right != 0)).astype(quotient.dtype)


def power(base: Array, exponent: Array) -> Array:
    """base ** exponent, wrapped; with a negative exponent the quotient 1 / base ** -exponent, truncated."""
    result = np.power(base, np.maximum(exponent, exponent.dtype.type(0)))
    odd = (exponent & exponent.dtype.type(1)) != 0
    inverse = np.where(base == 1, 1, np.where(odd, -1, 1) * (base == -1)) if base.dtype.kind == "i" else base == 1
    return np.where(exponent < 0, inverse, result).astype(base.dtype)


def _bits(left: Array) -> int:
    return left.dtype.itemsize * 8


def shift_left(left: Array, right: Array) -> Array:
    """left * 2 ** right, wrapped; amounts outside of 0 to width - 1 shift everything out."""
    inside = (right >= 0) & (right < _bits(left))
    return np.where(inside, np.left_shift(left, np.where(inside, right, 0)), 0).astype(left.dtype)


def shift_right(left: Array, right: Array) -> Array:
    """The bits of left moved down and zeros moved in; amounts outside of 0 to width - 1 shift everything out."""
    inside = (right >= 0) & (right < _bits(left))
    unsigned = np.dtype(f"u{left.dtype.itemsize}")
    amount = np.where(inside, right, 0).astype(unsigned)
    return np.where(inside, np.right_shift(left.astype(unsigned), amount), 0).astype(left.dtype)


def _shift_arithmetic(left: Array, right: Array) -> Array:
    amount = np.where((right >= 0) & (right < _bits(left)), right, _bits(left) - 1)
    return np.right_shift(left, amount.astype(left.dtype))


def _comparison(function: Operation) -> Operation:
    return lambda left, right: function(left, right).astype(left.dtype)


OPERATIONS: Mapping[str, Operation] = {
    "none": lambda left, right: np.broadcast_arrays(left, right)[0],
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": truncated_quotient,
    "max": np.maximum,
    "min": np.minimum,
    "rsub": lambda left, right: right - left,
    "rdiv": lambda left, right: truncated_quotient(right, left),
    "pow": power,
    "mod": np.mod,
    "equal": _comparison(np.equal),
    "not_equal": _comparison(np.not_equal),
    "less": _comparison(np.less),
    "less_equal": _comparison(np.less_equal),
    "greater": _comparison(np.greater),
    "greater_equal": _comparison(np.greater_equal),
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "shl": shift_left,
    "shr": shift_right,
    "sar": _shift_arithmetic,
}
"""Operations on two arrays of one integer dtype. Dividing by 0 gives 0, `mod` has the sign of the divisor."""


def operate(op: str, left: Array, right: Array | float, dtype: np.dtype[Any]) -> Array:
    """`left op right` in `dtype`, NumPy broadcasting; an immediate is a whole number."""
    second = right if isinstance(right, np.ndarray) else np.asarray(int(right))
    with np.errstate(all="ignore"):
        return OPERATIONS[op](np.asarray(left, dtype, order="C"), np.asarray(second, dtype, order="C"))
