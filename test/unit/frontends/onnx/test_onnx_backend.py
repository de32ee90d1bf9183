"""The backend interface of ONNX, by ONNX's own tests of it."""

import unittest
from typing import Any

import numpy as np
import onnx.backend.test
import pytest
from onnx import ModelProto, TensorProto, helper

from accelc import onnx_backend
from accelc.errors import ModelError

SUBSET = (
    r"^test_(add|matmul_2d|reshape_reduced_dims|clip_example|softmax_axis_1|where_example)_cpu$",
    r"^test_(if|if_seq|loop11|loop13_seq|scan_sum|scan9_sum|sequence_insert_at_back)_cpu$",
    r"^test_(nonzero_example|string_concat|resize_upsample_scales_nearest|optional_get_element_tensor)_cpu$",
    r"^test_(operator_basic|Linear|ReLU|expand_shape_model1|sequence_model1)_cpu$",
)
"""Cases of every tier and of every kind."""


def _cases() -> dict[str, type[unittest.TestCase]]:
    runner: Any = onnx.backend.test.BackendTest(onnx_backend.Backend, __name__)
    for pattern in SUBSET:
        runner.include(pattern)
    cases: dict[str, type[unittest.TestCase]] = runner.test_cases
    # What is not in the subset would be thousands of skipped tests.
    for case in cases.values():
        for name in [name for name in vars(case) if name.startswith("test_")]:
            if getattr(getattr(case, name), "__unittest_skip__", False):
                delattr(case, name)
    return {name: case for name, case in cases.items() if any(n.startswith("test_") for n in vars(case))}


CASES = _cases()
globals().update(CASES)


def _model() -> ModelProto:
    nodes = [helper.make_node("Add", ["x", "y"], ["s"]), helper.make_node("Relu", ["s"], ["z"])]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in "xy"]
    result = helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 3])
    return helper.make_model(
        helper.make_graph(nodes, "g", infos, [result]), opset_imports=[helper.make_opsetid("", 17)]
    )


def test_the_subset_is_there() -> None:
    """The patterns find cases of all kinds."""
    found = [name for case in CASES.values() for name in vars(case) if name.startswith("test_")]
    assert len(found) == sum(pattern.count("|") + 1 for pattern in SUBSET)


def test_shapes_are_known_when_it_runs() -> None:
    """One handle for any batch, by position or by name; it knows where every node ran."""
    prepared = onnx_backend.prepare(_model())
    for rows in (1, 4):
        x = np.linspace(-2, 2, 3 * rows, dtype=np.float32).reshape(rows, 3)
        by_name: Any = prepared.run({"y": x, "x": x})
        np.testing.assert_array_equal(prepared.run([x, x])[0], np.maximum(2 * x, 0))
        np.testing.assert_array_equal(by_name.z, np.maximum(2 * x, 0))
    assert [(tier.node, tier.op_type) for tier in prepared.tiers()] == [("s", "Add"), ("z", "Relu")]


def test_one_node() -> None:
    """A repeated input is given once."""
    x = np.array([1, -2], np.float32)
    (found,) = onnx_backend.run_node(helper.make_node("Mul", ["x", "x"], ["y"]), [x])
    np.testing.assert_array_equal(found, [1, 4])
    (found,) = onnx_backend.run_node(helper.make_node("Squeeze", ["x"], ["y"], axes=[0]), [x[:1]], opset_version=11)
    np.testing.assert_array_equal(found, 1)
    division = helper.make_node("Div", ["a", "b"], ["y"])
    (found,) = onnx_backend.run_node(division, {"b": x, "a": x * 3})
    np.testing.assert_array_equal(found, [3, 3])
    with pytest.raises(ModelError, match=r"^values are given for c, a; the node has a, b$"):
        onnx_backend.run_node(division, {"c": x, "a": x})
    with pytest.raises(ModelError, match=r"^1 inputs are given, the node has 2: a, b$"):
        onnx_backend.run_node(division, [x])
    (found,) = onnx_backend.run_model(_model(), [x.repeat(3).reshape(2, 3)] * 2)
    assert found.shape == (2, 3)


def test_devices_and_models() -> None:
    """What there is, and what is refused."""
    assert onnx_backend.supports_device("CPU:0")
    assert not onnx_backend.supports_device("CUDA")
    assert not onnx_backend.supports_device("CPU:fast")
    assert onnx_backend.is_compatible(_model())
    assert not onnx_backend.is_compatible(ModelProto())
    with pytest.raises(
        ModelError, match=r"^device 'CUDA' is not there; there is: CPU, which simulates the accelerator$"
    ):
        onnx_backend.prepare(_model(), "CUDA")
    prepared = onnx_backend.prepare(_model())
    with pytest.raises(ModelError, match=r"^1 inputs are given, the model has 2: x, y$"):
        prepared.run([np.zeros((1, 3), np.float32)])
    with pytest.raises(ModelError, match=r"^unknown option 'fast' of run: it has none$"):
        prepared.run([], fast=True)
    with pytest.raises(ModelError, match=r"^unknown option 'fast' of prepare; there is: options$"):
        onnx_backend.prepare(_model(), fast=True)
    assert prepared.tiers() == []
