"""A tenth of the pointwise operators, and one narrow precision."""

from importlib import import_module
from typing import Any

import pytest


@pytest.fixture
def module() -> Any:
    """The benchmark."""
    return import_module("benchmarks.coverage.pointwise")


def test_reduced(module: Any) -> None:
    """All of its limits hold."""
    found = {one.name: one for one in module.measure(reduced=True)}
    assert all(one.ok for one in found.values()), found
    assert found["pointwise: cases"].value > 20


def test_a_wrong_type_is_an_error(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is able to fail: a result of another type counts as infinitely wrong."""
    plain = module.execute

    def execute(*arguments: Any) -> Any:
        result = plain(*arguments)
        result.outputs["y"] = result.outputs["y"].astype("float64")
        return result

    monkeypatch.setattr(module, "execute", execute)
    assert module.run("Add", "int32", 0) == (True, float("inf"))
