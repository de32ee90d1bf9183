"""Importers of elementwise operators, activations, casts and comparisons."""

from functools import reduce
from math import inf, pi, sqrt

import ml_dtypes
import numpy as np

from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Handler, Node, Table
from accelc.frontends.onnx.operators.pointwise.functions import FUNCTIONS
from accelc.frontends.onnx.tensors import DType, numpy_dtype

FP8 = (np.dtype(ml_dtypes.float8_e4m3fn), np.dtype(ml_dtypes.float8_e5m2))


def _unary(kind: str) -> Handler:
    return lambda node: node.builder.unary(kind, node.input())


def _binary(kind: str) -> Handler:
    return lambda node: node.builder.binary(kind, node.input(0), node.input(1))


def _variadic(kind: str) -> Handler:
    return lambda node: reduce(lambda a, b: node.builder.binary(kind, a, b), node.all_inputs())


def _mean(node: Node) -> Tensor:
    tensors = node.all_inputs()
    return node.builder.mul(reduce(node.builder.add, tensors), 1 / len(tensors))


def _pow(node: Node) -> Tensor:
    # The result has the type of the base, whatever the exponent's.
    b, base, exponent = node.builder, node.input(0), node.input(1)
    if not base.is_float and exponent.is_float:
        whole = exponent.data is not None and bool((exponent.data == np.trunc(exponent.data)).all())
        if not whole:
            double = np.dtype(np.float64)
            return b.cast(b.binary("pow", b.cast(base, double), b.cast(exponent, double)), base.dtype)
    return b.binary("pow", base, b.cast(exponent, base.dtype))


def _mod(node: Node) -> Tensor:
    b, left, right = node.builder, node.input(0), node.input(1)
    if not node.integer("fmod", 0):
        return b.binary("mod", left, right)
    # The remainder of a truncated division, with the sign of the dividend.
    if not left.is_float:
        return b.binary("sub", left, b.binary("mul", right, b.binary("div", left, right)))
    size = b.binary("mod", b.unary("abs", left), b.unary("abs", right))
    return b.binary("mul", b.unary("sign", left), size)


def _isinf(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    up, down = node.integer("detect_positive", 1), node.integer("detect_negative", 1)
    if up and down:
        return b.binary("equal", b.unary("abs", x), b.scalar(inf, x))
    if not up and not down:
        return b.broadcast(known(np.asarray(False)), x.shape)
    return b.binary("equal", x, b.scalar(inf if up else -inf, x))


def _bit_shift(node: Node) -> Tensor:
    direction = node.text("direction", "")
    if direction not in ("LEFT", "RIGHT"):
        raise node.error(f"direction '{direction}' is not one of LEFT, RIGHT")
    b, x, places = node.builder, node.input(0), node.input(1)
    if direction == "LEFT":
        return b.binary("shl", x, places)
    if x.dtype.kind == "u":
        return b.binary("shr", x, places)
    # Copies of the sign move in: negative numbers are shifted as their complement, which is not negative.
    zero, ones = known(np.asarray(0, x.dtype)), known(np.asarray(-1, x.dtype))
    mask = b.select(b.binary("less", x, zero), ones, zero)
    return b.binary("xor", b.binary("shr", b.binary("xor", x, mask), places), mask)


def _bitwise_not(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    ones = np.asarray(np.iinfo(x.dtype.name).max if x.dtype.kind == "u" else -1, x.dtype)
    return b.binary("xor", x, known(ones))


def _cast(node: Node) -> Tensor:
    return _convert(node, numpy_dtype(node.integer("to", 0), node.builder.where))


def _cast_like(node: Node) -> Tensor:
    return _convert(node, node.input(1).dtype)


def _convert(node: Node, dtype: DType) -> Tensor:
    b, x = node.builder, node.input(0)
    narrow = dtype in FP8 and x.is_float and x.dtype != dtype
    return b.cast(x, dtype, saturate=narrow and bool(node.integer("saturate", 1)))


def _clip(node: Node) -> Tensor:
    x = node.input()
    if node.opset < 11:
        low, high = node.number("min", -inf), node.number("max", inf)
        lower = None if low == -inf else node.builder.scalar(low, x)
        upper = None if high == inf else node.builder.scalar(high, x)
    else:
        lower, upper = node.optional(1), node.optional(2)
    return clip(node.builder, x, lower, upper)


def clip(b: Builder, x: Tensor, lower: Tensor | None, upper: Tensor | None) -> Tensor:
    """min(max(x, lower), upper); bounds that exclude nothing are dropped, a lower bound of 0 is a relu."""
    if lower is not None and not _is(lower, -inf):
        x = b.unary("relu", x) if x.is_float and _is(lower, 0.0) else b.binary("max", x, lower)
    if upper is not None and not _is(upper, inf):
        x = b.binary("min", x, upper)
    return x


def _is(tensor: Tensor, value: float) -> bool:
    known_number = tensor.is_float and tensor.data is not None and tensor.data.size == 1
    return known_number and float(np.asarray(tensor.data, np.float64).reshape(())) == value


def hard_sigmoid(b: Builder, x: Tensor, alpha: float, beta: float) -> Tensor:
    """max(0, min(1, alpha * x + beta))."""
    return b.binary("min", b.unary("relu", b.add(b.mul(x, alpha), beta)), b.scalar(1, x))


def _hard_sigmoid(node: Node) -> Tensor:
    return hard_sigmoid(node.builder, node.input(), node.number("alpha", 0.2), node.number("beta", 0.5))


def _hard_swish(node: Node) -> Tensor:
    x = node.input()
    return node.builder.mul(x, hard_sigmoid(node.builder, x, 1 / 6, 0.5))


def _leaky_relu(node: Node) -> Tensor:
    b, x, alpha = node.builder, node.input(), node.number("alpha", 0.01)
    if 0 < alpha <= 1:
        return b.binary("max", x, b.mul(x, alpha))
    return b.select(b.binary("less", x, b.scalar(0, x)), b.mul(x, alpha), x)


def _prelu(node: Node) -> Tensor:
    b, x, slope = node.builder, node.input(0), node.input(1)
    return b.add(b.unary("relu", x), b.mul(b.binary("min", x, b.scalar(0, x)), slope))


def _gelu(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    if node.text("approximate", "none") == "none":
        return b.unary("gelu", x)
    cube = b.mul(b.unary("square", x), x)
    inner = b.mul(b.add(x, b.mul(cube, 0.044715)), sqrt(2 / pi))
    return b.mul(b.mul(x, 0.5), b.add(b.unary("tanh", inner), 1))


def _swish(node: Node) -> Tensor:
    b, x, alpha = node.builder, node.input(), node.number("alpha", 1.0)
    return b.unary("silu", x) if alpha == 1 else b.mul(x, b.unary("sigmoid", b.mul(x, alpha)))


def _softsign(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    return b.binary("div", x, b.add(b.unary("abs", x), 1))


def _mish(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    return b.mul(x, b.unary("tanh", b.unary("softplus", x)))


def _thresholded_relu(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    return b.select(b.binary("greater", x, b.scalar(node.number("alpha", 1.0), x)), x, b.scalar(0, x))


def _where(node: Node) -> Tensor:
    return node.builder.select(node.input(0), node.input(1), node.input(2))


def _identity(node: Node) -> Tensor:
    return node.input()


def _dropout(node: Node) -> list[Tensor]:
    # Inference keeps everything; the optional mask says so.
    training = node.scalar_constant(2) if node.opset >= 12 else None
    if node.opset >= 12 and node.optional(2) is not None and training != 0:
        raise node.unsupported("training mode")
    x, b = node.input(), node.builder
    mask_type = np.dtype(np.bool_) if node.opset >= 10 else x.dtype
    return [x, b.broadcast(b.cast(b.scalar(1, x), mask_type), x.shape)] if node.wants(1) else [x]


UNARY = {
    "Relu": "relu",
    "Exp": "exp",
    "Log": "log",
    "Sqrt": "sqrt",
    "Reciprocal": "reciprocal",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Erf": "erf",
    "Abs": "abs",
    "Neg": "neg",
    "Sign": "sign",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "Sin": "sin",
    "Cos": "cos",
    "Softplus": "softplus",
    "Not": "not",
    "IsNaN": "isnan",
    "Atan": "atan",
}
BINARY = {
    "Sub": "sub",
    "Div": "div",
    "Add": "add",
    "Mul": "mul",
    "Equal": "equal",
    "Less": "less",
    "Greater": "greater",
    "LessOrEqual": "less_equal",
    "GreaterOrEqual": "greater_equal",
    "And": "and",
    "Or": "or",
    "Xor": "xor",
    "BitwiseAnd": "and",
    "BitwiseOr": "or",
    "BitwiseXor": "xor",
}

OPERATORS: Table = {
    **{name: _unary(kind) for name, kind in UNARY.items()},
    **{name: _binary(kind) for name, kind in BINARY.items()},
    "Sum": _variadic("add"),
    "Max": _variadic("max"),
    "Min": _variadic("min"),
    "Mean": _mean,
    "Pow": _pow,
    "Mod": _mod,
    "IsInf": _isinf,
    "BitShift": _bit_shift,
    "BitwiseNot": _bitwise_not,
    **FUNCTIONS,
    "Cast": _cast,
    "CastLike": _cast_like,
    "Clip": _clip,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _hard_swish,
    "LeakyRelu": _leaky_relu,
    "PRelu": _prelu,
    "Gelu": _gelu,
    "Swish": _swish,
    "Softsign": _softsign,
    "Mish": _mish,
    "ThresholdedRelu": _thresholded_relu,
    "Where": _where,
    "Identity": _identity,
    "Dropout": _dropout,
}
