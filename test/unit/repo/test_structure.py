"""Rules of the repository that one can check: names agree, everything registered exists, everything has tests."""

import re
from pathlib import Path

import pytest
from xdsl.irdl import IRDLOperation

from accelc.isa.container import FORMAT_VERSION
from accelc.pipelines import GRAPH_PASSES, PROGRAM_PASSES
from accelc.registry import COMMANDS, DIALECTS, PASSES, UNIVERSE, load

ROOT = Path(__file__).parents[3]


def test_the_universe_is_complete() -> None:
    """Every registered dialect, pass and command is part of this installation."""
    assert [factory().name for factory in UNIVERSE.all_dialects.values()] == list(DIALECTS)
    assert [factory().name for factory in UNIVERSE.all_passes.values()] == list(PASSES)
    for module, _ in COMMANDS.values():
        assert load(f"{module}:add_arguments")
        assert load(f"{module}:execute")


@pytest.mark.parametrize("name", PASSES)
def test_pass_file_and_tests_share_its_name(name: str) -> None:
    """A pass, its file and its tests are found from one another; every pass has a test of what it refuses."""
    assert load(PASSES[name]).name == name
    assert (ROOT / "passes" / f"{name.replace('-', '_')}.py").is_file()
    for suffix in ("", "-invalid"):
        assert (ROOT / "test" / "passes" / f"{name}{suffix}.mlir").is_file()


@pytest.mark.parametrize("name", PASSES)
def test_every_pass_runs_alone(name: str) -> None:
    """Other compilers run one pass on MLIR of their own: each is tested by itself, and so is what it refuses."""
    alone = re.compile(rf"^// RUN: (not )?accelc-opt %s -p '?{name}(\{{[^}}]*\}})?'? (.*)$", re.MULTILINE)
    for suffix in ("", "-invalid"):
        text = (ROOT / "test" / "passes" / f"{name}{suffix}.mlir").read_text(encoding="utf-8")
        runs = [match.groups() for match in alone.finditer(text)]
        assert runs, f"{name}{suffix}.mlir"
        assert all("filecheck %s" in rest for _, _, rest in runs)
        refused = [bool(negated) or "--verify-diagnostics" in rest for negated, _, rest in runs]
        assert any(refused) == bool(suffix)


def test_passes_are_registered_in_the_order_of_the_pipeline() -> None:
    """Help and reference pages list passes as they run; emission is no pass, some passes no stage."""
    stages = [stage for stage in (*GRAPH_PASSES, *PROGRAM_PASSES) if stage != "emit"]
    ours = [name for name in PASSES if not (name.startswith("convert-") and name.endswith("-to-graph"))]
    assert [name for name in ours if name != "tile-unroll"] == stages


def test_every_pass_file_is_registered() -> None:
    """No pass is written and then forgotten."""
    files = {path.stem for path in (ROOT / "passes").glob("*.py")} - {"__init__"}
    assert files == {name.replace("-", "_") for name in PASSES}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialect_has_rationale_and_tests(name: str) -> None:
    """A dialect says why it is as it is, and its syntax, its rules and its simplifications are tested."""
    assert (ROOT / "dialects" / f"{name}.md").is_file()
    for kind in ("ops", "invalid", "canonicalize"):
        assert (ROOT / "test" / "dialects" / name / f"{kind}.mlir").is_file()


@pytest.mark.parametrize("name", DIALECTS)
def test_syntax_of_every_op_is_tested(name: str) -> None:
    """Each op is printed and parsed again in both its forms."""
    files = [path.read_text(encoding="utf-8") for path in (ROOT / "test" / "dialects" / name).glob("ops*.mlir")]
    assert all("--print-op-generic" in text for text in files)
    checked = set(re.findall(rf"^// CHECK\S*: .*?\b({name}\.\w+)", "\n".join(files), re.MULTILINE))
    assert checked >= {op.name for op in load(DIALECTS[name]).operations}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_can_be_loaded_by_other_compilers(name: str) -> None:
    """No op has properties: other compilers cannot load them."""
    for op in load(DIALECTS[name]).operations:
        assert issubclass(op, IRDLOperation)
        assert not op.get_irdl_definition().properties, op.name


def test_the_changelog_is_current() -> None:
    """Lines are those of the sources' length; the format of containers is the present one."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if len(line) > 120] == []
    assert set(re.findall(r"\bformat (\d+\.\d+)", text)) == {".".join(map(str, FORMAT_VERSION))}


def test_lit_tests_say_what_they_prove() -> None:
    """Every lit test has a RUN line and a sentence, and checks something."""
    for path in (ROOT / "test").rglob("*.mlir"):
        if {"Inputs", "Output"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert re.search(r"^// RUN: ", text, re.MULTILINE), path
        assert re.search(r"^// (?!-----|[A-Z][A-Z0-9_-]*:)\S+ \S+ \S+", text, re.MULTILINE), path
        assert re.search(r"^\s*// [A-Z0-9_]+(-[A-Z]+)*:", text.replace("// RUN:", ""), re.MULTILINE), path
