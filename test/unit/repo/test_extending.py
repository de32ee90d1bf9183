"""Pages on embedding and extending: places they name are in the sources, groups in the code, commands work."""

import re
import shlex
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin

from accelc import compile_module, simulate
from accelc.analysis.decomposition.table import DECOMPOSITIONS
from accelc.analysis.scheduling.rules import SCHEDULERS
from accelc.cli.main import main as accelc
from accelc.cli.opt import main as accelc_opt
from accelc.dialects.engine import Engine
from accelc.dialects.graph import Graph
from accelc.frontends.table import FRONTENDS
from accelc.isa.records import RECORD
from accelc.isa.text.disassembler import disassemble_records
from accelc.isa.text.record_parser import parse_record
from accelc.lowering import LOWERINGS
from accelc.parsing import parse_module
from accelc.pipelines import PIPELINES
from accelc.plugins import UNIVERSES
from accelc.targets.layout import INSTRUCTIONS
from accelc.targets.reader import PRESETS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "embed_xdsl"
PLACES = re.findall(r"^\| `([\w./-]+\.(?:py|toml))` \| .* \| `(.+)` \|$", PAGE, re.MULTILINE)
GRAPH = """
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = graph.constant dense<0.5> : tensor<8x8xf32>
  %0 = graph.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  graph.return %0 : tensor<4x8xf32>
}
"""


def test_the_page_lists_places() -> None:
    """Both tables of places are found."""
    assert len(PLACES) == 19


@pytest.mark.parametrize(("file", "text"), PLACES)
def test_places_are_in_the_sources(file: str, text: str) -> None:
    """What an instruction, and a kind of engine, touch is where the page says."""
    assert text in (ROOT / file).read_text(encoding="utf-8")


def test_no_place_of_an_instruction_is_forgotten() -> None:
    """Every file of the package that has a branch for the instruction of the page's table is in it."""
    named = {file for file, _ in PLACES}
    branch = re.compile(r"Opcode\.SELECT\b|\bselect_records\b|numerics\.select\b")
    folders = ("accelc/isa", "accelc/emit", "accelc/simulator", "accelc/interpreters", "accelc/targets")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if branch.search(path.read_text(encoding="utf-8"))
    }
    assert found <= named


def test_every_group_has_an_entry_in_the_page_and_the_example() -> None:
    """Seams are documented, and shown outside of the package."""
    project = (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    tables = (PRESETS, SCHEDULERS, FRONTENDS, DECOMPOSITIONS, LOWERINGS)
    for group in (UNIVERSES, *(table.group for table in tables), INSTRUCTIONS):
        assert f"`{group}`" in PAGE
        assert f'[project.entry-points."{group}"]' in project
    for name in re.findall(r'insert_(?:after|before)\("([\w-]+)"', PAGE):
        assert name in PIPELINES["compile"]


def test_the_lowering_of_the_page(install: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code lowers the operation of the example, and computes it."""
    code = re.search(r"```python\n(from accelc.lowering import OperationRule.*?)```", PAGE, re.DOTALL)
    assert code is not None
    install("plug-a", f"import numpy as np\n{code[1]}", LOWERINGS.group, "sketch.clamp = plug_a:CLAMP")
    install("plug-b", "", UNIVERSES, "sketch = embed_xdsl.universe:UNIVERSE")
    monkeypatch.setattr(sys, "path", [*sys.path, str(EXAMPLE)])
    context = Context()
    for dialect in (Builtin, Graph, import_module("embed_xdsl.dialect").Sketch):
        context.load_dialect(dialect)
    text = (EXAMPLE / "tests" / "clamp.mlir").read_text(encoding="utf-8")
    module = parse_module(context, text, "clamp.mlir")
    x = np.linspace(-4, 4, 32, dtype=np.float32).reshape(4, 8)
    for force in ("accelerator", "host"):
        compiled = compile_module(module, "tiny", force=force)
        assert compiled.count(force) == 1
        found = simulate(compiled, {"x": x})
        assert np.array_equal(found.outputs["y"], np.clip(x, np.float32(-1.5), np.float32(2)))


def test_the_instruction_of_the_page(install: Callable[..., None]) -> None:
    """Its code is an instruction, and its lines of assembly and IR are what accelc prints."""
    code = re.search(r"```python\n(from accelc import CustomInstruction.*?)```", PAGE, re.DOTALL)
    line = re.search(r"^\| in assembly \| `(.+)` \|$", PAGE, re.MULTILINE)
    op = re.search(r"^\| in `engine` \| `(.+)`; in blocks", PAGE, re.MULTILINE)
    assert code is not None
    assert line is not None
    assert op is not None
    install("plug-a", f"import numpy as np\n{code[1]}", INSTRUCTIONS, "snake = plug_a:SNAKE")
    records = np.frombuffer(parse_record(line[1], 0), RECORD)
    assert [*disassemble_records(records)] == [line[1]]
    context = Context()
    for dialect in (Builtin, Engine):
        context.load_dialect(dialect)
    buffers = "".join(f'%{name} = engine.buffer "{name}" scratch sbuf<4x8xf32>\n' for name in "ab")
    text = f'engine.program @p target "tiny" {{\n{buffers}{op[1]}\nengine.end\n}}'
    assert op[1] in str(parse_module(context, text, "p.mlir"))


def test_files_of_the_example_are_listed() -> None:
    """The table of its README is complete."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    for path in (EXAMPLE / "embed_xdsl").iterdir():
        if path.suffix in (".py", ".toml") and path.name != "__init__.py":
            assert f"`embed_xdsl/{path.name}`" in text


def test_the_pipeline_of_the_embedding_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its commands, word by word, with our driver in the place of xDSL's."""
    page = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert block is not None
    first, second = map(shlex.split, block[1].splitlines())
    monkeypatch.chdir(tmp_path)
    Path("net.mlir").write_text(GRAPH, encoding="utf-8")
    assert first[0] == "xdsl-opt"
    assert accelc_opt(first[1:]) == 0
    assert second[0] == "accelc"
    assert accelc(second[1:]) == 0
    assert "races" in capsys.readouterr().out
