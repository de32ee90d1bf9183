"""Distributions that are installed for one test."""

import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from accelc.targets.layout import INSTRUCTIONS

Install = Callable[..., None]
# Tests of this folder import what they share.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Install]:
    """A function that installs a distribution: name, source of the module of that name, a group, its entry points."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    modules: list[str] = []

    def do(name: str, source: str, group: str, *entries: str) -> None:
        module = name.replace("-", "_")
        Path(f"{module}.py").write_text(source, encoding="utf-8")
        info = Path(f"{module}-2.0.dist-info")
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n", encoding="utf-8")
        text = "\n".join((f"[{group}]", *entries, ""))
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
        # What is visible is remembered by path: another folder stands for the next process.
        monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / name)])
        modules.append(module)

    yield do
    # The next test has another module of this name, or none.
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def plug(install: Install) -> None:
    """A package with the instructions `clamp` and `mix`."""
    from custom_packages import CLAMP, ENTRIES, HEAD

    install("plug-a", HEAD + CLAMP, INSTRUCTIONS, *ENTRIES)
