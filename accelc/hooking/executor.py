"""What executes a second IR: the compiler and the simulated machine, or the interpreter of the `graph` dialect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from accelc.frontends.numpy.program import Traced

if TYPE_CHECKING:
    from accelc.driver import Placement
    from accelc.isa.program import Program
    from accelc.runtime.framework import Framework
    from accelc.simulator import SimulationResult
    from accelc.targets.model import Target

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Outcome:
    """
    Outputs by name, and what the machine did: nanoseconds in all, of them on the accelerator, races.

    Values that a program writes are outputs called `NAME (written)`.
    """

    outputs: Mapping[str, Array]
    ns: float = 0.0
    accelerator_ns: float = 0.0
    races: int = 0


class Runnable(Protocol):
    """A compiled second IR."""

    @property
    def placements(self) -> "tuple[Placement, ...]":
        """Where each operation runs."""
        ...

    def run(self, inputs: Mapping[str, Array]) -> Outcome:
        """Execute with arrays by name. Raises AccelcError."""
        ...


class Executor(Protocol):
    """Compiles second IRs."""

    @property
    def target(self) -> "Target | None":
        """The machine, which decides what is worth hooking; None: everything that can be traced is."""
        ...

    def compile(self, traced: Traced) -> Runnable:
        """Compile. Raises AccelcError."""
        ...


@dataclass
class Machine:
    """The compiler and the simulator, for one target; `framework` executes operators of the framework."""

    target: "Target"
    precision: str = "model"
    framework: "Framework | None" = None
    compile_seconds: float = 0.0

    @staticmethod
    def of(target: str | Path, precision: str = "model") -> "Machine":
        """The machine of a preset's name or a file. Raises TargetError, and UsageError for an unknown precision."""
        from accelc.driver import PRECISIONS
        from accelc.errors import UsageError, suggestion
        from accelc.targets import load_target

        if precision not in PRECISIONS:
            raise UsageError(
                f"unknown precision '{precision}'{suggestion(precision, PRECISIONS)} "
                f"(precisions: {', '.join(PRECISIONS)})"
            )
        return Machine(load_target(target), precision)

    def compile(self, traced: Traced) -> "CompiledSegment":
        """Compile. Raises what `accelc.compile` raises."""
        from accelc.frontends.numpy.compiled import compile_placed
        from accelc.garbage import rare_collections

        start = perf_counter()
        with rare_collections():
            program, placements = compile_placed(traced, self.target, self.precision, "accelerator-first")
        self.compile_seconds += perf_counter() - start
        return CompiledSegment(program, placements, self.target, self.framework)


@dataclass
class CompiledSegment:
    """A program for the machine. It is timed at its first execution: without an input that could change its time."""

    program: "Program"
    placements: "tuple[Placement, ...]"
    target: "Target"
    framework: "Framework | None" = None
    known: "dict[str, SimulationResult]" = field(default_factory=dict[str, Any])

    def run(self, inputs: Mapping[str, Array]) -> Outcome:
        """Execute. Raises what `accelc.simulate` raises."""
        from accelc.report.figures import race_count
        from accelc.runtime.execute import execute

        with np.errstate(all="ignore"):
            result = execute(self.program, self.target, inputs, known=self.known, framework=self.framework)
        accelerated = sum(launch.ns for launch in result.segments if launch.place == "accelerator")
        return Outcome(result.outputs, result.total_ns, accelerated, race_count(result))


@dataclass
class Interpreter:
    """The interpreter of the `graph` dialect on the host, which counts no time."""

    target: "Target | None" = None
    framework: "Framework | None" = None

    def compile(self, traced: Traced) -> "InterpretedSegment":
        """Normalize the module. Raises ModelError."""
        from xdsl.context import Context

        from accelc.passes.normalize_inplace import NormalizeInplacePass

        module = traced.module.clone()
        NormalizeInplacePass().apply(Context(), module)
        module.verify()
        pure = Traced(module, traced.weights, traced.names, traced.results, traced.arguments)
        return InterpretedSegment(pure, (), self.framework)


@dataclass(frozen=True)
class InterpretedSegment:
    """A module for the interpreter, without writes in place."""

    traced: Traced
    placements: "tuple[Placement, ...]" = ()
    framework: "Framework | None" = None

    def run(self, inputs: Mapping[str, Array]) -> Outcome:
        """Execute. Raises ModelError."""
        from accelc.interpreters.graph import find_function, run
        from accelc.runtime.framework import Frameworks

        function = find_function(self.traced.module)
        names = [name.data for name in function.output_names or ()]
        given = [inputs[name] for name in self.traced.names]
        results = run(function, given, self.traced.weights, self.framework or Frameworks())
        # Results may share memory with inputs, which change when outputs are written back.
        return Outcome({name: array.copy() for name, array in zip(names, results, strict=True)})
