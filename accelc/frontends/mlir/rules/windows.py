"""Combination of the elements in sliding windows, for pooling of every dialect."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.rules.combine import combine, identity
from accelc.frontends.mlir.writer import Writer

MAX_BAND = 1 << 24
"""Elements of the matrix that sums along one axis."""


@dataclass(frozen=True)
class Window:
    """Size, stride, pads before and after, and dilation of a window, one entry for each axis of the tensor."""

    sizes: Sequence[int]
    strides: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]
    dilations: Sequence[int]

    def __post_init__(self) -> None:
        """Raises ValueError for numbers below 1."""
        if any(n < 1 for n in (*self.sizes, *self.strides, *self.dilations)):
            raise ValueError("sizes, strides and dilations of windows are at least 1")

    def axes(self) -> list[int]:
        """Axes along which the window moves or combines, or which it pads."""
        rows = zip(self.sizes, self.strides, self.low, self.high, strict=True)
        return [axis for axis, row in enumerate(rows) if row != (1, 1, 0, 0)]

    def outputs(self, axis: int, size: int) -> int:
        """Number of whole windows along an axis of `size` elements."""
        reach = (self.sizes[axis] - 1) * self.dilations[axis] + 1
        total = size + self.low[axis] + self.high[axis]
        return (total - reach) // self.strides[axis] + 1 if total >= reach else 0


def reduce_windows(w: Writer, kind: str, x: SSAValue, window: Window, init: SSAValue | None = None) -> SSAValue:
    """
    For every whole window its elements and `init` combined; pads are the identity of `kind`.

    Sums are products with a band matrix, axis by axis; extremes are poolings. Raises ValueError for other functions.
    """
    dtype = dtype_of(x)
    axes = window.axes()
    if dtype == np.bool_ and kind in ("or", "and", "max", "min"):
        numbers = reduce_windows(
            w, {"or": "max", "and": "min"}.get(kind, kind), w.cast(x, np.dtype(np.float32)), window
        )
        found = w.binary("greater", numbers, 0.5)
    elif kind == "add" and dtype != np.bool_:
        found = x
        for axis in axes:
            found = _sums(w, found, window, axis)
    elif kind in ("max", "min") and dtype != np.bool_:
        found = _extremes(w, kind, x, window, axes)
    else:
        raise ValueError(f"combines windows of {dtype.name} by '{kind}'; supported are sums and extremes")
    if init is None or w.known_scalar(init) == identity(kind, dtype):
        return found
    return combine(w, kind, found, init)


def _sums(w: Writer, x: SSAValue, window: Window, axis: int) -> SSAValue:
    shape = shape_of(x)
    outputs = window.outputs(axis, shape[axis])
    if outputs * shape[axis] > MAX_BAND:
        raise ValueError(f"sums of {outputs} windows of an axis of {shape[axis]}; the limit is {MAX_BAND} in all")
    place = np.arange(shape[axis])[:, None] + window.low[axis]
    first = np.arange(outputs)[None, :] * window.strides[axis]
    offset = place - first
    step = window.dilations[axis]
    inside = (offset >= 0) & (offset < window.sizes[axis] * step) & (offset % step == 0)
    band = w.constant(inside.astype(dtype_of(x)))
    order = [d for d in range(len(shape)) if d != axis] + [axis]
    moved = w.transpose(x, order)
    rows = w.reshape(moved, [prod(shape_of(moved)[:-1]), shape[axis]])
    summed = w.reshape(w.matmul(rows, band), [*shape_of(moved)[:-1], outputs])
    return w.transpose(summed, [order.index(d) for d in range(len(shape))])


def _extremes(w: Writer, kind: str, x: SSAValue, window: Window, axes: Sequence[int]) -> SSAValue:
    shape = shape_of(x)
    low = [max(n, 0) for n in window.low]
    high = [max(n, 0) for n in window.high]
    x = w.pad(x, [min(n, 0) for n in window.low], [min(n, 0) for n in window.high])
    if not axes:
        return x
    order = [axis for axis in range(len(shape)) if axis not in axes] + list(axes)
    moved = w.transpose(x, order)
    sizes = shape_of(moved)
    rest, spatial = sizes[: len(sizes) - len(axes)], sizes[len(sizes) - len(axes) :]
    images = w.reshape(moved, [1, prod(rest), *spatial])
    turned = w.unary("neg", images) if kind == "min" else images
    pooled = w.add(
        graph.PoolOp(
            turned,
            "max",
            [window.sizes[axis] for axis in axes],
            strides=[window.strides[axis] for axis in axes],
            pads=[*(low[axis] for axis in axes), *(high[axis] for axis in axes)],
            dilations=[window.dilations[axis] for axis in axes],
        )
    )
    pooled = w.unary("neg", pooled) if kind == "min" else pooled
    found = w.reshape(pooled, [*rest, *shape_of(pooled)[2:]])
    return w.transpose(found, [order.index(d) for d in range(len(shape))])
