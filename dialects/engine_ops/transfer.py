"""DMA transfers of the `engine` dialect."""

from typing import ClassVar

from xdsl.dialects.builtin import StringAttr
from xdsl.irdl import Operand, attr_def, irdl_op_definition, operand_def

from accelc.dialects.engine_ops.base import LaneOp, Pattern, buffer_type, require, require_space
from accelc.dialects.engine_ops.syntax import Access, Clause, Text, Word
from accelc.dialects.engine_ops.types import AccessAttr, BufferType
from accelc.isa.records import INDEX_TYPES
from accelc.isa.table import COMBINE_OPS, INDEXED_DIM


class TransferOp(LaneOp):
    """Base of the ops that a DMA queue executes: one transfer each, from `source` to `destination`."""

    source: Operand = operand_def(BufferType)
    """Buffer read."""
    destination: Operand = operand_def(BufferType)
    """Buffer written."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements read."""
    destination_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    LANES: ClassVar[tuple[str, ...]] = ("dma",)


class DmaCopyFields(TransferOp):
    """Operands and attributes of `engine.dma_copy` and its form in blocks."""

    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("destination", "destination_ap"),)
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


@irdl_op_definition
class DmaCopyOp(DmaCopyFields):
    """
    Copies `source` to `destination` in iteration order of both patterns, converting the element type.

    A partitioned side visits its partitions first (outermost), then its free pattern. Both sides visit the same
    number of elements. One op is one transfer on one queue.

    ```mlir
    engine.dma_copy on dma0 %x[0 + (4, 2, 24):(24, 96, 1)] to %xs[0:4, 0:48]
    ```
    """

    name = "engine.dma_copy"


class IndexedOp(TransferOp):
    """
    Base of the transfers that read an index tensor.

    Both sides are in HBM and have four dimensions (b, o, indexed, r) that agree but for the indexed one; the index
    tensor has one index for each (b, indexed) of the dense side.
    """

    index: Operand = operand_def(BufferType)
    """Indices, int32 or int64, in HBM."""
    index_ap: AccessAttr = attr_def(AccessAttr)
    """Indices, one behind the other."""
    DENSE: ClassVar[str] = ""
    """Name of the access pattern of the side that is not indexed."""

    def verify_lane_op(self) -> None:
        """HBM everywhere, sizes that fit, one element type, indices of 32 or 64 bits that lie densely."""
        for name in ("source", "destination", "index"):
            require_space(name, getattr(self, name), ("hbm",))
        sides = list(self.source_ap.shape), list(self.destination_ap.shape)
        fits = len(sides[0]) == len(sides[1]) == 4
        fits = fits and all(a == b for d, (a, b) in enumerate(zip(*sides, strict=True)) if d != INDEXED_DIM)
        require(fits, f"source has sizes {sides[0]}, destination {sides[1]}: all four but the third must agree")
        kinds = buffer_type(self.source).dtype, buffer_type(self.destination).dtype
        require(kinds[0] == kinds[1], f"source holds {kinds[0]}, destination {kinds[1]}: nothing is converted")
        index = buffer_type(self.index).dtype
        require(index in INDEX_TYPES, f"index holds {index}; legal are {', '.join(INDEX_TYPES)}")
        dense: AccessAttr = getattr(self, self.DENSE)
        count = dense.shape[0] * dense.shape[INDEXED_DIM]
        found = (tuple(self.index_ap.shape), tuple(self.index_ap.steps))
        require(found == ((count,), (1,)), f"index visits sizes {list(found[0])}, expected {count} neighbours")


@irdl_op_definition
class DmaGatherOp(IndexedOp):
    """
    destination[b, o, m, r] = source[b, o, i, r] where i is index[b, m]; an index below 0 counts from the end.

    An index outside of the third size of the source is an error when the op is executed.

    ```mlir
    engine.dma_gather on dma0 %x[0 + (1, 2, 6, 4):(0, 24, 4, 1)] at %i[0 + (3):(1)]
      to %y[0 + (1, 2, 3, 4):(0, 12, 4, 1)]
    ```
    """

    name = "engine.dma_gather"
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("index", "index_ap"))
    WRITES: ClassVar[Pattern] = (("destination", "destination_ap"),)
    DENSE: ClassVar[str] = "destination_ap"
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("source", "source_ap"),
        Word("at"),
        Access("index", "index_ap"),
        Word("to"),
        Access("destination", "destination_ap"),
    )


@irdl_op_definition
class DmaScatterOp(IndexedOp):
    """
    destination[b, o, i, r] = source[b, o, m, r] where i is index[b, m], or combined with what is there by `op`.

    `op` is `none`, `add`, `mul`, `max` or `min`. Elements are written in order of (b, o, m). An index below 0 counts
    from the end; one outside of the third size of the destination is an error when the op is executed.

    ```mlir
    engine.dma_scatter on dma0 %x[0 + (1, 2, 3, 4):(0, 12, 4, 1)] add at %i[0 + (3):(1)]
      to %y[0 + (1, 2, 6, 4):(0, 24, 4, 1)]
    ```
    """

    name = "engine.dma_scatter"
    op: StringAttr = attr_def(StringAttr)
    """How an element is combined with what is there."""
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("index", "index_ap"), ("destination", "destination_ap"))
    WRITES: ClassVar[Pattern] = (("destination", "destination_ap"),)
    DENSE: ClassVar[str] = "source_ap"
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Access("source", "source_ap"),
        Text("op"),
        Word("at"),
        Access("index", "index_ap"),
        Word("to"),
        Access("destination", "destination_ap"),
    )

    def verify_lane_op(self) -> None:
        """A known way to combine."""
        super().verify_lane_op()
        require(self.op.data in COMBINE_OPS, f"op '{self.op.data}' is unknown; legal are {', '.join(COMBINE_OPS)}")
