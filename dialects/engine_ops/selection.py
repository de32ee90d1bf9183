"""Elementwise choice of the `engine` dialect. The class `SelectFields` is shared with the `tile` form."""

from typing import ClassVar

from xdsl.irdl import Operand, attr_def, irdl_op_definition, operand_def

from accelc.dialects.engine_ops.base import Pattern
from accelc.dialects.engine_ops.elementwise import ElementwiseOp
from accelc.dialects.engine_ops.syntax import Access, Clause, Word
from accelc.dialects.engine_ops.types import AccessAttr, BufferType


class SelectFields(ElementwiseOp):
    """Operands and attributes of `engine.select`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer of the values."""
    predicate: Operand = operand_def(BufferType)
    """Buffer of the predicate, of any element type."""
    out: Operand = operand_def(BufferType)
    """Buffer written where the predicate is not zero."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    predicate_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the predicate."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written or kept."""
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("predicate", "predicate_ap"), ("out", "out_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("source", "source_ap"),
        Word("where"),
        Access("predicate", "predicate_ap"),
        Word("into"),
        Access("out", "out_ap"),
    )


@irdl_op_definition
class SelectOp(SelectFields):
    """
    `out = source` (converted) where `predicate` is not zero; elsewhere `out` keeps what it holds.

    ```mlir
    engine.select on vector %a[0:4, 0:16] where %p[0:4, 0:16] into %y[0:4, 0:16]
    ```
    """

    name = "engine.select"
