"""NumPy's functions that are no universal functions, on traced arrays."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.errors import suggestion
from accelc.frontends.numpy.array import TracedArray
from accelc.frontends.numpy.tracer import Tracer
from accelc.frontends.numpy.ufuncs import convert, operand, operands, reduce


def _concatenate(tracer: Tracer, arrays: Sequence[Any], axis: int = 0) -> TracedArray:
    common = np.result_type(*(a.dtype if isinstance(a, TracedArray) else a for a in arrays))
    values = [convert(tracer, operand(tracer, a, common)[0], common) for a in arrays]
    try:
        value = tracer.add(graph.ConcatOp(values, axis))
    except ValueError as error:
        tracer.refuse(str(error), error)
    return TracedArray.of_value(tracer, value, np.empty(shape_of(value), common))


def _where(tracer: Tracer, condition: Any, a: Any, b: Any) -> TracedArray:
    common = np.result_type(*(v.dtype if isinstance(v, TracedArray) else v for v in (a, b)))
    chosen, _ = operand(tracer, condition, np.dtype(np.bool_))
    values, _ = operands(tracer, [a, b], common)
    if element_of(chosen) != element_of_dtype(np.dtype(np.bool_)):
        tracer.refuse(f"numpy.where with a condition of {dtype_of(chosen).name}; compare it with something first")
    try:
        value = tracer.add(graph.SelectOp(chosen, values[0], values[1]))
    except ValueError as error:
        tracer.refuse(str(error), error)
    return TracedArray.of_value(tracer, value, np.empty(shape_of(value), common))


def _full_like(tracer: Tracer, x: TracedArray, value: float) -> TracedArray:
    scalar = tracer.constant(np.asarray(value, x.dtype))
    return TracedArray.of_value(tracer, tracer.add(graph.BroadcastOp(scalar, x.shape)), np.empty_like(x.shadow))


def _reduction(kind: str, tracer: Tracer, x: TracedArray, axis: Any = None, *, keepdims: bool = False) -> TracedArray:
    return reduce(x, kind, axis, keepdims)


def _method(name: str, tracer: Tracer, x: TracedArray, *arguments: Any, **options: Any) -> TracedArray:
    return getattr(x, name)(*arguments, **options)


def _attribute(name: str, tracer: Tracer, x: TracedArray) -> Any:
    return getattr(x, name)


def _constant_like(value: float, tracer: Tracer, x: TracedArray) -> TracedArray:
    return _full_like(tracer, x, value)


def _dot(tracer: Tracer, a: Any, b: Any) -> Any:
    ranks = [np.ndim(v) for v in (a, b)]
    if max(ranks) > 2 or min(ranks) < 1:
        tracer.refuse(f"numpy.dot of {ranks[0]} and {ranks[1]} axes; use numpy.matmul")
    return np.matmul(a, b)


def _expand_dims(tracer: Tracer, x: TracedArray, axis: int) -> TracedArray:
    rank = x.ndim + 1
    if not -rank <= axis < rank:
        tracer.refuse(f"axis {axis} of an array that gets {rank} axes")
    return x[tuple(None if i == axis % rank else slice(None) for i in range(rank))]


def _copyto(tracer: Tracer, target: Any, source: Any) -> None:
    if not isinstance(target, TracedArray):
        tracer.refuse("numpy.copyto writes a constant that the program captured; make it an argument of the function")
    target.assign(source)


MOVEMENTS = ("transpose", "reshape", "ravel", "swapaxes", "squeeze", "broadcast_to", "copy")
"""Functions that are methods of the array."""
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: partial(_method, name) for name in MOVEMENTS},
    **{name: partial(_reduction, name) for name in ("sum", "mean", "max", "min", "prod")},
    **{name: partial(_attribute, name) for name in ("shape", "ndim", "size")},
    "amax": partial(_reduction, "max"),
    "amin": partial(_reduction, "min"),
    "concatenate": _concatenate,
    "where": _where,
    "full_like": _full_like,
    "zeros_like": partial(_constant_like, 0.0),
    "ones_like": partial(_constant_like, 1.0),
    "copyto": _copyto,
    "dot": _dot,
    "expand_dims": _expand_dims,
}
"""NumPy function -> `f(tracer, *arguments, **options)`."""


def apply_function(
    tracer: Tracer, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
) -> Any:
    """A function of NumPy that is no universal function. Raises ModelError for what cannot be traced."""
    name = function.__name__
    if name not in FUNCTIONS:
        tracer.refuse(f"numpy.{name} cannot be traced{suggestion(name, FUNCTIONS)}")
    try:
        return FUNCTIONS[name](tracer, *arguments, **options)
    except TypeError as error:
        tracer.refuse(f"numpy.{name} with these arguments cannot be traced: {error}", error)
