"""Estimated time of each macro-op, from the formulas of `accelc.analysis.cost`."""

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import FloatAttr, StringAttr

from accelc.analysis.cost import Cost, Transfer, dma_cost, elementwise_cost, matmul_cost
from accelc.dialects.engine import (
    AccessAttr,
    BufferType,
    DelayOp,
    IndexedOp,
    LaneOp,
    MatmulFields,
    MemsetOp,
    ReduceFields,
    TransferOp,
    access,
    buffer_type,
)
from accelc.emit.limits import check_lane, describe
from accelc.errors import ProgramError
from accelc.targets.conditions import Facts
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
    try:
        return _elementwise_cost(op, target)
    except KeyError:
        raise ProgramError(
            f"{describe(op)} on lane '{op.lane.data}': no cost rule of target '{target.name}' for it holds; give "
            f"engine.{op.lane.data}.cost a rule without 'when'"
        ) from None


def transfer(op: TransferOp) -> Transfer:
    """What a DMA moves."""
    if isinstance(op, IndexedOp):
        return _indexed(op)
    sides = (buffer_type(op.source), op.source_ap), (buffer_type(op.destination), op.destination_ap)
    runs, scattered = 1, False
    for _, pattern in sides:
        inner = abs(_innermost(pattern))
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
    contiguous = row == 1 or (abs(_innermost(op.source_ap)) == abs(_innermost(op.destination_ap)) == 1)
    moved = kind.itemsize * dense.elements + index.itemsize * op.index_ap.elements
    return Transfer(moved, 1, dense.elements // row if contiguous else dense.elements, not contiguous, 2)


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
    reads, writes = _patterns(op, op.READS), _patterns(op, op.WRITES)
    sources = [(kind, pattern) for name, kind, pattern in reads if name not in ("scalar", "out")]
    everything = [*sources, *((kind, pattern) for _, kind, pattern in writes)]
    alu = op.attributes.get("op0") or op.attributes.get("op")
    spaces = sorted(kind.space.data for kind, _ in sources)
    value = op.attributes.get("value")
    facts = Facts(
        alu=alu.data if isinstance(alu, StringAttr) else "",
        one_src_psum_one_sbuf=spaces == ["psum", "sbuf"],
        all_bf16=all(kind.dtype == "bf16" for kind, _ in everything),
        contiguous=all(abs(_innermost(pattern)) <= 1 for _, pattern in everything),
        zero=isinstance(op, MemsetOp) and isinstance(value, FloatAttr) and value.value.data == 0,
        half=all(kind.itemsize == 2 for _, kind, _ in writes),
        int64=any(kind.dtype == "int64" for kind, _ in everything),
    )
    factor = 1
    for kind, pattern in everything:
        penalty = target.partitioned(kind.space.data).stride_penalty
        if penalty.bytes and abs(_innermost(pattern)) * kind.itemsize > penalty.bytes:
            factor = max(factor, penalty.factor)
    counted = sources if isinstance(op, ReduceFields) else everything
    elements = max(pattern.free_elements for _, pattern in counted)
    return elementwise_cost(target, op.lane.data, op.name.split(".")[1], facts, elements, factor)


def _patterns(op: LaneOp, names: Sequence[tuple[str, str]]) -> list[tuple[str, BufferType, AccessAttr]]:
    found: list[tuple[str, BufferType, AccessAttr]] = []
    for operand, attribute in names:
        pattern = access(op, attribute)
        if pattern is not None:
            found.append((operand, buffer_type(getattr(op, operand)), pattern))
    return found


def _innermost(pattern: AccessAttr) -> int:
    """Stride of the innermost dimension of more than one element."""
    return next(
        (step for size, step in zip(reversed(pattern.shape), reversed(pattern.steps), strict=True) if size > 1), 1
    )
