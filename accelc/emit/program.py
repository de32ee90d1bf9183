"""What emission hands on: instruction records in one program order, and the tables that go with them."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from accelc.isa.program import DebugEntry, DelaySlot
from accelc.isa.records import Records


@dataclass(frozen=True)
class BoundBuffer:
    """An HBM buffer bound to data outside the program: address and size in bytes, shape in elements."""

    symbol: str
    role: str
    offset: int
    nbytes: int
    dtype: str
    elements: int


@dataclass(frozen=True)
class EmittedProgram:
    """
    All records of one program in program order, each of them on the lane its `lane` field names.

    `macro[r]` is the index of record `r`'s macro-op among the lane ops of the program. `blocks[r]` is the (i, j, s)
    of a matmul's block, the (index, -1, -1) of a block of an elementwise op, and -1 elsewhere. `debug[0]` is empty.
    """

    name: str
    target: str
    records: Records
    macro: npt.NDArray[np.int32]
    blocks: npt.NDArray[np.int32]
    debug: tuple[DebugEntry, ...]
    delays: tuple[DelaySlot, ...] = ()
    bound: tuple[BoundBuffer, ...] = field(default=())
