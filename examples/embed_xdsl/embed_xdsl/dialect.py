"""The dialect `sketch`: layers on tensors, and a kernel that is not worth a graph."""

from typing import ClassVar, cast

from xdsl.dialects.builtin import Float32Type, FloatAttr, IntegerAttr, StringAttr, SymbolNameConstraint, TensorType, f32
from xdsl.ir import Attribute, Dialect, SSAValue
from xdsl.irdl import IRDLOperation, attr_def, base, irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

TENSOR = base(TensorType)
FP32_TENSOR = TensorType.constr(f32)


@irdl_op_definition
class DenseOp(IRDLOperation):
    """
    `relu(x @ w + b)`, all fp32.

    ```mlir
    %y = sketch.dense %x, %w, %b : (tensor<4x8xf32>, tensor<8x16xf32>, tensor<16xf32>) -> tensor<4x16xf32>
    ```
    """

    name = "sketch.dense"
    x = operand_def(TENSOR)
    w = operand_def(TENSOR)
    b = operand_def(TENSOR)
    y = result_def(TENSOR)
    assembly_format: ClassVar[str | None] = "$x `,` $w `,` $b attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue, w: SSAValue, b: SSAValue, kind: TensorType[Attribute]):
        super().__init__(operands=[x, w, b], result_types=[kind])

    def verify_(self) -> None:
        """Shapes fit together."""
        (rows, inner), (depth, cols), (bias,), result = (
            _shape(value, rank) for value, rank in ((self.x, 2), (self.w, 2), (self.b, 1), (self.y, 2))
        )
        if inner != depth or bias != cols or result != (rows, cols):
            raise VerifyException(
                f"x {rows}x{inner}, w {depth}x{cols} and b {bias} cannot give {'x'.join(map(str, result))}"
            )


@irdl_op_definition
class ClipOp(IRDLOperation):
    """
    `max(x, 0)`.

    ```mlir
    %y = sketch.clip %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "sketch.clip"
    x = operand_def(TENSOR)
    y = result_def(TENSOR)
    assembly_format: ClassVar[str | None] = "$x attr-dict `:` functional-type(operands, results)"

    def __init__(self, x: SSAValue):
        super().__init__(operands=[x], result_types=[x.type])

    def verify_(self) -> None:
        """The result is like the operand."""
        if self.x.type != self.y.type:
            raise VerifyException(f"result {self.y.type} differs from operand {self.x.type}")


@irdl_op_definition
class ClampOp(IRDLOperation):
    """
    `min(max(x, low), high)`, all fp32.

    ```mlir
    %y = sketch.clamp %x from -1.0 to 2.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "sketch.clamp"
    x = operand_def(FP32_TENSOR)
    low = attr_def(FloatAttr[Float32Type])
    high = attr_def(FloatAttr[Float32Type])
    y = result_def(FP32_TENSOR)
    assembly_format: ClassVar[str | None] = "$x `from` $low `to` $high attr-dict `:` functional-type(operands, results)"
    # Nothing else may stand in a graph of accelc, where operations are moved, folded and removed.
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, low: float, high: float):
        bounds = {"low": FloatAttr(low, 32), "high": FloatAttr(high, 32)}
        super().__init__(operands=[x], result_types=[x.type], attributes=bounds)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest element of the result."""
        return self.low.value.data, self.high.value.data

    def verify_(self) -> None:
        """The result is like the operand, the bounds are in order."""
        if self.x.type != self.y.type:
            raise VerifyException(f"result {self.y.type} differs from operand {self.x.type}")
        low, high = self.bounds
        if not low <= high:
            raise VerifyException(f"bounds {low} and {high} are in no order")


@irdl_op_definition
class SnakeOp(IRDLOperation):
    """
    `x + sin(alpha * x)^2 / alpha`, all fp32.

    ```mlir
    %y = sketch.snake %x by 0.5 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "sketch.snake"
    x = operand_def(FP32_TENSOR)
    alpha = attr_def(FloatAttr[Float32Type])
    y = result_def(FP32_TENSOR)
    assembly_format: ClassVar[str | None] = "$x `by` $alpha attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def verify_(self) -> None:
        """The result is like the operand, and there is a frequency."""
        if self.x.type != self.y.type:
            raise VerifyException(f"result {self.y.type} differs from operand {self.x.type}")
        if not 0.001 <= self.alpha.value.data <= 1000:
            raise VerifyException(f"alpha {self.alpha.value.data}: a number from 0.001 to 1000 expected")


@irdl_op_definition
class ScaleOp(IRDLOperation):
    """
    A program of its own: `elements` fp32 numbers of the buffer `x`, times `factor`, into `y`.

    ```mlir
    sketch.scale @half 64 by 0.5
    ```
    """

    name = "sketch.scale"
    sym_name = attr_def(SymbolNameConstraint())
    elements = attr_def(IntegerAttr)
    factor = attr_def(FloatAttr[Float32Type])
    assembly_format: ClassVar[str | None] = "$sym_name $elements `by` $factor attr-dict"

    def verify_(self) -> None:
        """There is something to scale."""
        if self.elements.value.data < 1:
            raise VerifyException(f"{self.elements.value.data} elements: at least 1 expected")

    @property
    def symbol(self) -> str:
        """Name of the program."""
        assert isinstance(self.sym_name, StringAttr)
        return self.sym_name.data


def _shape(value: SSAValue, rank: int) -> tuple[int, ...]:
    shape = cast("TensorType[Attribute]", value.type).get_shape()
    if len(shape) != rank:
        raise VerifyException(f"operand of {len(shape)} axes: {rank} expected")
    return shape


Sketch = Dialect("sketch", [DenseOp, ClipOp, ClampOp, SnakeOp, ScaleOp])
"""The dialect."""
