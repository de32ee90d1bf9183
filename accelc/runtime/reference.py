"""What the outputs should be, from the best independent implementation that is installed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import ModelProto

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Reference:
    """Outputs in the model's order, and the name of what computed them."""

    oracle: str
    outputs: list[Array]


def reference_outputs(model: "Path | ModelProto", inputs: Mapping[str, Array]) -> Reference:
    """
    Outputs of a model by onnxruntime, else by ONNX's reference, else by the `graph` interpreter.

    The interpreter shares its front end with the compiler and is asked only if neither package can execute the
    model; `Reference.oracle` says which it was. `inputs` holds an array for every input.
    """
    for oracle, package, evaluate in (
        ("onnxruntime", "onnxruntime", _onnxruntime),
        ("onnx.reference", "onnx", _onnx_reference),
    ):
        if find_spec(package) is None:
            continue
        outputs = evaluate(model, inputs)
        if outputs is not None:
            return Reference(oracle, outputs)
    from accelc.frontends.onnx import import_onnx
    from accelc.interpreters.graph import run
    from accelc.runtime.framework import lazy_framework

    imported = import_onnx(model, {name: tuple(array.shape) for name, array in inputs.items()})
    ordered = [inputs[spec.name] for spec in imported.inputs]
    return Reference("accelc.interpreters.graph", run(imported.module, ordered, imported.weights, lazy_framework()))


def _onnxruntime(model: "Path | ModelProto", inputs: Mapping[str, Array]) -> list[Array] | None:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = runtime.InferenceSession(
            str(model) if isinstance(model, Path) else model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
        )
        return _arrays(session.run(None, dict(inputs)))
    except Exception:
        # Its exceptions have no common base; a model it cannot load or run is for the next oracle.
        return None


def _onnx_reference(model: "Path | ModelProto", inputs: Mapping[str, Array]) -> list[Array] | None:
    from onnx.reference import ReferenceEvaluator

    try:
        evaluator: Any = ReferenceEvaluator(str(model) if isinstance(model, Path) else model)
        return _arrays(evaluator.run(None, dict(inputs)))
    except Exception:
        # It raises whatever the Python code of an operator raises.
        return None


def _arrays(results: Sequence[Any]) -> list[Array]:
    return [np.asarray(result) for result in results]
