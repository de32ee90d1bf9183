"""A Perfetto trace read back with the protobuf of its project, and nothing of ours."""

from collections import defaultdict
from dataclasses import dataclass, field

from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TracePacket, TrackEvent


@dataclass
class Slice:
    """A slice, or an instant (`end` is -1)."""

    track: str
    name: str
    category: str
    begin: int
    end: int
    args: dict[str, int | str]
    leaving: list[int]
    reaching: list[int]


@dataclass
class Parsed:
    """Events by name of track, `process/track` or `process/group/track`, in order of the file."""

    slices: dict[str, list[Slice]] = field(default_factory=lambda: defaultdict(list[Slice]))
    samples: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list[tuple[int, float]]))
    units: dict[str, str] = field(default_factory=dict[str, str])


class _Reader:
    def __init__(self) -> None:
        self.found = Parsed()
        self.paths: dict[int, str] = {}
        self.open: dict[int, Slice | None] = defaultdict(lambda: None)
        self.names: dict[int, str] = {}
        self.categories: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.strings: dict[int, str] = {}

    def packet(self, packet: TracePacket) -> None:
        data = packet.interned_data
        self.names |= {entry.iid: entry.name for entry in data.event_names}
        self.categories |= {entry.iid: entry.name for entry in data.event_categories}
        self.notes |= {entry.iid: entry.name for entry in data.debug_annotation_names}
        self.strings |= {entry.iid: entry.str.decode() for entry in data.debug_annotation_string_values}
        if packet.HasField("track_descriptor"):
            descriptor = packet.track_descriptor
            own = descriptor.process.process_name or descriptor.name
            parent = self.paths[descriptor.parent_uuid] + "/" if descriptor.HasField("parent_uuid") else ""
            assert descriptor.uuid not in self.paths
            assert parent + own not in self.paths.values()
            self.paths[descriptor.uuid] = parent + own
            if descriptor.HasField("counter"):
                self.found.units[parent + own] = descriptor.counter.unit_name
        if packet.HasField("track_event"):
            self.event(packet.timestamp, packet.track_event)

    def event(self, ns: int, event: TrackEvent) -> None:
        track = event.track_uuid
        path = self.paths[track]
        if event.type == TrackEvent.TYPE_COUNTER:
            self.found.samples[path].append((ns, event.double_counter_value))
            return
        if event.type == TrackEvent.TYPE_SLICE_END:
            last = self.open[track]
            assert last is not None
            last.end = ns
            self.open[track] = None
            return
        (category,) = (self.categories[iid] for iid in event.category_iids)
        args: dict[str, int | str] = {}
        for note in event.debug_annotations:
            match note.WhichOneof("value"):
                case "int_value":
                    value = note.int_value
                case "string_value":
                    value = note.string_value
                case _:
                    value = self.strings[note.string_value_iid]
            args[self.notes[note.name_iid]] = value
        flows = list(event.flow_ids), list(event.terminating_flow_ids)
        made = Slice(path, self.names[event.name_iid], category, ns, -1, args, *flows)
        self.found.slices[path].append(made)
        if event.type == TrackEvent.TYPE_SLICE_BEGIN:
            # Slices of one track neither overlap nor nest.
            assert self.open[track] is None
            self.open[track] = made


def parse_trace(data: bytes) -> Parsed:
    """All events of a trace. Fails on slices that overlap on their track, and on names that are not defined."""
    reader = _Reader()
    for packet in Trace.FromString(data).packet:
        reader.packet(packet)
    assert not any(reader.open.values())
    return reader.found
