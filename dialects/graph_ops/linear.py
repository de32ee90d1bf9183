"""Operations of the `graph` dialect with a contraction."""

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, TensorType
from xdsl.ir import OpResult, OpTraits, SSAValue
from xdsl.irdl import (
    Operand,
    OptOperand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from accelc.analysis import shapes
from accelc.dialects.graph_ops.base import (
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
    is_bool,
    is_float,
    is_integer,
    require,
    require_shape,
    shape_of,
)


def _require_product(left: Value, right: Value, result: Value) -> None:
    elements = [element_of(v) for v in (left, right, result)]
    integers = all(is_integer(e) and not is_bool(e) for e in elements)
    require(
        integers or all(is_float(e) for e in elements),
        f"element types {elements[0]}, {elements[1]} -> {elements[2]} are not legal; all floats or all integers",
    )


def spatial(rank: int, values: Sequence[int] | None, default: int, per_axis: int = 1) -> tuple[int, ...]:
    """Window parameter of a tensor of `rank` axes (two of them not spatial), `default` everywhere when not given."""
    return (default,) * ((rank - 2) * per_axis) if values is None else tuple(values)


@irdl_op_definition
class MatmulOp(GraphOp):
    """
    Matrix product with the semantics of `numpy.matmul`: leading axes broadcast, vectors are promoted.

    Floats are summed in f32 or wider and rounded once to the result's element type; integers in the result's.

    ```mlir
    %y = graph.matmul %x, %w : (tensor<4x8xbf16>, tensor<8x2xbf16>) -> tensor<4x2xf32>
    ```
    """

    name = "graph.matmul"
    lhs: Operand = operand_def(TENSOR)
    """(..., m, k)"""
    rhs: Operand = operand_def(TENSOR)
    """(..., k, n)"""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """(..., m, n)"""

    assembly_format: ClassVar[str | None] = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"
    traits: OpTraits = traits_def(Pure())

    def __init__(self, lhs: Value, rhs: Value, result_type: AnyTensor | None = None, *, loc_name: str | None = None):
        if result_type is None:
            result_type = TensorType(element_of(lhs), shapes.matmul_shape(shape_of(lhs), shape_of(rhs)))
        super().__init__(
            operands=[SSAValue.get(lhs), SSAValue.get(rhs)],
            result_types=[result_type],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Contraction sizes agree, leading axes broadcast."""
        require_shape(self.result, checked(shapes.matmul_shape, shape_of(self.lhs), shape_of(self.rhs)))
        _require_product(self.lhs, self.rhs, self.result)


@irdl_op_definition
class ConvOp(GraphOp):
    """
    Convolution (cross-correlation, as in ONNX) over one or more spatial axes, zero-padded, in `group` groups.

    `pads` lists the low pads of all spatial axes, then the high pads. Sums are those of `graph.matmul`.

    ```mlir
    %y = graph.conv %x, %w, %b strides [2, 2] pads [1, 1, 1, 1] dilations [1, 1] group 1
      : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
    ```
    """

    name = "graph.conv"
    x: Operand = operand_def(TENSOR)
    """(N, C, spatial...)"""
    weight: Operand = operand_def(TENSOR)
    """(M, C/group, kernel...)"""
    bias: OptOperand = opt_operand_def(TENSOR)
    """(M,)"""
    strides: I64Array = attr_def(I64_ARRAY)
    """Elements between windows, per spatial axis."""
    pads: I64Array = attr_def(I64_ARRAY)
    """Zeros before, then after, per spatial axis."""
    dilations: I64Array = attr_def(I64_ARRAY)
    """Elements between taps, per spatial axis."""
    group: IntegerAttr = attr_def(I64_ATTR)
    """Number of groups channels are split in."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """(N, M, out...)"""

    assembly_format: ClassVar[str | None] = (
        "$x `,` $weight (`,` $bias^)? `strides` $strides `pads` $pads `dilations` $dilations `group` $group "
        "attr-dict `:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        weight: Value,
        bias: Value | None = None,
        result_type: AnyTensor | None = None,
        *,
        strides: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        group: int = 1,
        loc_name: str | None = None,
    ):
        rank = len(shape_of(x))
        window = (spatial(rank, strides, 1), spatial(rank, pads, 0, 2), spatial(rank, dilations, 1))
        if result_type is None:
            shape = shapes.conv_output_shape(shape_of(x), shape_of(weight), *window, group)
            result_type = TensorType(element_of(x), shape)
        super().__init__(
            operands=[SSAValue.get(x), SSAValue.get(weight), None if bias is None else SSAValue.get(bias)],
            result_types=[result_type],
            attributes=attributes(
                strides=window[0], pads=window[1], dilations=window[2], group=group, loc_name=loc_name
            ),
        )

    def verify_graph(self) -> None:
        """The result has exactly the shape of all whole windows; the bias has one entry per output channel."""
        window = (ints(self.strides), ints(self.pads), ints(self.dilations), self.group.value.data)
        require_shape(self.result, checked(shapes.conv_output_shape, shape_of(self.x), shape_of(self.weight), *window))
        _require_product(self.x, self.weight, self.result)
        _require_bias(self.bias, shape_of(self.weight)[0], self.result)


def _require_bias(bias: SSAValue | None, channels: int, result: SSAValue) -> None:
    if bias is None:
        return
    require(shape_of(bias) == (channels,), f"bias has shape {list(shape_of(bias))}, expected [{channels}]")
    require(
        is_float(element_of(bias)) == is_float(element_of(result)),
        f"bias has element type {element_of(bias)}, result {element_of(result)}; both floats or both integers",
    )


@irdl_op_definition
class ConvTransposeOp(GraphOp):
    """
    Transposed convolution as in ONNX: each input element spreads over a window of the result, cropped by `pads`.

    ```mlir
    %y = graph.conv_transpose %x, %w strides [2] pads [0, 0] dilations [1] group 1 output_padding [0]
      : (tensor<1x3x8xf32>, tensor<3x4x2xf32>) -> tensor<1x4x16xf32>
    ```
    """

    name = "graph.conv_transpose"
    x: Operand = operand_def(TENSOR)
    """(N, C, spatial...)"""
    weight: Operand = operand_def(TENSOR)
    """(C, M/group, kernel...)"""
    bias: OptOperand = opt_operand_def(TENSOR)
    """(M,)"""
    strides: I64Array = attr_def(I64_ARRAY)
    """Result elements between the windows of neighbouring inputs, per spatial axis."""
    pads: I64Array = attr_def(I64_ARRAY)
    """Result elements cropped at the low end, then at the high end, per spatial axis."""
    dilations: I64Array = attr_def(I64_ARRAY)
    """Elements between taps, per spatial axis."""
    group: IntegerAttr = attr_def(I64_ATTR)
    """Number of groups channels are split in."""
    output_padding: I64Array = attr_def(I64_ARRAY)
    """Elements added at the high end, per spatial axis."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """(N, M, out...)"""

    assembly_format: ClassVar[str | None] = (
        "$x `,` $weight (`,` $bias^)? `strides` $strides `pads` $pads `dilations` $dilations `group` $group "
        "`output_padding` $output_padding attr-dict `:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        weight: Value,
        bias: Value | None = None,
        result_type: AnyTensor | None = None,
        *,
        strides: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        group: int = 1,
        output_padding: Sequence[int] | None = None,
        loc_name: str | None = None,
    ):
        rank = len(shape_of(x))
        window = (spatial(rank, strides, 1), spatial(rank, pads, 0, 2), spatial(rank, dilations, 1))
        extra = spatial(rank, output_padding, 0)
        if result_type is None:
            shape = shapes.conv_transpose_output_shape(shape_of(x), shape_of(weight), *window, group, extra)
            result_type = TensorType(element_of(x), shape)
        super().__init__(
            operands=[SSAValue.get(x), SSAValue.get(weight), None if bias is None else SSAValue.get(bias)],
            result_types=[result_type],
            attributes=attributes(
                strides=window[0],
                pads=window[1],
                dilations=window[2],
                group=group,
                output_padding=extra,
                loc_name=loc_name,
            ),
        )

    def verify_graph(self) -> None:
        """The result has exactly the shape the attributes give."""
        window = (ints(self.strides), ints(self.pads), ints(self.dilations), self.group.value.data)
        shape = checked(
            shapes.conv_transpose_output_shape,
            shape_of(self.x),
            shape_of(self.weight),
            *window,
            ints(self.output_padding),
        )
        require_shape(self.result, shape)
        _require_product(self.x, self.weight, self.result)
        _require_bias(self.bias, shape[1], self.result)
