"""What a simulation returns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.isa.records import Space
from accelc.simulator.memory import Bytes, CoreMemory
from accelc.simulator.races import Race
from accelc.simulator.stats import LaneStats
from accelc.simulator.timing.times import LaneTimes
from accelc.targets.model import Target


@dataclass(frozen=True)
class CoreResult:
    """
    Outcome of one core.

    `memory` holds the contents of all its memories (None without functional execution); its HBM is the array given to
    `simulate`.
    Everything in ticks is 0 or empty without timing; `races` is empty if races were not looked for.
    """

    memory: CoreMemory | None
    total_ticks: int
    lanes: Mapping[str, LaneStats]
    times: Mapping[str, LaneTimes]
    debug: Mapping[str, npt.NDArray[np.uint32]]
    """Debug index of every record by lane, the key into a program's debug map."""
    tensor_ticks: int
    """Ticks in which the array takes in moving operands."""
    peak_bytes: Mapping[str, int]
    """High-water mark of every memory."""
    hbm_bytes: int
    """Traffic on HBM, both directions."""
    dma_bytes: int
    races: tuple[Race, ...]

    @property
    def hbm(self) -> Bytes | None:
        """Contents of HBM, None without functional execution."""
        return None if self.memory is None else self.memory[Space.HBM].data


@dataclass(frozen=True)
class SimulationResult:
    """Outcome of a device: its cores, which run side by side."""

    target: Target
    cores: tuple[CoreResult, ...]

    @property
    def total_ticks(self) -> int:
        """Ticks from the first fetch to the last visible result of any core."""
        return max((core.total_ticks for core in self.cores), default=0)

    @property
    def total_ns(self) -> float:
        """`total_ticks` in nanoseconds."""
        return self.target.time.ticks_to_ns(self.total_ticks)

    @property
    def tensor_cycles(self) -> int:
        """Busy cycles of the arrays of all cores."""
        return sum(core.tensor_ticks for core in self.cores) // self.target.time.domain["tensor"]

    @property
    def races(self) -> tuple[Race, ...]:
        """Races of all cores."""
        return tuple(race for core in self.cores for race in core.races)

    @property
    def instructions(self) -> int:
        """Records executed on all lanes."""
        return sum(lane.instructions for core in self.cores for lane in core.lanes.values())

    def engines(self) -> Mapping[str, Mapping[str, float]]:
        """`{lane: {instructions, busy_ns, stall_ns, idle_ns}}`, summed over the cores; DMA queues each by name."""
        summed: dict[str, dict[str, float]] = {}
        for core in self.cores:
            for name, lane in core.lanes.items():
                row = summed.setdefault(name, {"instructions": 0, "busy_ns": 0.0, "stall_ns": 0.0, "idle_ns": 0.0})
                row["instructions"] += lane.instructions
                for key, ticks in (
                    ("busy_ns", lane.busy_ticks),
                    ("stall_ns", lane.stall_ticks),
                    ("idle_ns", lane.idle_ticks),
                ):
                    row[key] += self.target.time.ticks_to_ns(ticks)
        return summed

    def peak_bytes(self) -> Mapping[str, int]:
        """High-water mark of every memory, the largest of all cores."""
        peaks: dict[str, int] = {}
        for core in self.cores:
            for space, used in core.peak_bytes.items():
                peaks[space] = max(peaks.get(space, 0), used)
        return peaks
