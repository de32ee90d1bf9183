"""What two timings are compared by, and its form in JSON, which `accelc run`, `sim` and `profile` print as well."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA_VERSION = 1
"""Of the fields of `Record.as_json`; files with another one are refused."""
HOMES = ("accelerator", "host", "framework", "link")
"""Where a layer's time is spent; `link`: launches, and transfers between host and HBM."""


@dataclass(frozen=True)
class Layer:
    """
    A node of the model, in all launches of the segments that it is a part of.

    `exposed_ns` is by how much the node moved on the time by which everything before it had ended
    (`compare.exposed`): the nodes' add up to the total time. `compute_ns` and `moving_ns` are when any compute engine,
    any DMA queue works for it, others at the same time or not. The empty name is what belongs to no node.
    """

    name: str
    home: str
    exposed_ns: float
    compute_ns: float
    moving_ns: float
    instructions: int
    dma_bytes: int


@dataclass(frozen=True)
class Lane:
    """
    An engine or DMA queue: records, those of them that wait, and where its time went, by reason where it stalled.

    `busy + stalls + idle` is the total time of each core the lane is a part of.
    """

    instructions: int
    waits: int
    busy_ns: float
    idle_ns: float
    stalls_ns: Mapping[str, float]

    @property
    def stall_ns(self) -> float:
        """Time stalled, for any reason."""
        return sum(self.stalls_ns.values())


@dataclass(frozen=True)
class Record:
    """
    One timing of a program; `tensor_hz` is the clock of the array, in whose cycles times are shown.

    `lanes` are by name. `name` says for people what was timed.
    """

    name: str
    target: str
    total_ns: float
    tensor_hz: float
    layers: tuple[Layer, ...]
    lanes: Mapping[str, Lane]

    @property
    def instructions(self) -> int:
        """Records of all lanes."""
        return sum(lane.instructions for lane in self.lanes.values())

    @property
    def waits(self) -> int:
        """Records that wait for a semaphore."""
        return sum(lane.waits for lane in self.lanes.values())

    @property
    def dma_bytes(self) -> int:
        """Bytes moved by DMA."""
        return sum(layer.dma_bytes for layer in self.layers)

    @property
    def cycles(self) -> float:
        """Cycles of the array in the total time."""
        return self.total_ns * self.tensor_hz / 1e9

    def as_json(self) -> dict[str, Any]:
        """All fields but the name."""
        return {
            "schema_version": SCHEMA_VERSION,
            "target": self.target,
            "time": {"total_ns": self.total_ns, "tensor_hz": self.tensor_hz, "cycles": self.cycles},
            "totals": {"instructions": self.instructions, "waits": self.waits, "dma_bytes": self.dma_bytes},
            "engines": {
                name: {
                    "instructions": lane.instructions,
                    "waits": lane.waits,
                    "busy_ns": lane.busy_ns,
                    "stall_ns": lane.stall_ns,
                    "idle_ns": lane.idle_ns,
                    "stalls_ns": dict(lane.stalls_ns),
                }
                for name, lane in self.lanes.items()
            },
            "layers": [asdict(layer) for layer in self.layers],
        }
