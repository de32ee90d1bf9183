"""Binary elementwise operations of the `graph` dialect, and the elementwise choice between two tensors."""

from abc import ABC
from enum import Enum
from typing import ClassVar

from xdsl.dialects.builtin import TensorType, i1
from xdsl.ir import Attribute, OpResult, OpTraits, SSAValue
from xdsl.irdl import Operand, irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from accelc.analysis.shapes import broadcast_shapes
from accelc.dialects.graph_ops.base import (
    TENSOR,
    AnyTensor,
    GraphOp,
    Value,
    attributes,
    checked,
    element_of,
    is_bool,
    is_float,
    is_integer,
    require,
    require_shape,
    shape_of,
)
from accelc.dialects.graph_ops.canonicalization import Simplifies


class BinaryRule(Enum):
    """Which element types a binary operation takes and gives."""

    ARITHMETIC = "floats of any widths giving floats, or integers of one type giving the same type"
    COMPARE = "floats of any widths, or integers of one type, giving i1"
    BITS = "integers of one type giving the same type"
    SHIFT = "integers of one type other than i1 giving the same type"


class BinaryOp(GraphOp, ABC):
    """
    An elementwise function of two tensors whose shapes broadcast as in NumPy.

    Floats are computed in f32 (f64 if either is f64) and rounded once to the result's element type; integers wrap in
    their own type.
    """

    RULE: ClassVar[BinaryRule] = BinaryRule.ARITHMETIC

    lhs: Operand = operand_def(TENSOR)
    """Any shape that broadcasts with rhs."""
    rhs: Operand = operand_def(TENSOR)
    """Any shape that broadcasts with lhs."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """The broadcast shape."""

    assembly_format: ClassVar[str | None] = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, lhs: Value, rhs: Value, result_type: AnyTensor | None = None, *, loc_name: str | None = None):
        if result_type is None:
            element: Attribute = i1 if self.RULE is BinaryRule.COMPARE else element_of(lhs)
            result_type = TensorType(element, broadcast_shapes(shape_of(lhs), shape_of(rhs)))
        super().__init__(
            operands=[SSAValue.get(lhs), SSAValue.get(rhs)],
            result_types=[result_type],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """Shapes broadcast; element types as the rule says."""
        require_shape(self.result, checked(broadcast_shapes, shape_of(self.lhs), shape_of(self.rhs)))
        self.require_elements(element_of(self.lhs), element_of(self.rhs), element_of(self.result))

    @classmethod
    def require_elements(cls, left: Attribute, right: Attribute, result: Attribute) -> None:
        """Raise a verifier error unless the rule allows these element types."""
        floats = is_float(left) and is_float(right)
        integers = is_integer(left) and left == right
        legal = {
            BinaryRule.ARITHMETIC: (floats and is_float(result)) or (integers and not is_bool(left) and left == result),
            BinaryRule.COMPARE: (floats or integers) and is_bool(result),
            BinaryRule.BITS: integers and left == result,
            BinaryRule.SHIFT: integers and left == result and not is_bool(left),
        }[cls.RULE]
        require(legal, f"element types {left}, {right} -> {result} are not legal; this takes {cls.RULE.value}")


@irdl_op_definition
class AddOp(BinaryOp):
    """
    a + b.

    ```mlir
    %c = graph.add %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.add"


@irdl_op_definition
class SubOp(BinaryOp):
    """
    a - b.

    ```mlir
    %c = graph.sub %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.sub"


@irdl_op_definition
class MulOp(BinaryOp):
    """
    a * b.

    ```mlir
    %c = graph.mul %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.mul"


@irdl_op_definition
class DivOp(BinaryOp):
    """
    a / b; integers truncate towards zero.

    ```mlir
    %c = graph.div %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.div"


@irdl_op_definition
class MaxOp(BinaryOp):
    """
    The larger of a and b; NaN wins.

    ```mlir
    %c = graph.max %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.max"


@irdl_op_definition
class MinOp(BinaryOp):
    """
    The smaller of a and b; NaN wins.

    ```mlir
    %c = graph.min %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.min"


@irdl_op_definition
class PowOp(BinaryOp):
    """
    a to the power b.

    ```mlir
    %c = graph.pow %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.pow"


@irdl_op_definition
class ModOp(BinaryOp):
    """
    Remainder with the sign of the divisor b.

    ```mlir
    %c = graph.mod %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.mod"


@irdl_op_definition
class EqualOp(BinaryOp):
    """
    a == b.

    ```mlir
    %c = graph.equal %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.equal"
    RULE: ClassVar[BinaryRule] = BinaryRule.COMPARE


@irdl_op_definition
class LessOp(BinaryOp):
    """
    a < b.

    ```mlir
    %c = graph.less %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.less"
    RULE: ClassVar[BinaryRule] = BinaryRule.COMPARE


@irdl_op_definition
class GreaterOp(BinaryOp):
    """
    a > b.

    ```mlir
    %c = graph.greater %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.greater"
    RULE: ClassVar[BinaryRule] = BinaryRule.COMPARE


@irdl_op_definition
class LessEqualOp(BinaryOp):
    """
    a <= b.

    ```mlir
    %c = graph.less_equal %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.less_equal"
    RULE: ClassVar[BinaryRule] = BinaryRule.COMPARE


@irdl_op_definition
class GreaterEqualOp(BinaryOp):
    """
    a >= b.

    ```mlir
    %c = graph.greater_equal %a, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.greater_equal"
    RULE: ClassVar[BinaryRule] = BinaryRule.COMPARE


@irdl_op_definition
class AndOp(BinaryOp):
    """
    Bitwise and; on i1 the logical one.

    ```mlir
    %c = graph.and %a, %b : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.and"
    RULE: ClassVar[BinaryRule] = BinaryRule.BITS


@irdl_op_definition
class OrOp(BinaryOp):
    """
    Bitwise or; on i1 the logical one.

    ```mlir
    %c = graph.or %a, %b : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.or"
    RULE: ClassVar[BinaryRule] = BinaryRule.BITS


@irdl_op_definition
class XorOp(BinaryOp):
    """
    Bitwise exclusive or; on i1 the logical one.

    ```mlir
    %c = graph.xor %a, %b : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>
    ```
    """

    name = "graph.xor"
    RULE: ClassVar[BinaryRule] = BinaryRule.BITS


@irdl_op_definition
class ShlOp(BinaryOp):
    """
    The bits of a moved up by b, zeros moved in; b outside of 0 to the width less one gives 0.

    ```mlir
    %c = graph.shl %a, %b : (tensor<4x8xui8>, tensor<8xui8>) -> tensor<4x8xui8>
    ```
    """

    name = "graph.shl"
    RULE: ClassVar[BinaryRule] = BinaryRule.SHIFT


@irdl_op_definition
class ShrOp(BinaryOp):
    """
    The bits of a moved down by b, zeros moved in; b outside of 0 to the width less one gives 0.

    ```mlir
    %c = graph.shr %a, %b : (tensor<4x8xui8>, tensor<8xui8>) -> tensor<4x8xui8>
    ```
    """

    name = "graph.shr"
    RULE: ClassVar[BinaryRule] = BinaryRule.SHIFT


@irdl_op_definition
class SelectOp(GraphOp):
    """
    Elementwise `condition ? a : b`; the three shapes broadcast as in NumPy.

    ```mlir
    %r = graph.select %c, %a, %b : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
    ```
    """

    name = "graph.select"
    condition: Operand = operand_def(TENSOR)
    """Truth values (i1)."""
    a: Operand = operand_def(TENSOR)
    """Taken where the condition is true."""
    b: Operand = operand_def(TENSOR)
    """Taken where the condition is false; element type of a."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """The broadcast shape, element type of a."""

    assembly_format: ClassVar[str | None] = "$condition `,` $a `,` $b attr-dict `:` functional-type(operands, results)"
    traits: OpTraits = traits_def(Pure())

    def __init__(
        self,
        condition: Value,
        a: Value,
        b: Value,
        result_type: AnyTensor | None = None,
        *,
        loc_name: str | None = None,
    ):
        if result_type is None:
            shape = broadcast_shapes(shape_of(condition), shape_of(a), shape_of(b))
            result_type = TensorType(element_of(a), shape)
        super().__init__(
            operands=[SSAValue.get(condition), SSAValue.get(a), SSAValue.get(b)],
            result_types=[result_type],
            attributes=attributes(loc_name=loc_name),
        )

    def verify_graph(self) -> None:
        """The condition is i1, the shapes broadcast, a, b and the result share an element type."""
        require(is_bool(element_of(self.condition)), f"condition has element type {element_of(self.condition)}, not i1")
        shapes = (shape_of(self.condition), shape_of(self.a), shape_of(self.b))
        require_shape(self.result, checked(broadcast_shapes, *shapes))
        elements = [element_of(v) for v in (self.a, self.b, self.result)]
        require(len(set(elements)) == 1, f"a, b and result have different element types {[str(e) for e in elements]}")


BINARY_OPS: dict[str, type[BinaryOp]] = {
    "add": AddOp,
    "sub": SubOp,
    "mul": MulOp,
    "div": DivOp,
    "max": MaxOp,
    "min": MinOp,
    "pow": PowOp,
    "mod": ModOp,
    "equal": EqualOp,
    "less": LessOp,
    "greater": GreaterOp,
    "less_equal": LessEqualOp,
    "greater_equal": GreaterEqualOp,
    "and": AndOp,
    "or": OrOp,
    "xor": XorOp,
    "shl": ShlOp,
    "shr": ShrOp,
}
"""Binary operations by the part of their name after the dialect."""
