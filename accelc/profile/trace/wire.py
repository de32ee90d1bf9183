"""
Many protobuf messages of one shape at once: columns of values in, bytes out, by NumPy.

A million messages made one by one take a minute; their encoding is a matter of a few array operations. `Ragged` holds
one byte string a row; messages are made by joining rows, and a row without a field has a part of length 0. See
https://protobuf.dev/programming-guides/encoding for the format.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.profile.tables import Ints, Reals

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
VARINT, FIXED64, LENGTH = 0, 1, 2
"""Wire types."""


@dataclass(frozen=True)
class Ragged:
    """`flat` holds the bytes of all rows one after the other, `length[i]` of them in row `i`."""

    flat: Bytes
    length: Ints

    def __len__(self) -> int:
        return len(self.length)


def same(value: bytes, count: int, rows: Mask | None = None) -> Ragged:
    """The same bytes in `count` rows, or in those of `rows` only."""
    length: Ints = np.full(count, len(value), np.int64)
    if rows is not None:
        length = np.where(rows, length, 0)
    repeated = np.tile(np.frombuffer(value, np.uint8), int(length.sum()) // max(len(value), 1))
    return Ragged(repeated, length)


def varints(values: Ints, rows: Mask | None = None) -> Ragged:
    """Numbers of at least 0, seven bits a byte, lowest first; in the rows of `rows` only."""
    # The bytes of a number: one, and one more for each further seven bits.
    bounds = np.array([1 << (7 * size) for size in range(1, 9)], np.int64)
    length = np.searchsorted(bounds, values, side="right") + 1
    widest = int(length.max(initial=1))
    place = np.arange(widest)
    digits = (values[:, None] >> (7 * place)) & 0x7F
    digits |= (place < length[:, None] - 1) * np.int64(0x80)
    kept = place < length[:, None]
    if rows is not None:
        kept &= rows[:, None]
        length = np.where(rows, length, 0)
    return Ragged(digits[kept].astype(np.uint8), length.astype(np.int64))


def doubles(values: Reals) -> Ragged:
    """Numbers of 64 bits."""
    return Ragged(values.astype("<f8").view(np.uint8), np.full(len(values), 8, np.int64))


def strings(values: Sequence[bytes]) -> Ragged:
    """A byte string for each row."""
    length = np.array([len(value) for value in values], np.int64)
    return Ragged(np.frombuffer(b"".join(values), np.uint8), length)


def fixed64_lists(tag: bytes, values: Ints, count: Ints) -> Ragged:
    """`count[i]` of the `values` in row `i`, each a field of 64 bits with the key `tag`."""
    rows = np.zeros((len(values), len(tag) + 8), np.uint8)
    rows[:, : len(tag)] = np.frombuffer(tag, np.uint8)
    rows[:, len(tag) :] = values.astype("<i8").view(np.uint8).reshape(-1, 8)
    return Ragged(rows.reshape(-1), count * rows.shape[1])


def joined(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one part after the other within each row."""
    length: Ints = np.stack([part.length for part in parts]).sum(axis=0)
    at = np.cumsum(length) - length
    flat = np.empty(int(length.sum()), np.uint8)
    for part in parts:
        before = np.cumsum(part.length) - part.length
        flat[np.repeat(at - before, part.length) + np.arange(len(part.flat))] = part.flat
        at = at + part.length
    return Ragged(flat, length)


def key(number: int, wire_type: int) -> bytes:
    """The key of a field."""
    return number_bytes(number << 3 | wire_type)


def number_bytes(value: int) -> bytes:
    """One number of at least 0."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def number_field(number: int, value: int) -> bytes:
    """One field that holds a number."""
    return key(number, VARINT) + number_bytes(value)


def bytes_field(number: int, value: bytes) -> bytes:
    """One field that holds a string or a message."""
    return key(number, LENGTH) + number_bytes(len(value)) + value


def number_fields(number: int, values: Ints, rows: Mask | None = None) -> list[Ragged]:
    """A field that holds a number, in all rows or in those of `rows`; parts to be joined."""
    return [same(key(number, VARINT), len(values), rows), varints(values, rows)]


def messages(number: int, body: Ragged, rows: Mask | None = None) -> list[Ragged]:
    """A field that holds a message or a string, in all rows or in those of `rows`; parts to be joined."""
    return [same(key(number, LENGTH), len(body), rows), varints(body.length, rows), body]
