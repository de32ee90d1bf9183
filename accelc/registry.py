"""
Names of everything accelc offers, and the module each comes from; nothing is imported until it is used.

`UNIVERSE` is the entry point of the group `xdsl.universe`: plain `xdsl-opt` sees the dialects and passes through it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.target import Target

DIALECTS: Mapping[str, str] = {
    "graph": "accelc.dialects.graph:Graph",
    "engine": "accelc.dialects.engine:Engine",
    "tile": "accelc.dialects.tile:Tile",
}
"""Dialect name -> `module:attribute`, from the highest level to the lowest."""

PASSES: Mapping[str, str] = {
    "convert-stablehlo-to-graph": "accelc.passes.convert_stablehlo_to_graph:ConvertStablehloToGraphPass",
    "convert-tosa-to-graph": "accelc.passes.convert_tosa_to_graph:ConvertTosaToGraphPass",
    "convert-linalg-to-graph": "accelc.passes.convert_linalg_to_graph:ConvertLinalgToGraphPass",
    "normalize-inplace": "accelc.passes.normalize_inplace:NormalizeInplacePass",
    "fold-constants": "accelc.passes.fold_constants:FoldConstantsPass",
    "decompose": "accelc.passes.decompose:DecomposePass",
    "set-precision": "accelc.passes.set_precision:SetPrecisionPass",
    "outline-repeats": "accelc.passes.outline_repeats:OutlineRepeatsPass",
    "chunk-rows": "accelc.passes.chunk_rows:ChunkRowsPass",
    "split-batches": "accelc.passes.split_batches:SplitBatchesPass",
    "partition-hierarchical": "accelc.passes.partition_hierarchical:PartitionHierarchicalPass",
    "rebufferize-inplace": "accelc.passes.rebufferize_inplace:RebufferizeInplacePass",
    "lower-to-engine": "accelc.passes.lower_to_engine:LowerToEnginePass",
    "schedule-engines": "accelc.passes.schedule_engines:ScheduleEnginesPass",
    "assign-memory": "accelc.passes.assign_memory:AssignMemoryPass",
    "insert-delays": "accelc.passes.insert_delays:InsertDelaysPass",
    "schedule-systolic-tiles": "accelc.passes.schedule_systolic_tiles:ScheduleSystolicTilesPass",
    "tile-unroll": "accelc.passes.tile_unroll:TileUnrollPass",
    "sync-vector-clock": "accelc.passes.sync_vector_clock:SyncVectorClockPass",
    "verify-sync": "accelc.passes.verify_sync:VerifySyncPass",
}
"""Pass name -> `module:class`, in the order of the main pipeline (`accelc.pipelines`); `tile-unroll` is for readers."""

TARGETS: Mapping[str, str] = {
    "accelc-asm": "accelc.outputs.assembly:AssemblyTarget",
    "acx": "accelc.outputs.binary:ContainerTarget",
    "cpp-mlir": "accelc.irdl.form:CppMlirTarget",
}
"""Output of `accelc-opt -t NAME` -> `module:class`."""
BINARY_TARGETS = ("acx",)
"""Those of `TARGETS` that give bytes: `accelc.outputs.binary.BinaryTarget`."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("accelc.cli.run", "compile a model, execute it on the simulated machine, compare and report"),
    "compile": ("accelc.cli.compile", "compile a model to a binary program (.acx)"),
    "sim": ("accelc.cli.sim", "execute a binary program on the simulated machine"),
    "profile": ("accelc.cli.profile", "show where the time of a model or program goes, and write traces and tables"),
    "compare": ("accelc.cli.compare", "show what another machine, compiler or option does to each layer's time"),
    "dis": ("accelc.cli.dis", "print a binary program as text"),
    "as": ("accelc.cli.as_", "assemble text to a binary program"),
    "generate": ("accelc.cli.generate", "write a published transformer as an ONNX model without weights"),
    "targets": ("accelc.cli.targets", "list, show and check machine descriptions"),
    "export-irdl": ("accelc.cli.export_irdl", "print definitions of dialects that C++ MLIR loads"),
}
"""Subcommand of `accelc` -> (module with `add_arguments` and `execute`, one line of help)."""


def load(reference: str) -> Any:
    """Import `module:attribute` and return the attribute."""
    module, attribute = reference.split(":")
    return getattr(import_module(module), attribute)


def _dialect_factory(reference: str) -> Callable[[], Dialect]:
    return lambda: load(reference)


def _pass_factory(reference: str) -> Callable[[], type[ModulePass]]:
    return lambda: load(reference)


def _target_factory(reference: str) -> Callable[[], type[Target]]:
    return lambda: load(reference)


UNIVERSE = Universe(
    all_dialects={name: _dialect_factory(ref) for name, ref in DIALECTS.items()},
    all_passes={name: _pass_factory(ref) for name, ref in PASSES.items()},
    all_targets={name: _target_factory(ref) for name, ref in TARGETS.items()},
)
"""What `xdsl-opt` and `accelc-opt` know of accelc."""
