"""
Sorts of StableHLO and the largest elements of CHLO.

An element's rank is the number of elements that come before it; sorting is comparing all with all and adding up, as in
the importer of ONNX's TopK. Of NaN all are greater than any number, as jax's comparators say.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType, i64
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.bodies import ordering
from accelc.frontends.mlir.rules.regions import body_of
from accelc.frontends.mlir.writer import Writer

MAX_COMPARISONS = 1 << 20
"""Comparisons beyond which sorting in the framework is cheaper."""
OPSET = 11
"""Version of ONNX's operators."""
COUNT = np.dtype(np.float32)
"""Type in which elements are counted: exact for as many as are compared."""


def _ranks(w: Writer, x: SSAValue, *, largest: bool) -> SSAValue:
    """Place of each element of the last axis in the order; equal ones keep theirs."""
    *lead, size = shape_of(x)
    here, others = w.reshape(x, [*lead, size, 1]), w.reshape(x, [*lead, 1, size])
    wins = w.binary("greater" if largest else "less", others, here)
    same = w.binary("equal", others, here)
    if dtype_of(x).kind in "fV":
        nans = [w.unary("isnan", value) for value in (here, others)]
        first, second = nans[::-1] if largest else nans
        wins = w.binary("or", wins, w.binary("and", first, w.unary("not", second)))
        same = w.binary("or", same, w.binary("and", *nans))
    earlier = w.constant(np.tri(size, k=-1, dtype=np.bool_))
    before = w.binary("or", wins, w.binary("and", same, earlier))
    return w.reduce("sum", w.cast(before, COUNT), [len(lead) + 1])


def _placed(w: Writer, ranks: SSAValue, x: SSAValue, count: int) -> SSAValue:
    """The elements of the last axis at the first `count` places; one has each, so that adding zeros is exact."""
    *lead, size = shape_of(ranks)
    places = w.constant(np.arange(count, dtype=np.float32).reshape(count, 1))
    hit = w.binary("equal", w.reshape(ranks, [*lead, 1, size]), places)
    values = w.reshape(x, [*shape_of(x)[:-1], 1, size])
    return w.reduce("sum", w.select(hit, values, w.scalar(0, dtype_of(x))), [len(lead) + 1])


def _sorted(w: Writer, tensors: Sequence[SSAValue], axis: int, count: int, *, largest: bool) -> list[SSAValue]:
    """Tensors ordered along an axis by the first."""
    rank = len(shape_of(tensors[0]))
    perm = [d for d in range(rank) if d != axis] + [axis]
    back = [perm.index(d) for d in range(rank)]
    lines = [w.transpose(x, perm) for x in tensors]
    ranks = _ranks(w, lines[0], largest=largest)
    return [w.transpose(_placed(w, ranks, x, count), back) for x in lines]


def _framework(call: Call, x: SSAValue, axis: int, count: int, *, largest: bool) -> tuple[SSAValue, SSAValue]:
    """ONNX's TopK: the first elements in order, and their indices (i64)."""
    w, shape = call.writer, list(shape_of(x))
    shape[axis] = count
    k = w.constant(np.asarray([count], np.int64))
    attributes = {"axis": axis, "largest": int(largest), "sorted": 1}
    op = w.append(
        graph.CallFrameworkOp(
            "TopK",
            [x, k],
            [TensorType(element_of(x), shape), TensorType(i64, shape)],
            opset=OPSET,
            onnx_attributes={name: IntegerAttr(value, i64) for name, value in attributes.items()},
        )
    )
    return op.results[0], op.results[1]


def _is_index(call: Call, value: SSAValue, axis: int) -> bool:
    known, shape = call.writer.known(value), shape_of(value)
    column = np.arange(shape[axis]).reshape([-1, *[1] * (len(shape) - axis - 1)])
    return known is not None and bool((known == column).all())


def _ordered(call: Call, tensors: Sequence[SSAValue], axis: int, count: int, *, largest: bool) -> list[SSAValue]:
    x, size = tensors[0], shape_of(tensors[0])[axis]
    truths = any(dtype_of(value) == np.bool_ for value in tensors)
    if not truths and 0 < prod(shape_of(x)) * size <= MAX_COMPARISONS:
        return _sorted(call.writer, tensors, axis, count, largest=largest)
    if not all(_is_index(call, value, axis) for value in tensors[1:]):
        raise call.error(f"of several tensors, {prod(shape_of(x)) * size} comparisons; the limit is {MAX_COMPARISONS}")
    values, places = _framework(call, x, axis, count, largest=largest)
    return [values, *(call.writer.cast(places, dtype_of(value)) for value in tensors[1:])]


def _sort(call: Call) -> Sequence[SSAValue]:
    order = ordering(body_of(call.body()))
    if order is None:
        raise call.error("its body does not compare the elements of the first tensor alone; supported are LT and GT")
    axis, shape = call.view.int("dimension", -1), call.shape()
    axis += len(shape) if axis < 0 else 0
    if not 0 <= axis < len(shape) or any(shape_of(value) != shape for value in call.operands):
        raise call.error(f"dimension {axis} of tensors of shape {list(shape)}")
    return _ordered(call, call.operands, axis, shape[axis], largest=order == "greater")


def _top_k(call: Call) -> Sequence[SSAValue]:
    shape, count = call.shape(), call.view.int("k")
    axis = len(shape) - 1
    if axis < 0 or not 0 < count <= shape[axis]:
        raise call.error(f"k {count} of a tensor of shape {list(shape)}")
    places = call.writer.iota(shape, axis, call.result(1)[1])
    return _ordered(call, [call.operand(0), places], axis, count, largest=True)


RULES: Table = {"stablehlo.sort": _sort, "chlo.top_k": _top_k}
"""Rules of this module."""
