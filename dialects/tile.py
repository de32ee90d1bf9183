"""
The `tile` dialect: macro-ops of the `engine` dialect that carry the schedule of their blocks.

The rationale is in `tile.md`. One op stands for all of its blocks, in the same program and on the same lane as the
`engine` op it replaces; emission expands it into one record per block.
"""

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Dialect, Operation, ParametrizedAttribute
from xdsl.irdl import attr_def, irdl_attr_definition, irdl_op_definition

from accelc.dialects.engine import (
    I64,
    ActivateFields,
    CopyFields,
    I64Array,
    LaneOp,
    MatmulFields,
    ReduceFields,
    ScalarTensorTensorFields,
    TensorScalarFields,
    TensorTensorFields,
    i64_attr,
)


@irdl_attr_definition
class OrderAttr(ParametrizedAttribute):
    """
    Order of the blocks of a matrix product.

    `strategy` is `row`, `column`, `alternate`, `diagonal` or `switch`; `switch` is the number of contraction steps
    done in column order before `switch` turns to row order; `panel` is the largest number of outputs accumulated
    at the same time.
    """

    name = "tile.order"
    strategy: StringAttr
    switch: I64
    panel: I64

    @staticmethod
    def of(strategy: str, switch: int = 0, panel: int = 1) -> "OrderAttr":
        """Order from plain values."""
        return OrderAttr(StringAttr(strategy), i64_attr(switch), i64_attr(panel))


@irdl_op_definition
class MatmulOp(MatmulFields):
    """
    `engine.matmul` with its block schedule.

    `grid` is the number of blocks along m, n and the contraction; `block` the columns of the array, the indices of
    the outermost moving dimension and the rows of the array that a block uses at most.
    """

    name = "tile.matmul"
    grid = attr_def(I64Array)
    block = attr_def(I64Array)
    order = attr_def(OrderAttr)


class BlockwiseOp(LaneOp):
    """
    An elementwise op executed as `blocks` instructions, equal parts of its outermost free dimension in order.

    A part depends only on the blocks of a matrix product that it reads.
    """

    blocks = attr_def(I64)


@irdl_op_definition
class ActivateOp(ActivateFields, BlockwiseOp):
    """`engine.activate` in blocks."""

    name = "tile.activate"


@irdl_op_definition
class TensorTensorOp(TensorTensorFields, BlockwiseOp):
    """`engine.tensor_tensor` in blocks."""

    name = "tile.tensor_tensor"


@irdl_op_definition
class TensorScalarOp(TensorScalarFields, BlockwiseOp):
    """`engine.tensor_scalar` in blocks."""

    name = "tile.tensor_scalar"


@irdl_op_definition
class ScalarTensorTensorOp(ScalarTensorTensorFields, BlockwiseOp):
    """`engine.scalar_tensor_tensor` in blocks."""

    name = "tile.scalar_tensor_tensor"


@irdl_op_definition
class ReduceOp(ReduceFields, BlockwiseOp):
    """`engine.reduce` in blocks."""

    name = "tile.reduce"


@irdl_op_definition
class CopyOp(CopyFields, BlockwiseOp):
    """`engine.copy` in blocks."""

    name = "tile.copy"


def blocks_of(op: Operation) -> int:
    """Number of instructions an elementwise op is executed as."""
    return op.blocks.value.data if isinstance(op, BlockwiseOp) else 1


Tile = Dialect(
    "tile",
    [
        MatmulOp,
        ActivateOp,
        TensorTensorOp,
        TensorScalarOp,
        ScalarTensorTensorOp,
        ReduceOp,
        CopyOp,
    ],
    [OrderAttr],
)
