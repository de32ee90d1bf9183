"""What the tests of front ends share: comparison with onnxruntime, and the files of published networks."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from accelc.frontends.onnx import ImportedModel, import_onnx, run_reference
from accelc.interpreters.graph import run
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants

Array = npt.NDArray[Any]
EXAMPLES = Path(__file__).parents[4] / "examples"


class ModelFiles(Protocol):
    """`examples/model_files.py`."""

    FILES: Mapping[str, Any]
    INPUT_SHAPES: Mapping[str, Mapping[str, tuple[int, ...]]]

    def file_of(self, name: str) -> Path:
        """One file."""
        ...

    def light_models(self) -> dict[str, Path]:
        """Networks inside the onnx package."""
        ...

    def magika_assets(self) -> Path:
        """Folder of the file-type network."""
        ...


class MiniLm(Protocol):
    """`examples/minilm.py`."""

    def build(self, folder: Path) -> ModelProto:
        """The network."""
        ...

    def tokenize(self, text: str, vocabulary: Mapping[str, int], length: int) -> tuple[Array, Array]:
        """Inputs."""
        ...

    def read_vocabulary(self, folder: Path) -> dict[str, int]:
        """Number of every token."""
        ...


sys.path.append(str(EXAMPLES))
model_files = cast(ModelFiles, import_module("model_files"))
minilm = cast(MiniLm, import_module("minilm"))


def close(found: Sequence[Array], expected: Sequence[Array], tolerance: float = 1e-4) -> None:
    """Same shapes and dtypes; floats differ by at most `tolerance` of the largest expected value."""
    assert [a.shape for a in found] == [np.shape(b) for b in expected]
    assert [a.dtype for a in found] == [np.asarray(b).dtype for b in expected]
    for a, b in zip(found, expected, strict=True):
        wanted = np.asarray(b, np.float64)
        scale = float(np.abs(wanted).max(initial=0))
        np.testing.assert_allclose(np.asarray(a, np.float64), wanted, rtol=tolerance, atol=tolerance * max(scale, 1e-6))


def execute(imported: ImportedModel, inputs: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """Results of the interpreter as imported, and after fold-constants and decompose."""
    before = run(imported.module, inputs, imported.weights, run_reference)
    weights = dict(imported.weights)
    fold_constants(imported.module, weights)
    decompose(imported.module, weights)
    imported.module.verify()
    return before, run(imported.module, inputs, weights, run_reference)


def onnxruntime_results(model: ModelProto, inputs: Mapping[str, Array]) -> list[Array]:
    """What onnxruntime computes."""
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(inputs))


def model_of(
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Array],
    constants: Mapping[str, Array] | None = None,
    outputs: Sequence[str] = ("y",),
    opset: int = 17,
) -> ModelProto:
    """A model with inputs like the given arrays; outputs are declared without shape."""
    infos = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in inputs.items()
    ]
    kinds = [helper.make_empty_tensor_value_info(name) for name in outputs]
    data = [numpy_helper.from_array(a, name) for name, a in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "test", infos, kinds, data)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def check_nodes(
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Array],
    constants: Mapping[str, Array] | None = None,
    outputs: Sequence[str] = ("y",),
    opset: int = 17,
    native: bool = True,
) -> ImportedModel:
    """Import, execute and compare; with `native`, no operator may be left to a framework."""
    model = model_of(nodes, inputs, constants, outputs, opset)
    expected = onnxruntime_results(_typed(model), inputs)
    imported = import_onnx(model)
    kept = [op.name for op in imported.module.walk() if op.name == "graph.call_framework"]
    assert bool(kept) != native
    before, after = execute(imported, list(inputs.values()))
    close(before, expected)
    close(after, expected)
    return imported


def _typed(model: ModelProto) -> ModelProto:
    """onnxruntime wants element types of outputs, which inference gives."""
    inference: Any = import_module("onnx.shape_inference")
    inferred = inference.infer_shapes(model)
    for output in inferred.graph.output:
        if not output.type.HasField("tensor_type"):
            output.type.tensor_type.elem_type = TensorProto.FLOAT
    return inferred
