"""Lowers an accelerator partition of the graph to one engine program; the table of what can be lowered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from xdsl.dialects.builtin import BFloat16Type, Float16Type, Float32Type
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects import engine, graph
from accelc.dialects.graph_ops.base import element_of, ints, shape_of
from accelc.errors import ModelError
from accelc.lowering.builder import Array, Location, ProgramBuilder, int64_lane
from accelc.lowering.context import Budget, Lowering
from accelc.lowering.deferred import DeferredWeights
from accelc.lowering.engines import use_added_engines
from accelc.lowering.operations.computes import ALU
from accelc.lowering.operations.elementwise import (
    SIMPLE,
    binary_support,
    cast_support,
    lower_binary,
    lower_cast,
    lower_select,
    lower_unary,
    select_support,
    unary_support,
)
from accelc.lowering.operations.indexing import gather_support, lower_gather, lower_scatter, scatter_support
from accelc.lowering.operations.linear import conv_support, lower_conv, lower_matmul, matmul_support
from accelc.lowering.operations.movement import (
    lower_broadcast,
    lower_concat,
    lower_insert_slice,
    lower_pad,
    lower_reshape,
    lower_slice,
    lower_transpose,
)
from accelc.lowering.operations.pooling import lower_pool, pool_support
from accelc.lowering.operations.reduction import lower_reduce, reduce_support
from accelc.lowering.plan import FUNCTIONS, Node, Plan, array_of, engine_dtype, location_of, make_plan
from accelc.lowering.views import View
from accelc.numerics import FP8, is_integer
from accelc.targets.model import Target

FLOATS: Mapping[type[Attribute], str] = {Float32Type: "fp32", BFloat16Type: "bf16", Float16Type: "fp16"}
"""Float types an accelerator partition computes with, and their names in the instruction set."""


@dataclass(frozen=True)
class Rule:
    """How an operation is lowered, and the reason why it cannot be on some target (None: it can)."""

    lower: Callable[[Lowering, Node], None]
    support: Callable[[Any, Target], str | None] = lambda op, target: None
    integers: bool = True
    """Whether it is also lowered for integers and truth values."""
    fp8: bool = True
    """Whether it is also lowered for floats of 8 bits, in which nothing but products computes."""


RULES: Mapping[type[Operation], Rule] = {
    **{kind: Rule(lower_unary, unary_support, fp8=False) for kind in (*FUNCTIONS, *SIMPLE)},
    **{kind: Rule(lower_binary, binary_support, fp8=False) for kind in ALU},
    graph.CastOp: Rule(lower_cast, cast_support),
    graph.SelectOp: Rule(lower_select, select_support),
    graph.ConvOp: Rule(lower_conv, conv_support),
    graph.MatmulOp: Rule(lower_matmul, matmul_support),
    graph.ReduceOp: Rule(lower_reduce, reduce_support, fp8=False),
    graph.PoolOp: Rule(lower_pool, pool_support),
    graph.ReshapeOp: Rule(lower_reshape),
    graph.TransposeOp: Rule(lower_transpose),
    graph.SliceOp: Rule(lower_slice),
    graph.InsertSliceOp: Rule(lower_insert_slice),
    graph.ConcatOp: Rule(lower_concat),
    graph.PadOp: Rule(lower_pad),
    graph.BroadcastOp: Rule(lower_broadcast),
    graph.GatherOp: Rule(lower_gather, gather_support),
    graph.ScatterOp: Rule(lower_scatter, scatter_support),
}


@dataclass(frozen=True)
class Lowered:
    """
    A program without addresses, and the flat data of its weight buffers by symbol.

    `reused` results of elementwise operations are written over operands.
    """

    program: engine.ProgramOp
    weights: DeferredWeights
    reused: int


def supported(op: Operation, target: Target) -> str | None:
    """Why `op` cannot run on the accelerator, or None if it can."""
    rule = RULES.get(type(op))
    if rule is None:
        return f"{op.name} has no form in engine instructions"
    for value in (*op.operands, *op.results):
        element = element_of(value)
        if not rule.integers and type(element) not in FLOATS:
            return f"element type {element} is not one the engines compute with (f32, bf16, f16)"
        if not rule.fp8 and engine_dtype(element) in FP8:
            return f"only products compute with {element}"
        if (reason := _element_support(element, target)) is not None:
            return reason
        if prod(shape_of(value)) == 0:
            return "a tensor without elements"
    return rule.support(op, target)


def _element_support(element: Attribute, target: Target) -> str | None:
    """Why no engine touches elements of a type, or None if one does."""
    dtype = engine_dtype(element)
    if dtype is None:
        return f"element type {element} is not one the engines compute with"
    if dtype == "int64" and int64_lane(target) is None:
        return f"no engine of target '{target.name}' computes with i64"
    lacking = is_integer(dtype) and dtype != "int64" and dtype not in target.engines["vector"].integers
    return f"the vector engine of target '{target.name}' does not compute with {element}" if lacking else None


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
        RULES[type(node.op)].lower(ctx, node)
        finish(node.result)
    builder.location = Location()
    for value in dict.fromkeys(results):
        if value in ctx.constants or value in block.args:
            finish(value)
    return lost


def _write(ctx: Lowering, view: View, output: View) -> bool:
    """Write a result to its output, which may be the memory of an argument: whether nothing else is needed there."""
    if output.storage.role == "output":
        ctx.transfer(view, output)
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
