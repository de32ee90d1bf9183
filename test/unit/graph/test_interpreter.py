"""The interpreter of `graph`: movement, constants, what it checks, framework operators and partitions."""

from collections.abc import Sequence

import ml_dtypes
import numpy as np
import pytest
from graph_support import Array, check, execute, floats, onnx_run, program

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_to_dense, array_type, dense_to_array
from accelc.errors import ModelError
from accelc.interpreters.graph import EVALUATORS, run


def test_movements() -> None:
    """Reshape, transpose, slice (forward and backward), concat, broadcast, insert_slice, pad."""
    x = floats(4, 6)
    check(execute(graph.ReshapeOp, x, shape=(3, 8)), [x.reshape(3, 8)])
    check(execute(graph.TransposeOp, x, perm=(1, 0)), [x.T])
    check(execute(graph.SliceOp, x, starts=(3, 1), sizes=(4, 2), steps=(-1, 3)), [x[::-1, 1:5:3]])
    check(execute(graph.SliceOp, x, starts=(0, 0), sizes=(0, 6)), [x[:0]])
    check(execute(lambda *v: graph.ConcatOp(v, 1), x, x[:, :2].copy()), [np.concatenate([x, x[:, :2]], 1)])
    check(execute(graph.BroadcastOp, x[:, :1].copy(), shape=(2, 4, 3)), [np.broadcast_to(x[:, :1], (2, 4, 3))])
    expected = x.copy()
    expected[1::2, ::-2] = 0
    check(
        execute(graph.InsertSliceOp, np.zeros((2, 3), np.float32), x, starts=(1, 5), steps=(2, -2)),
        [expected],
    )
    padded = np.full((4, 11), 9, np.int64)
    padded[1:4:2, 1:9:3] = np.arange(6).reshape(2, 3)
    x64 = np.arange(6).reshape(2, 3)
    check(execute(graph.PadOp, x64, low=(1, 1), high=(0, 3), interior=(1, 2), value=9.0), [padded])


def test_gather_agrees_with_onnxruntime_and_refuses_wrong_indices() -> None:
    """Negative indices count from the end; others outside the axis are an error with the node's name."""
    x, i = floats(3, 5, 2), np.array([[0, -1], [4, 2]])
    check(execute(graph.GatherOp, x, i, axis=1), onnx_run("Gather", x, i, axis=1))
    with pytest.raises(ModelError, match=r"graph.gather \('emb'\): index 5 is outside the axis 1 of 5 elements"):
        execute(graph.GatherOp, x, np.array([5]), axis=1, loc_name="emb")


@pytest.mark.parametrize(
    "array",
    [
        np.array([True, False, True]),
        np.array([1, -1], np.int8),
        np.array([200, 3], np.uint8),
        np.array(7),
        np.array([1.5, -0.0, np.inf], ml_dtypes.bfloat16),
        np.array([[1.5, 448.0]], ml_dtypes.float8_e4m3fn),
        np.array([1e-8, 2.0], np.float16),
        np.zeros((0, 3), np.int64),
    ],
)
def test_constants_keep_every_bit(array: Array) -> None:
    """Array to inline elements and back."""
    back = dense_to_array(array_to_dense(array))
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_every_operation_has_an_evaluator() -> None:
    """All pure operations; structure and in-place operations are executed by the runner itself."""
    by_runner = {
        *(graph.WeightOp, graph.PartitionOp, graph.CallFrameworkOp, graph.FuncOp, graph.ReturnOp, graph.YieldOp),
        *(graph.ForOp, graph.IfOp, graph.CallOp),
        *(graph.VariableOp, graph.LoadOp, graph.StoreOp, graph.ApplyOp),
        *(graph.ViewSliceOp, graph.ViewTransposeOp, graph.ViewReshapeOp, graph.ViewBroadcastOp),
    }
    assert set(EVALUATORS) | by_runner == set(graph.Graph.operations)


def test_weights_and_inputs_are_checked() -> None:
    """A missing weight, a weight or an input of another type, and a wrong number of inputs are errors."""
    x = floats(2, 3)
    function = program([x], lambda v: [w := graph.WeightOp("fc.w", array_type(x)), graph.AddOp(v[0], w)])
    check(run(function, [x], {"fc.w": x}), [x + x])
    for inputs, weights, message in (
        ([x], {}, "weight 'fc.w' is missing"),
        ([x], {"fc.w": x[:1]}, r"weight 'fc.w' is float32\[1, 3\], expected float32\[2, 3\]"),
        ([x.astype(np.float64)], {"fc.w": x}, r"input #0 is float64\[2, 3\], expected float32\[2, 3\]"),
        ([], {"fc.w": x}, "0 inputs given, the program takes 1: #0"),
    ):
        with pytest.raises(ModelError, match=message):
            run(function, inputs, weights)


def test_framework_operators_go_through_the_callback() -> None:
    """The callback gets the operation and its operands; its results are checked; without one it is an error."""
    x = floats(4)
    function = program(
        [x], lambda v: [graph.CallFrameworkOp("Reverse", [v[0]], [array_type(x)], domain="my", loc_name="n1")]
    )
    seen: list[str] = []

    def framework(op: graph.CallFrameworkOp, operands: Sequence[Array]) -> list[Array]:
        seen.append(op.op_type.data)
        return [operands[0][::-1]]

    check(run(function, [x], {}, framework), [x[::-1]])
    assert seen == ["Reverse"]
    with pytest.raises(ModelError, match=r"operator Reverse of graph.call_framework \('n1'\) needs the framework"):
        run(function, [x], {})
    with pytest.raises(ModelError, match=r"result 0 of Reverse .* is float32\[2\], expected float32\[4\]"):
        run(function, [x], {}, lambda _op, operands: [operands[0][:2]])


def test_partitions_execute_as_their_bodies() -> None:
    """A partition computes what its operations compute."""
    x = floats(4)
    inner = program([x], lambda v: [graph.NegOp(v[0])])
    block = inner.body.block
    values = inner.return_op.values
    block.insert_op_before(graph.YieldOp(values), inner.return_op)
    block.erase_op(inner.return_op)
    body = inner.detach_region(0)
    outer = program([x], lambda v: [graph.PartitionOp("host", [v[0]], [array_type(x)], body)])
    check(run(outer, [x], {}), [-x])
