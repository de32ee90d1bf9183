"""NumPy semantics of the `graph` operations that move elements."""

from collections.abc import Sequence

import numpy as np

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.dialects.graph_ops.element_types import Array


def slices(starts: Sequence[int], steps: Sequence[int], sizes: Sequence[int]) -> tuple[slice, ...]:
    """NumPy slices that take elements `start + i * step` for `i < size`, per axis."""
    result: list[slice] = []
    for start, step, size in zip(starts, steps, sizes, strict=True):
        stop = start + size * step
        # A negative stop would count from the end; a backward slice that reaches element 0 has no stop.
        result.append(slice(0, 0) if size == 0 else slice(start, None if stop < 0 else stop, step))
    return tuple(result)


def reshape(op: graph.ReshapeOp, x: Array) -> Array:
    """The same elements under another shape."""
    return x.reshape(shape_of(op.result))


def transpose(op: graph.TransposeOp, x: Array) -> Array:
    """Permuted axes, a view."""
    return x.transpose(ints(op.perm))


def slice_(op: graph.SliceOp, x: Array) -> Array:
    """Elements taken at regular distances, a view."""
    return x[slices(ints(op.starts), ints(op.steps), shape_of(op.result))]


def insert_slice(op: graph.InsertSliceOp, source: Array, dest: Array) -> Array:
    """A copy of dest with elements replaced."""
    result = dest.copy()
    result[slices(ints(op.starts), ints(op.steps), source.shape)] = source
    return result


def concat(op: graph.ConcatOp, *inputs: Array) -> Array:
    """Arrays joined along one axis."""
    return np.concatenate(inputs, axis=op.axis.value.data)


def pad(op: graph.PadOp, x: Array) -> Array:
    """Padding around and between elements."""
    result = np.full(shape_of(op.result), op.value.value.data, x.dtype)
    steps = [i + 1 for i in ints(op.interior)]
    result[slices(ints(op.low), steps, x.shape)] = x
    return result


def broadcast(op: graph.BroadcastOp, x: Array) -> Array:
    """Repetition, a read-only view."""
    return np.broadcast_to(x, shape_of(op.result))
