"""DMA transfers of the `engine` dialect."""

from typing import ClassVar

from xdsl.irdl import attr_def, irdl_op_definition, operand_def

from accelc.dialects.engine_ops.base import LaneOp, Pattern, require, require_space
from accelc.dialects.engine_ops.syntax import Access, Clause, Word
from accelc.dialects.engine_ops.types import AccessAttr, BufferType


@irdl_op_definition
class DmaCopyOp(LaneOp):
    """
    Copies `source` to `destination` in iteration order of both patterns, converting the element type.

    A partitioned side visits its partitions first (outermost), then its free pattern. Both sides visit the same
    number of elements. One op is one transfer on one queue.

    ```mlir
    engine.dma_copy on dma0 %x[0 + (4, 2, 24):(24, 96, 1)] to %xs[0:4, 0:48]
    ```
    """

    name = "engine.dma_copy"
    source = operand_def(BufferType)
    """Buffer read."""
    destination = operand_def(BufferType)
    """Buffer written."""
    source_ap = attr_def(AccessAttr)
    """Elements read."""
    destination_ap = attr_def(AccessAttr)
    """Elements written."""
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("destination", "destination_ap"),)
    LANES: ClassVar[tuple[str, ...]] = ("dma",)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("source", "source_ap"),
        Word("to"),
        Access("destination", "destination_ap"),
    )

    def verify_lane_op(self) -> None:
        """Both sides are memories a DMA reaches and visit the same number of elements."""
        require_space("source", self.source, ("hbm", "sbuf"))
        require_space("destination", self.destination, ("hbm", "sbuf", "wfifo"))
        read, written = self.source_ap.elements, self.destination_ap.elements
        require(read == written, f"reads {read} elements and writes {written}")
