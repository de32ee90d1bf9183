"""The cycles of a few programs are those of `test/golden/cycles.json`; a change of them is shown by layer."""

import copy
import io
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from accelc.cli.main import main

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "test" / "golden" / "cycles.json"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`tools/update_golden_cycles.py`."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    return import_module("update_golden_cycles")


@pytest.fixture
def golden() -> dict[str, Any]:
    """What the file holds."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_cycles_are_those_of_the_file(tool: Any, golden: dict[str, Any]) -> None:
    """On a change that is meant: `python tools/update_golden_cycles.py`, and the reason in the commit."""
    shown = io.StringIO()
    found = tool.differences(golden, tool.current(), shown)
    assert not found, f"cycles differ: {', '.join(found)}; {tool.advice()}\n{shown.getvalue()}"


def test_the_file_is_as_the_tool_writes_it(tool: Any, golden: dict[str, Any]) -> None:
    """Edits by hand are seen, and the file has a program for each kind of machine and home."""
    assert tool.text(golden) == GOLDEN.read_text(encoding="utf-8")
    assert {name.split(" on ")[1] for name in golden} == {"trn-like", "tpu-like", "gemmini-like", "tiny"}
    homes = {layer["home"] for record in golden.values() for layer in record["layers"]}
    assert homes == {"accelerator", "host", "framework", "link"}
    assert all(record["totals"]["waits"] and record["totals"]["dma_bytes"] for record in golden.values())


def test_the_example_of_the_page_is_current(tool: Any, golden: dict[str, Any]) -> None:
    """Its figures are those of the file."""
    assert tool.page(golden) == tool.PAGE.read_text(encoding="utf-8"), f"run {tool.SCRIPT}"


def test_a_change_is_shown_by_layer(tool: Any, golden: dict[str, Any]) -> None:
    """Only the program that changed is shown, with the layer that did; programs on one side are named."""
    now = copy.deepcopy(golden)
    changed, gone, *_ = now
    layer = max(now[changed]["layers"], key=lambda row: row["exposed_ns"])
    layer["exposed_ns"] += 1000
    now[changed]["time"]["total_ns"] += 1000
    now["new"] = now.pop(gone)
    shown = io.StringIO()
    assert tool.differences(golden, now, shown) == ["new (not in the file)", f"{gone} (only in the file)", changed]
    text = shown.getvalue()
    assert text.count("== ") == 1
    assert f"== {changed}" in text
    assert layer["name"] in text
    assert "+1.000 us" in text


def test_a_count_that_no_table_shows_is_a_change(tool: Any, golden: dict[str, Any]) -> None:
    """The whole record is guarded, not only times."""
    now = copy.deepcopy(golden)
    name = next(iter(now))
    now[name]["totals"]["waits"] += 1
    assert tool.differences(golden, now, io.StringIO()) == [name]


def test_a_program_of_the_file_can_be_compared(
    golden: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is a record as `accelc compare` reads it."""
    for side, name in zip("ab", golden, strict=False):
        (tmp_path / f"{side}.json").write_text(json.dumps(golden[name]), encoding="utf-8")
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    assert "layers.0.fc" in capsys.readouterr().out
