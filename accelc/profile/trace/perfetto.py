"""
A trace in Perfetto's protobuf, for https://ui.perfetto.dev.

One packet sequence; all names and repeated strings are interned in its first packet. Field numbers are those of
`protos/perfetto/trace` in Perfetto's repository (a test compares them with its package); see `wire` for why its
message classes are not used to write.
"""

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from accelc.profile.tables import Ints
from accelc.profile.trace import wire
from accelc.profile.trace.args import ARGUMENTS, CHUNK, Argument, ArgumentSource, Flowing
from accelc.profile.trace.model import Kind, TraceModel
from accelc.profile.trace.wire import Ragged

FIELDS = {
    "Trace": {"packet": 1},
    "TracePacket": {
        "timestamp": 8,
        "trusted_packet_sequence_id": 10,
        "track_event": 11,
        "interned_data": 12,
        "sequence_flags": 13,
        "track_descriptor": 60,
    },
    "InternedData": {
        "event_categories": 1,
        "event_names": 2,
        "debug_annotation_names": 3,
        "debug_annotation_string_values": 29,
    },
    "EventName": {"iid": 1, "name": 2},
    "TrackDescriptor": {
        "uuid": 1,
        "name": 2,
        "process": 3,
        "parent_uuid": 5,
        "counter": 8,
        "child_ordering": 11,
        "sibling_order_rank": 12,
    },
    "ProcessDescriptor": {"pid": 1, "process_name": 6},
    "CounterDescriptor": {"unit_name": 6},
    "TrackEvent": {
        "category_iids": 3,
        "debug_annotations": 4,
        "type": 9,
        "name_iid": 10,
        "track_uuid": 11,
        "double_counter_value": 44,
        "flow_ids": 47,
        "terminating_flow_ids": 48,
    },
    "DebugAnnotation": {"name_iid": 1, "int_value": 4, "string_value": 6, "string_value_iid": 17},
}
"""Numbers of the fields that are written, by message; all interned messages are like `EventName`."""
BEGIN, END, INSTANT, COUNTER = 1, 2, 3, 4
"""TrackEvent.Type."""
EXPLICIT = 3
"""TrackDescriptor.ChildTracksOrdering."""
CLEARED, NEEDED = 1, 2
"""TracePacket.SequenceFlags: the state of interned names begins here; a packet refers to it."""
SEQUENCE = 1

_PACKET, _EVENT, _NOTE = FIELDS["TracePacket"], FIELDS["TrackEvent"], FIELDS["DebugAnnotation"]


def write_perfetto(model: TraceModel, file: BinaryIO, texts: bool | None = None) -> int:
    """Writes a trace and returns its bytes; `texts` as in `ArgumentSource`."""
    source = ArgumentSource(model, texts)
    written = file.write(_tracks(model, source))
    flowing = Flowing(model)
    for begin in range(0, len(model.events), CHUNK):
        written += file.write(_events(model, source, flowing, slice(begin, begin + CHUNK)).flat.tobytes())
    return written + file.write(_samples(model).flat.tobytes())


def _packet(*fields: bytes, flags: int = NEEDED) -> bytes:
    state = wire.number_field(_PACKET["trusted_packet_sequence_id"], SEQUENCE)
    state += wire.number_field(_PACKET["sequence_flags"], flags)
    return wire.bytes_field(FIELDS["Trace"]["packet"], state + b"".join(fields))


def _interned(name: str, strings: Iterable[str]) -> bytes:
    entry = FIELDS["EventName"]
    return b"".join(
        wire.bytes_field(
            FIELDS["InternedData"][name],
            wire.number_field(entry["iid"], iid) + wire.bytes_field(entry["name"], text.encode()),
        )
        for iid, text in enumerate(strings, 1)
    )


def _tracks(model: TraceModel, source: ArgumentSource) -> bytes:
    """The packets that define names and tracks."""
    interned = _interned("event_names", model.names) + _interned("event_categories", model.categories)
    interned += _interned("debug_annotation_names", ARGUMENTS)
    interned += _interned("debug_annotation_string_values", source.strings)
    packets = [_packet(wire.bytes_field(_PACKET["interned_data"], interned), flags=CLEARED)]
    names, process = FIELDS["TrackDescriptor"], FIELDS["ProcessDescriptor"]
    for index, track in enumerate(model.tracks):
        body = wire.number_field(names["uuid"], index + 1)
        body += wire.number_field(names["sibling_order_rank"], index)
        if track.kind is Kind.PROCESS:
            named = wire.number_field(process["pid"], index + 1)
            named += wire.bytes_field(process["process_name"], track.name.encode())
            body += wire.bytes_field(names["process"], named)
        else:
            body += wire.number_field(names["parent_uuid"], track.parent + 1)
            body += wire.bytes_field(names["name"], track.name.encode())
        if track.kind is Kind.COUNTER:
            unit = wire.bytes_field(FIELDS["CounterDescriptor"]["unit_name"], track.unit.encode())
            body += wire.bytes_field(names["counter"], unit)
        else:
            body += wire.number_field(names["child_ordering"], EXPLICIT)
        packets.append(_packet(wire.bytes_field(_PACKET["track_descriptor"], body)))
    return b"".join(packets)


def _packets(ns: Ints, event: Ragged, rows: wire.Mask | None = None) -> list[Ragged]:
    """A packet with a track event in each row, or in those of `rows`; parts to be joined."""
    state = wire.number_field(_PACKET["trusted_packet_sequence_id"], SEQUENCE)
    state += wire.number_field(_PACKET["sequence_flags"], NEEDED)
    body = wire.joined(
        [
            *wire.number_fields(_PACKET["timestamp"], ns, rows),
            wire.same(state, len(ns), rows),
            *wire.messages(_PACKET["track_event"], event, rows),
        ]
    )
    return wire.messages(FIELDS["Trace"]["packet"], body, rows)


def _events(model: TraceModel, source: ArgumentSource, flowing: Flowing, chosen: slice) -> Ragged:
    """For each event of a range its packet and, for a slice, the packet of its end."""
    events = model.events
    track, begin, end = events.track[chosen] + 1, events.begin_ns[chosen], events.end_ns[chosen]
    row, run = events.row[chosen], events.invocation[chosen]
    is_slice = end >= 0
    parts = [
        *wire.number_fields(_EVENT["type"], np.where(is_slice, BEGIN, INSTANT)),
        *wire.number_fields(_EVENT["track_uuid"], track),
        *wire.number_fields(_EVENT["name_iid"], events.name[chosen] + 1),
        *wire.number_fields(_EVENT["category_iids"], events.category[chosen] + 1),
    ]
    for name, flows in (("flow_ids", flowing.leaving), ("terminating_flow_ids", flowing.reaching)):
        parts.append(wire.fixed64_lists(wire.key(_EVENT[name], wire.FIXED64), *flows(row, run)))
    for argument in source.of(events, chosen):
        if argument.rows.any():
            parts += _annotation(argument)
    ends = wire.joined(
        [
            wire.same(wire.number_field(_EVENT["type"], END), len(track), is_slice),
            *wire.number_fields(_EVENT["track_uuid"], track, is_slice),
        ]
    )
    ended = _packets(np.maximum(end, 0), ends, is_slice)
    return wire.joined([*_packets(begin, wire.joined(parts)), *ended])


def _annotation(argument: Argument) -> list[Ragged]:
    rows = argument.rows
    if argument.texts is not None:
        texts = argument.texts
        at: list[int] = argument.values.tolist()
        encoded = [texts[row].encode() if there else b"" for row, there in zip(at, rows.tolist(), strict=True)]
        value = wire.messages(_NOTE["string_value"], wire.strings(encoded), rows)
    elif argument.named:
        value = wire.number_fields(_NOTE["string_value_iid"], argument.values + 1, rows)
    else:
        value = wire.number_fields(_NOTE["int_value"], argument.values, rows)
    name = wire.number_field(_NOTE["name_iid"], ARGUMENTS.index(argument.name) + 1)
    body = wire.joined([wire.same(name, len(rows), rows), *value])
    return wire.messages(_EVENT["debug_annotations"], body, rows)


def _samples(model: TraceModel) -> Ragged:
    samples = model.samples
    value = wire.same(wire.key(_EVENT["double_counter_value"], wire.FIXED64), len(samples.ns))
    event = wire.joined(
        [
            *wire.number_fields(_EVENT["type"], np.full(len(samples.ns), COUNTER, np.int64)),
            *wire.number_fields(_EVENT["track_uuid"], samples.track + 1),
            value,
            wire.doubles(samples.value),
        ]
    )
    return wire.joined(_packets(samples.ns, event))
