"""The examples of the pages about Python run, and print what stands beside them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["kernels.md", "python.md"])
def test_examples_print_what_the_page_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All blocks of a page, one after the other."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 3
    for number, block in enumerate(blocks):
        file = tmp_path / f"block{number}.py"
        file.write_text(block, encoding="utf-8")
        exec(compile(block, str(file), "exec"), names)
        said = re.findall(r"^ *print\(.*\)  # (.*)$", block, re.MULTILINE)
        assert len(said) == len(re.findall(r"^ *print\(", block, re.MULTILINE))
        assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [line.rstrip() for line in said]


def test_the_kernel_of_the_page_is_the_example() -> None:
    """Word for word."""
    text = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    block = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    example = (ROOT / "examples" / "kernels" / "matmul_gelu.py").read_text(encoding="utf-8")
    (body,) = re.findall(r"\n(@kernel.*?)\n\n\ndef main", example, re.DOTALL)
    assert block.endswith(body + "\n")
    calls = [line for line in body.splitlines() if line.strip() and not line.strip().startswith(("#", '"""'))]
    assert len(calls) <= 20
