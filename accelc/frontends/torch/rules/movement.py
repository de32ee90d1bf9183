"""Rules of operators that move elements. Those that torch makes views of never come here."""

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.torch.rules.call import Call, Rule, Table


def _reshape(*arguments: str) -> Rule:
    """The elements in row-major order, in the shape that torch says."""

    def rule(call: Call) -> SSAValue:
        for name in arguments:
            call.get(name)
        return call.writer.reshape(call.tensor("self"), call.shape)

    return rule


def _cat(call: Call) -> SSAValue:
    w, kept = call.writer, list[SSAValue]()
    handles = call.tensors("tensors")
    axis = call.axis("dim", len(call.shape))
    for handle in handles:
        # torch lets an empty vector stand among tensors of any rank.
        if tuple(handle.shadow.shape) != (0,) or len(call.shape) == 1:
            kept.append(w.cast(w.load(handle.variable), call.dtype))
    return kept[0] if len(kept) == 1 else w.add(graph.ConcatOp(kept, axis))


def _stack(call: Call) -> SSAValue:
    w = call.writer
    axis = call.axis("dim", len(call.shape))
    parts = list[SSAValue]()
    for handle in call.tensors("tensors"):
        value = w.cast(w.load(handle.variable), call.dtype)
        shape = shape_of(value)
        parts.append(w.reshape(value, [*shape[:axis], 1, *shape[axis:]]))
    return parts[0] if len(parts) == 1 else w.add(graph.ConcatOp(parts, axis))


def _pad(call: Call) -> SSAValue:
    x, pads = call.tensor("self"), call.ints("pad")
    value = 0.0 if call.get("value") is None else call.number("value")
    rank = len(shape_of(x))
    low, high = [0] * rank, [0] * rank
    for i in range(len(pads) // 2):
        low[rank - 1 - i], high[rank - 1 - i] = pads[2 * i], pads[2 * i + 1]
    if min(pads, default=0) < 0:
        raise call.error(f"pad {pads} crops; supported are pads of at least 0")
    if not any(pads):
        return x
    return call.writer.add(graph.PadOp(x, low=low, high=high, value=float(value)))


def _flip(call: Call) -> SSAValue:
    x = call.tensor("self")
    shape = shape_of(x)
    axes = [axis % max(len(shape), 1) for axis in call.ints("dims")]
    turned = [d in axes and n > 0 for d, n in enumerate(shape)]
    starts = [n - 1 if turn else 0 for n, turn in zip(shape, turned, strict=True)]
    return call.writer.add(graph.SliceOp(x, starts, shape, [-1 if turn else 1 for turn in turned])) if axes else x


def _roll(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    shape, shifts, dims = shape_of(x), call.ints("shifts"), call.ints("dims")
    if not dims:
        x, dims = w.reshape(x, [int(np.prod(shape))]), [0]
    for shift, dim in zip(shifts, dims, strict=True):
        axis = dim % max(len(shape_of(x)), 1)
        sizes = shape_of(x)
        by = shift % sizes[axis] if sizes[axis] else 0
        if by:
            parts = [_part(call, x, axis, sizes[axis] - by, by), _part(call, x, axis, 0, sizes[axis] - by)]
            x = w.add(graph.ConcatOp(parts, axis))
    return w.reshape(x, shape)


def _part(call: Call, x: SSAValue, axis: int, start: int, size: int) -> SSAValue:
    starts, sizes = [0] * len(shape_of(x)), list(shape_of(x))
    starts[axis], sizes[axis] = start, size
    return call.writer.add(graph.SliceOp(x, starts, sizes))


def _repeat(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    repeats = call.ints("repeats")
    shape = (1,) * (len(repeats) - len(shape_of(x))) + shape_of(x)
    spread = [n for size in shape for n in (1, size)]
    target = [n for times, size in zip(repeats, shape, strict=True) for n in (times, size)]
    return w.reshape(w.broadcast(w.reshape(x, spread), target), call.shape)


def _triangle(*, lower: bool) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, x = call.writer, call.tensor("self")
        shape = shape_of(x)
        diagonal = int(call.get("diagonal") or 0)
        ones = np.ones(shape[-2:], np.bool_)
        kept = np.tril(ones, diagonal) if lower else np.triu(ones, diagonal)
        return w.add(graph.SelectOp(w.constant(kept, f"{w.name}.mask"), x, w.scalar(0, dtype_of(x))))

    return rule


RULES: Table = {
    "reshape": _reshape("shape"),
    "_unsafe_view": _reshape("size"),
    "_reshape_copy": _reshape("size"),
    "cat": _cat,
    "stack": _stack,
    "constant_pad_nd": _pad,
    "flip": _flip,
    "roll": _roll,
    "repeat": _repeat,
    "tril": _triangle(lower=True),
    "triu": _triangle(lower=False),
}
"""Rules of this module."""
