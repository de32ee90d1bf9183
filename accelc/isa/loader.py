"""
Reads a `.acx` container into a `Program` that has passed every check.

Nothing of a loaded program needs to be checked again: versions, features, target, checksums and members here, and
the program itself (streams, records, memory map, tables) by `validation`. Every refusal is a ProgramError that names
the file, the member or stream, the record and the field.
"""

from collections.abc import Mapping
from math import prod
from pathlib import Path

import numpy as np

from accelc.errors import ModelError, ProgramError
from accelc.isa import manifest
from accelc.isa.archive import read_archive
from accelc.isa.container import (
    FEATURES,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    TARGET,
    WEIGHTS,
    segment_member,
    stream_member,
    text_hash,
)
from accelc.isa.custom.manifest import check_instructions, check_used
from accelc.isa.manifest import Fields
from accelc.isa.program import PLACES, AcceleratorSegment, HostSegment, Program, Segment, streams_hash
from accelc.isa.records import RECORD, RECORD_BYTES, Records
from accelc.isa.steps.manifest import parse_steps
from accelc.isa.table import ISA_VERSION
from accelc.isa.validation import validate_program
from accelc.targets.canonical import target_hash
from accelc.targets.model import Target
from accelc.weights import Weights, absent_weight, parse_weights

MAX_ABSENT_ELEMENTS = 1 << 48
MAX_ABSENT_RANK = 32


class _Members:
    """Members of the archive, taken one by one."""

    def __init__(self, path: str | Path):
        self.path = str(path)
        self._members = read_archive(Path(path))

    def take(self, name: str) -> memoryview:
        """Bytes of a member."""
        if name not in self._members:
            raise ProgramError(f"{self.path}: member '{name}' is missing")
        return self._members.pop(name)

    def json(self, name: str) -> object:
        """Value of a JSON member."""
        return manifest.parse(self.take(name), self.at(name))

    def text(self, name: str) -> str:
        """Text of a UTF-8 member."""
        try:
            return bytes(self.take(name)).decode()
        except UnicodeDecodeError as error:
            raise ProgramError(f"{self.at(name)}: byte {error.start} is not UTF-8 text") from None

    def at(self, name: str) -> str:
        """Location of a member in messages."""
        return f"{self.path}: {name}"

    def done(self) -> None:
        """Raise ProgramError if a member is left."""
        for name in self._members:
            raise ProgramError(f"{self.path}: unknown member '{name}'")


def load_program(path: str | Path, target: Target | None = None) -> Program:
    """
    The program in the container at `path`; its streams and weights share the file's bytes and are read-only.

    With `target`, the program must have been compiled for exactly that machine description. Raises ProgramError for
    anything this package cannot execute as it was compiled, OSError if the file cannot be read.
    """
    members = _Members(path)
    fields = Fields(members.json(MANIFEST), members.at(MANIFEST))
    _check_version(fields.object("format"), FORMAT_VERSION, FORMAT)
    _check_version(fields.object("isa"), ISA_VERSION)
    target_text = _target_text(fields.object("target"), members, target)
    compiler, features = fields.text("compiler"), fields.texts("features")
    for feature in features:
        if feature not in FEATURES:
            known = ", ".join(sorted(FEATURES)) or "none"
            raise ProgramError(f"{fields.where}: field 'features': unknown feature '{feature}' (known: {known})")
    inputs = manifest.parse_list(fields.items("inputs"), f"{fields.where}: inputs", manifest.value_type)
    outputs = manifest.parse_list(fields.items("outputs"), f"{fields.where}: outputs", manifest.value_type)
    buffers = manifest.parse_list(fields.items("buffers"), f"{fields.where}: buffers", manifest.value_type)
    listed = fields.items("instructions") if fields.has("instructions") else []
    names = check_instructions(listed, f"{fields.where}: instructions")
    steps = parse_steps(fields.items("steps"), f"{fields.where}: steps")
    absent = fields.optional_items("absent_weights")
    entries = [Fields(value, f"{fields.where}: segments[{i}]") for i, value in enumerate(fields.items("segments"))]
    fields.done()
    hashes: dict[str, tuple[AcceleratorSegment, str]] = {}
    segments = tuple(_segment(index, entry, members, hashes) for index, entry in enumerate(entries))
    check_used(segments, names, f"{fields.where}: instructions")
    weights = _weights(members)
    if absent is not None:
        weights = _absent(absent, weights, f"{fields.where}: absent_weights")
    members.done()
    program = Program(
        target_text, inputs, outputs, segments, weights, compiler, features, steps, buffers, absent is not None
    )
    validate_program(program, members.path)
    for where, (segment, digest) in hashes.items():
        _check_delays(segment, digest, where)
    return program


def _check_delays(segment: AcceleratorSegment, digest: str, where: str) -> None:
    """A delay table is for the streams it was made with: in others its slots stand for other places."""
    actual = streams_hash(segment.cores)
    if digest != actual:
        raise ProgramError(
            f"{where}: field 'streams_sha256': stale delay table, made for streams with sha256 {digest[:12]}..., these "
            f"have {actual[:12]}...; compile the model again"
        )


def _check_version(fields: Fields, supported: tuple[int, int], name: str = "") -> None:
    if name:
        fields.text("name", (name,))
    version = (fields.number("major"), fields.number("minor"))
    fields.done()
    if version[0] != supported[0] or version[1] > supported[1]:
        raise ProgramError(
            f"{fields.where}: version {version[0]}.{version[1]} cannot be executed: this accelc supports "
            f"{supported[0]}.0 to {supported[0]}.{supported[1]}; compile the model again"
        )


def _target_text(fields: Fields, members: _Members, expected: Target | None) -> str:
    name, digest = fields.text("name"), fields.text("sha256")
    fields.done()
    text = members.text(TARGET)
    if digest != text_hash(text):
        raise ProgramError(f"{fields.where}: field 'sha256' does not match the member '{TARGET}'")
    if expected is not None and digest != target_hash(expected):
        different = "a different description of" if name == expected.name else f"'{name}', not for"
        raise ProgramError(
            f"{members.path}: compiled for {different} target '{expected.name}' "
            f"(sha256 {digest[:12]}..., expected {target_hash(expected)[:12]}...); compile the model again"
        )
    return text


def _weights(members: _Members) -> Weights:
    try:
        return parse_weights(members.take(WEIGHTS), members.at(WEIGHTS))
    except ModelError as error:
        raise ProgramError(str(error)) from None


def _absent(entries: list[object], weights: Weights, where: str) -> Weights:
    """Weights of which only the types are there."""
    if weights:
        raise ProgramError(f"{where}: the member '{WEIGHTS}' holds weights all the same")
    found: Weights = {}
    for kind in manifest.parse_list(entries, where, manifest.value_type):
        if kind.name in found:
            raise ProgramError(f"{where}: weight '{kind.name}' occurs twice")
        if prod(max(size, 1) for size in kind.shape) > MAX_ABSENT_ELEMENTS or len(kind.shape) > MAX_ABSENT_RANK:
            raise ProgramError(f"{where}: weight '{kind.name}': shape {list(kind.shape)} is beyond every memory")
        found[kind.name] = absent_weight(kind.shape, np.dtype(kind.dtype))
    return found


def _segment(
    index: int, fields: Fields, members: _Members, hashes: dict[str, tuple[AcceleratorSegment, str]]
) -> Segment:
    place = fields.text("place", ("accelerator", *PLACES))
    name, inputs, outputs = fields.text("name"), fields.texts("inputs"), fields.texts("outputs")
    if place != "accelerator":
        fields.done()
        return HostSegment(name, place, inputs, outputs, members.text(segment_member(index, "function.mlir")))
    cores = tuple(_core(index, core, value, fields, members) for core, value in enumerate(fields.items("cores")))
    hbm_bytes = fields.number("hbm_bytes")
    bindings = manifest.parse_list(fields.items("bindings"), f"{fields.where}: bindings", manifest.binding)
    semaphores = fields.texts("semaphores")
    fields.done()
    delays, debug = segment_member(index, "delays.json"), segment_member(index, "debug.json")
    digest, slots = manifest.delay_table(members.json(delays), members.at(delays))
    segment = AcceleratorSegment(
        name,
        inputs,
        outputs,
        cores,
        hbm_bytes,
        bindings,
        semaphores,
        slots,
        manifest.parse_list(members.json(debug), members.at(debug), manifest.debug_entry),
    )
    hashes[members.at(delays)] = segment, digest
    return segment


def _core(segment: int, core: int, value: object, fields: Fields, members: _Members) -> Mapping[str, Records]:
    where = f"{fields.where}: cores[{core}]"
    streams = dict[str, Records]()
    for lane in manifest.parse_list(value, where, manifest.lane_name):
        if lane in streams:
            raise ProgramError(f"{where}: lane '{lane}' occurs twice")
        name = stream_member(segment, core, lane)
        data = members.take(name)
        if len(data) % RECORD_BYTES:
            raise ProgramError(f"{members.at(name)}: {len(data)} bytes are not a multiple of {RECORD_BYTES}")
        streams[lane] = np.frombuffer(data, RECORD)
    return streams
