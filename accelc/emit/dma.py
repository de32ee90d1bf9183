"""DMA transfers as records."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import AccessAttr, DmaCopyOp, DmaScatterOp, IndexedOp, TransferOp
from accelc.emit.operands import coalesce, place
from accelc.errors import CapacityError
from accelc.isa.encode import dma_copy_records, dma_sides, indexed_records
from accelc.isa.records import DMA_DIMS, MAX_DMA_SIZE, MAX_DMA_STRIDE, Records, Space
from accelc.targets.model import Target


@dataclass(frozen=True)
class _Side:
    value: SSAValue
    access: AccessAttr


def dma_records(op: TransferOp, target: Target, lane: int) -> Records:
    """The one record of `op`."""
    if isinstance(op, IndexedOp):
        return _indexed(op, target, lane)
    assert isinstance(op, DmaCopyOp)
    destination = _side(_Side(op.destination, op.destination_ap), target)
    return dma_copy_records(lane, destination, _side(_Side(op.source, op.source_ap), target))


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
