"""The array against SCALE-Sim's fold formulas at reduced size; SCALE-Sim itself runs in the benchmark only."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of benchmarks first on the path."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


def test_folds_take_what_the_formulas_say_and_chains_of_folds_overlap() -> None:
    found = list(import_module("validate_scalesim").measure(reduced=True))
    limited = [measurement for measurement in found if measurement.threshold is not None]
    assert len(limited) == 3
    assert [measurement.name for measurement in limited if not measurement.ok] == []
    layers = [measurement for measurement in found if "resnet50 " in measurement.name]
    assert len(layers) == 8
    assert all(layer.baseline is not None and layer.value <= layer.baseline for layer in layers)


def test_the_layers_of_resnet50_are_those_of_the_model() -> None:
    """From the first convolution to the fully connected layer; of its 54 layers 24 are different."""
    layers = import_module("validation.layers").resnet50_layers()
    assert len(layers) == 24
    first, last = layers[0], layers[-1]
    assert (first.vectors, first.depth, first.filters) == (112 * 112, 7 * 7 * 3, 64)
    assert (last.vectors, last.depth, last.filters) == (1, 2048, 1000)


def test_what_cannot_be_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A missing SCALE-Sim is a figure that says so, not a figure less."""
    scale_sim, suite = import_module("validation.scale_sim"), import_module("validate_scalesim")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").write_text("not a folder", encoding="ascii")
    with pytest.raises(scale_sim.NotAvailable, match=r"SCALE-Sim 3\.0\.0 cannot be installed"):
        scale_sim.environment()
    monkeypatch.setattr(suite, "FOLDS", 1)
    monkeypatch.setattr(suite, "resnet50_layers", lambda: import_module("validation.layers").resnet50_layers()[:1])
    (*_, last) = suite.measure()
    assert "NOT AVAILABLE" in last.name
