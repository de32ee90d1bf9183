"""Matrix products as LS and MM records, all blocks of one product at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.analysis.tiles.blocks import Blocks, block_order
from accelc.dialects.engine import MatmulFields
from accelc.dialects.tile import MatmulOp as TileMatmulOp
from accelc.emit.limits import check_product
from accelc.emit.operands import coalesce, fit, place
from accelc.emit.product import Product
from accelc.isa import encode
from accelc.isa.records import FREE_DIMS, Records, empty_records
from accelc.targets.model import Target

Ints = npt.NDArray[np.int64]


def order_of(op: MatmulFields, grid: tuple[int, int, int]) -> Blocks:
    """Order of the blocks of `op`: its schedule, or row order for an op that has none."""
    if isinstance(op, TileMatmulOp):
        order = op.order.value
        return block_order(*grid, order.strategy, order.switch, order.panel)
    return block_order(*grid, "row")


@dataclass(frozen=True)
class Tile:
    """A stationary tile: buffer, first free element, columns, first partition and partitions."""

    buffer: SSAValue
    first: int
    columns: int
    partition: int
    rows: int


def matmul_records(
    op: MatmulFields, target: Target, lane: int, held: Tile | None = None
) -> tuple[Records, Blocks, Tile]:
    """
    Records of `op` in execution order, the (i, j, s) of each, and the stationary tile the array holds at the end.

    `held` is the tile it holds before. A tile is loaded when the array does not hold it; the first MM after a load
    switches to it. Raises CapacityError when the product does not fit the array or PSUM of the target.
    """
    product = Product.of(op, target.tensor.cols)
    check_product(op, product, target)
    blocks = order_of(op, product.grid)
    i, j, s = blocks.T.astype(np.int64)
    m_sizes, n_sizes = product.m_sizes(), product.n_sizes()
    load = _changes(product, i, s, m_sizes[i])
    load[0] = held is None or held != _tile(op, product, int(i[0]), int(s[0]))

    ls = encode.load_stationary_records(lane, _stationary(op, product, i[load], s[load], m_sizes))
    out = place(op.out)
    destination = encode.operands(
        out.space,
        out.dtype,
        np.zeros_like(i),
        m_sizes[i],
        out.offset + (product.out_offset + i * product.out_m_stride + j * product.out_n_stride) * out.itemsize,
        (n_sizes[j] * product.inner)[:, None],
        np.ones((len(j), 1), np.int64),
    )
    mm = encode.matmul_records(
        lane, destination, _moving(op, product, j, s, n_sizes), accumulate=(s > 0) | product.accumulate, swap=load
    )

    mm_at = np.arange(len(blocks)) + np.cumsum(load)
    ls_at = mm_at[load] - 1
    records = empty_records(len(mm) + len(ls))
    records[ls_at], records[mm_at] = ls, mm
    which = np.empty((len(records), 3), np.int32)
    which[ls_at], which[mm_at] = blocks[load], blocks
    return records, which, _tile(op, product, int(i[-1]), int(s[-1]))


def _changes(product: Product, i: Ints, s: Ints, columns: Ints) -> npt.NDArray[np.bool_]:
    """Which blocks have another stationary tile than the block before; steps may share one."""
    first = np.array(product.stationary_offsets)[s] + i * product.m_block
    tiles = np.stack([first, columns, np.array(product.partitions)[s], np.array(product.rows)[s]])
    changes = np.ones(len(i), np.bool_)
    changes[1:] = np.any(tiles[:, 1:] != tiles[:, :-1], axis=0)
    return changes


def _tile(op: MatmulFields, product: Product, i: int, s: int) -> Tile:
    first = product.stationary_offsets[s] + i * product.m_block
    columns = min(product.m_block, product.m - i * product.m_block)
    return Tile(op.stationary, first, columns, product.partitions[s], product.rows[s])


def _stationary(op: MatmulFields, product: Product, i: Ints, s: Ints, m_sizes: Ints) -> npt.NDArray[np.void]:
    placed = place(op.stationary)
    first = np.array(product.stationary_offsets)[s] + i * product.m_block
    return encode.operands(
        placed.space,
        placed.dtype,
        np.array(product.partitions)[s],
        np.array(product.rows)[s],
        placed.offset + first * placed.itemsize,
        m_sizes[i][:, None],
        np.ones((len(i), 1), np.int64),
    )


def _moving(op: MatmulFields, product: Product, j: Ints, s: Ints, n_sizes: Ints) -> npt.NDArray[np.void]:
    placed = place(op.moving)
    first = np.array(product.moving_offsets)[s] + j * product.n_block * product.strides[0]
    dims = np.zeros((product.grid[1], FREE_DIMS, 2), np.int64)
    dims[:, :, 0] = 1
    for size in {*n_sizes.tolist()}:
        pattern = fit(coalesce((size, *product.sizes[1:]), product.strides), repr(placed.symbol))
        dims[n_sizes == size, FREE_DIMS - len(pattern) :] = pattern
    return encode.operands(
        placed.space,
        placed.dtype,
        np.array(product.partitions)[s],
        np.array(product.rows)[s],
        placed.offset + first * placed.itemsize,
        dims[j, :, 0],
        dims[j, :, 1],
    )
