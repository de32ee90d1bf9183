"""Timelines of runs: shares of time, bars, and what `--timeline` prints."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import accelc
from accelc.analysis.scheduling.report import bar, shares
from accelc.cli.main import main
from accelc.report.figures import engine_times
from accelc.report.timeline import COLUMNS, segment_timelines

Capture = pytest.CaptureFixture[str]


@given(st.lists(st.tuples(st.integers(0, 48), st.integers(0, 20)), max_size=12), st.sampled_from([1, 4, 16]))
def test_shares_are_those_of_every_instant(spans: Sequence[tuple[int, int]], columns: int) -> None:
    """Against a map of 48 instants, spans clipped to them."""
    covered = np.zeros(48, bool)
    for start, length in spans:
        covered[start : start + length] = True
    found = shares([s for s, _ in spans], [s + n for s, n in spans], 48.0, columns)
    np.testing.assert_allclose(found, covered.reshape(columns, -1).mean(axis=1), atol=1e-12)


def test_bars_have_a_character_for_every_share() -> None:
    assert bar([1.0, 0.7, 0.5, 0.1, 0.0]) == "#++-."
    assert shares([], [], 0.0, 3) == [0.0, 0.0, 0.0]


def test_lanes_work_as_long_as_the_tables_say(mlp_file: Path) -> None:
    result = accelc.run(mlp_file, "tiny")
    assert isinstance(result, accelc.RunResult)
    (timeline,) = segment_timelines(result.compiled.program, result.execution, result.compiled.predicted_ns)
    busy = engine_times(result.execution, result.compiled.target)
    total = result.execution.total_ns
    assert timeline.total_ns == total
    assert timeline.predicted_ns == pytest.approx(total, rel=0.05)
    assert {"tensor", "dma0"} <= {*timeline.lanes}
    for lane, parts in timeline.lanes.items():
        assert len(parts) == COLUMNS
        if not lane.startswith("dma"):
            assert sum(parts) / COLUMNS == pytest.approx(busy[lane]["busy_ns"] / total, abs=1e-3)


def test_run_and_sim_draw_the_same_timeline(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["run", str(mlp_file), "--target", "tiny", "--timeline"]) == 0
    run = capsys.readouterr().out.split("timeline of ")[1].splitlines()
    assert "ns simulated, " in run[0]
    assert run[0].endswith("ns predicted")
    assert run[1].startswith("  tensor |")
    assert run[-1].endswith(". not at all")
    program = tmp_path / "m.acx"
    assert main(["compile", str(mlp_file), "--target", "tiny", "-o", str(program)]) == 0
    capsys.readouterr()
    assert main(["sim", str(program), "--timing-only", "--timeline"]) == 0
    sim = capsys.readouterr().out.split("timeline of ")[1].splitlines()
    assert sim[0].endswith("ns simulated")
    assert sim[1:] == run[1:]
    assert main(["sim", str(program), "--timing-only", "--timeline", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["timeline"]
    assert bar(found["lanes"]["tensor"]) in sim[1]


def test_a_timeline_is_of_one_core(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    program = tmp_path / "m.acx"
    main(["compile", str(mlp_file), "--target", "tiny", "-o", str(program)])
    assert main(["sim", str(program), "--cores", "2", "--timeline"]) == 1
    assert "--timeline with --cores: it shows one execution of one core" in capsys.readouterr().err
