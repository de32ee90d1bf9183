"""Optimizers of ONNX against its own evaluator, on tensors of several shapes, in the first step and later."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from onnx_support import execute

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx

DOMAIN = "ai.onnx.preview.training"
SHAPES = ((2, 3), (5,))
RNG = np.random.default_rng(8)


def model(kind: str, states: int, **attributes: Any) -> Any:
    """One node on tensors of `SHAPES`."""
    value = helper.make_tensor_value_info
    infos = [value("r", TensorProto.FLOAT, []), value("t", TensorProto.INT64, [])]
    infos += [value(f"i{k}{n}", TensorProto.FLOAT, shape) for k in range(2 + states) for n, shape in enumerate(SHAPES)]
    results = [value(f"o{k}{n}", TensorProto.FLOAT, shape) for k in range(1 + states) for n, shape in enumerate(SHAPES)]
    node = helper.make_node(kind, [v.name for v in infos], [v.name for v in results], "n", domain=DOMAIN, **attributes)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(helper.make_graph([node], "g", infos, results), opset_imports=opsets)


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize(
    ("kind", "states", "attributes"),
    [
        ("Adagrad", 1, {"decay_factor": 0.1, "epsilon": 1e-5, "norm_coefficient": 0.01}),
        ("Adam", 2, {"alpha": 0.95, "beta": 0.1, "epsilon": 1e-7, "norm_coefficient": 0.01}),
        ("Adam", 2, {"norm_coefficient_post": 0.1, "epsilon": 1e-3}),
        ("Momentum", 1, {"alpha": 0.9, "beta": 0.5, "mode": "standard", "norm_coefficient": 0.1}),
        ("Momentum", 1, {"alpha": 0.9, "beta": 1.0, "mode": "nesterov", "norm_coefficient": 0.0}),
    ],
)
def test_steps(kind: str, states: int, attributes: dict[str, Any], count: int) -> None:
    """All results of all tensors; no operation is left to a framework."""
    proto = model(kind, states, **attributes)
    rate, steps = np.array(0.1, np.float32), np.array(count, np.int64)
    arrays = [np.abs(RNG.standard_normal(shape)).astype(np.float32) for _ in range(2 + states) for shape in SHAPES]
    inputs: list[Any] = [rate, steps, *arrays]
    imported = import_onnx(proto)
    assert "graph.call_framework" not in {op.name for op in imported.module.walk()}
    evaluator: Any = ReferenceEvaluator(proto)
    expected = evaluator.run(None, dict(zip([v.name for v in proto.graph.input], inputs, strict=True)))
    for found in execute(imported, inputs):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_diagnostics() -> None:
    """Of inputs that do not come in groups, and of modes."""
    proto = model("Momentum", 1, alpha=0.9, beta=1.0, mode="fast", norm_coefficient=0.0)
    with pytest.raises(ModelError, match=r"^node 'n' \(.*:Momentum\): mode 'fast' is not one of standard, nesterov$"):
        import_onnx(proto)
    del proto.graph.node[0].input[-1]
    pattern = r"^node 'n' \(.*:Momentum\): 5 inputs follow the count of steps; expected 3 for each tensor$"
    with pytest.raises(ModelError, match=pattern):
        import_onnx(proto)
