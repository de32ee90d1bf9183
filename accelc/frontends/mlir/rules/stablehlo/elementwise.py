"""Elementwise operations of StableHLO and CHLO."""

import re
from collections.abc import Mapping

import numpy as np
from xdsl.ir import SSAValue

from accelc.frontends.mlir.call import Call, Rule, Table
from accelc.frontends.mlir.rules import elementwise as common
from accelc.frontends.mlir.rules.elementwise import binary, same_shape, unary

_DIRECTIONS: Mapping[str, str] = {
    "EQ": "equal",
    "NE": "not_equal",
    "LT": "less",
    "LE": "less_equal",
    "GT": "greater",
    "GE": "greater_equal",
}


def _shaped(rule: Rule) -> Rule:
    """The rule, its result repeated to the shape of the type: operands may have lost their broadcasts."""

    def shaped(call: Call) -> SSAValue:
        found = rule(call)
        assert isinstance(found, SSAValue)
        return same_shape(call, found)

    return shaped


def _compare(call: Call) -> SSAValue:
    direction = call.view.word("comparison_direction")
    if direction not in _DIRECTIONS:
        raise call.error(f"comparison_direction '{direction}'; supported are {', '.join(_DIRECTIONS)}")
    if call.view.word("compare_type") == "TOTALORDER":
        raise call.error("the total order of floats; supported are FLOAT, SIGNED and UNSIGNED")
    return common.compare(call.writer, _DIRECTIONS[direction], call.operand(0), call.operand(1))


def _clamp(call: Call) -> SSAValue:
    w, (low, x, high) = call.writer, call.first(3)
    return w.binary("min", w.binary("max", x, low), high)


def _select(call: Call) -> SSAValue:
    return call.writer.select(*call.first(3))


def _not(call: Call) -> SSAValue:
    x, dtype = call.operand(0), call.dtype()
    if dtype == np.bool_:
        return call.writer.unary("not", x)
    ones = np.asarray(-1).astype(dtype) if dtype.kind == "i" else np.asarray(np.iinfo(dtype).max, dtype)
    return call.writer.binary("xor", x, call.writer.constant(ones))


def _convert(call: Call) -> SSAValue:
    return call.writer.cast(call.operand(0), call.result()[1])


def _format(call: Call) -> tuple[int, int]:
    """Bits of exponent and mantissa; `format = e5m10` in the pretty form."""
    if not call.view.has("format"):
        return call.view.int("exponent_bits"), call.view.int("mantissa_bits")
    found = re.fullmatch(r"e(\d{1,2})m(\d{1,2})", call.view.text("format"))
    if found is None:
        raise call.error(f"format '{call.view.text('format')[:20]}'; expected one such as e5m10")
    return int(found[1]), int(found[2])


def _reduce_precision(call: Call) -> SSAValue:
    formats = {"float16": (5, 10), "bfloat16": (8, 7), "float32": (8, 23), "float64": (11, 52)}
    bits, dtype = _format(call), call.dtype()
    own = formats.get(dtype.name)
    if own is not None and bits[0] >= own[0] and bits[1] >= own[1]:
        return call.operand(0)
    narrow = next((np.dtype(name) for name, found in formats.items() if found == bits), None)
    if own is None or narrow is None or bits[0] > own[0] or bits[1] > own[1]:
        raise call.error(
            f"{bits[0]} bits of exponent and {bits[1]} of mantissa of {dtype.name}; supported are narrower types of "
            "tensors"
        )
    return call.writer.cast(call.writer.cast(call.operand(0), narrow), dtype)


_BINARY = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "maximum": "max",
    "minimum": "min",
    "power": "pow",
    "and": "and",
    "or": "or",
    "xor": "xor",
}
_UNARY = {
    "abs": "abs",
    "negate": "neg",
    "exponential": "exp",
    "log": "log",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "round_nearest_even": "round",
    "sine": "sin",
    "cosine": "cos",
}

_RULES: Table = {
    **{f"stablehlo.{name}": binary(kind) for name, kind in _BINARY.items()},
    **{f"stablehlo.{name}": unary(kind) for name, kind in _UNARY.items()},
    "stablehlo.compare": _compare,
    "stablehlo.clamp": _clamp,
    "stablehlo.select": _select,
    "stablehlo.not": _not,
    "stablehlo.convert": _convert,
    "stablehlo.reduce_precision": _reduce_precision,
    "stablehlo.cbrt": lambda call: common.cbrt(call.writer, call.operand(0)),
    "stablehlo.tan": lambda call: common.tan(call.writer, call.operand(0)),
    "stablehlo.remainder": lambda call: common.remainder(call.writer, *call.first(2)),
    "stablehlo.round_nearest_afz": lambda call: common.round_away(call.writer, call.operand(0)),
    "stablehlo.log_plus_one": lambda call: common.log1p(call.writer, call.operand(0)),
    "stablehlo.exponential_minus_one": lambda call: common.expm1(call.writer, call.operand(0)),
    "stablehlo.is_finite": lambda call: common.is_finite(call.writer, call.operand(0)),
    "stablehlo.shift_left": lambda call: common.shift(call, "left"),
    "stablehlo.shift_right_arithmetic": lambda call: common.shift(call, "arithmetic"),
    "stablehlo.shift_right_logical": lambda call: common.shift(call, "logical"),
    "stablehlo.atan2": lambda call: common.angle(call.writer, *call.first(2)),
    "chlo.atan": unary("atan"),
    "chlo.asin": lambda call: common.arc(call.writer, "asin", call.operand(0)),
    "chlo.acos": lambda call: common.arc(call.writer, "acos", call.operand(0)),
    "chlo.is_inf": lambda call: call.writer.binary("equal", call.writer.unary("abs", call.operand(0)), float("inf")),
    "chlo.erf": unary("erf"),
    "chlo.erfc": lambda call: common.erfc(call.writer, call.operand(0)),
    "chlo.square": unary("square"),
    "chlo.tan": lambda call: common.tan(call.writer, call.operand(0)),
    "chlo.sinh": lambda call: common.sinh(call.writer, call.operand(0)),
    "chlo.cosh": lambda call: common.cosh(call.writer, call.operand(0)),
}

RULES: Table = {name: _shaped(rule) for name, rule in _RULES.items()}
"""Rules of this module."""
