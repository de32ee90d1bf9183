"""Modules of the `graph` dialect, built by another compiler, become programs."""

import re

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser

import accelc
from accelc import Pipeline
from accelc.dialects.engine import LaneOp
from accelc.dialects.graph import Graph
from accelc.errors import ModelError, UsageError

LAYER = """
graph.func @main(%x: tensor<8x4xf32>) -> tensor<8x6xf32> attributes {input_names = ["x"]} {
  %w = graph.weight "w" : tensor<4x6xf32>
  %0 = graph.matmul %x, %w : (tensor<8x4xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  %1 = graph.relu %0 : tensor<8x6xf32> -> tensor<8x6xf32>
  graph.return %1 : tensor<8x6xf32>
}
"""
W = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)


def parsed(text: str) -> ModuleOp:
    context = Context()
    for dialect in (Builtin, Graph, Arith):
        context.load_dialect(dialect)
    return Parser(context, text).parse_module()


def test_a_layer() -> None:
    module = parsed(LAYER)
    before = str(module)
    compiled = accelc.compile_module(module, "tiny", weights={"w": W})
    x = np.random.default_rng(1).standard_normal((8, 4)).astype(np.float32)
    result = accelc.simulate(compiled, {"x": x})
    np.testing.assert_allclose(result.outputs["result0"], np.maximum(x @ W, 0), rtol=1e-5, atol=1e-6)
    assert str(module) == before
    assert [value.name for value in compiled.program.inputs] == ["x"]
    assert compiled.count("accelerator") == 2


def test_with_a_pipeline_and_a_machine() -> None:
    lanes: set[str] = set()

    def look(name: str, module: ModuleOp) -> None:
        lanes.update(op.lane.data for op in module.walk() if isinstance(op, LaneOp))

    machine = accelc.Target.load("tiny").replace({"name": "small", "dma.rings_per_engine": 1})
    pipeline = Pipeline.named("compile").with_hooks(after=look)
    compiled = accelc.compile_module(parsed(LAYER), machine, weights={"w": W}, pipeline=pipeline)
    assert compiled.target.name == "small"
    assert {"tensor", "dma0"} <= lanes
    assert "dma1" not in lanes


@pytest.mark.parametrize(
    ("text", "weights", "message"),
    [
        (LAYER, {}, "no data given for weight 'w'"),
        (LAYER, {"w": W, "W": W}, "the module has no weight 'W' (its weights: w)"),
        (LAYER, {"w": W.T}, "weight 'w' is float32[6, 4], its type says float32[4, 6]"),
        (LAYER, {"w": W.astype(np.float16)}, "weight 'w' is float16[4, 6], its type says float32[4, 6]"),
        (LAYER.replace("@main", "@layer"), {"w": W}, "the module has no graph.func @main (its functions: @layer)"),
        ("builtin.module {}", {}, "the module has no graph.func @main (its functions: none)"),
        (
            LAYER.replace("(%x:", "(%z: tensor<1xf32>, %x:").replace('["x"]', '["x", "x"]'),
            {"w": W},
            "graph.func @main has several inputs of the name 'x': arrays are given by name",
        ),
        (
            LAYER.replace('["x"]', '["x"], output_names = ["x"]'),
            {"w": W},
            "graph.func @main has an input and an output of the name 'x': rename one",
        ),
        (LAYER + "%c = arith.constant 1.0 : f32", {"w": W}, "the module holds 'arith.constant', which is not of the"),
    ],
)
def test_wrong_modules(text: str, weights: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(message)):
        accelc.compile_module(parsed(text), "tiny", weights=weights)


def test_wrong_options() -> None:
    with pytest.raises(UsageError, match="unknown precision 'bf17'; did you mean 'bf16'"):
        accelc.compile_module(parsed(LAYER), "tiny", weights={"w": W}, precision="bf17")


def test_a_module_that_does_not_verify() -> None:
    module = parsed(LAYER)
    next(op for op in module.walk() if op.name == "graph.return").detach()
    with pytest.raises(ModelError, match="the module does not verify: "):
        accelc.compile_module(module, "tiny", weights={"w": W})
