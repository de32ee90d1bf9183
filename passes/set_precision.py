"""
The float type a model computes in.

A 16-bit type is that of the operands of products (convolutions, matrix products), as on the matrix units of common
accelerators and in the automatic casts of their compilers; products sum in f32, and everything else stays in f32, where
rounding after each of a hundred layers would show. So do thin products, such as depthwise convolutions and bottlenecks
of few channels: their errors do not average out, and they are a small part of the work. Operands of 8 bits have scales
(`accelc.analysis.quantization`).
"""

from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import cast

from xdsl.context import Context
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp, TensorType, bf16, f8E4M3FN, f16, f32, i8
from xdsl.ir import Attribute, Block, Operation, SSAValue, Use
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from accelc.analysis.calls import refuse_calls
from accelc.analysis.quantization import NARROW, Quantizer
from accelc.constants import Constants, convert, copy_location, read_sidecar, write_sidecar
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import AnyTensor, element_of, is_float, is_foreign, shape_of
from accelc.dialects.graph_ops.element_types import Array, array_to_dense, array_type, dense_to_array, dtype_of_element
from accelc.errors import UsageError, suggestion
from accelc.passes.fold_constants import remove_unused

PRECISIONS: Mapping[str, Attribute | None] = {
    "model": None,
    "fp32": f32,
    "bf16": bf16,
    "fp16": f16,
    "fp8": f8E4M3FN,
    "int8": i8,
}
"""Element type of the operands of products except thin ones; other floats are f32. `model` changes nothing."""
THIN = 16
"""Products with a matrix of at most this many rows or columns are thin. Measured on networks for text in pictures."""
PRODUCTS = (graph.ConvOp, graph.ConvTransposeOp, graph.MatmulOp)
"""Operations whose first two operands are multiplied and summed."""
QUANTIZED = (graph.ConvOp, graph.MatmulOp)
"""Those that have a form with operands of 8 bits; transposed convolutions have become convolutions before."""
MOVES = (
    graph.ReshapeOp,
    graph.TransposeOp,
    graph.SliceOp,
    graph.ConcatOp,
    graph.PadOp,
    graph.BroadcastOp,
)
"""Operations that commute with rounding because they only move elements; so does the maximum of a window."""


def set_precision(module: ModuleOp, weights: MutableMapping[str, Array], precision: str, thin: int = THIN) -> None:
    """
    Let products inside the functions of `module` multiply in `precision`, and all other floats be f32.

    Those of a matrix of at most `thin` rows or columns (of each group) stay in f32.
    Weights are rounded (finite values stay finite) and replaced in `weights`; arguments, results, framework operators
    and operations of other packages keep their types behind casts; integers stay. Raises UsageError for a precision
    that is not in `PRECISIONS`.
    """
    if precision not in PRECISIONS:
        legal = ", ".join(PRECISIONS)
        raise UsageError(f"unknown precision '{precision}'{suggestion(precision, PRECISIONS)}; known are {legal}")
    element = PRECISIONS[precision]
    if element is None:
        return
    refuse_calls(module, "set-precision")
    functions = [op for op in module.walk() if isinstance(op, graph.FuncOp)]
    for function in functions:
        _convert_function(function, f32)
    if precision in NARROW:
        _quantize(module, Quantizer(NARROW[precision], Constants(weights)), thin)
    elif element != f32:
        names = Counter(op.weight_name.data for op in module.walk() if isinstance(op, graph.WeightOp))
        for function in functions:
            _narrow_block(function.body.block, _Narrowing(element, weights, names, thin))
    for op in module.walk():
        if (
            isinstance(op, graph.WeightOp)
            and (name := op.weight_name.data) in weights
            and op.result.type != array_type(weights[name])
        ):
            weights[name] = convert(weights[name], dtype_of_element(element_of(op.result)))


def _quantize(module: ModuleOp, quantizer: Quantizer, thin: int) -> None:
    for op in [op for op in module.walk() if isinstance(op, QUANTIZED)]:
        if element_of(op.result) == f32 and _thickness(op) > thin:
            quantizer.replace(op)
    remove_unused(module)


@dataclass(frozen=True)
class _Narrowing:
    """Rounds what products multiply to `element`; `names` counts the operations that name each weight."""

    element: Attribute
    weights: MutableMapping[str, Array]
    names: Counter[str]
    thin: int

    def takes(self, use: Use) -> bool:
        """Whether a use wants the narrow form of its operand."""
        op = use.operation
        if isinstance(op, PRODUCTS):
            return use.index < 2 and _thickness(op) > self.thin
        return _commutes(op) and element_of(op.results[0]) == self.element

    def narrow(self, value: SSAValue) -> None:
        """Gives the narrow form of a float value to all uses that want it."""
        wanted = [use for use in value.uses if self.takes(use)]
        if not wanted or not is_float(element_of(value)):
            return
        kind, owner = _inside(value.type, self.element), value.owner
        if len(wanted) == len([*value.uses]) and self._becomes_narrow(owner, kind):
            return
        made = self._rounded(value, kind)
        _insert_after(value, made)
        for use in wanted:
            use.operation.operands[use.index] = made.results[0]

    def _rounded(self, value: SSAValue, kind: Attribute) -> Operation:
        """An operation that gives `value` as `kind` beside what gives it now."""
        match value.owner:
            case graph.ConstantOp() as owner:
                return graph.ConstantOp(self._constant(owner))
            case graph.WeightOp() as owner:
                old = owner.weight_name.data
                name = f"{old}.{self.element}"
                while name in self.names:
                    name += "'"
                if old in self.weights:
                    self.weights[name] = self.weights[old]
                return graph.WeightOp(name, cast(AnyTensor, kind))
            case _:
                return graph.CastOp(value, kind)

    def _constant(self, op: graph.ConstantOp) -> DenseIntOrFPElementsAttr:
        return array_to_dense(convert(dense_to_array(op.value), dtype_of_element(self.element)))

    def _becomes_narrow(self, owner: Operation | Block, kind: Attribute) -> bool:
        """Changes the type of what `owner` gives, if that is the same as rounding its result."""
        match owner:
            case graph.ConstantOp():
                owner.value = self._constant(owner)
            case graph.WeightOp() if self.names[owner.weight_name.data] == 1:
                pass
            case Operation() if _commutes(owner):
                pass
            case _:
                return False
        Rewriter.replace_value_with_new_type(owner.results[0], kind)
        return True


def _thickness(op: Operation) -> int:
    """Rows or columns of the matrix of a product (of one group), whichever are fewer."""
    shape = shape_of(op.operands[1])
    match op:
        case graph.ConvOp() | graph.ConvTransposeOp():
            sizes = (shape[0] // op.group.value.data, prod(shape[1:]))
        case _:
            sizes = shape[-2:]
    return min(sizes)


def _commutes(op: Operation) -> bool:
    return isinstance(op, MOVES) or (isinstance(op, graph.PoolOp) and op.kind.data == "max")


def _narrow_block(block: Block, narrowing: _Narrowing) -> None:
    """Users before producers, so that moved elements are rounded where they come from."""
    for op in reversed(list(block.ops)):
        for region in op.regions:
            _narrow_block(region.block, narrowing)
        for result in op.results:
            narrowing.narrow(result)
    for argument in block.args:
        narrowing.narrow(argument)


def _insert_after(value: SSAValue, op: Operation) -> None:
    if isinstance(value.owner, Block):
        Rewriter.insert_op(op, InsertPoint.at_start(value.owner))
    else:
        copy_location(value.owner, op)
        Rewriter.insert_op(op, InsertPoint.after(value.owner))


def _inside(kind: Attribute, element: Attribute) -> Attribute:
    """Type of a value inside the program: that of `kind` with another element type if it holds floats."""
    if isinstance(kind, TensorType):
        tensor = cast(TensorType[Attribute], kind)
        return TensorType(element, tensor.get_shape()) if is_float(tensor.element_type) else tensor
    return kind


def _convert_function(function: graph.FuncOp, element: Attribute) -> None:
    block = function.body.block
    operations = [op for op in function.walk() if op not in (function, function.return_op)]
    kept: dict[Operation, list[Attribute]] = {function.return_op: list(function.function_type.outputs.data)}
    interface: list[SSAValue] = [*block.args]
    for op in operations:
        if isinstance(op, graph.CallFrameworkOp) or is_foreign(op):
            kept[op] = [v.type for v in op.operands]
            interface += op.results
    for op in operations:
        if op not in kept:
            _convert_results(op, element)
    for value in interface:
        _cast_uses(value, _inside(value.type, element), kept)
    for op, kinds in kept.items():
        _cast_operands(op, kinds)
    for op in operations:
        if isinstance(op, graph.CastOp) and op.x.type == op.result.type:
            Rewriter.replace_op(op, [], [op.x])


def _convert_results(op: Operation, element: Attribute) -> None:
    if isinstance(op, graph.ConstantOp) and is_float(op.value.get_element_type()):
        op.value = array_to_dense(convert(dense_to_array(op.value), dtype_of_element(element)))
    for value in (*op.results, *(argument for region in op.regions for argument in region.block.args)):
        kind = _inside(value.type, element)
        if kind != value.type:
            Rewriter.replace_value_with_new_type(value, kind)


def _cast_uses(value: SSAValue, kind: Attribute, kept: Mapping[Operation, object]) -> None:
    """Give the users of an interface value its converted form, except those in `kept`, which take it as it is."""
    if kind == value.type:
        return
    users = [use for use in value.uses if use.operation not in kept]
    if not users:
        return
    cast_op = graph.CastOp(value, kind)
    _insert_after(value, cast_op)
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
    Chooses the float type a model multiplies in.

    Operands of products are cast behind their producers, weights are rounded, and products give f32. Everything that is
    not a product, or is one of a matrix of at most 16 rows or columns, is f32; the interface of a function stays. Takes
    and gives the pure form of `graph`, before `partition-hierarchical`. Before:
    ```mlir
    graph.func @main(%x : tensor<32x64xf32>) -> tensor<32x32xf32> {
      %w = graph.weight "w" : tensor<64x32xf32>
      %0 = graph.relu %x : tensor<32x64xf32> -> tensor<32x64xf32>
      %1 = graph.matmul %0, %w : (tensor<32x64xf32>, tensor<64x32xf32>) -> tensor<32x32xf32>
      graph.return %1 : tensor<32x32xf32>
    }
    ```
    After `set-precision{precision=bf16}`:
    ```mlir
    graph.func @main(%x: tensor<32x64xf32>) -> tensor<32x32xf32> {
      %w = graph.weight "w" : tensor<64x32xbf16>
      %0 = graph.relu %x : tensor<32x64xf32> -> tensor<32x64xf32>
      %1 = graph.cast %0 : tensor<32x64xf32> -> tensor<32x64xbf16>
      %2 = graph.matmul %1, %w : (tensor<32x64xbf16>, tensor<64x32xbf16>) -> tensor<32x32xf32>
      graph.return %2 : tensor<32x32xf32>
    }
    ```
    """

    name = "set-precision"

    precision: str
    """model, fp32, bf16, fp16, fp8 (E4M3 with scales) or int8 (with scales, sums in int32)."""
    thin: int = THIN
    """Products of a matrix with at most this many rows or columns stay in f32."""
    weights: str | None = None
    """Safetensors file with the data of the weights; without it only types and inline constants are converted."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        set_precision(op, weights, self.precision, self.thin)
        write_sidecar(self.save, weights, set(weights), self.name)
