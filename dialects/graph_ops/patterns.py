"""Canonicalization of `graph`: movements that move nothing, chains that are one movement, neutral elements."""

from xdsl.dialects.builtin import f64
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from accelc.dialects.graph_ops.base import element_of, ints, is_float, shape_of
from accelc.dialects.graph_ops.binary import AddOp, BinaryOp, DivOp, MulOp, SubOp
from accelc.dialects.graph_ops.data import ConstantOp
from accelc.dialects.graph_ops.movement import (
    BroadcastOp,
    CastOp,
    ConcatOp,
    PadOp,
    ReshapeOp,
    SliceOp,
    TransposeOp,
)
from accelc.dialects.graph_ops.unary import IdentityOp

_NEUTRAL: dict[type[BinaryOp], tuple[float, bool]] = {
    AddOp: (0.0, True),
    SubOp: (0.0, False),
    MulOp: (1.0, True),
    DivOp: (1.0, False),
}
"""Neutral element, and whether it may stand on the left."""

_KEEPS_ORDER = (ReshapeOp, TransposeOp, CastOp, IdentityOp, BroadcastOp)


def _splat(value: SSAValue) -> float | None:
    owner = value.owner
    if not isinstance(owner, ConstantOp):
        return None
    values = owner.value.get_values()
    if not values or isinstance(values[0], tuple) or not owner.value.is_splat():
        return None
    return float(values[0])


def _replace(op: Operation, new: Operation, rewriter: PatternRewriter) -> None:
    for name in ("loc_name", "layer"):
        if name in op.attributes:
            new.attributes[name] = op.attributes[name]
    rewriter.replace(op, new)


class RemoveIdleMovement(RewritePattern):
    """A movement, cast or identity whose result is its operand disappears."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if isinstance(op, _KEEPS_ORDER):
            idle = op.x.type == op.result.type
            if isinstance(op, TransposeOp):
                idle = ints(op.perm) == tuple(range(len(shape_of(op.x))))
        elif isinstance(op, SliceOp):
            idle = op.x.type == op.result.type and all(s == 1 for s in ints(op.steps))
        elif isinstance(op, PadOp):
            idle = op.x.type == op.result.type
        elif isinstance(op, ConcatOp):
            idle = len(op.inputs) == 1
        else:
            return
        if idle:
            rewriter.replace(op, [], [op.operands[0]])


class JoinMovements(RewritePattern):
    """A reshape of a reshape, a transpose of a transpose, a broadcast of a broadcast is one."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if isinstance(op, ReshapeOp) and isinstance(inner := op.x.owner, ReshapeOp):
            _replace(op, ReshapeOp(inner.x, shape_of(op.result)), rewriter)
        elif isinstance(op, TransposeOp) and isinstance(inner := op.x.owner, TransposeOp):
            first = ints(inner.perm)
            _replace(op, TransposeOp(inner.x, [first[p] for p in ints(op.perm)]), rewriter)
        elif isinstance(op, BroadcastOp) and isinstance(inner := op.x.owner, BroadcastOp):
            _replace(op, BroadcastOp(inner.x, shape_of(op.result)), rewriter)


class RemoveNeutralOperand(RewritePattern):
    """x + 0, x - 0, x * 1 and x / 1 are x, when shape and element type stay."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if not isinstance(op, BinaryOp) or type(op) not in _NEUTRAL:
            return
        neutral, commutes = _NEUTRAL[type(op)]
        if op.lhs.type == op.result.type and _splat(op.rhs) == neutral:
            rewriter.replace(op, [], [op.lhs])
        elif commutes and op.rhs.type == op.result.type and _splat(op.lhs) == neutral:
            rewriter.replace(op, [], [op.rhs])


class JoinWideningCast(RewritePattern):
    """A cast of a widening float cast starts from the narrow value: widening is exact, so nothing is lost."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        """Rewrite one operation."""
        if not isinstance(op, CastOp) or not isinstance(inner := op.x.owner, CastOp):
            return
        narrow, wide = element_of(inner.x), element_of(inner.result)
        if is_float(narrow) and (wide == f64 or (str(wide) == "f32" and str(narrow) != "f64")):
            _replace(op, CastOp(inner.x, element_of(op.result), saturate=op.saturate is not None), rewriter)


PATTERNS: tuple[RewritePattern, ...] = (
    RemoveIdleMovement(),
    JoinMovements(),
    RemoveNeutralOperand(),
    JoinWideningCast(),
)
