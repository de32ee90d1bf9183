"""
NumPy semantics of the elementwise `graph` operations and of rounding to a result type.

Floats are computed in f32 (f64 if an operand is f64) and rounded once; integers wrap in their own type.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc import integer_alu
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import Array, DType, dtype_of
from accelc.numerics import FP8_LARGEST

F64 = np.dtype(np.float64)
F32 = np.dtype(np.float32)


def is_float(dtype: DType) -> bool:
    """Whether a dtype is a floating-point one, those of ml_dtypes included (NumPy calls their kind void)."""
    return dtype.kind in "fV"


def work_dtype(*arrays: Array) -> DType:
    """The dtype floats are computed in: f64 if any of the arrays is f64, else f32."""
    return F64 if any(a.dtype == F64 for a in arrays) else F32


def widen(*arrays: Array) -> tuple[Array, ...]:
    """Float arrays in the dtype they are computed in."""
    dtype = work_dtype(*arrays)
    return tuple(a.astype(dtype, copy=False) for a in arrays)


def _truncate(x: Array, to: DType) -> Array:
    limits = np.iinfo(to)
    values = np.trunc(x.astype(work_dtype(x), copy=False))
    result = values.astype(to)
    above, below, undefined = values > limits.max, values < limits.min, np.isnan(values)
    # The largest 64-bit integers are no floats: the comparison above rounds them up to a power of two.
    above |= values == float(limits.max) + (0.0 if to.itemsize < 8 else 1.0)
    if above.any() or below.any() or undefined.any():
        result[above], result[below], result[undefined] = limits.max, limits.min, 0
    return result


def convert(x: Array, to: DType) -> Array:
    """
    x in another dtype: to floats rounded to nearest even, floats to integers towards zero, to truth values `x != 0`.

    Floats beyond the range of an integer type give its limit, NaN gives 0; integers wrap.
    """
    if x.dtype == to:
        return x
    with np.errstate(all="ignore"):
        if to == np.bool_:
            return x.astype(work_dtype(x), copy=False) != 0 if is_float(x.dtype) else x != 0
        if is_float(x.dtype) and not is_float(to):
            return _truncate(np.atleast_1d(x), to).reshape(x.shape)
        if to.kind == "V" and x.dtype != F32:
            return x.astype(F32).astype(to)
        return x.astype(to)


def erf(x: Array) -> Array:
    """Error function to the last bit of the C library, in the dtype of x."""
    values = np.fromiter(map(math.erf, x.ravel().tolist()), np.float64, x.size)
    return values.reshape(x.shape).astype(x.dtype)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow warnings."""
    with np.errstate(over="ignore"):
        return np.reciprocal(np.exp(-x) + x.dtype.type(1))


def _softplus(x: Array) -> Array:
    return np.maximum(x, x.dtype.type(0)) + np.log1p(np.exp(-np.abs(x)))


def _gelu(x: Array) -> Array:
    half = x.dtype.type(0.5)
    return x * half * (erf(x * x.dtype.type(math.sqrt(0.5))) + x.dtype.type(1))


_FLOAT_UNARY: Mapping[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: np.reciprocal(np.sqrt(x)),
    "reciprocal": np.reciprocal,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "erf": erf,
    "gelu": _gelu,
    "silu": lambda x: x * sigmoid(x),
    "abs": np.abs,
    "neg": np.negative,
    "square": np.square,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "softplus": _softplus,
    "identity": lambda x: x,
    "isnan": np.isnan,
}

_INTEGER_UNARY: Mapping[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "abs": np.abs,
    "neg": np.negative,
    "square": np.square,
    "sign": np.sign,
    "identity": lambda x: x,
}


def apply_unary(name: str, x: Array, to: DType) -> Array:
    """The unary operation `name`, rounded to `to`. In one bit, relu, abs, neg, square and sign change nothing."""
    with np.errstate(all="ignore"):
        if x.dtype == np.bool_:
            return np.logical_not(x) if name == "not" else x
        if not is_float(x.dtype):
            return _INTEGER_UNARY[name](x)
        return convert(_FLOAT_UNARY[name](*widen(x)), to)


_BINARY: Mapping[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "pow": np.power,
    "mod": np.mod,
    "equal": np.equal,
    "less": np.less,
    "greater": np.greater,
    "less_equal": np.less_equal,
    "greater_equal": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}

_INTEGER_BINARY: Mapping[str, Callable[[Array, Array], Array]] = {
    **_BINARY,
    "div": integer_alu.truncated_quotient,
    "pow": integer_alu.power,
    "shl": integer_alu.shift_left,
    "shr": integer_alu.shift_right,
}


def apply_binary(name: str, lhs: Array, rhs: Array, to: DType) -> Array:
    """The binary operation `name`, rounded to `to`. An integer divided by 0 gives 0."""
    with np.errstate(all="ignore"):
        if not is_float(lhs.dtype):
            return np.asarray(_INTEGER_BINARY[name](lhs, rhs))
        result: npt.NDArray[Any] = np.asarray(_BINARY[name](*widen(lhs, rhs)))
        return convert(result, to)


def unary(op: graph.UnaryOp, x: Array) -> Array:
    """Any unary operation."""
    return apply_unary(op.name.removeprefix("graph."), x, dtype_of(op.result))


def binary(op: graph.BinaryOp, lhs: Array, rhs: Array) -> Array:
    """Any binary operation."""
    return apply_binary(op.name.removeprefix("graph."), lhs, rhs, dtype_of(op.result))


def select(_op: graph.SelectOp, condition: Array, a: Array, b: Array) -> Array:
    """Elementwise choice."""
    return np.where(condition, a, b)


def cast(op: graph.CastOp, x: Array) -> Array:
    """Conversion to the result's element type."""
    to = dtype_of(op.result)
    if op.saturate is not None:
        limit = FP8_LARGEST[to.name]
        x = np.clip(x.astype(work_dtype(x), copy=False), -limit, limit)
    return convert(x, to)
