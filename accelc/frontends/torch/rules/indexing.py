"""Rules of operators that read and write at places given by tensors of integers."""

from collections.abc import Callable

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.torch.library import torch
from accelc.frontends.torch.rules.call import Call, Rule, Table
from accelc.frontends.torch.writer import Handle, count

INT64 = np.dtype(np.int64)
Rearranged = Callable[[SSAValue], SSAValue]


def _rows(x: str, indices: str, axis: str | None) -> Rule:
    def rule(call: Call) -> SSAValue:
        table, rows = call.tensor(x), call.tensor(indices)
        for name in ("padding_idx", "scale_grad_by_freq"):
            # They matter for gradients only.
            call.get(name)
        at = 0 if axis is None else call.axis(axis, len(shape_of(table)))
        return call.writer.add(graph.GatherOp(table, rows, axis=at))

    return rule


def _last(call: Call, x: SSAValue, axis: int) -> SSAValue:
    """The tensor with one axis moved behind the others."""
    rank = len(shape_of(x))
    return x if axis == rank - 1 else call.writer.transpose(x, [*(d for d in range(rank) if d != axis), axis])


def _back(call: Call, x: SSAValue, axis: int) -> SSAValue:
    rank = len(shape_of(x))
    order = [*(d for d in range(rank) if d != axis), axis]
    return x if axis == rank - 1 else call.writer.transpose(x, [order.index(d) for d in range(rank)])


def _cropped(call: Call, x: SSAValue, sizes: tuple[int, ...]) -> SSAValue:
    return x if shape_of(x) == sizes else call.writer.add(graph.SliceOp(x, [0] * len(sizes), sizes))


def _gather(call: Call) -> SSAValue:
    """An index for every element of the result."""
    x, index = call.tensor("self"), call.tensor("index")
    call.get("sparse_grad")
    rank = len(shape_of(x))
    if not rank or len(shape_of(index)) != rank:
        raise call.error("an index of another rank than the tensor; supported is one for every element")
    axis = call.axis("dim", rank)
    sizes = tuple(n if d == axis else m for d, (n, m) in enumerate(zip(shape_of(x), shape_of(index), strict=True)))
    moved, places = _last(call, _cropped(call, x, sizes), axis), _last(call, index, axis)
    return _back(call, call.writer.add(graph.GatherOp(moved, places, axis=rank - 1, batch=rank - 1)), axis)


def _scatter(reduction: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, x, index = call.writer, call.tensor("self"), call.tensor("index")
        rank = len(shape_of(x))
        if not rank or len(shape_of(index)) != rank:
            raise call.error("an index of another rank than the tensor; supported is one for every element")
        axis = call.axis("dim", rank)
        sizes = tuple(n if d == axis else m for d, (n, m) in enumerate(zip(shape_of(x), shape_of(index), strict=True)))
        if isinstance(call.get("src"), Handle):
            updates = _cropped(call, call.tensor("src"), shape_of(index))
        else:
            name = "value" if call.get("value") is not None else "src"
            updates = w.broadcast(call.operand(name, dtype_of(x)), shape_of(index))
        moved = (_last(call, value, axis) for value in (_cropped(call, x, sizes), index, updates))
        op = graph.ScatterOp(*moved, axis=rank - 1, batch=rank - 1, reduction=reduction)
        changed = _back(call, w.add(op), axis)
        return changed if shape_of(x) == sizes else w.add(graph.InsertSliceOp(changed, x, [0] * rank))

    return rule


def _has_integers(index: Handle) -> bool:
    """Whether an index is integers, no mask."""
    return not index.shadow.dtype.is_floating_point and index.shadow.dtype not in (torch().bool, torch().uint8)


def _placed(call: Call, x: SSAValue) -> tuple[SSAValue, SSAValue, int, Rearranged] | None:
    """
    A tensor in which the axes that have indices are one, the index for that axis, the axis, and the way back.

    Where the axes are apart, torch puts them first. None for other indices than integers.
    """
    w, shape = call.writer, shape_of(x)
    given = list(call.get("indices"))
    axes = [axis for axis, index in enumerate(given) if index is not None]
    if not axes or not all(isinstance(given[axis], Handle) and _has_integers(given[axis]) for axis in axes):
        return None
    places, first = [w.load(given[axis].variable) for axis in axes], axes[0]
    order = list(range(len(shape)))
    if axes != order[first : first + len(axes)]:
        order, first = [*axes, *(d for d in order if d not in axes)], 0
    moved = [shape[d] for d in order]
    sizes, behind = moved[first : first + len(axes)], first + len(axes)
    joined = w.reshape(_transposed(call, x, order), [*moved[:first], count(sizes), *moved[behind:]])

    def back(value: SSAValue) -> SSAValue:
        return _transposed(call, w.reshape(value, moved), [order.index(d) for d in range(len(shape))])

    return joined, places[0] if len(axes) == 1 else _joined(call, places, sizes), first, back


def _transposed(call: Call, x: SSAValue, order: list[int]) -> SSAValue:
    return x if order == sorted(order) else call.writer.transpose(x, order)


def _index(call: Call) -> SSAValue:
    found = _placed(call, call.tensor("self"))
    if found is None:
        raise call.error("indices other than integers; supported are tensors of integers")
    x, places, axis, _ = found
    return call.writer.add(graph.GatherOp(x, places, axis=axis))


def _joined(call: Call, places: list[SSAValue], sizes: list[int]) -> SSAValue:
    """One index of the axes `sizes` in row-major order, which is outside of them if any of `places` is."""
    w = call.writer
    flat, inside = w.scalar(0, INT64), w.scalar(True, np.dtype(np.bool_))
    for axis, (index, size) in enumerate(zip(places, sizes, strict=True)):
        index = w.cast(index, INT64)
        index = w.add(graph.SelectOp(w.binary("less", index, 0), w.binary("add", index, size), index))
        legal = w.binary("and", w.binary("greater_equal", index, 0), w.binary("less", index, size))
        flat = w.binary("add", flat, w.binary("mul", index, count(sizes[axis + 1 :])))
        inside = w.binary("and", inside, legal)
    return w.add(graph.SelectOp(inside, flat, w.scalar(count(sizes), INT64)))


def _index_put(call: Call) -> SSAValue:
    w, x, value = call.writer, call.handle("self"), call.handle("values")
    contents = w.load(x.variable)
    found = _placed(call, contents)
    if found is not None:
        joined, places, axis, back = found
        shape = shape_of(joined)
        updates = w.broadcast(w.load(value.variable), [*shape[:axis], *shape_of(places), *shape[axis + 1 :]])
        reduction = "add" if call.get("accumulate") else "none"
        return back(w.add(graph.ScatterOp(joined, places, updates, axis=axis, reduction=reduction)))
    masks = [index for index in call.get("indices") if index is not None]
    whole = len(masks) == 1 and masks[0].shadow.dtype == torch().bool and masks[0].shadow.shape == x.shadow.shape
    if not whole or value.shadow.numel() != 1:
        raise call.error(
            "writes at indices; supported are integers, and one value where a mask of the same shape is true"
        )
    new = w.reshape(w.load(value.variable), ())
    return w.add(graph.SelectOp(w.load(masks[0].variable), new, contents))


def _slice_scatter(call: Call) -> SSAValue:
    """A tensor with a slice of one axis replaced; its start, end and step as in Python."""
    x, source = call.tensor("self"), call.tensor("src")
    rank = len(shape_of(x))
    axis = call.axis("dim", rank)
    bounds = slice(call.get("start"), call.get("end"), call.get("step"))
    start, _, step = bounds.indices(shape_of(x)[axis])
    if 0 in shape_of(source):
        return x
    starts, steps = [0] * rank, [1] * rank
    starts[axis], steps[axis] = start, step
    return call.writer.add(graph.InsertSliceOp(source, x, starts, steps))


def _select_scatter(call: Call) -> SSAValue:
    """A tensor with one place of one axis replaced."""
    w, x, source = call.writer, call.tensor("self"), call.tensor("src")
    rank = len(shape_of(x))
    axis = call.axis("dim", rank)
    starts = [0] * rank
    starts[axis] = int(call.get("index")) % shape_of(x)[axis]
    shape = (*shape_of(x)[:axis], 1, *shape_of(x)[axis + 1 :])
    return w.add(graph.InsertSliceOp(w.reshape(source, shape), x, starts))


RULES: Table = {
    "embedding": _rows("weight", "indices", None),
    "index_select": _rows("self", "index", "dim"),
    "gather": _gather,
    "scatter": _scatter("none"),
    "scatter_add": _scatter("add"),
    "slice_scatter": _slice_scatter,
    "select_scatter": _select_scatter,
    "index": _index,
    "_unsafe_index": _index,
    "index_put": _index_put,
    "_unsafe_index_put": _index_put,
}
"""Rules of this module."""
