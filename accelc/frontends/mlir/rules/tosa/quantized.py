"""Integers of TOSA: zero points, rescaling and tables."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.element_types import DType, dtype_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.structs import int_field
from accelc.frontends.mlir.writer import Writer

WIDE = np.dtype(np.int64)
"""Type in which products with multipliers are exact."""


def zero_point(call: Call, index: int, name: str) -> int:
    """A zero point: an operand since version 1.0, a field of `quantization_info` before; 0 where there is none."""
    if index < len(call):
        known = call.known(index, f"the zero point {name}").reshape(-1)
        if known.size != 1:
            raise call.error(f"{known.size} zero points {name}; supported is one")
        return int(known[0])
    if call.view.has("quantization_info"):
        return int_field(call.view.struct("quantization_info"), name, 0)
    return 0


def pointed(w: Writer, x: SSAValue, point: int, dtype: DType) -> SSAValue:
    """x as `dtype`, its zero point taken away."""
    if dtype.kind not in "iu":
        return x
    wide = w.cast(x, dtype)
    return w.binary("sub", wide, point) if point else wide


def floor_shift(w: Writer, x: SSAValue, bits: int) -> SSAValue:
    """x shifted to the right with its sign."""
    if bits == 0:
        return x
    divisor = 1 << bits
    return w.binary("div", w.binary("sub", x, w.binary("mod", x, divisor)), divisor)


def _numbers(call: Call, index: int, name: str) -> list[int]:
    if call.view.has(name):
        return call.view.ints(name)
    return [int(n) for n in call.known(index, name).reshape(-1)]


def _rescale(call: Call) -> SSAValue:
    """
    `(x - zero) * multiplier / 2 ** shift`, rounded, plus the zero point of the output, kept in its type.

    Section 2.5 of the TOSA specification (apply_scale_32, apply_scale_16).
    """
    w, x, target = call.writer, call.operand(0), call.result()[1]
    multipliers, shifts = _numbers(call, 1, "multiplier"), _numbers(call, 2, "shift")
    if call.view.has("input_zp"):
        points = call.view.int("input_zp"), call.view.int("output_zp")
    else:
        points = zero_point(call, 3, "input_zp"), zero_point(call, 4, "output_zp")
    sides = ("input_unsigned", dtype_of(x)), ("output_unsigned", target)
    # A zero point is as unsigned as what it is one of, whatever its type says.
    points = tuple(
        n + (1 << 8 * dtype.itemsize) if n < 0 and call.view.flag(name) else n
        for n, (name, dtype) in zip(points, sides, strict=True)
    )
    channels = call.shape()[-1] if call.view.flag("per_channel") and call.shape() else 1
    if not len(multipliers) == len(shifts) == channels or any(not 1 <= n <= 62 for n in shifts):
        raise call.error(f"{len(multipliers)} multipliers and shifts {shifts[:4]} for {channels} channels")
    mode = call.view.word("rounding_mode") or ("DOUBLE_ROUND" if call.view.flag("double_round") else "SINGLE_ROUND")
    unsigned = np.dtype(f"uint{8 * dtype_of(x).itemsize}")
    value = w.cast(w.cast(x, unsigned) if call.view.flag("input_unsigned") else x, WIDE)
    value = w.binary("sub", value, points[0]) if points[0] else value
    product = w.binary("mul", value, w.constant(np.asarray(multipliers, np.int64)))
    half = w.constant(np.asarray([1 << (n - 1) for n in shifts], np.int64))
    rounded = w.binary("add", product, half)
    if mode == "DOUBLE_ROUND" and any(n > 31 for n in shifts):
        extra = w.constant(np.asarray([1 << 30 if n > 31 else 0 for n in shifts], np.int64))
        up, down = w.binary("add", rounded, extra), w.binary("sub", rounded, extra)
        rounded = w.select(w.binary("greater_equal", value, 0), up, down)
    divisor = w.constant(np.asarray([1 << n for n in shifts], np.int64))
    scaled = w.binary("div", w.binary("sub", rounded, w.binary("mod", rounded, divisor)), divisor)
    scaled = w.binary("add", scaled, points[1]) if points[1] else scaled
    wide = np.dtype(f"uint{8 * target.itemsize}") if call.view.flag("output_unsigned") else target
    limits = np.iinfo(wide)
    return w.cast(w.cast(w.clip(scaled, int(limits.min), int(limits.max)), wide), target)


def _table(call: Call) -> SSAValue:
    w, x = call.writer, call.operand(0)
    if dtype_of(x) != np.int8:
        raise call.error(f"of {dtype_of(x).name}; supported are tables of 256 entries for int8")
    index = w.binary("add", w.cast(x, np.dtype(np.int32)), 128)
    table = call.operand(1) if len(call) > 1 else w.constant(call.view.array("table"))
    return w.gather(table, index, 0)


RULES: Table = {"tosa.rescale": _rescale, "tosa.table": _table}
"""Rules of this module."""
