"""Memories of a device as byte arrays with real addresses; what was never written holds NaN bit patterns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.isa import records
from accelc.isa.records import Space
from accelc.numerics import DTYPES
from accelc.targets.model import Target

Bytes = npt.NDArray[np.uint8]
View = npt.NDArray[Any]

POISON = 0xFF
"""Byte of uninitialised memory: NaN in every float format, -1 in signed integers."""

DTYPE_OF: tuple[np.dtype[Any] | None, ...] = tuple(DTYPES.get(name) for name in records.DTYPES)
"""NumPy dtype by dtype code; None for `none`."""
ITEMSIZE = np.array([0 if dtype is None else dtype.itemsize for dtype in DTYPE_OF], np.int64)
"""Bytes of one element by dtype code."""


def poisoned(count: int) -> Bytes:
    """`count` bytes of uninitialised memory."""
    return np.full(count, POISON, np.uint8)


@dataclass(frozen=True)
class Memory:
    """One memory: its bytes, flat. A byte address in a partitioned one is partition * `width` + offset."""

    space: Space
    data: Bytes
    width: int
    partitions: int

    def view(self, dtype: int, start: int, shape: Sequence[int], strides: Sequence[int]) -> View:
        """Array over this memory from byte `start`; `strides` in bytes. The caller has checked the bounds."""
        return np.ndarray(shape, DTYPE_OF[dtype], self.data.data, start, strides)


@dataclass(frozen=True)
class CoreMemory:
    """The memories of one core by `Space` code."""

    spaces: dict[int, Memory]

    def __getitem__(self, space: int) -> Memory:
        return self.spaces[space]


def core_memory(target: Target, hbm: Bytes) -> CoreMemory:
    """Memories of one core of `target` with `hbm` (used in place) as its part of the device's HBM."""
    spaces = {int(Space.HBM): Memory(Space.HBM, hbm, len(hbm), 1)}
    for space in (Space.SBUF, Space.PSUM, Space.WFIFO):
        if space is Space.WFIFO and target.wfifo is None:
            continue
        memory = target.partitioned(space.name.lower())
        spaces[int(space)] = Memory(space, poisoned(memory.bytes), memory.partition_bytes, memory.partitions)
    return CoreMemory(spaces)
