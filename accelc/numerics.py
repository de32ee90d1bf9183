"""
Arithmetic of the machine: the only place that says what bits a record or macro-op computes.

The simulator and the `engine` and `tile` interpreters call these functions with operands of the same shape
and values and therefore agree bit for bit. Every function works on contiguous copies, because BLAS and SIMD
paths may give other bits for other memory layouts. Elementwise work is done in fp32 with conversions on the
way in and out, or in integers where all operands are integers (`accelc.integer_alu`).
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from accelc import integer_alu
from accelc.column_sums import column_sums

Array = npt.NDArray[Any]
F32 = npt.NDArray[np.float32]
Unary = Callable[[F32], F32]
Binary = Callable[[F32, F32], F32]

DTYPES: Mapping[str, np.dtype[Any]] = {
    "fp32": np.dtype(np.float32),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "fp16": np.dtype(np.float16),
    "fp8e4": np.dtype(ml_dtypes.float8_e4m3fn),  # OCP E4M3: largest value 448, no infinity
    "fp8e5": np.dtype(ml_dtypes.float8_e5m2),
    "int8": np.dtype(np.int8),
    "uint8": np.dtype(np.uint8),
    "int32": np.dtype(np.int32),
    "int64": np.dtype(np.int64),
}
"""NumPy dtype of every dtype name of `isa.records.DTYPES`."""

INTEGERS = ("int8", "uint8", "int32", "int64")
FP8 = ("fp8e4", "fp8e5")
FP8_LARGEST: Mapping[str, float] = {"float8_e4m3fn": 448.0, "float8_e5m2": 57344.0}
SUM_ORDERS = ("blas", "column-sequential")
SHORT_SUM = 256
"""Products of bytes, at most 255 * 255 each, of which so many add up to less than 2^24."""


def is_integer(dtype: str) -> bool:
    """Whether `dtype` is one of the integer dtypes."""
    return dtype in INTEGERS


def compute(array: Array) -> F32:
    """`array` as a C-contiguous fp32 array of the same shape (no copy when it already is one)."""
    return np.asarray(array, dtype=np.float32, order="C")


def _to_integer(array: Array, target: np.dtype[Any]) -> Array:
    low, high = np.iinfo(target).min, np.iinfo(target).max
    if np.issubdtype(array.dtype, np.integer):
        wide = np.iinfo(array.dtype)
        return np.asarray(np.clip(array, max(low, wide.min), min(high, wide.max)), target)
    with np.errstate(invalid="ignore"):
        rounded = np.rint(array.astype(np.float64))
        result = np.asarray(np.nan_to_num(np.clip(rounded, low, high), nan=0.0), target)
    if target.itemsize == 8:
        # The largest 64-bit integer is no fp64 number.
        result = np.where(rounded >= 2.0**63, high, result)
    return result


def _to_fp8(array: Array, target: np.dtype[Any], overflow: str) -> Array:
    values = compute(array)
    largest = FP8_LARGEST[target.name]
    if overflow == "saturate":
        return np.asarray(np.clip(values, -largest, largest)).astype(target)
    result = values.astype(target)
    if overflow == "nan":
        result[~np.isfinite(result.astype(np.float32))] = np.float32(np.nan).astype(target)
    return result


def cast(array: Array, dtype: str, fp8_overflow: str = "saturate") -> Array:
    """
    A contiguous copy of `array` converted to `dtype`, same shape.

    Floats round to nearest even. Integers round to nearest even and saturate; NaN becomes 0. fp8 follows
    `fp8_overflow` (`Numerics.fp8_overflow`): `saturate` clamps to the largest finite value, `nan` gives NaN,
    `inf` gives infinity (NaN in fp8e4, which has none).
    """
    target = DTYPES[dtype]
    source = np.asarray(array, order="C")
    if source.dtype == target:
        return source.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        if dtype in INTEGERS:
            return _to_integer(source, target)
        if dtype in FP8:
            return _to_fp8(source, target, fp8_overflow)
        return source.astype(np.float32).astype(target)


def matmul_block(stationary: Array, moving: Array, accumulator: str = "fp32", order: str = "blas") -> Array:
    """
    One pass through the array: `stationary[K, M]` and `moving[K, N]` to `[M, N]` in the accumulator dtype.

    fp32: products and sums in fp32 without fused multiply-add, partition 0 first (`column-sequential`, the
    order of the PEs of a column, whose first one adds to +0), or in the order of the BLAS library (`blas`, faster,
    other last bits).
    int32: exact (an fp64 product cannot round for 8-bit operands, nor an fp32 one whose sums stay below 2^24), so the
    order does not matter.
    """
    assert order in SUM_ORDERS, order
    if accumulator == "int32":
        short = stationary.itemsize == moving.itemsize == 1 and len(stationary) <= SHORT_SUM
        kind: Any = np.float32 if short else np.float64
        left, right = np.ascontiguousarray(stationary, dtype=kind), np.array(moving, dtype=kind, order="C")
        # The order does not matter, but threads of BLAS take longer to start than a block takes.
        sums = column_sums(left, right) if short and order != "blas" else left.T @ right
        return sums.astype(np.int64).astype(np.int32)
    left, right = compute(stationary), compute(moving)
    with np.errstate(over="ignore", invalid="ignore"):
        if order == "blas":
            # NumPy would take the symmetric path, with other bits, if both operands were one buffer.
            if np.may_share_memory(left, right):
                right = right.copy()
            return left.T @ right
        return column_sums(left, right)


def accumulate(stored: Array, block: Array) -> Array:
    """PSUM read-add-write: `stored + block` in the accumulator dtype (int32 wraps)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.add(np.ascontiguousarray(stored), block)


def _comparison(function: Callable[[F32, F32], npt.NDArray[np.bool_]]) -> Binary:
    def compare(left: F32, right: F32) -> F32:
        return function(left, right).astype(np.float32)

    return compare


def _bypass(left: F32, right: F32) -> F32:
    return left + np.zeros_like(right) if left.shape != np.broadcast_shapes(left.shape, right.shape) else left


def _logical(function: Callable[[Array, Array], npt.NDArray[np.bool_]]) -> Binary:
    return _comparison(lambda left, right: function(left != 0, right != 0))


ALU_OPS: Mapping[str, Binary] = {
    "none": _bypass,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "div": np.divide,
    "rsub": lambda left, right: right - left,
    "rdiv": lambda left, right: right / left,
    "pow": np.power,
    "mod": np.mod,
    "equal": _comparison(np.equal),
    "not_equal": _comparison(np.not_equal),
    "less": _comparison(np.less),
    "less_equal": _comparison(np.less_equal),
    "greater": _comparison(np.greater),
    "greater_equal": _comparison(np.greater_equal),
    "and": _logical(np.logical_and),
    "or": _logical(np.logical_or),
    "xor": _logical(np.logical_xor),
}
"""fp32 ALU operations; comparisons and logic give 1.0 or 0.0; `max` and `min` propagate NaN; `mod` as in NumPy."""

_REDUCERS: Mapping[str, np.ufunc] = {
    "add": np.add,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
}
REDUCE_OPS = tuple(_REDUCERS)

# Rational minimax approximation of erf on [-4, 4] (Eigen's `generic_fast_erf`), highest power of x^2 first.
_ERF_ODD = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
_ERF_EVEN = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)


def _erf64(x: F32) -> npt.NDArray[np.float64]:
    clamped = np.clip(x.astype(np.float64), -4.0, 4.0)
    square = clamped * clamped
    odd = np.full_like(square, _ERF_ODD[0])
    for coefficient in _ERF_ODD[1:]:
        odd *= square
        odd += coefficient
    even = np.full_like(square, _ERF_EVEN[0])
    for coefficient in _ERF_EVEN[1:]:
        even *= square
        even += coefficient
    return clamped * odd / even


def erf(x: F32) -> F32:
    """Error function, absolute error below 5e-7."""
    return np.clip(_erf64(x), -1.0, 1.0).astype(np.float32)


_HALF, _ONE = np.float32(0.5), np.float32(1.0)
_SQRT_HALF = np.float32(0.7071067811865476)
_SQRT_TWO_OVER_PI = np.float32(0.7978845608028654)


def _gelu(x: F32) -> F32:
    result: F32 = np.multiply(x * _HALF, erf(x * _SQRT_HALF) + _ONE)
    return result


def _gelu_tanh(x: F32) -> F32:
    inner = np.multiply(x + np.multiply(x * x * x, np.float32(0.044715)), _SQRT_TWO_OVER_PI)
    result: F32 = np.multiply(x * _HALF, np.tanh(inner) + _ONE)
    return result


def _sigmoid(x: F32) -> F32:
    one = np.float32(1.0)
    return one / (one + np.exp(-x))


def _softplus(x: F32) -> F32:
    return np.maximum(x, np.float32(0.0)) + np.log1p(np.exp(-np.abs(x)))


FUNCTIONS: Mapping[str, Unary] = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, np.float32(0.0)),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": lambda x: x * _sigmoid(x),
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: np.float32(1.0) / np.sqrt(x),
    "square": np.square,
    "abs": np.abs,
    "sign": np.sign,
    "erf": erf,
    "softplus": _softplus,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "reciprocal": lambda x: np.float32(1.0) / x,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,
    "trunc": np.trunc,
}
"""fp32 functions of the activation engine, by the names of `ComputeEngine.funcs`."""


def _integers(out: str, *sources: Array) -> np.dtype[Any] | None:
    """dtype of integer arithmetic, or None if the arithmetic is that of floats."""
    return integer_alu.work_dtype(DTYPES[out], *(source.dtype for source in sources))


def alu(op: str, left: Array, right: Array, out: str = "fp32") -> Array:
    """`left op right`, NumPy broadcasting: in fp32, or in integers if both and the dtype `out` are integers."""
    integers = _integers(out, left, right)
    if integers is not None:
        return integer_alu.operate(op, left, right, integers)
    with np.errstate(all="ignore"):
        return ALU_OPS[op](compute(left), compute(right))


def tensor_scalar(source: Array, op0: str, value0: float, op1: str, value1: float, out: str = "fp32") -> Array:
    """
    `(source op0 value0) op1 value1`; `none` passes its left operand through.

    In fp32, or in integers if `source` and the dtype `out` are integers and both values are whole.
    """
    integers = _integers(out, source)
    if integers is not None and integer_alu.is_whole(value0) and integer_alu.is_whole(value1):
        return integer_alu.operate(op1, integer_alu.operate(op0, source, value0, integers), value1, integers)
    with np.errstate(all="ignore"):
        first = ALU_OPS[op0](compute(source), np.full((), value0, np.float32))
        return ALU_OPS[op1](first, np.full((), value1, np.float32))


def scalar_tensor_tensor(left: Array, scalar: Array, right: Array, op0: str, op1: str) -> Array:
    """`(left op0 scalar) op1 right` in fp32; `scalar` has one element per partition."""
    column = compute(scalar).reshape(left.shape[0], *([1] * (left.ndim - 1)))
    return alu(op1, alu(op0, left, column), right)


def activate(source: Array, function: str, scale: float, bias: Array | float) -> F32:
    """`function(scale * source + bias)` in fp32, every step rounded to fp32."""
    with np.errstate(all="ignore"):
        scaled = compute(source) * np.float32(scale)
        return FUNCTIONS[function](scaled + np.asarray(bias, dtype=np.float32))


def select(stored: Array, source: Array, predicate: Array, out: str, fp8_overflow: str = "saturate") -> Array:
    """`source` in the dtype `out` where `predicate` is not zero, elsewhere `stored`, which has that dtype."""
    return np.where(predicate != 0, cast(source, out, fp8_overflow), stored)


def _reduce(op: str, source: Array, out: str, axis: int) -> Array:
    """Running results along an axis, in index order."""
    integers = _integers(out, source)
    with np.errstate(all="ignore"):
        values = compute(source) if integers is None else np.asarray(source, integers, order="C")
        return _REDUCERS[op].accumulate(values, axis=axis, dtype=values.dtype)


def reduce_free(source: Array, op: str, axes: int, out: str = "fp32") -> Array:
    """Reduces the innermost `axes` dimensions in index order (sequential sum, no pairwise splitting)."""
    outer = source.shape[: source.ndim - axes]
    return _reduce(op, source.reshape(*outer, prod(source.shape[source.ndim - axes :])), out, -1)[..., -1]


def reduce_partitions(source: Array, op: str, out: str = "fp32") -> Array:
    """Reduces the leading (partition) dimension in index order; the result keeps it with size 1."""
    return _reduce(op, source, out, 0)[-1:]
