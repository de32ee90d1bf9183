"""
What a trace shows, before it is written in a format: tracks, slices, instants, flows and counters, as columns.

Slices of one track never overlap: loads and products of the array have tracks of their own, and so have the stalls of
every lane. A record that works is a slice from `start` to `read`; a control record is an instant on the track of stalls
at its issue. A flow goes from the record that made an update to the one whose wait it satisfied.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from accelc.isa.custom import instruction
from accelc.isa.table import Opcode
from accelc.profile.build import Profile
from accelc.profile.tables import Counter, Ints, Reason
from accelc.profile.trace.clock import begins_ns, whole_ns
from accelc.targets.model import is_dma

Reals = npt.NDArray[np.float64]
COUNTER_NAMES = {
    Counter.MACS: ("PE utilization", "%"),
    Counter.HBM: ("HBM bandwidth", "B/ns"),
    Counter.DMA: ("DMA bandwidth", "B/ns"),
    Counter.SBUF: ("SBUF occupancy", "B"),
    Counter.PSUM: ("PSUM occupancy", "B"),
    Counter.QUEUE: ("transfers in queue", ""),
}
MAX_EVENTS = 2_000_000
"""Events up to which segments are shown again when they are launched again; on the host's track they always are."""
HOST = 0
"""Track of the process that holds what the host sees."""


class Kind(Enum):
    """What a track is."""

    PROCESS = "process"
    GROUP = "group"
    EVENTS = "events"
    COUNTER = "counter"


@dataclass(frozen=True)
class Track:
    """A row of the picture; `parent` is the index of the track it belongs to, -1 for a process."""

    name: str
    kind: Kind
    parent: int
    unit: str = ""


@dataclass(frozen=True)
class Events:
    """
    Slices and instants, ordered by time.

    `row` is a row of `Profile.instructions`, or -1 and then `stall` one of `Profile.stalls`, or -1 and then
    `invocation` is what is meant. `end_ns` is -1 for instants; ticks are those of the timing.
    """

    track: Ints
    begin_ns: Ints
    end_ns: Ints
    name: Ints
    """Index into `TraceModel.names`."""
    category: Ints
    """Index into `TraceModel.categories`."""
    row: Ints
    stall: Ints
    invocation: Ints

    def __len__(self) -> int:
        return len(self.track)


@dataclass(frozen=True)
class Samples:
    """Values of counters from `ns` on, until the next of the same track; the last of each is 0."""

    track: Ints
    ns: Ints
    value: Reals


@dataclass(frozen=True)
class TraceModel:
    """A profile as events on tracks."""

    profile: Profile
    tracks: tuple[Track, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    events: Events
    samples: Samples
    begins_ns: tuple[int, ...]
    """When the timing of each invocation begins."""


class _Tracks:
    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.codes: dict[Track, int] = {}

    def code(self, name: str, kind: Kind, parent: int, unit: str = "") -> int:
        track = Track(name, kind, parent, unit)
        if track not in self.codes:
            self.codes[track] = len(self.tracks)
            self.tracks.append(track)
        return self.codes[track]


def trace_model(profile: Profile) -> TraceModel:
    """The trace of a profile."""
    return _Builder(profile).build()


class _Builder:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.tracks = _Tracks()
        self.names: dict[str, int] = {}
        self.categories: dict[str, int] = {}
        self.parts: list[tuple[Ints, ...]] = []
        self.samples: list[tuple[Ints, Ints, Reals]] = []

    def build(self) -> TraceModel:
        profile = self.profile
        self.tracks.code("host", Kind.PROCESS, -1)
        timings: list[int] = profile.invocations.timing.tolist()
        begins = self._host(timings)
        self._lane_tracks()
        kept: dict[int, tuple[list[tuple[Ints, ...]], tuple[Ints, Ints, Reals]]] = {}
        left = MAX_EVENTS
        for invocation, (timing, begin) in enumerate(zip(timings, begins, strict=True)):
            if timing < 0:
                continue
            if timing not in kept:
                kept[timing] = [self._records(timing), self._stalls(timing)], self._counters(timing)
            elif left <= 0:
                continue
            events, (track, ns, value) = kept[timing]
            for own, tick, first, last, name, category, row, stall in events:
                ends = np.where(last < 0, -1, last + begin)
                self.parts.append((own, first + begin, ends, name, category, row, stall, row * 0 + invocation, tick))
                left -= len(own)
            self.samples.append((track, ns + begin, value))
        *columns, ticks = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        # By tick within a nanosecond, so that no flow goes backwards.
        order = np.lexsort((ticks, columns[1]))
        found = [np.concatenate(column) for column in zip(*self.samples, strict=True)] if self.samples else []
        samples = Samples(*found) if found else Samples(columns[0][:0], columns[0][:0], np.zeros(0))
        return TraceModel(
            profile,
            tuple(self.tracks.tracks),
            tuple(self.names),
            tuple(self.categories),
            Events(*(column[order] for column in columns)),
            samples,
            tuple(begins),
        )

    def _ns(self, ticks: int) -> int:
        return int(whole_ns(np.array([ticks]), self.profile.target)[0])

    def _name(self, text: str) -> int:
        return self.names.setdefault(text, len(self.names))

    def _category(self, text: str) -> int:
        return self.categories.setdefault(text, len(self.categories))

    def _host(self, timings: list[int]) -> list[int]:
        """Slices of launches and of what was launched; when the latter begin, by invocation."""
        profile, runs = self.profile, self.profile.invocations
        track = self.tracks.code("segments", Kind.EVENTS, HOST)
        found: list[tuple[float, int, int, int, int]] = []
        segments: list[int] = runs.segment.tolist()
        lists: list[list[float]] = [column.tolist() for column in (runs.begin_ns, runs.ns, runs.launch_ns)]
        times = zip(*lists, strict=True)
        for invocation, (timing, segment, (begin, ns, launch)) in enumerate(zip(timings, segments, times, strict=True)):
            name = profile.segments[segment]
            if launch:
                found.append((begin, int(launch), self._name(f"launch {name}"), self._category("launch"), invocation))
            total = int(ns) if timing < 0 else self._ns(profile.timings[timing].total_ticks)
            category = self._category(profile.places[segment])
            found.append((begin + launch, total, self._name(name), category, invocation))
        begins = np.array(begins_ns([row[0] for row in found], [row[1] for row in found]), np.int64)
        none = np.full(len(found), -1, np.int64)
        total, name, category, owner = (np.array([row[place] for row in found], np.int64) for place in range(1, 5))
        self.parts.append((none * 0 + track, begins, begins + total, name, category, none, none, owner, none))
        # The last slice of an invocation is what was launched.
        at = np.zeros(len(timings), np.int64)
        at[owner] = begins
        return at.tolist()

    def _lane_tracks(self) -> None:
        """Tracks of lanes that do anything but halt: of their records, of the array's loads, and of stalls."""
        profile, lanes = self.profile, self.profile.lanes
        count = len(lanes)
        waits = set(profile.instructions.owner[profile.flows.consumer].tolist())
        self.work, self.loads, self.stands = (np.full(count, -1, np.int64) for _ in range(3))
        for owner in np.lexsort((lanes.lane, lanes.core)).tolist():
            if lanes.count[owner] <= 1 and owner not in waits:
                continue
            core = self.tracks.code(f"core {lanes.core[owner]}", Kind.PROCESS, -1)
            name = profile.lane_names[lanes.lane[owner]]
            if name == "tensor":
                group = self.tracks.code(name, Kind.GROUP, core)
                self.loads[owner] = self.tracks.code("tensor LS", Kind.EVENTS, group)
                self.work[owner] = self.tracks.code("tensor MM", Kind.EVENTS, group)
            else:
                group = self.work[owner] = self.tracks.code(name, Kind.EVENTS, core)
            self.stands[owner] = self.tracks.code(f"{name} stalls", Kind.EVENTS, int(group))

    def _records(self, timing: int) -> tuple[Ints, ...]:
        profile, rows = self.profile, self.profile.instructions
        owner = rows.owner.astype(np.int64)
        row = np.flatnonzero((profile.lanes.timing[owner] == timing) & (self.stands[owner] >= 0))
        owner, opcode = owner[row], rows.opcode[row].astype(np.int64)
        works = opcode >= Opcode.LS
        loads = (opcode == Opcode.LS) & (self.loads[owner] >= 0)
        track = np.where(works, np.where(loads, self.loads[owner], self.work[owner]), self.stands[owner])
        tick = np.where(works, rows.start[row], rows.issue[row])
        begin = whole_ns(tick, profile.target)
        end = np.where(works, whole_ns(rows.read[row], profile.target), -1)
        keys, which = np.unique(opcode * len(profile.nodes) + rows.node[row], return_inverse=True)
        texts = [self._record_name(key // len(profile.nodes), key % len(profile.nodes)) for key in keys.tolist()]
        names = np.array(texts, np.int64)[which.reshape(-1)]
        kinds = [self._category(kind) for kind in ("engine", "dma", "control")]
        dma = np.array([is_dma(name) for name in profile.lane_names])[profile.lanes.lane[owner]]
        category = np.where(works, np.where(dma, kinds[1], kinds[0]), kinds[2])
        return track, tick, begin, end, names, category, row, np.full(len(row), -1, np.int64)

    def _record_name(self, opcode: int, node: int) -> int:
        mnemonic = instruction(opcode).mnemonic
        return self._name(f"{mnemonic} {self.profile.nodes[node]}".rstrip())

    def _stalls(self, timing: int) -> tuple[Ints, ...]:
        profile, stalls = self.profile, self.profile.stalls
        owner = stalls.owner.astype(np.int64)
        stands = stalls.reason != Reason.IDLE
        row = np.flatnonzero((profile.lanes.timing[owner] == timing) & (self.stands[owner] >= 0) & stands)
        codes = np.array([self._name(reason.label) for reason in Reason], np.int64)
        categories = np.array([self._category(reason.label) for reason in Reason], np.int64)
        reason = stalls.reason[row]
        begin, end = (whole_ns(column[row], profile.target) for column in (stalls.begin, stalls.end))
        track, tick, none = self.stands[owner[row]], stalls.begin[row], np.full(len(row), -1, np.int64)
        return track, tick, begin, end, codes[reason], categories[reason], none, row

    def _counters(self, timing: int) -> tuple[Ints, Ints, Reals]:
        """Counters of all cores; each ends with a value of 0."""
        profile, table = self.profile, self.profile.counters
        parts: list[tuple[Ints, Ints, Reals]] = []
        chosen = table.take(table.timing == timing)
        key = (chosen.core.astype(np.int64) * len(Counter) + chosen.counter) * (len(profile.lane_names) + 1) + (
            chosen.lane + 1
        )
        for begin, end in _groups(key):
            own = chosen.take(slice(begin, end))
            kind = Counter(int(own.counter[0]))
            if kind is Counter.QUEUE and not own.amount.any():
                continue
            name, unit = COUNTER_NAMES[kind]
            if kind is Counter.QUEUE:
                name = f"{profile.lane_names[own.lane[0]]} {name}"
            process = self.tracks.code(f"core {own.core[0]}", Kind.PROCESS, -1)
            track = self.tracks.code(name, Kind.COUNTER, process, unit)
            ns = whole_ns(np.append(own.begin, own.end[-1:]), profile.target)
            value = np.append(own.value * (100.0 if kind is Counter.MACS else 1.0), 0.0)
            changes = np.flatnonzero(np.diff(value, prepend=-1.0))
            parts.append((np.full(len(changes), track, np.int64), ns[changes], value[changes]))
        none = np.zeros(0, np.int64)
        parts.append((none, none, np.zeros(0)))
        track, ns, value = (np.concatenate(column) for column in zip(*parts, strict=True))
        return track, ns, value


def _groups(key: Ints) -> list[tuple[int, int]]:
    """Runs of equal keys."""
    first = np.flatnonzero(np.diff(key, prepend=-1))
    return list(zip(first.tolist(), [*first[1:].tolist(), len(key)], strict=True))
