"""The simulator against the models of the array, at reduced size, and models with a fault, which must be found."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
import pytest

from benchmarks.simulator import validate_array
from benchmarks.simulator.validation import pe_array

VALIDATION = Path(__file__).parents[4] / "benchmarks/simulator/validation"
FIGURES: list[Any] = []
needs_verilog = pytest.mark.skipif(
    which("iverilog") is None, reason="the Verilog array needs Icarus Verilog: apt install iverilog"
)


def the_stream(seed: int, dtype: str = "bf16", **fixed: Any) -> Any:
    """A random stream for an array of 4 x 6 PEs."""
    streams = import_module("benchmarks.simulator.validation.streams")
    rng = np.random.default_rng(seed)
    return streams.random_stream(rng, streams.random_machine(rng, (4, 6), dtype, **fixed), dtype, 20)


def differences(stream: Any, array: Any = None) -> list[str]:
    """What the simulator and the model of the array disagree about."""
    compare = import_module("benchmarks.simulator.validation.compare")
    totals = compare.Totals()
    compare.compare_stream(stream, totals, array)
    assert totals.rows > 50
    return totals.differences


def figures(about: str) -> list[Any]:
    """Figures of `validate_array` at reduced size whose name holds `about`."""
    if not FIGURES:
        FIGURES.extend(validate_array.measure(reduced=True))
    return [measurement for measurement in FIGURES if about in measurement.name]


def test_every_row_is_that_of_the_model_in_numpy() -> None:
    found = figures("register by register")
    assert [measurement.threshold for measurement in found] == [None, None, None, 0]
    assert [measurement.name for measurement in found if not measurement.ok] == []
    assert min(measurement.value for measurement in found[:3]) > 100


@needs_verilog
def test_every_row_is_that_of_the_array_in_verilog() -> None:
    found = figures("Verilog")
    assert [measurement.threshold for measurement in found] == [None, None, None, 0]
    assert [measurement.name for measurement in found if not measurement.ok] == []
    assert min(measurement.value for measurement in found[:3]) > 100


def swapped_plane(array: Any) -> None:
    """PEs that take over the shadow plane one cycle after the token."""
    used = array._used

    def late(_: Any) -> Any:
        return used(array.swap)

    array._used = late


def without_shadow(array: Any) -> None:
    """PEs that multiply with what they load."""

    def shadow(_: Any) -> Any:
        return array.shadow

    array._used = shadow


def shifted(lines: str, line: int, by: int) -> Callable[[Any], None]:
    """A fault: one line of skew registers is longer or shorter."""

    def make(array: Any) -> None:
        chosen: Any = getattr(array, lines)
        (chosen[0] if lines.startswith(("weight", "keeper")) else chosen).delays[line] += by

    return make


FAULTS: dict[str, Callable[[Any], None]] = {
    "a late row": shifted("moving_skew", 2, 1),
    "an early row": shifted("moving_skew", 2, -1),
    "late weights": shifted("weight_skew", 1, 1),
    "late numbers of weights": shifted("keeper_skew", 3, 1),
    "a late column": shifted("total_deskew", 4, 1),
    "a late token": shifted("swap_skew", 1, 1),
    "no shadow plane": without_shadow,
    "the old plane in the cycle of the token": swapped_plane,
}


@pytest.mark.parametrize("from_top", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_register_is_found(fault: str, from_top: bool) -> None:
    stream = the_stream(3, from_top=from_top)
    assert differences(stream) == []
    array = pe_array.PEArray(stream.machine.shape)
    FAULTS[fault](array)
    assert differences(stream, array) != []


@pytest.mark.parametrize("name", ["write_latency", "interval", "decode", "fetch", "depth"])
def test_a_wrong_parameter_is_found(name: str) -> None:
    stream = the_stream(5)
    assert differences(stream) == []
    machine = replace(stream.machine, **{name: getattr(stream.machine, name) + 11})
    if name == "depth":
        machine = replace(stream.machine, depth=1)
    assert differences(replace(stream, machine=machine)) != []


@needs_verilog
@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("line #(WIDTH, r) moving", "line #(WIDTH, r + 1) moving"),
        ("swap_in ? shadow : active", "swap_in ? active : shadow"),
        ("COLS-1-c) sum", "COLS-c) sum"),
        ("tag_in == OWN", "tag_in == OWN + 1"),
        ("plane_loads == plane_swaps + swap_now", "plane_loads == plane_swaps"),
        ("target[0] ? acc", "1'b0 ? acc"),
    ],
)
def test_a_wrong_line_of_verilog_is_found(
    text: str, changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    verilog, compare = (
        import_module("benchmarks.simulator.validation.verilog"),
        import_module("benchmarks.simulator.validation.compare"),
    )
    source = verilog.SOURCE.read_text(encoding="utf-8")
    assert source.count(text) == 1
    monkeypatch.setattr(verilog, "SOURCE", tmp_path / "faulty.v")
    verilog.SOURCE.write_text(source.replace(text, changed), encoding="utf-8")
    totals = compare.Totals()
    verilog.compare_verilog(np.random.default_rng(1), (4, 6), False, 30, totals)
    assert totals.differences != []


@pytest.mark.parametrize("name", ["pe_array", "machine", "os_array"])
def test_models_take_nothing_from_what_they_check(name: str) -> None:
    source = (VALIDATION / f"{name}.py").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) accelc", source, re.MULTILINE)
