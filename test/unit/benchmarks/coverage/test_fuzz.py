"""Random ONNX graphs: reproducible, of every kind of operator, and judged by an oracle that sees errors."""

import os
from importlib import import_module
from typing import Any

import numpy as np
import onnx
import pytest

from benchmarks.coverage import onnx_graphs


@pytest.fixture
def fuzz() -> Any:
    """The benchmark."""
    return import_module("benchmarks.coverage.fuzz")


def test_graphs_are_valid_and_reproducible() -> None:
    random_graph: Any = onnx_graphs.random_graph
    kinds: set[str] = set()
    sizes: set[int] = set()
    for seed in range(60):
        graph = random_graph(seed)
        onnx.checker.check_model(graph.single, full_check=True)  # pyright: ignore[reportUnknownMemberType]
        assert graph.single == random_graph(seed).single
        kinds |= {node.op_type for node in graph.single.graph.node}
        sizes |= {size for array in graph.inputs.values() for size in array.shape}
    assert len(kinds) > 60
    assert {0, 1} <= sizes
    assert max(sizes) > 512


def test_reduced(fuzz: Any) -> None:
    measured = list(fuzz.measure(reduced=True))
    assert [one.name for one in measured if not one.ok] == []


def test_an_error_is_seen(fuzz: Any) -> None:
    """One element off by a thousandth of the largest, another shape, another type."""
    whole = np.linspace(1, 2, 50, dtype=np.float32)
    off = whole.copy()
    off[7] += 0.01
    difference = fuzz.difference
    assert difference([0.0], [whole], [whole]) == ""
    assert difference([0.0], [off], [whole]).startswith("output 0, element [7]: ")
    assert difference([0.01], [off], [whole]) == ""
    assert difference([0.0], [whole[:, None]], [whole]) == "output 0: float32[50, 1] instead of float32[50]"
    assert difference([0.0], [whole.astype(np.float64)], [whole]) == "output 0: float64[50] instead of float32[50]"
    numbers = np.arange(3)
    assert difference([9.0], [numbers], [numbers[::-1]]) != ""
    hole = whole.copy()
    hole[3] = np.nan
    assert difference([9.0], [hole], [whole]) != ""
    assert difference([0.0], [hole], [hole]) == ""


def test_a_crash_is_a_failure(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fuzz.api, "compile", crash)
    judged = fuzz.judge(0)
    assert (judged.verdict, judged.reason) == ("failed", "ZeroDivisionError: ")


def test_a_reference_that_dies_is_left_out(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph is judged by the other; where accelc itself dies, it is a failure."""

    def die(*_: object, **__: object) -> None:
        os._exit(8)

    monkeypatch.setattr(fuzz, "_by_onnxruntime", die)
    (judged,) = fuzz.judged([0])
    assert (judged.verdict, judged.alone) == ("equal", True)
    monkeypatch.setattr(fuzz.api, "compile", die)
    (judged,) = fuzz.judged([0])
    assert (judged.verdict, judged.reason) == ("failed", "its process ended with 8")
