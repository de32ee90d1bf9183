"""Rules of elementwise operators, casts and fills."""

from collections.abc import Mapping
from functools import partial
from math import frexp

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.frontends.torch.library import DType
from accelc.frontends.torch.rules.call import Call, Rule, Table

FLOAT = np.dtype(np.float32)
"""torch's default type of floats."""
BOOL = np.dtype(np.bool_)

SOFTPLUS_THRESHOLD = 20
"""From here on log(1 + exp(x)) rounds to x in single precision."""

_SAME: Mapping[str, str] = {name: name for name in ("abs", "ceil", "floor", "neg", "relu", "round", "square")}
_FLOATS: Mapping[str, str] = {
    name: name for name in ("cos", "erf", "exp", "log", "reciprocal", "rsqrt", "sigmoid", "silu", "sin", "sqrt", "tanh")
}
_BINARY: Mapping[str, str] = {
    "mul": "mul",
    "multiply": "mul",
    "maximum": "max",
    "minimum": "min",
    "eq": "equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
_LOGICAL: Mapping[str, str] = {"logical_and": "and", "logical_or": "or", "logical_xor": "xor"}


def _is_float(dtype: DType) -> bool:
    return dtype.kind in "fV"


def _unary(kind: str, *, floats: bool) -> Rule:
    def rule(call: Call) -> SSAValue:
        x = call.tensor("self")
        if floats and call.common("self").kind in "biu":
            x = call.writer.cast(x, call.dtype if _is_float(call.dtype) else FLOAT)
        return call.writer.unary(kind, x)

    return rule


def _sign(call: Call) -> SSAValue:
    """Zero for what is no number, where the dialect gives NaN."""
    w, x = call.writer, call.tensor("self")
    value = w.unary("sign", x)
    return (
        w.add(graph.SelectOp(w.unary("isnan", x), w.scalar(0, call.dtype), value)) if _is_float(call.dtype) else value
    )


def _log1p(call: Call) -> SSAValue:
    """Of small numbers with the rounding of 1 + x divided out again (Kahan; in Goldberg, 1991, theorem 4)."""
    w, dtype = call.writer, call.dtype
    x = w.cast(call.tensor("self"), dtype)
    y = w.binary("add", x, 1.0)
    plain = w.unary("log", y)
    near = w.binary("mul", x, w.binary("div", plain, w.binary("sub", y, 1.0)))
    return _small(call, x, y, near, plain)


def _expm1(call: Call) -> SSAValue:
    """As `log1p` (Higham, Accuracy and stability of numerical algorithms, 1.14.1)."""
    return _expm1_of(call, call.writer.cast(call.tensor("self"), call.dtype))


def _expm1_of(call: Call, x: SSAValue) -> SSAValue:
    w = call.writer
    y = w.unary("exp", x)
    plain = w.binary("sub", y, 1.0)
    return _small(call, x, y, w.binary("mul", plain, w.binary("div", x, w.unary("log", y))), plain)


def _small(call: Call, x: SSAValue, y: SSAValue, near: SSAValue, plain: SSAValue) -> SSAValue:
    """x where y is 1, `near` for other small x, else `plain`."""
    w = call.writer
    chosen = w.add(graph.SelectOp(w.binary("less", w.unary("abs", x), 1.0), near, plain))
    return w.add(graph.SelectOp(w.binary("equal", y, 1.0), x, chosen))


def _trunc(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    if not _is_float(call.dtype):
        return x
    return w.add(graph.SelectOp(w.binary("less", x, 0.0), w.unary("ceil", x), w.unary("floor", x)))


def _pair(kind: str, call: Call) -> SSAValue:
    common = call.common("self", "other")
    return call.writer.binary(kind, call.operand("self", common), call.operand("other", common))


def _binary(kind: str) -> Rule:
    return partial(_pair, kind)


def _sum(kind: str, *, swapped: bool = False) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, common = call.writer, call.common("self", "other")
        if common == BOOL:
            raise call.error("truth values cannot be added; convert them to numbers first")
        a, b = call.operand("self", common), call.operand("other", common)
        a, b = (b, a) if swapped else (a, b)
        alpha = 1 if call.get("alpha") is None else call.number("alpha")
        if alpha != 1 and swapped:
            raise call.error(f"alpha = {alpha}; supported is 1")
        return w.binary(kind, a, b if alpha == 1 else w.binary("mul", b, alpha))

    return rule


def _div(call: Call) -> SSAValue:
    w, common, rounding = call.writer, call.common("self", "other"), call.get("rounding_mode")
    if not _is_float(common):
        if rounding is not None:
            raise call.error(f"division of integers with rounding_mode '{rounding}'; supported are floats")
        common = call.dtype
    value = w.binary("div", call.operand("self", common), call.operand("other", common))
    if rounding is None:
        return value
    divisor = call.get("other")
    # The quotient by other numbers is rounded, possibly to the next whole one.
    if rounding == "floor" and isinstance(divisor, int | float) and divisor and abs(frexp(divisor)[0]) == 0.5:
        return w.unary("floor", value)
    raise call.error(f"rounding_mode '{rounding}'; supported are None, and 'floor' for a power of two")


def _pow(call: Call) -> SSAValue:
    exponent = call.get("exponent")
    common = call.common("self", "exponent")
    x = call.operand("self", common)
    if isinstance(exponent, int | float) and exponent == 2:
        return call.writer.unary("square", x)
    if not _is_float(common):
        raise call.error("powers of integers other than the square; supported are floats")
    return call.writer.binary("pow", x, call.operand("exponent", common))


def _not_equal(call: Call) -> SSAValue:
    return call.writer.unary("not", _pair("equal", call))


def _logical(kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        return call.writer.binary(kind, _truth(call, "self"), _truth(call, "other"))

    return rule


def _truth(call: Call, name: str) -> SSAValue:
    return call.writer.cast(call.tensor(name), BOOL)


def _logical_not(call: Call) -> SSAValue:
    return call.writer.unary("not", _truth(call, "self"))


def _bitwise(kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        if call.common("self", "other") != BOOL:
            raise call.error("operates on bits of integers; supported are truth values")
        return call.writer.binary(kind, call.operand("self", BOOL), call.operand("other", BOOL))

    return rule


def _bitwise_not(call: Call) -> SSAValue:
    if call.common("self") != BOOL:
        raise call.error("operates on bits of integers; supported are truth values")
    return call.writer.unary("not", call.tensor("self"))


def _clamp(low: str | None, high: str | None) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, dtype = call.writer, call.dtype
        x = w.cast(call.tensor("self"), dtype)
        for name, kind in ((low, "max"), (high, "min")):
            if name is not None and call.get(name) is not None:
                x = w.binary(kind, x, call.operand(name, dtype))
        return x

    return rule


def _gelu(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    match call.get("approximate") or "none":
        case "none":
            return w.unary("gelu", x)
        case "tanh":
            cube = w.binary("mul", w.unary("square", x), x)
            inner = w.binary("mul", w.binary("add", x, w.binary("mul", cube, 0.044715)), (2 / np.pi) ** 0.5)
            return w.binary("mul", w.binary("mul", x, 0.5), w.binary("add", w.unary("tanh", inner), 1.0))
        case other:
            raise call.error(f"approximate '{other}'; supported are 'none' and 'tanh'")


def _softplus(call: Call) -> SSAValue:
    beta = call.number("beta")
    if beta != 1:
        raise call.error(f"beta = {beta}; supported is 1")
    # Above the threshold torch gives x itself, which is what the function rounds to there.
    if call.number("threshold") < SOFTPLUS_THRESHOLD:
        raise call.error(f"threshold = {call.get('threshold')}; supported are those of at least {SOFTPLUS_THRESHOLD}")
    return call.writer.unary("softplus", call.tensor("self"))


def _mish(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    return w.binary("mul", x, w.unary("tanh", w.unary("softplus", x)))


def _elu(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    alpha, scale, inner = (call.number(name) for name in ("alpha", "scale", "input_scale"))
    below = w.binary("mul", w.binary("min", x, 0.0), inner)
    below = w.binary("mul", _expm1_of(call, below), alpha)
    return w.binary("mul", w.binary("add", w.binary("max", x, 0.0), below), scale)


def _where(call: Call) -> SSAValue:
    condition, dtype = call.operand("condition", BOOL), call.dtype
    return call.writer.add(graph.SelectOp(condition, call.operand("self", dtype), call.operand("other", dtype)))


def _masked_fill(call: Call) -> SSAValue:
    w = call.writer
    x, mask = call.tensor("self"), call.operand("mask", BOOL)
    return w.add(graph.SelectOp(mask, call.operand("value", call.common("self")), x))


def _addc(kind: str) -> Rule:
    """self + value * (tensor1 op tensor2), the steps of optimizers."""

    def rule(call: Call) -> SSAValue:
        w, dtype = call.writer, call.dtype
        if not _is_float(dtype):
            raise call.error(f"elements of type {dtype.name}; supported are floats")
        term = w.binary(kind, call.operand("tensor1", dtype), call.operand("tensor2", dtype))
        scale = 1 if call.get("value") is None else call.number("value")
        term = term if scale == 1 else w.binary("mul", term, scale)
        return w.binary("add", call.operand("self", dtype), term)

    return rule


def _lerp(call: Call) -> SSAValue:
    """self + weight * (end - self); torch counts from the nearer end, which differs by rounding only."""
    w, dtype = call.writer, call.dtype
    x = call.operand("self", dtype)
    difference = w.binary("sub", call.operand("end", dtype), x)
    return w.binary("add", x, w.binary("mul", difference, call.operand("weight", dtype)))


def _copy(name: str) -> Rule:
    """The elements of an argument, in the type and shape that torch says."""

    def rule(call: Call) -> SSAValue:
        w = call.writer
        if name != "self":
            call.get("self")
        value = w.cast(call.operand(name, call.common(name)), call.dtype)
        return w.broadcast(value, call.shape)

    return rule


def _converted(call: Call) -> SSAValue:
    """`to` and its kind: the target type is that of torch's result, whichever argument asked for it."""
    for name in ("dtype", "other"):
        call.get(name)
    return call.writer.cast(call.tensor("self"), call.dtype)


def _fill(value: float | None) -> Rule:
    def rule(call: Call) -> SSAValue:
        w = call.writer
        for name in ("self", "size", "dtype", "stride"):
            call.get(name)
        if value is not None:
            return w.full(call.shape, value, call.dtype)
        name = "fill_value" if call.get("fill_value") is not None else "value"
        return w.broadcast(call.operand(name, call.dtype), call.shape)

    return rule


def _scalar_tensor(call: Call) -> SSAValue:
    call.get("dtype")
    return call.operand("s", call.dtype)


def _arange(call: Call) -> SSAValue:
    call.get("dtype")
    start, step = (call.get(n) if call.get(n) is not None else d for n, d in (("start", 0), ("step", 1)))
    array = (start + np.arange(call.shape[0]) * step).astype(call.dtype)
    call.get("end")
    return call.writer.constant(array, call.writer.name)


RULES: Table = {
    **{name: _unary(kind, floats=False) for name, kind in _SAME.items()},
    **{name: _unary(kind, floats=True) for name, kind in _FLOATS.items()},
    **{name: _binary(kind) for name, kind in _BINARY.items()},
    **{name: _logical(kind) for name, kind in _LOGICAL.items()},
    **dict.fromkeys(("sign", "sgn"), _sign),
    "trunc": _trunc,
    "log1p": _log1p,
    "expm1": _expm1,
    "add": _sum("add"),
    "sub": _sum("sub"),
    "subtract": _sum("sub"),
    "rsub": _sum("sub", swapped=True),
    "div": _div,
    "divide": _div,
    "true_divide": _div,
    "pow": _pow,
    "ne": _not_equal,
    "isnan": _unary("isnan", floats=True),
    "logical_not": _logical_not,
    "bitwise_and": _bitwise("and"),
    "bitwise_or": _bitwise("or"),
    "bitwise_xor": _bitwise("xor"),
    "bitwise_not": _bitwise_not,
    "clamp": _clamp("min", "max"),
    "clamp_min": _clamp("min", None),
    "clamp_max": _clamp(None, "max"),
    "hardtanh": _clamp("min_val", "max_val"),
    "gelu": _gelu,
    "softplus": _softplus,
    "mish": _mish,
    "elu": _elu,
    "where": _where,
    "masked_fill": _masked_fill,
    "addcmul": _addc("mul"),
    "addcdiv": _addc("div"),
    "lerp": _lerp,
    "clone": _copy("self"),
    "contiguous": _copy("self"),
    "lift_fresh_copy": _copy("self"),
    "copy": _copy("src"),
    "to": _converted,
    "_to_copy": _converted,
    "type_as": _converted,
    "zero": _fill(0),
    "zeros": _fill(0),
    "zeros_like": _fill(0),
    "new_zeros": _fill(0),
    "ones": _fill(1),
    "ones_like": _fill(1),
    "new_ones": _fill(1),
    # Their elements are any numbers.
    "empty": _fill(0),
    "empty_like": _fill(0),
    "empty_strided": _fill(0),
    "new_empty": _fill(0),
    "new_empty_strided": _fill(0),
    "fill": _fill(None),
    "full": _fill(None),
    "full_like": _fill(None),
    "new_full": _fill(None),
    "scalar_tensor": _scalar_tensor,
    "arange": _arange,
}
"""Rules of this module."""
