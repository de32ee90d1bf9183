"""The check of `.ci/run` that every public name has a known type finds one that has none."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

pytest.importorskip("pyright", reason="pyright is not installed: pip install 'accelc[dev]'")


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    return import_module("check_public_types")


def package(folder: Path, text: str, *, typed: bool = True) -> Path:
    """A package of one module."""
    folder = folder / "sample"
    folder.mkdir()
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    if typed:
        (folder / "py.typed").touch()
    return folder


def test_a_name_without_a_type_is_found(
    check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A parameter and a variable that type checkers may infer in their own ways are named; private ones are not."""
    text = "def f(x, y: int) -> int:\n    return y\n\n\nvalue = f(0, 1)\n_value = f(0, 1)\n"
    monkeypatch.setattr(sys, "argv", ["check_public_types.py", str(package(tmp_path, text))])
    assert check.main() == 1
    *names, total = capsys.readouterr().out.splitlines()
    assert sorted(name.split(":")[0] for name in names) == ["sample.f", "sample.value"]
    assert total == "0.00% of 2 public names have a known type"


def test_an_untyped_package_is_no_success(check: Any, tmp_path: Path) -> None:
    """Without `py.typed` nothing is checked, which is an error."""
    with pytest.raises(RuntimeError, match=r"py\.typed"):
        check.verify(package(tmp_path, "value: int = 0\n", typed=False))
