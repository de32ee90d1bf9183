"""The README's first command prints what the README says it prints."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_first_command_prints_the_block_below_it() -> None:
    """The example's output, line by line; the score of the label may move with the README's own text."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("```\nMagika on ")[1].split("```")[0]
    finished = subprocess.run(
        [sys.executable, "examples/identify_file.py", "README.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    printed = finished.stdout.removeprefix("Magika on ").splitlines()
    shown = block.splitlines()
    assert [printed[0], printed[2]] == [shown[0], shown[2]]
    assert printed[1].split(" (")[0] == shown[1].split(" (")[0] == "README.md: markdown"


@pytest.mark.parametrize(("page", "printed"), [("README.md", None), ("dialects/graph.md", "graph.store_")])
def test_examples_with_numpy_run(page: str, printed: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """They print what the comment beside their `print` says; the page of the dialect names operations."""
    text = (ROOT / page).read_text(encoding="utf-8")
    (example,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "frontends.numpy" in block)
    exec(compile(example, page, "exec"), {})
    found = capsys.readouterr().out
    assert (printed or example.rsplit("# ", 1)[1].strip()) in found
