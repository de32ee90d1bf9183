"""Lowers an accelerator partition of the graph to one engine program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import Operation, SSAValue

from accelc.dialects import engine, graph
from accelc.dialects.graph_ops.base import element_of, ints, shape_of
from accelc.errors import ModelError
from accelc.lowering.builder import Array, Location, ProgramBuilder
from accelc.lowering.context import Budget, Lowering
from accelc.lowering.deferred import DeferredWeights
from accelc.lowering.engines import use_added_engines
from accelc.lowering.plan import Plan, array_of, engine_dtype, location_of, make_plan
from accelc.lowering.rules import rule_of, supported
from accelc.lowering.views import View
from accelc.targets.model import Target


@dataclass(frozen=True)
class Lowered:
    """
    A program without addresses, and the flat data of its weight buffers by symbol.

    `reused` results of elementwise operations are written over operands.
    """

    program: engine.ProgramOp
    weights: DeferredWeights
    reused: int


def lower_partition(
    partition: graph.PartitionOp,
    weights: Mapping[str, Array],
    target: Target,
    budget: Budget | None = None,
    name: str = "main",
    labels: tuple[Sequence[str], Sequence[str]] = ((), ()),
    *,
    in_place: bool = True,
) -> Lowered:
    """
    Engine program of an accelerator partition, in HBM `in0..` -> `out0..` in the order of operands and results.

    `labels` are the names of operands and results for messages. With `in_place`, results are written over operands as
    `reuses` says where the chip is crowded; they take the memory of operands as `into` of the yield says, where nobody
    needs what lies there.
    Raises CapacityError when a tensor cannot be held or tiled on the target, ModelError for an operation that
    `supported` turns down.
    """
    constants = _constants(partition, weights, target)
    plan = make_plan(partition.body.block, target, constants)

    into = {result: number for result, number in enumerate(_into(partition)) if number >= 0}
    while True:
        builder, limits = ProgramBuilder(target, name), budget or Budget()
        ctx = Lowering(
            target, builder, limits, plan.last_use, plan.last_read, constants, plan.halos, plan.forwards, in_place
        )
        lost = _lower(ctx, partition, plan, labels, into)
        if not lost:
            program = builder.finish()
            use_added_engines(program, target)
            return Lowered(program, DeferredWeights(builder.weights), ctx.reused)
        into = {result: number for result, number in into.items() if result not in lost}


def _into(partition: graph.PartitionOp) -> Sequence[int]:
    into = partition.yield_op.into
    return ints(into) if into is not None else ()


def _lower(
    ctx: Lowering,
    partition: graph.PartitionOp,
    plan: Plan,
    labels: tuple[Sequence[str], Sequence[str]],
    into: Mapping[int, int],
) -> set[int]:
    """
    Append everything; `into` names the arguments whose memory results take.

    Returns the results for which that is not possible after all: the program is wrong then.
    """
    builder, block = ctx.builder, partition.body.block
    for index, argument in enumerate(block.args):
        builder.label = labels[0][index] if labels[0] else ""
        ctx.values[argument] = builder.hbm(f"in{index}", shape_of(argument) or (1,), _dtype(argument), role="input")
    results = list(partition.yield_op.values)
    outputs: list[View] = []
    for index, value in enumerate(results):
        if index in into:
            given = ctx.values[block.args[into[index]]]
            builder.update(given.storage, f"out{index}")
            ctx.given.add(given.storage)
            outputs.append(given)
            continue
        builder.label = labels[1][index] if labels[1] else ""
        outputs.append(builder.hbm(f"out{index}", shape_of(value) or (1,), _dtype(value), role="output"))
        ctx.homes.setdefault(value, outputs[-1])
    builder.label = ""
    lost: set[int] = set()

    def finish(value: SSAValue) -> None:
        """Write a value to all outputs that it is."""
        for index, output in enumerate(outputs):
            if results[index] is value and not _write(ctx, ctx.view_of(value), output):
                lost.add(index)

    for position, node in enumerate(plan.nodes):
        builder.location = location_of(node.op)
        ctx.begin(position, _dtype(node.result), _operand_dtype(node.op))
        rule = rule_of(node.op)
        assert rule is not None
        rule.lower(ctx, node)
        finish(node.result)
    builder.location = Location()
    for value in dict.fromkeys(results):
        if value in ctx.constants or value in block.args:
            finish(value)
    return lost


def _write(ctx: Lowering, view: View, output: View) -> bool:
    """Write a result to its output, which may be the memory of an argument: whether nothing else is needed there."""
    if output.storage.role == "output":
        if view != output:
            ctx.transfer(view, output)
        if view.on_chip:
            ctx.stored[view] = output
        return True
    is_free = output.storage in ctx.given and ctx.is_dead(output.storage)
    ctx.given.discard(output.storage)
    if view == output:
        return True
    if view.storage is output.storage or not is_free:
        return False
    ctx.forget(output)
    ctx.transfer(view, output)
    return True


def _constants(partition: graph.PartitionOp, weights: Mapping[str, Array], target: Target) -> dict[SSAValue, Array]:
    """Data of the partition's weights and constants. Raises ModelError for an operation that cannot be lowered."""
    constants: dict[SSAValue, Array] = {}
    for op in partition.body.block.ops:
        data = array_of(op, weights)
        if data is not None:
            constants[op.results[0]] = data.view(np.uint8) if data.dtype == np.bool_ else data
        elif op is not partition.yield_op and (reason := supported(op, target)) is not None:
            raise ModelError(f"{op.name} cannot run on the accelerator of target '{target.name}': {reason}")
    return constants


def _operand_dtype(op: Operation) -> str:
    """Common type of the first two operands: those that are multiplied, if `op` is a product."""
    dtypes = {_dtype(value) for value in op.operands[:2]}
    return dtypes.pop() if len(dtypes) == 1 else "fp32"


def _dtype(value: SSAValue) -> str:
    dtype = engine_dtype(element_of(value))
    assert dtype is not None
    return dtype
