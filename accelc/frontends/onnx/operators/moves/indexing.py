"""Importers of operators that move elements by indices, as `graph.gather` and `graph.scatter`."""

from collections.abc import Sequence
from math import prod

import numpy as np
from onnx import AttributeProto
from xdsl.ir import SSAValue

from accelc.analysis.indexed import REDUCTIONS
from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import checked_shape


def gather(b: Builder, x: Tensor, indices: Tensor, axis: int, batch: int = 0) -> Tensor:
    """`graph.gather`; constant indices must be inside the axis."""
    return b.emit(lambda v, i: graph.GatherOp(v, i, axis, batch), x, indices)


def scatter(
    b: Builder, x: Tensor, indices: Tensor, updates: Tensor, axis: int, batch: int = 0, kind: str = "none"
) -> Tensor:
    """`graph.scatter`."""

    def make(x: SSAValue, indices: SSAValue, updates: SSAValue) -> graph.ScatterOp:
        return graph.ScatterOp(x, indices, updates, axis, batch, kind)

    return b.emit(make, x, indices, updates)


def _indices(node: Node, index: int = 1) -> Tensor:
    indices = node.input(index)
    if indices.dtype.kind not in "iu":
        raise node.error(f"indices have element type {indices.dtype.name}, not an integer type")
    return indices


def _check_known(node: Node, indices: Tensor, size: int, axis: int) -> None:
    if indices.data is not None and indices.data.size:
        wanted = indices.data.astype(np.int64)
        if wanted.min() < -size or wanted.max() >= size:
            raise node.error(f"an index is outside [{-size}, {size}) of axis {axis}")


def _gather(node: Node) -> Tensor:
    x, indices = node.input(0), _indices(node)
    axis = node.axis(node.integer("axis", 0), x.rank)
    _check_known(node, indices, x.shape[axis], axis)
    if indices.data is None or indices.data.size != 1:
        return gather(node.builder, x, indices, axis)
    # One known index is a slice, which any home can do.
    first = int(indices.data.reshape(-1)[0]) % x.shape[axis]
    part = node.builder.slice_axis(x, axis, first, 1)
    return node.builder.reshape(part, [*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]])


def _elements(node: Node, x: Tensor) -> tuple[Tensor, Tensor, int, list[int]]:
    """The part of x that indices can reach, the indices, both with the indexed axis last; that axis and the order."""
    b, indices = node.builder, _indices(node)
    axis = node.axis(node.integer("axis", 0), x.rank)
    limits = [indices.shape[a] if a != axis else x.shape[a] for a in range(min(x.rank, indices.rank))]
    if indices.rank != x.rank or any(n > size for n, size in zip(limits, x.shape, strict=True)):
        raise node.error(f"indices {list(indices.shape)} do not fit x {list(x.shape)}; only axis {axis} may be longer")
    _check_known(node, indices, x.shape[axis], axis)
    perm = [a for a in range(x.rank) if a != axis] + [axis]
    part = b.slice(x, [0] * x.rank, limits, [1] * x.rank)
    return b.transpose(part, perm), b.transpose(indices, perm), axis, perm


def _inverse(perm: Sequence[int]) -> list[int]:
    return [list(perm).index(a) for a in range(len(perm))]


def _gather_elements(node: Node) -> Tensor:
    b = node.builder
    x, indices, _, perm = _elements(node, node.input(0))
    return b.transpose(gather(b, x, indices, x.rank - 1, x.rank - 1), _inverse(perm))


def _reduction(node: Node) -> str:
    kind = node.text("reduction", "none")
    if kind not in REDUCTIONS:
        raise node.error(f"reduction '{kind}' is not one of {', '.join(REDUCTIONS)}")
    return kind


def _scatter_elements(node: Node) -> Tensor:
    b, whole, updates = node.builder, node.input(0), node.input(2)
    x, indices, _, perm = _elements(node, whole)
    if updates.shape != node.input(1).shape or updates.dtype != whole.dtype:
        raise node.error(
            f"updates {updates.dtype.name}{list(updates.shape)} do not fit indices {list(node.input(1).shape)} into "
            f"{whole.dtype.name}{list(whole.shape)}"
        )
    moved = b.transpose(updates, perm)
    result = scatter(b, x, indices, moved, x.rank - 1, x.rank - 1, _reduction(node))
    result = b.transpose(result, _inverse(perm))
    if result.shape == whole.shape:
        return result
    return b.emit(lambda s, d: graph.InsertSliceOp(s, d, [0] * whole.rank), result, whole)


def _flat_indices(node: Node, sizes: Sequence[int], batch: int = 0) -> Tensor:
    """Rows of indices into axes of some sizes as indices into these axes taken as one; wrong ones stay wrong."""
    b, indices = node.builder, _indices(node)
    lead, total = indices.shape[:-1], prod(sizes)
    parts = [b.reshape(b.slice_axis(indices, indices.rank - 1, i, 1), lead) for i in range(len(sizes))]
    if len(parts) == 1:
        _check_known(node, parts[0], sizes[0], batch)
        return parts[0]
    flat: Tensor | None = None
    wrong: Tensor | None = None
    for axis, (part, size) in enumerate(zip(parts, sizes, strict=True)):
        _check_known(node, part, size, batch + axis)
        if part.dtype.kind == "i":
            part = b.select(b.binary("less", part, b.scalar(0, part)), b.add(part, size), part)
        outside = b.binary("greater_equal", part, b.scalar(size, part))
        if part.dtype.kind == "i":
            outside = b.binary("or", outside, b.binary("less", part, b.scalar(0, part)))
        wrong = outside if wrong is None else b.binary("or", wrong, outside)
        flat = part if flat is None else b.add(b.mul(flat, size), part)
    assert flat is not None
    assert wrong is not None
    return b.select(wrong, b.scalar(total, flat), flat)


def _rows(node: Node, x: Tensor, batch: int) -> tuple[Tensor, Tensor, int]:
    """x with the axes that rows of indices count along as one, the indices into it, and the number of those axes."""
    indices = _indices(node)
    depth = indices.shape[-1] if indices.rank else 0
    if indices.rank <= batch or not 1 <= depth <= x.rank - batch or indices.shape[:batch] != x.shape[:batch]:
        raise node.error(
            f"indices {list(indices.shape)} do not fit x {list(x.shape)} with {batch} batch axes: the last axis holds "
            f"1 to {x.rank - batch} indices"
        )
    sizes = x.shape[batch : batch + depth]
    joined = node.builder.reshape(x, [*x.shape[:batch], prod(sizes), *x.shape[batch + depth :]])
    return joined, _flat_indices(node, sizes, batch), depth


def _gather_nd(node: Node) -> Tensor:
    batch = node.integer("batch_dims", 0)
    if batch < 0:
        raise node.error(f"attribute 'batch_dims' is {batch}, expected 0 or more")
    x, indices, _ = _rows(node, node.input(0), batch)
    return gather(node.builder, x, indices, batch, batch)


def _scatter_nd(node: Node) -> Tensor:
    b, whole, updates = node.builder, node.input(0), node.input(2)
    x, indices, depth = _rows(node, whole, 0)
    if updates.shape != (*indices.shape, *whole.shape[depth:]) or updates.dtype != whole.dtype:
        raise node.error(
            f"updates {updates.dtype.name}{list(updates.shape)} do not fit {whole.dtype.name}"
            f"{[*indices.shape, *whole.shape[depth:]]}"
        )
    return b.reshape(scatter(b, x, indices, updates, 0, kind=_reduction(node)), whole.shape)


def _compress(node: Node) -> Tensor:
    b, x = node.builder, node.input(0)
    condition = node.constant(1)
    given = node.attribute("axis", AttributeProto.INT)
    x = b.reshape(x, [prod(x.shape)]) if given is None else x
    axis = 0 if given is None else node.axis(given.i, x.rank)
    if condition.ndim != 1 or len(condition) > x.shape[axis]:
        raise node.error(f"the condition {list(condition.shape)} does not fit axis {axis} of {list(x.shape)}")
    return gather(b, x, known(np.flatnonzero(condition).astype(np.int64)), axis)


def _reverse_sequence(node: Node) -> Tensor:
    b, x, lengths = node.builder, node.input(0), node.input(1)
    batch, time = node.axis(node.integer("batch_axis", 1), x.rank), node.axis(node.integer("time_axis", 0), x.rank)
    if batch == time or lengths.shape != (x.shape[batch],) or lengths.dtype.kind not in "iu":
        raise node.error(f"batch_axis {batch}, time_axis {time} and lengths {list(lengths.shape)} do not fit x")
    perm = [batch, time, *(a for a in range(x.rank) if a not in (batch, time))]
    steps = b.count(x.shape[time], lengths.dtype)
    length = b.reshape(lengths, [x.shape[batch], 1])
    mirrored = b.binary("sub", length, b.add(steps, 1))
    indices = b.select(b.binary("less", steps, length), mirrored, steps)
    return b.transpose(gather(b, b.transpose(x, perm), indices, 1, 1), _inverse(perm))


def _max_unpool(node: Node) -> Tensor:
    b, x, indices = node.builder, node.input(0), _indices(node)
    kernel = node.ints("kernel_shape")
    rank = x.rank - 2
    if kernel is None or len(kernel) != rank or indices.shape != x.shape:
        raise node.error(f"kernel_shape {kernel} and indices {list(indices.shape)} do not fit x {list(x.shape)}")
    strides, pads = node.ints("strides") or [1] * rank, node.ints("pads") or [0] * (2 * rank)
    # Indices count through the smallest input of a pooling that has such a result.
    sizes = [
        (n - 1) * s + k - pads[a] - pads[rank + a]
        for a, (n, s, k) in enumerate(zip(x.shape[2:], strides, kernel, strict=True))
    ]
    shape = [*x.shape[:2], *sizes]
    if min(shape) < 0:
        raise node.error(f"kernel_shape {kernel}, strides {strides} and pads {pads} do not fit x {list(x.shape)}")
    count, total = prod(x.shape), prod(checked_shape(shape, b.where))
    zeros = known(np.broadcast_to(np.zeros((), x.dtype), (total,)))
    flat = scatter(b, zeros, b.reshape(indices, [count]), b.reshape(x, [count]), 0)
    result = b.reshape(flat, shape)
    if node.optional(2) is None:
        return result
    wanted = node.integers(2)
    if len(wanted) != x.rank:
        raise node.error(f"output_shape {wanted} does not fit x {list(x.shape)}")
    return b.pad(result, [0] * x.rank, [w - n for w, n in zip(wanted, shape, strict=True)], 0.0)


OPERATORS: Table = {
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
    "Scatter": _scatter_elements,
    "ScatterElements": _scatter_elements,
    "ScatterND": _scatter_nd,
    "Compress": _compress,
    "ReverseSequence": _reverse_sequence,
    "MaxUnpool": _max_unpool,
}
