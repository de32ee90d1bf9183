"""Rules of operators that read and write at places given by tensors of integers."""

from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of
from accelc.frontends.torch.library import torch
from accelc.frontends.torch.rules.call import Call, Rule, Table
from accelc.frontends.torch.writer import Handle


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


def _one_axis(call: Call) -> tuple[int, Handle] | None:
    """The only axis that is indexed, and its integers; None if there are others, or masks."""
    given = list(call.get("indices"))
    used = [axis for axis, index in enumerate(given) if index is not None]
    if len(used) != 1 or not isinstance(given[used[0]], Handle):
        return None
    index: Handle = given[used[0]]
    if index.shadow.dtype.is_floating_point or index.shadow.dtype in (torch().bool, torch().uint8):
        return None
    return used[0], index


def _index(call: Call) -> SSAValue:
    found = _one_axis(call)
    if found is None:
        raise call.error("indices other than integers for one axis; supported is one tensor of integers")
    axis, index = found
    return call.writer.add(graph.GatherOp(call.tensor("self"), call.writer.load(index.variable), axis=axis))


def _index_put(call: Call) -> SSAValue:
    w, x, value = call.writer, call.handle("self"), call.handle("values")
    found, contents = _one_axis(call), w.load(x.variable)
    if found is not None:
        axis, index = found
        places = w.load(index.variable)
        shape = shape_of(contents)
        updates = w.broadcast(w.load(value.variable), [*shape[:axis], *shape_of(places), *shape[axis + 1 :]])
        reduction = "add" if call.get("accumulate") else "none"
        return w.add(graph.ScatterOp(contents, places, updates, axis=axis, reduction=reduction))
    masks = [index for index in call.get("indices") if index is not None]
    whole = len(masks) == 1 and masks[0].shadow.dtype == torch().bool and masks[0].shadow.shape == x.shadow.shape
    if not whole or value.shadow.numel() != 1:
        raise call.error(
            "writes at indices; supported are integers for one axis, and "
            "one value where a mask of the same shape is true"
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
