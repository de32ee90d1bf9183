"""What the outputs should be, from the best independent implementation that is installed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from accelc.frontends.table import importer_of
from accelc.frontends.torch.source import ExportedProgram

if TYPE_CHECKING:
    from onnx import ModelProto

    from accelc.frontends.imported import ImportedModel

Array = npt.NDArray[Any]

MAX_REASON = 200
"""Characters of another package's error that are kept."""


@dataclass(frozen=True)
class Reference:
    """Outputs in the model's order, the name of what computed them, and why better oracles did not."""

    oracle: str
    outputs: list[Array]
    passed_over: tuple[str, ...] = ()


def reference_outputs(
    model: "Path | ModelProto | ExportedProgram",
    inputs: Mapping[str, Array],
    dims: Mapping[str, int] | None = None,
    random_weights: int | None = None,
) -> Reference:
    """
    Outputs of a model by onnxruntime, else by ONNX's reference, else by the `graph` interpreter; of PyTorch by torch.

    The interpreter shares its front end with the compiler and is asked only if neither package can execute the
    model; the result says which it was, and why. `inputs` holds an array for every input; `dims` and `random_weights`
    are what a file that only the interpreter executes was imported with.
    """
    if isinstance(model, ExportedProgram):
        return Reference("torch", _torch(model, inputs))
    if isinstance(model, Path) and (importer := importer_of(model)) is not None:
        shapes = {name: tuple(array.shape) for name, array in inputs.items()}
        return _interpreted(importer(model, shapes, dims or {}, random_weights), model.suffix, inputs)
    passed_over: list[str] = []
    for oracle, package, evaluate in (
        ("onnxruntime", "onnxruntime", _onnxruntime),
        ("onnx.reference", "onnx", _onnx_reference),
    ):
        if find_spec(package) is None:
            passed_over.append(f"{oracle} is not installed")
            continue
        try:
            return Reference(oracle, evaluate(model, inputs), tuple(passed_over))
        except Exception as error:
            # onnxruntime's exceptions have no common base, and ONNX's evaluator raises whatever the Python code of an
            # operator raises: a model that one cannot load or run is for the next.
            reason = str(error).strip().splitlines() or [type(error).__name__]
            passed_over.append(f"{oracle} cannot execute the model: {reason[0][:MAX_REASON]}")
    from accelc.frontends.onnx import import_onnx
    from accelc.interpreters.graph import run
    from accelc.runtime.framework import Frameworks

    imported = import_onnx(model, {name: tuple(array.shape) for name, array in inputs.items()})
    ordered = [inputs[spec.name] for spec in imported.inputs]
    outputs = run(imported.module, ordered, imported.weights, Frameworks())
    return Reference("accelc.interpreters.graph", outputs, tuple(passed_over))


def _interpreted(imported: "ImportedModel", suffix: str, inputs: Mapping[str, Array]) -> Reference:
    """The result of the `graph` interpreter for a model that nothing else here executes."""
    from accelc.analysis.decomposition.table import decompose_foreign
    from accelc.constants import Constants
    from accelc.interpreters.graph import run
    from accelc.runtime.framework import Frameworks

    decompose_foreign(imported.module, Constants(imported.weights))
    outputs = run(imported.module, [inputs[spec.name] for spec in imported.inputs], imported.weights, Frameworks())
    format = "MLIR" if suffix == ".mlir" else f"{suffix} files"
    return Reference("accelc.interpreters.graph", outputs, (f"no other package executes {format} here",))


def _onnxruntime(model: "Path | ModelProto", inputs: Mapping[str, Array]) -> list[Array]:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(
        str(model) if isinstance(model, Path) else model.SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
    )
    return _arrays(session.run(None, dict(inputs)))


def _onnx_reference(model: "Path | ModelProto", inputs: Mapping[str, Array]) -> list[Array]:
    from onnx.reference import ReferenceEvaluator

    evaluator: Any = ReferenceEvaluator(str(model) if isinstance(model, Path) else model)
    return _arrays(evaluator.run(None, dict(inputs)))


def _torch(model: Any, inputs: Mapping[str, Array]) -> list[Array]:
    from accelc.frontends.torch import import_program, run_torch

    found = run_torch(model, inputs)
    return [found[spec.name] for spec in import_program(model).outputs]


def _arrays(results: Sequence[Any]) -> list[Array]:
    return [np.asarray(result) for result in results]
