"""Segments that are launched several times, and segments that use several cores."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from accelc.isa.program import AcceleratorSegment, HostSegment, Program, ValueType
from accelc.isa.steps import Invocation
from accelc.profile import Profile, profile
from accelc.profile.summary import summarize
from accelc.profile.trace import model as trace_model_module
from accelc.profile.trace import trace_model, write_perfetto
from accelc.runtime.execute import execute
from accelc.simulator.result import SimulationResult
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator.oracles.parsed_trace import parse_trace
from benchmarks.simulator.programs.profile_streams import random_streams

TARGET = load_target("trn-like")
HOST = """
graph.func @host0(%x : tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
"""


def profiled(program: Program, target: Target = TARGET) -> Profile:
    """The profile of a timing."""
    return profile(program, execute(program, target, {}, functional=False, races=False), target, windows=5)


@pytest.fixture
def once() -> Program:
    """A program of one segment."""
    return random_streams(Random(11), TARGET, 60)


def repeated(program: Program, times: int) -> Program:
    """The same segment launched several times."""
    return replace(program, steps=(Invocation(program.segments[0].name, (), ()),) * times)


def test_launches_of_one_segment_share_their_rows(once: Program) -> None:
    single, found = profiled(once), profiled(repeated(once, 3))
    assert len(found.timings) == 1
    assert found.timings[0].invocations == 3
    for name, table in found.tables().items():
        assert len(table) == len(single.tables()[name]) * (3 if name == "invocations" else 1)
    runs, total = found.invocations, single.total_ns
    launch = TARGET.host.launch_ns
    assert runs.launch_ns.tolist() == [0.0, launch, launch]
    assert runs.begin_ns.tolist() == pytest.approx([0.0, total, 2 * total + launch])
    assert found.total_ns == pytest.approx(3 * total + 2 * launch)


def test_figures_count_every_launch(once: Program) -> None:
    single, found = summarize(profiled(once)), summarize(profiled(repeated(once, 3)))
    assert found.instructions == 3 * single.instructions
    assert found.macs == 3 * single.macs
    assert found.traffic.bytes == 3 * single.traffic.bytes
    assert found.traffic.hbm_bytes == {role: 3 * count for role, count in single.traffic.hbm_bytes.items()}
    assert found.stall_ns == pytest.approx({reason: 3 * ns for reason, ns in single.stall_ns.items()})
    assert found.accelerator_ns == pytest.approx(3 * single.accelerator_ns + 2 * TARGET.host.launch_ns)
    for one, other in zip(found.lanes, single.lanes, strict=True):
        assert one.busy * found.total_ns == pytest.approx(3 * other.busy * single.total_ns)
        assert one.busy + sum(one.stalls.values()) + one.idle == pytest.approx(1)
    for one, other in zip(found.nodes, single.nodes, strict=True):
        assert (one.macs, one.hbm_bytes) == (3 * other.macs, 3 * other.hbm_bytes)
        assert one.utilization == other.utilization


@pytest.mark.parametrize(("limit", "shown"), [(10**6, 3), (1, 1)])
def test_a_trace_shows_launches_up_to_a_limit(
    once: Program, monkeypatch: pytest.MonkeyPatch, limit: int, shown: int
) -> None:
    monkeypatch.setattr(trace_model_module, "MAX_EVENTS", limit)
    found, file = profiled(repeated(once, 3)), BytesIO()
    write_perfetto(trace_model(found), file)
    trace = parse_trace(file.getvalue())
    host = trace.slices["host/segments"]
    assert [one.category for one in host] == ["accelerator", *("launch", "accelerator") * 2]
    for before, after in pairwise(host):
        assert before.end <= after.begin
    records = [one for path in trace.slices for one in trace.slices[path] if "issue tick" in one.args]
    (segment,) = once.segments
    assert isinstance(segment, AcceleratorSegment)
    count = sum(len(lane) for lane in segment.cores[0].values() if len(lane) > 1)
    assert len(records) == shown * count
    begins = [one.begin for one in host if one.category == "accelerator"]
    ends = [one.end for one in host if one.category == "accelerator"]
    for one in records:
        assert any(
            begin <= one.begin <= max(one.begin, one.end) <= end for begin, end in zip(begins, ends, strict=True)
        )
    leaving = [flow for one in records for flow in one.leaving]
    assert len(leaving) == len(set(leaving)) == shown * len(found.flows)
    assert sorted(leaving) == sorted(flow for one in records for flow in one.reaching)


def test_host_segments_have_slices_on_the_host(once: Program) -> None:
    host = HostSegment("host0", "host", ("x",), ("y",), HOST)
    program = replace(once, inputs=(ValueType("x", "float32", (4,)),), segments=(*once.segments, host))
    found, file = profiled(program), BytesIO()
    assert found.places == ("accelerator", "host")
    assert found.invocations.timing.tolist() == [0, -1]
    write_perfetto(trace_model(found), file)
    slices = parse_trace(file.getvalue()).slices["host/segments"]
    assert [(one.name, one.category) for one in slices] == [("accelerator0", "accelerator"), ("host0", "host")]
    assert slices[1].end - slices[1].begin == int(found.invocations.ns[1]) > 0
    summary = summarize(found)
    assert summary.host_ns == pytest.approx(found.invocations.ns[1])


def test_cores_have_tracks_of_their_own(once: Program) -> None:
    """Two cores that share HBM; stalls, bytes and MACs are still those of the simulator."""
    segment = once.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    other = random_streams(Random(12), TARGET, 60).segments[0]
    assert isinstance(other, AcceleratorSegment)
    slots = other.delays if len(other.delays) > len(segment.delays) else segment.delays
    both = replace(segment, cores=(segment.cores[0], other.cores[0]), delays=slots)
    program = replace(once, segments=(both,))
    execution = execute(program, TARGET, {}, functional=False, races=False)
    simulation = execution.segments[0].simulation
    assert isinstance(simulation, SimulationResult)
    found = profile(program, execution, TARGET, windows=5)
    assert found.lanes.core.tolist() == [core for core in (0, 1) for _ in both.cores[core]]
    for row in range(len(found.lanes)):
        core, lane = int(found.lanes.core[row]), found.lane_names[int(found.lanes.lane[row])]
        stats, total = simulation.cores[core].lanes[lane], simulation.total_ticks
        assert (found.lanes.busy[row], found.lanes.stall[row]) == (stats.busy_ticks, stats.stall_ticks)
        assert found.lanes.idle[row] == stats.idle_ticks + total - simulation.cores[core].total_ticks
    for core, result in enumerate(simulation.cores):
        own = found.counters.take(found.counters.core == core)
        assert own.amount[own.counter == 1].sum() == result.hbm_bytes
        assert own.amount[own.counter == 2].sum() == result.dma_bytes
    file = BytesIO()
    write_perfetto(trace_model(found), file)
    trace = parse_trace(file.getvalue())
    assert {path.split("/")[0] for path in trace.slices} == {"host", "core 0", "core 1"}
    assert np.isfinite(summarize(found).mfu)
