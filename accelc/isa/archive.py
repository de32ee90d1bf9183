"""
The container's outer layer: a ZIP archive in one canonical form.

Members are stored (not compressed), start at multiples of 64 bytes (alignment extra field 0xD935), carry a fixed
timestamp and follow each other without gaps, so that equal members give equal files and any `unzip` can open them.
The reader accepts exactly this form: it rebuilds every header from the member names, sizes and checksums and compares
all bytes, so that no bit of a file is without a check and no ZIP trick (overlaps, duplicate names, compression
bombs, two directories) has a place to hide.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from accelc.errors import ProgramError
from accelc.files import atomic_file

ALIGNMENT = 64
MAX_MEMBERS = 0xFFFF - 1
MAX_BYTES = 0xFFFFFFFF - 1
"""Offsets are 32 bits wide in this form."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _STORED, _TIME, _DATE = 20, 0x0800, 0, 0, 0x0021
_EXTRA = struct.Struct("<3H")
_EXTRA_ID = 0xD935

Data = bytes | memoryview


def _name(name: str) -> bytes:
    parts = name.split("/")
    if not name.isascii() or not name.isprintable() or any(part in ("", ".", "..") for part in parts) or "\\" in name:
        raise ProgramError(f"member name '{name}' is not a plain relative ASCII path")
    return name.encode()


def _local_header(offset: int, name: bytes, checksum: int, size: int) -> bytes:
    head = offset + _LOCAL.size + len(name)
    padding = -(head + _EXTRA.size) % ALIGNMENT
    extra = _EXTRA.pack(_EXTRA_ID, 2 + padding, ALIGNMENT) + bytes(padding)
    fields = (b"PK\3\4", _VERSION, _UTF8, _STORED, _TIME, _DATE, checksum, size, size, len(name), len(extra))
    return _LOCAL.pack(*fields) + name + extra


def _directory(members: list[tuple[int, bytes, int, int]], start: int) -> bytes:
    entries = list[bytes]()
    for offset, name, checksum, size in members:
        common = (_UTF8, _STORED, _TIME, _DATE, checksum, size, size, len(name))
        entries.append(_CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, *common, 0, 0, 0, 0, 0, offset) + name)
    body = b"".join(entries)
    return body + _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(body), start, 0)


def write_archive(path: Path, members: Mapping[str, Data]) -> None:
    """
    Write `members` in their order to `path`, replacing it atomically.

    Raises ProgramError for a name that is not a plain relative path, or more members or bytes than the form holds.
    """
    offset, entries = 0, list[tuple[int, bytes, int, int]]()
    overhead = _LOCAL.size + _EXTRA.size + ALIGNMENT + _CENTRAL.size
    total = _END.size + sum(len(data) + overhead + 2 * len(name) for name, data in members.items())
    if len(members) > MAX_MEMBERS or total > MAX_BYTES:
        raise ProgramError(
            f"{path}: {len(members)} members, {total} bytes: a container holds at most {MAX_MEMBERS} members and "
            f"{MAX_BYTES} bytes; compile the model in parts"
        )
    with atomic_file(path) as file:
        for member, data in members.items():
            name, checksum = _name(member), crc32(data)
            header = _local_header(offset, name, checksum, len(data))
            file.write(header)
            file.write(data)
            entries.append((offset, name, checksum, len(data)))
            offset += len(header) + len(data)
        file.write(_directory(entries, offset))


def read_archive(path: Path) -> dict[str, memoryview]:
    """
    Members of the archive at `path` in file order, all checksums verified.

    Raises ProgramError if the file is not byte for byte in the canonical form, OSError if it cannot be read.
    """
    data = memoryview(path.read_bytes())
    try:
        return _members(data)
    except ProgramError as error:
        raise ProgramError(f"{path}: {error}") from None


def _entries(data: memoryview) -> tuple[list[tuple[int, bytes, int, int]], int]:
    """(offset, name, checksum, size) of every member, and the byte at which the directory starts."""
    if bytes(data[:4]) != b"PK\3\4":
        raise ProgramError("not an accelc program (no ZIP signature at byte 0)")
    end = len(data) - _END.size
    magic, _, _, _, count, length, start, _ = _END.unpack(data[end:]) if end >= 0 else (b"",) + 7 * (0,)
    if magic != b"PK\5\6" or start + length != end:
        raise ProgramError("truncated or damaged: no directory at the end of the file")
    entries, position = list[tuple[int, bytes, int, int]](), start
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise ProgramError(f"damaged: directory ends in entry {len(entries)} of {count}")
        fields = _CENTRAL.unpack(data[position : position + _CENTRAL.size])
        checksum, size, name_length, offset = fields[7], fields[9], fields[10], fields[16]
        position += _CENTRAL.size
        entries.append((offset, bytes(data[position : min(position + name_length, end)]), checksum, size))
        position += name_length
    if _directory(entries, start) != bytes(data[start:]):
        raise ProgramError("damaged, or an archive not written by accelc: the directory is not in canonical form")
    return entries, start


def _members(data: memoryview) -> dict[str, memoryview]:
    entries, start = _entries(data)
    members, expected = dict[str, memoryview](), 0
    for offset, raw, checksum, size in entries:
        name = raw.decode("ascii", "backslashreplace")
        _name(name)
        header = _local_header(expected, raw, checksum, size)
        first = expected + len(header)
        if offset != expected or bytes(data[expected:first]) != header or first + size > start:
            raise ProgramError(f"member '{name}': damaged header at byte {expected}")
        if name in members:
            raise ProgramError(f"member '{name}' occurs twice")
        members[name] = data[first : first + size]
        if crc32(members[name]) != checksum:
            raise ProgramError(f"member '{name}': checksum (CRC-32) does not match: the file is damaged")
        expected = first + size
    if expected != start:
        raise ProgramError(f"{start - expected} bytes between the last member and the directory")
    return members
