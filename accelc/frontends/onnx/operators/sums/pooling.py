"""Importers of pooling: windows that give their maximum, its place, their average or their norm."""

from collections.abc import Sequence
from itertools import product
from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType

from accelc.analysis import shapes
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Handler, Node, Table
from accelc.frontends.onnx.operators.products.layers import spatial_rank, window
from accelc.frontends.onnx.tensors import check_constant_size

MAX_TAPS = 256
"""Cells of a window whose places are compared one after the other."""
EXACT = 2**24
"""Integers below are exact as f32."""
Geometry = tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]]
"""Kernel, strides, pads (all low, then all high) and dilations, per spatial axis."""


def _kernel(node: Node) -> list[int]:
    kernel = node.ints("kernel_shape")
    if kernel is None:
        raise node.error("attribute 'kernel_shape' is missing")
    return kernel


def _geometry(node: Node, x: Tensor) -> tuple[Geometry, tuple[int, ...]]:
    """Windows of a node, and the shape of its result."""
    kernel = _kernel(node)
    strides, pads, dilations = window(node, x, kernel)
    ceil = bool(node.integer("ceil_mode", 0))
    shape = shapes.pool_output_shape(x.shape, kernel, strides, pads, dilations, ceil)
    return (kernel, strides, pads, dilations), shape


def _pooled(
    b: Builder, x: Tensor, kind: str, geometry: Geometry, shape: tuple[int, ...], include: bool = False
) -> Tensor:
    kernel, strides, pads, dilations = geometry
    return b.emit(
        lambda v: graph.PoolOp(
            v,
            kind,
            kernel,
            TensorType(element_of_dtype(x.dtype), shape),
            strides=strides,
            pads=pads,
            dilations=dilations,
            count_include_pad=include,
        ),
        x,
    )


def _max_pool(node: Node) -> Tensor | list[Tensor]:
    x = node.input()
    geometry, shape = _geometry(node, x)
    if node.wants(1):
        return _with_places(node, x, geometry, shape)
    return _pooled(node.builder, x, "max", geometry, shape)


def _average_pool(node: Node) -> Tensor:
    x = node.input()
    if not x.is_float:
        raise node.unsupported("an average of integers")
    geometry, shape = _geometry(node, x)
    return _pooled(node.builder, x, "average", geometry, shape, bool(node.integer("count_include_pad", 0)))


def _with_places(node: Node, x: Tensor, geometry: Geometry, shape: tuple[int, ...]) -> list[Tensor]:
    """Maxima, and where in x they are, counted through all of x: tap by tap, the first of equal ones."""
    b = node.builder
    kernel, strides, pads, dilations = geometry
    rank, sizes, out = len(kernel), x.shape[2:], shape[2:]
    if prod(kernel) > MAX_TAPS or prod(x.shape) >= EXACT:
        raise node.unsupported(f"places of maxima in windows of {prod(kernel)} cells of {prod(x.shape)} elements")
    check_constant_size(tuple(out), np.dtype(np.int64), b.where)
    low = list(pads[:rank])
    reach = [
        (o - 1) * s + shapes.window_extent(k, d) for o, s, k, d in zip(out, strides, kernel, dilations, strict=True)
    ]
    high = [max(r - lo - n, 0) for r, lo, n in zip(reach, low, sizes, strict=True)]
    lowest = -np.inf if x.is_float else int(np.iinfo(x.dtype.name).min)
    padded = b.pad(x, [0, 0, *low], [0, 0, *high], lowest)
    best: Tensor | None = None
    place: Tensor | None = None
    for tap in product(*(range(k) for k in kernel)):
        starts = [t * d for t, d in zip(tap, dilations, strict=True)]
        here = b.slice(padded, [0, 0, *starts], [*x.shape[:2], *out], [1, 1, *strides])
        cells = [
            np.clip(start + np.arange(o) * s - lo, 0, n - 1)
            for start, o, s, lo, n in zip(starts, out, strides, low, sizes, strict=True)
        ]
        number = known(_numbers(cells, sizes, column_major=bool(node.integer("storage_order", 0))))
        if best is None or place is None:
            best, place = here, b.broadcast(b.reshape(number, [1, 1, *out]), shape)
        else:
            wins = b.binary("greater", here, best)
            best, place = b.select(wins, here, best), b.select(wins, number, place)
    assert best is not None
    assert place is not None
    planes = np.arange(x.shape[0] * x.shape[1], dtype=np.float32) * prod(sizes)
    whole = b.add(place, known(planes.reshape(*x.shape[:2], *[1] * rank)))
    return [best, b.cast(whole, np.dtype(np.int64))]


def _numbers(cells: Sequence[np.ndarray], sizes: Sequence[int], *, column_major: bool) -> np.ndarray:
    """Flat number of the cell that each window meets, in f32."""
    total = np.zeros([len(c) for c in cells], np.int64)
    order = range(len(sizes)) if column_major else range(len(sizes) - 1, -1, -1)
    step = 1
    for axis in order:
        total = total + cells[axis].reshape([-1] + [1] * (len(sizes) - 1 - axis)) * step
        step *= sizes[axis]
    return total.astype(np.float32)


def _global_pool(kind: str) -> Handler:
    def handle(node: Node) -> Tensor:
        x = node.input()
        spatial_rank(node, x)
        return node.builder.reduce(kind, x, range(2, x.rank), keepdims=True)

    return handle


def _power(b: Builder, x: Tensor, exponent: float) -> Tensor:
    """x to a known power, for x of 0 or more."""
    match exponent:
        case 1:
            return x
        case 2:
            return b.unary("square", x)
        case 0.5:
            return b.unary("sqrt", x)
        case _:
            return b.binary("pow", x, b.scalar(exponent, x))


def _order(node: Node) -> int:
    order = node.integer("p", 2)
    if order < 1:
        raise node.error(f"p {order} is below 1")
    return order


def _lp_pool(node: Node) -> Tensor:
    b, x, order = node.builder, node.input(), _order(node)
    (kernel, strides, pads, dilations), shape = _geometry(node, x)
    rank = len(kernel)
    # With all of each window inside the padding, every average is of as many cells.
    high = [
        max((o - 1) * s + shapes.window_extent(k, d) - size - low, 0)
        for o, s, k, d, size, low in zip(shape[2:], strides, kernel, dilations, x.shape[2:], pads[:rank], strict=True)
    ]
    powers = _power(b, b.unary("abs", x) if order != 2 else x, order)
    average = _pooled(b, powers, "average", (kernel, strides, [*pads[:rank], *high], dilations), shape, True)
    return _power(b, b.mul(average, prod(kernel)), 1 / order)


def _global_lp_pool(node: Node) -> Tensor:
    b, x, order = node.builder, node.input(), _order(node)
    spatial_rank(node, x)
    powers = _power(b, b.unary("abs", x) if order != 2 else x, order)
    return _power(b, b.reduce("sum", powers, range(2, x.rank), keepdims=True), 1 / order)


OPERATORS: Table = {
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalMaxPool": _global_pool("max"),
    "GlobalAveragePool": _global_pool("mean"),
    "LpPool": _lp_pool,
    "GlobalLpPool": _global_lp_pool,
}
