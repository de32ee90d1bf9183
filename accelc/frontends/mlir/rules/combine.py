"""Reductions by a combining function, with initial values."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import DType, dtype_of
from accelc.frontends.mlir.writer import Writer

KINDS = {"add": "sum", "mul": "prod", "max": "max", "min": "min"}
"""Combining function -> kind of `graph.reduce`."""
NUMBERS = {"maxnum": "max", "minnum": "min"}
"""Extremes in which NaN loses, and those in which it wins."""
_TRUTH = np.dtype(np.float32)
"""Truth values are reduced as numbers of this type, which every engine has."""


def limits(dtype: DType) -> tuple[float, float]:
    """Smallest and largest value of a type."""
    if dtype.kind in "fV":
        return -np.inf, np.inf
    return (0, 1) if dtype == np.bool_ else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def identity(kind: str, dtype: DType) -> float:
    """What `kind` combines with any value to that value."""
    low, high = limits(dtype)
    return {"add": 0, "mul": 1, "max": low, "min": high, "and": 1, "or": 0, "xor": 0}[kind]


def combine(w: Writer, kind: str, a: SSAValue, b: SSAValue) -> SSAValue:
    """The two values combined; truth values logically."""
    if dtype_of(a) == np.bool_:
        kind = {"add": "xor", "mul": "and", "max": "or", "min": "and"}.get(kind, kind)
    return w.binary(kind, a, b)


def reduce(w: Writer, kind: str, x: SSAValue, axes: Sequence[int], init: SSAValue | None = None) -> SSAValue:
    """
    All elements along `axes` combined, then with `init`, which broadcasts to the result.

    Raises ValueError for bitwise functions of integers, which no engine reduces by.
    """
    dtype = dtype_of(x)
    if kind in NUMBERS:
        nothing = w.scalar(identity(NUMBERS[kind], dtype), dtype)
        x = w.select(w.unary("isnan", x), nothing, x)
        return accumulate(w, kind, reduce(w, NUMBERS[kind], x, axes), init)
    empty = any(shape_of(x)[axis] == 0 for axis in axes)
    rest = [size for axis, size in enumerate(shape_of(x)) if axis not in axes]
    if empty:
        found = w.full(rest, identity(kind, dtype), dtype)
    elif dtype == np.bool_:
        found = _truth(w, kind, x, axes)
    elif kind not in KINDS:
        raise ValueError(f"reduces {dtype.name} by '{kind}'; supported are {', '.join(KINDS)}, and truth values by any")
    else:
        found = w.reduce(KINDS[kind], x, axes)
    return accumulate(w, kind, found, init)


def accumulate(w: Writer, kind: str, value: SSAValue, init: SSAValue | None) -> SSAValue:
    """A value combined with an initial one, unless that changes nothing."""
    plain = NUMBERS.get(kind, kind)
    if init is None or w.known_scalar(init) == identity(plain, dtype_of(value)):
        return value
    found = combine(w, plain, value, init)
    return w.select(w.unary("isnan", init), value, found) if kind in NUMBERS else found


def _truth(w: Writer, kind: str, x: SSAValue, axes: Sequence[int]) -> SSAValue:
    numbers = w.cast(x, _TRUTH)
    if kind in ("xor", "add"):
        total = w.reduce("sum", numbers, axes)
        return w.binary("equal", w.binary("mod", total, 2.0), 1.0)
    return w.binary("greater", w.reduce("min" if kind in ("and", "mul", "min") else "max", numbers, axes), 0.5)


def reversed_order(w: Writer, x: SSAValue) -> SSAValue:
    """Values that are the larger, the smaller those of x are; its own inverse."""
    dtype = dtype_of(x)
    if dtype.kind in "fV":
        return w.unary("neg", x)
    # Not -x, which the smallest integer does not have.
    largest = -1 if dtype.kind == "i" else int(np.iinfo(dtype).max)
    return w.binary("sub", w.scalar(largest, dtype), x)


def extreme_index(w: Writer, kind: str, x: SSAValue, axis: int, dtype: DType) -> tuple[SSAValue, SSAValue]:
    """Largest (`max`) or smallest value along an axis, and the first index that has it, as `dtype`."""
    value = w.reduce(kind, x, [axis])
    turned = x if kind == "max" else reversed_order(w, x)
    return value, w.cast(w.add(graph.ArgmaxOp(turned, axis)), dtype)
