"""Operations of the `graph` dialect that combine the elements along axes or windows."""

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import FloatAttr, IntegerAttr, StringAttr, TensorType, UnitAttr, f64, i64
from xdsl.ir import OpResult, OpTraits, SSAValue
from xdsl.irdl import (
    Operand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    result_def,
    traits_def,
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
    is_bool,
    is_float,
    is_integer,
    require,
    require_shape,
    shape_of,
)
from accelc.dialects.graph_ops.linear import spatial

POOL_KINDS = ("max", "average")
REDUCE_KINDS = ("sum", "mean", "max", "min", "prod")


def _require_floats(x: Value, result: Value) -> None:
    require(
        is_float(element_of(x)) and is_float(element_of(result)),
        f"element types {element_of(x)} -> {element_of(result)} are not legal; both must be floats",
    )


def _require_axis(axis: int, x: Value) -> None:
    rank = len(shape_of(x))
    require(0 <= axis < rank, f"axis {axis} is not an axis of a tensor of rank {rank}")


@irdl_op_definition
class PoolOp(GraphOp):
    """
    Maximum or average over sliding windows of the spatial axes.

    The number of windows is given by the result type; a window starts inside the padded input and may extend beyond
    it (ceil mode). Cells outside the input never win a maximum; an average counts cells of the padding if
    `count_include_pad` is set, and never cells beyond the padding.

    ```mlir
    %y = graph.pool "max" %x kernel [2, 2] strides [2, 2] pads [0, 0, 0, 0] dilations [1, 1]
      : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
    ```
    """

    name = "graph.pool"
    x: Operand = operand_def(TENSOR)
    """(N, C, spatial...)"""
    kind: StringAttr = attr_def(StringAttr)
    """`max` or `average`."""
    kernel: I64Array = attr_def(I64_ARRAY)
    """Taps per spatial axis."""
    strides: I64Array = attr_def(I64_ARRAY)
    """Elements between windows, per spatial axis."""
    pads: I64Array = attr_def(I64_ARRAY)
    """Padding before, then after, per spatial axis."""
    dilations: I64Array = attr_def(I64_ARRAY)
    """Elements between taps, per spatial axis."""
    count_include_pad: UnitAttr | None = opt_attr_def(UnitAttr)
    """An average divides by the number of taps inside the padded input, not inside the input."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """(N, C, out...)"""

    assembly_format: ClassVar[str | None] = (
        "$kind $x `kernel` $kernel `strides` $strides `pads` $pads `dilations` $dilations "
        "(`count_include_pad` $count_include_pad^)? attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        kind: str,
        kernel: Sequence[int],
        result_type: AnyTensor | None = None,
        *,
        strides: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        count_include_pad: bool = False,
        loc_name: str | None = None,
    ):
        rank = len(shape_of(x))
        window = (spatial(rank, strides, 1), spatial(rank, pads, 0, 2), spatial(rank, dilations, 1))
        if result_type is None:
            result_type = TensorType(element_of(x), shapes.pool_output_shape(shape_of(x), kernel, *window))
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[result_type],
            attributes=attributes(
                kind=kind,
                kernel=kernel,
                strides=window[0],
                pads=window[1],
                dilations=window[2],
                count_include_pad=count_include_pad,
                loc_name=loc_name,
            ),
        )

    def verify_graph(self) -> None:
        """Known kind; windows start inside the padded input; floats, or integers for a maximum."""
        require(self.kind.data in POOL_KINDS, f"kind {self.kind} is not one of {', '.join(POOL_KINDS)}")
        window = (ints(self.kernel), ints(self.strides), ints(self.pads), ints(self.dilations))
        checked(shapes.check_pool_result, shape_of(self.x), shape_of(self.result), *window)
        source, result = element_of(self.x), element_of(self.result)
        same = source == result and self.kind.data == "max"
        require(
            same or (is_float(source) and is_float(result)),
            f"element types {source} -> {result} are not legal; floats, or the same integers for a maximum",
        )


@irdl_op_definition
class ReduceOp(GraphOp):
    """
    Combination of all elements along some axes. An empty sum is 0, an empty product 1; an empty maximum is an error.

    Floats are combined in f32 (f64 for f64) and rounded once to the result's element type.

    ```mlir
    %y = graph.reduce "mean" %x axes [2, 3] keepdims : tensor<1x8x4x4xf32> -> tensor<1x8x1x1xf32>
    ```
    """

    name = "graph.reduce"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    kind: StringAttr = attr_def(StringAttr)
    """`sum`, `mean`, `max`, `min` or `prod`."""
    axes: I64Array = attr_def(I64_ARRAY)
    """Axes to combine, each in [0, rank)."""
    keepdims: UnitAttr | None = opt_attr_def(UnitAttr)
    """Keep the combined axes with size 1."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x without the axes, or with size 1 there."""

    assembly_format: ClassVar[str | None] = (
        "$kind $x `axes` $axes (`keepdims` $keepdims^)? attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        kind: str,
        axes: Sequence[int],
        keepdims: bool = False,
        result_type: AnyTensor | None = None,
        *,
        loc_name: str | None = None,
    ):
        axes = tuple(shapes.normalize_axis(axis, len(shape_of(x))) for axis in axes)
        if result_type is None:
            result_type = TensorType(element_of(x), shapes.reduce_shape(shape_of(x), axes, keepdims))
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[result_type],
            attributes=attributes(kind=kind, axes=axes, keepdims=keepdims, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Known kind, distinct axes, exact shape, floats or the same integers; an empty maximum is refused."""
        require(self.kind.data in REDUCE_KINDS, f"kind {self.kind} is not one of {', '.join(REDUCE_KINDS)}")
        axes = ints(self.axes)
        require_shape(self.result, checked(shapes.reduce_shape, shape_of(self.x), axes, self.keepdims is not None))
        source, result = element_of(self.x), element_of(self.result)
        integers = is_integer(source) and not is_bool(source) and source == result and self.kind.data != "mean"
        require(
            integers or (is_float(source) and is_float(result)),
            f"element types {source} -> {result} are not legal for {self.kind}; floats, or the same integers",
        )
        empty = self.kind.data in ("max", "min") and any(shape_of(self.x)[a] == 0 for a in axes)
        require(not empty, f"the {self.kind.data} of no elements is not defined")


@irdl_op_definition
class SoftmaxOp(GraphOp):
    """
    exp(x - max) / sum(exp(x - max)) along one axis.

    ```mlir
    %y = graph.softmax %x axis 1 : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.softmax"
    x: Operand = operand_def(TENSOR)
    """Any shape."""
    axis: IntegerAttr = attr_def(I64_ATTR)
    """Axis whose elements sum to 1, in [0, rank)."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x."""

    assembly_format: ClassVar[str | None] = "$x `axis` $axis attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure())

    def __init__(self, x: Value, axis: int, result_type: AnyTensor | None = None, *, loc_name: str | None = None):
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[result_type or SSAValue.get(x).type],
            attributes=attributes(axis=shapes.normalize_axis(axis, len(shape_of(x))), loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Same shape, floats, an existing axis."""
        _require_axis(self.axis.value.data, self.x)
        require_shape(self.result, shape_of(self.x))
        _require_floats(self.x, self.result)


@irdl_op_definition
class ArgmaxOp(GraphOp):
    """
    Index of the largest element along one axis; of equal ones, the first (the last with `select_last`).

    ```mlir
    %y = graph.argmax %x axis 1 : tensor<4x8xf32> -> tensor<4xi64>
    ```
    """

    name = "graph.argmax"
    x: Operand = operand_def(TENSOR)
    """Any shape; the axis is not empty."""
    axis: IntegerAttr = attr_def(I64_ATTR)
    """Axis searched, in [0, rank)."""
    keepdims: UnitAttr | None = opt_attr_def(UnitAttr)
    """Keep the axis with size 1."""
    select_last: UnitAttr | None = opt_attr_def(UnitAttr)
    """Of equal elements, take the last."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Indices (i64)."""

    assembly_format: ClassVar[str | None] = (
        "$x `axis` $axis (`keepdims` $keepdims^)? (`select_last` $select_last^)? "
        "attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        axis: int,
        keepdims: bool = False,
        *,
        select_last: bool = False,
        loc_name: str | None = None,
    ):
        axis = shapes.normalize_axis(axis, len(shape_of(x)))
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[TensorType(i64, shapes.reduce_shape(shape_of(x), (axis,), keepdims))],
            attributes=attributes(axis=axis, keepdims=keepdims, select_last=select_last, loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """An existing axis that is not empty; i64 indices."""
        axis = self.axis.value.data
        _require_axis(axis, self.x)
        require(shape_of(self.x)[axis] > 0, "the maximum of no elements is not defined")
        require_shape(self.result, shapes.reduce_shape(shape_of(self.x), (axis,), self.keepdims is not None))
        require(element_of(self.result) == i64, f"indices have element type {element_of(self.result)}, not i64")


@irdl_op_definition
class LrnOp(GraphOp):
    """
    Local response normalization across channels, as in ONNX.

    `y = x / (bias + alpha / size * s) ** beta`, where s sums the squares of the `size` channels around each channel,
    from `floor((size - 1) / 2)` before it to `ceil((size - 1) / 2)` after it.

    ```mlir
    %y = graph.lrn %x size 5 alpha 1.000000e-04 beta 7.500000e-01 bias 1.000000e+00
      : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xf32>
    ```
    """

    name = "graph.lrn"
    x: Operand = operand_def(TENSOR)
    """(N, C, spatial...)"""
    size: IntegerAttr = attr_def(I64_ATTR)
    """Number of channels summed over."""
    alpha: FloatAttr = attr_def(F64_ATTR)
    """Scale of the mean square."""
    beta: FloatAttr = attr_def(F64_ATTR)
    """Exponent."""
    bias: FloatAttr = attr_def(F64_ATTR)
    """Added to the scaled mean square."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x."""

    assembly_format: ClassVar[str | None] = (
        "$x `size` $size `alpha` $alpha `beta` $beta `bias` $bias attr-dict `:` type($x) `->` type($result)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        bias: float = 1.0,
        result_type: AnyTensor | None = None,
        *,
        loc_name: str | None = None,
    ):
        super().__init__(
            operands=[SSAValue.get(x)],
            result_types=[result_type or SSAValue.get(x).type],
            attributes=attributes(
                size=size,
                alpha=FloatAttr(alpha, f64),
                beta=FloatAttr(beta, f64),
                bias=FloatAttr(bias, f64),
                loc_name=loc_name,
            ),
        )

    def verify_graph(self) -> None:
        """At least two axes, same shape, floats, a positive size."""
        require(len(shape_of(self.x)) >= 2, f"x has rank {len(shape_of(self.x))}, expected (N, C, ...)")
        require(self.size.value.data >= 1, f"size {self.size.value.data} is below 1")
        require_shape(self.result, shape_of(self.x))
        _require_floats(self.x, self.result)
