"""A whole run: compilation, execution on the simulated machine, and the comparison with a reference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from accelc import arguments
from accelc.driver.compiling import CompiledModel, compile_given
from accelc.driver.importing import Progress, import_model, silent
from accelc.errors import UsageError
from accelc.options import CompileOptions

if TYPE_CHECKING:
    from onnx import ModelProto

    from accelc.frontends.torch.source import ExportedProgram
    from accelc.runtime.compare import Comparison
    from accelc.runtime.execute import ExecutionResult

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class RunResult:
    """
    A compiled model, its execution, the comparison with a reference (None if not asked for), and wall clocks.

    `passed_over` says why better references than the one compared with were not used.
    """

    model: str
    compiled: CompiledModel
    execution: "ExecutionResult"
    comparison: "Comparison | None"
    passed_over: tuple[str, ...]
    simulate_seconds: float
    reference_seconds: float
    total_seconds: float

    @property
    def outputs(self) -> Mapping[str, Array]:
        """Outputs by name, in the model's order; none if only time was counted."""
        return self.execution.outputs


def run_model(
    model: "str | Path | bytes | ModelProto | ExportedProgram",
    options: CompileOptions | None = None,
    *,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    seed: int = 0,
    check: bool = True,
    timing_only: bool = False,
    progress: Progress = silent,
) -> RunResult:
    """
    Compile a model, execute it on the simulated machine, and compare its outputs with a reference.

    `inputs` gives arrays by name; the others are random from `seed`. `timing_only` computes no numbers, so there is
    nothing to check. Raises what `compile_model` and `execute` raise, and UsageError without weights unless only
    the time is asked for.
    """
    from accelc.runtime.execute import execute
    from accelc.runtime.inputs import random_inputs, shapes_of, typed_inputs

    if options is not None and options.no_weights and not timing_only:
        raise UsageError("without weights nothing can be computed: ask for the time only (--timing-only)")
    start = perf_counter()
    raw = {} if inputs is None else arguments.mapping("inputs", inputs, "from names to arrays")
    options = options or CompileOptions()
    imported = import_model(model, replace(options, shapes=shapes_of(raw) | dict(options.shapes)), progress)
    given = typed_inputs(raw, imported.inputs)
    compiled = compile_given(imported, progress)
    # The weights as imported are not needed beside the program's.
    del imported
    program = compiled.program
    rest = [value for value in program.inputs if value.name not in given]
    arrays = given | ({} if timing_only else random_inputs(rest, compiled.index_bounds, seed))
    simulated_from = perf_counter()
    execution = execute(program, compiled.target, arrays, functional=not timing_only, progress=progress)
    simulated_to = perf_counter()
    comparison, passed_over = None, ()
    if check and not timing_only:
        progress("reference")
        comparison, passed_over = _check(compiled, arrays, execution)
    end = perf_counter()
    return RunResult(
        model=_model_name(model),
        compiled=compiled,
        execution=execution,
        comparison=comparison,
        passed_over=passed_over,
        simulate_seconds=simulated_to - simulated_from,
        reference_seconds=end - simulated_to,
        total_seconds=end - start,
    )


def _model_name(model: Any) -> str:
    if isinstance(model, str | Path):
        return Path(model).stem
    return str(model.graph.name) if hasattr(model, "SerializeToString") else "model"


def _check(
    compiled: CompiledModel, inputs: Mapping[str, Array], execution: "ExecutionResult"
) -> "tuple[Comparison, tuple[str, ...]]":
    from xdsl.dialects.builtin import ModuleOp

    from accelc.runtime.compare import compare
    from accelc.runtime.reference import reference_outputs

    # Modules are compiled, and not run, by this package.
    assert not isinstance(compiled.source, ModuleOp)
    reference = reference_outputs(compiled.source, inputs, compiled.options.dims, compiled.options.random_weights)
    got = [np.asarray(execution.outputs[value.name]) for value in compiled.program.outputs]
    comparison = compare(reference.oracle, got, reference.outputs, compiled.options.precision)
    return comparison, reference.passed_over
