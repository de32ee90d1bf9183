"""Estimated time of each macro-op, from the formulas of `accelc.analysis.cost`."""

from math import prod

from accelc.analysis.cost import Cost, Transfer, dma_cost, elementwise_cost, matmul_cost
from accelc.dialects.engine import (
    AccessAttr,
    DelayOp,
    DmaScatterOp,
    IndexedOp,
    LaneOp,
    MatmulFields,
    ReduceFields,
    TransferOp,
    buffer_type,
)
from accelc.emit.facts import Operand, cost_op, facts_of, innermost, operands, sources
from accelc.emit.limits import check_lane
from accelc.targets.model import Target


def op_cost(op: LaneOp, target: Target) -> Cost:
    """
    Estimated time of a macro-op.

    Raises ProgramError when its lane does not execute it.
    """
    if isinstance(op, DelayOp):
        return Cost(0.0, 0.0)
    if isinstance(op, TransferOp):
        return dma_cost(target, transfer(op))
    check_lane(op, target)
    if isinstance(op, MatmulFields):
        return _matmul_cost(op, target)
    return _elementwise_cost(op, target)


def transfer(op: TransferOp) -> Transfer:
    """What a DMA moves."""
    if isinstance(op, IndexedOp):
        return _indexed(op)
    return copied((buffer_type(op.source), op.source_ap), (buffer_type(op.destination), op.destination_ap))


def copied(*sides: Operand) -> Transfer:
    """What a DMA moves that copies one side to the other."""
    runs, scattered = 1, False
    for _, pattern in sides:
        inner = abs(innermost(pattern))
        scattered |= inner > 1 and pattern.free_elements > 1
        runs = max(runs, pattern.count * _runs(pattern))
    return Transfer(
        max(kind.itemsize * pattern.elements for kind, pattern in sides),
        max(pattern.count for _, pattern in sides),
        runs,
        scattered,
        sum(kind.space.data == "hbm" for kind, _ in sides),
    )


def _indexed(op: IndexedOp) -> Transfer:
    dense: AccessAttr = getattr(op, op.DENSE)
    kind, index = buffer_type(op.source), buffer_type(op.index)
    row = dense.shape[-1]
    contiguous = all(side.steps[-1] == 1 for side in (op.source_ap, op.destination_ap))
    # Single elements are picked as those of a strided pattern are.
    scattered = dense.elements > 1 and (row == 1 or not contiguous)
    moved = kind.itemsize * dense.elements
    # An element that is combined with another is read twice; indices are read beside that.
    sides = 3 if isinstance(op, DmaScatterOp) and op.op.data != "none" else 2
    crossings = sides + index.itemsize * op.index_ap.elements / moved
    return Transfer(moved, 1, dense.elements // row if contiguous else dense.elements, scattered, crossings)


def _runs(pattern: AccessAttr) -> int:
    """Contiguous runs of the free pattern."""
    length, runs = 1, 1
    for size, step in zip(reversed(pattern.shape), reversed(pattern.steps), strict=True):
        if size == 1:
            continue
        if runs == 1 and step == length:
            length *= size
        else:
            runs *= size
    return runs


def _blocks(total: int, block: int) -> list[int]:
    return [min(block, total - low) for low in range(0, total, block)]


def _matmul_cost(op: MatmulFields, target: Target) -> Cost:
    sizes = op.moving_sizes.get_values()
    inner = prod(sizes[1:])
    return matmul_cost(
        target,
        _blocks(op.m.value.data, target.tensor.cols),
        [count * inner for count in _blocks(sizes[0], op.n_block.value.data)],
        op.step_rows.get_values(),
        buffer_type(op.moving).dtype,
    )


def _elementwise_cost(op: LaneOp, target: Target) -> Cost:
    everything = operands(op)
    factor = 1
    for kind, pattern in everything:
        penalty = target.partitioned(kind.space.data).stride_penalty
        if penalty.bytes and abs(innermost(pattern)) * kind.itemsize > penalty.bytes:
            factor = max(factor, penalty.factor)
    counted = sources(op) if isinstance(op, ReduceFields) else everything
    elements = max(pattern.free_elements for _, pattern in counted)
    return elementwise_cost(target, op.lane.data, cost_op(op), facts_of(op), elements, factor)
