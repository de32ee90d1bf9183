"""Bytes of many messages at once are those of a protobuf encoder, message by message."""

import numpy as np
import perfetto.protos.perfetto.trace.perfetto_trace_pb2 as proto
from hypothesis import given
from hypothesis import strategies as st

from accelc.profile.trace import wire

ROW = st.tuples(
    st.integers(0, 2**62), st.booleans(), st.binary(max_size=300), st.lists(st.integers(0, 2**62), max_size=3)
)


@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_messages_are_read_back(rows: list[tuple[int, bool, bytes, list[int]]]) -> None:
    """A number, a number in some rows, a string in a message, and lists."""
    numbers, present, texts, lists = (list(column) for column in zip(*rows, strict=True))
    values, mask = np.array(numbers, np.int64), np.array(present)
    count = np.array([len(one) for one in lists], np.int64)
    flat = np.array([value for one in lists for value in one], np.int64)
    note = wire.joined(wire.messages(13, wire.strings(texts)))
    event = wire.joined(
        [
            *wire.number_fields(11, values),
            *wire.number_fields(10, values, mask),
            wire.fixed64_lists(wire.key(47, wire.FIXED64), flat, count),
            wire.same(wire.key(44, wire.FIXED64), len(rows)),
            wire.doubles(values / 3),
            *wire.messages(4, note, mask),
        ]
    )
    assert len(event) == len(rows)
    ends = np.cumsum(event.length).tolist()
    for number, there, text, listed, end, size in zip(
        numbers, present, texts, lists, ends, event.length.tolist(), strict=True
    ):
        found = proto.TrackEvent.FromString(event.flat[end - size : end].tobytes())
        assert (found.track_uuid, list(found.flow_ids), found.double_counter_value) == (number, listed, number / 3)
        assert found.HasField("name_iid") == there
        assert found.name_iid == number * there
        assert [one.SerializeToString() for one in found.debug_annotations] == [wire.bytes_field(13, text)] * there


@given(number=st.integers(0, 2**62), text=st.text(max_size=200))
def test_single_messages_are_read_back(number: int, text: str) -> None:
    data = wire.number_field(1, number) + wire.bytes_field(2, text.encode())
    found = proto.EventName.FromString(data)
    assert (found.iid, found.name) == (number, text)
