"""Operations of the `graph` dialect that move elements to or from places given by indices."""

from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, StringAttr, TensorType
from xdsl.ir import OpResult, OpTraits, SSAValue
from xdsl.irdl import Operand, attr_def, irdl_op_definition, operand_def, opt_attr_def, result_def, traits_def
from xdsl.traits import Pure

from accelc.analysis import shapes
from accelc.analysis.indexed import REDUCTIONS, picked_shape
from accelc.dialects.graph_ops.base import (
    I64_ATTR,
    TENSOR,
    AnyTensor,
    GraphOp,
    Value,
    attributes,
    checked,
    element_of,
    is_bool,
    is_integer,
    require,
    require_same_element,
    require_shape,
    shape_of,
)


def _require_indices(indices: Value) -> None:
    index = element_of(indices)
    require(is_integer(index) and not is_bool(index), f"indices have element type {index}, not an integer type")


@irdl_op_definition
class GatherOp(GraphOp):
    """
    Slices of x along one axis, picked by integer indices; an index below 0 counts from the end.

    With `batch` b, the first b axes of x and of the indices are the same, and each entry has its own indices. ONNX
    Gather has none; GatherElements has all axes but one. An index outside [-size, size) is an error when the operation
    is executed.

    ```mlir
    %y = graph.gather %x, %i axis 0 : (tensor<9x6xf32>, tensor<4x2xi64>) -> tensor<4x2x6xf32>
    ```
    """

    name = "graph.gather"
    x: Operand = operand_def(TENSOR)
    """Any shape of rank at least 1."""
    indices: Operand = operand_def(TENSOR)
    """Integers of any shape that begins with the batch axes."""
    axis: IntegerAttr = attr_def(I64_ATTR)
    """Axis of x the indices count along, in [0, rank)."""
    batch: IntegerAttr | None = opt_attr_def(I64_ATTR)
    """Leading axes that x and the indices share; none by default."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x with the axis replaced by the axes of the indices behind the batch."""

    assembly_format: ClassVar[str | None] = (
        "$x `,` $indices `axis` $axis (`batch` $batch^)? attr-dict `:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(self, x: Value, indices: Value, axis: int = 0, batch: int = 0, *, loc_name: str | None = None):
        axis = shapes.normalize_axis(axis, len(shape_of(x)))
        super().__init__(
            operands=[SSAValue.get(x), SSAValue.get(indices)],
            result_types=[TensorType(element_of(x), picked_shape(shape_of(x), shape_of(indices), axis, batch))],
            attributes=attributes(axis=axis, batch=batch or None, loc_name=loc_name),
        )

    @property
    def batch_axes(self) -> int:
        """Number of axes that x and the indices share."""
        return 0 if self.batch is None else self.batch.value.data

    def verify_graph(self) -> None:
        """Integer indices; exact shape."""
        _require_indices(self.indices)
        where = (self.axis.value.data, self.batch_axes)
        require_shape(self.result, checked(picked_shape, shape_of(self.x), shape_of(self.indices), *where))
        require_same_element(self.result, self.x)


@irdl_op_definition
class ScatterOp(GraphOp):
    """
    x with its slices along one axis, at places given by integer indices, replaced by updates or combined with them.

    The mirror image of `graph.gather`: the updates have the shape of what a gather with the same indices gives.
    `reduction` is `none`, `add`, `mul`, `max` or `min`. Updates happen in row-major order of the batch, the axes before
    the indexed one, and the indices: of several replacements of one element the last one stays. An index outside
    [-size, size) is an error when the operation is executed.

    ```mlir
    %y = graph.scatter "add" %x, %i, %u axis 0
      : (tensor<9x6xf32>, tensor<4xi64>, tensor<4x6xf32>) -> tensor<9x6xf32>
    ```
    """

    name = "graph.scatter"
    x: Operand = operand_def(TENSOR)
    """Tensor whose other elements are kept; rank at least 1."""
    indices: Operand = operand_def(TENSOR)
    """Integers of any shape that begins with the batch axes."""
    updates: Operand = operand_def(TENSOR)
    """Shape of x with the axis replaced by the axes of the indices behind the batch."""
    reduction: StringAttr = attr_def(StringAttr)
    """`none`, `add`, `mul`, `max` or `min`."""
    axis: IntegerAttr = attr_def(I64_ATTR)
    """Axis of x the indices count along, in [0, rank)."""
    batch: IntegerAttr | None = opt_attr_def(I64_ATTR)
    """Leading axes that x and the indices share; none by default."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x."""

    assembly_format: ClassVar[str | None] = (
        "$reduction $x `,` $indices `,` $updates `axis` $axis (`batch` $batch^)? attr-dict "
        "`:` functional-type(operands, results)"
    )
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        x: Value,
        indices: Value,
        updates: Value,
        axis: int = 0,
        batch: int = 0,
        reduction: str = "none",
        *,
        loc_name: str | None = None,
    ):
        super().__init__(
            operands=[SSAValue.get(v) for v in (x, indices, updates)],
            result_types=[SSAValue.get(x).type],
            attributes=attributes(
                reduction=reduction,
                axis=shapes.normalize_axis(axis, len(shape_of(x))),
                batch=batch or None,
                loc_name=loc_name,
            ),
        )

    @property
    def batch_axes(self) -> int:
        """Number of axes that x and the indices share."""
        return 0 if self.batch is None else self.batch.value.data

    def verify_graph(self) -> None:
        """Integer indices, updates of the picked shape, one element type, a known reduction of numbers."""
        _require_indices(self.indices)
        require(self.reduction.data in REDUCTIONS, f"reduction {self.reduction} is not one of {', '.join(REDUCTIONS)}")
        element = element_of(self.x)
        require(
            self.reduction.data == "none" or not is_bool(element),
            f"reduction {self.reduction} of elements of {element}",
        )
        where = (self.axis.value.data, self.batch_axes)
        picked = checked(picked_shape, shape_of(self.x), shape_of(self.indices), *where)
        found = shape_of(self.updates)
        require(found == picked, f"updates have shape {list(found)}, expected {list(picked)}")
        require_shape(self.result, shape_of(self.x))
        require_same_element(self.updates, self.x)
        require_same_element(self.result, self.x)
