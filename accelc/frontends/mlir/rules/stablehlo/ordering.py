"""Sorts of StableHLO and the largest elements of CHLO, by ONNX's TopK in the framework."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType, i64
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.bodies import ordering
from accelc.frontends.mlir.rules.regions import body_of

OPSET = 11
"""Version of ONNX's operators."""


def _top(call: Call, x: SSAValue, axis: int, count: int, *, largest: bool) -> tuple[SSAValue, SSAValue]:
    """The `count` largest or smallest elements along an axis in order, and their indices (i64)."""
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


def _sort(call: Call) -> Sequence[SSAValue]:
    order = ordering(body_of(call.body()))
    if order is None:
        raise call.error("its body does not compare the elements of the first tensor; supported are LT and GT")
    axis, shape = call.view.int("dimension", -1), call.shape()
    axis += len(shape) if axis < 0 else 0
    if not 0 <= axis < len(shape):
        raise call.error(f"dimension {axis} of a tensor of rank {len(shape)}")
    values, places = _top(call, call.operand(0), axis, shape[axis], largest=order == "greater")
    results = [values]
    for i in range(1, len(call)):
        known = call.writer.known(call.operand(i))
        column = np.arange(shape[axis]).reshape([-1, *[1] * (len(shape) - axis - 1)])
        if known is None or not bool((known == column).all()):
            raise call.error("sorts tensors along with the first; supported is an iota")
        results.append(call.writer.cast(places, dtype_of(call.operand(i))))
    return results


def _top_k(call: Call) -> Sequence[SSAValue]:
    count, axis = call.view.int("k"), len(call.shape()) - 1
    if not 0 < count <= call.shape()[axis]:
        raise call.error(f"k {count} of {call.shape()[axis]} elements")
    values, places = _top(call, call.operand(0), axis, count, largest=True)
    return [values, call.writer.cast(places, call.result(1)[1])]


RULES: Table = {"stablehlo.sort": _sort, "chlo.top_k": _top_k}
"""Rules of this module."""
