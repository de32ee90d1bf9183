"""Small models that exercise every home and every corner of naming."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
Value = tuple[str, int, Sequence[int | str | None]]

RNG = np.random.default_rng(7)


def model_of(
    nodes: Sequence[NodeProto], inputs: Sequence[Value], outputs: Sequence[Value], weights: dict[str, Array]
) -> ModelProto:
    """A checked model."""
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)  # pyright: ignore[reportUnknownMemberType]
    return model


@pytest.fixture
def mlp() -> ModelProto:
    """Two matrix products: everything on the accelerator."""
    weights = {
        "w0": RNG.standard_normal((12, 9)).astype(np.float32),
        "b0": RNG.standard_normal(9).astype(np.float32),
        "w1": RNG.standard_normal((9, 5)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gemm", ["x", "w0", "b0"], ["h"], "fc0"),
        helper.make_node("Relu", ["h"], ["r"], "act"),
        helper.make_node("MatMul", ["r", "w1"], ["y"], "fc1"),
    ]
    return model_of(nodes, [("x", TensorProto.FLOAT, [3, 12])], [("y", TensorProto.FLOAT, [3, 5])], weights)


@pytest.fixture
def symbolic() -> ModelProto:
    """A product whose number of rows is a symbolic dimension `n`."""
    weights = {"w": RNG.standard_normal((4, 6)).astype(np.float32)}
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], "product")]
    return model_of(nodes, [("x", TensorProto.FLOAT, ["n", 4])], [("y", TensorProto.FLOAT, ["n", 6])], weights)


@pytest.fixture
def three_homes() -> ModelProto:
    """A product (accelerator), the same in fp64 (host), and a determinant (an operator only a framework has)."""
    weights = {"w": RNG.standard_normal((4, 4)).astype(np.float32)}
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"], "product"),
        helper.make_node("Cast", ["p"], ["wide"], "wider", to=TensorProto.DOUBLE),
        helper.make_node("Det", ["p"], ["volume"], "volume"),
        helper.make_node("MatMul", ["p", "w"], ["again"], "second"),
    ]
    outputs: list[Value] = [
        ("wide", TensorProto.DOUBLE, [4, 4]),
        ("volume", TensorProto.FLOAT, []),
        ("again", TensorProto.FLOAT, [4, 4]),
    ]
    return model_of(nodes, [("x", TensorProto.FLOAT, [4, 4])], outputs, weights)


@pytest.fixture
def odd_outputs() -> ModelProto:
    """Outputs that are an input, a constant, and one value twice."""
    weights = {"c": np.arange(6, dtype=np.float32).reshape(2, 3)}
    nodes = [
        helper.make_node("Identity", ["x"], ["same"], "pass"),
        helper.make_node("Identity", ["c"], ["constant"], "stored"),
        helper.make_node("Add", ["x", "c"], ["sum"], "sum"),
        helper.make_node("Identity", ["sum"], ["sum_again"], "twice"),
    ]
    outputs: list[Value] = [(name, TensorProto.FLOAT, [2, 3]) for name in ("same", "constant", "sum", "sum_again")]
    return model_of(nodes, [("x", TensorProto.FLOAT, [2, 3])], outputs, weights)


@pytest.fixture
def embedding() -> ModelProto:
    """Integer inputs: indices of a table of 11 rows, and a mask."""
    weights = {"table": RNG.standard_normal((11, 8)).astype(np.float32)}
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"], "lookup", axis=0),
        helper.make_node("Cast", ["mask"], ["m"], "cast", to=TensorProto.FLOAT),
        helper.make_node("Mul", ["rows", "m"], ["y"], "masked"),
    ]
    inputs: list[Value] = [("ids", TensorProto.INT64, [5]), ("mask", TensorProto.INT32, [5, 1])]
    return model_of(nodes, inputs, [("y", TensorProto.FLOAT, [5, 8])], weights)


@pytest.fixture
def mlp_file(mlp: ModelProto, tmp_path: Path) -> Path:
    """The model `mlp` in a file."""
    path = tmp_path / "mlp.onnx"
    path.write_bytes(mlp.SerializeToString())
    return path
