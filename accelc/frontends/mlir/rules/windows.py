"""Combination of the elements in sliding windows, for pooling of every dialect."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.rules.combine import accumulate, identity, reversed_order
from accelc.frontends.mlir.writer import Writer


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

    Sums and products are made axis by axis, of narrow floats in f32; extremes are poolings. Raises ValueError for other
    functions, and for an `init` that pads would repeat.
    """
    dtype = dtype_of(x)
    axes = window.axes()
    neutral = init is None or w.known_scalar(init) == identity(kind, dtype)
    if not neutral and kind in ("add", "mul") and any(n > 0 for n in (*window.low, *window.high)):
        raise ValueError("pads windows with an initial value that is not that of no elements; pad the tensor before")
    if dtype == np.bool_ and kind in ("or", "and", "max", "min"):
        numbers = reduce_windows(
            w, {"or": "max", "and": "min"}.get(kind, kind), w.cast(x, np.dtype(np.float32)), window
        )
        found = w.binary("greater", numbers, 0.5)
    elif kind in ("add", "mul") and dtype != np.bool_:
        found = w.cast(x, np.dtype(np.float32)) if dtype.kind in "fV" and dtype.itemsize < 4 else x
        for axis in axes:
            found = _combined(w, kind, found, window, axis)
        found = w.cast(found, dtype)
    elif kind in ("max", "min") and dtype != np.bool_:
        found = _extremes(w, kind, x, window, axes)
    else:
        raise ValueError(f"combines windows of {dtype.name} by '{kind}'; supported are sums, products and extremes")
    return accumulate(w, kind, found, init)


def _combined(w: Writer, kind: str, x: SSAValue, window: Window, axis: int) -> SSAValue:
    """Windows along one axis: those of 1, 2, 4, ... elements by doubling, combined as the window's size has bits."""
    rank, size, step = len(shape_of(x)), window.sizes[axis], window.dilations[axis]

    def part(value: SSAValue, start: int, length: int, stride: int = 1) -> SSAValue:
        sizes = [length if d == axis else n for d, n in enumerate(shape_of(value))]
        starts, steps = ([n if d == axis else other for d in range(rank)] for n, other in ((start, 0), (stride, 1)))
        return w.slice(value, starts, sizes, steps)

    outputs = window.outputs(axis, shape_of(x)[axis])
    low, high = ([pads[axis] if d == axis else 0 for d in range(rank)] for pads in (window.low, window.high))
    power, total, done = w.pad(x, low, high, None, identity(kind, dtype_of(x))), None, 0
    length = (outputs - 1) * window.strides[axis] + 1 if outputs else 0
    for bit in range(size.bit_length()):
        if size >> bit & 1:
            found = part(power, done * step if length else 0, length)
            total = found if total is None else w.binary(kind, total, found)
            done += 1 << bit
        if size >> (bit + 1):
            rest = max(shape_of(power)[axis] - (step << bit), 0)
            power = w.binary(kind, part(power, 0, rest), part(power, (step << bit) if rest else 0, rest))
    assert total is not None
    return part(total, 0, outputs, window.strides[axis])


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
    turned = reversed_order(w, images) if kind == "min" else images
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
    pooled = reversed_order(w, pooled) if kind == "min" else pooled
    found = w.reshape(pooled, [*rest, *shape_of(pooled)[2:]])
    return w.transpose(found, [order.index(d) for d in range(len(shape))])
