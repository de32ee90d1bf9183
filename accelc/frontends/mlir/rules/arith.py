"""
Rules of `arith` and `math`, on tensors and, in bodies of `linalg`, on numbers that stand for tensors.

A number in a body is a tensor whose shape broadcasts to that of the iteration, so only element types are read here.
"""

from collections.abc import Mapping

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.element_types import DType, dtype_of
from accelc.frontends.mlir.call import Call, Rule, Table
from accelc.frontends.mlir.rules.elementwise import (
    angle,
    arc,
    binary,
    cbrt,
    compare,
    cosh,
    erfc,
    expm1,
    is_finite,
    is_negative,
    log1p,
    remainder,
    round_away,
    shift,
    sinh,
    tan,
    truncated,
    unary,
)

_FLOAT_PREDICATES: Mapping[int, tuple[str, bool]] = {
    1: ("equal", False),
    2: ("greater", False),
    3: ("greater_equal", False),
    4: ("less", False),
    5: ("less_equal", False),
    6: ("not_equal", True),
    8: ("equal", True),
    9: ("greater", True),
    10: ("greater_equal", True),
    11: ("less", True),
    12: ("less_equal", True),
    13: ("not_equal", False),
}
"""Number of a predicate of `arith.cmpf` -> comparison, and whether NaN differs from what the dialect says of it."""
_INTEGER_PREDICATES = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


def _cmpf(call: Call) -> SSAValue:
    w, (a, b) = call.writer, call.first(2)
    number = call.view.int("predicate")
    if number in (7, 14):
        ordered = w.binary("and", w.binary("equal", a, a), w.binary("equal", b, b))
        return ordered if number == 7 else w.unary("not", ordered)
    if number not in _FLOAT_PREDICATES:
        raise call.error(f"predicate {number}; supported are those between oeq and uno")
    kind, flip = _FLOAT_PREDICATES[number]
    found = compare(w, kind, a, b)
    if not flip:
        return found
    unordered = w.binary("or", w.unary("isnan", a), w.unary("isnan", b))
    if kind == "not_equal":
        return w.binary("and", found, w.unary("not", unordered))
    return w.binary("or", found, unordered)


def _cmpi(call: Call) -> SSAValue:
    number = call.view.int("predicate")
    if not 0 <= number < 10:
        raise call.error(f"predicate {number} is none of arith.cmpi")
    a, b = call.first(2)
    if number >= 6:
        a, b = (_unsigned(call, value) for value in (a, b))
    return compare(call.writer, _INTEGER_PREDICATES[number if number < 6 else number - 4], a, b)


def _unsigned(call: Call, value: SSAValue) -> SSAValue:
    dtype = dtype_of(value)
    return call.writer.cast(value, np.dtype(f"uint{8 * dtype.itemsize}")) if dtype.kind == "i" else value


def _signed(call: Call, value: SSAValue, dtype: DType) -> SSAValue:
    return call.writer.cast(value, dtype)


def _unsigned_binary(kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, dtype = call.writer, call.dtype()
        a, b = (_unsigned(call, value) for value in call.first(2))
        found = remainder(w, a, b) if kind == "rem" else w.binary(kind, a, b)
        return _signed(call, found, dtype)

    return rule


def _constant(call: Call) -> SSAValue:
    return call.writer.constant(call.view.array("value"))


def _cast(*, unsigned: bool = False) -> Rule:
    def rule(call: Call) -> SSAValue:
        x = call.operand(0)
        if unsigned and dtype_of(x) != np.bool_:
            x = _unsigned(call, x)
        elif not unsigned and dtype_of(x) == np.bool_ and call.view.name in ("arith.extsi", "arith.sitofp"):
            # True is -1 in one signed bit.
            return call.writer.unary("neg", call.writer.cast(x, call.result()[1]))
        target = call.result()[1]
        if target == np.bool_ and call.view.name == "arith.trunci":
            x = call.writer.binary("and", x, 1)
        return call.writer.cast(x, target)

    return rule


def _select(call: Call) -> SSAValue:
    return call.writer.select(*call.first(3))


def _number_extreme(kind: str) -> Rule:
    """`maxnumf`, `minnumf`: a NaN loses."""

    def rule(call: Call) -> SSAValue:
        w, (a, b) = call.writer, call.first(2)
        found = w.select(w.unary("isnan", a), b, w.select(w.unary("isnan", b), a, w.binary(kind, a, b)))
        return found

    return rule


def _fma(call: Call) -> SSAValue:
    w, (a, b, c) = call.writer, call.first(3)
    return w.binary("add", w.binary("mul", a, b), c)


def _power_of_integer(call: Call) -> SSAValue:
    w, (a, b) = call.writer, call.first(2)
    return w.binary("pow", a, w.cast(b, dtype_of(a)) if dtype_of(a).kind == "f" else b)


def _exp2(call: Call) -> SSAValue:
    w, x = call.writer, call.operand(0)
    return w.binary("pow", w.scalar(2.0, dtype_of(x)), x)


def _log_of(base: float) -> Rule:
    def rule(call: Call) -> SSAValue:
        return call.writer.binary("div", call.writer.unary("log", call.operand(0)), float(np.log(base)))

    return rule


def _not_finite(call: Call) -> SSAValue:
    w, x = call.writer, call.operand(0)
    return w.binary("equal", w.unary("abs", x), float("inf"))


def _copysign(call: Call) -> SSAValue:
    w, (a, b) = call.writer, call.first(2)
    size = w.unary("abs", a)
    return w.select(is_negative(w, b), w.unary("neg", size), size)


def _extended(call: Call) -> list[SSAValue]:
    raise call.error("gives a product in two parts; supported are arith.muli and wider types")


def same(*names: str, rule: Rule) -> Table:
    """One rule for several operations."""
    return dict.fromkeys(names, rule)


_BINARY = {
    "addf": "add",
    "addi": "add",
    "subf": "sub",
    "subi": "sub",
    "mulf": "mul",
    "muli": "mul",
    "divf": "div",
    "divsi": "div",
    "maximumf": "max",
    "maxsi": "max",
    "minimumf": "min",
    "minsi": "min",
    "andi": "and",
    "ori": "or",
    "xori": "xor",
}
_UNARY = ["exp", "log", "sqrt", "rsqrt", "tanh", "erf", "floor", "ceil", "sin", "cos"]

RULES: Table = {
    "arith.constant": _constant,
    **{f"arith.{name}": binary(kind) for name, kind in _BINARY.items()},
    **{
        f"arith.{name}": _unsigned_binary(kind)
        for name, kind in {"divui": "div", "maxui": "max", "minui": "min", "remui": "rem"}.items()
    },
    "arith.remsi": lambda call: remainder(call.writer, *call.first(2)),
    "arith.remf": lambda call: remainder(call.writer, *call.first(2)),
    "arith.negf": unary("neg"),
    "arith.cmpf": _cmpf,
    "arith.cmpi": _cmpi,
    "arith.select": _select,
    "arith.maxnumf": _number_extreme("max"),
    "arith.minnumf": _number_extreme("min"),
    "arith.mulsi_extended": _extended,
    "arith.shli": lambda call: shift(call, "left"),
    "arith.shrsi": lambda call: shift(call, "arithmetic"),
    "arith.shrui": lambda call: shift(call, "logical"),
    **same(
        "arith.extf",
        "arith.truncf",
        "arith.extsi",
        "arith.trunci",
        "arith.sitofp",
        "arith.fptosi",
        "arith.index_cast",
        rule=_cast(),
    ),
    **same("arith.extui", "arith.uitofp", "arith.index_castui", rule=_cast(unsigned=True)),
    "arith.fptoui": lambda call: call.writer.cast(
        call.writer.cast(call.operand(0), np.dtype(f"uint{8 * call.result()[1].itemsize}")), call.result()[1]
    ),
    **{f"math.{name}": unary(name) for name in _UNARY},
    **same("math.absf", "math.absi", rule=unary("abs")),
    "math.roundeven": unary("round"),
    "math.round": lambda call: round_away(call.writer, call.operand(0)),
    "math.trunc": lambda call: truncated(call.writer, call.operand(0)),
    "math.powf": binary("pow"),
    **same("math.fpowi", "math.ipowi", rule=_power_of_integer),
    "math.fma": _fma,
    "math.exp2": _exp2,
    "math.log2": _log_of(2),
    "math.log10": _log_of(10),
    "math.log1p": lambda call: log1p(call.writer, call.operand(0)),
    "math.expm1": lambda call: expm1(call.writer, call.operand(0)),
    "math.isnan": unary("isnan"),
    "math.isfinite": lambda call: is_finite(call.writer, call.operand(0)),
    "math.isinf": _not_finite,
    "math.erfc": lambda call: erfc(call.writer, call.operand(0)),
    "math.cbrt": lambda call: cbrt(call.writer, call.operand(0)),
    "math.atan": unary("atan"),
    "math.atan2": lambda call: angle(call.writer, *call.first(2)),
    "math.asin": lambda call: arc(call.writer, "asin", call.operand(0)),
    "math.acos": lambda call: arc(call.writer, "acos", call.operand(0)),
    "math.tan": lambda call: tan(call.writer, call.operand(0)),
    "math.sinh": lambda call: sinh(call.writer, call.operand(0)),
    "math.cosh": lambda call: cosh(call.writer, call.operand(0)),
    "math.copysign": _copysign,
}
"""Rules of this module."""
