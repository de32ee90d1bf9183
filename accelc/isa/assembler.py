"""Reads the text form of a program (see `disassembler`) back into a validated `Program`."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from accelc.errors import AccelcError, ProgramError, suggestion
from accelc.isa.disassembler import TEXT_VERSION
from accelc.isa.loader import load_program
from accelc.isa.program import (
    DELAY_KINDS,
    NO_DEBUG,
    PLACES,
    ROLES,
    VALUE_DTYPES,
    AcceleratorSegment,
    Array,
    DebugEntry,
    DelaySlot,
    HbmBinding,
    HostSegment,
    Program,
    Segment,
    ValueType,
)
from accelc.isa.record_parser import integer, parse_record
from accelc.isa.records import RECORD, Records
from accelc.isa.steps.reader import StepReader
from accelc.isa.validation import RecordError, validate_program
from accelc.numerics import DTYPES
from accelc.targets import load_target, parse_target
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target
from accelc.weights import absent_weight, load_weights

_WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(;.*)|([^\s";]+))')
_TYPE = re.compile(r"(\w+)\[([0-9,]*)\]")
_MAX = (1 << 63) - 1


@dataclass
class _Device:
    """A segment of the accelerator while it is read; `lines[core][lane]` are the lines of its records."""

    name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    hbm_bytes: int = 0
    bindings: list[HbmBinding] = field(default_factory=list[HbmBinding])
    semaphores: list[str] = field(default_factory=list[str])
    delays: list[DelaySlot] = field(default_factory=list[DelaySlot])
    debug: list[DebugEntry] = field(default_factory=lambda: [NO_DEBUG])
    cores: list[dict[str, bytearray]] = field(default_factory=list[dict[str, bytearray]])
    lines: list[dict[str, list[int]]] = field(default_factory=list[dict[str, list[int]]])

    def finish(self) -> AcceleratorSegment:
        """The segment."""

        def stream(data: bytearray) -> Records:
            return np.frombuffer(bytes(data), RECORD)

        return AcceleratorSegment(
            self.name,
            self.inputs,
            self.outputs,
            tuple({lane: stream(data) for lane, data in core.items()} for core in self.cores),
            self.hbm_bytes,
            tuple(self.bindings),
            tuple(self.semaphores),
            tuple(self.delays),
            tuple(self.debug),
        )


@dataclass
class _Host:
    name: str
    place: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    text: list[str] | None = None

    def finish(self) -> HostSegment:
        """The segment."""
        return HostSegment(self.name, self.place, self.inputs, self.outputs, "\n".join(self.text or ()))


def _words(line: str) -> list[str]:
    """Words of a directive; strings keep their quotes."""
    words, position = list[str](), 0
    while line[position:].strip():
        match = _WORD.match(line, position)
        if match is None:
            raise ProgramError(f"cannot read {line[position:].strip()[:40]!r}")
        position = match.end()
        if match[2] is None:
            words.append(match[1] or match[3])
    return words


def _string(word: str) -> str:
    if not word.startswith('"'):
        raise ProgramError(f"{word}: expected a string in double quotes")
    try:
        return cast(str, json.loads(word))
    except ValueError as error:
        raise ProgramError(f"{word[:40]}: not a string: {error}") from None


def _typed(word: str, names: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    """`dtype[size,...]`."""
    match = _TYPE.fullmatch(word)
    if match is None or match[1] not in names:
        raise ProgramError(f"{word}: expected dtype[size,...] with a dtype of {', '.join(names)}")
    return match[1], tuple(integer(size, "size", 0, _MAX) for size in match[2].split(",") if match[2])


class Assembler:
    """State of reading one text, line by line."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.inputs: list[ValueType] = []
        self.outputs: list[ValueType] = []
        self.buffers: list[ValueType] = []
        self.steps: StepReader = StepReader(_string)
        self.absent: bool = False
        self.weights: dict[str, Array] = {}
        self.features: list[str] = []
        self.compiler: str = ""
        self.segments: list[_Device | _Host] = []
        self.target: Target | None = None
        self.stream: bytearray | None = None
        self.stream_lines: list[int] = []
        self.lane: int = 0
        self.started: bool = False
        self._block: list[str] | None = None
        self._target_block = list[str]()

    def line(self, number: int, text: str) -> None:
        """Read one line. Raises ProgramError for text or an instruction where none can stand."""
        if text.startswith("|"):
            if self._block is None:
                raise ProgramError("a line of text ('|') stands behind .target or .function")
            self._block.append(text[1:])
            return
        self._end_block()
        if text.lstrip().startswith("."):
            name, *arguments = _words(text)
            self._directive(name, arguments)
        elif code := text.split(";", 1)[0].strip():
            if self.stream is None:
                raise ProgramError(f"instruction '{code.split()[0]}' outside a stream: .stream LANE comes first")
            self.stream += parse_record(code, self.lane)
            self.stream_lines.append(number)

    def finish(self) -> Program:
        """The program, not yet validated. Raises ProgramError for an empty text."""
        self._end_block()
        if not self.started:
            raise ProgramError("empty: a program starts with .program VERSION")
        segments: tuple[Segment, ...] = tuple(segment.finish() for segment in self.segments)
        text, inputs, outputs = canonical_toml(self._machine()), tuple(self.inputs), tuple(self.outputs)
        steps, buffers = self.steps.finish(), tuple(self.buffers)
        features = tuple(self.features)
        return Program(
            text, inputs, outputs, segments, self.weights, self.compiler, features, steps, buffers, self.absent
        )

    def locate(self, error: RecordError) -> int:
        """Line of the record `error` is about."""
        for segment in self.segments:
            if isinstance(segment, _Device) and error.stream.segment == segment.name:
                return segment.lines[error.stream.core][error.stream.lane][error.record]
        raise AssertionError(error.stream.segment)

    def _end_block(self) -> None:
        if self._block is self._target_block and self._block:
            self.target = parse_target("\n".join(self._block), "target")
        self._block = None

    def _machine(self) -> Target:
        if self.target is None:
            raise ProgramError("the target is missing: .target comes before segments")
        return self.target

    def _directive(self, name: str, words: list[str]) -> None:
        if not self.started and name != ".program":
            raise ProgramError("a program starts with .program VERSION")
        entry = DIRECTIVES.get(name)
        if entry is None:
            raise ProgramError(
                f"unknown directive '{name}'{suggestion(name, DIRECTIVES)} (known: {', '.join(DIRECTIVES)})"
            )
        handler, least, most, usage = entry
        if not least <= len(words) <= most:
            raise ProgramError(f"expected {name} {usage}")
        handler(self, *words)

    def program(self, version: str) -> None:
        """`.program MAJOR.MINOR`. Raises ProgramError for a second one and another version."""
        if self.started:
            raise ProgramError("a second .program")
        major, _, minor = version.partition(".")
        numbers = integer(major, "major", 0, 999), integer(minor, "minor", 0, 999)
        if numbers[0] != TEXT_VERSION[0] or numbers[1] > TEXT_VERSION[1]:
            raise ProgramError(f"text version {version}: supported is {TEXT_VERSION[0]}.{TEXT_VERSION[1]}")
        self.started = True

    def set_compiler(self, text: str) -> None:
        """`.compiler "NAME"`."""
        self.compiler = _string(text)

    def add_feature(self, text: str) -> None:
        """`.feature "NAME"`."""
        self.features.append(_string(text))

    def set_target(self, *name: str) -> None:
        """`.target` with the TOML behind it, or `.target "PRESET"`. Raises ProgramError for a second one."""
        if self.target is not None:
            raise ProgramError("a second .target")
        if name:
            self.target = load_target(_string(name[0]))
        else:
            self._block = self._target_block

    def add_input(self, name: str, kind: str) -> None:
        """`.input "NAME" dtype[shape]`."""
        self.inputs.append(ValueType(_string(name), *_typed(kind, VALUE_DTYPES)))

    def add_output(self, name: str, kind: str) -> None:
        """`.output "NAME" dtype[shape]`."""
        self.outputs.append(ValueType(_string(name), *_typed(kind, VALUE_DTYPES)))

    def add_buffer(self, name: str, kind: str) -> None:
        """`.buffer "NAME" dtype[shape]`."""
        self.buffers.append(ValueType(_string(name), *_typed(kind, VALUE_DTYPES)))

    def add_absent(self, *words: str) -> None:
        """
        `.absent`: no weight has elements; `.absent "NAME" dtype[shape]`: one of them.

        Raises ProgramError beside weights that have elements.
        """
        if not self.absent and self.weights:
            raise ProgramError("weights with elements are there already")
        self.absent = True
        if len(words) == 1:
            raise ProgramError('expected .absent ["NAME" dtype[size,...]]')
        if words:
            dtype, shape = _typed(words[1], VALUE_DTYPES)
            self._add_weight(_string(words[0]), absent_weight(shape, np.dtype(dtype)))

    def add_weight(self, name: str, kind: str, data: str) -> None:
        """`.weight "NAME" dtype[shape] "BASE64"`. Raises ProgramError for data of another size."""
        dtype, shape = _typed(kind, VALUE_DTYPES)
        try:
            array = np.frombuffer(b64decode(_string(data), validate=True), np.dtype(dtype)).reshape(shape)
        except ValueError as error:
            raise ProgramError(f".weight {name}: data does not match {kind}: {error}") from None
        self._add_weight(_string(name), array)

    def add_weights(self, path: str) -> None:
        """`.weights "FILE"`."""
        file = self.folder / _string(path)
        arrays = load_program(file).weights if file.suffix == ".acx" else load_weights(file)
        for name, array in arrays.items():
            self._add_weight(name, array)

    def _add_weight(self, name: str, array: Array) -> None:
        if name in self.weights:
            raise ProgramError(f"weight '{name}' is given twice")
        self.weights[name] = array

    def start_segment(self, name: str) -> None:
        """`.segment "NAME"`."""
        self._add_segment(_Device(_string(name)))

    def start_host(self, name: str, place: str) -> None:
        """`.host "NAME" host|framework`. Raises ProgramError for another place."""
        if place not in PLACES:
            raise ProgramError(f"{place}: expected {' | '.join(PLACES)}")
        self._add_segment(_Host(_string(name), place))

    def _add_segment(self, segment: _Device | _Host) -> None:
        self._machine()
        if any(other.name == segment.name for other in self.segments):
            raise ProgramError(f"a second segment '{segment.name}'")
        self.segments.append(segment)
        self.stream = None

    def _any(self) -> _Device | _Host:
        if not self.segments:
            raise ProgramError("outside a segment: .segment or .host comes first")
        return self.segments[-1]

    def _device(self) -> _Device:
        segment = self._any()
        if isinstance(segment, _Host):
            raise ProgramError("belongs to a segment of the accelerator: .segment comes first")
        return segment

    def set_inputs(self, *names: str) -> None:
        """`.inputs "NAME"...`. Raises ProgramError for a second one."""
        if self._any().inputs:
            raise ProgramError("a second .inputs")
        self._any().inputs = tuple(map(_string, names))

    def set_outputs(self, *names: str) -> None:
        """`.outputs "NAME"...`. Raises ProgramError for a second one."""
        if self._any().outputs:
            raise ProgramError("a second .outputs")
        self._any().outputs = tuple(map(_string, names))

    def set_function(self) -> None:
        """
        `.function` with the MLIR text behind it.

        Raises ProgramError for a second one, and outside a segment of the host.
        """
        segment = self._any()
        if not isinstance(segment, _Host) or segment.text is not None:
            raise ProgramError("a .function stands once in a segment of the host")
        segment.text = self._block = []

    def set_hbm(self, size: str) -> None:
        """`.hbm BYTES`."""
        self._device().hbm_bytes = integer(size, "hbm", 0, _MAX)

    def add_binding(self, role: str, name: str, kind: str, offset: str) -> None:
        """`.bind ROLE "NAME" dtype[shape] @OFFSET`. Raises ProgramError for another role."""
        if role not in ROLES:
            raise ProgramError(f"{role}: expected {' | '.join(ROLES)}")
        dtype, shape = _typed(kind, tuple(DTYPES))
        address = integer(offset.removeprefix("@"), "offset", 0, _MAX)
        self._device().bindings.append(HbmBinding(_string(name), role, address, dtype, shape))

    def _numbered(self, word: str, table: "list[str] | list[DelaySlot] | list[DebugEntry]") -> None:
        integer(word, "index (entries stand in order)", len(table), len(table))

    def add_semaphore(self, index: str, name: str) -> None:
        """`.semaphore INDEX "NAME"`."""
        self._numbered(index, self._device().semaphores)
        self._device().semaphores.append(_string(name))

    def add_delay(self, index: str, name: str, lane: str, *limits: str) -> None:
        """`.delay INDEX "NAME" LANE default=N minimum=N maximum=N kind=KIND`. Raises ProgramError for other fields."""
        self._numbered(index, self._device().delays)
        values = {key: value for key, _, value in (limit.partition("=") for limit in limits)}
        if set(values) != {"default", "minimum", "maximum", "kind"} or values["kind"] not in DELAY_KINDS:
            raise ProgramError(f"expected default=N minimum=N maximum=N kind={'|'.join(DELAY_KINDS)}")
        default, maximum, minimum = (integer(values[key], key, 0, _MAX) for key in ("default", "maximum", "minimum"))
        self._device().delays.append(DelaySlot(_string(name), lane, default, maximum, minimum, values["kind"]))

    def add_debug(self, index: str, op: str, name: str, layer: str) -> None:
        """`.debug INDEX "OP" "NODE" LAYER|-`."""
        self._numbered(index, self._device().debug)
        number = None if layer == "-" else integer(layer, "layer", -_MAX - 1, _MAX)
        self._device().debug.append(DebugEntry(_string(op), _string(name), number))

    def start_core(self, index: str) -> None:
        """`.core INDEX`."""
        device = self._device()
        integer(index, "core (cores stand in order)", len(device.cores), len(device.cores))
        device.cores.append({})
        device.lines.append({})
        self.stream = None

    def start_stream(self, lane: str) -> None:
        """`.stream LANE`. Raises ProgramError outside a core, for an unknown lane and for a second stream of one."""
        device, lanes = self._device(), self._machine().lanes
        if not device.cores:
            raise ProgramError("a stream stands behind .core INDEX")
        if lane not in lanes:
            raise ProgramError(f"unknown lane '{lane}'{suggestion(lane, lanes)} (lanes: {', '.join(lanes)})")
        if lane in device.cores[-1]:
            raise ProgramError(f"a second stream '{lane}'")
        self.lane = lanes.index(lane)
        self.stream = device.cores[-1][lane] = bytearray()
        self.stream_lines = device.lines[-1][lane] = []


Handler = Callable[..., None]
_MANY = 1 << 30


def _step(handler: Handler) -> Handler:
    """A directive about steps."""

    def apply(assembler: Assembler, *words: str) -> None:
        handler(assembler.steps, *words)

    return apply


DIRECTIVES: Mapping[str, tuple[Handler, int, int, str]] = {
    ".program": (Assembler.program, 1, 1, "VERSION"),
    ".compiler": (Assembler.set_compiler, 1, 1, '"NAME"'),
    ".feature": (Assembler.add_feature, 1, 1, '"NAME"'),
    ".target": (Assembler.set_target, 0, 1, '["PRESET"]'),
    ".input": (Assembler.add_input, 2, 2, '"NAME" dtype[size,...]'),
    ".output": (Assembler.add_output, 2, 2, '"NAME" dtype[size,...]'),
    ".buffer": (Assembler.add_buffer, 2, 2, '"NAME" dtype[size,...]'),
    ".absent": (Assembler.add_absent, 0, 2, '["NAME" dtype[size,...]]'),
    ".weight": (Assembler.add_weight, 3, 3, '"NAME" dtype[size,...] "BASE64"'),
    ".weights": (Assembler.add_weights, 1, 1, '"FILE"'),
    ".segment": (Assembler.start_segment, 1, 1, '"NAME"'),
    ".host": (Assembler.start_host, 2, 2, '"NAME" host|framework'),
    ".inputs": (Assembler.set_inputs, 1, _MANY, '"NAME"...'),
    ".outputs": (Assembler.set_outputs, 1, _MANY, '"NAME"...'),
    ".function": (Assembler.set_function, 0, 0, ""),
    ".hbm": (Assembler.set_hbm, 1, 1, "BYTES"),
    ".bind": (Assembler.add_binding, 4, 4, 'ROLE "NAME" dtype[size,...] @OFFSET'),
    ".semaphore": (Assembler.add_semaphore, 2, 2, 'INDEX "NAME"'),
    ".delay": (Assembler.add_delay, 7, 7, 'INDEX "NAME" LANE default=N minimum=N maximum=N kind=KIND'),
    ".debug": (Assembler.add_debug, 4, 4, 'INDEX "OP" "NODE" LAYER|-'),
    ".core": (Assembler.start_core, 1, 1, "INDEX"),
    ".stream": (Assembler.start_stream, 1, 1, "LANE"),
    ".launch": (_step(StepReader.launch), 1, 1, '"SEGMENT"'),
    ".takes": (_step(StepReader.takes), 1, _MANY, "OPERAND..."),
    ".gives": (_step(StepReader.gives), 1, _MANY, "OPERAND..."),
    ".given": (_step(StepReader.given), 2, 2, '"INSIDE" "OUTSIDE"'),
    ".repeat": (_step(StepReader.repeat), 1, 1, "COUNT"),
    ".carried": (_step(StepReader.carry), 3, 3, '"NAME" "START" "FOLLOWING"'),
    ".end": (_step(StepReader.end), 0, 0, ""),
}
"""Directive -> (handler, least and greatest number of arguments, arguments as shown in messages)."""


def assemble(text: str, source: str, folder: Path = Path()) -> Program:
    """
    The program `text` describes; `source` names it in messages, files it names are relative to `folder`.

    Raises ProgramError with the line of the mistake, also where a record breaks a rule of the target.
    """
    assembler = Assembler(folder)
    for number, line in enumerate(text.split("\n"), 1):
        try:
            assembler.line(number, line)
        except AccelcError as error:
            raise ProgramError(f"{source}:{number}: {error}") from None
    try:
        program = assembler.finish()
    except AccelcError as error:
        raise ProgramError(f"{source}: {error}") from None
    try:
        validate_program(program, source)
    except RecordError as error:
        raise ProgramError(f"{source}:{assembler.locate(error)}: {error}") from None
    return program
