"""Traces, read back with the projects' own formats, hold the simulator's numbers."""

import json
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import perfetto.protos.perfetto.trace.perfetto_trace_pb2 as proto
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.driver import RunResult
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.records import Records, Update, Wait
from accelc.isa.table import Opcode
from accelc.isa.text.disassembler import disassemble_records
from accelc.profile import SIMULATOR_REASON, Profile, Reason, profile
from accelc.profile.trace import trace_model, write_chrome, write_perfetto, write_trace
from accelc.profile.trace.clock import whole_ns
from accelc.profile.trace.perfetto import BEGIN, CLEARED, COUNTER, END, EXPLICIT, FIELDS, INSTANT, NEEDED
from accelc.runtime.execute import ExecutionResult, execute
from accelc.simulator.stats import REASONS
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.simulator.oracles.parsed_trace import Parsed, Slice, parse_trace
from benchmarks.simulator.programs.profile_streams import random_streams

TARGETS = ("tiny", "trn-like", "gemmini-like", "tpu-like")


def floor_ns(tick: int, target: Target) -> int:
    """Whole nanoseconds by exact arithmetic."""
    return int(Fraction(tick) * 10**9 / target.time.tick_hz)


def written(found: Profile) -> Parsed:
    """The trace of a profile, read back."""
    file = BytesIO()
    assert write_perfetto(trace_model(found), file) == len(file.getvalue())
    return parse_trace(file.getvalue())


def track_of(lane: str, opcode: int) -> str:
    """The track that a record is expected on."""
    if opcode < Opcode.LS:
        return f"core 0/{lane}/{lane} stalls"
    if lane == "tensor":
        return f"core 0/tensor/tensor {'LS' if opcode == Opcode.LS else 'MM'}"
    return f"core 0/{lane}"


def check_records(trace: Parsed, program: Program, execution: ExecutionResult, target: Target) -> dict[Any, Slice]:
    """Every record of a one-segment program is where and when the simulator had it; by (lane, record)."""
    segment, simulation = program.segments[0], execution.segments[0].simulation
    assert isinstance(segment, AcceleratorSegment)
    assert simulation is not None
    events: dict[tuple[str, int], Slice] = {}
    for path, slices in trace.slices.items():
        if path.startswith("host/"):
            continue
        for one in slices:
            if "issue tick" in one.args:
                lane, pc = path.split("/")[1], one.args["pc"]
                assert isinstance(pc, int)
                assert (lane, pc) not in events
                events[lane, pc] = one
    count = 0
    for lane, records in segment.cores[0].items():
        times = simulation.cores[0].times[lane]
        texts = list(disassemble_records(records))
        shown = (lane, 0) in events
        assert shown or len(records) == 1
        count += len(records) * shown
        for pc in range(len(records) * shown):
            one, opcode = events[lane, pc], int(records["opcode"][pc])
            assert one.track == track_of(lane, opcode)
            works = opcode >= Opcode.LS
            assert one.begin == floor_ns(int((times.start if works else times.issue)[pc]), target)
            assert one.end == (floor_ns(int(times.read[pc]), target) if works else -1)
            for name in ("ready", "issue", "start", "read", "complete"):
                assert one.args[f"{name} tick"] == getattr(times, name)[pc]
            entry = segment.debug[int(records["debug"][pc])]
            assert one.args["record"] == texts[pc]
            assert one.args.get("node", "") == entry.loc_name
            assert one.args.get("op", "") == entry.op
            assert one.name == f"{texts[pc].split()[0]} {entry.loc_name}".rstrip()
    assert len(events) == count
    return events


def check_stalls(trace: Parsed, execution: ExecutionResult, target: Target) -> None:
    """Stall slices add up to the simulator's stalls, by lane and reason."""
    simulation = execution.segments[0].simulation
    assert simulation is not None
    labels = {reason.label: name for reason, name in SIMULATOR_REASON.items()}
    for lane, stats in simulation.cores[0].lanes.items():
        slices = [one for one in trace.slices[f"core 0/{lane}/{lane} stalls"] if one.end >= 0]
        sums: dict[str, int] = dict.fromkeys(REASONS, 0)
        for one in slices:
            begin, end = one.args["begin tick"], one.args["end tick"]
            assert isinstance(begin, int)
            assert isinstance(end, int)
            assert (one.begin, one.end) == (floor_ns(begin, target), floor_ns(end, target))
            assert one.name == one.category
            sums[labels[one.category]] += end - begin
        if stats.instructions > 1:
            assert sums == dict(stats.stalls)


def fires(records: Records, pc: int, semaphore: int) -> bool:
    """Whether a record updates a semaphore."""
    return any(u["op"] != Update.NONE and u["semaphore"] == semaphore for u in records["update"][pc])


def check_flows(trace: Parsed, events: dict[Any, Slice], program: Program) -> None:
    """Every flow leaves a record that updates the semaphore for which the record it reaches waits, in time."""
    segment = program.segments[0]
    assert isinstance(segment, AcceleratorSegment)
    sources = {flow: key for key, one in events.items() for flow in one.leaving}
    assert sum(len(one.leaving) for slices in trace.slices.values() for one in slices) == len(sources)
    targets = {flow: key for key, one in events.items() for flow in one.reaching}
    assert sources.keys() == targets.keys()
    for flow, (lane, pc) in targets.items():
        producer, at = sources[flow]
        record = segment.cores[0][lane][pc]
        assert record["wait_condition"] != Wait.NONE
        assert fires(segment.cores[0][producer], at, int(record["wait_semaphore"]))
        fired, issue = events[producer, at].args["read tick"], events[lane, pc].args["issue tick"]
        assert isinstance(fired, int)
        assert isinstance(issue, int)
        assert fired <= issue
        assert events[producer, at].begin <= events[lane, pc].begin
    for lane, records in segment.cores[0].items():
        for pc in np.flatnonzero((records["wait_condition"] == Wait.GE) & (records["wait_value"] > 0)).tolist():
            assert len(events[lane, pc].reaching) == 1


def check_counters(trace: Parsed, execution: ExecutionResult, target: Target, found: Profile) -> None:
    """Values times lengths give the bytes that the simulator counted and the MACs of the records."""
    simulation = execution.segments[0].simulation
    assert simulation is not None
    core = simulation.cores[0]
    end = floor_ns(core.total_ticks, target)
    sums: dict[str, float] = {}
    for path, samples in trace.samples.items():
        assert [ns for ns, _ in samples] == sorted({ns for ns, _ in samples})
        assert samples[-1][0] <= end
        assert samples[-1][1] == 0.0 or len(samples) == 1
        sums[path.split("/")[1]] = sum(
            value * (after - before) for (before, value), (after, _) in pairwise([*samples, (end, 0.0)])
        )
    # The last window ends in a rounded nanosecond.
    peak = max((value for path in ("HBM", "DMA") for _, value in trace.samples[f"core 0/{path} bandwidth"]), default=0)
    assert sums["HBM bandwidth"] == pytest.approx(core.hbm_bytes, rel=1e-9, abs=peak)
    assert sums["DMA bandwidth"] == pytest.approx(core.dma_bytes, rel=1e-9, abs=peak)
    macs_per_ns = target.tensor.rows * target.tensor.cols * target.time.cycles_per_ns("tensor")
    assert sums["PE utilization"] / 100 * macs_per_ns == pytest.approx(found.instructions.macs.sum(), abs=macs_per_ns)


def check(program: Program, execution: ExecutionResult, target: Target, found: Profile) -> Parsed:
    """All of the above."""
    trace = written(found)
    events = check_records(trace, program, execution, target)
    check_stalls(trace, execution, target)
    check_flows(trace, events, program)
    check_counters(trace, execution, target, found)
    return trace


@given(seed=st.integers(0, 2**32), name=st.sampled_from(TARGETS))
@settings(max_examples=40)
def test_a_trace_of_random_streams(seed: int, name: str) -> None:
    target = load_target(name)
    program = random_streams(Random(seed), target, 40)
    execution = execute(program, target, {}, functional=False, races=False)
    check(program, execution, target, profile(program, execution, target, windows=7))


def test_the_trace_of_a_network(squeezenet: RunResult, squeezenet_profile: Profile) -> None:
    program, target = squeezenet.compiled.program, squeezenet.compiled.target
    trace = check(program, squeezenet.execution, target, squeezenet_profile)
    (segment,) = trace.slices["host/segments"]
    assert (segment.name, segment.category, segment.begin) == ("accelerator0", "accelerator", 0)
    assert segment.end == int(squeezenet.execution.total_ns)
    assert trace.units["core 0/HBM bandwidth"] == "B/ns"
    reasons = {one.category for path in trace.slices for one in trace.slices[path] if path.endswith(" stalls")}
    assert {Reason.SEMAPHORE.label, Reason.SIGNAL.label, Reason.DMA_START.label} <= reasons
    waits = [one for one in trace.slices["core 0/tensor/tensor stalls"] if one.category == "semaphore"]
    assert all(str(one.args["semaphore"]).startswith("s") and one.args["producer"] for one in waits)
    assert all("producer pc" in one.args and "producer node" in one.args for one in waits)


def test_chrome_json_says_the_same(squeezenet_profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    assert write_trace(squeezenet_profile, path) == path.stat().st_size
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    trace = written(squeezenet_profile)
    expected = sorted(
        (one.track.split("/")[-1], one.name, one.begin, one.end)
        for slices in trace.slices.values()
        for one in slices
        if one.end >= 0
    )
    shown = [event for event in events if event["ph"] == "X"]
    assert expected == sorted(
        (names[e["tid"]], e["name"], round(e["ts"] * 1000), round((e["ts"] + e["dur"]) * 1000)) for e in shown
    )
    starts, ends = ({e["id"] for e in events if e["ph"] == kind} for kind in "sf")
    assert starts == ends == {flow for slices in trace.slices.values() for one in slices for flow in one.leaving}
    samples = sum(len(values) for values in trace.samples.values())
    assert sum(event["ph"] == "C" for event in events) == samples


def test_field_numbers_are_those_of_perfetto() -> None:
    for name, fields in FIELDS.items():
        descriptor = getattr(proto, name).DESCRIPTOR
        assert fields == {field: descriptor.fields_by_name[field].number for field in fields}
    for name in FIELDS["InternedData"]:
        entry = proto.InternedData.DESCRIPTOR.fields_by_name[name].message_type
        assert entry is not None
        assert {field.name: field.number for field in entry.fields if field.number in (1, 2)} in (
            {"iid": 1, "name": 2},
            {"iid": 1, "str": 2},
        )
    assert (BEGIN, END) == (proto.TrackEvent.TYPE_SLICE_BEGIN, proto.TrackEvent.TYPE_SLICE_END)
    assert (INSTANT, COUNTER) == (proto.TrackEvent.TYPE_INSTANT, proto.TrackEvent.TYPE_COUNTER)
    assert EXPLICIT == proto.TrackDescriptor.EXPLICIT
    assert CLEARED == proto.TracePacket.SEQ_INCREMENTAL_STATE_CLEARED
    assert NEEDED == proto.TracePacket.SEQ_NEEDS_INCREMENTAL_STATE


@given(hz=st.integers(10**6, 10**12), ticks=st.lists(st.integers(0, 2**53), min_size=1, max_size=20))
def test_ticks_become_whole_nanoseconds_in_order(hz: int, ticks: list[int]) -> None:
    target = load_target("tiny")
    target = replace(target, time=replace(target.time, tick_hz=hz))
    found = whole_ns(np.array(sorted(ticks), np.int64), target).tolist()
    assert found == [floor_ns(tick, target) for tick in sorted(ticks)]
    assert found == sorted(found)


def test_no_text_of_records_when_it_is_not_wanted(squeezenet_profile: Profile) -> None:
    model, file = trace_model(squeezenet_profile), BytesIO()
    write_chrome(model, file, texts=False)
    assert not any("record" in event.get("args", {}) for event in json.loads(file.getvalue())["traceEvents"])
