"""
The driver: a model in, a compiled program out, and a whole run with its checks.

`compile_model` is behind `accelc compile` and `accelc.compile`; `run_model` adds execution, the reference and the
report, and is behind `accelc run`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from accelc import arguments
from accelc.donation import donate
from accelc.errors import ModelError, UsageError
from accelc.garbage import rare_collections
from accelc.isa.program import Program, ValueType
from accelc.options import DEFAULT_TARGET, FORCED, PRECISIONS, REPEAT_LAYERS, CompileOptions
from accelc.snapshots import Snapshots
from accelc.weights import absent_weight, is_absent

if TYPE_CHECKING:
    from onnx import ModelProto
    from xdsl.dialects.builtin import ModuleOp

    from accelc.analysis.lower_bound import LowerBound
    from accelc.dialects.engine import ProgramOp
    from accelc.dialects.graph import PartitionOp
    from accelc.frontends.imported import ImportedModel
    from accelc.frontends.torch.source import ExportedProgram
    from accelc.passes.partition_hierarchical import Partitioning
    from accelc.pipelines import CompiledPartition, Pipeline
    from accelc.runtime.compare import Comparison
    from accelc.runtime.execute import ExecutionResult
    from accelc.targets.model import Target

__all__ = [
    "DEFAULT_TARGET",
    "FORCED",
    "PRECISIONS",
    "REPEAT_LAYERS",
    "CompileOptions",
    "CompiledModel",
    "Placement",
    "Progress",
    "RunResult",
    "compile_imported",
    "compile_model",
    "placements_of",
    "run_model",
    "silent",
]

Array = npt.NDArray[Any]
Progress = Callable[[str], None]


def silent(step: str) -> None:
    """Progress callback that shows nothing."""


@dataclass(frozen=True)
class Placement:
    """
    Where one operation runs, and why not on the accelerator (empty when it does).

    `rule` is what decided: `list`, `type`, `param` or `param:<which>`, `cost` or `forced`, empty on the accelerator;
    `whole` the operation it is a part of, empty unless one was taken apart for the target.
    """

    op: str
    loc_name: str
    home: str
    reason: str
    rule: str = ""
    whole: str = ""


@dataclass(frozen=True)
class CompiledModel:
    """
    A compiled model: the program, and what is known of it before it runs.

    `sync_required` counts the orders between lanes that the program needs, `sync_emitted` the waits that enforce
    them. `ideal_cycles` are the cycles of the whole array that the MACs of each node need at peak, by node;
    `index_bounds` the rows of the tables that integer inputs index, by input. `source` is the model as executed (with
    its random weights); `import_seconds` and `compile_seconds` are wall clock. `predicted_ns` are the times that
    `schedule-engines` expects of accelerator segments, by name.
    """

    program: Program
    target: "Target"
    options: CompileOptions
    placements: tuple[Placement, ...]
    lower_bound: "LowerBound"
    sync_required: int
    sync_emitted: int
    engine_programs: Mapping[str, "ProgramOp"]
    predicted_ns: Mapping[str, float]
    ideal_cycles: Mapping[str, float]
    index_bounds: Mapping[str, int]
    source: "Path | ModelProto | ExportedProgram | ModuleOp"
    import_seconds: float
    compile_seconds: float

    def count(self, home: str) -> int:
        """Number of operations with a home."""
        return sum(placement.home == home for placement in self.placements)


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


def compile_model(
    model: "str | Path | bytes | ModelProto | ExportedProgram",
    options: CompileOptions | None = None,
    progress: Progress = silent,
    pipeline: "Pipeline | None" = None,
) -> CompiledModel:
    """
    Compile an ONNX model or an exported PyTorch program, given as a path, as bytes of ONNX, or as an object.

    `pipeline` is the pipeline `compile` with passes and hooks of the caller.
    Raises ModelError, TargetError, CapacityError, SynchronizationError or UsageError for what the user can mend.
    """
    return _compile(_import(model, options or CompileOptions(), progress), progress, pipeline)


def compile_imported(
    imported: "ImportedModel",
    source: "ModelProto | ModuleOp",
    options: CompileOptions,
    progress: Progress = silent,
    pipeline: "Pipeline | None" = None,
) -> CompiledModel:
    """Compile what a front end gave; `source` is what it was made of. Raises what `compile_model` raises."""
    from accelc.targets import load_target

    return _compile(_Imported(source, imported, options, load_target(options.target), 0.0), progress, pipeline)


@dataclass(frozen=True)
class _Imported:
    """A model after import, `source` being what a reference executes."""

    source: "Path | ModelProto | ExportedProgram | ModuleOp"
    model: "ImportedModel"
    options: CompileOptions
    target: "Target"
    seconds: float

    @property
    def inputs(self) -> tuple[ValueType, ...]:
        return tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in self.model.inputs)

    @property
    def outputs(self) -> tuple[ValueType, ...]:
        return tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in self.model.outputs)


def _import(
    model: "str | Path | bytes | ModelProto | ExportedProgram", options: CompileOptions, progress: Progress
) -> _Imported:
    from accelc.targets import load_target

    target = load_target(options.target)
    progress("import")
    start = perf_counter()
    from accelc.frontends.table import importer_of
    from accelc.frontends.torch.source import import_torch, is_torch

    if is_torch(model):
        if options.no_weights:
            raise UsageError("no weights (--no-weights): an exported program of torch holds its weights; use ONNX")
        program, imported = import_torch(model, options.shapes, options.dims, options.random_weights)
        if options.donate:
            from xdsl.context import Context

            from accelc.passes.normalize_inplace import NormalizeInplacePass

            # What an input written in place becomes is an output only then.
            NormalizeInplacePass().apply(Context(), imported.module)
            donate(imported.function, options.donate)
        return _Imported(program, imported, options, target, perf_counter() - start)
    if isinstance(model, str | Path) and (importer := importer_of(model)) is not None:
        if options.no_weights:
            raise UsageError(
                f"no weights (--no-weights): a {Path(model).suffix} file is read with its weights; use ONNX"
            )
        imported = importer(Path(model), options.shapes, options.dims, options.random_weights)
        donate(imported.function, options.donate)
        return _Imported(Path(model), imported, options, target, perf_counter() - start)
    if find_spec("onnx") is None:
        raise ModelError("reading ONNX models needs the package onnx: install it with: pip install 'accelc[onnx]'")
    from accelc.frontends.onnx import import_onnx, load_model, with_random_weights

    source: Any = Path(model) if isinstance(model, str) else model
    if options.random_weights is not None or isinstance(model, bytes):
        proto, folder = load_model(source)
        if options.random_weights is not None:
            proto = _inline(with_random_weights(proto, options.random_weights), folder)
        source = proto
    imported = import_onnx(source, dict(options.shapes), dict(options.dims), weights=not options.no_weights)
    donate(imported.function, options.donate)
    return _Imported(source, imported, options, target, perf_counter() - start)


def _inline(model: "ModelProto", folder: Path | None) -> "ModelProto":
    """The model with its external data inside, so that it can leave its folder."""
    from onnx import TensorProto

    from accelc.frontends.onnx.tensors import from_array, to_array

    for tensor in model.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            tensor.CopyFrom(from_array(to_array(tensor, folder, "initializer"), tensor.name))
    return model


@rare_collections()
def _compile(given: _Imported, progress: Progress, pipeline: "Pipeline | None" = None) -> CompiledModel:
    from accelc.analysis.lower_bound import lower_bound
    from accelc.pipelines import Pipeline, compile_partition, repacking, run_graph_passes
    from accelc.runtime.inputs import index_bounds
    from accelc.segments import build_segments
    from accelc.segments.capacity import check_capacity
    from accelc.targets import in_use
    from accelc.targets.canonical import canonical_toml

    start = perf_counter()
    pipeline = Pipeline.of("compile", pipeline)
    imported, target, options = given.model, given.target, given.options
    snapshots = Snapshots(options.save_ir)
    snapshots.save("import", lambda: str(imported.module))
    bounds = index_bounds(imported.function)
    progress("graph passes")
    weights = dict(imported.weights)
    absent = any(map(is_absent, weights.values()))
    choices = options.precision, options.force, snapshots.save, options.repeat_layers
    with in_use(target):
        report = run_graph_passes(imported.module, weights, target, *choices, pipeline)

    def compile_accelerator(
        op: "PartitionOp", name: str, inputs: tuple[str, ...], outputs: tuple[str, ...], data: Mapping[str, Array]
    ) -> "CompiledPartition":
        progress(f"compile {name}")
        save = snapshots.within(name)

        def observe(stage: str, render: Callable[[], str]) -> None:
            progress(f"compile {name}: {stage} done")
            save(stage, render)

        return compile_partition(op, name, inputs, outputs, data, target, observe, pipeline)

    with in_use(target):
        built = build_segments(imported.function, weights, compile_accelerator, repacking)
    program = Program(
        target_text=canonical_toml(target),
        inputs=given.inputs,
        outputs=given.outputs,
        segments=tuple(built.segments),
        weights=_types_only(built.weights) if absent else built.weights,
        steps=built.steps,
        buffers=tuple(built.buffers),
        absent_weights=absent,
        compiler=f"accelc {version('accelc')}",
    )
    check_capacity(program, target)
    return CompiledModel(
        program=program,
        target=target,
        options=options,
        placements=placements_of(report),
        lower_bound=lower_bound(imported.module, target),
        sync_required=sum(part.required for part in built.compiled),
        sync_emitted=sum(part.emitted for part in built.compiled),
        engine_programs={part.segment.name: part.program for part in built.compiled},
        predicted_ns={part.segment.name: part.predicted_ns for part in built.compiled},
        ideal_cycles=_ideal_cycles(imported.module, target),
        index_bounds=bounds,
        source=given.source,
        import_seconds=given.seconds,
        compile_seconds=perf_counter() - start,
    )


def _types_only(weights: Mapping[str, Array]) -> dict[str, Array]:
    return {name: absent_weight(array.shape, array.dtype) for name, array in weights.items()}


def placements_of(report: "Partitioning") -> tuple[Placement, ...]:
    """Where each operation runs, by the report of `partition-hierarchical`."""
    return tuple(
        Placement(p.name, p.loc_name or "", p.destination, p.reason or "", p.rule or "", p.whole or "")
        for p in report.placements
    )


def _ideal_cycles(module: "ModuleOp", target: "Target") -> dict[str, float]:
    from xdsl.dialects.builtin import StringAttr

    from accelc.analysis.calls import execution_counts
    from accelc.analysis.lower_bound import array_cycles
    from accelc.dialects.graph import PartitionOp

    cycles: dict[str, float] = {}
    for count, op in (
        (count, op)
        for function, count in execution_counts(module).items()
        for partition in function.body.block.ops
        if isinstance(partition, PartitionOp) and partition.home.data == "accelerator"
        for op in partition.body.block.ops
    ):
        needed, name = array_cycles(op, target), op.attributes.get("loc_name")
        if needed and isinstance(name, StringAttr):
            cycles[name.data] = cycles.get(name.data, 0.0) + count * needed
    return cycles


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
    imported = _import(model, replace(options, shapes=shapes_of(raw) | dict(options.shapes)), progress)
    given = typed_inputs(raw, imported.inputs)
    compiled = _compile(imported, progress)
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
