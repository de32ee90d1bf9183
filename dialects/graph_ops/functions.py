"""Functions of the `graph` dialect on floats, and the table of all unary operations."""

from typing import ClassVar

from xdsl.irdl import irdl_op_definition

from accelc.dialects.graph_ops.unary import (
    AbsOp,
    IdentityOp,
    IsnanOp,
    NegOp,
    NotOp,
    ReluOp,
    SignOp,
    SquareOp,
    UnaryOp,
    UnaryRule,
)


@irdl_op_definition
class ExpOp(UnaryOp):
    """
    e to the power x.

    ```mlir
    %y = graph.exp %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.exp"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class LogOp(UnaryOp):
    """
    Natural logarithm.

    ```mlir
    %y = graph.log %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.log"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class SqrtOp(UnaryOp):
    """
    Square root.

    ```mlir
    %y = graph.sqrt %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.sqrt"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class RsqrtOp(UnaryOp):
    """
    1 / sqrt(x).

    ```mlir
    %y = graph.rsqrt %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.rsqrt"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class ReciprocalOp(UnaryOp):
    """
    1 / x.

    ```mlir
    %y = graph.reciprocal %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.reciprocal"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class TanhOp(UnaryOp):
    """
    Hyperbolic tangent.

    ```mlir
    %y = graph.tanh %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.tanh"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class SigmoidOp(UnaryOp):
    """
    1 / (1 + exp(-x)).

    ```mlir
    %y = graph.sigmoid %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.sigmoid"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class ErfOp(UnaryOp):
    """
    Error function.

    ```mlir
    %y = graph.erf %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.erf"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class GeluOp(UnaryOp):
    """
    x / 2 * (1 + erf(x / sqrt(2))), the exact form.

    ```mlir
    %y = graph.gelu %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.gelu"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class SiluOp(UnaryOp):
    """
    x * sigmoid(x).

    ```mlir
    %y = graph.silu %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.silu"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class FloorOp(UnaryOp):
    """
    Largest integer not above x.

    ```mlir
    %y = graph.floor %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.floor"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class CeilOp(UnaryOp):
    """
    Smallest integer not below x.

    ```mlir
    %y = graph.ceil %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.ceil"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class RoundOp(UnaryOp):
    """
    Nearest integer, halves to even.

    ```mlir
    %y = graph.round %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.round"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class SinOp(UnaryOp):
    """
    Sine of x in radians.

    ```mlir
    %y = graph.sin %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.sin"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class CosOp(UnaryOp):
    """
    Cosine of x in radians.

    ```mlir
    %y = graph.cos %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.cos"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class AtanOp(UnaryOp):
    """
    Angle in radians, between -pi/2 and pi/2, whose tangent is x.

    ```mlir
    %y = graph.atan %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.atan"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


@irdl_op_definition
class SoftplusOp(UnaryOp):
    """
    log(1 + exp(x)), without overflow.

    ```mlir
    %y = graph.softplus %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
    """

    name = "graph.softplus"
    RULE: ClassVar[UnaryRule] = UnaryRule.FLOAT


UNARY_OPS: dict[str, type[UnaryOp]] = {
    op.name.removeprefix("graph."): op
    for op in (
        ReluOp,
        ExpOp,
        LogOp,
        SqrtOp,
        RsqrtOp,
        ReciprocalOp,
        TanhOp,
        SigmoidOp,
        ErfOp,
        GeluOp,
        SiluOp,
        AbsOp,
        NegOp,
        SquareOp,
        SignOp,
        FloorOp,
        CeilOp,
        RoundOp,
        SinOp,
        CosOp,
        AtanOp,
        SoftplusOp,
        IdentityOp,
        NotOp,
        IsnanOp,
    )
}
"""Unary operations by the part of their name after the dialect."""
