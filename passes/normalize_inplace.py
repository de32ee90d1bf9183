"""
Pass `normalize-inplace`: programs that write tensors in place become pure.

The algorithm is in `accelc.analysis.inplace.storages`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, FunctionType, ModuleOp, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.calls import refuse_calls
from accelc.analysis.inplace.inline_regions import inline_regions
from accelc.analysis.inplace.storages import InPlaceError, Reference, Storages, mutated
from accelc.analysis.inplace.views import BroadcastStep, ReshapeStep, SliceStep, Step, TransposeStep
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of, tensor_type, to_attribute
from accelc.dialects.graph_ops.inplace import VarType, stored
from accelc.dialects.graph_ops.regions import yielded
from accelc.errors import ModelError, UsageError


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
        self.place(op)
        return op.results[0]

    def place(self, op: Operation) -> None:
        """Insert one operation with any number of results."""
        assert self.before is not None
        for name in ("loc_name", "layer"):
            if name in self.before.attributes:
                op.attributes[name] = self.before.attributes[name]
        self.block.insert_op_before(op, self.before)

    def view(self, step: Step, source: SSAValue) -> SSAValue:
        """The pure form of a view."""
        match step:
            case SliceStep(starts, steps, sizes) if sizes == shape_of(source) and not any(starts):
                return source
            case SliceStep(starts, steps, sizes):
                return self.add(graph.SliceOp(source, starts, sizes, steps))
            case TransposeStep(perm):
                return self.add(graph.TransposeOp(source, perm))
            case ReshapeStep(_, shape):
                return self.add(graph.ReshapeOp(source, shape))
            case BroadcastStep(_, shape):
                return self.add(graph.BroadcastOp(source, shape))

    def insert(self, step: SliceStep, part: SSAValue, whole: SSAValue) -> SSAValue:
        """The pure form of a write through a slice; one that replaces everything leaves nothing of `whole`."""
        if step.sizes == shape_of(whole):
            # Every element once, in the slice's order, which is its own inverse.
            return self.view(step, part)
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
        variables = [a for a in self.block.args if isinstance(a.type, VarType) and a not in self.references]
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
            case graph.ForOp():
                self._for(op)
            case graph.IfOp():
                self._if(op)
            case _:
                self._keep(op)
                return
        self.replaced.append(op)

    def _keep(self, op: Operation) -> None:
        """Check an operation that stays; a function may return a variable, which means its contents."""
        if isinstance(op, graph.ReturnOp):
            op.operands = [self.storages.load(self.references[v]) if v in self.references else v for v in op.operands]
        elif any(v in self.references for v in op.operands):
            _refuse(op, "takes a variable, which only the in-place operations of graph do; load it first")

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

    def _for(self, op: graph.ForOp) -> None:
        carried = len(op.outputs)
        body = _Body(self, op.body, op.inputs, first=1)
        written = body.written()
        body.finish(written)
        shared = body.numbers
        kept = [s for s in shared if s not in written]
        # Carried operands come first, so the written storages stand between them and the constant ones.
        plain = body.plain
        order = [0, *(1 + i for i in range(carried))]
        order += [1 + len(plain) + shared.index(s) for s in written]
        order += [1 + i for i in range(carried, len(plain))]
        order += [1 + len(plain) + shared.index(s) for s in kept]
        _permute(op.body.block, order)
        values = {s: self.storages.load(Reference(s)) for s in shared}
        inputs = [*plain[:carried], *(values[s] for s in written), *plain[carried:], *(values[s] for s in kept)]
        types = [v.type for v in inputs[: carried + len(written)]]
        self._replace_region(op, graph.ForOp(op.count.value.data, inputs, types, op.detach_region(0)), written)

    def _if(self, op: graph.IfOp) -> None:
        bodies = [_Body(self, region, op.inputs, first=0) for region in (op.then_body, op.else_body)]
        written = sorted({s for body in bodies for s in body.written()})
        for body in bodies:
            body.finish(written)
        first = bodies[0]
        inputs = [*first.plain, *(self.storages.load(Reference(s)) for s in first.numbers)]
        types = [*(v.type for v in op.outputs), *(self.storages.load(Reference(s)).type for s in written)]
        regions = [op.detach_region(region) for region in list(op.regions)]
        self._replace_region(op, graph.IfOp(op.condition, inputs, types, *regions), written)

    def _replace_region(self, op: Operation, new: Operation, written: Sequence[int]) -> None:
        self.emitter.place(new)
        for old, value in zip(op.results, new.results, strict=False):
            old.replace_all_uses_with(value)
        for storage, value in zip(written, new.results[len(op.results) :], strict=True):
            self.storages.store(Reference(storage), value)


class _Body:
    """
    A body of a loop or branch while its variables become tensors.

    Variables among the operands may share storage. Each storage behind them becomes one argument that holds all of
    it, after the arguments of tensors; inside, the variables are views of that.
    """

    def __init__(self, outside: _Rewriter, region: Region, inputs: Sequence[SSAValue], first: int) -> None:
        block = region.block
        self.block = block
        self.plain = [v for v in inputs if v not in outside.references]
        references = [outside.references[v] for v in inputs if v in outside.references]
        self.numbers = list(dict.fromkeys(reference.storage for reference in references))
        """The storages outside, in order of their first variable."""
        self.rewriter = _Rewriter(block)
        self.inside: dict[int, Reference] = {}
        old = [block.args[first + i] for i, v in enumerate(inputs) if v in outside.references]
        for number in self.numbers:
            whole = Reference(number)
            value = block.insert_arg(outside.storages.load(whole).type, len(block.args))
            self.inside[number] = self.rewriter.storages.create(value, outside.storages.is_captured(whole))
        for argument, reference in zip(old, references, strict=True):
            self.rewriter.references[argument] = Reference(self.inside[reference.storage].storage, reference.steps)
        self.rewriter.rewrite()
        for argument in old:
            block.erase_arg(argument)

    def written(self) -> list[int]:
        """Numbers outside of the storages that the body writes."""
        return [n for n in self.numbers if self.rewriter.storages.is_written(self.inside[n])]

    def finish(self, written: Sequence[int]) -> None:
        """Yield the final contents of some storages too."""
        assert self.block.parent is not None
        last = yielded(self.block.parent)
        self.rewriter.emitter.before = last
        last.operands = [*last.operands, *(self.rewriter.storages.load(self.inside[n]) for n in written)]


def _permute(block: Block, order: Sequence[int]) -> None:
    """Reorder block arguments: argument `order[i]` becomes argument i."""
    old = [block.args[i] for i in order]
    for argument in old:
        moved = block.insert_arg(argument.type, len(block.args))
        moved.name_hint = argument.name_hint
        argument.replace_all_uses_with(moved)
    for argument in old:
        block.erase_arg(argument)


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
    Storages that a loop or branch writes are carried through it as tensors; then loops are unrolled, and branches whose
    condition is known are replaced by the body taken.

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

    unroll: int = 4096
    """Largest number of operations that a loop becomes by being unrolled; larger loops stay and run on the host."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module. Raises ModelError for a write that has no meaning as a value, UsageError for the option."""
        if self.unroll < 0:
            raise UsageError(f"normalize-inplace: unroll {self.unroll} is no number of operations; expected at least 0")
        refuse_calls(op, "normalize-inplace")
        for function in [f for f in op.walk() if isinstance(f, graph.FuncOp)]:
            _normalize(function)
            inline_regions(function.body.block, self.unroll)
