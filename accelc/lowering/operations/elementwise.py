"""Lowers elementwise operations: views are broadcast for free where they can be, and cut where they do not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, f8E4M3FN
from xdsl.ir import Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, is_bool, is_float, shape_of
from accelc.lowering.context import Lowering
from accelc.lowering.operations.computes import (
    ALU,
    INTEGER_UNARY,
    SWAPPED,
    Compute,
    alu_scalar,
    alu_tensors,
    copy,
    fallback,
    is_nan,
    logical_not,
    negate,
    select_or,
    select_tensors,
    to_integers,
    to_truth,
)
from accelc.lowering.plan import FUNCTIONS, Node, engine_dtype
from accelc.lowering.views import View
from accelc.numerics import FP8
from accelc.targets.model import Target

SIMPLE = (graph.NegOp, graph.IdentityOp, graph.IsnanOp, graph.NotOp)
"""Unary operations that are no functions of the scalar engine."""
ELEMENTWISE = (*FUNCTIONS, *SIMPLE, *ALU, graph.CastOp, graph.SelectOp)
MOST_AROUND = 64
"""Elementwise operations around a value that are looked at."""
CROWDED = 0.5
"""
Share of what may stay on chip beyond which results are written over operands.

A free buffer costs nothing, while a write over an operand waits for all its readers.
"""
EXACT = 2**24
"""Integers up to this size are fp32 numbers, as immediates have to be."""


def unary_support(op: Operation, target: Target) -> str | None:
    """Reason why a unary operation cannot run on the target, or None."""
    func = FUNCTIONS.get(type(op))
    if not is_float(element_of(op.operands[0])):
        return None
    if func is None and not isinstance(op, SIMPLE):
        return "no engine has this function"
    if func is None or func in target.functions or fallback(func, target) is not None:
        return None
    return f"function {func} is not one of the target's: {', '.join(target.functions)}"


def binary_support(op: Operation, _target: Target) -> str | None:
    """Reason why a binary operation cannot run, or None."""
    if isinstance(op, graph.ShrOp) and engine_dtype(element_of(op.lhs)) == "int8":
        return "the engines shift bytes down with their sign"
    return None


def cast_support(op: Operation, target: Target) -> str | None:
    """Reason why a cast cannot run on the target, or None."""
    source, result = element_of(op.operands[0]), element_of(op.results[0])
    assert isinstance(op, graph.CastOp)
    if engine_dtype(result) in FP8 and source != result:
        overflow = target.numerics.fp8_overflow
        # Without infinities, both ways not to saturate give NaN.
        same = ("saturate",) if op.saturate is not None else ("nan", "inf") if result == f8E4M3FN else ("inf",)
        return None if overflow in same else f"target '{target.name}' lets {result} overflow otherwise: {overflow}"
    if is_float(source) and not is_float(result) and not is_bool(result):
        return None if "trunc" in target.functions else "function trunc is not one of the target's"
    return None


def select_support(_op: Operation, target: Target) -> str | None:
    """Reason why a choice cannot run on the target, or None."""
    has = target.engines["vector"].has("select")
    return None if has else f"the vector engine of target '{target.name}' has no select"


def lower_unary(ctx: Lowering, node: Node) -> None:
    """Unary functions, tests and identity, on floats, integers and truth values."""
    elementwise(ctx, node, [node.op.operands[0]], _unary(ctx.target, node.op))


def _unary(target: Target, op: Operation) -> Compute:
    element = element_of(op.operands[0])
    if isinstance(op, graph.NotOp):
        return logical_not
    if isinstance(op, graph.IsnanOp):
        return is_nan
    if is_bool(element):
        # In one bit relu, abs, neg, square and sign change nothing.
        return copy
    if not is_float(element):
        return INTEGER_UNARY[type(op)]
    if isinstance(op, graph.NegOp):
        return negate
    if isinstance(op, graph.IdentityOp):
        return copy
    func = FUNCTIONS[type(op)]
    other = None if func in target.functions else fallback(func, target)
    # x + 0 is 0 for x = -0, whose reciprocal is another one.
    bias = -0.0 if func in ("reciprocal", "rsqrt") else 0.0
    return other or (lambda ctx, ins, out: ctx.builder.activate(func, ins[0], out, bias=bias))


def lower_binary(ctx: Lowering, node: Node) -> None:
    """Arithmetic, comparisons and bits with NumPy broadcasting; a constant of one element becomes an immediate."""
    lhs, rhs = node.op.operands
    name = ALU[type(node.op)]
    left, right = _immediate(ctx, lhs), _immediate(ctx, rhs)
    if right is not None:
        elementwise(ctx, node, [lhs], alu_scalar(name, right))
    elif left is not None and name in SWAPPED:
        elementwise(ctx, node, [rhs], alu_scalar(SWAPPED[name], left))
    else:
        elementwise(ctx, node, [lhs, rhs], alu_tensors(name))


def _immediate(ctx: Lowering, value: SSAValue) -> float | None:
    """The value of a constant of one element, if an immediate can hold it exactly (floats are rounded to fp32)."""
    known = ctx.scalar_of(value)
    if known is None:
        return None
    if is_float(element_of(value)):
        return float(np.float32(known))
    return known if abs(known) <= EXACT else None


def lower_cast(ctx: Lowering, node: Node) -> None:
    """Conversions: floats to integers towards zero and saturated, integers wrap, truth values are `x != 0`."""
    source, result = element_of(node.op.operands[0]), element_of(node.result)
    compute = copy
    if is_bool(result) and not is_bool(source):
        compute = to_truth
    elif not is_float(result) and not is_bool(source):
        compute = to_integers
    elementwise(ctx, node, [node.op.operands[0]], compute)


def lower_select(ctx: Lowering, node: Node) -> None:
    """A choice between two tensors: a copy of one, over which the other is written where the condition holds."""
    op = node.op
    assert isinstance(op, graph.SelectOp)
    known = _immediate(ctx, op.b)
    values, compute = ([op.condition, op.a, op.b], select_tensors)
    if known is not None:
        values, compute = [op.condition, op.a], select_or(known)
    elementwise(ctx, node, values, compute, in_place=False)


def elementwise(
    ctx: Lowering, node: Node, operands: Sequence[SSAValue], compute: Compute, *, in_place: bool = True
) -> None:
    """
    Writes the result by `compute` over `operands`, which broadcast to its shape.

    In place if `reuses` allows it and `compute` writes nothing before it has read all.
    """
    result = node.result
    shape = shape_of(result) or (1,)
    views = [ctx.view_of(value).lead(len(shape)) for value in operands]
    first = views[0]
    axis = first.axis
    if axis is not None and shape[axis] == 1 and all(v.replicated and v.axis == axis for v in views):
        _replicated(ctx, result, views, shape, compute)
        return
    reused = _over_operand(ctx, node, views) if in_place else None
    out = reused or ctx.allocate(result, _partition_axis(ctx, views, shape, result), "t")
    apply(ctx, views, out, compute)


def _over_operand(ctx: Lowering, node: Node, views: Sequence[View]) -> View | None:
    """
    The operand that `reuses` names, bound to the result, where it can be written as it is read.

    It has to be on chip, nothing else may need its storage, and other operands in it must be the same view: then each
    element is read for the last time by the instruction that writes it. None also where the chip is not crowded.
    """
    reuses = node.op.attributes.get("reuses")
    if not ctx.in_place or not isinstance(reuses, IntegerAttr):
        return None
    if node.result in ctx.halos or node.result in ctx.forwards:
        return None
    shape = shape_of(node.result) or (1,)
    if ctx.has_room(shape, _partition_axis(ctx, views, shape, node.result), CROWDED):
        return None
    operand = node.op.operands[reuses.value.data]
    out = ctx.view_of(operand)
    if not out.on_chip or not ctx.is_last_use(operand) or out.storage.dtype != ctx.dtype:
        return None
    repeats = any(stride == 0 and n > 1 for stride, n in zip(out.strides, out.shape, strict=True))
    if repeats or out.shape != shape:
        return None
    if any(view.storage is out.storage and view != out for view in views):
        return None
    ctx.bind(node.result, out)
    ctx.forget(out)
    ctx.reused += 1
    return out


def _partition_axis(ctx: Lowering, views: Sequence[View], shape: Sequence[int], result: SSAValue | None = None) -> int:
    """
    Partition axis of the largest operand that has one; otherwise the one that fills most partitions.

    Of several that do, HBM is read and written fastest along the first; but something may need `result`, if that stays
    on chip, along another.
    """
    placed = [v for v in views if v.axis is not None and v.shape[v.axis] == shape[v.axis] and not v.replicated]
    if placed:
        axis = max(placed, key=lambda v: v.size).axis
        assert axis is not None
        return axis
    best, rows = ctx.best_axis(shape), ctx.target.sbuf.partitions
    if result is not None and not _may_lie_along_first(result):
        return best
    return next(axis for axis, size in enumerate(shape) if min(size, rows) == min(shape[best], rows))


def _may_lie_along_first(value: SSAValue) -> bool:
    """
    Whether the elementwise operations around `value` read and write HBM only, beside products from the right.

    What others make or need on chip lies along an axis of theirs.
    """
    seen, waiting = {value}, [value]
    while waiting and len(seen) <= MOST_AROUND:
        value = waiting.pop()
        near: list[SSAValue] = []
        for use in value.uses:
            user = use.operation
            # The right operand of a product is contracted along its rows.
            if isinstance(user, graph.YieldOp) or (isinstance(user, graph.MatmulOp) and use.index == 1):
                continue
            if type(user) not in ELEMENTWISE:
                return False
            near.append(user.results[0])
        maker = value.owner
        if isinstance(maker, Operation):
            if type(maker) not in ELEMENTWISE:
                return False
            near += [operand for operand in maker.operands if not _is_in_hbm(operand)]
        near = [other for other in near if other not in seen]
        seen.update(near)
        waiting += near
    return not waiting


def _is_in_hbm(value: SSAValue) -> bool:
    return not isinstance(value.owner, Operation) or isinstance(value.owner, (graph.WeightOp, graph.ConstantOp))


def _replicated(ctx: Lowering, result: SSAValue, views: Sequence[View], shape: Sequence[int], compute: Compute) -> None:
    """All partitions hold the same operands, so all compute the same result: it stays free to broadcast."""
    axis = views[0].axis
    assert axis is not None
    rows = ctx.target.sbuf.partitions
    wide = tuple(rows if a == axis else n for a, n in enumerate(shape))
    out = ctx.scratch("t", wide, axis, ctx.dtype)
    sources: list[View] = []
    for view in views:
        spread = view.broadcast(wide)
        assert spread is not None
        sources.append(spread)
    compute(ctx, sources, out)
    strides = tuple(0 if a == axis else s for a, s in enumerate(out.strides))
    ctx.bind(result, replace(out, shape=tuple(shape), strides=strides, replicated=True))


def apply(ctx: Lowering, views: Sequence[View], out: View, compute: Compute) -> None:
    """Runs `compute` over all of `out`, in pieces where an operand or the result is not on chip as needed."""
    axis = out.axis if out.axis is not None else _partition_axis(ctx, views, out.shape)
    sources = [_usable(ctx, view, out, axis) for view in views]
    moved = [view for view in sources if not _is_direct(view, out, axis)]
    staged = sum(view.storage.itemsize for view in moved if _is_large(view, out, axis))
    staged += 0 if out.on_chip else out.storage.itemsize
    limit = ctx.rows_per_chunk(2**31, fixed=0, per_row=staged) if staged else 2**31
    for bounds in pieces(out.shape, axis, ctx.target.sbuf.partitions, limit):
        region = out.part(bounds)
        target = region if region.on_chip else ctx.scratch("tile", region.shape, axis, out.storage.dtype)
        ins: list[View] = []
        for view in sources:
            piece = view.part(bounds)
            if not _is_direct(view, out, axis):
                spread = piece.shape[axis] == 1 and region.shape[axis] > 1
                piece = ctx.replicated(piece, axis) if spread else ctx.on_chip(piece, axis)
            wide = piece.broadcast(region.shape)
            assert wide is not None
            ins.append(wide)
        compute(ctx, ins, target)
        if target is not region:
            ctx.builder.dma(target, region)


def _usable(ctx: Lowering, view: View, out: View, axis: int) -> View:
    """`view` as it is, or in HBM when it lies on chip across the wrong partitions."""
    return ctx.to_hbm(view) if view.on_chip and not _is_direct(view, out, axis) else view


def _is_direct(view: View, out: View, axis: int) -> bool:
    return view.axis == axis and (view.shape[axis] == out.shape[axis] or view.replicated)


def _is_large(view: View, out: View, axis: int) -> bool:
    free = [n for a, n in enumerate(view.shape) if a != axis]
    return prod(free) * 4 > prod(n for a, n in enumerate(out.shape) if a != axis)


def pieces(shape: Sequence[int], axis: int, rows: int, limit: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """
    Cuts a tensor into boxes of at most `limit` elements per partition (at least one): (low, high) per axis.

    The partition axis is cut at tiles of `rows` first, then the free axes, outermost first.
    """
    counts = [-(-n // rows) if a == axis else n for a, n in enumerate(shape)]
    block = list(counts)
    for a in (axis, *(a for a in range(len(shape)) if a != axis)):
        total = prod(block)
        if total <= limit:
            break
        most = max(1, limit * block[a] // total)
        # As many pieces as it takes, of nearly equal size: a short one costs as much to start as a long one.
        block[a] = -(-block[a] // -(-block[a] // most))
    sizes = [b * rows if a == axis else b for a, b in enumerate(block)]
    yield from product(
        *([(low, min(low + size, n)) for low in range(0, n, size)] for n, size in zip(shape, sizes, strict=True))
    )
