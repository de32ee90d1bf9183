"""A small model in a file, with repeated layers and an operation of the host."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper


@pytest.fixture
def layers_file(tmp_path: Path) -> Path:
    """Three layers of a product and an activation, and their result in double precision, which no engine computes."""
    rng = np.random.default_rng(3)
    nodes = [
        node
        for i in range(3)
        for node in (
            helper.make_node("MatMul", [f"r{i}", f"w{i}"], [f"h{i}"], f"layers.{i}.fc"),
            helper.make_node("Relu", [f"h{i}"], [f"r{i + 1}"], f"layers.{i}.act"),
        )
    ]
    nodes.append(helper.make_node("Cast", ["r3"], ["y"], "choice", to=TensorProto.DOUBLE))
    weights = [numpy_helper.from_array(rng.standard_normal((32, 32)).astype(np.float32), f"w{i}") for i in range(3)]
    graph = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info("r0", TensorProto.FLOAT, [4, 32])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [4, 32])],
        weights,
    )
    path = tmp_path / "layers.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path
