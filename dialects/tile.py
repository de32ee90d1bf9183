"""
The `tile` dialect: macro-ops of the `engine` dialect that carry the schedule of their blocks.

The rationale is in `tile.md`. One op stands for all of its blocks, in the same program and on the same lane as the
`engine` op it replaces; emission expands it into one record per block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Dialect, Operation, ParametrizedAttribute
from xdsl.irdl import IRDLOperation, attr_def, irdl_attr_definition, irdl_op_definition
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.analysis.tiles.order import STRATEGIES, Order
from accelc.dialects.engine import (
    I64,
    AccessAttr,
    ActivateFields,
    CopyFields,
    CustomFields,
    DmaCopyFields,
    I64Array,
    LaneOp,
    MatmulFields,
    ReduceFields,
    ScalarTensorTensorFields,
    SelectFields,
    TensorScalarFields,
    TensorTensorFields,
    access,
    buffer_type,
    i64_attr,
)
from accelc.dialects.engine_ops.base import require
from accelc.dialects.engine_ops.syntax import Clause, Integer, Integers, Parsed


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
    """Name of the order."""
    switch: I64
    """Contraction steps in column order, 0 for the other strategies."""
    panel: I64
    """Outputs accumulated at the same time, at most."""

    @staticmethod
    def of(order: Order) -> "OrderAttr":
        """Attribute of an order."""
        return OrderAttr(StringAttr(order.strategy), i64_attr(order.switch), i64_attr(order.panel))

    @property
    def value(self) -> Order:
        """The order."""
        return Order(self.strategy.data, self.switch.value.data, self.panel.value.data)


@dataclass(frozen=True)
class _Order:
    """` order switch 3 panel 4`: the order of the blocks; a switch of 0 and a panel of 1 are left out."""

    def names(self) -> Sequence[str]:
        """The order."""
        return ("order",)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints strategy, switch and panel."""
        assert isinstance(op, MatmulOp)
        order = op.order.value
        printer.print_string(" order ")
        printer.print_identifier_or_string_literal(order.strategy)
        printer.print_string(f" {order.switch}" if order.switch else "")
        printer.print_string(f" panel {order.panel}" if order.panel != 1 else "")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses strategy, switch and panel."""
        parser.parse_keyword("order")
        strategy = parser.parse_identifier_or_str_literal()
        switch = parser.parse_optional_integer(allow_boolean=False) or 0
        panel = 1
        if parser.parse_optional_keyword("panel") is not None:
            panel = parser.parse_integer(allow_boolean=False)
        into.attributes["order"] = OrderAttr.of(Order(strategy, switch, panel))


@irdl_op_definition
class MatmulOp(MatmulFields):
    """
    `engine.matmul` with its block schedule.

    `grid` is the number of blocks along m, n and the contraction; `block` the columns of the array, the indices of
    the outermost moving dimension and the rows of the array that a block uses at most.

    ```mlir
    tile.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2]
      into %p at 0 + (32, 16) grid [2, 2, 2] block [4, 12, 4] order column panel 2
    ```
    """

    name = "tile.matmul"
    grid: I64Array = attr_def(I64Array)
    """Number of blocks along m, n and the contraction."""
    block: I64Array = attr_def(I64Array)
    """Largest block along m, n and the contraction."""
    order: OrderAttr = attr_def(OrderAttr)
    """Order in which blocks are computed."""

    SCHEDULE: ClassVar[tuple[Clause, ...]] = (Integers("grid", "grid"), Integers("block", "block"), _Order())

    def verify_schedule(self) -> None:
        """Grid and block cover the product, output blocks lie in `out` and do not overlap, the order is legal."""
        grid, block = self.grid.get_values(), self.block.get_values()
        require(
            len(grid) == len(block) == 3 and min(block) >= 1,
            f"grid {list(grid)} and block {list(block)}: three sizes each expected, blocks positive",
        )
        m, sizes, rows = self.m.value.data, self.moving_sizes.get_values(), self.step_rows.get_values()
        cover = (-(-m // block[0]), -(-sizes[0] // block[1]), len(rows))
        require(tuple(grid) == cover, f"grid {list(grid)} does not cover the product; expected {list(cover)}")
        require(block[1] == self.n_block.value.data, f"block {list(block)} differs from n_block in its second size")
        require(block[2] >= max(rows), f"block {list(block)} is smaller than the {max(rows)} rows of a step")
        order = self.order.value
        require(order.strategy in STRATEGIES, f"order '{order.strategy}' is unknown; legal are {', '.join(STRATEGIES)}")
        require(0 <= order.switch <= grid[2], f"switch after {order.switch} steps; legal are 0..{grid[2]}, the steps")
        require(
            order.strategy == "switch" or order.switch == 0,
            f"switch after {order.switch} steps in order '{order.strategy}'; only order switch turns, leave them out",
        )
        require(order.panel >= 1, f"panel of {order.panel} outputs; at least 1 expected")
        self._verify_outputs(grid, sizes)

    def _verify_outputs(self, grid: Sequence[int], sizes: Sequence[int]) -> None:
        inner = prod(sizes[1:])
        n_block = self.n_block.value.data
        offset, m_stride, n_stride = (a.value.data for a in (self.out_offset, self.out_m_stride, self.out_n_stride))
        blocks = sorted(
            (offset + i * m_stride + j * n_stride, inner * min(n_block, sizes[0] - j * n_block))
            for i in range(grid[0])
            for j in range(grid[1])
        )
        elements = buffer_type(self.out).free_elements
        last, size = blocks[-1]
        require(
            blocks[0][0] >= 0 and last + size <= elements,
            f"output blocks cover elements {blocks[0][0]}:{last + size} of out, which has {elements}",
        )
        for (first, length), (following, _) in pairwise(blocks):
            require(
                first + length <= following,
                f"output blocks overlap: {length} elements at {first} reach the block at {following}",
            )


class BlockwiseOp(LaneOp):
    """
    An elementwise op executed as `blocks` instructions, equal parts of its outermost free dimension in order.

    A part depends only on the blocks of a matrix product that it reads.
    """

    blocks: I64 = attr_def(I64)
    """Number of instructions."""

    SCHEDULE: ClassVar[tuple[Clause, ...]] = (Integer("blocks", "blocks"),)

    def part(self, name: str, block: int) -> AccessAttr | None:
        """Access pattern `name` of one block, None if the op has none of that name."""
        pattern = access(self, name)
        if pattern is None or name == "scalar_ap":
            return pattern
        return pattern.part(self.blocks.value.data, block, self.cut_axis(name))

    def cut_axis(self, name: str) -> int:
        """Free dimension of pattern `name` along which blocks are cut."""
        return 0

    def verify_schedule(self) -> None:
        """Every pattern has equal parts, and no part changes what another one reads."""
        blocks = self.blocks.value.data
        require(blocks >= 1, f"blocks is {blocks}; at least 1 expected")
        if blocks == 1:
            return
        for operand, name in (*self.READS, *self.WRITES):
            pattern = access(self, name)
            if pattern is None or name == "scalar_ap":
                continue
            require(
                pattern.shape[0] % blocks == 0,
                f"blocks is {blocks}; {name} has outermost size {pattern.shape[0]}, which it does not divide",
            )
            require(
                not any(
                    getattr(self, operand) is getattr(self, out) and pattern != access(self, written)
                    for out, written in self.WRITES
                ),
                f"{name} reads the buffer that is written, elsewhere: such an op cannot be cut in blocks",
            )


@irdl_op_definition
class ActivateOp(ActivateFields, BlockwiseOp):
    """
    `engine.activate` in blocks.

    ```mlir
    tile.activate on scalar relu(1.0 * %p[0:4, 0 + (2, 12):(16, 1)] + 0.0) into %y[0:4, 0 + (2, 12):(12, 1)] blocks 2
    ```
    """

    name = "tile.activate"


@irdl_op_definition
class TensorTensorOp(TensorTensorFields, BlockwiseOp):
    """
    `engine.tensor_tensor` in blocks.

    ```mlir
    tile.tensor_tensor on vector %a[0:4, 0:16] add %b[0:4, 0:16] into %c[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.tensor_tensor"


@irdl_op_definition
class TensorScalarOp(TensorScalarFields, BlockwiseOp):
    """
    `engine.tensor_scalar` in blocks.

    ```mlir
    tile.tensor_scalar on vector %a[0:4, 0:16] mul 2.0 into %b[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.tensor_scalar"


@irdl_op_definition
class ScalarTensorTensorOp(ScalarTensorTensorFields, BlockwiseOp):
    """
    `engine.scalar_tensor_tensor` in blocks.

    ```mlir
    tile.scalar_tensor_tensor on vector (%a[0:4, 0:16] mul %s[0:4, 0:1]) add %b[0:4, 0:16] into %c[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.scalar_tensor_tensor"


@irdl_op_definition
class ReduceOp(ReduceFields, BlockwiseOp):
    """
    `engine.reduce` in blocks.

    ```mlir
    tile.reduce on vector add %x[0:4, 0 + (8, 6):(6, 1)] axes 1 into %y[0:4, 0:8] blocks 4
    ```
    """

    name = "tile.reduce"


@irdl_op_definition
class CopyOp(CopyFields, BlockwiseOp):
    """
    `engine.copy` in blocks.

    ```mlir
    tile.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.copy"


@irdl_op_definition
class SelectOp(SelectFields, BlockwiseOp):
    """
    `engine.select` in blocks.

    ```mlir
    tile.select on vector %a[0:4, 0:16] where %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.select"


@irdl_op_definition
class CustomOp(CustomFields, BlockwiseOp):
    """
    `engine.custom` in blocks.

    ```mlir
    tile.custom on vector clamp(%a[0:4, 0:16]) with [-1.0, 1.0] into %y[0:4, 0:16] blocks 2
    ```
    """

    name = "tile.custom"


@irdl_op_definition
class DmaCopyOp(DmaCopyFields, BlockwiseOp):
    """
    `engine.dma_copy` in blocks: as many transfers of the same queue, one behind the other.

    `along` names the free dimensions of source and destination that are cut, into equal parts in order. They have one
    size and as many elements outside of them, so that a part holds the same elements on both sides.

    ```mlir
    tile.dma_copy on dma0 %x[0 + (4, 2, 24):(24, 96, 1)] to %xs[0:4, 0 + (2, 24):(24, 1)] blocks 2 along [1, 0]
    ```
    """

    name = "tile.dma_copy"
    along: I64Array = attr_def(I64Array)
    """Free dimension of the source and of the destination that is cut."""

    SCHEDULE: ClassVar[tuple[Clause, ...]] = (Integer("blocks", "blocks"), Integers("along", "along"))

    def cut_axis(self, name: str) -> int:
        """Free dimension of pattern `name` along which blocks are cut."""
        return self.along.get_values()[name == "destination_ap"]

    def verify_schedule(self) -> None:
        """Both sides are cut at the same elements, into equal parts, and are different buffers."""
        blocks, axes = self.blocks.value.data, list(self.along.get_values())
        patterns = self.source_ap, self.destination_ap
        require(blocks >= 1, f"blocks is {blocks}; at least 1 expected")
        require(len(axes) == 2, f"along {axes}: a dimension of the source and one of the destination expected")
        for name, axis, pattern in zip(("source", "destination"), axes, patterns, strict=True):
            legal = len(pattern.shape)
            require(0 <= axis < legal, f"along {axes}: {name} has dimensions 0..{legal - 1}")
        read, written = (
            (pattern.count * prod(pattern.shape[:axis]), pattern.shape[axis])
            for axis, pattern in zip(axes, patterns, strict=True)
        )
        require(
            read == written,
            f"along {axes}: {read[0]} times {read[1]} elements of the source are cut, {written[0]} times {written[1]} "
            "of the destination; equal ones expected",
        )
        require(read[1] % blocks == 0, f"blocks is {blocks}, which does not divide the {read[1]} elements along {axes}")
        require(blocks == 1 or self.source is not self.destination, "a copy within a buffer cannot be cut in blocks")


def blocks_of(op: Operation) -> int:
    """Number of instructions an op is executed as, if it is no product."""
    return op.blocks.value.data if isinstance(op, BlockwiseOp) else 1


Tile: Dialect = Dialect(
    "tile",
    [
        MatmulOp,
        ActivateOp,
        TensorTensorOp,
        TensorScalarOp,
        ScalarTensorTensorOp,
        ReduceOp,
        CopyOp,
        SelectOp,
        CustomOp,
        DmaCopyOp,
    ],
    [OrderAttr],
)
