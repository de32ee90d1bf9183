"""Reads segments of a program from text."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from accelc.errors import ProgramError, suggestion
from accelc.isa.program import (
    DELAY_KINDS,
    NO_DEBUG,
    PLACES,
    ROLES,
    AcceleratorSegment,
    DebugEntry,
    DelaySlot,
    HbmBinding,
    HostSegment,
    Segment,
)
from accelc.isa.records import RECORD, Records
from accelc.isa.text.record_parser import parse_record
from accelc.isa.text.words import MOST, integer, string, typed
from accelc.isa.validation import RecordError
from accelc.numerics import DTYPES
from accelc.targets.model import Target


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


class SegmentReader:
    """Segments read so far; `machine` gives the target, which must be known."""

    def __init__(self, machine: Callable[[], Target]):
        self.machine = machine
        self.segments: list[_Device | _Host] = []
        self.stream: bytearray | None = None
        self.stream_lines: list[int] = []
        self.lane: int = 0

    def finish(self) -> tuple[Segment, ...]:
        """All segments."""
        return tuple(segment.finish() for segment in self.segments)

    def locate(self, error: RecordError) -> int:
        """Line of the record `error` is about."""
        for segment in self.segments:
            if isinstance(segment, _Device) and error.stream.segment == segment.name:
                return segment.lines[error.stream.core][error.stream.lane][error.record]
        raise AssertionError(error.stream.segment)

    def record(self, number: int, code: str) -> None:
        """An instruction in line `number`. Raises ProgramError outside a stream, and for text that is none."""
        if self.stream is None:
            raise ProgramError(f"instruction '{code.split()[0]}' outside a stream: .stream LANE comes first")
        self.stream += parse_record(code, self.lane)
        self.stream_lines.append(number)

    def start_segment(self, name: str) -> None:
        """`.segment "NAME"`."""
        self._add_segment(_Device(string(name)))

    def start_host(self, name: str, place: str) -> None:
        """`.host "NAME" host|framework`. Raises ProgramError for another place."""
        if place not in PLACES:
            raise ProgramError(f"{place}: expected {' | '.join(PLACES)}")
        self._add_segment(_Host(string(name), place))

    def _add_segment(self, segment: _Device | _Host) -> None:
        self.machine()
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
        self._any().inputs = tuple(map(string, names))

    def set_outputs(self, *names: str) -> None:
        """`.outputs "NAME"...`. Raises ProgramError for a second one."""
        if self._any().outputs:
            raise ProgramError("a second .outputs")
        self._any().outputs = tuple(map(string, names))

    def set_function(self) -> list[str]:
        """
        `.function`: the lines of MLIR text behind it, which are not there yet.

        Raises ProgramError for a second one, and outside a segment of the host.
        """
        segment = self._any()
        if not isinstance(segment, _Host) or segment.text is not None:
            raise ProgramError("a .function stands once in a segment of the host")
        segment.text = []
        return segment.text

    def set_hbm(self, size: str) -> None:
        """`.hbm BYTES`."""
        self._device().hbm_bytes = integer(size, "hbm", 0, MOST)

    def add_binding(self, role: str, name: str, kind: str, offset: str) -> None:
        """`.bind ROLE "NAME" dtype[shape] @OFFSET`. Raises ProgramError for another role."""
        if role not in ROLES:
            raise ProgramError(f"{role}: expected {' | '.join(ROLES)}")
        dtype, shape = typed(kind, tuple(DTYPES))
        address = integer(offset.removeprefix("@"), "offset", 0, MOST)
        self._device().bindings.append(HbmBinding(string(name), role, address, dtype, shape))

    def _numbered(self, word: str, table: "list[str] | list[DelaySlot] | list[DebugEntry]") -> None:
        integer(word, "index (entries stand in order)", len(table), len(table))

    def add_semaphore(self, index: str, name: str) -> None:
        """`.semaphore INDEX "NAME"`."""
        self._numbered(index, self._device().semaphores)
        self._device().semaphores.append(string(name))

    def add_delay(self, index: str, name: str, lane: str, *limits: str) -> None:
        """`.delay INDEX "NAME" LANE default=N minimum=N maximum=N kind=KIND`. Raises ProgramError for other fields."""
        self._numbered(index, self._device().delays)
        values = {key: value for key, _, value in (limit.partition("=") for limit in limits)}
        if set(values) != {"default", "minimum", "maximum", "kind"} or values["kind"] not in DELAY_KINDS:
            raise ProgramError(f"expected default=N minimum=N maximum=N kind={'|'.join(DELAY_KINDS)}")
        default, maximum, minimum = (integer(values[key], key, 0, MOST) for key in ("default", "maximum", "minimum"))
        self._device().delays.append(DelaySlot(string(name), lane, default, maximum, minimum, values["kind"]))

    def add_debug(self, index: str, op: str, name: str, layer: str) -> None:
        """`.debug INDEX "OP" "NODE" LAYER|-`."""
        self._numbered(index, self._device().debug)
        number = None if layer == "-" else integer(layer, "layer", -MOST - 1, MOST)
        self._device().debug.append(DebugEntry(string(op), string(name), number))

    def start_core(self, index: str) -> None:
        """`.core INDEX`."""
        device = self._device()
        integer(index, "core (cores stand in order)", len(device.cores), len(device.cores))
        device.cores.append({})
        device.lines.append({})
        self.stream = None

    def start_stream(self, lane: str) -> None:
        """`.stream LANE`. Raises ProgramError outside a core, for an unknown lane and for a second stream of one."""
        device, lanes = self._device(), self.machine().lanes
        if not device.cores:
            raise ProgramError("a stream stands behind .core INDEX")
        if lane not in lanes:
            raise ProgramError(f"unknown lane '{lane}'{suggestion(lane, lanes)} (lanes: {', '.join(lanes)})")
        if lane in device.cores[-1]:
            raise ProgramError(f"a second stream '{lane}'")
        self.lane = lanes.index(lane)
        self.stream = device.cores[-1][lane] = bytearray()
        self.stream_lines = device.lines[-1][lane] = []
