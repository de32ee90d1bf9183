"""
The `engine` dialect: macro-ops on the in-order lanes of one core, in one global program order.

The rationale is in `engine.md`. An op names its lane; the lane's stream is the subsequence of its ops. Buffers are
SSA values; which part of a buffer an op touches is an access pattern (`#engine.ap`), in elements of the buffer.
Dependencies follow from overlapping access patterns and program order; `waits` and `signals` are added by
`sync-vector-clock`, addresses by `assign-memory`.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    FixedBitwidthType,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    Signedness,
    StringAttr,
    UnitAttr,
    bf16,
    f8E4M3FN,
    f8E5M2,
    f16,
    f32,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute, Dialect, Operation, ParametrizedAttribute, Region, SSAValue, TypeAttribute
from xdsl.irdl import (
    IRDLOperation,
    attr_def,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    opt_operand_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.traits import IsolatedFromAbove, IsTerminator

ELEMENT_TYPES: Mapping[Attribute, str] = {
    f32: "fp32",
    bf16: "bf16",
    f16: "fp16",
    f8E4M3FN: "fp8e4",
    f8E5M2: "fp8e5",
    i8: "int8",
    IntegerType(8, Signedness.UNSIGNED): "uint8",
    i32: "int32",
}
"""Names in the instruction set of the element types a buffer may have."""

SPACES = ("hbm", "sbuf", "psum", "wfifo")

Pattern = tuple[tuple[str, str], ...]
I64 = IntegerAttr[IntegerType]
I64Array = DenseArrayBase[IntegerType]


def i64_attr(value: int) -> I64:
    """64-bit integer attribute."""
    return IntegerAttr(value, i64)


def i64_array(values: Sequence[int]) -> I64Array:
    """Dense array of 64-bit integers."""
    return DenseArrayBase.from_list(i64, list(values))


@irdl_attr_definition
class BufferType(ParametrizedAttribute, TypeAttribute):
    """
    Storage in one memory space.

    `shape` is (partitions, elements per partition) in `sbuf`, `psum` and `wfifo`, and (elements,) in `hbm`.
    """

    name = "engine.buffer"
    shape: I64Array
    element_type: Attribute
    space: StringAttr

    @staticmethod
    def of(shape: Sequence[int], element_type: Attribute, space: str) -> "BufferType":
        """Buffer type from plain values."""
        return BufferType(i64_array(shape), element_type, StringAttr(space))

    @property
    def dims(self) -> tuple[int, ...]:
        """(partitions, elements per partition), or (elements,) in `hbm`."""
        return tuple(self.shape.get_values())

    @property
    def dtype(self) -> str:
        """Name of the element type in the instruction set, such as `bf16`."""
        return ELEMENT_TYPES[self.element_type]

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        assert isinstance(self.element_type, FixedBitwidthType)
        return self.element_type.size

    @property
    def free_elements(self) -> int:
        """Elements in one partition, or in all of an `hbm` buffer."""
        return self.dims[-1]

    @property
    def partitions(self) -> int:
        """Number of partitions, 1 in `hbm`."""
        return self.dims[0] if len(self.dims) > 1 else 1


@irdl_attr_definition
class AccessAttr(ParametrizedAttribute):
    """
    Access pattern on a buffer, in elements.

    `partitions` is (start, count); (0, 1) in `hbm`. The free pattern visits
    `offset + sum(i_d * strides[d])` for `i_d < sizes[d]`, outermost dimension first; stride 0 broadcasts.
    """

    name = "engine.ap"
    partitions: I64Array
    offset: I64
    sizes: I64Array
    strides: I64Array

    @staticmethod
    def of(
        start: int, count: int, sizes: Sequence[int], strides: Sequence[int] | None = None, offset: int = 0
    ) -> "AccessAttr":
        """Pattern from plain values; without `strides` the free pattern is contiguous."""
        if strides is None:
            strides = [prod(sizes[d + 1 :]) for d in range(len(sizes))]
        return AccessAttr(i64_array((start, count)), i64_attr(offset), i64_array(sizes), i64_array(strides))

    @property
    def start(self) -> int:
        """First partition."""
        return int(self.partitions.get_values()[0])

    @property
    def count(self) -> int:
        """Number of partitions."""
        return int(self.partitions.get_values()[1])

    @property
    def first(self) -> int:
        """Free element visited first."""
        return self.offset.value.data

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the free pattern, outermost first."""
        return tuple(self.sizes.get_values())

    @property
    def steps(self) -> tuple[int, ...]:
        """Strides of the free pattern in elements, outermost first."""
        return tuple(self.strides.get_values())

    @property
    def free_elements(self) -> int:
        """Elements visited in each partition."""
        return prod(self.shape)

    @property
    def elements(self) -> int:
        """Elements visited in all partitions."""
        return self.count * self.free_elements

    def bounds(self) -> tuple[int, int]:
        """Smallest and largest free element visited."""
        reach = [(size - 1) * step for size, step in zip(self.shape, self.steps, strict=True)]
        return self.first + sum(min(r, 0) for r in reach), self.first + sum(max(r, 0) for r in reach)


@irdl_attr_definition
class AddressAttr(ParametrizedAttribute):
    """Where `assign-memory` put a buffer: byte offset (in every partition, or in HBM)."""

    name = "engine.address"
    offset: I64


@irdl_attr_definition
class WaitAttr(ParametrizedAttribute):
    """The op issues once semaphore `semaphore` is at least `value`."""

    name = "engine.wait"
    semaphore: StringAttr
    value: I64


@irdl_attr_definition
class SignalAttr(ParametrizedAttribute):
    """The op adds one to `semaphore` at its `point`: `read` (operands read) or `complete` (results visible)."""

    name = "engine.signal"
    semaphore: StringAttr
    point: StringAttr


class LaneOp(IRDLOperation):
    """Base of all ops that occupy a lane: what scheduling, synchronization and emission need to know."""

    lane = attr_def(StringAttr)
    layer = opt_attr_def(I64)
    loc_name = opt_attr_def(StringAttr)
    cycles = opt_attr_def(I64)
    waits = opt_attr_def(ArrayAttr[WaitAttr])
    signals = opt_attr_def(ArrayAttr[SignalAttr])

    READS: ClassVar[Pattern] = ()
    """(operand name, access-pattern attribute name) of everything the op reads."""
    WRITES: ClassVar[Pattern] = ()
    """(operand name, access-pattern attribute name) of everything the op writes."""


@irdl_op_definition
class ProgramOp(IRDLOperation):
    """One core's program for a target: buffers and lane ops in program order, closed by `engine.end`."""

    name = "engine.program"
    sym_name = attr_def(StringAttr)
    target = attr_def(StringAttr)
    body = region_def("single_block")
    traits = traits_def(IsolatedFromAbove())

    def __init__(self, sym_name: str, target: str, body: Region):
        super().__init__(attributes={"sym_name": StringAttr(sym_name), "target": StringAttr(target)}, regions=[body])


@irdl_op_definition
class EndOp(IRDLOperation):
    """Terminator of `engine.program`."""

    name = "engine.end"
    traits = traits_def(IsTerminator())


@irdl_op_definition
class BufferOp(IRDLOperation):
    """
    Declares storage. Takes no time.

    `role` is `input`, `output`, `weight` (all three in HBM, bound by `symbol` to data outside the program) or
    `scratch`.
    """

    name = "engine.buffer"
    symbol = attr_def(StringAttr)
    role = attr_def(StringAttr)
    address = opt_attr_def(AddressAttr)
    result = result_def(BufferType)

    def __init__(self, symbol: str, role: str, type: BufferType):
        super().__init__(attributes={"symbol": StringAttr(symbol), "role": StringAttr(role)}, result_types=[type])


@irdl_op_definition
class DmaCopyOp(LaneOp):
    """
    Copies `source` to `destination` in iteration order of both patterns, converting the element type.

    A partitioned side visits its partitions first (outermost), then its free pattern. Both sides visit the same
    number of elements. One op is one transfer on one queue.
    """

    name = "engine.dma_copy"
    source = operand_def(BufferType)
    destination = operand_def(BufferType)
    source_ap = attr_def(AccessAttr)
    destination_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("destination", "destination_ap"),)


class MatmulFields(LaneOp):
    """Operands and attributes of `engine.matmul`, shared with its `tile` form."""

    stationary = operand_def(BufferType)
    moving = operand_def(BufferType)
    out = operand_def(BufferType)
    m = attr_def(I64)
    step_rows = attr_def(I64Array)
    step_partitions = attr_def(I64Array)
    stationary_offsets = attr_def(I64Array)
    moving_offsets = attr_def(I64Array)
    moving_sizes = attr_def(I64Array)
    moving_strides = attr_def(I64Array)
    n_block = attr_def(I64)
    out_offset = attr_def(I64)
    out_m_stride = attr_def(I64)
    out_n_stride = attr_def(I64)
    accumulate = opt_attr_def(UnitAttr)


@irdl_op_definition
class MatmulOp(MatmulFields):
    """
    A whole matrix product on the systolic array: `out[m, n] (+)= sum_s stationary_s[:, m] . moving_s[:, n]`.

    Contraction step `s` reads `step_rows[s]` partitions of both operands, starting at partition
    `step_partitions[s]`; the stationary tile starts at free element `stationary_offsets[s] + m`, the moving
    pattern at `moving_offsets[s]` plus (`moving_sizes`, `moving_strides`). The outermost moving dimension is cut
    into blocks of `n_block` indices (the last may be ragged) and `m` into blocks of the array's columns.
    Block (i, j) of `out` starts at free element `out_offset + i * out_m_stride + j * out_n_stride`, is contiguous
    and lies within one PSUM bank. `accumulate` adds to what `out` holds instead of overwriting.
    """

    name = "engine.matmul"


class ActivateFields(LaneOp):
    """Operands and attributes of `engine.activate`, shared with its `tile` form."""

    source = operand_def(BufferType)
    out = operand_def(BufferType)
    bias = opt_operand_def(BufferType)
    func = attr_def(StringAttr)
    scale = attr_def(FloatAttr)
    bias_value = attr_def(FloatAttr)
    source_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    bias_ap = opt_attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("bias", "bias_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class ActivateOp(ActivateFields):
    """
    `out = func(scale * in + bias)` on the scalar engine, computed in the engine's compute dtype.

    `bias` is a buffer (pattern `bias_ap`, same sizes, strides may be 0) or the immediate `bias_value`.
    """

    name = "engine.activate"


class TensorTensorFields(LaneOp):
    """Operands and attributes of `engine.tensor_tensor`, shared with its `tile` form."""

    lhs = operand_def(BufferType)
    rhs = operand_def(BufferType)
    out = operand_def(BufferType)
    op = attr_def(StringAttr)
    lhs_ap = attr_def(AccessAttr)
    rhs_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("lhs", "lhs_ap"), ("rhs", "rhs_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class TensorTensorOp(TensorTensorFields):
    """`out = lhs op rhs` elementwise (`add sub mul max min`; comparisons give 1.0 or 0.0)."""

    name = "engine.tensor_tensor"


class TensorScalarFields(LaneOp):
    """Operands and attributes of `engine.tensor_scalar`, shared with its `tile` form."""

    source = operand_def(BufferType)
    out = operand_def(BufferType)
    op0 = attr_def(StringAttr)
    op1 = attr_def(StringAttr)
    value0 = attr_def(FloatAttr)
    value1 = attr_def(FloatAttr)
    source_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class TensorScalarOp(TensorScalarFields):
    """`out = (in op0 value0) op1 value1` with immediates; `op1` may be `none`."""

    name = "engine.tensor_scalar"


class ScalarTensorTensorFields(LaneOp):
    """Operands and attributes of `engine.scalar_tensor_tensor`, shared with its `tile` form."""

    lhs = operand_def(BufferType)
    scalar = operand_def(BufferType)
    rhs = operand_def(BufferType)
    out = operand_def(BufferType)
    op0 = attr_def(StringAttr)
    op1 = attr_def(StringAttr)
    lhs_ap = attr_def(AccessAttr)
    scalar_ap = attr_def(AccessAttr)
    rhs_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("lhs", "lhs_ap"), ("scalar", "scalar_ap"), ("rhs", "rhs_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class ScalarTensorTensorOp(ScalarTensorTensorFields):
    """`out = (lhs op0 scalar) op1 rhs`, `scalar` one fp32 SBUF element per partition (same partitions as lhs)."""

    name = "engine.scalar_tensor_tensor"


class ReduceFields(LaneOp):
    """Operands and attributes of `engine.reduce`, shared with its `tile` form."""

    source = operand_def(BufferType)
    out = operand_def(BufferType)
    op = attr_def(StringAttr)
    axes = attr_def(I64)
    source_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class ReduceOp(ReduceFields):
    """
    Reduces the innermost `axes` free dimensions of `source` with `op` (`add max min`), in index order.

    `out_ap` has the remaining outer sizes.
    """

    name = "engine.reduce"


@irdl_op_definition
class PartitionReduceOp(LaneOp):
    """
    Reduces across the partitions of `source` with `op` (`add max min`), in partition order, on gpsimd.

    `out_ap` has one partition and the same free sizes.
    """

    name = "engine.partition_reduce"
    source = operand_def(BufferType)
    out = operand_def(BufferType)
    op = attr_def(StringAttr)
    source_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


class CopyFields(LaneOp):
    """Operands and attributes of `engine.copy`, shared with its `tile` form."""

    source = operand_def(BufferType)
    out = operand_def(BufferType)
    source_ap = attr_def(AccessAttr)
    out_ap = attr_def(AccessAttr)
    READS: ClassVar[Pattern] = (("source", "source_ap"),)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class CopyOp(CopyFields):
    """Copies (and converts) elements on the vector, scalar or gpsimd engine."""

    name = "engine.copy"


@irdl_op_definition
class MemsetOp(LaneOp):
    """Writes `value` to every element of the pattern."""

    name = "engine.memset"
    out = operand_def(BufferType)
    value = attr_def(FloatAttr)
    out_ap = attr_def(AccessAttr)
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)


@irdl_op_definition
class DelayOp(LaneOp):
    """Adjustable no-op: keeps the lane busy for the slot's value, which the runtime may change up to `maximum`."""

    name = "engine.delay"
    slot = attr_def(StringAttr)
    default = attr_def(I64)
    maximum = attr_def(I64)


def access(op: Operation, name: str) -> AccessAttr | None:
    """Access-pattern attribute `name` of `op`, or None when absent."""
    attr = op.attributes.get(name)
    return attr if isinstance(attr, AccessAttr) else None


def buffer_of(value: SSAValue) -> BufferOp:
    """The op that declares the buffer behind `value`."""
    assert isinstance(value.owner, BufferOp)
    return value.owner


def buffer_type(value: SSAValue) -> BufferType:
    """Type of a value that is a buffer."""
    assert isinstance(value.type, BufferType)
    return value.type


Engine = Dialect(
    "engine",
    [
        ProgramOp,
        EndOp,
        BufferOp,
        DmaCopyOp,
        MatmulOp,
        ActivateOp,
        TensorTensorOp,
        TensorScalarOp,
        ScalarTensorTensorOp,
        ReduceOp,
        PartitionReduceOp,
        CopyOp,
        MemsetOp,
        DelayOp,
    ],
    [BufferType, AccessAttr, AddressAttr, WaitAttr, SignalAttr],
)
