"""
Layout of one instruction record: 128 bytes, little-endian, one frame for every lane.

A stream is a NumPy structured array of `RECORD`; program counter = index. The tensor and elementwise forms use
`operand` (three access patterns: dst, src0, src1; ACT and TS keep a per-partition operand in src1). DMA records
overlay bytes 24..112 with two `DMA_SIDE`s; `as_dma` gives that view without a copy.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.void]

RECORD_BYTES = 128
DTYPES = ("none", "fp32", "bf16", "fp16", "fp8e4", "fp8e5", "int8", "uint8", "int32", "int64")
FREE_DIMS = 4
DMA_DIMS = 4

OPERAND = np.dtype(
    [
        ("space", "u1"),  # Space code
        ("dtype", "u1"),  # index into DTYPES
        ("part_start", "<u2"),
        ("part_count", "<u2"),  # 0: operand absent
        ("reserved", "<u2"),
        ("offset", "<u4"),  # bytes, the same in every partition
        ("size", "<u2", (FREE_DIMS,)),  # elements, outermost first; unused leading dims are 1
        ("stride", "<i2", (FREE_DIMS,)),  # elements; 0 broadcasts
    ]
)
UPDATE = np.dtype([("semaphore", "u1"), ("op", "u1"), ("value", "<u2")])
RECORD = np.dtype(
    [
        ("opcode", "<u2"),
        ("lane", "u1"),  # index into Target.lanes
        ("flags", "u1"),  # Flag bits
        ("debug", "<u4"),  # index into the debug map; 0 = none
        ("wait_semaphore", "u1"),
        ("wait_condition", "u1"),  # Wait code
        ("wait_bits", "<u2"),  # low bits that a WRAP wait compares
        ("wait_value", "<i4"),
        ("update", UPDATE, (2,)),
        ("operand", OPERAND, (3,)),  # dst, src0, src1 (28 bytes each: 24..108)
        ("imm", "<f4", (3,)),  # 108..120
        ("aux", "u1", (4,)),  # function / ALU op codes, meaning per opcode
        ("link", "<u4"),  # delay-slot id, or STT's scalar-operand byte offset
    ]
)
DMA_SIDE = np.dtype(
    [
        ("space", "u1"),
        ("dtype", "u1"),
        ("reserved", "<u2"),
        ("base", "<u8"),  # bytes; partitioned memories: partition * partition_bytes + offset
        ("size", "<u4", (DMA_DIMS,)),  # elements, outermost first; unused leading dims are 1
        ("stride", "<i4", (DMA_DIMS,)),  # bytes
    ]
)
DMA_RECORD = np.dtype(
    {
        "names": ["dst", "src"],
        "formats": [DMA_SIDE, DMA_SIDE],
        "offsets": [24, 24 + DMA_SIDE.itemsize],
        "itemsize": RECORD_BYTES,
    }
)
assert RECORD.itemsize == RECORD_BYTES
assert 24 + 2 * DMA_SIDE.itemsize <= RECORD_BYTES - 8

INDEX_WORD = 4
"""Bytes of the unit in which an indexed transfer says where its index tensor is."""
INDEX_TYPES = ("int32", "int64")
"""dtypes of index tensors."""
MAX_SIZE, MAX_DMA_SIZE = (int(np.iinfo(dtype["size"].base).max) for dtype in (OPERAND, DMA_SIDE))
"""Elements of one dimension, of a compute operand and of a side of a DMA."""
MAX_STRIDE, MAX_DMA_STRIDE = (int(np.iinfo(dtype["stride"].base).max) for dtype in (OPERAND, DMA_SIDE))
"""Stride of one dimension: in elements of a compute operand, in bytes of a side of a DMA; the least is `-max - 1`."""


class Space(IntEnum):
    """Memory of an operand."""

    NONE = 0
    HBM = 1
    SBUF = 2
    PSUM = 3
    HOST = 4
    WFIFO = 5


class Wait(IntEnum):
    """Condition under which a record may issue."""

    NONE = 0
    GE = 1
    EQ = 2
    WRAP = 3  # less than half a turn of the low `wait_bits` bits at or past the value


class Update(IntEnum):
    """Semaphore update, at which phase of the record."""

    NONE = 0
    ADD_AT_READ = 1
    ADD_AT_COMPLETE = 2


class Flag(IntEnum):
    """Bits of `flags`."""

    ACCUMULATE = 1  # MM adds to PSUM instead of overwriting
    SWAP = 2  # MM switches to the pending stationary plane loaded first


def as_dma(records: Records) -> Records:
    """View of `records` in the DMA form (fields `dst`, `src`), sharing memory."""
    return records.view(DMA_RECORD)


def empty_records(count: int) -> Records:
    """`count` zeroed records."""
    return np.zeros(count, dtype=RECORD)


def join_records(parts: Sequence[Records]) -> Records:
    """The records of `parts`, one after the other."""
    # As bytes: NumPy would work out a common type of all fields for every part.
    raw = np.dtype((np.void, RECORD_BYTES))
    return np.concatenate([empty_records(0).view(raw), *(part.view(raw) for part in parts)]).view(RECORD)


def field(records: Records, name: str) -> npt.NDArray[Any]:
    """Typed access to a field of a structured array."""
    return records[name]
