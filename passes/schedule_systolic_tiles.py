"""`schedule-systolic-tiles`: gives every macro-op of a program the schedule of its blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from accelc.analysis.cost import drain_cycles, load_cycles
from accelc.analysis.tiles.blocks import BlockTimes, choose_order, simplest
from accelc.analysis.tiles.chain import chain_time, search_orders
from accelc.analysis.tiles.cut import natural_parts
from accelc.analysis.tiles.order import STRATEGIES, Order
from accelc.dialects import engine, tile
from accelc.dialects.engine import AccessAttr, BufferOp, LaneOp, ProgramOp, access, buffer_type, i64_array, i64_attr
from accelc.emit.chains import find_chains
from accelc.emit.facts import cost_op
from accelc.emit.product import Product
from accelc.emit.transfers import cut_transfers, swap, whole_transfers
from accelc.errors import AccelcError, UsageError, suggestion
from accelc.passes.assign_memory import assign_memory
from accelc.rehearsal import Trial, try_out
from accelc.targets import load_target
from accelc.targets.model import ComputeEngine, Target

if TYPE_CHECKING:
    from accelc.emit.emitter import Parts

ORDERS = ("auto", *STRATEGIES)
SEARCHES = ("off", "on")

TILE_OPS: Mapping[type[Operation], type[Operation]] = {
    engine.ActivateOp: tile.ActivateOp,
    engine.TensorTensorOp: tile.TensorTensorOp,
    engine.TensorScalarOp: tile.TensorScalarOp,
    engine.ScalarTensorTensorOp: tile.ScalarTensorTensorOp,
    engine.ReduceOp: tile.ReduceOp,
    engine.CopyOp: tile.CopyOp,
    engine.SelectOp: tile.SelectOp,
    engine.CustomOp: tile.CustomOp,
    engine.DmaCopyOp: tile.DmaCopyOp,
}

Region = tuple[SSAValue, AccessAttr]


MOST_TIMED_OPS = 4096
"""Macro-ops of a program whose block orders are timed exactly; in a larger one those of the block-time model stay."""

Orders = tuple[Order, ...]
"""Of the products of a program, in program order."""


def schedule_systolic_tiles(
    program: ProgramOp, target: Target, order: str = "auto", search: str = "off", switch: int | None = None
) -> Trial | None:
    """
    Schedules the blocks of `program` as `schedule_blocks` does; order `auto` is never slower than row or column order.

    With order `auto`, the orders of the block-time model, row order for all products, and column order for all are
    timed exactly (`accelc.rehearsal`), and the fastest stay; with `search` on, chains are searched from there
    (`analysis.tiles.chain`), and that is timed as well. Transfers stay in blocks unless whole ones are faster. A
    program without addresses is timed with those it would get now. Where nothing can be timed (a program of more than
    `MOST_TIMED_OPS`, or one that a later stage will refuse) what the models say stays. The result is the trial of
    `program` as it is now, None if there was none. Raises UsageError for an unknown order or an option it does not
    have.
    """
    check_order(order, search, switch)
    schedule_blocks(program, target, order, switch)
    if order != "auto":
        return None
    products, trials = _products(program), _Trials.of(program, target)
    rows, columns = _uniform(products, "row"), _uniform(products, "column")
    best = trials.fastest(_orders(products), rows, columns)
    _set_orders(products, best)
    if search == "on":
        _order_chains(program, target, search=True)
        best = trials.fastest(_orders(products), best)
        _set_orders(products, best)
    if not trials.pays_to_cut(best):
        for cut, whole in whole_transfers(program):
            Rewriter.replace_op(cut, whole, [])
    return trials.done.get(best) if trials.program is program else None


@dataclass(frozen=True)
class _Trials:
    """A program timed exactly, in one order of its blocks after another; `program` is None if it cannot be timed."""

    program: ProgramOp | None
    target: Target
    done: dict[Orders, Trial | None] = field(default_factory=dict[Orders, "Trial | None"])
    parts: "Parts" = field(default_factory=dict[LaneOp, Any])

    @staticmethod
    def of(program: ProgramOp, target: Target) -> "_Trials":
        """Of `program` itself if it has addresses, else of a copy that gets some."""
        ops = list(program.body.block.ops)
        if sum(isinstance(op, LaneOp) for op in ops) > MOST_TIMED_OPS:
            return _Trials(None, target)
        if any(isinstance(op, BufferOp) and op.address is None for op in ops):
            program = program.clone()
            try:
                assign_memory(program, target)
            except AccelcError:
                # Left to `assign-memory` to report.
                return _Trials(None, target)
        return _Trials(program, target)

    def fastest(self, *candidates: Orders) -> Orders:
        """The orders with which the program ends first, the first such; the first of all if none can be timed."""
        different = tuple(dict.fromkeys(candidates))
        if self.program is None or len(different) == 1:
            return candidates[0]
        for orders in different:
            if orders not in self.done:
                self.done[orders] = self._time(self.program, orders)
        times = [(trial.ticks, number) for number, orders in enumerate(different) if (trial := self.done[orders])]
        return different[min(times)[1]] if times else candidates[0]

    def pays_to_cut(self, orders: Orders) -> bool:
        """Whether the program ends no later than with whole transfers; it has those if not."""
        program = self.program
        pairs = [] if program is None else whole_transfers(program)
        if program is None or not pairs:
            return True
        if orders not in self.done:
            self.done[orders] = self._time(program, orders)
        cut = self.done[orders]
        swap(pairs)
        whole = self._time(program, orders)
        pays = whole is None or (cut is not None and cut.ticks <= whole.ticks)
        if pays:
            swap([(joined, op) for op, joined in pairs])
        else:
            self.done[orders] = whole
        for pair in pairs:
            pair[pays].erase()
        return pays

    def _time(self, program: ProgramOp, orders: Orders) -> Trial | None:
        _set_orders(_products(program), orders)
        try:
            return try_out(program, self.target, self.parts)
        except AccelcError:
            # Left to the stage that raised it to report.
            return None


def _products(program: ProgramOp) -> list[tile.MatmulOp]:
    return [op for op in program.body.block.ops if isinstance(op, tile.MatmulOp)]


def _orders(products: Sequence[tile.MatmulOp]) -> Orders:
    return tuple(simplest(op.order.value, _grid(op)) for op in products)


def _uniform(products: Sequence[tile.MatmulOp], strategy: str) -> Orders:
    """One strategy for all products, in panels of all outputs."""
    return tuple(simplest(Order(strategy, 0, prod(_grid(op)[:2])), _grid(op)) for op in products)


def _grid(op: tile.MatmulOp) -> tuple[int, int, int]:
    m, n, k = op.grid.get_values()
    return m, n, k


def _set_orders(products: Sequence[tile.MatmulOp], orders: Orders) -> None:
    for op, order in zip(products, orders, strict=True):
        op.attributes["order"] = tile.OrderAttr.of(order)


def schedule_blocks(program: ProgramOp, target: Target, order: str = "auto", switch: int | None = None) -> None:
    """
    Replaces every `engine.matmul` of `program` by a `tile.matmul`, and the ops that evacuate PSUM by ops in blocks.

    `order` is a strategy of `analysis.tiles.blocks`, or `auto`: per product the order whose blocks and evacuations
    end first by the block-time model of the target. `switch` is the number of contraction steps before order `switch`
    turns to rows; by default that of the closed form where a product is in a chain (`emit.chains`), else half of them.
    Results do not depend on any of it. An elementwise op is cut where it reads several output blocks of a product, or
    exactly what an op cut before it wrote, and only into parts that keep its engine as busy as the whole would.
    Transfers are cut as `cut_transfers` says. Raises UsageError for an unknown order or an option it does not have.
    """
    check_order(order, switch=switch)
    cuts = _Cuts(target)
    for op in list(program.body.block.ops):
        if isinstance(op, engine.MatmulOp):
            cuts.products[op.out] = Product.of(op, target.tensor.cols)
            Rewriter.replace_op(op, _matmul(op, target, order, switch), [])
        elif isinstance(op, LaneOp):
            cuts.apply(op)
    cut_transfers(program, target)
    if order == "switch" and switch is None:
        _order_chains(program, target, search=False)


def check_order(order: str, search: str = "off", switch: int | None = None) -> None:
    """Raises UsageError for an order that is not one of `ORDERS`, and for options that the order does not have."""
    if order not in ORDERS:
        raise UsageError(f"unknown block order '{order}': legal are {', '.join(ORDERS)}{suggestion(order, ORDERS)}")
    if search not in SEARCHES:
        raise UsageError(f"search is '{search}': legal are {', '.join(SEARCHES)}{suggestion(search, SEARCHES)}")
    if search == "on" and order != "auto":
        raise UsageError(f"search with order '{order}': a search chooses the orders; use order auto, or search off")
    if switch is not None and order != "switch":
        raise UsageError(f"switch {switch} with order '{order}': only order switch turns from columns to rows")


def _order_chains(program: ProgramOp, target: Target, search: bool) -> None:
    """Orders of the products in chains: searched where that ends the chain earlier, or those of the closed form."""
    for chain in find_chains(program, target):
        if not search:
            orders = [layer.closed_form() for layer in chain.layers]
        else:
            orders = search_orders(chain.layers)
            present = [op.order.value for op in chain.products]
            known = all(order in layer.orders for order, layer in zip(present, chain.layers, strict=True))
            if known and chain_time(chain.layers, present).total <= chain_time(chain.layers, orders).total:
                continue
        for op, order in zip(chain.products, orders, strict=True):
            op.attributes["order"] = tile.OrderAttr.of(order)


def _matmul(op: engine.MatmulOp, target: Target, order: str, switch: int | None) -> Operation:
    product = Product.of(op, target.tensor.cols)
    m, n, k = product.grid
    if order == "auto":
        chosen = choose_order(m, n, k, block_times(product, target, op))
    else:
        steps = k // 2 if switch is None else switch
        if not 0 <= steps <= k:
            raise UsageError(
                f"{op.name}: switch after {steps} contraction steps, legal are 0..{k}, those of its {m} x {n} x {k} "
                f"blocks; choose one of them, or none for the closed form"
            )
        chosen = Order(order, steps if order == "switch" else 0, m * n)
    return tile.MatmulOp.create(
        operands=op.operands,
        attributes={
            **op.attributes,
            "grid": i64_array((m, n, k)),
            "block": i64_array((product.m_block, product.n_block, max(product.rows))),
            "order": tile.OrderAttr.of(chosen),
        },
    )


def block_times(product: Product, target: Target, op: engine.MatmulFields) -> BlockTimes:
    """Times of the blocks of a product in tensor cycles (those of `accelc.analysis.cost`)."""
    array = target.tensor
    rate = array.rate.get(buffer_type(op.moving).dtype, 1.0)
    elements = product.n_sizes() * product.inner
    evacuation = target.domain("scalar") / target.domain("tensor")
    return BlockTimes(
        tuple((elements.clip(min=array.mm_min_ii) / rate).tolist()),
        float(load_cycles(array, int(product.m_sizes().max()), max(product.rows))),
        float(drain_cycles(array)),
        tuple((elements * evacuation).tolist()),
    )


@dataclass
class _Cuts:
    """Cuts elementwise ops in program order; knows the product in each PSUM buffer and the regions written in parts."""

    target: Target
    products: dict[SSAValue, Product] = field(default_factory=dict[SSAValue, Product])
    parts: dict[Region, int] = field(default_factory=dict[Region, int])

    def apply(self, op: LaneOp) -> None:
        """Replaces `op` by its form in blocks where that lets it start earlier."""
        kind = None if isinstance(op, engine.DmaCopyOp) else TILE_OPS.get(type(op))
        blocks = 1 if kind is None else self.blocks(op)
        if kind is None or blocks == 1:
            return
        attributes: dict[str, Attribute] = {**op.attributes, "blocks": i64_attr(blocks)}
        self.parts.update(dict.fromkeys(_regions(op, op.WRITES), blocks))
        Rewriter.replace_op(op, kind.create(operands=op.operands, attributes=attributes), [])

    def blocks(self, op: LaneOp) -> int:
        """Number of blocks of an elementwise op; 1 where it cannot be cut, or would only be slower."""
        reads, writes = _regions(op, op.READS), _regions(op, op.WRITES)
        if any(value is out and read != written for out, written in writes for value, read in reads):
            return 1
        wanted = max(self._available(region) for region in reads)
        if any(pattern.shape[0] % wanted for _, pattern in (*reads, *writes)):
            return 1
        if isinstance(op, engine.ReduceOp) and op.axes.value.data == len(op.source_ap.shape):
            return 1
        unit = self.target.engines.get(op.lane.data)
        if unit is None:
            return 1
        elements = max(pattern.free_elements for _, pattern in (*reads, *writes))
        most = max(1, elements // shortest_part(unit, op))
        return max(b for b in range(1, wanted + 1) if wanted % b == 0 and b <= most)

    def _available(self, region: Region) -> int:
        """In how many parts what an op reads becomes available."""
        value, pattern = region
        product = self.products.get(value)
        if product is None:
            return self.parts.get(region, 1)
        return natural_parts(product.output_starts(), pattern.first, pattern.shape[0], pattern.steps[0])


def _regions(op: LaneOp, pattern: engine.Pattern) -> list[Region]:
    """Buffers and access patterns of `op` that have one element per result."""
    found = [(getattr(op, operand), access(op, name)) for operand, name in pattern if name != "scalar_ap"]
    return [(value, region) for value, region in found if region is not None]


def shortest_part(unit: ComputeEngine, op: LaneOp) -> int:
    """Fewest elements per partition that keep `unit` busy for its initiation interval when it executes `op`."""
    name = cost_op(op)
    rates = [rule.cpe for rule in unit.cost if rule.op == name] or [1.0]
    return max(1, int(-(-unit.min_ii // min(rates))))


@dataclass(frozen=True)
class ScheduleSystolicTilesPass(ModulePass):
    """
    Gives every macro-op the schedule of its blocks; the input is an `engine.program` with or without addresses.

    Before:
    ```mlir
    engine.matmul on tensor %w at [0, 6] m 4, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2]
      into %p at 0 + (32, 16)
    engine.copy on vector %p[0:4, 0 + (2, 12):(16, 1)] into %y[0:4, 0 + (2, 12):(12, 1)]
    ```
    After:
    ```mlir
    tile.matmul on tensor %w at [0, 6] m 4, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2]
      into %p at 0 + (32, 16) grid [1, 2, 2] block [4, 12, 4] order row
    tile.copy on vector %p[0:4, 0 + (2, 12):(16, 1)] into %y[0:4, 0 + (2, 12):(12, 1)] blocks 2
    ```
    """

    name = "schedule-systolic-tiles"

    order: str = "auto"
    """
    Order of the blocks: `row`, `column`, `alternate`, `diagonal`, `switch`, or `auto`: the fastest of row order, column
    order and those of the block-time model, timed with the whole program.
    """
    search: str = "off"
    """`on`: with order `auto`, search chains of products too, and take what is found if it is faster; `off`: do not."""
    switch: int | None = None
    """Contraction steps before order `switch` turns to rows; default: by the closed form in chains, else half."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Schedules every program of the module for the target it names."""
        check_order(self.order, self.search, self.switch)
        for program in [op for op in op.walk() if isinstance(op, ProgramOp)]:
            schedule_systolic_tiles(program, load_target(program.target.data), self.order, self.search, self.switch)
