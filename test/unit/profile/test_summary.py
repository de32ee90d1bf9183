"""The figures of a profile follow from the simulator's, and the tables as files hold the tables."""

import csv
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accelc.driver import RunResult
from accelc.errors import UsageError
from accelc.isa.table import Opcode
from accelc.profile import Profile, Reason
from accelc.profile.export import check_format, named_columns, write_tables
from accelc.profile.summary import summarize
from accelc.report.figures import engine_times, layer_rows, tensor_cycles
from accelc.targets.model import is_dma


def test_shares_are_those_of_the_report(squeezenet: RunResult, squeezenet_profile: Profile) -> None:
    """What `accelc run` prints of engines, array and layers, from the tables."""
    summary, execution, target = summarize(squeezenet_profile), squeezenet.execution, squeezenet.compiled.target
    engines = engine_times(execution, target)
    assert summary.total_ns == execution.total_ns
    for lane in summary.lanes:
        row = engines[lane.lane]
        assert lane.instructions == row["instructions"]
        for share, key in ((lane.busy, "busy_ns"), (sum(lane.stalls.values()), "stall_ns"), (lane.idle, "idle_ns")):
            assert share * execution.total_ns == pytest.approx(row[key], abs=1e-6)
    assert {lane.lane for lane in summary.lanes} == {lane for lane, row in engines.items() if row["instructions"] > 1}
    assert summary.array_busy * execution.total_ns * target.time.cycles_per_ns("tensor") == pytest.approx(
        tensor_cycles(execution), abs=1
    )
    rows = {row.name: row for row in layer_rows(squeezenet.compiled.program, execution, target, {})}
    assert {node.node for node in summary.nodes} <= rows.keys()
    table = squeezenet_profile.instructions
    is_compute = np.array([not is_dma(lane) for lane in squeezenet_profile.lane_names])
    codes = table.node[(table.opcode < Opcode.LS) & (is_compute[squeezenet_profile.lanes.lane[table.owner]])]
    controlled = {squeezenet_profile.nodes[int(code)] for code in np.unique(codes)}
    assert len(controlled) < len(rows)
    for node in summary.nodes:
        cycles = node.compute_ns * target.time.cycles_per_ns("tensor")
        # The report counts what control records wait for too.
        assert cycles <= rows[node.node].cycles + 1e-6
        if node.node not in controlled:
            assert cycles == pytest.approx(rows[node.node].cycles)
        if node.utilization is not None:
            assert 0 < node.utilization <= 1


def test_figures_fit_together(squeezenet: RunResult, squeezenet_profile: Profile) -> None:
    summary, target = summarize(squeezenet_profile), squeezenet.compiled.target
    # SqueezeNet 1.0 at 224 x 224 has 349 million multiply-accumulates.
    assert summary.macs == pytest.approx(349e6, rel=0.01)
    macs_per_ns = target.tensor.rows * target.tensor.cols * target.time.cycles_per_ns("tensor")
    fp32 = target.tensor.rate["fp32"]
    assert summary.mfu == pytest.approx(summary.macs / (macs_per_ns * fp32 * summary.total_ns))
    hbm_bytes = sum(summary.traffic.hbm_bytes.values())
    assert summary.mbu == pytest.approx(hbm_bytes / target.hbm.bytes_per_ns / summary.total_ns)
    assert summary.intensity == pytest.approx(2 * summary.macs / hbm_bytes)
    assert summary.machine_intensity == pytest.approx(2 * macs_per_ns * fp32 / target.hbm.bytes_per_ns)
    weights = sum(array.nbytes for array in squeezenet.compiled.program.weights.values())
    assert summary.traffic.hbm_bytes["weight"] >= weights
    stood = sum(sum(node.stall_ns.values()) for node in summary.nodes)
    assert stood <= sum(summary.stall_ns.values()) + 1e-6
    longest = [stall.ns for stall in summary.top_stalls]
    assert longest == sorted(longest, reverse=True)
    assert all(stall.semaphores for stall in summary.top_stalls if stall.reason == "semaphore")
    assert 0 < summary.traffic.slow < summary.traffic.transfers
    assert summary.traffic.shared_ns < summary.traffic.busy_ns


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_come_back_from_files(squeezenet_profile: Profile, tmp_path: Path, kind: str) -> None:
    paths = write_tables(squeezenet_profile, tmp_path / "new", kind)
    expected = named_columns(squeezenet_profile)
    assert [path.name for path in paths] == [f"{name}.{kind}" for name in expected]
    for path, columns in zip(paths, expected.values(), strict=True):
        if kind == "csv":
            with path.open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file)
            found = dict(zip(header, zip(*rows, strict=True), strict=True))
            assert {name: [str(value) for value in column.tolist()] for name, column in columns.items()} == {
                name: list(values) for name, values in found.items()
            }
        else:
            parquet: Any = import_module("pyarrow.parquet")
            assert {name: column.tolist() for name, column in columns.items()} == parquet.read_table(path).to_pydict()


def test_names_in_files(squeezenet_profile: Profile) -> None:
    columns = named_columns(squeezenet_profile)
    stalls = columns["stalls"]
    assert set(stalls["reason"].tolist()) <= {reason.label for reason in Reason}
    assert set(columns["instructions"]["opcode"].tolist()) >= {"ls", "mm", "dma_copy", "halt"}
    by_lane = {
        lane: int((stalls["end"] - stalls["begin"])[(stalls["lane"] == lane) & (stalls["reason"] != "idle")].sum())
        for lane in np.unique(stalls["lane"]).tolist()
    }
    lanes = columns["lanes"]
    assert by_lane == dict(zip(lanes["lane"].tolist(), lanes["stall"].tolist(), strict=True))


def test_formats_are_checked() -> None:
    with pytest.raises(
        UsageError, match=r"unknown format of tables 'cvs'; did you mean 'csv'\? \(formats: csv, parquet\)"
    ):
        check_format("cvs")
