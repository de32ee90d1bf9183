"""Limits of a target that a macro-op must respect, so that every record made of it is legal."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from accelc.dialects.engine import (
    ActivateFields,
    BufferOp,
    CustomFields,
    DelayOp,
    DmaScatterOp,
    IndexedOp,
    LaneOp,
    MatmulFields,
    PartitionReduceOp,
    ReduceFields,
    TensorScalarFields,
    TensorTensorFields,
    TransferOp,
    access,
    buffer_type,
)
from accelc.emit.facts import cost_op, facts_of
from accelc.emit.operands import place
from accelc.emit.product import Product
from accelc.errors import CapacityError, ProgramError
from accelc.integer_alu import is_whole
from accelc.isa.custom import Extension, custom_named
from accelc.isa.table import COMBINE_NEEDS, Instruction
from accelc.numerics import INTEGERS, is_integer
from accelc.targets.conditions import executes
from accelc.targets.model import ComputeEngine, Target, runs_on


def describe(op: LaneOp) -> str:
    """How messages name an op: its kind and the node of the model it comes from."""
    name = f"{op.name} {op.instruction.data}" if isinstance(op, CustomFields) else op.name
    return f"{name} of '{op.loc_name.data}'" if op.loc_name is not None else name


def check_buffer(op: BufferOp, target: Target) -> None:
    """Raises CapacityError when a buffer with an address does not lie in a memory of the target."""
    kind = buffer_type(op.result)
    space = kind.space.data
    partitions, capacity = 1, target.hbm.bytes
    if space != "hbm":
        try:
            memory = target.partitioned(space)
        except KeyError:
            raise CapacityError(
                f"buffer '{op.symbol.data}' is in memory '{space}', which target '{target.name}' does not have: lower "
                f"the model for '{target.name}'"
            ) from None
        partitions, capacity = memory.partitions, memory.partition_bytes
    if kind.partitions > partitions:
        raise CapacityError(
            f"buffer '{op.symbol.data}' has {kind.partitions} partitions: {space} of target '{target.name}' has "
            f"{partitions}"
        )
    if op.address is None:
        return
    begin = op.address.offset.value.data
    end = begin + kind.free_elements * kind.itemsize
    if end > capacity:
        where = space if space == "hbm" else f"each partition of {space}"
        raise CapacityError(
            f"buffer '{op.symbol.data}' lies at bytes {begin} to {end}: {where} of target '{target.name}' has "
            f"{capacity}; run assign-memory"
        )


def check_lane(op: LaneOp, target: Target) -> None:
    """Raises ProgramError when the target has no such lane, or its engine does not execute the op."""
    lane = op.lane.data
    if lane not in target.lanes:
        raise ProgramError(f"{op.name} on lane '{lane}': target '{target.name}' has {', '.join(target.lanes)}")
    if isinstance(op, (TransferOp, DelayOp)):
        _check_transfer(op, target)
        return
    if isinstance(op, MatmulFields):
        dtype, rates = buffer_type(op.moving).dtype, target.tensor.rate
        if dtype not in rates:
            raise ProgramError(
                f"{describe(op)} multiplies {dtype}: the array of target '{target.name}' multiplies {', '.join(rates)}"
            )
        return
    if isinstance(op, CustomFields):
        check_custom(op)
    engine, kind = target.engines[lane], cost_op(op)
    if not engine.has(kind):
        legal = ", ".join(dict.fromkeys(rule.op for rule in engine.cost))
        raise ProgramError(
            f"{describe(op)} on lane '{lane}': target '{target.name}' has no cost rule for '{kind}' there, so the "
            f"engine does not execute it; it executes {legal}"
        )
    conditions = engine.conditions(kind)
    if conditions and not executes(engine, kind, facts_of(op)):
        raise ProgramError(
            f"{describe(op)} on lane '{lane}': target '{target.name}' has no cost rule for it there; the engine "
            f"executes '{kind}' only if {' or '.join(conditions)}"
        )
    _check_integers(op, engine, target)
    if isinstance(op, ActivateFields) and op.func.data not in engine.funcs:
        raise ProgramError(
            f"{describe(op)} on lane '{lane}' applies '{op.func.data}': target '{target.name}' has the functions "
            f"{', '.join(engine.funcs)} there"
        )


def check_custom(op: CustomFields) -> tuple[Instruction, Extension]:
    """
    The row of an instruction of another package, and what computes it.

    Raises ProgramError where no package has it, or it does not have these operands, immediates or this lane, and
    PluginError if it cannot be used.
    """
    name, lane = op.instruction.data, op.lane.data
    try:
        row, extension = custom_named(name)
    except ProgramError as error:
        raise ProgramError(f"{describe(op)}: {error}") from None
    if not runs_on(row.lanes, lane):
        raise ProgramError(f"{describe(op)} on lane '{lane}': the instruction is one of {', '.join(row.lanes)}")
    sources = 1 if op.other is None else 2
    if sources != len(row.reads()):
        raise ProgramError(f"{describe(op)} has {sources} sources, the instruction has {len(row.reads())}")
    labels = [use.label for use in row.fields]
    if len(op.values) != len(labels):
        expected = f"{len(labels)}: {', '.join(labels)}" if labels else "none"
        raise ProgramError(f"{describe(op)} has {len(op.values)} immediates, the instruction has {expected}")
    problem = extension.problem(op.values)
    if problem is not None:
        raise ProgramError(f"{describe(op)}: {problem}")
    return row, extension


def _check_transfer(op: LaneOp, target: Target) -> None:
    needed: tuple[str, ...] = ()
    if isinstance(op, DmaScatterOp):
        needed = ("scatter", *COMBINE_NEEDS[op.op.data])
    elif isinstance(op, IndexedOp):
        needed = ("gather",)
    lacking = [name for name in needed if name not in target.dma.ops]
    if lacking:
        raise ProgramError(
            f"{describe(op)} needs '{lacking[0]}': the DMA engines of target '{target.name}' have "
            f"{', '.join(target.dma.ops)}"
        )


def _check_integers(op: LaneOp, engine: ComputeEngine, target: Target) -> None:
    kinds = [buffer_type(getattr(op, operand)).dtype for operand, name in (*op.READS, *op.WRITES) if access(op, name)]
    computed: Sequence[str] = ("int64",)
    if isinstance(op, TensorTensorFields | TensorScalarFields | ReduceFields | PartitionReduceOp):
        values = [op.value0.value.data, op.value1.value.data] if isinstance(op, TensorScalarFields) else []
        if all(map(is_integer, kinds)) and all(map(is_whole, values)):
            computed = INTEGERS
    for kind in kinds:
        if kind in computed and kind not in engine.integers:
            raise ProgramError(
                f"{describe(op)} on lane '{op.lane.data}' computes with {kind}: target '{target.name}' has integer "
                f"arithmetic in {', '.join(engine.integers) or 'no dtype'} there"
            )


def check_partitions(op: LaneOp, target: Target) -> None:
    """Raises CapacityError when an access of a compute engine starts at a partition its memory does not allow."""
    if isinstance(op, TransferOp):
        return
    if isinstance(op, MatmulFields):
        for value in (op.stationary, op.moving):
            steps = zip(op.step_partitions.get_values(), op.step_rows.get_values(), strict=True)
            for start, count in {*steps}:
                _check_start(op, value, start, count, target)
        return
    for operand, name in (*op.READS, *op.WRITES):
        pattern = access(op, name)
        if pattern is not None:
            _check_start(op, getattr(op, operand), pattern.start, pattern.count, target)


def _check_start(op: LaneOp, value: SSAValue, start: int, count: int, target: Target) -> None:
    memory = target.partitioned(buffer_type(value).space.data)
    if not memory.start_is_legal(start, count):
        rules = ", ".join(f"up to {rule.max_parts} at multiples of {rule.quantum}" for rule in memory.start_partition)
        raise CapacityError(
            f"{describe(op)} accesses {count} partitions from {start} of buffer '{place(value).symbol}': "
            f"{memory.name} of target '{target.name}' allows {rules}; move the tensor to other partitions"
        )


def check_product(op: MatmulFields, product: Product, target: Target) -> None:
    """Raises CapacityError when a product does not fit the array or the banks of PSUM."""
    array, psum = target.tensor, target.psum
    if max(product.rows) > array.rows:
        raise CapacityError(
            f"{describe(op)} contracts {max(product.rows)} rows in a step: the array of target '{target.name}' has "
            f"{array.rows}; split the step"
        )
    elements = min(product.n_block, product.sizes[0]) * product.inner
    if elements > array.moving_max:
        raise CapacityError(
            f"{describe(op)} moves {elements} elements in a block: the array of target '{target.name}' takes "
            f"{array.moving_max}; reduce n_block"
        )
    dtype, accumulator = buffer_type(op.moving).dtype, buffer_type(op.out).dtype
    if array.accumulator(dtype) != accumulator:
        raise CapacityError(
            f"{describe(op)} accumulates {dtype} in {accumulator}: target '{target.name}' accumulates it in "
            f"{array.accumulator(dtype)}"
        )
    _check_banks(op, product, psum.bank_bytes, target)


def _check_banks(op: MatmulFields, product: Product, bank_bytes: int, target: Target) -> None:
    out = place(op.out)
    m, n, _ = product.grid
    i: npt.NDArray[np.int64] = np.arange(m)[:, None]
    j: npt.NDArray[np.int64] = np.arange(n)[None, :]
    first = product.out_offset + i * product.out_m_stride + j * product.out_n_stride
    begin = out.offset + first * out.itemsize
    end = begin + (product.n_sizes() * product.inner * out.itemsize)[None, :]
    limit = out.offset + buffer_type(op.out).free_elements * out.itemsize
    if int(begin.min()) < out.offset or int(end.max()) > limit:
        raise CapacityError(
            f"{describe(op)} writes bytes {int(begin.min())} to {int(end.max())} of a partition: buffer "
            f"'{out.symbol}' covers {out.offset} to {limit}"
        )
    crossing = begin // bank_bytes != (end - 1) // bank_bytes
    if bool(crossing.any()):
        at = int(begin[crossing][0])
        raise CapacityError(
            f"{describe(op)} writes bytes {at} to {int(end[crossing][0])} of a partition, across banks of "
            f"{bank_bytes} bytes in psum of target '{target.name}'; reduce n_block or align buffer '{out.symbol}'"
        )
