"""`sketch.clamp` stays whole in accelc's graphs: its lowering to macro-ops, and what it computes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from accelc import Target
from accelc.lowering import Lowering, Node, OperationRule, View, elementwise
from embed_xdsl.dialect import ClampOp


def _lower(ctx: Lowering, node: Node) -> None:
    op = node.op
    assert isinstance(op, ClampOp)
    low, high = op.bounds

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        ctx.builder.tensor_scalar(ins[0], out, "max", low, "min", high)

    # Finds a place for the result and cuts what does not fit on chip.
    elementwise(ctx, node, [op.x], compute)


def _support(_op: ClampOp, target: Target) -> str | None:
    has = target.engines["vector"].has("tensor_scalar")
    return None if has else f"the vector engine of target '{target.name}' has no tensor_scalar"


def _evaluate(op: ClampOp, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    low, high = map(np.float32, op.bounds)
    return np.minimum(np.maximum(x, low), high)


CLAMP = OperationRule(lower=_lower, support=_support, evaluate=_evaluate)
"""Entry point `sketch.clamp` of `accelc.lowerings`: one instruction for what would be two operations of `graph`."""
