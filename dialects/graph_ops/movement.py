"""Operations of the `graph` dialect that move elements without computing, and the cast."""

from collections.abc import Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import Float8E4M3FNType, Float8E5M2Type, FloatAttr, IntegerAttr, TensorType, UnitAttr, f64
from xdsl.ir import Attribute, OpResult, OpTraits, SSAValue
from xdsl.irdl import (
    Operand,
    VarOperand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure

from accelc.analysis import shapes
from accelc.dialects.graph_ops.base import (
    F64_ATTR,
    I64_ARRAY,
    I64_ATTR,
    TENSOR,
    AnyTensor,
    GraphOp,
    I64Array,
    Value,
    attributes,
    checked,
    element_of,
    ints,
    is_float,
    is_integer,
    require,
    require_same_element,
    require_shape,
    shape_of,
)
from accelc.dialects.graph_ops.canonicalization import Simplifies

F8 = (Float8E4M3FNType, Float8E5M2Type)


@irdl_op_definition
class CastOp(GraphOp):
    """
    Conversion of every element to the result's element type.

    To floats: nearest, halves to even. Floats to integers: towards zero. To i1: whether the element is not zero. With
    `saturate`, floats beyond the range of an 8-bit float type give its largest finite value, else NaN (f8E4M3FN) or
    infinity (f8E5M2).

    ```mlir
    %y = graph.cast %x : tensor<4xf32> -> tensor<4xbf16>
    ```
    """

    name = "graph.cast"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x."""
    saturate: UnitAttr | None = opt_attr_def(UnitAttr)
    """Whether floats saturate; the result has an 8-bit float type."""

    assembly_format: ClassVar[str | None] = "$x attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, x: Value, to: Attribute, *, saturate: bool = False, loc_name: str | None = None):
        element = cast(AnyTensor, to).element_type if isinstance(to, TensorType) else to
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element, shape_of(x))],
            attributes=attributes(saturate=saturate, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Same shape; only floats saturate, in 8 bits."""
        require_shape(self.result, shape_of(self.x))
        legal = is_float(element_of(self.x)) and isinstance(element_of(self.result), F8)
        kinds = f"{element_of(self.x)} -> {element_of(self.result)}"
        require(self.saturate is None or legal, f"saturate is for casts of floats to 8-bit floats, not {kinds}")


@irdl_op_definition
class ReshapeOp(GraphOp):
    """
    The same elements in row-major order under another shape.

    ```mlir
    %y = graph.reshape %x : tensor<4x6xf32> -> tensor<3x8xf32>
    ```
    """

    name = "graph.reshape"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Any shape with as many elements."""

    assembly_format: ClassVar[str | None] = "$x attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, x: Value, shape: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element_of(x), shape)],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """As many elements, of the same type."""
        checked(shapes.check_reshape, shape_of(self.x), shape_of(self.result))
        require_same_element(self.result, self.x)


@irdl_op_definition
class TransposeOp(GraphOp):
    """
    Permutation of the axes: axis i of the result is axis perm[i] of x.

    ```mlir
    %y = graph.transpose %x perm [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
    ```
    """

    name = "graph.transpose"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    perm: I64Array = attr_def(I64_ARRAY)
    """Axis of x for every axis of the result."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Permuted shape of x."""

    assembly_format: ClassVar[str | None] = "$x `perm` $perm attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, x: Value, perm: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element_of(x), shapes.transpose_shape(shape_of(x), perm))],
            attributes=attributes(perm=tuple(perm), loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """perm is a permutation; the shape follows."""
        require_shape(self.result, checked(shapes.transpose_shape, shape_of(self.x), ints(self.perm)))
        require_same_element(self.result, self.x)


@irdl_op_definition
class SliceOp(GraphOp):
    """
    Element i of the result is element `starts + i * steps` of x, per axis; steps may be negative.

    ```mlir
    %y = graph.slice %x starts [3, 0] steps [-1, 2] : tensor<4x6xf32> -> tensor<4x3xf32>
    ```
    """

    name = "graph.slice"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    starts: I64Array = attr_def(I64_ARRAY)
    """First element, per axis."""
    steps: I64Array = attr_def(I64_ARRAY)
    """Elements between taken ones, per axis; not 0."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Number of elements taken, per axis."""

    assembly_format: ClassVar[str | None] = (
        "$x `starts` $starts `steps` $steps attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(
        self,
        x: Value,
        starts: Sequence[int],
        sizes: Sequence[int],
        steps: Sequence[int] | None = None,
        *,
        loc_name: str | None = None,
    ):
        steps = (1,) * len(starts) if steps is None else tuple(steps)
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element_of(x), sizes)],
            attributes=attributes(starts=tuple(starts), steps=steps, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Every element taken lies inside x."""
        checked(shapes.check_slice, shape_of(self.x), shape_of(self.result), ints(self.starts), ints(self.steps))
        require_same_element(self.result, self.x)


@irdl_op_definition
class InsertSliceOp(GraphOp):
    """
    dest with element `starts + i * steps` replaced by element i of source, per axis.

    ```mlir
    %r = graph.insert_slice %s, %d starts [0, 2] steps [1, 1]
      : (tensor<4x2xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    ```
    """

    name = "graph.insert_slice"
    source: Operand = operand_def(TENSOR)
    """Replacing elements."""
    dest: Operand = operand_def(TENSOR)
    """Tensor whose other elements are kept."""
    starts: I64Array = attr_def(I64_ARRAY)
    """First replaced element, per axis."""
    steps: I64Array = attr_def(I64_ARRAY)
    """Elements between replaced ones, per axis; not 0."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of dest."""

    assembly_format: ClassVar[str | None] = (
        "$source `,` $dest `starts` $starts `steps` $steps attr-dict `:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        source: Value,
        dest: Value,
        starts: Sequence[int],
        steps: Sequence[int] | None = None,
        *,
        loc_name: str | None = None,
    ):
        steps = (1,) * len(starts) if steps is None else tuple(steps)
        super().__init__(
            operands=[SSAValue.get(source), SSAValue.get(dest)],
            result_types=[SSAValue.get(dest).type],
            attributes=attributes(starts=tuple(starts), steps=steps, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Every replaced element lies inside dest; one element type."""
        window = (ints(self.starts), ints(self.steps))
        checked(shapes.check_slice, shape_of(self.dest), shape_of(self.source), *window)
        require_shape(self.result, shape_of(self.dest))
        require_same_element(self.result, self.dest)
        require_same_element(self.source, self.dest)


@irdl_op_definition
class ConcatOp(GraphOp):
    """
    Tensors joined along one axis, in operand order.

    ```mlir
    %r = graph.concat %a, %b axis 1 : (tensor<4x2xf32>, tensor<4x6xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.concat"
    inputs: VarOperand = var_operand_def(TENSOR)
    """At least one tensor; sizes agree but on the axis."""
    axis: IntegerAttr = attr_def(I64_ATTR)
    """Axis joined along, in [0, rank)."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Sizes along the axis added up."""

    assembly_format: ClassVar[str | None] = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, inputs: Sequence[Value], axis: int, *, loc_name: str | None = None):
        axis = shapes.normalize_axis(axis, len(shape_of(inputs[0])))
        shape = shapes.concat_shape([shape_of(v) for v in inputs], axis)
        super().__init__(
            operands=[[SSAValue.get(v) for v in inputs]],
            result_types=[TensorType(element_of(inputs[0]), shape)],
            attributes=attributes(axis=axis, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Sizes agree but on the axis; one element type."""
        operands = [shape_of(v) for v in self.inputs]
        require_shape(self.result, checked(shapes.concat_shape, operands, self.axis.value.data))
        for value in self.inputs:
            require_same_element(value, self.result)


@irdl_op_definition
class PadOp(GraphOp):
    """
    x surrounded and interspersed with a constant (padding as in XLA, without negative amounts).

    ```mlir
    %y = graph.pad %x low [0, 1] high [0, 2] interior [1, 0] value 0.000000e+00
      : tensor<4x6xf32> -> tensor<7x9xf32>
    ```
    """

    name = "graph.pad"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    low: I64Array = attr_def(I64_ARRAY)
    """Elements before, per axis."""
    high: I64Array = attr_def(I64_ARRAY)
    """Elements after, per axis."""
    interior: I64Array = attr_def(I64_ARRAY)
    """Elements between neighbours, per axis."""
    value: FloatAttr = attr_def(F64_ATTR)
    """The constant; it must be exact in the element type if that is an integer."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Padded shape of x."""

    assembly_format: ClassVar[str | None] = (
        "$x `low` $low `high` $high `interior` $interior `value` $value attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(
        self,
        x: Value,
        low: Sequence[int],
        high: Sequence[int],
        interior: Sequence[int] | None = None,
        value: float = 0.0,
        *,
        loc_name: str | None = None,
    ):
        interior = (0,) * len(low) if interior is None else tuple(interior)
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element_of(x), shapes.pad_shape(shape_of(x), low, high, interior))],
            attributes=attributes(
                low=tuple(low),
                high=tuple(high),
                interior=interior,
                value=FloatAttr(value, f64),
                loc_name=loc_name,
            ),
        )

    def verify_graph(self) -> None:
        """No negative amounts; exact shape; a whole number for integers."""
        amounts = (ints(self.low), ints(self.high), ints(self.interior))
        require_shape(self.result, checked(shapes.pad_shape, shape_of(self.x), *amounts))
        require_same_element(self.result, self.x)
        value = self.value.value.data
        whole = value.is_integer()
        require(whole or not is_integer(element_of(self.x)), f"value {value} is not a value of {element_of(self.x)}")


@irdl_op_definition
class BroadcastOp(GraphOp):
    """
    x repeated along axes of size 1 and along new leading axes (`numpy.broadcast_to`).

    ```mlir
    %y = graph.broadcast %x : tensor<6x1xf32> -> tensor<4x6x8xf32>
    ```
    """

    name = "graph.broadcast"
    x: Operand = operand_def(TENSOR)
    """Any shape that broadcasts to the result's."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Repeated shape."""

    assembly_format: ClassVar[str | None] = "$x attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, x: Value, shape: Sequence[int], *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(element_of(x), shape)],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """x broadcasts to exactly the result's shape."""
        source, result = shape_of(self.x), shape_of(self.result)
        require_shape(self.result, checked(shapes.broadcast_shapes, source, result))
        require(len(source) <= len(result), f"x has rank {len(source)}, above the result's {len(result)}")
        require_same_element(self.result, self.x)
