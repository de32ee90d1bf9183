"""NumPy's functions that are no universal functions, on traced arrays."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
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


def _stack(tracer: Tracer, arrays: Sequence[Any], axis: int = 0) -> Any:
    return np.concatenate([np.expand_dims(a, axis) for a in arrays], axis)


def _joined(axis: int, tracer: Tracer, arrays: Sequence[Any]) -> Any:
    """`hstack` (1) and `vstack` (0)."""
    if axis == 0:
        return np.concatenate([a if a.ndim > 1 else a.reshape(1, -1) for a in arrays], 0)
    return np.concatenate(list(arrays), 0 if arrays[0].ndim == 1 else 1)


def _variance(root: bool, tracer: Tracer, x: TracedArray, axis: Any = None, *, ddof: int = 0, keepdims: bool = False):
    if x.dtype.kind != "f":
        tracer.refuse(f"the variance of {x.dtype.name}: convert to a float type with astype first")
    mean = x.mean(axis, keepdims=True)
    count = x.size // max(mean.size, 1) - ddof
    if count <= 0:
        tracer.refuse("the variance of too few elements")
    centred = x - mean
    variance = (centred * centred).sum(axis, keepdims=keepdims) / float(count)
    return np.sqrt(variance) if root else variance


def _clip(tracer: Tracer, x: TracedArray, a_min: Any = None, a_max: Any = None) -> Any:
    value = x if a_min is None else np.maximum(x, a_min)
    return value if a_max is None else np.minimum(value, a_max)


def _outer(tracer: Tracer, a: Any, b: Any) -> Any:
    return np.multiply(a.reshape(-1, 1), b.reshape(1, -1))


def _extreme(kind: str, tracer: Tracer, x: TracedArray, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """`argmax` and `argmin`; NumPy and the dialect both give the first of equal elements."""
    if x.dtype.kind == "b" or (kind == "min" and x.dtype.kind != "f"):
        tracer.refuse(f"numpy.arg{kind} of {x.dtype.name}; convert to a float type with astype first")
    if axis is None:
        if keepdims:
            tracer.refuse(f"numpy.arg{kind} of all elements with keepdims")
        x, axis = x.reshape(-1), 0
    source: Any = x if kind == "max" else np.negative(cast(Any, x))
    result = tracer.add(graph.ArgmaxOp(source.value, axis % max(x.ndim, 1), keepdims))
    return TracedArray.of_value(tracer, result, np.empty(shape_of(result), np.int64))


def _truth(kind: str, tracer: Tracer, x: TracedArray, axis: Any = None, *, keepdims: bool = False) -> Any:
    """`any` and `all`, as the largest and smallest of ones and zeros."""
    truth: Any = x if x.dtype.kind == "b" else x != 0
    ones: Any = np.where(truth, np.float32(1), np.float32(0))
    return reduce(ones, kind, axis, keepdims) > 0.5


def _tile(tracer: Tracer, x: TracedArray, reps: Any) -> Any:
    counts = (reps,) if isinstance(reps, int) else tuple(reps)
    counts = (1,) * (x.ndim - len(counts)) + counts
    tiled: Any = x.reshape((1,) * (len(counts) - x.ndim) + x.shape)
    for axis, count in enumerate(counts):
        tiled = np.concatenate([tiled] * count, axis) if count > 1 else tiled
    return tiled.copy()


def _repeat(tracer: Tracer, x: TracedArray, repeats: Any, axis: int | None = None) -> Any:
    if not isinstance(repeats, int):
        tracer.refuse("numpy.repeat with a count for each element")
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis %= max(x.ndim, 1)
    spread = np.broadcast_to(np.expand_dims(x, axis + 1), (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :]))
    return spread.reshape(*x.shape[:axis], x.shape[axis] * repeats, *x.shape[axis + 1 :])


def _roll(tracer: Tracer, x: Any, shift: Any, axis: Any = None) -> Any:
    if axis is None:
        return _roll(tracer, x.reshape(-1), shift, 0).reshape(x.shape)
    many = isinstance(axis, tuple)
    shifts = cast(Sequence[int], shift) if many else [shift]
    for by, along in zip(shifts, cast(Sequence[int], axis) if many else [axis], strict=True):
        size: int = x.shape[along]
        cut = (-by) % size if size else 0
        before = (slice(None),) * (along % x.ndim)
        x = np.concatenate([x[(*before, slice(cut, None))], x[(*before, slice(None, cut))]], along % x.ndim)
    return x


def _pad(tracer: Tracer, x: TracedArray, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    if mode != "constant" or not isinstance(constant_values, int | float):
        tracer.refuse(f"numpy.pad with mode '{mode}'; one constant can be traced")
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    op = graph.PadOp(x.value, low=[w[0] for w in widths], high=[w[1] for w in widths], value=float(constant_values))
    value = tracer.add(op)
    return TracedArray.of_value(tracer, value, np.empty(shape_of(value), x.dtype))


def _triangle(lower: bool, tracer: Tracer, x: TracedArray, k: int = 0) -> Any:
    ones = np.ones(x.shape[-2:], np.bool_)
    return np.where(np.tril(ones, k) if lower else np.triu(ones, k), x, np.zeros((), x.dtype))


def _norm(tracer: Tracer, x: TracedArray, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord not in (None, 2) or (ord == 2 and x.ndim - (axis is not None) > 1) or isinstance(axis, tuple):
        tracer.refuse("numpy.linalg.norm other than the root of the sum of squares along one axis or all")
    return np.sqrt((x * x).sum(axis, keepdims=keepdims))


def _round(tracer: Tracer, x: TracedArray, decimals: int = 0) -> Any:
    if decimals or x.dtype.kind != "f":
        tracer.refuse("numpy.round to decimals")
    return np.rint(x)


def _copy(tracer: Tracer, x: TracedArray, order: str = "K") -> Any:
    return x.copy()


MOVEMENTS = ("transpose", "reshape", "ravel", "swapaxes", "squeeze", "broadcast_to")
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
    "copy": _copy,
    "stack": _stack,
    "hstack": partial(_joined, 1),
    "vstack": partial(_joined, 0),
    "var": partial(_variance, False),
    "std": partial(_variance, True),
    "clip": _clip,
    "outer": _outer,
    "argmax": partial(_extreme, "max"),
    "argmin": partial(_extreme, "min"),
    "any": partial(_truth, "max"),
    "all": partial(_truth, "min"),
    "tile": _tile,
    "repeat": _repeat,
    "roll": _roll,
    "pad": _pad,
    "tril": partial(_triangle, True),
    "triu": partial(_triangle, False),
    "norm": _norm,
    "round": _round,
    "around": _round,
}
"""NumPy function -> `f(tracer, *arguments, **options)`."""


def apply_function(
    tracer: Tracer, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
) -> Any:
    """A function of NumPy that is no universal function. Raises ModelError for what cannot be traced."""
    name = function.__name__
    full = f"{function.__module__}.{name}"
    if name not in FUNCTIONS:
        tracer.refuse(f"{full} cannot be traced")
    try:
        return FUNCTIONS[name](tracer, *arguments, **options)
    except TypeError as error:
        tracer.refuse(f"{full} with these arguments cannot be traced: {error}", error)
