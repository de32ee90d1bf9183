"""DMA transfers as records."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import AccessAttr, DmaCopyOp
from accelc.emit.operands import coalesce, place
from accelc.errors import CapacityError
from accelc.isa.encode import dma_copy_records, dma_sides
from accelc.isa.records import DMA_DIMS, MAX_DMA_SIZE, MAX_DMA_STRIDE, Records, Space
from accelc.targets.model import Target


@dataclass(frozen=True)
class _Side:
    value: SSAValue
    access: AccessAttr


def dma_records(op: DmaCopyOp, target: Target, lane: int) -> Records:
    """The one record of `op`."""
    destination = _side(_Side(op.destination, op.destination_ap), target)
    return dma_copy_records(lane, destination, _side(_Side(op.source, op.source_ap), target))


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
