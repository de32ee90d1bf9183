"""The first stage of the driver: a model of any kind becomes a module of the `graph` dialect."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from accelc.donation import donate
from accelc.errors import ModelError, UsageError
from accelc.isa.program import ValueType
from accelc.options import CompileOptions

if TYPE_CHECKING:
    from onnx import ModelProto
    from xdsl.dialects.builtin import ModuleOp

    from accelc.frontends.imported import ImportedModel
    from accelc.frontends.torch.source import ExportedProgram
    from accelc.targets.model import Target

Progress = Callable[[str], None]


def silent(step: str) -> None:
    """Progress callback that shows nothing."""


@dataclass(frozen=True)
class Imported:
    """A model after import, `source` being what a reference executes."""

    source: "Path | ModelProto | ExportedProgram | ModuleOp"
    model: "ImportedModel"
    options: CompileOptions
    target: "Target"
    seconds: float

    @property
    def inputs(self) -> tuple[ValueType, ...]:
        """Names and types of the inputs, in the model's order."""
        return tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in self.model.inputs)

    @property
    def outputs(self) -> tuple[ValueType, ...]:
        """Names and types of the outputs, in the model's order."""
        return tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in self.model.outputs)


def import_model(
    model: "str | Path | bytes | ModelProto | ExportedProgram", options: CompileOptions, progress: Progress
) -> Imported:
    """
    The model as a module, with the data of its weights, for the machine of the options.

    Raises ModelError, TargetError or UsageError for what the user can mend.
    """
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
        return Imported(program, imported, options, target, perf_counter() - start)
    if isinstance(model, str | Path) and (importer := importer_of(model)) is not None:
        if options.no_weights:
            raise UsageError(
                f"no weights (--no-weights): a {Path(model).suffix} file is read with its weights; use ONNX"
            )
        imported = importer(Path(model), options.shapes, options.dims, options.random_weights)
        donate(imported.function, options.donate)
        return Imported(Path(model), imported, options, target, perf_counter() - start)
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
    return Imported(source, imported, options, target, perf_counter() - start)


def _inline(model: "ModelProto", folder: Path | None) -> "ModelProto":
    """The model with its external data inside, so that it can leave its folder."""
    from onnx import TensorProto

    from accelc.frontends.onnx.tensors import from_array, to_array

    for tensor in model.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            tensor.CopyFrom(from_array(to_array(tensor, folder, "initializer"), tensor.name))
    return model
