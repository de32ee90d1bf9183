"""Files of our `graph` dialect are models of the commands and of Python, with their weights beside them."""

import re
from pathlib import Path

import numpy as np
import pytest

import accelc
from accelc.cli.main import main
from accelc.cli.opt import main as opt
from accelc.errors import AccelcError
from accelc.weights import save_weights

LAYER = """
graph.func @main(%x: tensor<8x4xf32>) -> tensor<8x6xf32> attributes {input_names = ["x"]} {
  %w = graph.weight "w" : tensor<4x6xf32>
  %0 = graph.matmul %x, %w : (tensor<8x4xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  %1 = graph.relu %0 : tensor<8x6xf32> -> tensor<8x6xf32>
  graph.return %1 : tensor<8x6xf32>
}
"""
W = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
X = np.random.default_rng(1).standard_normal((8, 4)).astype(np.float32)


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A file with its weights, and one of another module."""
    path = tmp_path / "layer.mlir"
    path.write_text(LAYER, encoding="utf-8")
    save_weights(tmp_path / "layer.safetensors", {"w": W, "of_another": W})
    return path


def test_it_runs(layer: Path) -> None:
    result = accelc.run(layer, "tiny", inputs={"x": X})
    np.testing.assert_allclose(np.asarray(result.outputs["result0"]), np.maximum(X @ W, 0), rtol=1e-5, atol=1e-6)
    assert result.comparison is not None
    assert result.comparison.oracle == "accelc.interpreters.graph"
    assert result.comparison.within_tolerance
    compiled = accelc.compile(layer, "tiny")
    assert compiled.count("accelerator") == 2
    assert {entry.loc_name for segment in compiled.program.segments for entry in segment.debug} >= {"graph.matmul.3"}  # pyright: ignore
    assert set(compiled.ideal_cycles) == {"graph.matmul.3"}


def test_its_generic_form_is_the_same_program(layer: Path, tmp_path: Path) -> None:
    generic = tmp_path / "generic.mlir"
    assert opt([str(layer), "--print-op-generic", "-o", str(generic)]) == 0
    assert '"graph.func"()' in generic.read_text(encoding="utf-8")
    (tmp_path / "generic.safetensors").write_bytes((tmp_path / "layer.safetensors").read_bytes())
    same = accelc.compile(generic, "tiny").program.disassemble() == accelc.compile(layer, "tiny").program.disassemble()
    assert same


def test_the_commands(layer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "layer.acx"
    assert main(["compile", str(layer), "--target", "tiny", "-o", str(program)]) == 0
    assert main(["run", str(layer), "--target", "tiny"]) == 0
    assert "accelc.interpreters.graph: within tolerance" in capsys.readouterr().out
    assert main(["profile", str(layer), "--target", "tiny"]) == 0
    assert "MFU" in capsys.readouterr().out
    assert [value.name for value in accelc.Program.load(program).outputs] == ["result0"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("@main", "@layer", "layer.mlir': the module has no graph.func @main (its functions: @layer)"),
        ('weight "w"', 'weight "v"', "layer.safetensors' has no weight 'v'"),
        ("tensor<4x6xf32>\n", "tensor<4x6xf16>\n", "layer.mlir:4:"),
        ("graph.relu %0", "graph.relu %2", "layer.mlir:"),
        ("8x", "?x", "has a dynamic size; all sizes are static here"),
        (
            "%1 = graph.relu %0 : tensor<8x6xf32> -> tensor<8x6xf32>",
            '%1 = "other.relu"(%0) : (tensor<8x6xf32>) -> tensor<8x6xf32>',
            "the module holds 'other.relu', which is not of the dialect graph",
        ),
    ],
)
def test_mistakes(layer: Path, old: str, new: str, message: str) -> None:
    layer.write_text(LAYER.replace(old, new), encoding="utf-8")
    with pytest.raises(AccelcError, match=re.escape(message)):
        accelc.compile(layer, "tiny")
    assert main(["run", str(layer), "--target", "tiny"]) == 1


def test_weights_that_are_not_there(layer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside = layer.with_suffix(".safetensors")
    beside.write_bytes(beside.read_bytes()[:40])
    assert main(["run", str(layer), "--target", "tiny"]) == 1
    assert "layer.safetensors': " in capsys.readouterr().err
    beside.unlink()
    assert main(["run", str(layer), "--target", "tiny"]) == 1
    assert "layer.mlir' has the weight 'w': expected its data in '" in capsys.readouterr().err
    assert main(["run", str(layer), "--target", "tiny", "--random-weights", "1"]) == 1
    assert "the weights of an MLIR program are in its text, or beside it" in capsys.readouterr().err
