"""Scans of every form against ONNX's reference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper
from onnx.reference import ReferenceEvaluator

from accelc.errors import ModelError
from accelc.staged import StagedModel

FLOAT = TensorProto.FLOAT
BITS = st.integers(0, 1)


def scan(rank: int, axis: int, backward: int, out_axis: int, out_backward: int) -> ModelProto:
    """Running sums over one axis: the last sum, and all of them."""
    body = helper.make_graph(
        [helper.make_node("Add", ["a", "b"], ["c"]), helper.make_node("Neg", ["c"], ["d"])],
        "body",
        [helper.make_tensor_value_info(name, FLOAT, None) for name in "ab"],
        [helper.make_tensor_value_info(name, FLOAT, [2] * (rank - 1)) for name in "cd"],
    )
    node = helper.make_node(
        "Scan",
        ["s", "x"],
        ["t", "y"],
        body=body,
        num_scan_inputs=1,
        scan_input_axes=[axis],
        scan_input_directions=[backward],
        scan_output_axes=[out_axis],
        scan_output_directions=[out_backward],
    )
    infos = [helper.make_tensor_value_info(name, FLOAT, None) for name in "sx"]
    results = [helper.make_tensor_value_info(name, FLOAT, None) for name in "ty"]
    return helper.make_model(
        helper.make_graph([node], "g", infos, results), opset_imports=[helper.make_opsetid("", 17)]
    )


@settings(max_examples=8)
@given(st.data(), st.integers(1, 3), st.integers(1, 4), BITS, BITS)
def test_axes_and_directions(data: st.DataObject, rank: int, length: int, backward: int, out_backward: int) -> None:
    """Every axis, from the front and from the back, in both directions."""
    axis, out_axis = data.draw(st.integers(-rank, rank - 1)), data.draw(st.integers(-rank, rank - 1))
    shape = [2] * rank
    shape[axis] = length
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    state = np.ones([2] * (rank - 1), np.float32)
    proto = scan(rank, axis, backward, out_axis, out_backward)
    found = StagedModel(proto).run({"s": state, "x": x}).outputs
    items = np.moveaxis(x, axis, 0)[:: -1 if backward else 1]
    sums = state + np.cumsum(items, axis=0)
    expected = np.moveaxis(-sums[:: -1 if out_backward else 1], 0, out_axis)
    np.testing.assert_array_equal(found["t"], sums[-1])
    np.testing.assert_array_equal(found["y"], expected)
    if axis == 0 and out_axis == 0 and not backward and not out_backward:
        evaluator: Any = ReferenceEvaluator(proto)
        np.testing.assert_array_equal(found["y"], evaluator.run(None, {"s": state, "x": x})[1])


def test_bodies_that_do_not_fit() -> None:
    """Their number of inputs is named."""
    proto = scan(2, 0, 0, 0, 0)
    proto.graph.node[0].input.insert(0, "s")
    message = r"^node 't' \(Scan\): 3 inputs are given for a body with 2$"
    with pytest.raises(ModelError, match=message):
        StagedModel(proto).run({"s": np.zeros(2, np.float32), "x": np.zeros((3, 2), np.float32)})
