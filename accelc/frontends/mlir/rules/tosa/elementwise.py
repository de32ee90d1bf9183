"""Elementwise operations and reductions of TOSA."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Rule, Table
from accelc.frontends.mlir.rules import elementwise as common
from accelc.frontends.mlir.rules.combine import reduce
from accelc.frontends.mlir.rules.elementwise import binary, same_shape, unary
from accelc.frontends.mlir.rules.tosa.quantized import floor_shift, zero_point


def _multiply(call: Call) -> SSAValue:
    w, (a, b) = call.writer, call.first(2)
    target = call.result()[1]
    shift = int(call.known(2, "the shift").reshape(-1)[0]) if len(call) > 2 else call.view.int("shift", 0)
    if not 0 <= shift <= 62:
        raise call.error(f"shift {shift}; legal are 0 to 62")
    if target.kind in "fV":
        return same_shape(call, w.binary("mul", a, b))
    if shift == 0:
        return same_shape(call, w.binary("mul", w.cast(a, target), w.cast(b, target)))
    wide = np.dtype(np.int64)
    product = w.binary("mul", w.cast(a, wide), w.cast(b, wide))
    return same_shape(call, w.cast(floor_shift(w, w.binary("add", product, 1 << (shift - 1)), shift), target))


def _negate(call: Call) -> SSAValue:
    w, x, dtype = call.writer, call.operand(0), call.dtype()
    points = [zero_point(call, 1 + i, name) for i, name in enumerate(("input1_zp", "output_zp"))]
    if dtype.kind in "fV" or (dtype.itemsize > 2 and not any(points)):
        return w.unary("neg", x)
    wide = w.cast(x, np.dtype(np.int32))
    turned = w.binary("sub", w.scalar(sum(points), np.dtype(np.int32)), wide)
    limits = np.iinfo(dtype)
    return w.cast(w.clip(turned, int(limits.min), int(limits.max)), dtype)


def _clamp(call: Call) -> SSAValue:
    is_float = call.dtype().kind in "fV"
    old = ("min_fp", "max_fp") if is_float else ("min_int", "max_int")
    names = ("min_val", "max_val") if call.view.has("min_val") else old
    low, high = (call.view.number(name) for name in names)
    w, x = call.writer, call.operand(0)
    if is_float and low == 0 and high >= float(np.finfo(np.float32).max):
        return w.unary("relu", x)
    if is_float:
        low, high = (float(np.clip(n, -np.inf, np.inf)) for n in (low, high))
    else:
        limits = np.iinfo(call.dtype())
        low, high = max(int(low), int(limits.min)), min(int(high), int(limits.max))
    return w.clip(x, low, high)


def _cast(call: Call) -> SSAValue:
    w, x = call.writer, call.operand(0)
    source, target = call.dtype(), call.result()[1]
    if source.kind in "fV" and target.kind in "iu":
        # To the nearest, and what does not fit to the nearest that does.
        return w.cast(w.unary("round", x), target)
    return w.cast(x, target)


def _not(call: Call) -> SSAValue:
    return call.writer.binary("xor", call.operand(0), call.writer.constant(np.asarray(-1).astype(call.dtype())))


def _select(call: Call) -> SSAValue:
    return same_shape(call, call.writer.select(*call.first(3)))


def _compare(kind: str) -> Rule:
    return lambda call: same_shape(call, common.compare(call.writer, kind, call.operand(0), call.operand(1)))


def _binary(kind: str) -> Rule:
    rule = binary(kind)

    def shaped(call: Call) -> SSAValue:
        found = rule(call)
        assert isinstance(found, SSAValue)
        return same_shape(call, found)

    return shaped


def _axis(call: Call) -> int:
    axis = call.view.int("axis")
    if not 0 <= axis < len(call.shape()):
        raise call.error(f"axis {axis} of a tensor of rank {len(call.shape())}")
    return axis


def _reduce(kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        x, axis = call.operand(0), _axis(call)
        if dtype_of(x) == np.bool_ and kind not in ("and", "or"):
            raise call.error("of truth values; supported are reduce_all and reduce_any")
        found = reduce(call.writer, kind, x, [axis])
        return call.writer.reshape(found, [1 if d == axis else n for d, n in enumerate(shape_of(x))])

    return rule


def _argmax(call: Call) -> SSAValue:
    return call.writer.cast(call.writer.add(graph.ArgmaxOp(call.operand(0), _axis(call))), call.result()[1])


def _shift_right(call: Call) -> SSAValue:
    if call.view.flag("round"):
        raise call.error("rounds; supported is round = false")
    return common.shift(call, "arithmetic")


_BINARY = {
    "add": "add",
    "sub": "sub",
    "maximum": "max",
    "minimum": "min",
    "pow": "pow",
    "int_div": "div",
    "intdiv": "div",
    "div": "div",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "bitwise_xor": "xor",
    "logical_and": "and",
    "logical_or": "or",
    "logical_xor": "xor",
}
_UNARY = {
    "logical_not": "not",
    "abs": "abs",
    "ceil": "ceil",
    "floor": "floor",
    "exp": "exp",
    "log": "log",
    "reciprocal": "reciprocal",
    "rsqrt": "rsqrt",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "erf": "erf",
    "sin": "sin",
    "cos": "cos",
    "identity": "identity",
}

RULES: Table = {
    **{f"tosa.{name}": _binary(kind) for name, kind in _BINARY.items()},
    **{f"tosa.{name}": unary(kind) for name, kind in _UNARY.items()},
    **{f"tosa.{name}": _compare(name) for name in ("equal", "greater", "greater_equal")},
    **{
        f"tosa.reduce_{name}": _reduce(kind)
        for name, kind in {
            "sum": "add",
            "max": "max",
            "min": "min",
            "prod": "mul",
            "product": "mul",
            "all": "and",
            "any": "or",
        }.items()
    },
    "tosa.mul": _multiply,
    "tosa.negate": _negate,
    "tosa.clamp": _clamp,
    "tosa.cast": _cast,
    "tosa.bitwise_not": _not,
    "tosa.select": _select,
    "tosa.argmax": _argmax,
    "tosa.arithmetic_right_shift": _shift_right,
    "tosa.logical_right_shift": lambda call: common.shift(call, "logical"),
    "tosa.logical_left_shift": lambda call: common.shift(call, "left"),
}
"""Rules of this module."""
