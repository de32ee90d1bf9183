"""
The in-place family of the `graph` dialect: what a program with mutable tensors looks like before normalization.

A `!graph.var` is a reference to storage; views share the storage of what they view. `normalize-inplace` rewrites all of
it to value semantics; nothing after that pass accepts a variable.
"""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import StringAttr, TensorType, UnitAttr
from xdsl.ir import Attribute, OpResult, OpTraits, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import (
    Operand,
    VarOperand,
    attr_def,
    base,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    param_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, NoMemoryEffect
from xdsl.utils.exceptions import VerifyException

from accelc.analysis import shapes
from accelc.dialects.graph_ops.base import (
    I64_ARRAY,
    TENSOR,
    AnyTensor,
    GraphOp,
    I64Array,
    Value,
    attributes,
    checked,
    element_of,
    ints,
    require,
)
from accelc.dialects.graph_ops.binary import BINARY_OPS
from accelc.dialects.graph_ops.functions import UNARY_OPS


@irdl_attr_definition
class VarType(ParametrizedAttribute, TypeAttribute):
    """A mutable tensor, or a view of one: `!graph.var<tensor<4xf32>>`."""

    name = "graph.var"
    tensor: TensorType[Attribute] = param_def(TENSOR)
    """Shape and element type of the contents."""


VAR = base(VarType)


def stored(value: Value) -> AnyTensor:
    """Tensor type behind a variable."""
    kind = SSAValue.get(value).type
    assert isinstance(kind, VarType)
    return kind.tensor


def _sizes(value: Value) -> tuple[int, ...]:
    return stored(value).get_shape()


@irdl_op_definition
class VariableOp(GraphOp):
    """
    New storage holding `init`. With `captured`, the storage is that of a constant of the program: never written.

    ```mlir
    %v = graph.variable %x : tensor<4xf32> -> !graph.var<tensor<4xf32>>
    ```
    """

    name = "graph.variable"
    init: Operand = operand_def(TENSOR)
    """First contents."""
    captured: UnitAttr | None = opt_attr_def(UnitAttr)
    """The storage belongs to a constant; writing it is an error of the program."""
    result: OpResult[VarType] = result_def(VAR)
    """The storage."""

    assembly_format: ClassVar[str | None] = (
        "(`captured` $captured^)? $init attr-dict `:` type($init) `->` type($result)"
    )

    def __init__(self, init: Value, *, captured: bool = False, loc_name: str | None = None):
        tensor = cast(AnyTensor, SSAValue.get(init).type)
        super().__init__(
            operands=[SSAValue.get(init)],
            result_types=[VarType(tensor)],
            attributes=attributes(captured=captured, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """The storage has the type of the contents."""
        if stored(self.result) != self.init.type:
            raise VerifyException(f"storage of {stored(self.result)} cannot hold {self.init.type}")


@irdl_op_definition
class LoadOp(GraphOp):
    """
    The present contents of a variable or view, as a value.

    ```mlir
    %x = graph.load %v : !graph.var<tensor<4xf32>> -> tensor<4xf32>
    ```
    """

    name = "graph.load"
    var: Operand = operand_def(VAR)
    """Read."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Contents."""

    assembly_format: ClassVar[str | None] = "$var attr-dict `:` type($var) `->` type($result)"
    traits: OpTraits = traits_def(MemoryReadEffect())

    def __init__(self, var: Value, *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(var)], result_types=[stored(var)], attributes=attributes(loc_name=loc_name)
        )

    def verify_graph(self) -> None:
        """The value has the type of the contents."""
        if stored(self.var) != self.result.type:
            raise VerifyException(f"contents have type {stored(self.var)}")


@irdl_op_definition
class StoreOp(GraphOp):
    """
    Replace the contents of a variable or view, in place.

    ```mlir
    graph.store_ %v, %x : !graph.var<tensor<4xf32>>, tensor<4xf32>
    ```
    """

    name = "graph.store_"
    var: Operand = operand_def(VAR)
    """Written."""
    value: Operand = operand_def(TENSOR)
    """New contents; broadcasts to the variable's shape, of its element type."""

    assembly_format: ClassVar[str | None] = "$var `,` $value attr-dict `:` type($var) `,` type($value)"
    traits: OpTraits = traits_def(MemoryWriteEffect())

    def __init__(self, var: Value, value: Value, *, loc_name: str | None = None):
        super().__init__(operands=[SSAValue.get(var), SSAValue.get(value)], attributes=attributes(loc_name=loc_name))

    def verify_graph(self) -> None:
        """The value broadcasts to the variable's shape and has its element type."""
        _require_fits(self.var, self.value)
        element = element_of(self.value)
        require(element == stored(self.var).element_type, f"{stored(self.var)} cannot hold elements of type {element}")


def _require_fits(var: SSAValue, value: SSAValue) -> None:
    source = cast(AnyTensor, value.type).get_shape()
    shape = checked(shapes.broadcast_shapes, _sizes(var), source)
    require(shape == _sizes(var), f"{value.type} does not broadcast to {stored(var)}")


@irdl_op_definition
class ApplyOp(GraphOp):
    """
    `var = f(var, operands...)` in place, for a unary or binary operation `f` of this dialect.

    ```mlir
    graph.apply_ "add" %v, %x : !graph.var<tensor<4xf32>>, tensor<4xf32>
    ```
    """

    name = "graph.apply_"
    function: StringAttr = attr_def(StringAttr)
    """Name of the operation without the dialect."""
    var: Operand = operand_def(VAR)
    """Read, then written."""
    inputs: VarOperand = var_operand_def(TENSOR)
    """Nothing for a unary operation, the second operand for a binary one."""

    assembly_format: ClassVar[str | None] = (
        "$function $var (`,` $inputs^)? attr-dict `:` type($var) (`,` type($inputs)^)?"
    )
    traits: OpTraits = traits_def(MemoryReadEffect(), MemoryWriteEffect())

    def __init__(self, function: str, var: Value, inputs: Sequence[Value] = (), *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(var), [SSAValue.get(v) for v in inputs]],
            attributes=attributes(function=function, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """A known function that keeps the element type, with as many operands as it takes, which broadcast."""
        name = self.function.data
        require(name in UNARY_OPS or name in BINARY_OPS, f"function {self.function} is no unary or binary operation")
        count = 0 if name in UNARY_OPS else 1
        require(len(self.inputs) == count, f'function "{name}" takes {count} further operands, got {len(self.inputs)}')
        for value in self.inputs:
            _require_fits(self.var, value)
        element = stored(self.var).element_type
        if name in UNARY_OPS:
            UNARY_OPS[name].require_elements(element, element)
        else:
            BINARY_OPS[name].require_elements(element, element_of(self.inputs[0]), element)


class ViewOp(GraphOp, ABC):
    """Base of all views: a reference to (part of) the storage of another variable, under another shape."""

    var: Operand = operand_def(VAR)
    """Viewed variable or view."""
    result: OpResult[VarType] = result_def(VAR)
    """Reference to the same storage."""

    traits: OpTraits = traits_def(NoMemoryEffect())

    def verify_graph(self) -> None:
        """One element type; sizes as the view demands."""
        source, result = stored(self.var), stored(self.result)
        require(
            source.element_type == result.element_type,
            f"a view of {source.element_type} cannot have element type {result.element_type}",
        )
        self.verify_view(source.get_shape(), result.get_shape())

    def verify_view(self, source: Sequence[int], result: Sequence[int]) -> None:
        """Check the result's sizes against the source's."""


def _view_type(var: Value, sizes: Sequence[int]) -> VarType:
    return VarType(TensorType(stored(var).element_type, sizes))


@irdl_op_definition
class ViewSliceOp(ViewOp):
    """
    View of elements `starts + i * steps`, per axis.

    ```mlir
    %s = graph.view_slice %v starts [1] steps [2] : !graph.var<tensor<8xf32>> -> !graph.var<tensor<3xf32>>
    ```
    """

    name = "graph.view_slice"
    starts: I64Array = attr_def(I64_ARRAY)
    """First element, per axis."""
    steps: I64Array = attr_def(I64_ARRAY)
    """Elements between viewed ones, per axis; not 0."""

    assembly_format: ClassVar[str | None] = (
        "$var `starts` $starts `steps` $steps attr-dict `:` type($var) `->` type($result)"
    )

    def __init__(
        self,
        var: Value,
        starts: Sequence[int],
        sizes: Sequence[int],
        steps: Sequence[int] | None = None,
        *,
        loc_name: str | None = None,
    ):
        steps = (1,) * len(starts) if steps is None else tuple(steps)
        super().__init__(
            operands=[SSAValue.get(var)],
            result_types=[_view_type(var, sizes)],
            attributes=attributes(starts=tuple(starts), steps=steps, loc_name=loc_name),
        )

    def verify_view(self, source: Sequence[int], result: Sequence[int]) -> None:
        """Every viewed element lies inside the source."""
        checked(shapes.check_slice, source, result, ints(self.starts), ints(self.steps))


@irdl_op_definition
class ViewTransposeOp(ViewOp):
    """
    View with permuted axes.

    ```mlir
    %t = graph.view_transpose %v perm [1, 0] : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<4x2xf32>>
    ```
    """

    name = "graph.view_transpose"
    perm: I64Array = attr_def(I64_ARRAY)
    """Axis of the source for every axis of the view."""

    assembly_format: ClassVar[str | None] = "$var `perm` $perm attr-dict `:` type($var) `->` type($result)"

    def __init__(self, var: Value, perm: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(var)],
            result_types=[_view_type(var, shapes.transpose_shape(_sizes(var), perm))],
            attributes=attributes(perm=tuple(perm), loc_name=loc_name),
        )

    def verify_view(self, source: Sequence[int], result: Sequence[int]) -> None:
        """perm is a permutation; the sizes follow."""
        expected = checked(shapes.transpose_shape, source, ints(self.perm))
        require(tuple(result) == expected, f"view has shape {list(result)}, expected {list(expected)}")


@irdl_op_definition
class ViewReshapeOp(ViewOp):
    """
    View of the same elements in row-major order under another shape.

    ```mlir
    %r = graph.view_reshape %v : !graph.var<tensor<2x4xf32>> -> !graph.var<tensor<8xf32>>
    ```
    """

    name = "graph.view_reshape"
    assembly_format: ClassVar[str | None] = "$var attr-dict `:` type($var) `->` type($result)"

    def __init__(self, var: Value, shape: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(var)],
            result_types=[_view_type(var, shape)],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_view(self, source: Sequence[int], result: Sequence[int]) -> None:
        """As many elements."""
        checked(shapes.check_reshape, source, result)


@irdl_op_definition
class ViewBroadcastOp(ViewOp):
    """
    View that repeats elements along axes; several of its cells are one cell of storage, so it is never written.

    ```mlir
    %b = graph.view_broadcast %v : !graph.var<tensor<4xf32>> -> !graph.var<tensor<2x4xf32>>
    ```
    """

    name = "graph.view_broadcast"
    assembly_format: ClassVar[str | None] = "$var attr-dict `:` type($var) `->` type($result)"

    def __init__(self, var: Value, shape: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(var)],
            result_types=[_view_type(var, shape)],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_view(self, source: Sequence[int], result: Sequence[int]) -> None:
        """The source broadcasts to the view."""
        expected = checked(shapes.broadcast_shapes, source, result)
        require(expected == tuple(result), f"shape {list(source)} does not broadcast to {list(result)}")
