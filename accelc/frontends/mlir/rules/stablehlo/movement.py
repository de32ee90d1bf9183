"""Operations of StableHLO that make and move elements."""

from collections.abc import Sequence
from math import inf

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Results, Table
from accelc.frontends.mlir.rules.elementwise import to_index


def _constant(call: Call) -> SSAValue:
    array = call.view.array("value")
    if array.size > 1 and bool((array == array.reshape(-1)[0]).all()):
        # One value repeated stays one value.
        return call.writer.broadcast(call.writer.constant(array.reshape(-1)[0].reshape(())), array.shape)
    return call.writer.constant(array)


def _iota(call: Call) -> SSAValue:
    shape, dtype = call.result()
    axis = call.view.int("iota_dimension")
    if not 0 <= axis < len(shape):
        raise call.error(f"iota_dimension {axis} of a tensor of rank {len(shape)}")
    return call.writer.iota(shape, axis, dtype)


def _broadcast_in_dim(call: Call) -> SSAValue:
    axes, (shape, _) = call.view.ints("broadcast_dimensions"), call.result()
    source = call.shape()
    legal = len(axes) == len(source) and len(set(axes)) == len(axes)
    for axis, size in zip(axes, source, strict=False):
        legal = legal and 0 <= axis < len(shape) and size in (1, shape[axis])
    if not legal:
        raise call.error(f"broadcast_dimensions {axes} do not take {list(source)} to {list(shape)}")
    return call.writer.broadcast_in(call.operand(0), axes, shape)


def _reshape(call: Call) -> SSAValue:
    return call.writer.reshape(call.operand(0), call.result()[0])


def _transpose(call: Call) -> SSAValue:
    perm = call.view.ints("permutation")
    if sorted(perm) != list(range(len(call.shape()))):
        raise call.error(f"permutation {perm} of a tensor of rank {len(call.shape())}")
    return call.writer.transpose(call.operand(0), perm)


def _slice(call: Call) -> SSAValue:
    rank = len(call.shape())
    starts, limits = call.view.ints("start_indices"), call.view.ints("limit_indices")
    steps = call.view.ints("strides")
    if not len(starts) == len(limits) == len(steps) == rank or any(step < 1 for step in steps):
        raise call.error(f"{len(starts)} starts, {len(limits)} limits and strides {steps} for rank {rank}")
    sizes = [max(-(-(limit - start) // step), 0) for start, limit, step in zip(starts, limits, steps, strict=True)]
    return call.writer.slice(call.operand(0), starts, sizes, steps)


def _reverse(call: Call) -> SSAValue:
    shape, axes = call.shape(), call.view.ints("dimensions")
    if any(not 0 <= axis < len(shape) for axis in axes):
        raise call.error(f"dimensions {axes} of a tensor of rank {len(shape)}")
    axes = [axis for axis in axes if shape[axis] > 1]
    starts = [size - 1 if axis in axes else 0 for axis, size in enumerate(shape)]
    steps = [-1 if axis in axes else 1 for axis in range(len(shape))]
    return call.writer.slice(call.operand(0), starts, shape, steps)


def _concatenate(call: Call) -> SSAValue:
    axis = call.view.int("dimension")
    if not 0 <= axis < len(call.shape()):
        raise call.error(f"dimension {axis} of a tensor of rank {len(call.shape())}")
    return call.writer.add(graph.ConcatOp(call.operands, axis))


def _pad(call: Call) -> SSAValue:
    w, x, rank = call.writer, call.operand(0), len(call.shape())
    amounts = [call.view.ints(name) for name in ("edge_padding_low", "edge_padding_high", "interior_padding")]
    if any(len(amount) != rank for amount in amounts) or any(n < 0 for n in amounts[2]):
        raise call.error(f"paddings {amounts} for a tensor of rank {rank}")
    low, high, between = amounts
    value = w.known_scalar(call.operand(1))
    if value is not None and abs(value) <= (inf if dtype_of(x).kind in "fV" else 1 << 53):
        return w.pad(x, low, high, between, float(value))
    inside = w.pad(w.full(shape_of(x), 1, np.dtype(np.int32)), low, high, between)
    return w.select(w.binary("equal", inside, 1), w.pad(x, low, high, between), call.operand(1))


def starts_of(call: Call, first: int, sizes: Sequence[int]) -> list[SSAValue | int]:
    """For each axis of operand 0 where a slice of `sizes` starts: a number, or a value of rank 0; kept inside."""
    w, found = call.writer, list[SSAValue | int]()
    for axis, (size, part) in enumerate(zip(call.shape(), sizes, strict=True)):
        start = call.operand(first + axis)
        if part > size:
            raise call.error(f"slice of {part} elements of axis {axis}, which has {size}")
        value = w.known_scalar(start)
        if value is not None or part == size:
            found.append(min(max(int(value or 0), 0), size - part))
        else:
            found.append(w.clip(to_index(w, start), 0, size - part))
    return found


def _dynamic_slice(call: Call) -> SSAValue:
    w, x = call.writer, call.operand(0)
    sizes = call.view.ints("slice_sizes")
    if len(sizes) != len(call.shape()) or len(call) != 1 + len(sizes):
        raise call.error(f"slice_sizes {sizes} and {len(call) - 1} starts for rank {len(call.shape())}")
    starts = starts_of(call, 1, sizes)
    fixed = [start if isinstance(start, int) else 0 for start in starts]
    kept = [n if isinstance(start, int) else size for start, n, size in zip(starts, sizes, call.shape(), strict=True)]
    x = w.slice(x, fixed, kept, [1] * len(fixed))
    for axis, start in enumerate(starts):
        if isinstance(start, SSAValue):
            offsets = w.constant(np.arange(sizes[axis], dtype=np.int32))
            x = w.gather(x, w.binary("add", offsets, start), axis)
    return x


def _dynamic_update_slice(call: Call) -> SSAValue:
    w, x, update = call.writer, call.operand(0), call.operand(1)
    shape, sizes = call.shape(0), call.shape(1)
    if len(sizes) != len(shape) or len(call) != 2 + len(sizes):
        raise call.error(f"update of rank {len(sizes)} and {len(call) - 2} starts for rank {len(shape)}")
    starts = starts_of(call, 2, sizes)
    if all(isinstance(start, int) for start in starts):
        return w.add(graph.InsertSliceOp(update, x, [int(start) for start in starts if isinstance(start, int)]))
    # The update is moved to where it goes, then chosen there.
    inside: SSAValue | None = None
    for axis, start in enumerate(starts):
        if sizes[axis] == shape[axis]:
            continue
        first = start if isinstance(start, SSAValue) else w.scalar(start, np.dtype(np.int32))
        place = w.binary("sub", w.constant(np.arange(shape[axis], dtype=np.int32)), first)
        update = w.gather(update, w.clip(place, 0, sizes[axis] - 1), axis)
        here = w.binary("and", w.binary("greater_equal", place, 0), w.binary("less", place, sizes[axis]))
        here = w.reshape(here, [shape[axis], *[1] * (len(shape) - axis - 1)])
        inside = here if inside is None else w.binary("and", inside, here)
    assert inside is not None
    return w.select(inside, update, x)


def _same(call: Call) -> Results:
    return call.operands


RULES: Table = {
    "stablehlo.constant": _constant,
    "chlo.constant": _constant,
    "stablehlo.iota": _iota,
    "stablehlo.broadcast_in_dim": _broadcast_in_dim,
    "stablehlo.reshape": _reshape,
    "stablehlo.transpose": _transpose,
    "stablehlo.slice": _slice,
    "stablehlo.reverse": _reverse,
    "stablehlo.concatenate": _concatenate,
    "stablehlo.pad": _pad,
    "stablehlo.dynamic_slice": _dynamic_slice,
    "stablehlo.dynamic_update_slice": _dynamic_update_slice,
    "stablehlo.optimization_barrier": _same,
    "sdy.sharding_constraint": _same,
}
"""Rules of this module."""
