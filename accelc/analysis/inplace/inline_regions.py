"""Loops unrolled, branches with known conditions decided: straight-line code, which every home can run."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import Block, Operation, OpResult, Region, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import Array, array_to_dense, dense_to_array
from accelc.dialects.graph_ops.regions import yielded
from accelc.interpreters.graph import evaluate, evaluator_of

MAX_FOLDED_ELEMENTS = 1024
"""Conditions are followed through tensors of at most this many elements."""
MAX_DEPTH = 16
"""Conditions are followed through at most this many operations one after the other."""


def inline_regions(block: Block, limit: int) -> None:
    """
    Replace each loop of pure operations in `block` by its iterations if they are at most `limit` operations, and each
    branch whose condition is known by the body it takes; from the outside in, so that inner ones become known.
    """
    pending = [op for op in block.ops if isinstance(op, (graph.ForOp, graph.IfOp))]
    while pending:
        op = pending.pop(0)
        made: list[Operation] = []
        match op:
            case graph.ForOp() if op.count.value.data * _size(op.body) <= limit:
                made = _unroll(op)
            case graph.IfOp() if (condition := _known(op.condition)) is not None:
                made = _inline(op, op.then_body if bool(condition) else op.else_body, op.inputs)
            case _:
                for region in op.regions:
                    inline_regions(region.block, limit)
        pending = [new for new in made if isinstance(new, (graph.ForOp, graph.IfOp))] + pending


def _size(body: Region) -> int:
    """Operations that a body is when everything in it is unrolled."""
    size = 0
    for op in body.block.ops:
        inner = sum(_size(region) for region in op.regions)
        size += 1 + (op.count.value.data * inner if isinstance(op, graph.ForOp) else inner)
    return size


def _unroll(op: graph.ForOp) -> list[Operation]:
    carried, constant = list(op.inputs[: len(op.outputs)]), list(op.inputs[len(op.outputs) :])
    made: list[Operation] = []
    for iteration in range(op.count.value.data):
        index = graph.ConstantOp(array_to_dense(np.asarray(iteration, np.int64)))
        if op.body.block.args[0].first_use is not None:
            made.append(index)
        copied, carried = _copy(op.body, [index.result, *carried, *constant])
        made += copied
    _replace(op, made, carried)
    return made


def _inline(op: graph.IfOp, body: Region, inputs: Sequence[SSAValue]) -> list[Operation]:
    made, results = _copy(body, inputs)
    _replace(op, made, results)
    return made


def _copy(body: Region, arguments: Sequence[SSAValue]) -> tuple[list[Operation], list[SSAValue]]:
    """Copies of a body's operations over other arguments, and what they yield."""
    values: dict[SSAValue, SSAValue] = dict(zip(body.block.args, arguments, strict=True))
    last = yielded(body)
    made = [op.clone(value_mapper=values) for op in body.block.ops if op is not last]
    return made, [values[v] for v in last.values]


def _replace(op: Operation, made: list[Operation], results: list[SSAValue]) -> None:
    block = op.parent_block()
    assert block is not None
    block.insert_ops_before(made, op)
    for old, new in zip(op.results, results, strict=True):
        old.replace_all_uses_with(new)
    block.erase_op(op)


def _known(value: SSAValue, depth: int = MAX_DEPTH) -> Array | None:
    """The elements of a value that depends on small constants only, or None."""
    if not isinstance(value, OpResult) or depth == 0:
        return None
    owner = value.op
    if isinstance(owner, graph.ConstantOp):
        return dense_to_array(owner.value) if np.prod(shape_of(value)) <= MAX_FOLDED_ELEMENTS else None
    if evaluator_of(owner) is None or any(np.prod(shape_of(v)) > MAX_FOLDED_ELEMENTS for v in owner.results):
        return None
    operands: list[Array] = []
    for operand in owner.operands:
        known = _known(operand, depth - 1)
        if known is None:
            return None
        operands.append(known)
    return evaluate(owner, operands)[value.index] if operands else None
