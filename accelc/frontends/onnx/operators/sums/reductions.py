"""Importers of reductions; those of nothing are constants."""

from collections.abc import Sequence

import numpy as np

from accelc.analysis import shapes
from accelc.frontends.onnx.builder import Tensor, known
from accelc.frontends.onnx.node import Handler, Node, Results, Table
from accelc.frontends.onnx.tensors import DType, check_constant_size


def _axes(node: Node, x: Tensor, since: int) -> list[int] | None:
    """Axes to combine; None where there is nothing to combine although others would combine everything."""
    axes = node.axes_of(since)
    if not axes and node.integer("noop_with_empty_axes", 0):
        return None
    return node.axes(axes, x.rank) if axes else list(range(x.rank))


def _is_empty(x: Tensor, axes: Sequence[int]) -> bool:
    return any(x.shape[a] == 0 for a in axes)


def _neutral(kind: str, dtype: DType) -> float:
    """What a combination of no elements gives; the least or greatest value of the type stands for an infinity."""
    if kind in ("sum", "prod"):
        return 0.0 if kind == "sum" else 1.0
    if kind == "mean":
        return np.nan
    sign = -1 if kind == "max" else 1
    if dtype == np.bool_:
        return float(sign > 0)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype.name)
        return limits.min if sign < 0 else limits.max
    return sign * np.inf


def _constant(node: Node, x: Tensor, axes: Sequence[int], value: float) -> Tensor:
    shape = shapes.reduce_shape(x.shape, axes, bool(node.integer("keepdims", 1)))
    check_constant_size(shape, x.dtype, node.builder.where)
    return known(np.broadcast_to(np.asarray(value, x.dtype), shape))


def _reduce(kind: str, *, before: str = "", after: str = "", since: int = 18) -> Handler:
    def handle(node: Node) -> Tensor:
        b, x = node.builder, node.input()
        axes = _axes(node, x, since)
        if axes is not None and _is_empty(x, axes):
            with np.errstate(divide="ignore"):
                found = _neutral(kind, x.dtype)
                return _constant(node, x, axes, float(np.log(found)) if after == "log" else found)
        # Without axes the elementwise parts are applied all the same.
        x = b.unary(before, x) if before else x
        truths = x.dtype == np.bool_
        x = b.cast(x, np.dtype(np.float32)) if truths else x
        x = b.reduce(kind, x, axes or [], keepdims=bool(node.integer("keepdims", 1)))
        x = b.cast(x, np.dtype(np.bool_)) if truths else x
        return b.unary(after, x) if after else x

    return handle


def _of_floats(handler: Handler) -> Handler:
    def handle(node: Node) -> Results:
        if not node.input().is_float:
            raise node.unsupported("elements that are not floats")
        return handler(node)

    return handle


def _reduce_log_sum_exp(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    axes = _axes(node, x, 18)
    if axes is None:
        return x
    if _is_empty(x, axes):
        return _constant(node, x, axes, -np.inf)
    highest = b.reduce("max", x, axes, keepdims=True)
    # An infinite one taken off itself would be NaN.
    finite = b.binary("less", b.unary("abs", highest), b.scalar(np.inf, highest))
    highest = b.select(finite, highest, b.scalar(0, highest))
    total = b.reduce("sum", b.unary("exp", b.binary("sub", x, highest)), axes, keepdims=True)
    result = b.add(b.unary("log", total), highest)
    if node.integer("keepdims", 1):
        return result
    return b.reshape(result, shapes.reduce_shape(x.shape, axes, keepdims=False))


OPERATORS: Table = {
    "ReduceSum": _reduce("sum", since=13),
    "ReduceMean": _of_floats(_reduce("mean")),
    "ReduceMax": _reduce("max"),
    "ReduceMin": _reduce("min"),
    "ReduceProd": _reduce("prod"),
    "ReduceL1": _reduce("sum", before="abs"),
    "ReduceL2": _of_floats(_reduce("sum", before="square", after="sqrt")),
    "ReduceSumSquare": _reduce("sum", before="square"),
    "ReduceLogSum": _of_floats(_reduce("sum", after="log")),
    "ReduceLogSumExp": _of_floats(_reduce_log_sum_exp),
}
