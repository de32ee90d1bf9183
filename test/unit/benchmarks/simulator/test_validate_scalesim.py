"""The array against SCALE-Sim's fold formulas at reduced size; SCALE-Sim itself runs in the benchmark only."""

from pathlib import Path

import pytest

from benchmarks.simulator import validate_scalesim
from benchmarks.simulator.validation import scale_sim
from benchmarks.simulator.validation.layers import resnet50_layers


def test_folds_take_what_the_formulas_say_and_chains_of_folds_overlap() -> None:
    found = list(validate_scalesim.measure(reduced=True))
    limited = [measurement for measurement in found if measurement.threshold is not None]
    assert len(limited) == 3
    assert [measurement.name for measurement in limited if not measurement.ok] == []
    layers = [measurement for measurement in found if "resnet50 " in measurement.name]
    assert len(layers) == 8
    assert all(layer.baseline is not None and layer.value <= layer.baseline for layer in layers)


def test_the_layers_of_resnet50_are_those_of_the_model() -> None:
    """From the first convolution to the fully connected layer; of its 54 layers 24 are different."""
    layers = resnet50_layers()
    assert len(layers) == 24
    first, last = layers[0], layers[-1]
    assert (first.vectors, first.depth, first.filters) == (112 * 112, 7 * 7 * 3, 64)
    assert (last.vectors, last.depth, last.filters) == (1, 2048, 1000)


def test_what_cannot_be_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A missing SCALE-Sim is a figure that says so, not a figure less."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").write_text("not a folder", encoding="ascii")
    with pytest.raises(scale_sim.NotAvailable, match=r"SCALE-Sim 3\.0\.0 cannot be installed"):
        scale_sim.environment()
    monkeypatch.setattr(validate_scalesim, "FOLDS", 1)
    monkeypatch.setattr(validate_scalesim, "resnet50_layers", lambda: resnet50_layers()[:1])
    (*_, last) = validate_scalesim.measure()
    assert "NOT AVAILABLE" in last.name
