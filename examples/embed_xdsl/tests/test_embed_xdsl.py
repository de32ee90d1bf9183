"""The installed package with accelc's installed wheel: commands as users type them, numbers against NumPy."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embed_xdsl.dialect import Sketch
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

from accelc import Pipeline, compile, compile_module, simulate
from accelc.dialects.graph import Graph
from accelc.weights import save_weights

HERE = Path(__file__).parent


def run(folder: Path, *words: str | Path, status: int = 0) -> str:
    """Output of a command, errors after it."""
    command = [Path(sys.executable).parent / words[0], *words[1:]]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout + result.stderr


def _context() -> Context:
    context = Context()
    for dialect in (Builtin, Graph, Sketch):
        context.load_dialect(dialect)
    return context


@pytest.fixture
def arrays(tmp_path: Path) -> dict[str, np.ndarray]:
    """Weights in the file `w`, and an input, small integers: sums are exact in any order."""
    rng = np.random.default_rng(0)
    shapes = {"w": (8, 16), "b": (16,), "x": (4, 8)}
    made = {name: rng.integers(-4, 5, shape).astype(np.float32) for name, shape in shapes.items()}
    save_weights(tmp_path / "w", {name: made[name] for name in ("w", "b")})
    return made


def test_own_driver_from_layers_to_a_container(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    """A subclass of xDSL's driver runs our passes between accelc's, for our machine, to accelc's target `acx`."""
    target = 'acx{weights="w.lowered" file="net.acx"}'
    assert run(tmp_path, "sketch-opt", HERE / "layers.mlir", "--compile", "w", "-t", target) == ""
    result = simulate(tmp_path / "net.acx", {"x": arrays["x"]})
    assert np.array_equal(result.outputs["y"], np.maximum(arrays["x"] @ arrays["w"] + arrays["b"], 0))
    text = run(tmp_path, "accelc", "dis", "net.acx")
    assert '|name = "sketch-npu"' in text
    assert text.count("func=relu") == 1


def test_a_kernel_goes_to_engine_directly(tmp_path: Path) -> None:
    """One op of ours becomes an engine program; accelc orders, places and synchronizes it."""
    passes = "convert-sketch-to-engine,schedule-engines{heuristic=shortest-first},assign-memory"
    run(tmp_path, "xdsl-opt", HERE / "kernel.mlir", "-p", passes, "-t", 'acx{file="half.acx"}')
    x = np.arange(64, dtype=np.float32)
    result = simulate(tmp_path / "half.acx", {"x": x})
    assert np.array_equal(result.outputs["y"], x / 2)
    assembly = run(tmp_path, "xdsl-opt", HERE / "kernel.mlir", "-p", passes, "-t", "accelc-asm")
    assert "tensor_scalar" in assembly
    message = run(tmp_path, "sketch-opt", HERE / "kernel.mlir", "-t", "accelc-asm", status=1)
    assert "sketch.scale is of neither graph nor engine; lower it first" in message


def test_mistakes_are_one_message(tmp_path: Path) -> None:
    """Of text, of bytes, of files and of the command line: no traceback."""
    (tmp_path / "bad.mlir").write_text("graph.func @", encoding="utf-8")
    (tmp_path / "bytes.mlir").write_bytes(b"\xff\xfe")
    for words, expected in (
        (["bad.mlir"], "Unexpected end of file after @"),
        (["bytes.mlir"], "can't decode byte 0xff"),
        (["absent.mlir"], "No such file or directory: 'absent.mlir'"),
        ([HERE / "layers.mlir", "-p", "nothing"], "Unrecognized passes: ['nothing']"),
        ([HERE / "layers.mlir", "-p", "cse{"], "Expected argument name here"),
    ):
        message = run(tmp_path, "sketch-opt", *words, status=1)
        assert message.startswith("error: ")
        assert expected in message
        assert "Traceback" not in message


@pytest.mark.parametrize("tool", ["xdsl-opt", "accelc-opt", "sketch-opt"])
def test_every_driver_sees_both_universes(tool: str, tmp_path: Path) -> None:
    """Dialects and passes of both packages, in tools of three; a pass of ours stands between accelc's."""
    passes = "normalize-inplace,convert-sketch-to-graph,sketch-drop-relu,decompose"
    printed = run(tmp_path, tool, HERE / "layers.mlir", "-p", passes)
    assert printed.count("graph.relu") == 1
    assert "sketch." not in printed


def test_decompositions_by_entry_point(tmp_path: Path) -> None:
    """accelc's own pass takes our ops apart without a pass of ours."""
    printed = run(tmp_path, "accelc-opt", HERE / "layers.mlir", "-p", "decompose")
    assert printed.count("graph.relu") == 2
    assert "sketch." not in printed


def test_an_operation_stays_in_the_graph_until_it_is_lowered(tmp_path: Path) -> None:
    """`sketch.clamp` passes through accelc's graph passes and becomes one instruction of two steps."""
    passes = "normalize-inplace,decompose,partition-hierarchical{target=sketch-npu force=accelerator-first}"
    printed = run(tmp_path, "accelc-opt", HERE / "clamp.mlir", "-p", passes)
    assert 'graph.partition "accelerator"' in printed
    assert "sketch.clamp" in printed.split("graph.partition")[1]
    lowered = f"{passes},lower-to-engine{{target=sketch-npu}},schedule-engines,assign-memory"
    run(tmp_path, "xdsl-opt", HERE / "clamp.mlir", "-p", lowered, "-t", 'acx{file="clamp.acx"}')
    assert run(tmp_path, "accelc", "dis", "clamp.acx").count("ts op0=max op1=min value0=-1.5 value1=2.0") == 1
    x = np.linspace(-4, 4, 32, dtype=np.float32).reshape(4, 8)
    result = simulate(tmp_path / "clamp.acx", {"x": x})
    assert np.array_equal(result.outputs["y"], np.clip(x, np.float32(-1.5), np.float32(2)))
    assert "races       0" in run(tmp_path, "accelc", "sim", "clamp.acx")


def test_the_host_and_a_module_in_python(tmp_path: Path) -> None:
    """What the operation computes is executed where it is placed, in the container too; text is a module too."""
    module = Parser(_context(), (HERE / "clamp.mlir").read_text(encoding="utf-8")).parse_module()
    x = np.linspace(-4, 4, 32, dtype=np.float32).reshape(4, 8)
    expected = np.clip(x, np.float32(-1.5), np.float32(2))
    for force in (None, "host", "accelerator"):
        compiled = compile_module(module, "sketch-npu", force=force)
        assert compiled.count(force or "accelerator") == 1
        assert np.array_equal(simulate(compiled, {"x": x}).outputs["y"], expected)
        compiled.program.save(tmp_path / "clamp.acx")
        assert np.array_equal(simulate(tmp_path / "clamp.acx", {"x": x}).outputs["y"], expected)


def test_names_of_ours_in_python(tmp_path: Path) -> None:
    """A pipeline with a pass and a heuristic of ours by name, on a file of ours, for a machine of ours."""
    pipeline = Pipeline.named("compile")
    pipeline = pipeline.insert_after("decompose", "sketch-drop-relu")
    pipeline = pipeline.insert_after("schedule-engines", "schedule-engines{heuristic=shortest-first}")
    compiled = compile(HERE / "net.sketch", "sketch-npu", pipeline=pipeline)
    plain = compile(HERE / "net.sketch", "sketch-npu")
    assert (plain.count("accelerator"), compiled.count("accelerator")) == (8, 7)
    x = np.ones((4, 8), np.float32)
    assert np.array_equal(simulate(compiled, {"x": x}).outputs["y"], simulate(plain, {"x": x}).outputs["y"])


def test_front_end_and_machine_by_entry_points(tmp_path: Path) -> None:
    """`accelc run` reads our files and simulates our machine, and says what it compared with."""
    assert "sketch-npu" in run(tmp_path, "accelc", "targets")
    report = run(tmp_path, "accelc", "run", HERE / "net.sketch", "--target", "sketch-npu", "--random-weights", "7")
    assert "accelc.interpreters.graph: within tolerance" in report
    (tmp_path / "bad.sketch").write_text("input 4 8\ndense many\n", encoding="utf-8")
    assert run(tmp_path, "accelc", "run", "bad.sketch", status=1) == (
        "error: bad.sketch:2: 'many' is no size from 1 to 4096\n"
    )
