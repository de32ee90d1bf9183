"""
Pass `outline-repeats`: repeated layers become calls of one function.

Which operations repeat is decided in `accelc.analysis.repetition`, without IR.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.calls import functions_of
from accelc.analysis.partition.bodies import FREE_OPS, makes_data
from accelc.analysis.repetition.iterations import OUTSIDE, Repetition, find_repetitions
from accelc.analysis.work import value_bytes
from accelc.dialects import graph
from accelc.errors import ModelError, UsageError

LEAST_SAVED = 16
"""Operations that must be saved for a call to be worth its overhead by default."""
LOCATION = ("loc_name", "layer", "reuses")
"""Attributes that say nothing about what an operation does."""


def outline_repeats(module: ModuleOp, least_saved: int = LEAST_SAVED) -> list[graph.FuncOp]:
    """
    Outline the repetitions of all functions of `module` that save at least `least_saved` operations.

    Returns the new functions. Raises ModelError for operations that are not pure.
    """
    made: list[graph.FuncOp] = []
    for function in functions_of(module):
        block = function.body.block
        ops = [op for op in block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]
        for op in ops:
            if any(isinstance(v.type, graph.VarType) for v in (*op.operands, *op.results)):
                raise ModelError(f"{op.name} works on a variable: run normalize-inplace before outline-repeats")
        for repetition in find_repetitions(*_sequence([*ops, function.return_op]), least_saved):
            outlined = _Outlined(ops, repetition, _free_name(module))
            module.body.block.insert_op_before(outlined.function, function)
            outlined.replace()
            made.append(outlined.function)
        for op in list(block.ops):
            if isinstance(op, FREE_OPS) and op.results[0].first_use is None:
                block.erase_op(op)
    return made


def _sequence(ops: Sequence[Operation]) -> tuple[list[Hashable], list[list[int]], list[int]]:
    """Tokens, sources and sizes of operations, as `find_repetitions` takes them."""
    position = {op: index for index, op in enumerate(ops)}
    tokens: list[Hashable] = [_token(op) for op in ops]
    sources = [[_source(v, position) for v in op.operands if not isinstance(v.owner, FREE_OPS)] for op in ops]
    return tokens, sources, [sum(map(value_bytes, op.results)) for op in ops]


def _source(value: SSAValue, position: dict[Operation, int]) -> int:
    return position.get(value.owner, OUTSIDE) if isinstance(value.owner, Operation) else OUTSIDE


def _token(op: Operation) -> Hashable:
    """What an operation does, but for where its operands come from; unlike all others for those that stay."""
    data = [v for v in op.operands if isinstance(v.owner, graph.WeightOp)]
    # What is made of weights when an operation is taken apart would have to be made for every call.
    if op.regions or isinstance(op, (graph.CallOp, graph.ReturnOp)) or (data and makes_data(op)):
        return op
    kept: list[tuple[str, Attribute]] = [(k, v) for k, v in op.attributes.items() if k not in LOCATION]
    # Operations of other packages may have them.
    properties = tuple(sorted(op.properties.items()))
    operands = [
        (v.type, v.owner.value if isinstance(v.owner, graph.ConstantOp) else isinstance(v.owner, graph.WeightOp))
        for v in op.operands
    ]
    return op.name, properties, tuple(sorted(kept)), tuple(operands), tuple(r.type for r in op.results)


def _free_name(module: ModuleOp) -> str:
    taken = {function.sym_name.data for function in functions_of(module)}
    return next(name for number in range(len(taken) + 1) if (name := f"repeat{number}") not in taken)


class _Outlined:
    """One repetition as a function, and what its calls need."""

    def __init__(self, ops: Sequence[Operation], found: Repetition, name: str) -> None:
        starts = range(found.start, found.end, found.period)
        self.iterations = [ops[start : start + found.period] for start in starts]
        self.number = {op: (j, k) for j, each in enumerate(self.iterations) for k, op in enumerate(each)}
        self.arguments: dict[tuple[SSAValue, ...], SSAValue] = {}
        """Value of an argument in each iteration -> argument of the function."""
        self.weights: dict[tuple[str, ...], str] = {}
        """Name of a weight in each iteration -> its name in the function."""
        self.results = [
            (k, index)
            for k, op in enumerate(self.iterations[0])
            for index in range(len(op.results))
            if any(self._leaves(each[k], index) for each in self.iterations)
        ]
        """(operation of an iteration, result of it) that some iteration returns."""
        self.function = self._function(name)

    def _leaves(self, op: Operation, result: int) -> bool:
        iteration, _ = self.number[op]
        return any(self.number.get(use.operation, (-1, 0))[0] != iteration for use in op.results[result].uses)

    def _function(self, name: str) -> graph.FuncOp:
        block = Block()
        values: dict[SSAValue, SSAValue] = {}
        data: dict[Hashable, Operation] = {}
        names = _common_names(self.iterations)
        for k, op in enumerate(self.iterations[0]):
            mapped: list[SSAValue] = []
            for index, operand in enumerate(op.operands):
                if isinstance(operand.owner, FREE_OPS):
                    key, copy = self._data(k, index)
                    if key not in data:
                        data[key] = copy
                        block.add_op(copy)
                    mapped.append(data[key].results[0])
                elif isinstance(operand.owner, Operation) and self.number.get(operand.owner, (-1, 0))[0] == 0:
                    mapped.append(values[operand])
                else:
                    mapped.append(self._argument(k, index, block))
            copy = op.clone()
            copy.operands = mapped
            if names[k] is not None:
                copy.attributes["loc_name"] = StringAttr(names[k] or "")
            block.add_op(copy)
            values.update(zip(op.results, copy.results, strict=True))
        returned = [values[self.iterations[0][k].results[index]] for k, index in self.results]
        block.add_op(graph.ReturnOp(returned))
        return graph.FuncOp(name, (block.arg_types, [v.type for v in returned]), Region(block))

    def _argument(self, k: int, index: int, block: Block) -> SSAValue:
        key = tuple(each[k].operands[index] for each in self.iterations)
        if key not in self.arguments:
            self.arguments[key] = block.insert_arg(key[0].type, len(block.args))
        return self.arguments[key]

    def _data(self, k: int, index: int) -> tuple[Hashable, Operation]:
        """What tells data apart, and a copy of the operation that gives it."""
        owners = [each[k].operands[index].owner for each in self.iterations]
        first = owners[0]
        assert isinstance(first, FREE_OPS)
        copy = first.clone()
        if not isinstance(copy, graph.WeightOp):
            return first, copy
        key = tuple(owner.weight_name.data for owner in owners if isinstance(owner, graph.WeightOp))
        if key not in self.weights:
            taken = set(self.weights.values())
            candidates = (key[0] if not number else f"{key[0]}.{number}" for number in range(len(taken) + 1))
            self.weights[key] = next(name for name in candidates if name not in taken)
        copy.weight_name = StringAttr(self.weights[key])
        return key, copy

    def replace(self) -> None:
        """Put a call in the place of every iteration."""
        types = self.function.function_type.outputs.data
        block = self.iterations[0][0].parent_block()
        assert block is not None
        calls: list[graph.CallOp] = []
        # Iterations further down still name results of those above, so that all calls exist before anything goes.
        outer: dict[SSAValue, SSAValue] = {}
        for j, each in enumerate(self.iterations):
            given = {name: key[j] for key, name in self.weights.items() if key[j] != name}
            inputs = [outer.get(key[j], key[j]) for key in self.arguments]
            call = graph.CallOp(self.function.sym_name.data, inputs, types, given)
            block.insert_op_before(call, each[0])
            outer.update(
                (each[k].results[index], value) for (k, index), value in zip(self.results, call.outputs, strict=True)
            )
            calls.append(call)
        for old, new in outer.items():
            old.replace_all_uses_with(new)
        for each in reversed(self.iterations):
            for op in reversed(each):
                block.erase_op(op)


def _common_names(iterations: Sequence[Sequence[Operation]]) -> list[str | None]:
    """Source of every operation of an iteration, with `*` for numbers that change; as it is where that says less."""
    named = [[op.attributes.get("loc_name") for op in each] for each in zip(*iterations, strict=True)]
    first = [names[0].data if isinstance(names[0], StringAttr) else None for names in named]
    common = [_common([n.data for n in names if isinstance(n, StringAttr)]) for names in named]
    meant: dict[str | None, set[str | None]] = {}
    for own, shared in zip(first, common, strict=True):
        meant.setdefault(shared, set()).add(own)
    return [
        shared if own is not None and shared is not None and len(meant[shared]) == 1 else own
        for own, shared in zip(first, common, strict=True)
    ]


def _common(names: Sequence[str]) -> str | None:
    parts = [re.split(r"(\d+)", name) for name in names]
    if not parts or any(len(each) != len(parts[0]) or each[::2] != parts[0][::2] for each in parts):
        return None
    return "".join(column[0] if len(set(column)) == 1 else "*" for column in zip(*parts, strict=True))


@dataclass(frozen=True)
class OutlineRepeatsPass(ModulePass):
    """
    Turns repeated layers into calls of one function, so that they are compiled once.

    Stretches of operations that follow each other and are the same function of their operands and weights become
    calls; weights are given by name. Input: `graph.func` of pure operations. Before:
    ```mlir
    graph.func @main(%x : tensor<2x4xf32>) -> tensor<2x4xf32> {
      %a = graph.weight "a" : tensor<4x4xf32>
      %0 = graph.matmul %x, %a : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
      %1 = graph.relu %0 : tensor<2x4xf32> -> tensor<2x4xf32>
      %b = graph.weight "b" : tensor<4x4xf32>
      %2 = graph.matmul %1, %b : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
      %3 = graph.relu %2 : tensor<2x4xf32> -> tensor<2x4xf32>
      graph.return %3 : tensor<2x4xf32>
    }
    ```
    After `outline-repeats{least-saved=1}`:
    ```mlir
    graph.func @repeat0(%0: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %a = graph.weight "a" : tensor<4x4xf32>
      %1 = graph.matmul %0, %a : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
      %2 = graph.relu %1 : tensor<2x4xf32> -> tensor<2x4xf32>
      graph.return %2 : tensor<2x4xf32>
    }
    graph.func @main(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %0 = graph.call @repeat0(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %1 = graph.call @repeat0(%0) {weights = {a = "b"}} : (tensor<2x4xf32>) -> tensor<2x4xf32>
      graph.return %1 : tensor<2x4xf32>
    }
    ```
    """

    name = "outline-repeats"

    least_saved: int = LEAST_SAVED
    """Operations that outlining a repetition must save: those of all iterations but one."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module. Raises UsageError for a saving below 1."""
        if self.least_saved < 1:
            raise UsageError(f"outline-repeats: least-saved {self.least_saved}: expected at least 1")
        outline_repeats(op, self.least_saved)
