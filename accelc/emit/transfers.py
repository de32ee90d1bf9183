"""Cuts transfers between HBM and SBUF where their data are made, or used, block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.rewriter import Rewriter

from accelc.analysis.cost import transfer_ns
from accelc.analysis.tiles.transfers import Cut, Instants, choose_cut
from accelc.dialects import tile
from accelc.dialects.engine import (
    AccessAttr,
    DmaCopyOp,
    LaneOp,
    MatmulFields,
    ProgramOp,
    access,
    buffer_of,
    buffer_type,
    i64_array,
    i64_attr,
)
from accelc.emit.macro_cost import copied
from accelc.emit.product import Product
from accelc.targets.model import Target


def cut_transfers(program: ProgramOp, target: Target) -> None:
    """
    Replaces transfers of `program`, whose products and elementwise ops are in blocks, by `tile.dma_copy`.

    A store is cut where the blocks that write its source are complete before the last of them, a load where the blocks
    that read its destination need only part of it at first, and only as far as it pays (`analysis.tiles.transfers`).
    Weights are loaded in advance: only those of the first product are cut. Nothing depends on the orders of products,
    which are compared afterwards.
    """
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    first = next((op for op in ops if isinstance(op, MatmulFields)), None)
    early = () if first is None else first.operands
    transfers = [
        (number, found)
        for number, op in enumerate(ops)
        if isinstance(op, DmaCopyOp) and (op.destination in early or buffer_of(op.source).role.data != "weight")
        if (found := _Transfer.of(op, target)) is not None
    ]
    touching: dict[SSAValue, list[tuple[int, LaneOp]]] = {transfer.value: [] for _, transfer in transfers}
    for number, op in enumerate(ops):
        for value in {*op.operands} & touching.keys():
            touching[value].append((number, op))
    for number, transfer in transfers:
        around = touching[transfer.value]
        if transfer.is_store:
            others = [op for at, op in around if at < number]
        else:
            others = [op for at, op in reversed(around) if at > number]
        instants = _instants(transfer, others, target.tensor.cols)
        cut = choose_cut(instants, transfer.axes, transfer.part_ns, _overhead_ns(target))
        if cut.parts > 1:
            Rewriter.replace_op(transfer.op, in_parts(transfer.op, cut.parts, transfer.along(cut)), [])


def whole_transfers(program: ProgramOp) -> list[tuple[tile.DmaCopyOp, DmaCopyOp]]:
    """Every transfer in blocks, and the whole one that could stand in its place."""
    found: list[tuple[tile.DmaCopyOp, DmaCopyOp]] = []
    for op in program.body.block.ops:
        if isinstance(op, tile.DmaCopyOp):
            attributes = {name: value for name, value in op.attributes.items() if name not in ("blocks", "along")}
            found.append((op, DmaCopyOp.create(operands=op.operands, attributes=attributes)))
    return found


def swap(pairs: Sequence[tuple[Operation, Operation]]) -> None:
    """Puts the second op of each pair, which is nowhere, in the place of the first."""
    for op, other in pairs:
        block = op.parent_block()
        assert block is not None
        block.insert_op_before(other, op)
        op.detach()


def _overhead_ns(target: Target) -> float:
    """What a part costs beside its bytes and packets: the queue's next trigger, and a semaphore."""
    return target.dma.static_issue_interval_ns + target.sync.inc_latency_ns + target.sync.wait_wakeup_ns


@dataclass(frozen=True)
class _Transfer:
    """A transfer between HBM and SBUF."""

    op: DmaCopyOp
    is_store: bool
    target: Target

    @staticmethod
    def of(op: DmaCopyOp, target: Target) -> "_Transfer | None":
        """`op` if it is one, and moves for longer than a transfer takes to start."""
        spaces = buffer_type(op.source).space.data, buffer_type(op.destination).space.data
        if {*spaces} != {"hbm", "sbuf"}:
            return None
        found = _Transfer(op, spaces[0] == "sbuf", target)
        return found if found.part_ns(Cut()) > target.dma.start_latency_ns else None

    @property
    def value(self) -> SSAValue:
        """The buffer on chip."""
        return self.op.source if self.is_store else self.op.destination

    @property
    def pattern(self) -> AccessAttr:
        """The access on chip."""
        return self.op.source_ap if self.is_store else self.op.destination_ap

    @cached_property
    def axes(self) -> Mapping[int, tuple[int, int]]:
        """Free dimension on chip that can be cut -> those of the source and of the destination."""
        return {pair[not self.is_store]: pair for pair in common_dimensions(self.op)}

    def along(self, cut: Cut) -> tuple[int, int]:
        """Free dimension of the source and of the destination that is cut."""
        return self.axes.get(cut.axis, (0, 0))

    def part_ns(self, cut: Cut) -> float:
        """Time of one part on the DMA engines."""
        patterns = self.op.source_ap, self.op.destination_ap
        sides = [
            (buffer_type(value), pattern.part(cut.parts, 0, axis))
            for value, pattern, axis in zip(self.op.operands, patterns, self.along(cut), strict=True)
        ]
        return transfer_ns(self.target, copied(*sides))


def common_dimensions(op: DmaCopyOp) -> list[tuple[int, int]]:
    """Free dimensions of the source and of the destination that visit the same elements: those that can be cut."""
    there = _levels(op.destination_ap)
    return [(axis, there[level]) for level, axis in _levels(op.source_ap).items() if level in there]


def in_parts(op: DmaCopyOp, parts: int, along: tuple[int, int]) -> tile.DmaCopyOp:
    """The transfer `op` in equal parts along one of its `common_dimensions`."""
    attributes: dict[str, Attribute] = {**op.attributes, "blocks": i64_attr(parts), "along": i64_array(along)}
    return tile.DmaCopyOp.create(operands=op.operands, attributes=attributes)


def _levels(pattern: AccessAttr) -> dict[tuple[int, int], int]:
    """(How many elements are visited with one index of the dimension and of those inside, size) -> free dimension."""
    return {(prod(pattern.shape[axis + 1 :]), size): axis for axis, size in enumerate(pattern.shape) if size > 1}


def _instants(transfer: _Transfer, others: Sequence[LaneOp], columns: int) -> Instants:
    """
    When each element on chip is complete, seen forwards in time for a store and backwards for a load.

    `others` are the ops that touch the buffer before a store, in order, or behind a load, from the last to the first.
    """
    order = np.full(buffer_type(transfer.value).free_elements, -1, np.int64)
    number = 0
    for op in others:
        blocks = _product_blocks(op, transfer, columns) if isinstance(op, MatmulFields) else _blocks(op, transfer)
        # Of elements that several blocks touch the last counts.
        for elements in blocks if transfer.is_store else reversed(blocks):
            order[elements] = number
            number += 1
    visited = order[_elements(transfer.pattern)]
    return visited if transfer.is_store else np.flip(visited)


def _blocks(op: LaneOp, transfer: _Transfer) -> list[Instants]:
    """Elements of the buffer that each block of an op writes (a store) or reads (a load), in order."""
    found: list[Instants] = []
    for operand, name in op.WRITES if transfer.is_store else op.READS:
        if getattr(op, operand) is not transfer.value:
            continue
        if isinstance(op, tile.BlockwiseOp):
            parts = [op.part(name, block) for block in range(op.blocks.value.data)]
        else:
            parts = [access(op, name)]
        found += [_elements(part) for part in parts if part is not None]
    return found


def _product_blocks(op: MatmulFields, transfer: _Transfer, columns: int) -> list[Instants]:
    """Elements of the buffer that the blocks of a product are the first to read, in row order."""
    product = Product.of(op, columns)
    m, n, _ = product.grid
    found: list[Instants] = []
    if op.moving is transfer.value:
        inner = _elements(AccessAttr.of(0, 1, product.sizes[1:] or (1,), product.strides[1:] or (1,)))
        rows: Instants = np.arange(product.sizes[0]) * product.strides[0]
        for j in range(n):
            block: Instants = np.add.outer(rows[j * product.n_block : (j + 1) * product.n_block], inner)
            found += [offset + block for offset in product.moving_offsets]
    if op.stationary is transfer.value:
        stationary: Instants = np.arange(product.m)
        for i in range(m):
            block = stationary[i * columns : (i + 1) * columns]
            found += [offset + block for offset in product.stationary_offsets]
    return found


def _elements(pattern: AccessAttr) -> Instants:
    """Free elements that a pattern visits, in its shape."""
    grid = np.array(pattern.first, np.int64)
    for size, step in zip(pattern.shape, pattern.steps, strict=True):
        grid = grid[..., None] + np.arange(size) * step
    return grid
