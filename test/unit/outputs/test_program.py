"""Outputs of `accelc-opt -t`: the same program as the compiler's own, and located refusals of what is not lowered."""

from pathlib import Path

import numpy as np
import pytest

from accelc import simulate
from accelc.cli.opt import main

GRAPH = """
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> attributes {input_names = ["x"], output_names = ["y"]} {
  %w = graph.weight "w" : tensor<8x8xf32>
  %0 = graph.relu %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %1 = graph.matmul %0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  graph.return %1 : tensor<4x8xf32>
}
"""
LOWERED = """
engine.program @p target "tiny" {
  %x = engine.buffer "x" input hbm<16xf32> at 0
  %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
  engine.dma_copy on dma0 %x[0 + (4, 4):(4, 1)] to %a[0:4, 0:4]
  engine.end
}
"""


def passes(weights: str, force: str = "accelerator") -> str:
    """The pipeline to where output begins."""
    return (
        f'normalize-inplace,decompose{{weights="{weights}"}},partition-hierarchical{{target=tiny force="{force}"}},'
        f'lower-to-engine{{target=tiny weights="{weights}" save="all.safetensors"}},schedule-engines,assign-memory'
    )


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def test_a_function_and_its_partitions(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The container computes the function; to standard output and to a file it is the same; text assembles to it."""
    from accelc.weights import save_weights

    rng = np.random.default_rng(0)
    weight, x = rng.integers(-4, 5, (8, 8)).astype(np.float32), rng.integers(-4, 5, (4, 8)).astype(np.float32)
    save_weights("w.safetensors", {"w": weight})
    Path("g.mlir").write_text(GRAPH, encoding="utf-8")
    words = ["g.mlir", "-p", passes("w.safetensors"), "-t"]
    assert main([*words, 'acx{weights="all.safetensors"}', "-o", "out.acx"]) == 0
    result = simulate("out.acx", {"x": x})
    assert np.array_equal(result.outputs["y"], np.maximum(x, 0) @ weight)
    assert main([*words, 'acx{weights="all.safetensors"}']) == 0
    assert capfdbinary.readouterr().out == Path("out.acx").read_bytes()
    assert main([*words, 'acx{weights="all.safetensors" file="other.acx"}']) == 0
    assert Path("other.acx").read_bytes() == Path("out.acx").read_bytes()


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (
            LOWERED,
            " at 0\n  engine.dma",
            "\n  engine.dma",
            'engine.buffer "a" has no address; run -p schedule-engines,',
        ),
        (LOWERED, "\nengine.program", '\n"test.op"() : () -> ()\nengine.program', "is of neither graph nor engine"),
        (LOWERED, '"x" input', '"x" weight', "expected 'p.x' in the safetensors file of the option weights=FILE"),
        (
            LOWERED,
            "engine.program @p",
            'engine.program @q target "trn-like" { engine.end }\nengine.program @p',
            "emit them",
        ),
        (GRAPH + LOWERED, "@q", "@q", "graph.relu stands in no partition; run -p normalize-inplace,"),
        ("module {}", "", "", "the module is empty: expected engine programs"),
    ],
)
def test_what_is_not_lowered(capsys: pytest.CaptureFixture[str], text: str, old: str, new: str, expected: str) -> None:
    """One message points at the operation and says which passes are missing; no file is left behind."""
    Path("t.mlir").write_text(text.replace(old, new), encoding="utf-8")
    for target in ("acx", "accelc-asm"):
        assert main(["t.mlir", "--allow-unregistered-dialect", "-t", target, "-o", "out"]) == 1
        assert expected in capsys.readouterr().err
    assert not Path("out").exists()


def test_buffers_that_overwrite_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    program = """
    engine.program @p target "tiny" {
      %a = engine.buffer "a" scratch sbuf<4x4xf32> at 0
      %b = engine.buffer "b" scratch sbuf<4x4xf32> at 8
      engine.memset on vector 1.0 into %a[0:4, 0:4]
      engine.memset on vector 1.0 into %b[0:4, 0:4]
      engine.copy on vector %a[0:4, 0:4] into %b[0:4, 0:4]
      engine.end
    }
    """
    Path("p.mlir").write_text(program, encoding="utf-8")
    assert main(["p.mlir", "-t", "acx", "-o", "p.acx"]) == 1
    assert 'engine.copy reads "a" (at byte 0 of sbuf) after "b" (at byte 8 of sbuf)' in capsys.readouterr().err
    assert not Path("p.acx").exists()


def test_repeated_layers_with_weights_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Several sets of weights for one program are packed by the compiler only; layers as they are have one each."""
    from accelc.weights import save_weights

    layers = "".join(
        f"""
  %w{i} = graph.weight "w{i}" : tensor<8x8xf32>
  %m{i} = graph.matmul {f"%r{i - 1}" if i else "%x"}, %w{i} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r{i} = graph.relu %m{i} : tensor<4x8xf32> -> tensor<4x8xf32>"""
        for i in range(4)
    )
    kind = "tensor<4x8xf32>"
    text = f"graph.func @main(%x : {kind}) -> {kind} {{{layers}\n  graph.return %r3 : {kind}\n}}"
    Path("g.mlir").write_text(text, encoding="utf-8")
    weights = {f"w{i}": np.eye(8, dtype=np.float32)[::-1] * (i + 1) for i in range(4)}
    save_weights("w.safetensors", weights)
    target = ["-t", 'acx{weights="all.safetensors"}', "-o", "g.acx"]
    outlined = passes("w.safetensors").replace("partition-", "outline-repeats{least-saved=1},partition-", 1)
    assert main(["g.mlir", "-p", outlined, *target]) == 1
    expected = "is called with several sets of weights, which only accelc compile packs; do not outline repeats"
    assert expected in capsys.readouterr().err
    assert not Path("g.acx").exists()
    assert main(["g.mlir", "-p", passes("w.safetensors"), *target]) == 0
    x = np.arange(32, dtype=np.float32).reshape(4, 8)
    np.testing.assert_array_equal(simulate("g.acx", {"arg0": x}).outputs["result0"], x * 24)


def test_programs_that_nothing_reaches(capsys: pytest.CaptureFixture[str]) -> None:
    """A program without a partition would be lost."""
    function = GRAPH.split("  %w")[0] + "  graph.return %x : tensor<4x8xf32>\n}\n"
    Path("t.mlir").write_text(function + LOWERED, encoding="utf-8")
    assert main(["t.mlir", "-t", "acx"]) == 1
    assert "engine.program @p belongs to no partition that @main reaches" in capsys.readouterr().err
