"""
Importers of functions that engines have no table for, by those they have: trigonometry, hyperbolas, exponential units.

Formulas are chosen so that nothing overflows or cancels where the function itself does not: Kahan, "Branch Cuts for
Complex Elementary Functions" (1987), and Higham, "Accuracy and Stability of Numerical Algorithms", 1.14.1 (log1p).
16-bit floats are computed in f32.
"""

from collections.abc import Callable
from math import log

import numpy as np

from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Handler, Node, Table

LARGE = 1e4
"""From here on asinh(x) and acosh(x) are log(2 x) to the last bit of f32; f64 keeps 8 digits more below it."""
LARGE_F64 = 1e9


def wide(function: Callable[[Node, Tensor], Tensor]) -> Handler:
    """A function of the first input, in f32 if that is narrower."""

    def handler(node: Node) -> Tensor:
        x, b = node.input(), node.builder
        if not x.is_float:
            raise node.unsupported(f"element type {x.dtype.name}")
        narrow = x.dtype.itemsize < 4
        result = function(node, b.cast(x, np.dtype(np.float32)) if narrow else x)
        return b.cast(result, x.dtype)

    return handler


def _plain(function: Callable[[Builder, Tensor], Tensor]) -> Handler:
    return wide(lambda node, x: function(node.builder, x))


def _sub(b: Builder, left: Tensor | float, right: Tensor | float) -> Tensor:
    like = left if isinstance(left, Tensor) else right
    assert isinstance(like, Tensor)
    first, second = (side if isinstance(side, Tensor) else b.scalar(side, like) for side in (left, right))
    return b.binary("sub", first, second)


def _less(b: Builder, x: Tensor, limit: float) -> Tensor:
    return b.binary("less", x, b.scalar(limit, x))


def expm1_of_negative(b: Builder, x: Tensor) -> Tensor:
    """exp(x) - 1 for x <= 0: 2 t / (1 - t) with t = tanh(x / 2) neither cancels nor overflows."""
    t = b.unary("tanh", b.mul(x, 0.5))
    return b.binary("div", b.mul(t, 2.0), _sub(b, 1.0, t))


def log1p(b: Builder, u: Tensor) -> Tensor:
    """log(1 + u): the rounding of 1 + u, as w, is made up for by the factor u / (w - 1)."""
    w = b.add(u, 1.0)
    scaled = b.binary("div", b.mul(b.unary("log", w), u), _sub(b, w, 1.0))
    return b.select(b.binary("equal", w, b.scalar(1.0, w)), u, scaled)


def _tan(b: Builder, x: Tensor) -> Tensor:
    return b.binary("div", b.unary("sin", x), b.unary("cos", x))


def _asin(b: Builder, x: Tensor) -> Tensor:
    cosine = b.unary("sqrt", b.mul(_sub(b, 1.0, x), b.add(x, 1.0)))
    return b.unary("atan", b.binary("div", x, cosine))


def _acos(b: Builder, x: Tensor) -> Tensor:
    half = b.unary("sqrt", b.binary("div", _sub(b, 1.0, x), b.add(x, 1.0)))
    return b.mul(b.unary("atan", half), 2.0)


def _half_squares(b: Builder, x: Tensor) -> tuple[Tensor, Tensor]:
    """exp(x) / 2 and exp(-x) / 2, the square of a root each, which overflows later than exp."""
    roots = (b.unary("exp", b.mul(x, half)) for half in (0.5, -0.5))
    rising, falling = (b.mul(b.mul(root, 0.5), root) for root in roots)
    return rising, falling


def _cosh(b: Builder, x: Tensor) -> Tensor:
    return b.add(*_half_squares(b, x))


def _sinh(b: Builder, x: Tensor) -> Tensor:
    far = b.binary("sub", *_half_squares(b, x))
    t = b.unary("tanh", b.mul(x, 0.5))
    near = b.binary("div", b.mul(t, 2.0), b.mul(_sub(b, 1.0, t), b.add(t, 1.0)))
    return b.select(_less(b, b.unary("abs", x), 1.0), near, far)


def _log_twice(b: Builder, x: Tensor) -> Tensor:
    return b.add(b.unary("log", x), log(2))


def _large(x: Tensor) -> float:
    return LARGE_F64 if x.dtype == np.float64 else LARGE


def _asinh(b: Builder, x: Tensor) -> Tensor:
    size = b.unary("abs", x)
    inverse = b.unary("reciprocal", size)
    rest = b.add(inverse, b.unary("sqrt", b.add(b.unary("square", inverse), 1.0)))
    near = log1p(b, b.add(size, b.binary("div", size, rest)))
    found = b.select(_less(b, size, _large(x)), near, _log_twice(b, size))
    return b.mul(b.unary("sign", x), found)


def _acosh(b: Builder, x: Tensor) -> Tensor:
    over = _sub(b, x, 1.0)
    root = b.mul(b.unary("sqrt", over), b.unary("sqrt", b.add(x, 1.0)))
    return b.select(_less(b, x, _large(x)), log1p(b, b.add(over, root)), _log_twice(b, x))


def _atanh(b: Builder, x: Tensor) -> Tensor:
    size = b.unary("abs", x)
    rest = _sub(b, 1.0, size)
    near = log1p(b, b.binary("div", b.mul(size, 2.0), rest))
    far = b.unary("log", b.binary("div", b.add(size, 1.0), rest))
    return b.mul(b.mul(b.unary("sign", x), 0.5), b.select(_less(b, size, 0.5), near, far))


def _negative(b: Builder, x: Tensor) -> Tensor:
    return b.binary("min", x, b.scalar(0, x))


def elu(b: Builder, x: Tensor, alpha: float) -> Tensor:
    """x where it is positive, else alpha * (exp(x) - 1)."""
    return b.add(b.unary("relu", x), b.mul(expm1_of_negative(b, _negative(b, x)), alpha))


def _celu(node: Node, x: Tensor) -> Tensor:
    b, alpha = node.builder, node.number("alpha", 1.0)
    if alpha <= 0:
        raise node.unsupported("alpha")
    scaled = b.binary("div", _negative(b, x), b.scalar(alpha, x))
    return b.add(b.unary("relu", x), b.mul(expm1_of_negative(b, scaled), alpha))


def _selu(node: Node, x: Tensor) -> Tensor:
    curve = elu(node.builder, x, node.number("alpha", 1.67326319217681884765625))
    return node.builder.mul(curve, node.number("gamma", 1.05070102214813232421875))


def _shrink(node: Node, x: Tensor) -> Tensor:
    b, bias, limit = node.builder, node.number("bias", 0.0), node.number("lambd", 0.5)
    above = b.select(b.binary("greater", x, b.scalar(limit, x)), _sub(b, x, bias), b.scalar(0, x))
    return b.select(_less(b, x, -limit), b.add(x, bias), above)


FUNCTIONS: Table = {
    "Tan": _plain(_tan),
    "Asin": _plain(_asin),
    "Acos": _plain(_acos),
    "Sinh": _plain(_sinh),
    "Cosh": _plain(_cosh),
    "Asinh": _plain(_asinh),
    "Acosh": _plain(_acosh),
    "Atanh": _plain(_atanh),
    "Elu": wide(lambda node, x: elu(node.builder, x, node.number("alpha", 1.0))),
    "Celu": wide(_celu),
    "Selu": wide(_selu),
    "Shrink": wide(_shrink),
}
