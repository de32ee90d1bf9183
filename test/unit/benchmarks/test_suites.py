"""Every suite can be run: its modules exist, measure at both sizes, have a test, and none is forgotten."""

import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
SUITES = {"coverage", "end-to-end", "five-passes", "simulator", "startup"}
COLLECTIONS = ("coverage_suite", "five_passes", "simulator")
"""Suites that are modules with a function `measure(reduced)`, listed in `MODULES`."""


@pytest.fixture(autouse=True)
def _benchmarks_are_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


def sizes(name: str) -> bool:
    """Whether a module of the folder has a `measure` that takes `reduced`."""
    measure: Any = getattr(import_module(name), "measure", None)
    return measure is not None and set(inspect.signature(measure).parameters) == {"reduced"}


def test_every_suite_has_a_module() -> None:
    """`run.py` finds what it offers."""
    suites: dict[str, str] = import_module("run").SUITES
    assert set(suites) == SUITES
    for module in suites.values():
        assert not inspect.signature(import_module(module).measure).parameters


@pytest.mark.parametrize("suite", COLLECTIONS)
def test_every_module_can_be_measured(suite: str) -> None:
    """Each measures at full and at reduced size, and its test has its name."""
    modules: tuple[str, ...] = import_module(suite).MODULES
    assert len(set(modules)) == len(modules) > 0
    for name in modules:
        assert sizes(name), name
        assert (Path(__file__).parent / f"test_{name}.py").is_file(), name


def test_no_module_is_forgotten() -> None:
    """What measures at two sizes is a part of a suite."""
    listed = {name for suite in COLLECTIONS for name in import_module(suite).MODULES}
    files = [path for path in BENCHMARKS.glob("*.py") if "def measure(reduced" in path.read_text(encoding="utf-8")]
    assert {path.stem for path in files} == listed
