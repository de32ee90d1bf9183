"""Elementwise operations and casts, against onnxruntime and hand-computed values."""

from collections.abc import Callable, Mapping

import ml_dtypes
import numpy as np
import pytest
from graph_support import Array, check, execute, floats, onnx_run
from xdsl.dialects.builtin import TensorType, bf16, f16, f32, f64, i8, i32, i64
from xdsl.ir import Attribute

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_type, dtype_of_element

UNARY: Mapping[str, tuple[str, int]] = {
    "relu": ("Relu", 17),
    "exp": ("Exp", 17),
    "log": ("Log", 17),
    "sqrt": ("Sqrt", 17),
    "reciprocal": ("Reciprocal", 17),
    "tanh": ("Tanh", 17),
    "sigmoid": ("Sigmoid", 17),
    "erf": ("Erf", 17),
    "gelu": ("Gelu", 20),
    "abs": ("Abs", 17),
    "neg": ("Neg", 17),
    "sign": ("Sign", 17),
    "floor": ("Floor", 17),
    "ceil": ("Ceil", 17),
    "round": ("Round", 17),
    "sin": ("Sin", 17),
    "cos": ("Cos", 17),
    "softplus": ("Softplus", 17),
    "identity": ("Identity", 17),
    "isnan": ("IsNaN", 17),
}


@pytest.mark.parametrize("name", UNARY)
def test_unary_functions_agree_with_onnxruntime(name: str) -> None:
    """Every unary function that ONNX has, on values of both signs, halves, and NaN where it is legal."""
    x = np.concatenate([floats(200) * 3, np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.0], np.float32)])
    x = np.abs(x) + np.float32(0.01) if name in ("log", "sqrt", "reciprocal") else x
    x = np.append(x, np.float32(np.nan)) if name in ("relu", "isnan", "tanh") else x
    op_type, opset = UNARY[name]
    check(execute(graph.UNARY_OPS[name], x), onnx_run(op_type, x, opset=opset))


FORMULAS: Mapping[str, Callable[[Array], Array]] = {
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "square": lambda x: x * x,
    "silu": lambda x: x / (1 + np.exp(-x)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_unary_functions_without_onnx_operator(name: str) -> None:
    """The remaining unary functions against their formula in f64."""
    x = np.abs(floats(100)) + np.float32(0.1)
    check(execute(graph.UNARY_OPS[name], x), [FORMULAS[name](x.astype(np.float64)).astype(np.float32)])


@pytest.mark.parametrize("name", graph.UNARY_OPS)
def test_tensors_without_axes_stay_tensors(name: str) -> None:
    """NumPy's scalars do not leak out of elementwise operations."""
    x = np.array(True) if name == "not" else np.array(0.5, np.float32)
    (y,) = execute(graph.UNARY_OPS[name], x)
    assert isinstance(y, np.ndarray)
    assert y.shape == ()


def test_not_and_one_bit_arithmetic() -> None:
    """`not` negates; in one bit, `abs`, `neg` and `square` change nothing."""
    x = np.array([True, False])
    assert execute(graph.NotOp, x)[0].tolist() == [False, True]
    for name in ("relu", "abs", "neg", "square", "sign", "identity"):
        assert execute(graph.UNARY_OPS[name], x)[0].tolist() == [True, False]


BINARY = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "max": "Max",
    "min": "Min",
    "pow": "Pow",
    "equal": "Equal",
    "less": "Less",
    "greater": "Greater",
    "less_equal": "LessOrEqual",
    "greater_equal": "GreaterOrEqual",
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_binary_functions_agree_with_onnxruntime(name: str, dtype: str) -> None:
    """Every binary function broadcasts and computes as ONNX does, floats and integers."""
    a, b = floats(3, 1, 5) * 4, floats(4, 1) * 4
    if name == "pow":
        a, b = np.abs(a), np.abs(b)
    a, b = a.astype(dtype), b.astype(dtype)
    if name == "div" and dtype == "int64":
        b = np.where(b == 0, 3, b)
    check(execute(graph.BINARY_OPS[name], a, b), onnx_run(BINARY[name], a, b))


def test_mod_takes_the_sign_of_the_divisor() -> None:
    """Integers as ONNX Mod (fmod 0), floats as `numpy.mod`."""
    a, b = np.array([-7, 7, -7, 7]), np.array([3, -3, -3, 3])
    check(execute(graph.ModOp, a, b), onnx_run("Mod", a, b))
    assert execute(graph.ModOp, a.astype(np.float32), b.astype(np.float32))[0].tolist() == [2, -2, -1, 1]


def test_integers_wrap_and_divide_towards_zero() -> None:
    """Overflow wraps, quotients truncate, a divisor of 0 gives 0, negative powers truncate."""
    assert execute(graph.AddOp, np.array([127], np.int8), np.array([1], np.int8))[0].tolist() == [-128]
    assert execute(graph.DivOp, np.array([-7, 7, 7, 6]), np.array([2, -2, 0, 3]))[0].tolist() == [-3, -3, 0, 2]
    assert execute(graph.PowOp, np.array([2, -1, 1, 3]), np.array([-1, -3, -2, 2]))[0].tolist() == [0, -1, 1, 9]


def test_bit_operations() -> None:
    """and, or, xor on truth values and on integers."""
    for name, function in (("and", np.bitwise_and), ("or", np.bitwise_or), ("xor", np.bitwise_xor)):
        for a, b in (
            (np.array([True, True, False]), np.array([True, False, False])),
            (np.array([12, 10], np.int32), np.array([6, 3], np.int32)),
        ):
            check(execute(graph.BINARY_OPS[name], a, b), [function(a, b)])


def test_shifts() -> None:
    """Bits that leave are lost, zeros come in, amounts beyond the width leave nothing."""
    a, b = np.array([129, 129, 129, 255], np.uint8), np.array([1, 8, 200, 0], np.uint8)
    assert execute(graph.ShlOp, a, b)[0].tolist() == [2, 0, 0, 255]
    assert execute(graph.ShrOp, a, b)[0].tolist() == [64, 0, 0, 255]
    negative = np.array([-8], np.int32)
    assert execute(graph.ShrOp, negative, np.array([1], np.int32))[0].tolist() == [2**31 - 4]
    assert execute(graph.ShlOp, negative, np.array([-1], np.int32))[0].tolist() == [0]


def test_narrow_floats_are_computed_in_f32_and_rounded_once() -> None:
    """bf16 1 + 2^-9 - 1 keeps the small term inside one op, and the f32 result of two bf16 operands is not rounded."""
    one, small = np.array([1], ml_dtypes.bfloat16), np.array([2**-9], ml_dtypes.bfloat16)
    assert execute(graph.AddOp, one, small)[0].astype(np.float32).tolist() == [1.0]
    wide = execute(graph.AddOp, one, small, result_type=TensorType(f32, [1]))[0]
    assert wide.tolist() == [1 + 2**-9]


def test_select_broadcasts() -> None:
    """The three operands broadcast."""
    c, a, b = np.array([[True], [False]]), floats(2, 3), np.full((), 5, np.float32)
    check(execute(graph.SelectOp, c, a, b), [np.where(c, a, b)])


@pytest.mark.parametrize("to", [f16, bf16, f64, i8, i32, i64])
def test_cast_truncates_towards_zero_and_rounds_floats(to: Attribute) -> None:
    """Values in range agree with NumPy's conversion."""
    x = np.array([1.7, -1.7, 0.1, 100.25, -100.75], np.float32)
    check(execute(graph.CastOp, x, to=to), [x.astype(dtype_of_element(to))])


def test_cast_outside_the_range() -> None:
    """Integers saturate, NaN becomes 0, i1 asks for nonzero (NaN is not zero)."""
    x = np.array([1e10, -1e10, np.nan, np.inf, 2.0**31], np.float32)
    assert execute(graph.CastOp, x, to=i32)[0].tolist() == [2**31 - 1, -(2**31), 0, 2**31 - 1, 2**31 - 1]
    assert execute(graph.CastOp, x * 1e10, to=i64)[0].tolist() == [2**63 - 1, -(2**63), 0, 2**63 - 1, 2**63 - 1]
    truth = execute(graph.CastOp, np.array([0.0, -0.0, 0.25, np.nan], np.float32), to=array_type(np.array(True)))[0]
    assert truth.tolist() == [False, False, True, True]
