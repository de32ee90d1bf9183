"""NumPy's universal functions on traced arrays, into new arrays or in place."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.frontends.numpy.array import TracedArray
from accelc.frontends.numpy.tracer import Array, Tracer, layout

UNARY: Mapping[str, str] = {
    "negative": "neg",
    "absolute": "abs",
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "square": "square",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "rint": "round",
    "sin": "sin",
    "cos": "cos",
    "reciprocal": "reciprocal",
    "logical_not": "not",
    "invert": "not",
    "fabs": "abs",
    "isnan": "isnan",
    "positive": "identity",
}
"""Universal function -> unary operation of the dialect."""
BINARY: Mapping[str, str] = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "maximum": "max",
    "minimum": "min",
    "power": "pow",
    "equal": "equal",
    "less": "less",
    "less_equal": "less_equal",
    "greater": "greater",
    "greater_equal": "greater_equal",
    "logical_and": "and",
    "logical_or": "or",
    "logical_xor": "xor",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "bitwise_xor": "xor",
}
"""Universal function -> binary operation of the dialect."""
REDUCTIONS: Mapping[str, str] = {"add": "sum", "maximum": "max", "minimum": "min", "multiply": "prod"}
"""Universal function -> kind of reduction of its `reduce`."""
COMPARISONS = frozenset(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isnan"])
"""Universal functions whose result is truth values."""
FLOAT_ONLY = frozenset(["exp", "log", "sqrt", "tanh", "sin", "cos", "reciprocal", "divide", "power", "isnan"])
"""Universal functions that the dialect computes for floats only."""
BOOL_ONLY = frozenset(["logical_not", "logical_and", "logical_or", "logical_xor", "invert"])
"""Universal functions that the dialect computes for truth values only."""


def operand(tracer: Tracer, given: Any, like: np.dtype[Any]) -> tuple[SSAValue, Array]:
    """
    A value and its shadow for what a program passes to NumPy; Python's numbers take the dtype `like` if they can.

    Raises ModelError for what is no array of numbers.
    """
    if isinstance(given, TracedArray):
        return given.value, given.shadow
    if isinstance(given, bool | int | float):
        kind = np.result_type(given, like)
        return tracer.constant(np.asarray(given, kind)), np.empty((), kind)
    try:
        array = np.asarray(given)
        element_of_dtype(array.dtype)
    except (TypeError, ValueError) as error:
        tracer.refuse(f"{type(given).__name__} is no array of numbers", error)
    return tracer.constant(array), array


def convert(tracer: Tracer, value: SSAValue, dtype: np.dtype[Any]) -> SSAValue:
    """The value with the elements of a dtype."""
    if dtype_of(value) == dtype:
        return value
    return tracer.add(graph.CastOp(value, element_of_dtype(dtype)))


def apply_ufunc(
    tracer: Tracer, ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]
) -> TracedArray:
    """A universal function, into a new array or into `out`. Raises ModelError for what cannot be traced."""
    name = ufunc.__name__
    x = inputs[0]
    if (
        method == "reduce"
        and name in REDUCTIONS
        and isinstance(x, TracedArray)
        and set(options) <= {"axis", "keepdims"}
    ):
        return reduce(x, REDUCTIONS[name], options.get("axis", 0), bool(options.get("keepdims")))
    if method != "__call__":
        tracer.refuse(f"numpy.{name}.{method} cannot be traced")
    unknown = [key for key in options if key != "out"]
    if unknown:
        tracer.refuse(f"numpy.{name} with '{unknown[0]}' cannot be traced")
    target = _target(tracer, name, options.get("out"))
    common = np.result_type(*(given.dtype if isinstance(given, TracedArray) else given for given in inputs))
    if name in FLOAT_ONLY and common.kind != "f":
        tracer.refuse(f"numpy.{name} of {common.name}: convert to a float type with astype first")
    if name in BOOL_ONLY and common.kind != "b":
        tracer.refuse(f"numpy.{name} of {common.name}: compare with something first")
    if name == "matmul":
        return _matmul(tracer, inputs, common, target)
    if name not in UNARY and name not in BINARY and name != "not_equal":
        tracer.refuse(f"numpy.{name} cannot be traced")
    if target is not None:
        _require_kind(tracer, name, common, target)
        if inputs[0] is target and _apply_in_place(tracer, name, inputs, common, target):
            return target
    values, shadows = operands(tracer, inputs, common)
    value = _compute(tracer, name, values)
    return _deliver(tracer, value, layout(shadows, dtype_of(value)), target)


def _target(tracer: Tracer, name: str, out: Any) -> TracedArray | None:
    """The array to write; None for a new one, which a number that `+=` replaces is too."""
    target = cast(tuple[Any, ...], out)[0] if isinstance(out, tuple) else out
    if target is None:
        return None
    if not isinstance(target, TracedArray):
        tracer.refuse(f"numpy.{name} writes a constant that the program captured; make it an argument of the function")
    return None if target.is_number else target


def operands(tracer: Tracer, inputs: Sequence[Any], common: np.dtype[Any]) -> tuple[list[SSAValue], list[Array]]:
    """Values of one dtype, and shadows, of operands that broadcast. Raises ModelError if they do not."""
    pairs = [operand(tracer, given, common) for given in inputs]
    shapes = [shadow.shape for _, shadow in pairs]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError as error:
        tracer.refuse(f"operands of shapes {' and '.join(map(str, shapes))} do not broadcast", error)
    return [convert(tracer, value, common) for value, _ in pairs], [shadow for _, shadow in pairs]


def _compute(tracer: Tracer, name: str, values: Sequence[SSAValue]) -> SSAValue:
    if name == "not_equal":
        return tracer.add(graph.NotOp(tracer.add(graph.EqualOp(values[0], values[1]))))
    if name in UNARY:
        return tracer.add(graph.UNARY_OPS[UNARY[name]](values[0]))
    return tracer.add(graph.BINARY_OPS[BINARY[name]](values[0], values[1]))


def _require_kind(tracer: Tracer, name: str, common: np.dtype[Any], target: TracedArray) -> None:
    """NumPy's rule for results in place: a dtype of the same kind."""
    target.require_writable()
    result = np.dtype(np.bool_) if name in COMPARISONS else common
    if not np.can_cast(result, target.dtype, "same_kind"):
        tracer.refuse(
            f"numpy.{name} in place would change the dtype: its result is {result.name}, the array written is "
            f"{target.dtype.name}; convert with astype, or write to a {result.name} array"
        )


def _apply_in_place(
    tracer: Tracer, name: str, inputs: Sequence[Any], common: np.dtype[Any], target: TracedArray
) -> bool:
    """`target = f(target, ...)` as one operation, if the dialect has it for these types and shapes."""
    function = UNARY.get(name) or BINARY.get(name)
    if function is None or target.dtype != common or name in COMPARISONS:
        return False
    if name in UNARY:
        tracer.append(graph.ApplyOp(function, target.here))
        return True
    (value,), (shadow,) = operands(tracer, inputs[1:], common)
    try:
        fits = np.broadcast_shapes(shadow.shape, target.shape) == target.shape
    except ValueError:
        fits = False
    if not fits:
        tracer.refuse(f"an operand of shape {shadow.shape} does not broadcast to {target.shape}, the array written")
    tracer.append(graph.ApplyOp(function, target.here, [value]))
    return True


def _deliver(tracer: Tracer, value: SSAValue, shadow: Array, target: TracedArray | None) -> TracedArray:
    if target is None:
        return TracedArray.of_value(tracer, value, shadow)
    if shadow.shape != target.shape:
        tracer.refuse(f"the result has shape {shadow.shape}, the array written {target.shape}")
    target.store(convert(tracer, value, target.dtype))
    return target


def _matmul(tracer: Tracer, inputs: Sequence[Any], common: np.dtype[Any], target: TracedArray | None) -> TracedArray:
    pairs = [operand(tracer, given, common) for given in inputs]
    values = [convert(tracer, value, common) for value, _ in pairs]
    try:
        value = tracer.add(graph.MatmulOp(values[0], values[1]))
    except ValueError as error:
        tracer.refuse(str(error), error)
    if target is not None:
        target.require_writable()
    return _deliver(tracer, value, np.empty(shape_of(value), common), target)


def reduce(x: TracedArray, kind: str, axis: Any, keepdims: bool) -> TracedArray:
    """Sum, mean, max, min or prod along axes (None: all)."""
    axes: tuple[int, ...] = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if kind in ("max", "min") and x.dtype.kind == "b":
        x.tracer.refuse(f"the {kind} of truth values; use any or all")
    if kind in ("sum", "prod") and x.dtype.kind in "bi" and x.dtype.itemsize < 8:
        x = x.astype(np.int64)
    try:
        op = graph.ReduceOp(x.value, kind, axes, keepdims)
    except ValueError as error:
        x.tracer.refuse(str(error), error)
    value = x.tracer.add(op)
    return TracedArray.of_value(x.tracer, value, np.empty(shape_of(value), dtype_of(value)))
