"""A profile from a program and its execution: every table, vectorised over the records of a lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from accelc.isa.custom import instruction
from accelc.isa.program import AcceleratorSegment, DebugEntry, Program
from accelc.isa.records import DTYPES, Records
from accelc.isa.records import field as record_field
from accelc.isa.table import Opcode
from accelc.profile.core import Core, Lane
from accelc.profile.counters import core_counters
from accelc.profile.layers import layer_table
from accelc.profile.semaphores import core_flows, core_updates
from accelc.profile.stalls import core_charges
from accelc.profile.tables import (
    Counters,
    Flows,
    Instructions,
    Ints,
    Invocations,
    Lanes,
    Layers,
    Reals,
    Stalls,
    Table,
    Transfers,
    Updates,
)
from accelc.profile.transfers import ROLES, core_transfers
from accelc.simulator.timing.times import LaneTimes
from accelc.targets.model import Target, is_dma

if TYPE_CHECKING:
    from accelc.runtime.execute import ExecutionResult, SegmentResult
    from accelc.simulator.result import CoreResult

_Rows = TypeVar("_Rows", bound=Table)

WINDOWS = 1000
"""Windows of a timing in the table of counters."""


@dataclass(frozen=True)
class Timing:
    """One simulation of a segment, and how often the program ran through it."""

    segment: AcceleratorSegment
    total_ticks: int
    invocations: int
    peak_bytes: Mapping[str, int]
    """The simulator's high-water marks."""


@dataclass(frozen=True)
class Profile:
    """Tables of an execution and the names that their codes refer to."""

    target: Target
    total_ns: float
    segments: tuple[str, ...]
    places: tuple[str, ...]
    """Where each of `segments` runs: accelerator, host or framework."""
    timings: tuple[Timing, ...]
    lane_names: tuple[str, ...]
    nodes: tuple[str, ...]
    ops: tuple[str, ...]
    roles: tuple[str, ...]
    invocations: Invocations
    lanes: Lanes
    instructions: Instructions
    stalls: Stalls
    transfers: Transfers
    updates: Updates
    flows: Flows
    counters: Counters
    layers: Layers

    def tables(self) -> dict[str, Table]:
        """All tables by name."""
        names = ("invocations", "lanes", "instructions", "stalls", "transfers", "updates", "flows", "counters")
        return {name: getattr(self, name) for name in (*names, "layers")}

    def records(self, owner: int) -> Records:
        """Records of a row of `lanes`."""
        timing, core, lane = (int(column[owner]) for column in (self.lanes.timing, self.lanes.core, self.lanes.lane))
        return self.timings[timing].segment.cores[core][self.lane_names[lane]]

    def debug(self, row: int) -> DebugEntry:
        """Where a record came from."""
        owner = int(self.instructions.owner[row])
        record = self.records(owner)[int(self.instructions.pc[row])]
        return self.timings[int(self.lanes.timing[owner])].segment.debug[int(record["debug"])]

    def place(self, row: int) -> str:
        """`tensor 12 mm`: lane, program counter and mnemonic of a record."""
        lane = self.lane_names[int(self.lanes.lane[self.instructions.owner[row]])]
        mnemonic = instruction(int(self.instructions.opcode[row])).mnemonic
        return f"{lane} {self.instructions.pc[row]} {mnemonic}"

    def semaphore(self, timing: int, number: int) -> str:
        """`s3`, and its name where the program gives it one."""
        names = self.timings[timing].segment.semaphores
        name = names[number] if number < len(names) else ""
        return f"s{number} {name}".rstrip()

    def text(self, row: int) -> str:
        """A record in the text of `accelc dis`."""
        from accelc.isa.text.disassembler import disassemble_records

        pc = int(self.instructions.pc[row])
        return next(disassemble_records(self.records(int(self.instructions.owner[row]))[pc : pc + 1]))


def profile(
    program: Program,
    execution: "ExecutionResult",
    target: Target,
    *,
    delays: Mapping[str, int] | None = None,
    windows: int = WINDOWS,
) -> Profile:
    """
    The profile of an execution with timing.

    `delays` are those given to `execute`; `windows` is the number of windows of each timing in `Profile.counters`.
    """
    builder = _Builder(program, target, delays or {}, windows)
    begin = 0.0
    for result in execution.segments:
        builder.invoke(result, begin)
        begin += result.ns
    return builder.finish(begin)


class _Names:
    def __init__(self, *first: str) -> None:
        self.codes = {name: code for code, name in enumerate(first)}

    def code(self, name: str) -> int:
        return self.codes.setdefault(name, len(self.codes))


@dataclass
class _Builder:
    program: Program
    target: Target
    delays: Mapping[str, int]
    windows: int
    timings: list[Timing] = field(default_factory=list[Timing])
    measured: list[Sequence["CoreResult"]] = field(default_factory=list[Sequence["CoreResult"]])
    """Cores by timing."""
    counts: list[int] = field(default_factory=list[int])
    ran: list[tuple[int, int, float, float, float, float]] = field(
        default_factory=list[tuple[int, int, float, float, float, float]]
    )
    lane_rows: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    parts: dict[type[Table], list[Table]] = field(default_factory=dict[type[Table], list[Table]])
    rows: int = 0
    update_rows: int = 0

    def __post_init__(self) -> None:
        self.segments = {segment.name: segment for segment in self.program.segments}
        self.segment_codes = {name: code for code, name in enumerate(self.segments)}
        self.lane_codes = {name: code for code, name in enumerate(self.target.lanes)}
        self.nodes, self.ops = _Names(""), _Names("")

    def invoke(self, result: "SegmentResult", begin: float) -> None:
        """Adds a segment that ran from `begin` ns on."""
        segment = self.segments[result.name]
        timing = -1
        if isinstance(segment, AcceleratorSegment) and result.simulation is not None:
            timing = self._timing(segment, result.simulation.cores)
        self.ran.append(
            (self.segment_codes[result.name], timing, begin, result.ns, result.transfer_ns, result.launch_ns)
        )

    def _timing(self, segment: AcceleratorSegment, cores: Sequence["CoreResult"]) -> int:
        """The timing with these times: one that is known, or a new one."""
        for index, (known, found) in enumerate(zip(self.timings, self.measured, strict=True)):
            if known.segment is segment and _same_times(cores, found):
                self.counts[index] += 1
                return index
        self.measured.append(cores)
        self.counts.append(1)
        total = max((core.total_ticks for core in cores), default=0)
        peaks: dict[str, int] = {}
        for core in cores:
            for space, used in core.peak_bytes.items():
                peaks[space] = max(peaks.get(space, 0), used)
        self.timings.append(Timing(segment, total, 1, peaks))
        throttles = {
            slot: self.delays.get(f"{segment.name}/{entry.name}", self.delays.get(entry.name, entry.default))
            for slot, entry in enumerate(segment.delays)
            if entry.kind == "throttle"
        }
        for number, (streams, core) in enumerate(zip(segment.cores, cores, strict=True)):
            self._core(segment, number, streams, core.times, total, throttles)
        return len(self.timings) - 1

    def _core(
        self,
        segment: AcceleratorSegment,
        number: int,
        streams: Mapping[str, Records],
        times: Mapping[str, LaneTimes],
        total: int,
        throttles: Mapping[int, int],
    ) -> None:
        lanes: list[Lane] = []
        first = self.rows
        for name in (lane for lane in self.target.lanes if lane in streams):
            lanes.append(Lane(name, streams[name], times[name], first, len(self.lane_rows) + len(lanes)))
            first += len(streams[name])
        core = Core(self.target, tuple(lanes), total, throttles)
        origin = self.rows
        self.rows = first
        instructions = [self._instructions(lane, segment.debug) for lane in lanes]
        updates = core_updates(core)
        flows = core_flows(core, updates)
        charges = core_charges(core, updates, flows)
        timing = len(self.timings) - 1
        for lane, charge in zip(lanes, charges, strict=True):
            idle = charge.idle
            row = timing, number, self.lane_codes[lane.name], lane.first, len(lane)
            self.lane_rows.append((*row, charge.busy, total - charge.busy - idle, idle))
            self._add(charge.stalls)
        moved, demands = core_transfers(core, segment.bindings)
        macs = np.concatenate([part.macs for part in instructions]) if lanes else np.zeros(first - origin, np.int64)
        codes = [self.lane_codes[lane.name] for lane in lanes]
        self._add(*instructions, updates, moved)
        self._add(flows.shifted(self.update_rows))
        self.update_rows += len(updates)
        self._add(core_counters(core, (timing, number), macs, moved, demands, codes, self.windows))

    def _add(self, *tables: Table) -> None:
        for table in tables:
            self.parts.setdefault(type(table), []).append(table)

    def _instructions(self, lane: Lane, debug: Sequence[DebugEntry]) -> Instructions:
        entry = record_field(lane.records, "debug").astype(np.int64)
        nodes = np.array([self.nodes.code(d.loc_name) for d in debug], np.int32)
        ops = np.array([self.ops.code(d.op) for d in debug], np.int32)
        layers = np.array([-1 if d.layer is None else d.layer for d in debug], np.int32)
        macs, ideal = _products(lane, self.target)
        times = lane.times
        return Instructions(
            np.full(len(lane), lane.owner, np.int32),
            np.arange(len(lane), dtype=np.int32),
            lane.opcode.astype(np.uint16),
            nodes[entry],
            ops[entry],
            layers[entry],
            times.ready,
            times.issue,
            times.operands,
            times.start,
            times.read,
            times.complete,
            macs,
            ideal,
            entry.astype(np.int32),
        )

    def finish(self, total_ns: float) -> Profile:
        """The profile of all that was added."""
        lanes = Lanes(*_columns(self.lane_rows, (np.int32,) * 3 + (np.int64,) * 5))
        ran = Invocations(*_columns(self.ran, (np.int32, np.int32) + (np.float64,) * 4))
        instructions, stalls = self._joined(Instructions), self._joined(Stalls)
        transfers = self._joined(Transfers)
        queues = np.array([code for lane, code in self.lane_codes.items() if is_dma(lane)], np.int64)
        layers = layer_table(lanes, instructions, stalls, transfers, queues, len(self.nodes.codes))
        places = tuple(
            "accelerator" if isinstance(segment, AcceleratorSegment) else segment.place
            for segment in self.segments.values()
        )
        timings = tuple(
            Timing(timing.segment, timing.total_ticks, count, timing.peak_bytes)
            for timing, count in zip(self.timings, self.counts, strict=True)
        )
        return Profile(
            self.target,
            total_ns,
            tuple(self.segments),
            places,
            timings,
            tuple(self.lane_codes),
            tuple(self.nodes.codes),
            tuple(self.ops.codes),
            ROLES,
            ran,
            lanes,
            instructions,
            stalls,
            transfers,
            self._joined(Updates),
            self._joined(Flows),
            self._joined(Counters),
            layers,
        )

    def _joined(self, kind: type[_Rows]) -> _Rows:
        return kind.join(self.parts.get(kind, []))


def _columns(rows: Sequence[Sequence[float]], kinds: Sequence[type]) -> list[Any]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def _same_times(left: Sequence["CoreResult"], right: Sequence["CoreResult"]) -> bool:
    if left is right:
        return True
    return len(left) == len(right) and all(
        a.times.keys() == b.times.keys()
        and all(np.array_equal(getattr(a.times[n], c), getattr(b.times[n], c)) for n in a.times for c in _COMPARED)
        for a, b in zip(left, right, strict=True)
    )


_COMPARED = ("ready", "issue", "operands", "start", "read", "complete", "pause")


def _products(lane: Lane, target: Target) -> tuple[Ints, Reals]:
    """MACs of the products of a lane, and the ticks they need on the whole array at the rate of their type."""
    macs, ideal = np.zeros(len(lane), np.int64), np.zeros(len(lane))
    if lane.name != "tensor":
        return macs, ideal
    products = lane.opcode == Opcode.MM
    operand = record_field(lane.records, "operand")[products]
    moving, written = operand[:, 1], operand[:, 0]
    elements = moving["size"].astype(np.int64).prod(axis=1)
    macs[products] = elements * moving["part_count"] * written["part_count"]
    rates = np.array([target.tensor.rate.get(name, 1.0) for name in DTYPES])
    per_tick = target.tensor.rows * target.tensor.cols / target.time.domain["tensor"]
    ideal[products] = macs[products] / (per_tick * rates[moving["dtype"]])
    return macs, ideal
