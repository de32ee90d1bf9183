"""The built wheel, installed alone, gives plain `xdsl-opt` all dialects and passes; another package builds on it."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp, StringAttr, f32
from xdsl.ir import Block, Region
from xdsl.parser import Parser

from accelc.cli.opt import AccelcOptMain
from accelc.dialects import engine, tile
from accelc.dialects.engine import AccessAttr, BufferType, i64_attr
from accelc.registry import DIALECTS, PASSES

ROOT = Path(__file__).parents[3]
PACKAGED = ("pyproject.toml", "README.md", "LICENSE", "accelc", "dialects", "passes")
GRAPH = """
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = "graph.relu"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  "graph.return"(%0) : (tensor<4x8xf32>) -> ()
}
"""


def run(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Result of a command in `folder`, where no source of accelc can be imported by accident."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def succeeded(result: subprocess.CompletedProcess[str]) -> str:
    """Standard output of a command that must succeed."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from a copy of the sources, so that nothing is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKAGED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    succeeded(run([sys.executable, "-m", "build", "--wheel", "--outdir", source / "dist", source], source))
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the commands of an environment that holds the wheel and its run-time requirements only."""
    home = tmp_path_factory.mktemp("environment")
    succeeded(run([sys.executable, "-m", "venv", home], home))
    succeeded(run([home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], home))
    return home / "bin"


def module_text() -> str:
    """A module with operations of the three dialects, in custom syntax."""
    module = ModuleOp([])
    context = AccelcOptMain(args=["-"]).ctx
    for op in Parser(context, GRAPH).parse_module().body.block.ops:
        op.detach()
        module.body.block.add_op(op)
    block = Block()
    pattern = AccessAttr.of(0, 4, (8,))
    flat = AccessAttr.of(0, 1, (32,))
    with ImplicitBuilder(block):
        source = engine.BufferOp("in0", "input", BufferType.of((32,), f32, "hbm")).result
        onchip = engine.BufferOp("a", "scratch", BufferType.of((4, 8), f32, "sbuf")).result
        copied = engine.BufferOp("b", "scratch", BufferType.of((4, 8), f32, "sbuf")).result
        engine.DmaCopyOp.create(
            operands=[source, onchip],
            attributes={"lane": StringAttr("dma0"), "source_ap": flat, "destination_ap": pattern},
        )
        tile.CopyOp.create(
            operands=[onchip, copied],
            attributes={
                "lane": StringAttr("vector"),
                "source_ap": pattern,
                "out_ap": pattern,
                "blocks": i64_attr(2),
            },
        )
        engine.EndOp.create()
    module.body.block.add_op(engine.ProgramOp("program", "tiny", Region(block)))
    module.verify()
    return str(module)


@pytest.mark.slow
def test_wheel_contents(wheel: Path) -> None:
    """Nothing generic lands beside the package, and its data files are in it."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"accelc"}
    assert {"accelc/py.typed", "accelc/targets/presets/trn-like.toml", "accelc/dialects/graph.py"} <= set(names)
    assert "accelc/irdl/accelc.irdl.mlir" in names
    assert any(name.startswith("accelc/passes/") for name in names)


@pytest.mark.slow
def test_xdsl_opt_round_trips_all_dialects(installed: Path, tmp_path: Path) -> None:
    """Custom and generic forms of the three dialects survive the unmodified tool."""
    text = module_text()
    assert all(f"{name}." in text for name in DIALECTS)
    (tmp_path / "custom.mlir").write_text(text, encoding="utf-8")
    printed = succeeded(run([installed / "xdsl-opt", "custom.mlir"], tmp_path))
    assert printed.strip() == text.strip()
    generic = succeeded(run([installed / "xdsl-opt", "--print-op-generic", "custom.mlir"], tmp_path))
    assert '"graph.func"' in generic
    (tmp_path / "generic.mlir").write_text(generic, encoding="utf-8")
    assert succeeded(run([installed / "xdsl-opt", "generic.mlir"], tmp_path)) == printed


@pytest.mark.slow
def test_xdsl_opt_runs_every_pass(installed: Path, tmp_path: Path) -> None:
    """Every pass is known to the unmodified tool by its name, and its module can be imported there."""
    program = (
        "from xdsl.universe import Universe\n"
        "universes = Universe.get_multiverse().all_passes\n"
        f"print(*[universes[name]().name for name in {list(PASSES)}], sep='\\n')\n"
    )
    assert succeeded(run([installed / "python", "-c", program], tmp_path)).split() == list(PASSES)
    (tmp_path / "graph.mlir").write_text(GRAPH, encoding="utf-8")
    printed = succeeded(run([installed / "xdsl-opt", "-p", "normalize-inplace", "graph.mlir"], tmp_path))
    assert "graph.relu" in printed


@pytest.mark.slow
def test_xdsl_opt_writes_programs(installed: Path, tmp_path: Path) -> None:
    """The unmodified tool goes from a graph to a container, which the installed simulator executes."""
    (tmp_path / "graph.mlir").write_text(GRAPH, encoding="utf-8")
    passes = "partition-hierarchical{target=tiny force=accelerator-first},lower-to-engine{target=tiny},"
    command = [installed / "xdsl-opt", "graph.mlir", "-p", f"{passes}schedule-engines,assign-memory", "-t"]
    assert succeeded(run([*command, 'acx{file="relu.acx"}'], tmp_path)) == ""
    assert "func=relu" in succeeded(run([*command, "accelc-asm"], tmp_path))
    assert "races       0" in succeeded(run([installed / "accelc", "sim", "relu.acx"], tmp_path))


@pytest.mark.slow
def test_the_window_needs_an_extra(installed: Path, tmp_path: Path) -> None:
    """Without it there is a message; nothing else of the wheel needs it."""
    result = run([installed / "accelc-gui"], tmp_path)
    assert result.returncode == 1
    assert result.stderr.endswith("install it with: pip install 'accelc[gui]'\n")


@pytest.mark.slow
def test_the_example_package(installed: Path, tmp_path: Path) -> None:
    """Another compiler is installed beside the wheel, and its own tests pass; run last, it stays installed."""
    shutil.copytree(
        ROOT / "examples" / "embed_xdsl",
        tmp_path / "sketch",
        ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"),
    )
    succeeded(run([installed / "python", "-m", "pip", "install", "--quiet", tmp_path / "sketch[test]"], tmp_path))
    shutil.rmtree(tmp_path / "sketch" / "embed_xdsl")
    report = succeeded(run([installed / "python", "-m", "pytest", "-q", "sketch"], tmp_path))
    assert " passed" in report
    assert "skipped" not in report
    assert succeeded(run([installed / "accelc", "targets"], tmp_path)).count("sketch-npu") == 1
