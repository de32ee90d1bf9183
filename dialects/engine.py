"""
The `engine` dialect: macro-ops on the in-order lanes of one core, in one global program order.

The rationale is in `engine.md`. An op names its lane; the lane's stream is the subsequence of its ops. Buffers are
SSA values; which part of a buffer an op touches is an access pattern (`#engine.ap`), in elements of the buffer.
Dependencies follow from overlapping access patterns and program order; `waits` and `signals` are added by
`sync-vector-clock`, addresses by `assign-memory`.
"""

from xdsl.ir import Dialect, SSAValue

from accelc.dialects.engine_ops.base import LaneOp, Pattern, access, buffer_type
from accelc.dialects.engine_ops.custom import CustomFields, CustomOp
from accelc.dialects.engine_ops.elementwise import (
    ALU_OPS,
    ActivateFields,
    ActivateOp,
    CopyFields,
    CopyOp,
    ElementwiseOp,
    MemsetOp,
    ScalarTensorTensorFields,
    ScalarTensorTensorOp,
    TensorScalarFields,
    TensorScalarOp,
    TensorTensorFields,
    TensorTensorOp,
)
from accelc.dialects.engine_ops.matmul import MatmulFields, MatmulOp
from accelc.dialects.engine_ops.reduction import PartitionReduceOp, ReduceFields, ReduceOp
from accelc.dialects.engine_ops.selection import SelectFields, SelectOp
from accelc.dialects.engine_ops.structure import BufferOp, DelayOp, EndOp, ProgramOp
from accelc.dialects.engine_ops.transfer import (
    DmaCopyFields,
    DmaCopyOp,
    DmaGatherOp,
    DmaScatterOp,
    IndexedOp,
    TransferOp,
)
from accelc.dialects.engine_ops.types import (
    ELEMENT_TYPES,
    I64,
    SPACES,
    AccessAttr,
    AddressAttr,
    BufferType,
    I64Array,
    SignalAttr,
    VectorClockAttr,
    WaitAttr,
    i64_array,
    i64_attr,
)

__all__ = [
    "ALU_OPS",
    "ELEMENT_TYPES",
    "I64",
    "SPACES",
    "AccessAttr",
    "ActivateFields",
    "ActivateOp",
    "AddressAttr",
    "BufferOp",
    "BufferType",
    "CopyFields",
    "CopyOp",
    "CustomFields",
    "CustomOp",
    "DelayOp",
    "DmaCopyFields",
    "DmaCopyOp",
    "DmaGatherOp",
    "DmaScatterOp",
    "ElementwiseOp",
    "EndOp",
    "Engine",
    "I64Array",
    "IndexedOp",
    "LaneOp",
    "MatmulFields",
    "MatmulOp",
    "MemsetOp",
    "PartitionReduceOp",
    "Pattern",
    "ProgramOp",
    "ReduceFields",
    "ReduceOp",
    "ScalarTensorTensorFields",
    "ScalarTensorTensorOp",
    "SelectFields",
    "SelectOp",
    "SignalAttr",
    "TensorScalarFields",
    "TensorScalarOp",
    "TensorTensorFields",
    "TensorTensorOp",
    "TransferOp",
    "VectorClockAttr",
    "WaitAttr",
    "access",
    "buffer_of",
    "buffer_type",
    "i64_array",
    "i64_attr",
]


def buffer_of(value: SSAValue) -> BufferOp:
    """The op that declares the buffer behind `value`."""
    assert isinstance(value.owner, BufferOp)
    return value.owner


Engine: Dialect = Dialect(
    "engine",
    [
        ProgramOp,
        EndOp,
        BufferOp,
        DmaCopyOp,
        DmaGatherOp,
        DmaScatterOp,
        MatmulOp,
        ActivateOp,
        TensorTensorOp,
        TensorScalarOp,
        ScalarTensorTensorOp,
        ReduceOp,
        PartitionReduceOp,
        CopyOp,
        SelectOp,
        MemsetOp,
        CustomOp,
        DelayOp,
    ],
    [BufferType, AccessAttr, AddressAttr, WaitAttr, SignalAttr, VectorClockAttr],
)
