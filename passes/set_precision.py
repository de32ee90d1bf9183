"""The float type a model computes in."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import cast

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType, bf16, f16, f32
from xdsl.ir import Attribute, Block, BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import is_float
from accelc.dialects.graph_ops.element_types import Array, array_to_dense, array_type, dense_to_array, dtype_of_element
from accelc.errors import UsageError, suggestion
from accelc.frontends.constants import convert, copy_location, read_sidecar, write_sidecar

PRECISIONS: Mapping[str, Attribute | None] = {"model": None, "fp32": f32, "bf16": bf16, "fp16": f16}
"""Element type of every float tensor inside the program; `model` keeps those of the model."""


def set_precision(module: ModuleOp, weights: MutableMapping[str, Array], precision: str) -> None:
    """
    Let every float tensor inside the functions of `module` have the element type of `precision`.

    Weights are rounded (finite values stay finite) and replaced in `weights`; arguments, results and framework
    operators keep their types behind casts; integers stay. Raises UsageError for a precision that is not in
    `PRECISIONS`.
    """
    if precision not in PRECISIONS:
        legal = ", ".join(PRECISIONS)
        raise UsageError(f"unknown precision '{precision}'{suggestion(precision, PRECISIONS)}; known are {legal}")
    element = PRECISIONS[precision]
    if element is None:
        return
    for op in list(module.walk()):
        if isinstance(op, graph.FuncOp):
            _convert_function(op, element)
    dtype = dtype_of_element(element)
    for op in module.walk():
        if (
            isinstance(op, graph.WeightOp)
            and (name := op.weight_name.data) in weights
            and op.result.type != array_type(weights[name])
        ):
            weights[name] = convert(weights[name], dtype)


def _inside(kind: Attribute, element: Attribute) -> Attribute:
    """Type of a value inside the program: that of `kind` with another element type if it holds floats."""
    if isinstance(kind, TensorType):
        tensor = cast(TensorType[Attribute], kind)
        return TensorType(element, tensor.get_shape()) if is_float(tensor.element_type) else tensor
    return kind


def _convert_function(function: graph.FuncOp, element: Attribute) -> None:
    block = function.body.block
    operations = [op for op in block.ops if op is not function.return_op]
    kept: dict[Operation, list[Attribute]] = {function.return_op: list(function.function_type.outputs.data)}
    interface: list[SSAValue] = [*block.args]
    for op in operations:
        if isinstance(op, graph.CallFrameworkOp):
            kept[op] = [v.type for v in op.operands]
            interface += op.results
    for op in operations:
        if op not in kept:
            _convert_results(op, element)
    for value in interface:
        _cast_uses(value, _inside(value.type, element), block, kept)
    for op, kinds in kept.items():
        _cast_operands(op, kinds)
    for op in operations:
        if isinstance(op, graph.CastOp) and op.x.type == op.result.type:
            Rewriter.replace_op(op, [], [op.x])


def _convert_results(op: Operation, element: Attribute) -> None:
    if isinstance(op, graph.ConstantOp) and is_float(op.value.get_element_type()):
        op.value = array_to_dense(convert(dense_to_array(op.value), dtype_of_element(element)))
    for result in list(op.results):
        kind = _inside(result.type, element)
        if kind != result.type:
            Rewriter.replace_value_with_new_type(result, kind)


def _cast_uses(value: SSAValue, kind: Attribute, block: Block, kept: Mapping[Operation, object]) -> None:
    """Give the users of an interface value its converted form, except those in `kept`, which take it as it is."""
    if kind == value.type:
        return
    users = [use for use in value.uses if use.operation not in kept]
    if not users:
        return
    cast_op = graph.CastOp(value, kind)
    if isinstance(value, BlockArgument):
        point = InsertPoint.at_start(block)
    else:
        copy_location(cast(Operation, value.owner), cast_op)
        point = InsertPoint.after(cast(Operation, value.owner))
    Rewriter.insert_op(cast_op, point)
    for use in users:
        use.operation.operands[use.index] = cast_op.result


def _cast_operands(op: Operation, kinds: Sequence[Attribute]) -> None:
    """Cast operands whose type is not the wanted one."""
    for index, kind in enumerate(kinds):
        value = op.operands[index]
        if value.type != kind:
            cast_op = graph.CastOp(value, kind)
            copy_location(op, cast_op)
            Rewriter.insert_op(cast_op, InsertPoint.before(op))
            op.operands[index] = cast_op.result


@dataclass(frozen=True)
class SetPrecisionPass(ModulePass):
    """
    Chooses the float type a model computes in.

    Before: `graph.func @main(%x : tensor<4xf32>)` with f32 operations; after, for bf16: the same interface, a cast to
    bf16 behind the argument, bf16 operations, and a cast to f32 before the result. Takes and gives the pure form of
    `graph`, before `partition-hierarchical`.
    """

    name = "set-precision"

    precision: str
    """model, fp32, bf16 or fp16."""
    weights: str | None = None
    """Safetensors file with the data of the weights; without it only types and inline constants are converted."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        set_precision(op, weights, self.precision)
        write_sidecar(self.save, weights, set(weights), self.name)
