"""Graphs that random search found, each with what went wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

import accelc


def _reduced_again() -> tuple[Sequence[NodeProto], Mapping[str, Any]]:
    """The sum of one element that every partition holds."""
    nodes = [
        helper.make_node("ReduceL1", ["x", "axes"], ["a"], keepdims=1),
        helper.make_node("ReduceMean", ["a", "axes"], ["b"], keepdims=0),
        helper.make_node("Mul", ["a", "b"], ["y"]),
    ]
    return nodes, {"axes": np.array([0])}


def _one_row() -> tuple[Sequence[NodeProto], Mapping[str, Any]]:
    """Resampling to a single row of a single channel: two axes of size 1, one of them the partitions'."""
    settings: dict[str, Any] = {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}
    return [helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], **settings)], {"sizes": np.array([2, 5, 1, 4])}


@pytest.mark.parametrize(("graph", "shape"), [(_reduced_again, (12,)), (_one_row, (2, 5, 3, 3))])
def test_equal(graph: Any, shape: tuple[int, ...]) -> None:
    nodes, constants = graph()
    body = helper.make_graph(
        nodes,
        "found",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    result = accelc.run(model)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
