"""`schedule-systolic-tiles`: gives every macro-op of a program the schedule of its blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from accelc.analysis.block_order import BlockTimes, choose_order
from accelc.analysis.cost import drain_cycles, load_cycles
from accelc.analysis.cut import natural_parts
from accelc.analysis.order import STRATEGIES, Order
from accelc.dialects import engine, tile
from accelc.dialects.engine import AccessAttr, LaneOp, ProgramOp, access, buffer_type, i64_array, i64_attr
from accelc.emit.product import Product
from accelc.errors import UsageError, suggestion
from accelc.targets import load_target
from accelc.targets.model import ComputeEngine, Target

ORDERS = ("auto", *STRATEGIES)

TILE_OPS: Mapping[type[Operation], type[Operation]] = {
    engine.ActivateOp: tile.ActivateOp,
    engine.TensorTensorOp: tile.TensorTensorOp,
    engine.TensorScalarOp: tile.TensorScalarOp,
    engine.ScalarTensorTensorOp: tile.ScalarTensorTensorOp,
    engine.ReduceOp: tile.ReduceOp,
    engine.CopyOp: tile.CopyOp,
}

Region = tuple[SSAValue, AccessAttr]


def schedule_systolic_tiles(program: ProgramOp, target: Target, order: str = "auto") -> None:
    """
    Replaces every `engine.matmul` of `program` by a `tile.matmul`, and the ops that evacuate PSUM by ops in blocks.

    `order` is a strategy of `analysis.block_order`, or `auto`: per product the order whose blocks and evacuations
    end first by the block-time model of the target. Results do not depend on it. An elementwise op is cut where it
    reads several output blocks of a product, or exactly what an op cut before it wrote, and only into parts that keep
    its engine as busy as the whole would. Raises UsageError for an unknown order.
    """
    check_order(order)
    cuts = _Cuts(target)
    for op in list(program.body.block.ops):
        if isinstance(op, engine.MatmulOp):
            cuts.products[op.out] = Product.of(op, target.tensor.cols)
            Rewriter.replace_op(op, _matmul(op, target, order), [])
        elif isinstance(op, LaneOp):
            cuts.apply(op)


def check_order(order: str) -> None:
    """Raises UsageError for an order that is not one of `ORDERS`."""
    if order not in ORDERS:
        raise UsageError(f"unknown block order '{order}': legal are {', '.join(ORDERS)}{suggestion(order, ORDERS)}")


def _matmul(op: engine.MatmulOp, target: Target, order: str) -> Operation:
    product = Product.of(op, target.tensor.cols)
    m, n, k = product.grid
    if order == "auto":
        chosen = choose_order(m, n, k, block_times(product, target, op))
    else:
        chosen = Order(order, k // 2 if order == "switch" else 0, m * n)
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
        kind = TILE_OPS.get(type(op))
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
    name = op.name.split(".")[1]
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
    """Order of the blocks: `row`, `column`, `alternate`, `diagonal`, `switch`, or `auto` (by the time model)."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Schedules every program of the module for the target it names."""
        check_order(self.order)
        for program in [op for op in op.walk() if isinstance(op, ProgramOp)]:
            schedule_systolic_tiles(program, load_target(program.target.data), self.order)
