"""Every suite can be run: its modules exist, measure at both sizes, have a test, and none is forgotten."""

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks import run

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
SUITES = {"coverage", "embedding", "end-to-end", "five-passes", "simulator", "startup"}
COLLECTIONS = ("coverage", "embedding", "five_passes", "simulator")
"""Suites that are packages of modules with a function `measure(reduced)`, listed in `MODULES`."""


def sizes(module: ModuleType) -> bool:
    """Whether the module has a `measure` that takes `reduced`."""
    measure: Any = getattr(module, "measure", None)
    return measure is not None and set(inspect.signature(measure).parameters) == {"reduced"}


def test_every_suite_has_a_module() -> None:
    """`run.py` finds what it offers."""
    assert set(run.SUITES) == SUITES
    for module in run.SUITES.values():
        assert not inspect.signature(import_module(module).measure).parameters


@pytest.mark.parametrize("suite", COLLECTIONS)
def test_every_module_can_be_measured(suite: str) -> None:
    """Each measures at full and at reduced size, and its test has its name."""
    package = f"benchmarks.{suite}"
    modules: tuple[str, ...] = import_module(package).MODULES
    assert len(set(modules)) == len(modules) > 0
    for name in modules:
        assert sizes(import_module(f"{package}.{name}")), name
        assert (Path(__file__).parent / suite / f"test_{name}.py").is_file(), name


@pytest.mark.parametrize("suite", COLLECTIONS)
def test_no_module_is_forgotten(suite: str) -> None:
    """What measures at two sizes is a part of the suite."""
    listed: tuple[str, ...] = import_module(f"benchmarks.{suite}").MODULES
    files = [path for path in (BENCHMARKS / suite).rglob("*.py") if "def measure(reduced" in path.read_text("utf-8")]
    assert {path.stem for path in files} == set(listed)
