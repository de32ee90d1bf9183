"""
A trace in Perfetto's protobuf, for https://ui.perfetto.dev; with the message classes of the package `perfetto`.

One packet sequence; names, categories and repeated strings are interned in its first packet.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO

from accelc.errors import UsageError
from accelc.profile.trace.args import CHUNK, TEXT, ArgumentSource, Flowing
from accelc.profile.trace.model import Kind, TraceModel

if TYPE_CHECKING:
    from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TracePacket

SEQUENCE = 1


def write_perfetto(model: TraceModel, file: BinaryIO, texts: bool | None = None) -> int:
    """
    Writes a trace and returns its bytes; `texts` as in `ArgumentSource`.

    Raises UsageError if the package `perfetto` is not installed.
    """
    need_perfetto()
    written = 0
    for trace in _Writer(model, texts).traces():
        written += file.write(trace.SerializeToString())
    return written


def need_perfetto() -> None:
    """Raises UsageError if the package `perfetto` is not installed."""
    if find_spec("perfetto") is None:
        raise UsageError(
            "a Perfetto trace needs the package perfetto: install it with: pip install 'accelc[profile]' "
            "(a trace whose file name ends in .json needs no package)"
        )


class _Writer:
    def __init__(self, model: TraceModel, texts: bool | None) -> None:
        import perfetto.protos.perfetto.trace.perfetto_trace_pb2 as proto

        self.proto = proto
        self.model = model
        self.source = ArgumentSource(model, texts)
        self.flowing = Flowing(model)
        self.arg_names: dict[str, int] = {}
        self.strings: dict[str, int] = {}

    def traces(self) -> "Iterator[Trace]":
        """Parts of the trace, each a message whose bytes follow those of the one before."""
        yield self._tracks()
        events = self.model.events
        for begin in range(0, len(events), CHUNK):
            yield self._events(slice(begin, begin + CHUNK))
        yield self._samples()

    def _packet(self, trace: "Trace", ns: int) -> "TracePacket":
        packet = trace.packet.add()
        packet.timestamp = ns
        packet.trusted_packet_sequence_id = SEQUENCE
        packet.sequence_flags = 2
        return packet

    def _tracks(self) -> "Trace":
        proto, model = self.proto, self.model
        trace = proto.Trace()
        first = trace.packet.add()
        first.trusted_packet_sequence_id = SEQUENCE
        first.sequence_flags = proto.TracePacket.SEQ_INCREMENTAL_STATE_CLEARED
        for iid, name in enumerate(model.names, 1):
            first.interned_data.event_names.add(iid=iid, name=name)
        for iid, name in enumerate(model.categories, 1):
            first.interned_data.event_categories.add(iid=iid, name=name)
        for index, track in enumerate(model.tracks):
            packet = self._packet(trace, 0)
            descriptor = packet.track_descriptor
            descriptor.uuid = index + 1
            descriptor.sibling_order_rank = index
            if track.parent >= 0:
                descriptor.parent_uuid = track.parent + 1
                descriptor.name = track.name
            if track.kind is Kind.PROCESS:
                descriptor.process.pid = index + 1
                descriptor.process.process_name = track.name
                descriptor.child_ordering = proto.TrackDescriptor.EXPLICIT
            elif track.kind is Kind.COUNTER:
                descriptor.counter.unit_name = track.unit
            else:
                descriptor.child_ordering = proto.TrackDescriptor.EXPLICIT
        return trace

    def _events(self, rows: slice) -> "Trace":
        proto, events = self.proto, self.model.events
        begins, ends = proto.TrackEvent.TYPE_SLICE_BEGIN, proto.TrackEvent.TYPE_SLICE_END
        instant = proto.TrackEvent.TYPE_INSTANT
        trace = proto.Trace()
        add = trace.packet.add
        interned = add()
        columns = (events.track, events.begin_ns, events.end_ns, events.name, events.category)
        lists = (column[rows].tolist() for column in columns)
        flows = self.flowing.of(events.row[rows], events.invocation[rows])
        known = len(self.arg_names), len(self.strings)
        arg_names, strings = self.arg_names, self.strings
        for track, begin, end, name, category, leaving, reaching, args in zip(
            *lists, *flows, self.source.of(events, rows), strict=True
        ):
            packet = add()
            packet.timestamp = begin
            packet.trusted_packet_sequence_id = SEQUENCE
            packet.sequence_flags = 2
            event = packet.track_event
            event.type = instant if end < 0 else begins
            event.track_uuid = track + 1
            event.name_iid = name + 1
            event.category_iids.append(category + 1)
            if leaving:
                event.flow_ids.extend(leaving)
            if reaching:
                event.terminating_flow_ids.append(reaching)
            annotate = event.debug_annotations.add
            for key, value in args.items():
                note = annotate()
                note.name_iid = arg_names.setdefault(key, len(arg_names) + 1)
                if type(value) is int:
                    note.int_value = value
                elif key == TEXT:
                    note.string_value = str(value)
                else:
                    text = str(value)
                    note.string_value_iid = strings.setdefault(text, len(strings) + 1)
            if end >= 0:
                packet = add()
                packet.timestamp = end
                packet.trusted_packet_sequence_id = SEQUENCE
                event = packet.track_event
                event.type = ends
                event.track_uuid = track + 1
        self._intern(interned, known)
        return trace

    def _intern(self, packet: "TracePacket", known: tuple[int, int]) -> None:
        """Defines the names and strings that came up in a part."""
        packet.trusted_packet_sequence_id = SEQUENCE
        packet.sequence_flags = 2
        for name, iid in list(self.arg_names.items())[known[0] :]:
            packet.interned_data.debug_annotation_names.add(iid=iid, name=name)
        for text, iid in list(self.strings.items())[known[1] :]:
            packet.interned_data.debug_annotation_string_values.add(iid=iid, str=text.encode())

    def _samples(self) -> "Trace":
        proto, samples = self.proto, self.model.samples
        trace = proto.Trace()
        columns = (samples.track, samples.ns, samples.value)
        for track, ns, value in zip(*(column.tolist() for column in columns), strict=True):
            packet = self._packet(trace, ns)
            packet.track_event.type = proto.TrackEvent.TYPE_COUNTER
            packet.track_event.track_uuid = track + 1
            packet.track_event.double_counter_value = value
        return trace
