"""The dialect's documentation and Python constructors."""

import inspect
import re

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp, TensorType, f32
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.utils.exceptions import VerifyException

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import array_to_dense

DEFINED = re.compile(r"%(\w+)")


def example(op: type[Operation]) -> str:
    """The `mlir` example in an operation's docstring."""
    match = re.search(r"```mlir\n(.*?)```", inspect.getdoc(op) or "", re.DOTALL)
    assert match is not None, f"{op.name} has no example"
    return match.group(1)


def parse(text: str) -> ModuleOp:
    """A verified module."""
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(graph.Graph)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def operand_types(text: str) -> list[str]:
    """The `!graph.var<...>` and `tensor<...>` types of an example, in order."""
    return re.findall(r"!graph\.var<tensor<[^>]*>>|tensor<[^>]*>", text)


CALLED = """
graph.func @layer(%x : tensor<4xf32>) -> tensor<4xf32> {
  %w = graph.weight "layers.0.w" : tensor<4xf32>
  graph.return %w : tensor<4xf32>
}
"""
"""The function that the example of a call names."""

STRUCTURE = (graph.FuncOp, graph.PartitionOp, graph.ReturnOp, graph.YieldOp)


@pytest.mark.parametrize(
    "op", [op for op in graph.Graph.operations if op not in STRUCTURE], ids=lambda op: op.name.removeprefix("graph.")
)
def test_examples_in_docstrings_are_legal(op: type[Operation]) -> None:
    """Every example parses and verifies when its operands are arguments of the types it shows."""
    text = example(op)
    right = text.split(" = ", 1)[1] if text.startswith("%") else text
    names = DEFINED.findall(right.split("\n")[0])
    types = operand_types(right)[: len(names)]
    arguments = ", ".join(f"%{n} : {t}" for n, t in dict(zip(names, types, strict=True)).items())
    module = parse(f"{CALLED}graph.func @f({arguments}) {{\n{text}\ngraph.return\n}}")
    assert [o.name for o in list(module.ops)[1].walk()].count(op.name) == 1


@pytest.mark.parametrize("op", STRUCTURE[:2], ids=lambda op: op.name)
def test_examples_with_regions_are_legal(op: type[Operation]) -> None:
    """Functions and partitions."""
    text = example(op)
    if op is graph.PartitionOp:
        text = f"graph.func @f(%x : tensor<4xf32>) {{\n{text}\ngraph.return\n}}"
    assert op.name in [o.name for o in parse(text).walk()]


def test_large_constants_are_weights_unless_they_repeat_one_value() -> None:
    """More than 1024 different elements do not stand in the program."""
    graph.ConstantOp(array_to_dense(np.arange(1024))).verify()
    graph.ConstantOp(array_to_dense(np.zeros(5000))).verify()
    with pytest.raises(VerifyException, match=r"constant of 1025 elements, at most 1024; use graph.weight"):
        graph.ConstantOp(array_to_dense(np.arange(1025))).verify()


def test_constructors_infer_result_types() -> None:
    """Shapes follow from operands and attributes; negative axes count from the end."""
    x = graph.WeightOp("x", TensorType(f32, [1, 4, 8, 8]))
    w = graph.WeightOp("w", TensorType(f32, [6, 2, 3, 3]))
    v = graph.WeightOp("v", TensorType(f32, [4, 3, 2, 2]))
    inferred = [
        (graph.ConvOp(x, w, group=2, strides=(2, 2), pads=(1, 1, 1, 1)), (1, 6, 4, 4)),
        (graph.ConvTransposeOp(x, v, strides=(2, 2)), (1, 3, 16, 16)),
        (graph.PoolOp(x, "max", (2, 2), strides=(2, 2)), (1, 4, 4, 4)),
        (graph.ReduceOp(x, "mean", (-1, -2), keepdims=True), (1, 4, 1, 1)),
        (graph.SoftmaxOp(x, -1), (1, 4, 8, 8)),
        (graph.ArgmaxOp(x, -1), (1, 4, 8)),
        (graph.MatmulOp(x, x), (1, 4, 8, 8)),
        (graph.ConcatOp([x, x], -3), (1, 8, 8, 8)),
        (graph.GatherOp(x, graph.ConstantOp(array_to_dense(np.zeros((2, 3), np.int64))), 1), (1, 2, 3, 8, 8)),
        (graph.EqualOp(x, x), (1, 4, 8, 8)),
    ]
    for op, shape in inferred:
        op.verify()
        assert shape_of(op.results[0]) == shape
