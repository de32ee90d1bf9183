"""The HTML report carries the numbers of the profile, needs nothing else, and hostile names stay text."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from html_data import block, read_report, resolved
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.driver import RunResult
from accelc.errors import UsageError
from accelc.profile import SIMULATOR_REASON, Profile, Reason, profile
from accelc.profile.html import Facts, html_report, write_html_report
from accelc.profile.html import library as library_module
from accelc.profile.html.columns import Columns
from accelc.profile.html.layers import added_ticks, layer_figures, roofs
from accelc.profile.html.page import script_json
from accelc.profile.html.slices import core_tracks
from accelc.profile.html.stalls import top_stalls
from accelc.report.figures import race_count
from accelc.runtime.execute import execute
from accelc.simulator.stats import REASONS
from accelc.targets import load_target
from benchmarks.simulator.programs.profile_streams import random_streams

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&quot;\u2028\ud800"


@pytest.fixture(scope="module")
def facts(squeezenet: RunResult) -> Facts:
    """What the profile does not know."""
    return Facts("squeezenet", squeezenet.compiled.lower_bound.ns, race_count(squeezenet.execution))


@pytest.fixture(scope="module")
def page(squeezenet_profile: Profile, facts: Facts) -> str:
    """The report of the network."""
    return html_report(squeezenet_profile, facts)


@pytest.fixture(scope="module")
def data(page: str) -> dict[str, Any]:
    """Its data."""
    return read_report(page)


def test_the_headline_is_the_run(data: dict[str, Any], squeezenet: RunResult, facts: Facts) -> None:
    (core,) = (s.simulation.cores[0] for s in squeezenet.execution.segments if s.simulation is not None)
    headline = data["summary"]
    assert headline["total_ns"] == pytest.approx(squeezenet.execution.total_ns)
    assert headline["lower_bound_ns"] == facts.lower_bound_ns
    assert headline["races"] == 0
    assert headline["hbm_bytes"] == core.hbm_bytes
    assert headline["instructions"] == sum(stats.instructions for stats in core.lanes.values())
    assert headline["peak_bytes"]["sbuf"] == core.peak_bytes["sbuf"]
    macs_per_ns = 128 * 128 * squeezenet.compiled.target.time.cycles_per_ns("tensor") / 4
    assert headline["mfu"] == pytest.approx(headline["macs"] / macs_per_ns / headline["total_ns"])


def test_lanes_are_those_of_the_simulator(data: dict[str, Any], squeezenet: RunResult) -> None:
    """Work, stalls by the simulator's reasons and idle time of each lane, which add up to the total."""
    (simulation,) = (s.simulation for s in squeezenet.execution.segments if s.simulation is not None)
    lanes = data["timings"][0]["cores"][0]["lanes"]
    shown = {row["lane"]: row for row in lanes}
    worked = {name: stats for name, stats in simulation.cores[0].lanes.items() if stats.busy_ticks}
    assert shown.keys() == worked.keys()
    for name, stats in worked.items():
        row = shown[name]
        assert row["busy"] == stats.busy_ticks
        assert row["busy"] + sum(row["reasons"]) == simulation.total_ticks == data["timings"][0]["total"]
        for reason in REASONS:
            codes = [code for code, known in SIMULATOR_REASON.items() if known == reason]
            assert sum(row["reasons"][code] for code in codes) == stats.stalls[reason]


def test_every_record_and_stall_is_in_the_timeline(data: dict[str, Any], squeezenet_profile: Profile) -> None:
    found = squeezenet_profile
    tracks = {track["name"]: track for track in data["timings"][0]["cores"][0]["tracks"]}
    assert {"tensor MM", "tensor LS", "vector", "dma0"} <= tracks.keys()
    rows = found.instructions
    lane = found.lanes.lane[rows.owner]
    for name, track in tracks.items():
        own, _, kind = name.partition(" ")
        mine = (lane == found.lane_names.index(own)) & (rows.opcode >= 16)
        if kind:
            mine &= (rows.opcode == 16) == (kind == "LS")
        work = track["work"]
        order = np.argsort(rows.start[mine], kind="stable")
        for column, expected in (
            ("begin", rows.start),
            ("ticks", rows.read - rows.start),
            ("node", rows.node),
            ("op", rows.op),
            ("pc", rows.pc),
        ):
            assert np.array_equal(work[column], expected[mine][order]), (name, column)
    stood = sum(int(track["stalls"]["ticks"].sum()) for track in tracks.values())
    kept = np.isin(found.lanes.lane, [found.lane_names.index(name.split(" ")[0]) for name in tracks])
    assert stood == (found.lanes.stall + found.lanes.idle)[kept].sum()
    assert data["timings"][0]["cores"][0]["merged"] == -1


def test_layers(data: dict[str, Any], squeezenet: RunResult, squeezenet_profile: Profile) -> None:
    """Layers add up to the run, and none is above its roof."""
    layers, total = data["timings"][0]["layers"], data["timings"][0]["total"]
    (simulation,) = (s.simulation for s in squeezenet.execution.segments if s.simulation is not None)
    assert sum(layer["adds"] for layer in layers) == max(layer["end"] for layer in layers) <= total
    assert sum(layer["hbm_bytes"] for layer in layers) == simulation.cores[0].hbm_bytes
    assert sum(layer["bytes"] for layer in layers) == simulation.cores[0].dma_bytes
    assert sum(layer["macs"] for layer in layers) == squeezenet_profile.instructions.macs.sum()
    (roof,) = data["roofs"]
    assert roof == roofs(squeezenet_profile)[0]
    assert roof["dtypes"] == "fp32"
    for layer in layers:
        ns = layer["active"] * data["ns_per_tick"]
        assert max(layer["resources"]) <= layer["active"] <= sum(layer["resources"])
        assert layer["macs"] <= roof["macs_per_ns"] * ns * (1 + 1e-9)
        assert layer["hbm_bytes"] <= data["hbm_bytes_per_ns"] * ns * 1.001
    limits = {layer["limit"] for layer in layers}
    assert limits == {"array", "HBM", "neither"}


def test_counters_and_stalls(data: dict[str, Any], squeezenet_profile: Profile) -> None:
    timing = data["timings"][0]
    counters = timing["cores"][0]["counters"]
    width = np.diff(counters["edges"]) * data["ns_per_tick"]
    moved = float((counters["hbm"] * width).sum())
    assert moved == pytest.approx(data["summary"]["hbm_bytes"], rel=1e-5)
    assert counters["sbuf_highest"].max() <= timing["peak"]["sbuf"]
    engines = [stall for stall in timing["stalls"] if not data["lanes"][stall["lane"]].startswith("dma")]
    assert [stall["ticks"] for stall in timing["stalls"]] == sorted(
        (s["ticks"] for s in timing["stalls"]), reverse=True
    )
    assert engines
    every = top_stalls(squeezenet_profile, 0, top=10**9)
    assert sum(stall["ticks"] for stall in every) == squeezenet_profile.lanes.stall.sum()
    for stall in every:
        assert (stall["semaphore"] >= 0) == (Reason(stall["reason"]) in (Reason.SEMAPHORE, Reason.SIGNAL))
        assert 0 < stall["end"] - stall["begin"] <= stall["ticks"]


@given(seed=st.integers(0, 2**32), most=st.integers(1, 60), name=st.sampled_from(["tiny", "trn-like", "tpu-like"]))
@settings(max_examples=25)
def test_merging_keeps_what_there_is(seed: int, most: int, name: str) -> None:
    """Merged slices hold every record once, in order, within their nodes; merging none changes nothing."""
    target = load_target(name)
    program = random_streams(Random(seed), target, 40)
    found = profile(program, execute(program, target, {}, functional=False, races=False), target, windows=7)
    full, few = (decoded(found, most) for most in (10**9, most))
    for whole, merged in zip(full, few, strict=True):
        for kind in ("work", "stalls"):
            assert merged[kind]["count"].sum() == len(whole[kind]["begin"])
            if not len(whole[kind]["begin"]):
                continue
            first = np.concatenate([[0], np.cumsum(merged[kind]["count"])[:-1]]).astype(np.int64)
            ends = np.maximum.reduceat(whole[kind]["begin"] + whole[kind]["ticks"], first)
            assert np.array_equal(merged[kind]["begin"] + merged[kind]["ticks"], ends)
            for column in ("begin", "node", "pc"):
                assert np.array_equal(merged[kind][column], whole[kind][column][first])
            owner = np.repeat(np.arange(len(first)), merged[kind]["count"])
            assert np.array_equal(whole[kind]["node"], merged[kind]["node"][owner])
    figures = layer_figures(found, 0, {})
    assert sum(row["adds"] for row in figures) == max((row["end"] for row in figures), default=0)


def decoded(found: Profile, most: int) -> list[dict[str, Any]]:
    """Tracks of the only core, as arrays."""
    columns = Columns()
    tracks = core_tracks(found, 0, 0, columns, most)["tracks"]
    return resolved(tracks, b"".join(columns.parts))


@given(st.lists(st.integers(0, 50), max_size=20))
def test_added_ticks(ends: list[int]) -> None:
    added = added_ticks(np.array(ends, np.int64)).tolist()
    assert sum(added) == max(ends, default=0)
    for index, end in enumerate(ends):
        before = [other for at, other in enumerate(ends) if other < end or (other == end and at < index)]
        assert added[index] == end - max(before, default=0)


@given(
    st.one_of(
        st.lists(st.integers(-(2**52), 2**52)), st.lists(st.integers(-9, 300)), st.lists(st.floats(-1e6, 1e6, width=32))
    )
)
def test_columns(values: Sequence[float]) -> None:
    """A page reads back what was put in."""
    kind = np.float64 if any(isinstance(value, float) for value in values) else np.int64
    column = np.array(values, kind)
    columns = Columns()
    references = [columns.add(np.array([7], np.int64)), columns.add(column)]
    assert np.array_equal(resolved(references, b"".join(columns.parts))[1], column)


def test_hostile_names_stay_data(squeezenet_profile: Profile) -> None:
    """Names of nodes and of the model neither end a script nor open a comment."""
    nodes = tuple(HOSTILE if name == "n14" else name for name in squeezenet_profile.nodes)
    text = html_report(replace(squeezenet_profile, nodes=nodes), Facts(HOSTILE))
    usual = html_report(squeezenet_profile, Facts("usual"))
    assert HOSTILE in json.loads(block(text, "data"))["nodes"]
    assert "alert(1)</script>" not in text
    for tag in ("<script", "</script", "<!--", "<img", "<h1"):
        assert text.count(tag) == usual.count(tag), tag


@given(st.text())
def test_json_in_a_script_element(text: str) -> None:
    safe = script_json([text])
    assert json.loads(safe) == [text]
    assert not set("<>&\u2028\u2029") & set(safe)


def test_the_page_names_no_other_file(page: str) -> None:
    """Outside the library, which is data until it is unpacked, nothing refers to anything."""
    for name in ("library", "columns", "data"):
        page = page.replace(block(page, name), "")
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    for word in ("http:", "https:", "src=", "href=", "@import", "url(", "innerHTML", "eval("):
        assert word not in page, word


def test_without_the_chart_library(
    monkeypatch: pytest.MonkeyPatch, squeezenet_profile: Profile, tmp_path: Path
) -> None:
    monkeypatch.setattr(library_module, "PACKAGE", "no-such-package")
    with pytest.raises(UsageError, match=r"^an HTML report needs the package no-such-package.*accelc\[profile\]"):
        write_html_report(tmp_path / "report.html", squeezenet_profile, Facts("x"))
    monkeypatch.undo()
    monkeypatch.setattr(library_module, "SCRIPT", "plotly/none.js")
    with pytest.raises(UsageError, match=r"none\.js: No such file or directory.*lacks its script"):
        write_html_report(tmp_path / "report.html", squeezenet_profile, Facts("x"))
    assert not list(tmp_path.iterdir())


def test_a_report_that_cannot_be_written(squeezenet_profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none/report\.html"):
        write_html_report(tmp_path / "none" / "report.html", squeezenet_profile, Facts("x"))
