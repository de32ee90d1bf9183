"""Unary elementwise operations of the `graph` dialect: what they share, and those on elements of more than one kind."""

from abc import ABC
from enum import Enum
from typing import ClassVar

from xdsl.dialects.builtin import TensorType, i1
from xdsl.ir import Attribute, OpResult, OpTraits, SSAValue
from xdsl.irdl import Operand, irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from accelc.dialects.graph_ops.base import (
    TENSOR,
    AnyTensor,
    GraphOp,
    Value,
    attributes,
    element_of,
    is_bool,
    is_float,
    require,
    require_shape,
    shape_of,
)
from accelc.dialects.graph_ops.canonicalization import Simplifies


class UnaryRule(Enum):
    """Which element types a unary operation takes and gives."""

    KEEP = "floats to floats of any width, or integers to integers of the same type"
    FLOAT = "floats to floats of any width"
    LOGIC = "i1 to i1"
    TEST = "floats to i1"


class UnaryOp(GraphOp, ABC):
    """
    An elementwise function of one tensor; the result has the operand's shape.

    Floats are computed in f32 (f64 for f64) and rounded once to the result's element type.
    """

    RULE: ClassVar[UnaryRule] = UnaryRule.KEEP

    x: Operand = operand_def(TENSOR)
    """Any shape."""
    result: OpResult[AnyTensor] = result_def(TENSOR)
    """Shape of x."""

    assembly_format: ClassVar[str | None] = "$x attr-dict `:` type($x) `->` type($result)"
    traits: OpTraits = traits_def(Pure(), Simplifies())

    def __init__(self, x: Value, result_type: AnyTensor | None = None, *, loc_name: str | None = None):
        if result_type is None:
            element: Attribute = i1 if self.RULE is UnaryRule.TEST else element_of(x)
            result_type = TensorType(element, shape_of(x))
        super().__init__(
            operands=[SSAValue.get(x)], result_types=[result_type], attributes=attributes(loc_name=loc_name)
        )

    def verify_graph(self) -> None:
        """Same shape; element types as the rule says."""
        require_shape(self.result, shape_of(self.x))
        self.require_elements(element_of(self.x), element_of(self.result))

    @classmethod
    def require_elements(cls, source: Attribute, result: Attribute) -> None:
        """Raise a verifier error unless the rule allows these element types."""
        floats = is_float(source) and is_float(result)
        legal = {
            UnaryRule.KEEP: floats or source == result,
            UnaryRule.FLOAT: floats,
            UnaryRule.LOGIC: is_bool(source) and is_bool(result),
            UnaryRule.TEST: is_float(source) and is_bool(result),
        }[cls.RULE]
        require(legal, f"element types {source} -> {result} are not legal; this takes {cls.RULE.value}")


@irdl_op_definition
class ReluOp(UnaryOp):
    """
    max(x, 0); NaN stays NaN.

    ```mlir
    %y = graph.relu %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.relu"


@irdl_op_definition
class AbsOp(UnaryOp):
    """
    Absolute value.

    ```mlir
    %y = graph.abs %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.abs"


@irdl_op_definition
class NegOp(UnaryOp):
    """
    -x.

    ```mlir
    %y = graph.neg %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.neg"


@irdl_op_definition
class SquareOp(UnaryOp):
    """
    x * x.

    ```mlir
    %y = graph.square %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.square"


@irdl_op_definition
class SignOp(UnaryOp):
    """
    -1, 0 or 1 as x is negative, zero or positive.

    ```mlir
    %y = graph.sign %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.sign"


@irdl_op_definition
class IdentityOp(UnaryOp):
    """
    x itself (rounded to the result's element type).

    ```mlir
    %y = graph.identity %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.identity"


@irdl_op_definition
class NotOp(UnaryOp):
    """
    Logical negation of truth values.

    ```mlir
    %y = graph.not %x : tensor<4x8xi1> -> tensor<4x8xi1>
    ```
    """

    name = "graph.not"
    RULE: ClassVar[UnaryRule] = UnaryRule.LOGIC


@irdl_op_definition
class IsnanOp(UnaryOp):
    """
    Whether x is NaN, as truth values.

    ```mlir
    %y = graph.isnan %x : tensor<4x8xf32> -> tensor<4x8xi1>
    ```
    """

    name = "graph.isnan"
    RULE: ClassVar[UnaryRule] = UnaryRule.TEST
