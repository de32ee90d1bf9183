"""Execution of `graph` programs with NumPy: the reference semantics, and the host tier of the runtime."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Block, Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import AnyTensor, ints, is_foreign
from accelc.dialects.graph_ops.element_types import Array, dense_to_array, dtype_of_element
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.errors import ModelError
from accelc.interpreters.graph import elementwise, indexing, movement, reduction, windows
from accelc.interpreters.graph.storage import Reference
from accelc.weights import renamed_weights

Evaluator = Callable[..., Array | tuple[Array, ...]]
Framework = Callable[[graph.CallFrameworkOp, Sequence[Array]], Sequence[Array]]
"""Executes one operator of the source framework: the operation and its present inputs in, its results out."""


def _constant(op: graph.ConstantOp) -> Array:
    return dense_to_array(op.value)


EVALUATORS: Mapping[type[Operation], Evaluator] = {
    **dict.fromkeys(graph.UNARY_OPS.values(), elementwise.unary),
    **dict.fromkeys(graph.BINARY_OPS.values(), elementwise.binary),
    graph.SelectOp: elementwise.select,
    graph.CastOp: elementwise.cast,
    graph.MatmulOp: windows.matmul,
    graph.ConvOp: windows.conv,
    graph.ConvTransposeOp: windows.conv_transpose,
    graph.PoolOp: windows.pool,
    graph.LrnOp: windows.lrn,
    graph.ReduceOp: reduction.reduce,
    graph.SoftmaxOp: reduction.softmax,
    graph.ArgmaxOp: reduction.argmax,
    graph.LstmOp: reduction.lstm,
    graph.ReshapeOp: movement.reshape,
    graph.TransposeOp: movement.transpose,
    graph.SliceOp: movement.slice_,
    graph.InsertSliceOp: movement.insert_slice,
    graph.ConcatOp: movement.concat,
    graph.PadOp: movement.pad,
    graph.BroadcastOp: movement.broadcast,
    graph.GatherOp: indexing.gather,
    graph.ScatterOp: indexing.scatter,
    graph.ConstantOp: _constant,
}
"""NumPy function of every pure operation of `graph`: `f(op, *operands)` gives the result, or a tuple of several."""

HOST_OPERATIONS = frozenset([*EVALUATORS, graph.ForOp, graph.IfOp])
"""What the host executes in a partition: pure operations, and loops and branches of them."""


def evaluator_of(op: Operation) -> Evaluator | None:
    """
    The NumPy function of a pure operation, of `graph` or of another package; None if it has none.

    Raises PluginError and ModelError for one of another package that graphs cannot hold.
    """
    found = EVALUATORS.get(type(op))
    if found is None and is_foreign(op):
        # Imported here: it brings the lowerings, and most programs have none of these.
        from accelc.lowering.rules import foreign_rule

        rule = foreign_rule(op)
        return None if rule is None else rule.evaluate
    return found


def location(op: Operation) -> str:
    """Where an operation came from, for messages: its name, and the source model's node if known."""
    name = op.attributes.get("loc_name")
    return f"{op.name} ('{name.data}')" if isinstance(name, StringAttr) else op.name


def evaluate(op: Operation, operands: Sequence[Array]) -> tuple[Array, ...]:
    """Results of one operation that has an evaluator. Raises ModelError if the values are not legal for it."""
    evaluator = evaluator_of(op)
    assert evaluator is not None
    try:
        results = evaluator(op, *operands)
    except ModelError as error:
        raise ModelError(f"{location(op)}: {error}") from error
    # NumPy turns results without axes into scalars.
    return tuple(np.asarray(r) for r in (results if isinstance(results, tuple) else (results,)))


def check_array(array: Array, kind: AnyTensor, what: str) -> Array:
    """The array, if it has the shape and dtype of a tensor type. Raises ModelError naming both otherwise."""
    dtype = dtype_of_element(kind.element_type)
    if array.shape != kind.get_shape() or array.dtype != dtype:
        raise ModelError(
            f"{what} is {array.dtype.name}{list(array.shape)}, expected {dtype.name}{list(kind.get_shape())}"
        )
    return array


def find_function(program: ModuleOp | graph.FuncOp) -> graph.FuncOp:
    """The program itself, or its `graph.func @main`. Raises ModelError if a module has none."""
    if isinstance(program, graph.FuncOp):
        return program
    functions = [op for op in program.ops if isinstance(op, graph.FuncOp)]
    for function in functions:
        if function.sym_name.data == "main":
            return function
    names = ", ".join(f"@{f.sym_name.data}" for f in functions) or "none"
    raise ModelError(f"the module has no graph.func @main (its functions: {names})")


def run(
    program: ModuleOp | graph.FuncOp,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    framework: Framework | None = None,
) -> list[Array]:
    """
    Results of a program, contiguous arrays.

    `inputs` are the arguments in order; arguments of variable type are written in place if the program does. `weights`
    holds the data of every `graph.weight`; `framework` executes `graph.call_framework`. Raises ModelError for inputs
    or weights of another shape or dtype, for a missing weight, and for a framework operator without `framework`.
    """
    function = find_function(program)
    arguments = function.body.block.args
    names = [name.data for name in function.input_names or ()] or [f"#{i}" for i in range(len(arguments))]
    if len(inputs) != len(arguments):
        raise ModelError(f"{len(inputs)} inputs given, the program takes {len(arguments)}: {', '.join(names)}")
    values: list[Array | Reference] = []
    for argument, array, name in zip(arguments, inputs, names, strict=True):
        if isinstance(argument.type, VarType):
            check_array(array, stored(argument), f"input {name}")
            if not array.flags.c_contiguous:
                raise ModelError(f"input {name} is written in place and must be a contiguous array")
            values.append(Reference.of(array))
        else:
            values.append(check_array(array, cast(AnyTensor, argument.type), f"input {name}"))
    return [np.asarray(v, order="C") for v in run_block(function.body.block, values, weights, framework)]


def run_block(
    block: Block,
    arguments: Sequence[Array | Reference],
    weights: Mapping[str, Array],
    framework: Framework | None = None,
) -> list[Array]:
    """Operands of a block's terminator, given values of its arguments; the same errors as `run`."""
    values: dict[SSAValue, Array | Reference] = dict(zip(block.args, arguments, strict=True))
    last_user = _last_users(block)
    for op in block.ops:
        operands = [values[v] for v in op.operands]
        if op.next_op is None:
            return [v.load() if isinstance(v, Reference) else v for v in operands]
        results = _step(op, operands, weights, framework)
        values.update(zip(op.results, results, strict=True))
        for value in (*op.operands, *op.results):
            if last_user.get(value, op) is op:
                values.pop(value, None)
    return []


def _last_users(block: Block) -> dict[SSAValue, Operation]:
    users: dict[SSAValue, Operation] = {}
    for op in block.ops:
        for value in op.operands:
            users[value] = op
    return users


def _step(
    op: Operation,
    operands: Sequence[Array | Reference],
    weights: Mapping[str, Array],
    framework: Framework | None,
) -> Sequence[Array | Reference]:
    match op:
        case graph.WeightOp():
            return [_weight(op, weights)]
        case graph.PartitionOp():
            return run_block(op.body.block, operands, weights, framework)
        case graph.CallFrameworkOp():
            return _call_framework(op, cast(Sequence[Array], operands), framework)
        case graph.CallOp():
            return _call(op, operands, weights, framework)
        case graph.ForOp():
            return _loop(op, operands, weights, framework)
        case graph.IfOp():
            taken = op.then_body if bool(cast(Array, operands[0])) else op.else_body
            return run_block(taken.block, operands[1:], weights, framework)
        case graph.VariableOp() | graph.LoadOp() | graph.StoreOp() | graph.ApplyOp() | graph.ViewOp():
            try:
                return _in_place(op, operands)
            except ModelError as error:
                raise ModelError(f"{location(op)}: {error}") from error
        case _:
            if evaluator_of(op) is None:
                raise ModelError(f"{location(op)} is no operation of the graph dialect, and no package evaluates it")
            return evaluate(op, cast(Sequence[Array], operands))


def _loop(
    op: graph.ForOp,
    operands: Sequence[Array | Reference],
    weights: Mapping[str, Array],
    framework: Framework | None,
) -> Sequence[Array | Reference]:
    carried, constant = operands[: len(op.outputs)], operands[len(op.outputs) :]
    for iteration in range(op.count.value.data):
        arguments = [np.asarray(iteration, np.int64), *carried, *constant]
        carried = run_block(op.body.block, arguments, weights, framework)
    return carried


def _weight(op: graph.WeightOp, weights: Mapping[str, Array]) -> Array:
    name = op.weight_name.data
    if name not in weights:
        raise ModelError(f"weight '{name}' is missing; {len(weights)} weights are given")
    return check_array(weights[name], op.result.type, f"weight '{name}'")


def _call(
    op: graph.CallOp,
    operands: Sequence[Array | Reference],
    weights: Mapping[str, Array],
    framework: Framework | None,
) -> Sequence[Array]:
    callee = graph.callee_of(op)
    if callee is None:
        raise ModelError(f"{location(op)}: there is no graph.func {op.callee} in the module")
    given = renamed_weights(weights, op.given)
    if op.along is None or op.joining is None:
        return run_block(callee.body.block, operands, given, framework)
    chunked = [
        [operand] * op.executions if axis < 0 else np.split(cast(Array, operand), op.executions, axis)
        for operand, axis in zip(operands, ints(op.along), strict=True)
    ]
    parts = [run_block(callee.body.block, chunks, given, framework) for chunks in zip(*chunked, strict=True)]
    return [
        np.concatenate(chunks, axis) for chunks, axis in zip(zip(*parts, strict=True), ints(op.joining), strict=True)
    ]


def _call_framework(
    op: graph.CallFrameworkOp, operands: Sequence[Array], framework: Framework | None
) -> Sequence[Array]:
    if framework is None:
        raise ModelError(
            f"operator {op.op_type.data} of {location(op)} needs the framework the model came from, which is not there"
        )
    results = framework(op, operands)
    if len(results) != len(op.outputs):
        raise ModelError(f"{location(op)}: the framework gave {len(results)} results, expected {len(op.outputs)}")
    return [
        check_array(array, value.type, f"result {index} of {op.op_type.data} in {location(op)}")
        for index, (array, value) in enumerate(zip(results, op.outputs, strict=True))
    ]


def _in_place(op: Operation, operands: Sequence[Array | Reference]) -> Sequence[Array | Reference]:
    if isinstance(op, graph.VariableOp):
        return [Reference.of(np.array(operands[0], order="C"), captured=op.captured is not None)]
    target = cast(Reference, operands[0])
    match op:
        case graph.ViewOp():
            return [target.view(op)]
        case graph.LoadOp():
            return [target.load()]
        case graph.StoreOp():
            target.store(cast(Array, operands[1]))
        case _:
            name, contents = cast(graph.ApplyOp, op).function.data, target.load()
            if name in graph.UNARY_OPS:
                target.store(elementwise.apply_unary(name, contents, contents.dtype))
            else:
                target.store(elementwise.apply_binary(name, contents, cast(Array, operands[1]), contents.dtype))
    return []
