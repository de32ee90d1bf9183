"""The engine `pwl`, which only our machine has: accelc gives it what it does faster than the others."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

import accelc
from accelc import Target
from accelc.dialects.graph import Graph
from accelc.kernels import Core, View

LAYERS = """
graph.func @main(%x : tensor<4x64xf32>) -> tensor<4x64xf32> attributes {input_names = ["x"], output_names = ["y"]} {
  %0 = graph.tanh %x : tensor<4x64xf32> -> tensor<4x64xf32>
  %1 = graph.relu %0 : tensor<4x64xf32> -> tensor<4x64xf32>
  graph.return %1 : tensor<4x64xf32>
}
"""


def test_the_compiler_uses_it(tmp_path: Path) -> None:
    (tmp_path / "net.mlir").write_text(LAYERS)
    passes = "partition-hierarchical{target=sketch-npu force=accelerator-first},lower-to-engine{target=sketch-npu}"
    command = [Path(sys.executable).parent / "accelc-opt", tmp_path / "net.mlir", "-p", passes]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "engine.activate on scalar tanh" in printed
    assert "engine.activate on pwl relu" in printed
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    compiled = accelc.compile_module(Parser(context, LAYERS).parse_module(), "sketch-npu", force="accelerator")
    x = np.linspace(-3, 3, 256, dtype=np.float32).reshape(4, 64)
    result = accelc.simulate(compiled, {"x": x})
    np.testing.assert_allclose(result.outputs["y"], np.maximum(np.tanh(x), 0), rtol=1e-6)
    (segment,) = result.segments
    assert segment.simulation is not None
    assert not segment.simulation.races
    assert segment.simulation.engines()["pwl"]["busy_ns"] == 32


def test_a_kernel_uses_it_and_its_cost_rule_times_it() -> None:
    @accelc.kernel(target="sketch-npu")
    def rectified(core: Core, x: View) -> None:
        tile = core.load(x)
        core.activation(tile, "relu", tile, engine="pwl")
        core.store(core.output("y", x.shape, "fp32"), tile)

    x = np.linspace(-3, 3, 256, dtype=np.float32).reshape(4, 64)
    result = rectified.compile(x=x).run(x=x)
    np.testing.assert_array_equal(result.outputs["y"], np.maximum(x, 0))
    # 64 elements of a partition at 0.25 cycles of 2 ns.
    assert result.simulation.engines()["pwl"]["busy_ns"] == 32


def test_what_it_does_not_execute() -> None:
    @accelc.kernel(target="sketch-npu")
    def wrong(core: Core, x: View) -> None:
        tile = core.load(x)
        core.activation(tile, "tanh", tile, engine="pwl")

    with pytest.raises(
        accelc.AccelcError, match=r"'pwl' applies 'tanh': target 'sketch-npu' has the functions identity"
    ):
        wrong.compile(x=np.zeros((4, 8), np.float32))
    assert Target.load("sketch-npu").added == ("pwl",)
