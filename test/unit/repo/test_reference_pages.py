"""The generated reference pages are what the code says now."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from onnx import defs
from xdsl.parser import Parser

from accelc.cli.opt import AccelcOptMain
from accelc.cli.opt import main as accelc_opt
from accelc.dialects.engine_ops.base import LaneOp
from accelc.isa.table import TABLE
from accelc.pipelines.pipeline import ENGINE_PASSES
from accelc.registry import DIALECTS, PASSES, load

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("page", ["diagnostic", "dialect", "irdl", "operator", "pass", "target", "validation"])
def test_the_page_is_current(page: str) -> None:
    """A change of a message, an op, a pass, a key, or of what the simulator was checked against comes with its page."""
    command = [sys.executable, str(ROOT / "tools" / f"generate_{page}_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_operator_of_onnx_has_a_row() -> None:
    """Those of the standard domain, also retired ones."""
    page = (REFERENCE / "onnx-operators.md").read_text(encoding="utf-8")
    names = {schema.name for schema in defs.get_all_schemas_with_history() if schema.domain == ""}
    assert len(names) > 190
    assert not [name for name in names if f"| `{name}` | " not in page]


def test_every_op_and_pass_has_a_section() -> None:
    """Nothing registered is missing from the pages."""
    dialects = (REFERENCE / "dialects.md").read_text(encoding="utf-8")
    for reference in DIALECTS.values():
        for op in load(reference).operations:
            assert f"### `{op.name}`\n" in dialects
    passes = (REFERENCE / "passes.md").read_text(encoding="utf-8")
    for name in PASSES:
        assert f"## `{name}`\n" in passes


def test_every_pass_shows_what_it_does() -> None:
    """The IR before and after, but for the pass that changes nothing."""
    sections = (REFERENCE / "passes.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(sections) == len(PASSES)
    for section in sections:
        if not section.startswith("`verify-sync`"):
            assert re.search(r"\b[Bb]efore\b.*\b[Aa]fter\b", section, re.DOTALL), section


def _blocks(name: str) -> tuple[str, list[str]]:
    """The section of a pass, and the MLIR in it."""
    section = (REFERENCE / "passes.md").read_text(encoding="utf-8").split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    return section, re.findall(r"^```mlir\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


EXECUTED = [name for name in PASSES if any(text.startswith("graph.func") for text in _blocks(name)[1])]
"""Passes that show whole functions before and after."""


def test_passes_over_graphs_show_whole_functions() -> None:
    """All of them; programs of engines are too long to show."""
    assert [name for name in PASSES if name not in EXECUTED] == [
        *ENGINE_PASSES,
        "tile-unroll",
        "sync-vector-clock",
        "verify-sync",
    ]


@pytest.mark.parametrize("name", EXECUTED)
def test_whole_functions_become_what_is_shown(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a pass shows whole functions, it makes the second of the first; names, lines and spaces may differ."""
    section, (before, after) = _blocks(name)
    shown = re.search(rf"\bAfter `({name}\{{.*?\}}|{name})`:\n", section)
    passes = name if shown is None else shown[1]
    printed = list[str]()
    for text, run in ((before, ["-p", passes]), (after, [])):
        (tmp_path / "text.mlir").write_text(text, encoding="utf-8")
        assert accelc_opt([str(tmp_path / "text.mlir"), *run]) == 0
        printed.append(capsys.readouterr().out)
    context = AccelcOptMain(args=["-"]).ctx
    made, expected = (Parser(context, _unnamed(text)).parse_module() for text in printed)
    assert made.is_structurally_equivalent(expected), printed[0]


def _unnamed(text: str) -> str:
    """A module without names of front ends."""
    return re.sub(r"""attributes \{(in|out)put_names[^}]*\}|\{loc_name = "[^"]*"\}""", "", text)


def test_every_field_and_instruction_is_described() -> None:
    """No cell of the dialects is empty but what a region accepts; instructions have format, action and notes."""
    for line in (REFERENCE / "dialects.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        assert all(cells) or cells[1] == "region", line
    instructions = (REFERENCE / "isa.md").read_text(encoding="utf-8").split("\n### ")[1:]
    assert len(instructions) == len(TABLE)
    for section in instructions:
        assert re.search(r"\*\*Format\*\* \S.*\n\*\*Lanes\*\* \S.*\n\*\*Action\*\* \S.*\n\*\*Notes\*\* \S", section), (
            section
        )


def test_operations_on_lanes_have_form_and_time() -> None:
    """Each says which instructions execute it, and by which keys of the machine they are timed."""
    sections = (REFERENCE / "dialects.md").read_text(encoding="utf-8").split("\n### ")
    found = {section.split("`")[1]: section for section in sections if section.startswith("`")}
    lanes = [op for name in DIALECTS for op in load(DIALECTS[name]).operations if issubclass(op, LaneOp)]
    assert len(lanes) > 20
    for op in lanes:
        assert f"\n{op.name} `on` $lane " in found[op.name], op.name
        instruction = r"\]\(isa\.md#(\w+-opcode-\d+|instructions-of-other-packages)\)"
        assert re.search(rf"\n\*\*Time\*\* On .*{instruction}", found[op.name]), op.name


@pytest.mark.parametrize(
    ("operator", "tier", "operations", "absent"),
    [
        ("QLinearConv", "accelerator", {"conv", "round", "sub"}, {"matmul", "lstm"}),
        ("QLinearMatMul", "accelerator", {"matmul", "cast"}, {"conv"}),
        ("RNN", "accelerator", {"matmul", "tanh"}, {"*lstm*"}),
        ("LSTM", "accelerator or host", {"matmul", "*lstm*"}, {"conv"}),
        ("Mean", "accelerator", {"add", "mul"}, {"div"}),
        ("Identity", "nothing", {""}, set[str]()),
        ("Bernoulli", "framework", {""}, set[str]()),
        ("Shape", "constant", {""}, set[str]()),
    ],
)
def test_rows_of_operators(operator: str, tier: str, operations: set[str], absent: set[str]) -> None:
    """What code names in the functions it calls is in the row, whichever rows were made before."""
    page = (REFERENCE / "onnx-operators.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{operator}` | ")]
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells[1] == tier
    named = set(cells[2].split(", "))
    assert operations <= named
    assert not absent & named


def test_primitives_are_documented() -> None:
    """Every operation with a form in instructions, and every one that is taken apart."""
    from accelc.lowering.rules import RULES

    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    named = {word for code in re.findall(r"`([^`]*)`", text) for word in code.split()}
    wholes = {"softmax", "argmax", "lrn", "conv_transpose", "lstm"}
    assert not {op.name.removeprefix("graph.") for op in RULES} - named
    assert wholes <= named
    assert not wholes & {op.name.removeprefix("graph.") for op in RULES}
