"""DMA transfers as records."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import AccessAttr, DmaCopyFields, DmaScatterOp, IndexedOp, TransferOp
from accelc.dialects.tile import DmaCopyOp, blocks_of
from accelc.emit.operands import coalesce, place
from accelc.errors import CapacityError
from accelc.isa.encode import dma_copy_records, dma_sides, indexed_records
from accelc.isa.records import DMA_DIMS, MAX_DMA_SIZE, MAX_DMA_STRIDE, Records, Space
from accelc.targets.model import Target

Blocks = np.ndarray[tuple[int, int], np.dtype[np.int32]]


@dataclass(frozen=True)
class _Side:
    value: SSAValue
    access: AccessAttr


def dma_records(op: TransferOp, target: Target, lane: int) -> tuple[Records, Blocks]:
    """Records of `op` in execution order and the block (index, -1, -1) of each, -1 for an undivided op."""
    blocks = blocks_of(op)
    which = np.full((blocks, 3), -1, np.int32)
    if isinstance(op, IndexedOp):
        return _indexed(op, target, lane), which
    assert isinstance(op, DmaCopyFields)
    if isinstance(op, DmaCopyOp) and blocks > 1:
        which[:, 0] = np.arange(blocks)
        sides = [(op.part("destination_ap", block), op.part("source_ap", block)) for block in range(blocks)]
    else:
        sides = [(op.destination_ap, op.source_ap)]
    written = [_side(_Side(op.destination, pattern), target) for pattern, _ in sides if pattern is not None]
    read = [_side(_Side(op.source, pattern), target) for _, pattern in sides if pattern is not None]
    return dma_copy_records(lane, np.concatenate(written), np.concatenate(read)), which


def _indexed(op: IndexedOp, target: Target, lane: int) -> Records:
    index = place(op.index)
    return indexed_records(
        lane,
        _exact(_Side(op.destination, op.destination_ap), target),
        _exact(_Side(op.source, op.source_ap), target),
        index.offset + op.index_ap.first * index.itemsize,
        index.dtype,
        op.op.data if isinstance(op, DmaScatterOp) else None,
    )


def _exact(side: _Side, target: Target) -> npt.NDArray[np.void]:
    """All four dimensions as they are."""
    placed, access = place(side.value), side.access
    # The stride of one element means nothing.
    strides = [
        stride * placed.itemsize if size > 1 else 0 for size, stride in zip(access.shape, access.steps, strict=True)
    ]
    if target.dma.ndims < DMA_DIMS or any(abs(stride) > MAX_DMA_STRIDE for stride in strides):
        raise CapacityError(
            f"indexed transfer of buffer {placed.symbol!r} with byte strides {strides}: a DMA of {target.name!r} has "
            f"{target.dma.ndims} dimensions, {DMA_DIMS} needed, and strides up to {MAX_DMA_STRIDE} bytes"
        )
    return dma_sides(placed.space, placed.dtype, placed.offset + access.first * placed.itemsize, access.shape, strides)


def _side(side: _Side, target: Target) -> npt.NDArray[np.void]:
    placed = place(side.value)
    access = side.access
    dims = [(size, stride * placed.itemsize) for size, stride in coalesce(access.shape, access.steps) if size > 1]
    base = placed.offset + access.first * placed.itemsize
    if placed.space != Space.HBM:
        memory = target.partitioned(placed.space.name.lower())
        base += access.start * memory.partition_bytes
        if access.count > 1:
            dims.insert(0, (access.count, memory.partition_bytes))
    limit = min(target.dma.ndims, DMA_DIMS)
    if len(dims) > limit or any(size > MAX_DMA_SIZE or abs(stride) > MAX_DMA_STRIDE for size, stride in dims):
        raise CapacityError(
            f"transfer of buffer {placed.symbol!r} needs {len(dims)} dimensions {dims} (elements, byte stride):"
            f" a DMA of {target.name!r} has {limit} of up to {MAX_DMA_SIZE} elements and strides up to"
            f" {MAX_DMA_STRIDE} bytes; split the transfer"
        )
    dims = dims or [(1, placed.itemsize)]
    return dma_sides(placed.space, placed.dtype, base, [size for size, _ in dims], [stride for _, stride in dims])
