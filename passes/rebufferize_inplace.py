"""
Pass `rebufferize-inplace`: say which results take the buffer of an operand, and order operations so that they can.

The decisions are made in `accelc.analysis.inplace.rebufferize`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.ir import Block, Operation, OpResult, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.host_cost import host_operation_ns
from accelc.analysis.inplace.buffers import Instruction, Kind, Plan, Program
from accelc.analysis.inplace.rebufferize import plan
from accelc.analysis.inplace.snapshots import Snapshot
from accelc.analysis.inplace.views import BroadcastStep, Place, ReshapeStep, SliceStep, Step, TransposeStep
from accelc.analysis.work import macs_of, moved_bytes, value_bytes
from accelc.constants import copy_location
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.errors import ModelError
from accelc.targets import load_target
from accelc.targets.model import Target

FREE_OPS = (graph.WeightOp, graph.ConstantOp)
"""Operations whose results lie in memory from the start and are never written."""


@dataclass(frozen=True)
class Rebufferized:
    """What was decided for a block: the plan, its instructions as operations, and the number of every value."""

    plan: Plan
    operations: Sequence[Operation]
    numbers: dict[SSAValue, int]


def rebufferize(
    block: Block,
    donated: Sequence[SSAValue],
    target: Target,
    limit_bytes: int | None = None,
    bytes_per_ns: float | None = None,
) -> Rebufferized:
    """
    Mark the operations of `block`, which is pure, with the operand whose buffer their result takes, and reorder them.

    Views that are read after their buffer is written are copied by `graph.identity` where that is cheaper than the
    other copy. `donated` are arguments whose buffers may be written; `limit_bytes` as for `plan`; copies move
    `bytes_per_ns`, by default as HBM does. Raises ModelError for an operation on variables.
    """
    last = block.last_op
    assert last is not None
    ops = [op for op in block.ops if op is not last and not isinstance(op, FREE_OPS)]
    for op in ops:
        op.attributes.pop("reuses", None)
        if any(isinstance(v.type, graph.VarType) for v in (*op.operands, *op.results)):
            raise ModelError(f"{_describe(op)} works on a variable: run normalize-inplace first")
    numbers = _numbers(block, ops)
    program = _program(block, ops, numbers, donated, target)
    rounds, found = plan(program, bytes_per_ns or target.hbm.bytes_per_ns, limit_bytes)
    for snapshots in rounds:
        _copy(ops, last, snapshots, numbers)
        ops = [op for op in block.ops if op is not last and not isinstance(op, FREE_OPS)]
    for index, position in found.reuse.items():
        ops[index].attributes["reuses"] = IntegerAttr(position, i64)
    if found.order != tuple(range(len(ops))):
        for op in ops:
            op.detach()
        block.insert_ops_before([ops[index] for index in found.order], last)
    return Rebufferized(found, ops, numbers)


def _copy(
    ops: Sequence[Operation], last: Operation, snapshots: Sequence[Snapshot], numbers: dict[SSAValue, int]
) -> None:
    """Make copies as `with_snapshots` does, numbered behind all other values."""
    values, block = list(numbers), last.parent_block()
    assert block is not None
    for snapshot in snapshots:
        value = values[snapshot.value]
        copy = graph.IdentityOp(value)
        if isinstance(value.owner, Operation):
            copy_location(value.owner, copy)
        block.insert_op_before(copy, [*ops, last][snapshot.before])
        readers = {[*ops, last][reader] for reader in snapshot.readers}
        value.replace_uses_with_if(copy.result, lambda use, readers=readers: use.operation in readers)
        numbers[copy.result] = len(numbers)


def _numbers(block: Block, ops: Sequence[Operation]) -> dict[SSAValue, int]:
    """Arguments, values from weights and constants, results, in order of appearance."""
    last = block.last_op
    assert last is not None
    inside = {result for op in ops for result in op.results}
    outside = [v for op in (*ops, last) for v in op.operands if v not in inside]
    values = dict.fromkeys([*block.args, *outside, *(r for op in ops for r in op.results)])
    return {value: index for index, value in enumerate(values)}


def _program(
    block: Block, ops: Sequence[Operation], numbers: dict[SSAValue, int], donated: Sequence[SSAValue], target: Target
) -> Program:
    last = block.last_op
    assert last is not None
    made = {numbers[result] for op in ops for result in op.results}
    return Program(
        [_instruction(op, numbers, target) for op in ops],
        [value_bytes(value) for value in numbers],
        frozenset(numbers.values()) - made,
        frozenset(numbers[v] for v in donated),
        frozenset(numbers[v] for v in last.operands),
    )


def _describe(op: Operation) -> str:
    name = op.attributes.get("loc_name")
    return f"{op.name} '{name.data}'" if isinstance(name, StringAttr) else op.name


def _instruction(op: Operation, number: dict[SSAValue, int], target: Target) -> Instruction:
    operands, results = tuple(number[v] for v in op.operands), tuple(number[v] for v in op.results)
    match op:
        case graph.SliceOp() | graph.TransposeOp() | graph.ReshapeOp() | graph.BroadcastOp():
            return Instruction(Kind.VIEW, operands, results, step=_view(op))
        case graph.InsertSliceOp():
            step = SliceStep(ints(op.starts), ints(op.steps), shape_of(op.source))
            time = 2 * value_bytes(op.source) / target.hbm.bytes_per_ns
            return Instruction(Kind.INSERT, operands, results, time, step)
        case _:
            reusable: tuple[int, ...] = ()
            if isinstance(op, (graph.UnaryOp, graph.BinaryOp, graph.SelectOp)):
                reusable = tuple(i for i, v in enumerate(op.operands) if v.type == op.results[0].type)
            return Instruction(Kind.COMPUTE, operands, results, _time(op, target), reusable=reusable)


def _view(op: graph.SliceOp | graph.TransposeOp | graph.ReshapeOp | graph.BroadcastOp) -> Step:
    source, result = shape_of(op.x), shape_of(op.result)
    match op:
        case graph.SliceOp():
            return SliceStep(ints(op.starts), ints(op.steps), result)
        case graph.TransposeOp():
            return TransposeStep(ints(op.perm))
        case graph.ReshapeOp():
            return ReshapeStep(source, result)
        case graph.BroadcastOp():
            return BroadcastStep(source, result)


def _time(op: Operation, target: Target) -> float:
    """Nanoseconds: the longer of its bytes through HBM and its products on the array; on the host if that runs it."""
    if op.regions:
        return host_operation_ns(op, target)
    array = target.tensor
    per_ns = array.rows * array.cols * target.time.cycles_per_ns("tensor")
    return max(moved_bytes(op) / target.hbm.bytes_per_ns, macs_of(op) / per_ns)


@dataclass(frozen=True)
class RebufferizeInplacePass(ModulePass):
    """
    Decide which results are written over an operand, by cost, and order operations so that this is right.

    Input: pure `graph.func`, partitioned or not. A result may take the buffer of an operand whose contents are not
    needed afterwards; the operation gets `reuses`, the number of that operand. Readers of the old contents are ordered
    before the write if that costs less than copying what an update of a part keeps. Buffers of arguments are written
    if the function lists them in `mutates`, or gives them to results by `into`. A partition on the accelerator that is
    the last to read such an argument writes an update of its parts in its memory, and a result of `into` in any case:
    `into` of its yield says which. Lowering honours `reuses` of `graph.insert_slice` and of elementwise operations.

    Before:
    ```mlir
    graph.func @main(%v : tensor<4xf32>, %x : tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %0 = graph.insert_slice %x, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
      %1 = graph.relu %v : tensor<4xf32> -> tensor<4xf32>
      graph.return %1, %0 : tensor<4xf32>, tensor<4xf32> mutates [0]
    }
    ```
    After `rebufferize-inplace{target=tiny}`:
    ```mlir
    graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %0 = graph.relu %v : tensor<4xf32> -> tensor<4xf32>
      %1 = graph.insert_slice %x, %v starts [1] steps [1] {reuses = 1 : i64}
        : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
      graph.return %0, %1 : tensor<4xf32>, tensor<4xf32> mutates [0]
    }
    ```
    """

    name = "rebufferize-inplace"

    target: str = "trn-like"
    """Machine description that gives the costs: a preset's name or a path."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module. Raises ModelError if a function is not pure."""
        rebufferize_module(op, load_target(self.target))


def _into(function: graph.FuncOp) -> Sequence[int]:
    into = function.return_op.into
    return ints(into) if into is not None else ()


def given_arguments(function: graph.FuncOp) -> dict[int, int]:
    """For results of a function that may take the memory of an argument: the number of the argument."""
    last = function.return_op
    mutates = ints(last.mutates) if last.mutates is not None else ()
    first = len(last.values) - len(mutates)
    into = {first + position: argument for position, argument in enumerate(mutates)}
    for result, argument in enumerate(_into(function)):
        if argument >= 0:
            into = {other: number for other, number in into.items() if number != argument} | {result: argument}
    return into


def _given_operands(function: graph.FuncOp) -> dict[graph.PartitionOp, dict[int, int]]:
    """
    For partitions on the accelerator, the results that may take the memory of an operand: an argument that was given
    for them, and that nothing reads after the partition.
    """
    block, values = function.body.block, function.return_op.values
    position = {op: index for index, op in enumerate(block.ops)}
    found: dict[graph.PartitionOp, dict[int, int]] = {}
    for result, number in given_arguments(function).items():
        argument, value = block.args[number], values[result]
        maker = value.owner
        if not isinstance(value, OpResult) or not isinstance(maker, graph.PartitionOp):
            continue
        users = [use.operation for use in argument.uses]
        last = maker.home.data == "accelerator" and all(position[user] <= position[maker] for user in users)
        if last and users.count(maker) == 1:
            found.setdefault(maker, {}).setdefault(value.index, list(maker.inputs).index(argument))
    return found


def _updates(value: SSAValue, argument: SSAValue) -> bool:
    """Whether a value is a view of an argument after writes to parts of it."""
    while value is not argument:
        match value.owner:
            case graph.InsertSliceOp() as op:
                value = op.dest
            case graph.ReshapeOp() | graph.TransposeOp() as op:
                value = op.x
            case _:
                return False
    return True


def _rebufferize_partition(
    partition: graph.PartitionOp, into: dict[int, int], explicit: Collection[int], target: Target
) -> None:
    """
    `into` are the operands whose memory results may take; the yield gets those that do.

    That saves the copy of what an update of a part keeps. A result that is computed whole saves only memory, and has
    to wait for the readers of the operand: it takes the operand's memory if that was asked for (`explicit` results).
    """
    last, arguments = partition.yield_op, partition.body.block.args
    last.into = None
    parts = {result: number for result, number in into.items() if _updates(last.values[result], arguments[number])}
    while parts:
        trial = partition.clone()
        inner = trial.body.block.args
        found = rebufferize(trial.body.block, [inner[number] for number in parts.values()], target)
        places = {result: found.plan.places.get(found.numbers[trial.yield_op.values[result]]) for result in parts}
        kept = {
            result: number for result, number in parts.items() if places[result] == Place(found.numbers[inner[number]])
        }
        if kept == parts:
            break
        parts = kept
    rebufferize(partition.body.block, [arguments[number] for number in parts.values()], target)
    taken = {result: number for result, number in into.items() if result in parts or result in explicit}
    if taken:
        results = range(len(partition.outputs))
        last.into = DenseArrayBase.from_list(i64, [taken.get(result, -1) for result in results])


def rebufferize_module(module: ModuleOp, target: Target) -> None:
    """Run on all functions of a module, and on the partitions, loops and branches in them."""
    given: dict[graph.PartitionOp, dict[int, int]] = {}
    explicit: dict[graph.PartitionOp, set[int]] = {}
    for op in list(module.walk()):
        if isinstance(op, graph.FuncOp):
            block = op.body.block
            rebufferize(block, [block.args[number] for number in sorted(given_arguments(op).values())], target)
            given |= _given_operands(op)
            for value, number in zip(op.return_op.values, _into(op), strict=False):
                if number >= 0 and isinstance(value, OpResult) and isinstance(value.op, graph.PartitionOp):
                    explicit.setdefault(value.op, set()).add(value.index)
        elif isinstance(op, graph.PartitionOp):
            _rebufferize_partition(op, given.get(op, {}), explicit.get(op, set()), target)
        elif isinstance(op, (graph.ForOp, graph.IfOp)):
            for region in op.regions:
                rebufferize(region.block, (), target)
