"""Control flow that the standard does not allow: one message that names the node, whatever is wrong."""

from typing import Any

import numpy as np
import pytest
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from accelc.errors import ModelError
from accelc.staged import StagedModel

X = np.ones(2, np.float32)
ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)
BATCHES = np.ones((2, 3, 2), np.float32)


def _info(name: str, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, None)


def _graph(nodes: list[NodeProto], inputs: list[ValueInfoProto], outputs: list[str]) -> GraphProto:
    return helper.make_graph(nodes, "body", inputs, [_info(name) for name in outputs])


def _model(nodes: list[NodeProto], values: dict[str, Any], output: str, opset: int = 18) -> ModelProto:
    kinds = {name: helper.np_dtype_to_tensor_dtype(np.asarray(value).dtype) for name, value in values.items()}
    graph = _graph(nodes, [_info(name, kind) for name, kind in kinds.items()], [output])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def _message(nodes: list[NodeProto], values: dict[str, Any], output: str = "y", opset: int = 18) -> str:
    with pytest.raises(ModelError) as caught:
        StagedModel(_model(nodes, values, output, opset)).run(values)
    return str(caught.value)


ADD = helper.make_node("Add", ["s", "s"], ["t"])
LOOP = _graph([ADD], [_info("i", TensorProto.INT64), _info("c", TensorProto.BOOL), _info("s")], ["c", "t"])
WITH_INPUT = _graph([helper.make_node("Neg", ["k"], ["n"])], [_info("k")], ["n"])
SHORT = _graph([], [_info("i", TensorProto.INT64), _info("c", TensorProto.BOOL), _info("s")], ["c"])


@pytest.mark.parametrize(
    ("inputs", "outputs", "body", "count", "expected"),
    [
        (["m", "", "x"], ["y"], LOOP, [], "the trip count has 0 elements of int64; expected one"),
        (["m", "", "x"], ["y"], LOOP, [3, 4], "the trip count has 2 elements of int64; expected one"),
        (["x", "", "x"], ["y"], LOOP, 3, "the trip count has 2 elements of float32; expected one"),
        (["m", "", "x"], ["y"], SHORT, 3, "its body gives 1 results, expected at least 2"),
        (["m", "", "x"], ["y", "z"], LOOP, 3, "names 2 results, its bodies give 1"),
        ([], ["y"], LOOP, 3, "2 inputs are given for a body with 3"),
        (["m", "", "x"], ["y"], 3, 3, "attribute 'body' is missing"),
    ],
)
def test_loops(inputs: list[str], outputs: list[str], body: Any, count: Any, expected: str) -> None:
    """Counts, results and inputs."""
    values = {"m": np.array(count, np.int64), "x": X}
    assert _message([helper.make_node("Loop", inputs, outputs, body=body)], values) == f"node 'y' (Loop): {expected}"


SCAN = _graph(
    [helper.make_node("Add", ["a", "e"], ["b"]), helper.make_node("Neg", ["e"], ["n"])],
    [_info("a"), _info("e")],
    ["b", "n"],
)


@pytest.mark.parametrize(
    ("attributes", "rows", "expected"),
    [
        ({}, ROWS, "num_scan_inputs is 0, and it has 2 inputs"),
        ({"num_scan_inputs": 2**40}, ROWS, "num_scan_inputs is 1099511627776, and it has 2 inputs"),
        ({"num_scan_inputs": "z"}, ROWS, "attribute 'num_scan_inputs' holds no integers"),
        ({"num_scan_inputs": 1, "scan_input_axes": [7]}, ROWS, "axis 7 of 'scan_input_axes' is none of"),
        ({"num_scan_inputs": 1, "scan_output_axes": [-9]}, ROWS, "axis -9 of 'scan_output_axes' is none of"),
        ({"num_scan_inputs": 1}, X[0].reshape(()), "axis 0 of 'scan_input_axes' is none of a tensor of rank 0"),
        ({"num_scan_inputs": 1, "scan_input_axes": [0, 0]}, ROWS, "2 entries of 'scan_input_axes' are given"),
    ],
)
def test_scans(attributes: dict[str, Any], rows: Any, expected: str) -> None:
    """Numbers of sequences, and axes, also of no iterations."""
    node = helper.make_node("Scan", ["x", "q"], ["y", "z"], body=SCAN, **attributes)
    for given in (rows, rows[:0] if rows.ndim else rows):
        assert _message([node], {"x": X, "q": given}).startswith(f"node 'y' (Scan): {expected}")


@pytest.mark.parametrize(
    ("lengths", "states", "expected"),
    [
        ([2], np.ones((2, 2)), "its inputs do not have one batch and length"),
        ([2, 9], np.ones((2, 2)), "lengths of a batch of 2 must be between 0 and 3"),
        ([2, -1], np.ones((2, 2)), "lengths of a batch of 2 must be between 0 and 3"),
        ([2, 3], np.ones((3, 2)), "its inputs do not have one batch and length"),
    ],
)
def test_scans_of_batches(lengths: list[int], states: Any, expected: str) -> None:
    """Opset 8: lengths in a batch."""
    node = helper.make_node("Scan", ["l", "x", "q"], ["y", "z"], body=SCAN, num_scan_inputs=1)
    values = {"l": np.array(lengths), "x": states.astype(np.float32), "q": BATCHES}
    assert _message([node], values, opset=8).startswith(f"node 'y' (Scan): {expected}")


@pytest.mark.parametrize(
    ("inputs", "then", "condition", "expected"),
    [
        (["c"], WITH_INPUT, True, "nothing is given for input 'k'"),
        ([""], SHORT, True, "node 'y' (If): the first 1 of its inputs must be given"),
        (["c"], SHORT, [True, False], "node 'y' (If): a condition has 2 elements of bool; expected one"),
        (["c"], _graph([], [], []), True, "node 'y' (If): names 1 results, its bodies give 0"),
    ],
)
def test_branches(inputs: list[str], then: GraphProto, condition: Any, expected: str) -> None:
    """Conditions and bodies."""
    node = helper.make_node("If", inputs, ["y"], then_branch=then, else_branch=then)
    assert _message([node], {"c": np.array(condition), "x": X}).startswith(expected)


def test_sequences() -> None:
    """The first is one, and all are as long."""
    body = _graph([helper.make_node("Add", ["e", "f"], ["o"])], [_info("e"), _info("f")], ["o"])
    made = [helper.make_node("SequenceConstruct", ["x"] * n, [f"s{n}"]) for n in (1, 2)]
    for inputs in (["x", "s1"], ["s1", "s2"]):
        nodes = [*made, helper.make_node("SequenceMap", inputs, ["y"], body=body)]
        message = _message(nodes, {"x": X})
        assert message == "node 'y' (SequenceMap): its first input must be a sequence, and all sequences as long"
