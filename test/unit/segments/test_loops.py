"""Functions that are called once for each chunk become loops of launches, also inside one another."""

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin

from accelc.dialects.graph import FuncOp, Graph
from accelc.interpreters.graph import find_function, run
from accelc.isa.program import Program, ValueType
from accelc.isa.steps import Repeat, depth
from accelc.parsing import parse_module
from accelc.passes.partition_hierarchical import partition_hierarchical
from accelc.pipelines import compile_partition
from accelc.runtime.execute import execute
from accelc.segments import build_segments
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

TARGET = load_target("trn-like")
TEXT = """
graph.func @inner(%x: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = graph.weight "w0" : tensor<8xf32>
  %y = graph.mul %x, %w : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %z = graph.add %y, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  graph.return %z : tensor<4x8xf32>
}
graph.func @outer(%x: tensor<12x8xf32>, %b: tensor<4x8xf32>) -> tensor<12x8xf32> {
  %y = graph.call @inner(%x, %b) times 3 along [0, -1] joining [0]
    : (tensor<12x8xf32>, tensor<4x8xf32>) -> tensor<12x8xf32>
  %z = graph.call @inner(%y, %b) times 3 along [0, -1] joining [0] {weights = {"w0" = "w1"}}
    : (tensor<12x8xf32>, tensor<4x8xf32>) -> tensor<12x8xf32>
  graph.return %z : tensor<12x8xf32>
}
graph.func @main(%x: tensor<24x8xf32>) -> tensor<24x8xf32> {
  %b = graph.weight "b" : tensor<4x8xf32>
  %y = graph.call @outer(%x, %b) times 2 along [0, -1] joining [0]
    : (tensor<24x8xf32>, tensor<4x8xf32>) -> tensor<24x8xf32>
  graph.return %y : tensor<24x8xf32>
}
"""


@pytest.mark.parametrize("home", ["host", "accelerator"])
def test_loops_in_loops_compute_what_the_module_does(home: str) -> None:
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    module = parse_module(context, TEXT, "loops")
    rng = np.random.default_rng(0)
    x = rng.integers(-8, 9, (24, 8)).astype(np.float32)
    weights = {name: rng.integers(-3, 4, 8).astype(np.float32) for name in ("w0", "w1")}
    weights["b"] = rng.integers(-8, 9, (4, 8)).astype(np.float32)
    (expected,) = run(module, [x], weights)
    partition_hierarchical(module, TARGET, home, weights=weights)
    function: FuncOp = find_function(module)
    built = build_segments(
        function, weights, lambda op, name, takes, gives, data: compile_partition(op, name, takes, gives, data, TARGET)
    )
    assert depth(built.steps) == 2
    assert [step.count for step in built.steps if isinstance(step, Repeat)] == [2]
    kind = (np.dtype(np.float32).name, x.shape)
    program = Program(
        target_text=canonical_toml(TARGET),
        inputs=(ValueType("arg0", *kind),),
        outputs=(ValueType("result0", *kind),),
        segments=tuple(built.segments),
        weights=built.weights,
        steps=built.steps,
        buffers=tuple(built.buffers),
    )
    result = execute(program, TARGET, {"arg0": x})
    np.testing.assert_array_equal(result.outputs["result0"], expected)
    assert len(result.segments) == 2 * (3 + 3)
