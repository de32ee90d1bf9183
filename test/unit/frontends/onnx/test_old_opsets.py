"""Models of opset 6 and older mean what they meant."""

from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx_support import execute

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx, load_model

X = np.linspace(-3, 3, 3 * 3 * 3, dtype=np.float32).reshape(3, 3, 3)
SLOPES = np.array([0.1, 0.2, 0.4], np.float32)


def model(
    kind: str, weight: np.ndarray[Any, Any], shape: tuple[int, ...] | None = X.shape, **attributes: Any
) -> ModelProto:
    """One node on x and a weight, in opset 6."""
    node = helper.make_node(kind, ["x", "w"], ["y"], "n", **attributes)
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)]
    graph = helper.make_graph([node], "g", infos, outputs, [numpy_helper.from_array(weight, "w")])
    graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, weight.shape))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 6)], ir_version=3)


def check(proto: ModelProto, expected: np.ndarray[Any, Any]) -> None:
    """The interpreter gives what is expected, for operands that all fit in several ways."""
    for (found,) in execute(import_onnx(proto), [X]):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_axes_of_operands() -> None:
    """`broadcast` and `axis` placed the second operand."""
    check(model("Add", SLOPES, broadcast=1, axis=0), X + SLOPES[:, None, None])
    check(model("Add", SLOPES, broadcast=1, axis=1), X + SLOPES[:, None])
    check(model("Mul", SLOPES, broadcast=1, axis=-1), X * SLOPES)
    check(model("Mul", SLOPES, broadcast=1), X * SLOPES)
    square = np.arange(9, dtype=np.float32).reshape(3, 3)
    check(model("Sub", square, broadcast=1, axis=0), X - square[:, :, None])
    check(model("Div", SLOPES[:1].reshape(()), broadcast=1, axis=0), X / SLOPES[0])


def test_slopes_are_those_of_channels() -> None:
    """Along axis 1, though they would fit the last one; a single one is for all."""
    check(model("PRelu", SLOPES), np.where(X > 0, X, X * SLOPES[:, None]))
    check(model("PRelu", SLOPES[:1]), np.where(X > 0, X, X * SLOPES[0]))


def test_bodies() -> None:
    """What the converter would get wrong there is refused."""
    proto = model("Add", SLOPES, broadcast=1, axis=1)
    body = helper.make_graph(list(proto.graph.node), "body", [], list(proto.graph.output))
    node = helper.make_node("If", ["c"], ["z"], "if", then_branch=body, else_branch=body)
    del proto.graph.node[:]
    proto.graph.node.append(node)
    pattern = r"^node 'if' \(If\): operators of its body are broadcast along an axis, which cannot be converted; export"
    with pytest.raises(ModelError, match=pattern):
        load_model(proto)


def test_slopes_of_operands_without_a_rank() -> None:
    """Nobody can say which axis they are for."""
    proto = model("PRelu", SLOPES)
    proto.graph.input[0].type.tensor_type.ClearField("shape")
    proto.graph.output[0].type.tensor_type.ClearField("shape")
    message = (
        r"^node 'n' \(PRelu\): the rank of 'x' is not known, so neither is how the operands are broadcast; "
        r"export the model with opset 7 or newer$"
    )
    with pytest.raises(ModelError, match=message):
        load_model(proto)


@pytest.mark.parametrize(("kind", "function"), [("Less", np.less), ("Greater", np.greater), ("Equal", np.equal)])
def test_operators_that_the_converter_does_not_know(kind: str, function: Any) -> None:
    """Comparisons are aligned here, along an axis or not."""
    weight = SLOPES if kind != "Equal" else SLOPES.astype(np.int32)
    proto = model(kind, weight, broadcast=1, axis=0)
    proto.graph.output[0].type.tensor_type.elem_type = TensorProto.BOOL
    x = X.astype(weight.dtype)
    for info in proto.graph.input:
        info.type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(weight.dtype)
    for (found,) in execute(import_onnx(proto), [x]):
        np.testing.assert_array_equal(found, function(x, weight[:, None, None]))


def test_reasons_are_without_lines_of_the_converter() -> None:
    """Only what it says."""
    pattern = r"^model uses opset 6, which cannot be converted to opset 8: .*Gone.*; export it with opset 7 or newer$"
    with pytest.raises(ModelError, match=pattern) as raised:
        load_model(model("Gone", SLOPES))
    assert "Assertion" not in str(raised.value)


def test_operands_that_are_missing() -> None:
    """Named before anything is aligned."""
    proto = model("Add", SLOPES, broadcast=1, axis=0)
    del proto.graph.node[0].input[1:]
    with pytest.raises(ModelError, match=r"^node 'n' \(Add\): input 1 is missing$"):
        load_model(proto)
