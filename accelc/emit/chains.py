"""Chains of matrix products in a scheduled program, as layers of the block-time model `analysis.tiles.chain`."""

from dataclasses import dataclass, field
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from accelc.analysis.cost import load_cycles
from accelc.analysis.tiles.chain import Layer, LayerTimes, Needs
from accelc.dialects.engine import DelayOp, LaneOp, ProgramOp, TransferOp, access, buffer_type
from accelc.dialects.tile import MatmulOp, blocks_of
from accelc.emit.macro_cost import op_cost
from accelc.emit.product import Product
from accelc.targets.model import Target

MOST_BLOCKS = 256
"""A product of more blocks is left out of chains: it is long against the propagation, and slow to search."""
MOST_LAYERS = 8
"""A longer chain is cut: the time of a search grows with the square of its length."""

Range = tuple[int, int, int, int]
"""First and last partition, lowest and highest free element."""


@dataclass(frozen=True)
class ChainedProducts:
    """Products in program order, each but the first reading what was made of the one before, and their layers."""

    products: list[MatmulOp]
    layers: list[Layer]


@dataclass
class _Open:
    """The last product seen, and what has been made of its outputs since."""

    op: MatmulOp
    product: Product
    needs: Needs | None
    made: dict[SSAValue, list[tuple[Range, Needs]]]
    busy: dict[str, float] = field(default_factory=dict[str, float])
    tail: float = 0.0
    """Nanoseconds from the end of the first instruction that reads an output until the last result is visible."""

    def evacuate(self, op: LaneOp, target: Target) -> None:
        """Notes what an elementwise op makes of the outputs."""
        blocks, found = blocks_of(op), False
        for block in range(blocks):
            mask = np.zeros(prod(self.product.grid[:2]), np.bool_)
            for operand, name in op.READS:
                pattern = access(op, name)
                if pattern is not None:
                    part = pattern if name == "scalar_ap" else pattern.part(blocks, block)
                    where = (part.start, part.start + part.count - 1, *part.bounds())
                    mask |= self.made_of(getattr(op, operand), where)
            if not mask.any():
                continue
            for operand, name in op.WRITES:
                pattern = access(op, name)
                if pattern is not None:
                    part = pattern.part(blocks, block)
                    where = (part.start, part.start + part.count - 1, *part.bounds())
                    self.made.setdefault(getattr(op, operand), []).append((where, mask))
            found = True
        if found:
            cost = op_cost(op, target)
            first = not self.busy
            self.busy[op.lane.data] = self.busy.get(op.lane.data, 0.0) + cost.busy_ns
            if first:
                self.tail = cost.tail_ns
            elif self.op.out not in op.operands:
                wait = target.sync.inc_latency_ns + target.sync.wait_wakeup_ns
                self.tail += cost.busy_ns / blocks + cost.tail_ns + wait

    def made_of(self, value: SSAValue, where: Range) -> Needs:
        """The outputs that a region of a buffer is made of."""
        mask = np.zeros(prod(self.product.grid[:2]), np.bool_)
        for (start, end, low, high), outputs in self.made.get(value, ()):
            if start <= where[1] and where[0] <= end and low <= where[3] and where[2] <= high:
                mask |= outputs
        return mask

    def layer(self, target: Target) -> Layer:
        """The product and its evacuation in cycles of the array."""
        array, time = target.tensor, target.time
        product, cycle = self.product, target.domain("tensor")
        m, n, _ = product.grid
        rate = array.rate[buffer_type(self.op.moving).dtype]
        elements = product.n_sizes() * product.inner
        products = elements.clip(min=array.mm_min_ii) / rate
        through = (array.rows + array.cols - 1) * array.pe_latency + 1 + array.psum_write_latency
        signal = signal_ticks(target) / cycle
        cycles_per_ns = time.tick_hz / 1e9 / cycle
        service = max(self.busy.values(), default=0.0) * cycles_per_ns / m * elements / elements.sum()
        times = LayerTimes(
            tuple(products.tolist()),
            tuple(float(load_cycles(array, int(width), max(product.rows))) for width in product.m_sizes()),
            tuple(((elements - 1) / rate + through - products + signal).tolist()),
            tuple(service.tolist()),
            self.tail * cycles_per_ns + signal,
        )
        return Layer(product.grid, times, m * n, self.needs)


def signal_ticks(target: Target) -> int:
    """Ticks from an update of a semaphore until a lane that waits for it goes on."""
    return target.time.ns_to_ticks(target.sync.inc_latency_ns) + target.time.ns_to_ticks(target.sync.wait_wakeup_ns)


def find_chains(program: ProgramOp, target: Target) -> list[ChainedProducts]:
    """
    Chains of two products and more, in program order.

    A product continues a chain when it reads what elementwise ops between made of the outputs of the product before.
    """
    found: list[ChainedProducts] = []
    products: list[MatmulOp] = []
    layers: list[Layer] = []
    last: _Open | None = None

    def close() -> None:
        if last is not None:
            products.append(last.op)
            layers.append(last.layer(target))
        if len(products) > 1:
            found.append(ChainedProducts([*products], [*layers]))
        products.clear()
        layers.clear()

    for op in program.body.block.ops:
        if isinstance(op, MatmulOp):
            product = Product.of(op, target.tensor.cols)
            small = prod(product.grid) <= MOST_BLOCKS
            needs = _needs(product, op, last) if small and last is not None else None
            if needs is None or not needs.any() or len(layers) + 1 >= MOST_LAYERS:
                close()
                needs = None
            elif last is not None:
                products.append(last.op)
                layers.append(last.layer(target))
            last = _opened(op, product, needs) if small else None
        elif last is not None and isinstance(op, LaneOp) and not isinstance(op, TransferOp | DelayOp):
            last.evacuate(op, target)
    close()
    return found


def _opened(op: MatmulOp, product: Product, needs: Needs | None) -> _Open:
    m, n, _ = product.grid
    sizes = np.tile(product.n_sizes() * product.inner, m).tolist()
    outputs = np.eye(m * n, dtype=np.bool_)
    columns = np.repeat(product.m_sizes(), n).tolist()
    made = [
        ((0, width - 1, start, start + size - 1), outputs[index])
        for index, (start, size, width) in enumerate(zip(product.output_starts(), sizes, columns, strict=True))
    ]
    return _Open(op, product, needs, {op.out: made})


def _needs(product: Product, op: MatmulOp, last: _Open) -> Needs | None:
    """Which outputs of the product before each input block (step, column block) is made of."""
    if op.moving not in last.made:
        return None
    rows: list[Needs] = []
    for step in range(product.grid[2]):
        for column, size in enumerate(product.n_sizes().tolist()):
            low = high = product.moving_offsets[step] + column * product.n_block * product.strides[0]
            for count, stride in zip((size, *product.sizes[1:]), product.strides, strict=True):
                low += min((count - 1) * stride, 0)
                high += max((count - 1) * stride, 0)
            partition = product.partitions[step]
            rows.append(last.made_of(op.moving, (partition, partition + product.rows[step] - 1, low, high)))
    return np.stack(rows)
