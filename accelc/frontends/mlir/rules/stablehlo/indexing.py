"""Gather and scatter of StableHLO, as rows of a table (`plans.indexing`)."""

from math import prod

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.frontends.mlir.call import Call, Table
from accelc.frontends.mlir.plans.bodies import combiner
from accelc.frontends.mlir.plans.indexing import Rows, plan_gather, plan_scatter
from accelc.frontends.mlir.plans.structs import int_field, int_list
from accelc.frontends.mlir.rules.elementwise import INDEX, to_index
from accelc.frontends.mlir.rules.regions import body_of


def _vectors(call: Call, axis: int) -> list[SSAValue]:
    """The components of the index vectors, each with the batch axes."""
    w, indices, shape = call.writer, call.operand(1), call.shape(1)
    batch = [size for d, size in enumerate(shape) if d != axis]
    if axis == len(shape):
        return [to_index(w, indices)]
    sizes = [1 if d == axis else size for d, size in enumerate(shape)]
    parts = (
        w.slice(indices, [v if d == axis else 0 for d in range(len(shape))], sizes, [1] * len(shape))
        for v in range(shape[axis])
    )
    return [to_index(w, w.reshape(part, batch)) for part in parts]


def _rows(call: Call, rows: Rows, vectors: list[SSAValue], *, clamp: bool) -> tuple[SSAValue, SSAValue | None]:
    """Row of every (batch..., parts...), and whether it is inside (None: always)."""
    w, shape = call.writer, (*rows.batch, *(size for size, _ in rows.parts))
    w.bounded(shape)
    total, inside = w.scalar(0, INDEX), None
    extra = len(rows.parts)
    for v, stride, limit, size, reach in zip(
        rows.components, rows.strides, rows.limits, rows.sizes, rows.reach, strict=True
    ):
        start = w.reshape(vectors[v], [*rows.batch, *[1] * extra])
        if clamp:
            start = w.clip(start, 0, limit)
        else:
            place = start
            if reach >= 0:
                offsets = w.constant(np.arange(rows.parts[reach][0], dtype=INDEX))
                place = w.binary("add", start, w.reshape(offsets, [rows.parts[reach][0], *[1] * (extra - reach - 1)]))
            here = w.binary("and", w.binary("greater_equal", place, 0), w.binary("less", place, size))
            inside = here if inside is None else w.binary("and", inside, here)
        total = w.binary("add", total, w.binary("mul", start, stride))
    known = np.zeros(shape, np.int64)
    for axis, stride in rows.along:
        known += np.arange(shape[axis]).reshape([-1, *[1] * (len(shape) - axis - 1)]) * stride
    for i, (size, stride) in enumerate(rows.parts):
        known += np.arange(size).reshape([-1, *[1] * (extra - i - 1)]) * stride
    total = w.binary("add", total, w.constant(known.astype(INDEX)))
    return total, inside if inside is None else w.broadcast(inside, shape)


def _gather(call: Call) -> SSAValue:
    w, fields = call.writer, call.view.struct("dimension_numbers")
    vector = int_field(fields, "index_vector_dim", 0)
    plan = plan_gather(
        call.shape(0),
        call.shape(1),
        offset_dims=int_list(fields, "offset_dims"),
        collapsed=int_list(fields, "collapsed_slice_dims"),
        operand_batching=int_list(fields, "operand_batching_dims"),
        indices_batching=int_list(fields, "start_indices_batching_dims"),
        start_index_map=int_list(fields, "start_index_map"),
        index_vector_dim=vector,
        slice_sizes=call.view.ints("slice_sizes"),
    )
    if prod(plan.result_shape) == 0:
        return w.full(plan.result_shape, 0, call.dtype())
    row, _ = _rows(call, plan.rows, _vectors(call, vector), clamp=True)
    table = w.reshape(w.transpose(call.operand(0), plan.rows.operand_perm), [plan.rows.rows, *plan.rows.window])
    found = w.transpose(w.gather(table, row, 0), plan.result_perm)
    return w.reshape(found, plan.result_shape)


def _scatter(call: Call) -> SSAValue:
    """Updates of rows; those outside of the tensor are left out."""
    if len(call) != 3:
        raise call.error(f"of {len(call) // 2} tensors together; supported is one")
    w, fields = call.writer, call.view.struct("scatter_dimension_numbers")
    vector = int_field(fields, "index_vector_dim", 0)
    plan = plan_scatter(
        call.shape(0),
        call.shape(1),
        call.shape(2),
        update_window_dims=int_list(fields, "update_window_dims"),
        inserted=int_list(fields, "inserted_window_dims"),
        operand_batching=int_list(fields, "input_batching_dims"),
        indices_batching=int_list(fields, "scatter_indices_batching_dims"),
        index_map=int_list(fields, "scatter_dims_to_operand_dims"),
        index_vector_dim=vector,
    )
    rows, x, dtype = plan.rows, call.operand(0), call.dtype()
    kind = combiner(body_of(call.body()))
    if prod(plan.update_shape) == 0 or kind == "first":
        return x
    reduction = {"second": "none", "add": "add", "mul": "mul", "max": "max", "min": "min"}.get(kind or "")
    if reduction is None or (dtype == np.bool_ and reduction != "none"):
        raise call.error(
            "its body is no function that is known; supported are sums, products and extremes of numbers, "
            "and the update alone"
        )
    row, inside = _rows(call, rows, _vectors(call, vector), clamp=False)
    moved = w.transpose(x, rows.operand_perm)
    table = w.reshape(moved, [rows.rows, *rows.window])
    updates = w.reshape(w.transpose(call.operand(2), plan.update_perm), plan.update_shape)
    known = None if inside is None else w.known(inside)
    outside = inside is not None and (known is None or not bool(known.all()))
    if inside is not None and outside:
        # Updates that are not inside go to a row of their own, which nobody reads.
        row = w.select(inside, row, w.scalar(rows.rows, INDEX))
        table = w.pad(table, [0] * len(shape_of(table)), [1, *[0] * len(rows.window)])
    found = w.add(graph.ScatterOp(table, row, updates, 0, 0, reduction))
    if outside:
        found = w.slice(found, [0] * len(shape_of(found)), [rows.rows, *rows.window], [1] * len(shape_of(found)))
    order = rows.operand_perm
    return w.transpose(w.reshape(found, shape_of(moved)), [order.index(d) for d in range(len(order))])


def _torch_index_select(call: Call) -> SSAValue:
    if call.view.int("batch_dims", 0):
        raise call.error("batch_dims; supported is 0")
    axis = call.view.int("dim")
    return call.writer.add(graph.GatherOp(call.operand(0), call.operand(1), axis))


RULES: Table = {
    "stablehlo.gather": _gather,
    "stablehlo.scatter": _scatter,
    "stablehlo.torch_index_select": _torch_index_select,
}
"""Rules of this module."""
