"""The second stage of the driver: a module of the `graph` dialect becomes a program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from accelc.driver.importing import Imported, Progress, import_model, silent
from accelc.garbage import rare_collections
from accelc.isa.program import Program
from accelc.options import CompileOptions
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
    from accelc.targets.model import Target

Array = npt.NDArray[Any]


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
    return compile_given(import_model(model, options or CompileOptions(), progress), progress, pipeline)


def compile_imported(
    imported: "ImportedModel",
    source: "ModelProto | ModuleOp",
    options: CompileOptions,
    progress: Progress = silent,
    pipeline: "Pipeline | None" = None,
) -> CompiledModel:
    """Compile what a front end gave; `source` is what it was made of. Raises what `compile_model` raises."""
    from accelc.targets import load_target

    return compile_given(Imported(source, imported, options, load_target(options.target), 0.0), progress, pipeline)


@rare_collections()
def compile_given(given: Imported, progress: Progress, pipeline: "Pipeline | None" = None) -> CompiledModel:
    """Compile a model after import. Raises what `compile_model` raises."""
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
