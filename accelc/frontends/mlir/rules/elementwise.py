"""Elementwise functions that several dialects have, of those of the `graph` dialect."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Rule
from accelc.frontends.mlir.writer import Writer

INDEX = np.dtype(np.int32)
"""Type in which places are counted."""
_LARGE = 0.5
"""Beyond this `log(1 + x)` and `exp(x) - 1` are accurate as they stand."""


def unary(kind: str) -> Rule:
    """The function of the dialect called `kind`."""
    return lambda call: call.writer.unary(kind, call.operand(0))


def binary(kind: str) -> Rule:
    """The function of the dialect called `kind`; products, sums and differences of truth values are logical."""

    def rule(call: Call) -> SSAValue:
        a, b = call.operand(0), call.operand(1)
        if dtype_of(a) == np.bool_:
            logical = {"add": "xor", "sub": "xor", "mul": "and", "max": "or", "min": "and"}
            return call.writer.binary(logical.get(kind, kind), a, b)
        return call.writer.binary(kind, a, b)

    return rule


def compare(w: Writer, kind: str, a: SSAValue, b: SSAValue) -> SSAValue:
    """A comparison of the dialect, or `not_equal`, which holds for NaN."""
    if kind == "not_equal":
        return w.binary("xor", a, b) if dtype_of(a) == np.bool_ else w.unary("not", w.binary("equal", a, b))
    if dtype_of(a) == np.bool_ and kind != "equal":
        a, b = (w.cast(value, np.dtype(np.int8)) for value in (a, b))
    return w.binary(kind, a, b)


def remainder(w: Writer, a: SSAValue, b: SSAValue) -> SSAValue:
    """Remainder with the sign of the dividend a, exact: of the sizes of floats, then with the sign."""
    if dtype_of(a).kind == "u":
        return w.binary("mod", a, b)
    if dtype_of(a).kind == "i":
        # The smallest integer has no size.
        return w.binary("sub", a, w.binary("mul", w.binary("div", a, b), b))
    size = w.binary("mod", w.unary("abs", a), w.unary("abs", b))
    return w.binary("mul", w.unary("sign", a), size)


def truncated(w: Writer, x: SSAValue) -> SSAValue:
    """The whole part of x."""
    return w.binary("mul", w.unary("sign", x), w.unary("floor", w.unary("abs", x)))


def round_away(w: Writer, x: SSAValue) -> SSAValue:
    """Nearest integer, halves away from zero. `floor(x + 0.5)` would round 0.49999997 up."""
    size = w.unary("abs", x)
    whole = w.unary("floor", size)
    up = w.cast(w.binary("greater_equal", w.binary("sub", size, whole), 0.5), dtype_of(x))
    return w.binary("mul", w.unary("sign", x), w.binary("add", whole, up))


def log1p(w: Writer, x: SSAValue) -> SSAValue:
    """
    log(1 + x), accurate for small x.

    Kahan's correction (W. Kahan, in HP-15C Advanced Functions Handbook, 1982): the rounding of 1 + x is divided out.
    """
    total = w.binary("add", x, 1.0)
    logarithm = w.unary("log", total)
    rounded = w.binary("sub", total, 1.0)
    near = w.binary("div", w.binary("mul", x, logarithm), rounded)
    near = w.select(w.binary("equal", rounded, 0.0), x, near)
    return w.select(w.binary("less", w.unary("abs", x), _LARGE), near, logarithm)


def expm1(w: Writer, x: SSAValue) -> SSAValue:
    """exp(x) - 1, accurate for small x, by the same correction."""
    power = w.unary("exp", x)
    less = w.binary("sub", power, 1.0)
    near = w.binary("div", w.binary("mul", less, x), w.unary("log", power))
    near = w.select(w.binary("equal", less, 0.0), x, near)
    return w.select(w.binary("less", w.unary("abs", x), _LARGE), near, less)


def cbrt(w: Writer, x: SSAValue) -> SSAValue:
    """The third root of x, also of negative x."""
    return w.binary("mul", w.unary("sign", x), w.binary("pow", w.unary("abs", x), 1 / 3))


def tan(w: Writer, x: SSAValue) -> SSAValue:
    """sin(x) / cos(x)."""
    return w.binary("div", w.unary("sin", x), w.unary("cos", x))


def erfc(w: Writer, x: SSAValue) -> SSAValue:
    """1 - erf(x)."""
    return w.binary("sub", w.scalar(1.0, dtype_of(x)), w.unary("erf", x))


def cosh(w: Writer, x: SSAValue) -> SSAValue:
    """(exp(x) + exp(-x)) / 2."""
    return w.binary("mul", w.binary("add", w.unary("exp", x), w.unary("exp", w.unary("neg", x))), 0.5)


def sinh(w: Writer, x: SSAValue) -> SSAValue:
    """(exp(x) - exp(-x)) / 2; for small x, where that cancels, (e + e / (e + 1)) / 2 with e = exp(x) - 1."""
    far = w.binary("sub", w.unary("exp", x), w.unary("exp", w.unary("neg", x)))
    less = expm1(w, x)
    near = w.binary("add", less, w.binary("div", less, w.binary("add", less, 1.0)))
    return w.binary("mul", w.select(w.binary("less", w.unary("abs", x), _LARGE), near, far), 0.5)


def is_negative(w: Writer, x: SSAValue) -> SSAValue:
    """Whether x has a minus, which 1 / x tells of zeros; NaN has none."""
    return w.binary("less", w.select(w.binary("equal", x, 0.0), w.unary("reciprocal", x), x), 0.0)


def is_finite(w: Writer, x: SSAValue) -> SSAValue:
    """Whether x is neither infinite nor NaN."""
    difference = w.binary("sub", x, x)
    return w.binary("equal", difference, 0.0)


def angle(w: Writer, y: SSAValue, x: SSAValue) -> SSAValue:
    """The angle of the point (x, y), between -pi and pi, of the arc tangent of y / x."""
    infinite = [w.binary("equal", w.unary("abs", value), float("inf")) for value in (y, x)]
    both = w.binary("and", infinite[0], infinite[1])
    y, x = (w.select(both, w.unary("sign", value), value) for value in (y, x))
    below, left = is_negative(w, y), is_negative(w, x)
    dtype = dtype_of(x)
    signed = w.select(below, w.scalar(-np.pi, dtype), w.scalar(np.pi, dtype))
    turned = w.binary("add", w.unary("atan", w.binary("div", y, x)), w.select(left, signed, w.scalar(0.0, dtype)))
    on_axis = w.select(w.binary("equal", y, 0.0), w.select(left, signed, y), w.binary("mul", signed, 0.5))
    return w.select(w.binary("equal", x, 0.0), on_axis, turned)


def arc(w: Writer, kind: str, x: SSAValue) -> SSAValue:
    """Arc sine (`asin`) or cosine (`acos`); (1 - x) (1 + x) loses less than 1 - x * x."""
    one = w.scalar(1.0, dtype_of(x))
    other = w.unary("sqrt", w.binary("mul", w.binary("sub", one, x), w.binary("add", one, x)))
    return angle(w, x, other) if kind == "asin" else angle(w, other, x)


def shift(call: Call, kind: str) -> SSAValue:
    """
    Shift by a number of bits; beyond the width, all of them. `kind` is `left`, `arithmetic` or `logical`.

    Complements fill up with zeros what is filled up with ones.
    """
    w, x, dtype = call.writer, call.operand(0), call.dtype()
    if dtype.kind not in "iu":
        raise call.error(f"shift of {dtype.name}; supported are integers")
    known = w.known_scalar(call.operand(1))
    if kind == "arithmetic" and dtype.kind == "i" and known is not None and 0 <= known < 8 * dtype.itemsize - 1:
        # A quotient of what is left without the bits that are cut off: machines have no unsigned words.
        cut = w.binary("and", x, (1 << int(known)) - 1)
        return w.binary("div", w.binary("sub", x, cut), 1 << int(known))
    unsigned, signed = (np.dtype(f"{sign}int{8 * dtype.itemsize}") for sign in ("u", ""))
    value, bits = w.cast(x, unsigned), w.cast(call.operand(1), unsigned)
    if kind != "arithmetic":
        return w.cast(w.binary("shl" if kind == "left" else "shr", value, bits), dtype)
    ones, zeros = (w.scalar(number, unsigned) for number in (int(np.iinfo(unsigned).max), 0))
    signs = w.select(w.binary("less", w.cast(x, signed), 0), ones, zeros)
    return w.cast(w.binary("xor", w.binary("shr", w.binary("xor", value, signs), bits), signs), dtype)


def to_index(w: Writer, x: SSAValue) -> SSAValue:
    """Integers as `INDEX`; those beyond it are its limits, which are outside of any tensor too."""
    given, own = np.iinfo(dtype_of(x)), np.iinfo(INDEX)
    if given.max > own.max:
        x = w.binary("min", x, int(own.max))
    if given.min < own.min:
        x = w.binary("max", x, int(own.min))
    return w.cast(x, INDEX)


def same_shape(call: Call, value: SSAValue) -> SSAValue:
    """A value repeated to the shape of the call's result."""
    shape = call.result()[0]
    return value if shape_of(value) == shape else call.writer.broadcast(value, shape)
