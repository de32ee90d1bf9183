"""Importer of the update of a key-value cache: an operator whose result may take the memory of its input."""

from collections.abc import Sequence
from itertools import groupby

from accelc.frontends.onnx.builder import Tensor
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.moves.indexing import scatter

MODES = ("linear", "circular")
"""What happens behind the last position of the cache: nothing may be written there, or it goes on at the first."""


def _first_positions(node: Node, batch: int) -> list[int] | None:
    """The position where the update of each sample begins; None where only the run knows."""
    given = node.optional(2)
    if given is None:
        return [0] * batch
    if given.dtype.kind not in "iu" or given.shape != (batch,):
        raise node.error(
            f"write_indices are {given.dtype.name}{list(given.shape)}, expected one integer for each of {batch} samples"
        )
    if given.data is None:
        return None
    return [int(v) for v in given.data]


def pieces(first: int, count: int, size: int) -> list[tuple[int, int, int]]:
    """
    Where a ring of `size` positions takes `count` elements from position `first` on.

    Each piece is (position, first element, elements), ends at the last position at most, and is not empty;
    `0 <= first`, `0 <= count <= size`.
    """
    first %= max(size, 1)
    straight = min(count, size - first)
    return [piece for piece in ((first, 0, straight), (0, straight, count - straight)) if piece[2]]


def _check(node: Node, past: Tensor, update: Tensor) -> int:
    """The axis of positions. Raises ModelError for shapes, types or a mode that do not fit."""
    mode = node.text("mode", "linear")
    if mode not in MODES:
        raise node.error(f"attribute 'mode' = '{mode}': expected {' or '.join(MODES)}")
    axis = node.axis(node.integer("axis", -2), past.rank)
    if axis == 0:
        raise node.error("attribute 'axis' is the axis of samples, 0; expected that of the positions in the cache")
    fits = [a == b or (i == axis and b < a) for i, (a, b) in enumerate(zip(past.shape, update.shape, strict=False))]
    if past.rank != update.rank or not all(fits) or past.dtype != update.dtype:
        raise node.error(
            f"an update {update.dtype.name}{list(update.shape)} does not fit a cache {past.dtype.name}"
            f"{list(past.shape)}; only axis {axis} may be shorter"
        )
    return axis


def _tensor_scatter(node: Node) -> Tensor:
    past, update = node.input(0), node.input(1)
    axis = _check(node, past, update)
    batch, size, count = past.shape[0], past.shape[axis], update.shape[axis]
    starts = _first_positions(node, batch)
    circular = node.text("mode", "linear") == "circular"
    if starts is None:
        return _scattered(node, past, update, axis, circular=circular)
    for sample, first in enumerate(starts):
        if first < 0 or (not circular and first + count > size):
            limit = "at least 0" if circular else f"from 0 to {size - count}"
            raise node.error(f"write_indices[{sample}] = {first}: {count} of {size} positions begin {limit}")
    parts: list[tuple[Sequence[int], Tensor]] = []
    # Samples that are written at the same position are written together.
    for first, group in groupby(range(batch), key=lambda sample: starts[sample]):
        samples = list(group)
        of_samples = node.builder.slice_axis(update, 0, samples[0], len(samples))
        for position, begin, length in pieces(first, count, size):
            corner = [0] * past.rank
            corner[0], corner[axis] = samples[0], position
            parts.append((corner, node.builder.slice_axis(of_samples, axis, begin, length)))
    return node.builder.written(past, parts)


def _scattered(node: Node, past: Tensor, update: Tensor, axis: int, *, circular: bool) -> Tensor:
    """The update at positions that only the run knows; one behind the cache is an error then."""
    b, starts = node.builder, node.input(2)
    size, count = past.shape[axis], update.shape[axis]
    steps = b.count(count, starts.dtype)
    positions = b.add(b.reshape(starts, [past.shape[0], 1]), steps)
    if circular:
        positions = b.binary("mod", positions, b.scalar(size, positions))
    perm = [0, axis, *(a for a in range(1, past.rank) if a != axis)]
    result = scatter(b, b.transpose(past, perm), positions, b.transpose(update, perm), 1, 1)
    return b.transpose(result, [perm.index(a) for a in range(past.rank)])


OPERATORS: Table = {"TensorScatter": _tensor_scatter}
