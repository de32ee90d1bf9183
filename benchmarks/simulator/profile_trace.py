"""
Figures of the profile: tables and traces that say what the simulator says, and what they cost.

Random programs are those of `profile_streams` with seeds 0, 1, ...; the long one has 10 records a tile. Traces are
read back with the protobuf of Perfetto's package. The peer in speed are the message
classes of the same package, which write slices with as many arguments.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from time import process_time

import numpy as np
import perfetto.protos.perfetto.trace.perfetto_trace_pb2 as proto

from accelc.driver import compile_model
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.table import Opcode
from accelc.profile import SIMULATOR_REASON, Profile, profile
from accelc.profile import Counter as Quantity
from accelc.profile.tables import Ints
from accelc.profile.trace import trace_model, write_perfetto
from accelc.profile.trace.clock import whole_ns
from accelc.runtime.execute import ExecutionResult, execute
from accelc.simulator.stats import REASONS
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.end_to_end import light_model
from benchmarks.measure import Measurement
from benchmarks.simulator.oracles.parsed_trace import Parsed, Slice, parse_trace
from benchmarks.simulator.programs.profile_streams import long_streams, random_streams

TARGETS = ("trn-like", "tpu-like", "gemmini-like", "tiny")
PROGRAMS, REDUCED_PROGRAMS = 1000, 20
RECORDS, REDUCED_RECORDS = 60, 40
TILES, REDUCED_TILES = 100_000, 500
MODELS, REDUCED_MODELS = ("resnet50", "squeezenet", "shufflenet"), ("squeezenet",)
PEER_SLICES, REDUCED_PEER_SLICES = 20_000, 500


Row = tuple[int, int, int, int]
"""Nanoseconds of begin and end, ticks of start and operands read."""


@dataclass
class Compared:
    """How much was compared, by kind, and how much of it was different."""

    count: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])

    def add(self, kind: str, wrong: int, count: int = 1) -> None:
        """Adds things that were compared."""
        self.count[kind] += count
        self.wrong[kind] += wrong


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures."""
    for name, programs in (("random programs", _random(reduced)), ("light models", _models(reduced))):
        found = Compared()
        for program, target in programs:
            compare(program, target, found)
            found.add("programs", 0)
        label = f"profile, {found.count['programs']} {name}"
        for kind in ("lanes", "slices", "stalls", "flows", "counters"):
            yield Measurement.reported(f"{label}: {kind}", found.count[kind], "")
            yield Measurement.at_most(f"{label}: {kind} unlike the simulator", found.wrong[kind], "", 0)
    yield from _speed(reduced)


def _random(reduced: bool) -> Iterator[tuple[Program, Target]]:
    targets = [load_target(name) for name in TARGETS]
    for seed in range(REDUCED_PROGRAMS if reduced else PROGRAMS):
        target = targets[seed % len(targets)]
        yield random_streams(Random(seed), target, REDUCED_RECORDS if reduced else RECORDS), target


def _models(reduced: bool) -> Iterator[tuple[Program, Target]]:
    for name in REDUCED_MODELS if reduced else MODELS:
        compiled = compile_model(light_model(name))
        yield compiled.program, compiled.target


def compare(program: Program, target: Target, found: Compared) -> None:
    """Adds what tables and trace of a program say unlike the simulator."""
    execution = execute(program, target, {}, functional=False, races=False)
    tables = profile(program, execution, target)
    file = BytesIO()
    write_perfetto(trace_model(tables), file)
    trace = parse_trace(file.getvalue())
    _compare_lanes(tables, execution, found)
    _compare_slices(trace, program, execution, target, found)
    _compare_stalls(trace, execution, found)
    _compare_flows(trace, tables, found)
    _compare_counters(tables, execution, found)


def _compare_lanes(tables: Profile, execution: ExecutionResult, found: Compared) -> None:
    """Work, idle time and every reason of stalls of each lane of each timing."""
    simulations = {result.name: result.simulation for result in execution.segments if result.simulation is not None}
    ticks = tables.stalls.end - tables.stalls.begin
    for owner in range(len(tables.lanes)):
        segment = tables.timings[int(tables.lanes.timing[owner])].segment.name
        lane = tables.lane_names[int(tables.lanes.lane[owner])]
        stats = simulations[segment].cores[int(tables.lanes.core[owner])].lanes[lane]
        own = tables.stalls.owner == owner
        sums = {reason: 0 for reason in REASONS}
        for reason, name in SIMULATOR_REASON.items():
            sums[name] += int(ticks[own & (tables.stalls.reason == reason)].sum())
        same = sums == dict(stats.stalls) and tables.lanes.busy[owner] == stats.busy_ticks
        found.add("lanes", not (same and tables.lanes.idle[owner] == stats.idle_ticks))


def _tracks(lane: str, opcode: Ints) -> Iterator[tuple[str, Ints]]:
    """The tracks of a lane's records that work, and which these are."""
    if lane == "tensor":
        yield "core 0/tensor/tensor LS", np.flatnonzero(opcode == Opcode.LS)
        yield "core 0/tensor/tensor MM", np.flatnonzero(opcode == Opcode.MM)
    else:
        yield f"core 0/{lane}", np.flatnonzero(opcode >= Opcode.LS)


def _compare_slices(
    trace: Parsed, program: Program, execution: ExecutionResult, target: Target, found: Compared
) -> None:
    """Every slice of a record against its times in the simulator, and the number of slices."""
    segments = {segment.name: segment for segment in program.segments}
    places = [one for one in trace.slices["host/segments"] if one.category == "accelerator"]
    expected: dict[str, list[Row]] = {}
    for place, result in zip(places, (r for r in execution.segments if r.simulation is not None), strict=True):
        segment = segments[result.name]
        assert isinstance(segment, AcceleratorSegment)
        assert result.simulation is not None
        for lane, times in result.simulation.cores[0].times.items():
            for track, rows in _tracks(lane, segment.cores[0][lane]["opcode"].astype(np.int64)):
                start, read = times.start[rows], times.read[rows]
                columns = (whole_ns(start, target) + place.begin, whole_ns(read, target) + place.begin, start, read)
                expected.setdefault(track, []).extend(zip(*(column.tolist() for column in columns), strict=True))
    for track, rows in expected.items():
        shown = Counter(
            (one.begin, one.end, int(one.args["start tick"]), int(one.args["read tick"]))
            for one in trace.slices[track]
            if one.end >= 0
        )
        wanted = Counter(rows)
        found.add("slices", ((shown - wanted) + (wanted - shown)).total(), len(rows))


def _compare_stalls(trace: Parsed, execution: ExecutionResult, found: Compared) -> None:
    """Ticks of the stall slices of each lane against the simulator's stalls."""
    sums: Counter[str] = Counter()
    for result in execution.segments:
        if result.simulation is not None:
            for lane, stats in result.simulation.cores[0].lanes.items():
                sums[lane] += stats.stall_ticks if stats.instructions > 1 else 0
    for lane, total in sums.items():
        slices = [one for one in trace.slices[f"core 0/{lane}/{lane} stalls"] if one.end >= 0]
        shown = sum(int(one.args["end tick"]) - int(one.args["begin tick"]) for one in slices)
        found.add("stalls", shown != total and len(slices) > 0, len(slices))


def _compare_flows(trace: Parsed, tables: Profile, found: Compared) -> None:
    """Every flow leaves one slice and reaches one, not before that; as many as there are in the tables."""
    leaving: dict[int, Slice] = {}
    reaching: dict[int, Slice] = {}
    for slices in trace.slices.values():
        for one in slices:
            leaving |= dict.fromkeys(one.leaving, one)
            reaching |= dict.fromkeys(one.reaching, one)
    launches = sum(timing.invocations for timing in tables.timings) / max(len(tables.timings), 1)
    wrong = abs(len(leaving) - round(len(tables.flows) * launches)) + len(leaving.keys() ^ reaching.keys())
    wrong += sum(int(leaving[flow].args["start tick"]) > int(one.args["issue tick"]) for flow, one in reaching.items())
    found.add("flows", wrong, len(leaving))


def _compare_counters(tables: Profile, execution: ExecutionResult, found: Compared) -> None:
    """Sums over all windows against the bytes that the simulator counted and the MACs of all products."""
    simulations = {r.name: r.simulation for r in execution.segments if r.simulation is not None}
    cores = [core for simulation in simulations.values() for core in simulation.cores]
    for counter, total in (
        (Quantity.HBM, sum(core.hbm_bytes for core in cores)),
        (Quantity.DMA, sum(core.dma_bytes for core in cores)),
        (Quantity.MACS, int(tables.instructions.macs.sum())),
    ):
        amount = tables.counters.amount[tables.counters.counter == counter]
        found.add("counters", int(amount.sum()) != total, len(amount))


def _speed(reduced: bool) -> Iterator[Measurement]:
    """What tables and trace of a long program cost, in its time of simulation."""
    target = load_target("trn-like")
    program = long_streams(target, REDUCED_TILES if reduced else TILES)
    begin = process_time()
    execution = execute(program, target, {}, functional=False, races=False)
    simulated = process_time()
    tables = profile(program, execution, target)
    profiled = process_time()
    model = trace_model(tables)
    file = BytesIO()
    write_perfetto(model, file, texts=False)
    written = process_time()
    records, events = len(tables.instructions), len(model.events)
    label = f"profile, {records:,} records"
    share = (profiled - simulated) / (simulated - begin)
    yield Measurement.reported(f"{label}: tables, times the simulation", share, "x")
    yield Measurement.reported(f"{label}: trace, slices", events, "")
    yield Measurement.reported(f"{label}: trace, bytes per slice", len(file.getvalue()) / events, "B")
    peer = _peer(REDUCED_PEER_SLICES if reduced else PEER_SLICES)
    speed = events / (written - profiled)
    yield Measurement(f"{label}: trace, slices per second", speed, "/s", peer, 1.5 * peer, speed >= 1.5 * peer)


def _peer(count: int) -> float:
    """Slices per second of the messages of Perfetto's package, with eight arguments each."""
    begin = process_time()
    trace = proto.Trace()
    for index in range(count):
        packet = trace.packet.add()
        packet.timestamp = index
        packet.trusted_packet_sequence_id = 1
        event = packet.track_event
        event.type = proto.TrackEvent.TYPE_SLICE_BEGIN
        event.track_uuid = 1
        event.name_iid = 1
        event.category_iids.append(1)
        for argument in range(1, 9):
            note = event.debug_annotations.add()
            note.name_iid = argument
            note.int_value = index
        packet = trace.packet.add()
        packet.timestamp = index + 1
        packet.trusted_packet_sequence_id = 1
        packet.track_event.type = proto.TrackEvent.TYPE_SLICE_END
        packet.track_event.track_uuid = 1
    trace.SerializeToString()
    return count / (process_time() - begin)
