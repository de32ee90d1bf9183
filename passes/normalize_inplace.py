"""
Pass `normalize-inplace`: programs that write tensors in place become pure.

The algorithm is in `accelc.analysis.inplace`.
"""

from dataclasses import dataclass
from typing import NoReturn

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, FunctionType, ModuleOp, StringAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.inplace import (
    BroadcastStep,
    InPlaceError,
    Reference,
    ReshapeStep,
    SliceStep,
    Step,
    Storages,
    TransposeStep,
    mutated,
)
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of, tensor_type, to_attribute
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.errors import ModelError


def _refuse(op: Operation, message: str) -> NoReturn:
    name = op.attributes.get("loc_name")
    where = f"{op.name} ('{name.data}')" if isinstance(name, StringAttr) else op.name
    op.emit_error(f"{where} {message}", ModelError(f"{where} {message}"))


class _Emitter:
    """Inserts pure operations before the in-place operation that needs them, and names where they came from."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.before: Operation | None = None

    def add(self, op: Operation) -> SSAValue:
        """Insert one operation; its result."""
        assert self.before is not None
        for name in ("loc_name", "layer"):
            if name in self.before.attributes:
                op.attributes[name] = self.before.attributes[name]
        self.block.insert_op_before(op, self.before)
        return op.results[0]

    def view(self, step: Step, source: SSAValue) -> SSAValue:
        """The pure form of a view."""
        match step:
            case SliceStep(starts, steps, sizes):
                return self.add(graph.SliceOp(source, starts, sizes, steps))
            case TransposeStep(perm):
                return self.add(graph.TransposeOp(source, perm))
            case ReshapeStep(_, shape):
                return self.add(graph.ReshapeOp(source, shape))
            case BroadcastStep(_, shape):
                return self.add(graph.BroadcastOp(source, shape))

    def insert(self, step: SliceStep, part: SSAValue, whole: SSAValue) -> SSAValue:
        """The pure form of a write through a slice."""
        return self.add(graph.InsertSliceOp(part, whole, step.starts, step.steps))


def _step(op: graph.ViewOp) -> Step:
    source, result = stored(op.var).get_shape(), stored(op.result).get_shape()
    match op:
        case graph.ViewSliceOp():
            return SliceStep(ints(op.starts), ints(op.steps), result)
        case graph.ViewTransposeOp():
            return TransposeStep(ints(op.perm))
        case graph.ViewReshapeOp():
            return ReshapeStep(source, result)
        case _:
            return BroadcastStep(source, result)


class _Rewriter:
    """Rewrites the operations of one block, in order."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.emitter = _Emitter(block)
        self.storages: Storages[SSAValue] = Storages(self.emitter)
        self.references: dict[SSAValue, Reference] = {}
        self.arguments: dict[SSAValue, Reference] = {}
        self.replaced: list[Operation] = []

    def rewrite(self) -> None:
        """Rewrite all operations; variables among the arguments become tensors."""
        variables = [argument for argument in self.block.args if isinstance(argument.type, VarType)]
        for argument in variables:
            value = self.block.insert_arg(stored(argument), argument.index)
            value.name_hint = argument.name_hint
            self.references[argument] = self.arguments[value] = self.storages.create(value)
        for op in list(self.block.ops):
            self.emitter.before = op
            try:
                self._rewrite_op(op)
            except InPlaceError as error:
                _refuse(op, str(error))
        for op in reversed(self.replaced):
            self.block.erase_op(op)
        for argument in variables:
            self.block.erase_arg(argument)

    def _rewrite_op(self, op: Operation) -> None:
        match op:
            case graph.VariableOp():
                self.references[op.result] = self.storages.create(op.init, op.captured is not None)
            case graph.ViewOp():
                self.references[op.result] = self.storages.view(self.references[op.var], _step(op))
            case graph.LoadOp():
                op.result.replace_all_uses_with(self.storages.load(self.references[op.var]))
            case graph.StoreOp():
                self._store(op.var, op.value)
            case graph.ApplyOp():
                self._apply(op)
            case graph.ReturnOp():
                op.operands = [
                    self.storages.load(self.references[v]) if v in self.references else v for v in op.operands
                ]
                return
            case _:
                if any(v in self.references for v in op.operands):
                    _refuse(op, "takes a variable, which only the in-place operations of graph do; load it first")
                return
        self.replaced.append(op)

    def _store(self, var: SSAValue, value: SSAValue) -> None:
        shape = stored(var).get_shape()
        if shape_of(value) != shape:
            value = self.emitter.add(graph.BroadcastOp(value, shape))
        self.storages.store(self.references[var], value)

    def _apply(self, op: graph.ApplyOp) -> None:
        name, contents = op.function.data, self.storages.load(self.references[op.var])
        if name in graph.UNARY_OPS:
            result = self.emitter.add(graph.UNARY_OPS[name](contents))
        else:
            result = self.emitter.add(graph.BINARY_OPS[name](contents, op.inputs[0], tensor_type(contents)))
        self.storages.store(self.references[op.var], result)


def _normalize(function: graph.FuncOp) -> None:
    block, terminator = function.body.block, function.return_op
    names = [n.data for n in function.input_names] if function.input_names is not None else None
    rewriter = _Rewriter(block)
    rewriter.rewrite()
    references = [rewriter.arguments.get(argument) for argument in block.args]
    written = mutated(rewriter.storages, references)
    if written:
        rewriter.emitter.before = terminator
        finals = [rewriter.storages.load(reference) for i in written if (reference := references[i]) is not None]
        terminator.operands = [*terminator.operands, *finals]
        earlier = ints(terminator.mutates) if terminator.mutates is not None else ()
        terminator.attributes["mutates"] = to_attribute((*earlier, *written))
        if function.output_names is not None:
            added = [StringAttr(f"{names[i] if names else f'argument {i}'} (written)") for i in written]
            function.output_names = ArrayAttr([*function.output_names, *added])
    function.function_type = FunctionType.from_lists(block.arg_types, [v.type for v in terminator.operands])


@dataclass(frozen=True)
class NormalizeInplacePass(ModulePass):
    """
    Rewrite variables, views and in-place writes to operations on values.

    Input: `graph.func` of any operations of the dialect. Afterwards no value has type `!graph.var`; arguments that were
    variables are tensors, and the final contents of those that were written are further results, listed in `mutates`.
    Before:
    ```mlir
    graph.func @main(%v: !graph.var<tensor<4xf32>>, %x: tensor<2xf32>) {
      %s = graph.view_slice %v starts [1] steps [1] : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2xf32>>
      graph.apply_ "add" %s, %x : !graph.var<tensor<2xf32>>, tensor<2xf32>
      graph.return
    }
    ```
    After:
    ```mlir
    graph.func @main(%v: tensor<4xf32>, %x: tensor<2xf32>) -> tensor<4xf32> {
      %0 = graph.slice %v starts [1] steps [1] : tensor<4xf32> -> tensor<2xf32>
      %1 = graph.add %0, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %2 = graph.insert_slice %1, %v starts [1] steps [1] : (tensor<2xf32>, tensor<4xf32>) -> tensor<4xf32>
      graph.return %2 : tensor<4xf32> mutates [0]
    }
    ```
    """

    name = "normalize-inplace"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module. Raises ModelError for a write that has no meaning as a value."""
        for function in [f for f in op.walk() if isinstance(f, graph.FuncOp)]:
            _normalize(function)
