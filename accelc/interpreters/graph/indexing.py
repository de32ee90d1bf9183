"""NumPy semantics of the `graph` operations that move elements by indices."""

from accelc.analysis import indexed
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError


def _refusal(error: ValueError, op: graph.GatherOp | graph.ScatterOp, indices: Array, size: int) -> ModelError:
    wrong = indices[(indices < -size) | (indices >= size)] if indices.dtype.kind == "i" else indices[indices >= size]
    if not wrong.size:
        return ModelError(str(error))
    return ModelError(f"index {wrong[0]} is outside the axis {op.axis.value.data} of {size} elements")


def gather(op: graph.GatherOp, x: Array, indices: Array) -> Array:
    """Slices along one axis. Raises ModelError for an index outside the axis."""
    axis = op.axis.value.data
    try:
        return indexed.gather(x, indices, axis, op.batch_axes)
    except ValueError as error:
        raise _refusal(error, op, indices, x.shape[axis]) from error


def scatter(op: graph.ScatterOp, x: Array, indices: Array, updates: Array) -> Array:
    """Slices replaced along one axis. Raises ModelError for an index outside the axis."""
    axis = op.axis.value.data
    try:
        return indexed.scatter(x, indices, updates, axis, op.batch_axes, op.reduction.data)
    except ValueError as error:
        raise _refusal(error, op, indices, x.shape[axis]) from error
