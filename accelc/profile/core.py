"""One core of one timing: its lanes as arrays, and where their rows begin in the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from accelc.isa.records import Records, field
from accelc.isa.table import Opcode
from accelc.profile.tables import Ints
from accelc.simulator.timing.times import LaneTimes
from accelc.targets.model import Target, is_dma


@dataclass(frozen=True)
class Lane:
    """Records of a lane and their times; `first` is the row of record 0 in `Instructions`, `owner` that in `Lanes`."""

    name: str
    records: Records
    times: LaneTimes
    first: int
    owner: int

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def opcode(self) -> Ints:
        """Opcodes as integers."""
        return field(self.records, "opcode").astype(np.int64)

    @cached_property
    def works(self) -> npt.NDArray[np.bool_]:
        """Records that are not control records."""
        return self.opcode >= Opcode.LS

    @property
    def is_dma(self) -> bool:
        """Whether it is a DMA queue."""
        return is_dma(self.name)


@dataclass(frozen=True)
class Core:
    """Lanes of a core in the order of `Target.lanes`; `total` is the total of the timing, of all its cores."""

    target: Target
    lanes: tuple[Lane, ...]
    total: int
    throttles: Mapping[int, int]
    """Cycles by slot of the delays that are throttles."""

    @property
    def rows(self) -> tuple[int, int]:
        """First row in `Instructions`, and one past the last."""
        if not self.lanes:
            return 0, 0
        return self.lanes[0].first, self.lanes[-1].first + len(self.lanes[-1])

    def joined(self, arrays: Sequence[Ints]) -> Ints:
        """Arrays of all lanes, one after the other as their rows are."""
        return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
