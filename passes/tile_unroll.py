"""`tile-unroll`: writes the blocks of every `tile` op out as `engine` ops of one block each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import Attribute, Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from accelc.dialects import engine, tile
from accelc.dialects.engine import LaneOp, ProgramOp, i64_array, i64_attr
from accelc.emit.matmul import order_of
from accelc.emit.product import Product
from accelc.errors import UsageError
from accelc.passes.schedule_systolic_tiles import TILE_OPS

ENGINE_OPS: Mapping[type[Operation], type[Operation]] = {tiled: whole for whole, tiled in TILE_OPS.items()}


def tile_unroll(program: ProgramOp, limit: int = 4096) -> None:
    """
    Replaces every `tile` op of `program` by one `engine` op for each of its blocks, in the order of its schedule.

    The program computes the same bits and emits the same records. The first block keeps the waits of the op, the last
    one its signals. Raises UsageError when an op has more than `limit` blocks: IR of that size is not for reading.
    """
    for op in list(program.body.block.ops):
        if isinstance(op, tile.MatmulOp):
            _check(op, prod(op.grid.get_values()), limit)
            Rewriter.replace_op(op, _with_synchronization(op, _products(op)), [])
        elif isinstance(op, tile.BlockwiseOp):
            _check(op, op.blocks.value.data, limit)
            Rewriter.replace_op(op, _with_synchronization(op, _parts(op)), [])


def _check(op: LaneOp, blocks: int, limit: int) -> None:
    if blocks > limit:
        raise UsageError(f"{op.name} has {blocks} blocks, tile-unroll writes out at most {limit}; raise its limit")


def _products(op: tile.MatmulOp) -> list[Operation]:
    product = Product.of(op, op.block.get_values()[0])
    m_sizes, n_sizes = product.m_sizes().tolist(), product.n_sizes().tolist()
    order: list[tuple[int, int, int]] = order_of(op, product.grid).tolist()
    ops: list[Operation] = []
    for i, j, s in order:
        moving = product.moving_offsets[s] + j * product.n_block * product.strides[0]
        out = product.out_offset + i * product.out_m_stride + j * product.out_n_stride
        attributes: dict[str, Attribute] = {
            **_without(op, "grid", "block", "order", "accumulate"),
            "m": i64_attr(m_sizes[i]),
            "step_rows": i64_array([product.rows[s]]),
            "step_partitions": i64_array([product.partitions[s]]),
            "stationary_offsets": i64_array([product.stationary_offsets[s] + i * product.m_block]),
            "moving_offsets": i64_array([moving]),
            "moving_sizes": i64_array((n_sizes[j], *product.sizes[1:])),
            "n_block": i64_attr(n_sizes[j]),
            "out_offset": i64_attr(out),
        }
        if s > 0 or product.accumulate:
            attributes["accumulate"] = UnitAttr()
        ops.append(engine.MatmulOp.create(operands=op.operands, attributes=attributes))
    return ops


def _parts(op: tile.BlockwiseOp) -> list[Operation]:
    kind, blocks = ENGINE_OPS[type(op)], op.blocks.value.data
    ops: list[Operation] = []
    for block in range(blocks):
        attributes = _without(op, "blocks", "along")
        for _, name in (*op.READS, *op.WRITES):
            if (pattern := op.part(name, block)) is not None:
                attributes[name] = pattern
        ops.append(kind.create(operands=op.operands, attributes=attributes))
    return ops


def _without(op: LaneOp, *names: str) -> dict[str, Attribute]:
    gone = (*names, "cycles", "waits", "signals")
    return {name: value for name, value in op.attributes.items() if name not in gone}


def _with_synchronization(op: LaneOp, blocks: Sequence[Operation]) -> Sequence[Operation]:
    for block, name in ((blocks[0], "waits"), (blocks[-1], "signals")):
        if name in op.attributes:
            block.attributes[name] = op.attributes[name]
    return blocks


@dataclass(frozen=True)
class TileUnrollPass(ModulePass):
    """
    Writes the blocks of every `tile` op out as `engine` ops, so that tests and readers see their order.

    Before:
    ```mlir
    tile.copy on vector %p[0:4, 0:16] into %y[0:4, 0:16] blocks 2
    ```
    After:
    ```mlir
    engine.copy on vector %p[0:4, 0:8] into %y[0:4, 0:8]
    engine.copy on vector %p[0:4, 8:16] into %y[0:4, 8:16]
    ```
    """

    name = "tile-unroll"

    limit: int = 4096
    """Largest number of blocks of one op that is written out."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Unrolls every program of the module."""
        for program in [op for op in op.walk() if isinstance(op, ProgramOp)]:
            tile_unroll(program, self.limit)
