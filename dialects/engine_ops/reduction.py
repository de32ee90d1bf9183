"""Reductions of the `engine` dialect, along the free dimensions and across partitions."""

from typing import ClassVar

from xdsl.dialects.builtin import StringAttr
from xdsl.irdl import Operand, attr_def, irdl_op_definition, operand_def

from accelc.dialects.engine_ops.base import Pattern, require
from accelc.dialects.engine_ops.elementwise import REDUCTIONS, ElementwiseOp, require_alu
from accelc.dialects.engine_ops.syntax import Access, Clause, Integer, Text, Word
from accelc.dialects.engine_ops.types import I64, AccessAttr, BufferType
from accelc.targets.model import ADDED


class ReduceFields(ElementwiseOp):
    """Operands and attributes of `engine.reduce`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer read."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    op: StringAttr = attr_def(StringAttr)
    """`add`, `max` or `min`."""
    axes: I64 = attr_def(I64)
    """Number of innermost free dimensions reduced."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written, one for each index of the outer dimensions of `source_ap`."""
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    UNEVEN: ClassVar[tuple[str, ...]] = ("source_ap",)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Text("op"),
        Access("source", "source_ap"),
        Integer("axes", "axes"),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """Operation, number of axes and size of the result."""
        require_alu("op", self.op.data, REDUCTIONS)
        axes, source, out = self.axes.value.data, self.source_ap, self.out_ap
        rank = len(source.shape)
        require(1 <= axes <= rank, f"axes is {axes}; legal are 1..{rank}, the dimensions of source_ap")
        kept = 1
        for size in source.shape[: rank - axes]:
            kept *= size
        require(
            (out.count, out.free_elements) == (source.count, kept),
            f"out_ap visits {out.count} partitions of {out.free_elements} elements; the source leaves "
            f"{source.count} of {kept}",
        )


@irdl_op_definition
class ReduceOp(ReduceFields):
    """
    Reduces the innermost `axes` free dimensions of `source` with `op` (`add max min`), in index order.

    `out_ap` has the remaining outer sizes.

    ```mlir
    engine.reduce on vector add %x[0:4, 0 + (8, 6):(6, 1)] axes 1 into %y[0:4, 0:8]
    ```
    """

    name = "engine.reduce"


@irdl_op_definition
class PartitionReduceOp(ElementwiseOp):
    """
    Reduces across the partitions of `source` with `op` (`add max min`), in partition order, on gpsimd.

    `out_ap` has one partition and the same free sizes.

    ```mlir
    engine.partition_reduce on gpsimd max %x[0:4, 0:8] into %y[0:1, 0:8]
    ```
    """

    name = "engine.partition_reduce"
    source: Operand = operand_def(BufferType)
    """Buffer read."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    op: StringAttr = attr_def(StringAttr)
    """`add`, `max` or `min`."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written, in one partition."""
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    UNEVEN: ClassVar[tuple[str, ...]] = ("source_ap",)
    LANES: ClassVar[tuple[str, ...]] = ("gpsimd", ADDED)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Text("op"),
        Access("source", "source_ap"),
        Word("into"),
        Access("out", "out_ap"),
    )

    def verify_elementwise(self) -> None:
        """Operation and size of the result."""
        require_alu("op", self.op.data, REDUCTIONS)
        source, out = self.source_ap, self.out_ap
        require(
            (out.count, out.free_elements) == (1, source.free_elements),
            f"out_ap visits {out.count} partitions of {out.free_elements} elements; expected 1 of "
            f"{source.free_elements}",
        )
