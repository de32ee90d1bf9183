"""Operators that the standard defines by others: imported by their definition, equal to ONNX's own evaluator."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx_support import execute

from accelc.frontends.onnx import import_onnx, importer
from accelc.frontends.onnx.operators import OPERATORS

Array = npt.NDArray[Any]
RNG = np.random.default_rng(3)
X = RNG.standard_normal((2, 3, 4, 5)).astype(np.float32)
LABELS = np.array([0, 2], np.int64)


def check(node: NodeProto, inputs: Mapping[str, Array], constants: Mapping[str, Array] | None = None) -> None:
    """No operation is left to a framework, and the interpreter gives what ONNX's evaluator gives."""
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for name, a in inputs.items()
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output]
    weights = [numpy_helper.from_array(a, name) for name, a in (constants or {}).items()]
    graph = helper.make_graph([node], "g", infos, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    imported = import_onnx(model)
    assert "graph.call_framework" not in {op.name for op in imported.module.walk()}
    names = {op.attributes["loc_name"] for op in imported.function.body.block.ops if "loc_name" in op.attributes}
    assert len(names) == 1
    evaluator: Any = ReferenceEvaluator(model)
    expected = evaluator.run(None, dict(inputs))
    for found in execute(imported, list(inputs.values())):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.fixture(autouse=True)
def _no_importers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importers of their own, where some of these operators have one, are not what is tested."""
    kept = {n: h for n, h in OPERATORS.items() if n not in ("MeanVarianceNormalization", "CenterCropPad", "Softsign")}
    monkeypatch.setattr(importer, "OPERATORS", {n: h for n, h in kept.items() if not n.endswith("Loss")})


def test_attributes_of_the_operator() -> None:
    """Given ones, and defaults."""
    check(helper.make_node("MeanVarianceNormalization", ["x"], ["y"]), {"x": X})
    check(helper.make_node("MeanVarianceNormalization", ["x"], ["y"], axes=[1]), {"x": X})


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_definitions_by_types_and_attributes(reduction: str) -> None:
    """What depends on the node: omitted inputs, attributes that choose, types."""
    scores = X[:, :, 0, 0].copy()
    weights = {"w": np.array([1, 2, 3], np.float32)}
    kind = "NegativeLogLikelihoodLoss"
    check(helper.make_node(kind, ["x", "l"], ["y"], reduction=reduction), {"x": scores, "l": LABELS})
    check(helper.make_node(kind, ["x", "l", "w"], ["y"], reduction=reduction), {"x": scores, "l": LABELS}, weights)


def test_constants_of_the_node() -> None:
    """A shape that is known decides the definition's."""
    node = helper.make_node("CenterCropPad", ["x", "s"], ["y"], axes=[2, 3])
    check(node, {"x": X}, {"s": np.array([6, 3])})


def test_omitted_results() -> None:
    """The second result of a loss is computed only if it is named."""
    node = helper.make_node("SoftmaxCrossEntropyLoss", ["x", "l"], ["y"])
    check(node, {"x": X[:, :, 0, 0].copy(), "l": LABELS})
    node = helper.make_node("SoftmaxCrossEntropyLoss", ["x", "l"], ["y", "p"])
    check(node, {"x": X[:, :, 0, 0].copy(), "l": LABELS})


def test_graphs_that_are_attributes() -> None:
    """They become a part of the definition, in a domain of its own, and read values around the node."""
    body = helper.make_graph(
        [helper.make_node("Mul", ["score", "scale"], ["scaled"])],
        "score_mod",
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info("scaled", TensorProto.FLOAT, None)],
    )
    node = helper.make_node("FlexAttention", ["q", "k", "v"], ["y"], "n", score_mod=body, domain="ai.onnx.preview")
    shape = (1, 2, 3, 4)
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "qkv"]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        [node], "g", infos, [output], [numpy_helper.from_array(np.array(0.5, np.float32), "scale")]
    )
    opsets = [helper.make_opsetid("", 26), helper.make_opsetid("ai.onnx.preview", 1)]
    inputs = [RNG.standard_normal(shape).astype(np.float32) for _ in range(3)]
    imported = import_onnx(helper.make_model(graph, opset_imports=opsets))
    scores = inputs[0] @ inputs[1].swapaxes(2, 3) / np.sqrt(4) * 0.5
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    for (found,) in execute(imported, inputs):
        np.testing.assert_allclose(found, weights @ inputs[2], rtol=1e-4, atol=1e-5)


def test_definitions_that_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator is kept whole; the reason says why."""
    monkeypatch.setattr(importer, "OPERATORS", {"Relu": OPERATORS["Relu"]})
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MeanVarianceNormalization", ["x"], ["y"])],
        "g",
        [value("x", TensorProto.FLOAT, X.shape)],
        [value("y", TensorProto.FLOAT, X.shape)],
    )
    imported = import_onnx(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)]))
    # What the definition's constants are is not known without their importer.
    assert {op.name for op in imported.function.body.block.ops} == {"graph.call_framework", "graph.return"}
