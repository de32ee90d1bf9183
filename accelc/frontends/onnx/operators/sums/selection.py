"""
Importers of operators that look for the largest elements: ArgMax, ArgMin, Hardmax, TopK.

There is no sort among the primitives: an element's rank is the number of elements that come before it, so that sorting
is comparing all with all and adding up.
"""

from math import prod

import numpy as np

from accelc.dialects import graph
from accelc.frontends.onnx.builder import Tensor, known
from accelc.frontends.onnx.node import Node, Table

MAX_COMPARISONS = 2**20
"""Comparisons of a TopK, beyond which sorting elsewhere is cheaper than comparing all with all."""


def _argmax_of(node: Node, x: Tensor) -> Tensor:
    axis = node.axis(node.integer("axis", 0), x.rank)
    keepdims, last = bool(node.integer("keepdims", 1)), bool(node.integer("select_last_index", 0))
    return node.builder.emit(lambda v: graph.ArgmaxOp(v, axis, keepdims, select_last=last), x)


def _argmax(node: Node) -> Tensor:
    return _argmax_of(node, node.input())


def _argmin(node: Node) -> Tensor:
    return _argmax_of(node, _mirrored(node, node.input()))


def _mirrored(node: Node, x: Tensor) -> Tensor:
    """Elements in opposite order of size: -x, which integers cannot all be, or the complement of an integer."""
    b = node.builder
    if x.dtype == np.bool_:
        return b.unary("not", x)
    if x.is_float:
        return b.unary("neg", x)
    return b.binary("sub", b.scalar(-1 if x.dtype.kind == "i" else int(np.iinfo(x.dtype.name).max), x), x)


def _hardmax(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    axis = node.axis(node.integer("axis", -1 if node.opset >= 13 else 1), x.rank)
    shape = x.shape
    if node.opset < 13:
        # Until opset 13 all axes from this one on counted as one.
        x, axis = b.reshape(x, [prod(shape[:axis]), prod(shape[axis:])]), 1
    if not prod(shape):
        return b.reshape(x, shape)
    index = b.emit(lambda v: graph.ArgmaxOp(v, axis, True), x)
    positions = b.count(x.shape[axis], np.dtype(np.int64), [x.shape[axis]] + [1] * (x.rank - 1 - axis))
    hit = b.binary("equal", index, positions)
    return b.reshape(b.select(hit, b.scalar(1, x), b.scalar(0, x)), shape)


def _top_k(node: Node) -> list[Tensor]:
    b, x = node.builder, node.input()
    axis = node.axis(node.integer("axis", -1), x.rank)
    count = node.integer("k", 0) if node.opset < 10 else node.whole(1)
    size = x.shape[axis]
    if not 0 <= count <= size:
        raise node.error(f"k = {count} is outside [0, {size}], the elements of axis {axis}")
    if x.dtype == np.bool_ or prod(x.shape) * max(size, 1) > MAX_COMPARISONS:
        raise node.unsupported(f"comparing {size} elements with each other in each of {prod(x.shape)}")
    perm = [a for a in range(x.rank) if a != axis] + [axis]
    lines = b.transpose(x, perm)
    if not count:
        empty = [*lines.shape[:-1], 0]
        found = [known(np.zeros(empty, x.dtype)), known(np.zeros(empty, np.int64))]
    else:
        found = list(_first(node, lines, count, largest=bool(node.integer("largest", 1))))
    back = [perm.index(a) for a in range(x.rank)]
    return [b.transpose(t, back) for t in found]


def _first(node: Node, x: Tensor, count: int, *, largest: bool) -> tuple[Tensor, Tensor]:
    """Values and positions of the first `count` elements of each line, in order; equal ones keep their order."""
    b, size, lead = node.builder, x.shape[-1], x.shape[:-1]
    here, others = b.reshape(x, [*lead, size, 1]), b.reshape(x, [*lead, 1, size])
    earlier = known(np.tri(size, k=-1, dtype=np.bool_))
    wins = b.binary("greater" if largest else "less", others, here)
    ties = b.binary("and", b.binary("equal", others, here), earlier)
    before = b.cast(b.binary("or", wins, ties), np.dtype(np.float32))
    rank = b.reduce("sum", before, [x.rank], keepdims=False)
    places = known(np.arange(count, dtype=np.float32).reshape(count, 1))
    hit = b.binary("equal", b.reshape(rank, [*lead, 1, size]), places)
    # Exactly one element has each rank: adding zeros to it changes nothing, whatever its bits.
    values = b.reduce("sum", b.select(hit, others, b.scalar(0, x)), [x.rank], keepdims=False)
    positions = known(np.arange(size, dtype=np.float32))
    found = b.reduce("sum", b.select(hit, positions, known(np.zeros((), np.float32))), [x.rank], keepdims=False)
    return values, b.cast(found, np.dtype(np.int64))


OPERATORS: Table = {"ArgMax": _argmax, "ArgMin": _argmin, "Hardmax": _hardmax, "TopK": _top_k}
