"""Reductions of StableHLO."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.bodies import combiner, extreme_with_index
from accelc.frontends.mlir.rules.combine import extreme_index, identity, reduce
from accelc.frontends.mlir.rules.regions import NAMES, body_of


def _reduce(call: Call) -> Sequence[SSAValue]:
    if len(call) % 2:
        raise call.error(f"has {len(call)} operands; expected an initial value for each tensor")
    count = len(call) // 2
    axes, rank = call.view.ints("dimensions"), len(call.shape())
    if any(not 0 <= axis < rank for axis in axes) or len(set(axes)) != len(axes):
        raise call.error(f"dimensions {axes} of a tensor of rank {rank}")
    applied = call.view.text("applies")
    if applied:
        kinds = [NAMES.get(applied)] * count
    else:
        body = body_of(call.body())
        if count == 2 and len(axes) == 1 and (extreme := extreme_with_index(body)) is not None:
            return _extreme(call, extreme, axes[0])
        if body.arguments != 2 * count or len(body.returned) != count:
            raise call.error(f"its body has {body.arguments} arguments and {len(body.returned)} results")
        kinds = [combiner(body, i, count + i, i) for i in range(count)]
    results: list[SSAValue] = []
    for i, kind in enumerate(kinds):
        if kind is None or kind in ("first", "second", "select", "not"):
            raise call.error(
                "its body is no function that is known; supported are sums, products, extremes, "
                "logical functions, and the extreme of a tensor with its index"
            )
        results.append(reduce(call.writer, kind, call.operand(i), axes, call.operand(count + i)))
    return results


def _extreme(call: Call, kind: str, axis: int) -> Sequence[SSAValue]:
    w, x, indices = call.writer, call.operand(0), call.operand(1)
    shape = call.shape()
    known = w.known(indices)
    column = np.arange(shape[axis]).reshape([-1, *[1] * (len(shape) - axis - 1)])
    if known is None or not bool((known == column).all()):
        raise call.error("the second tensor is not the index along the axis; supported is an iota")
    if w.known_scalar(call.operand(2)) != identity(kind, dtype_of(x)) or w.known_scalar(call.operand(3)) != 0:
        raise call.error("initial values other than the lowest (or highest) value and the index 0")
    return extreme_index(w, kind, x, axis, dtype_of(indices))


RULES: Table = {"stablehlo.reduce": _reduce}
"""Rules of this module."""
