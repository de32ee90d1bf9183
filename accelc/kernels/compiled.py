"""A compiled kernel, and what its execution gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from accelc.isa.program import Program
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.dialects.engine import ProgramOp
    from accelc.runtime.execute import ExecutionResult
    from accelc.simulator import Race, SimulationResult

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class KernelResult:
    """Outputs of a kernel by name (none if only time was counted), and its execution."""

    target: Target
    execution: "ExecutionResult"

    @property
    def outputs(self) -> Mapping[str, Array]:
        """Outputs by name, in the order of their declaration."""
        return self.execution.outputs

    @property
    def simulation(self) -> "SimulationResult":
        """What the simulator counted: lanes, memories, traffic."""
        simulation = self.execution.segments[0].simulation
        assert simulation is not None
        return simulation

    @property
    def ns(self) -> float:
        """Time in nanoseconds, from the first fetch to the last visible result."""
        return self.execution.total_ns

    @property
    def cycles(self) -> int:
        """The same in cycles of the array."""
        return self.simulation.total_ticks // self.target.time.domain["tensor"]

    @property
    def races(self) -> "tuple[Race, ...]":
        """Accesses whose order no wait enforces."""
        return self.simulation.races


@dataclass(frozen=True)
class CompiledKernel:
    """
    A kernel compiled for inputs of certain shapes.

    `program` is what `accelc.simulate` executes, `ir` the `engine` program with its order, queues and addresses,
    `engine` the same as it was emitted: with delays and blocks. `sync_required` counts the orders between lanes that
    the kernel needs, `sync_emitted` the waits that enforce them.
    """

    name: str
    program: Program
    target: Target
    ir: str
    engine: "ProgramOp"
    sync_required: int
    sync_emitted: int

    def run(self, **inputs: npt.ArrayLike) -> KernelResult:
        """Execute it on arrays of the shapes it was compiled for. Raises ModelError for others, SimulationError."""
        from accelc.runtime.execute import execute

        return KernelResult(self.target, execute(self.program, self.target, inputs))

    def time(self) -> KernelResult:
        """Count its time without computing numbers."""
        from accelc.runtime.execute import execute

        return KernelResult(self.target, execute(self.program, self.target, {}, functional=False))
