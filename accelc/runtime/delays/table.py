"""
Delay tables: the values that a policy chose, in a file that another run applies.

A table is a JSON object: the checksum of the program's streams, and for every core the values of its slots by segment,
in cycles of the slots' lanes. `first` holds for the first iteration, in which cores take up their places, and `then`
for all later ones. A slot that is not named keeps its default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from accelc.errors import ProgramError, suggestion
from accelc.files import atomic_file
from accelc.isa.manifest import Fields, dump, parse
from accelc.isa.program import AcceleratorSegment, DelaySlot, Program, streams_hash
from accelc.runtime.cores import SlotValues
from accelc.runtime.delays.telemetry import Telemetry

FORMAT, VERSION = "accelc-delays", 1
MOST_BYTES = 1 << 24
"""Largest file that is read."""

Values = Mapping[str, Mapping[str, int]]
"""Segment -> slot -> cycles."""


@dataclass(frozen=True)
class CoreDelays:
    """Values of one core."""

    first: Values
    then: Values


@dataclass(frozen=True)
class DelayTable:
    """Values of every core, and a controller that repeats them."""

    segments: tuple[AcceleratorSegment | None, ...]
    """The program's segments; None for those of the host."""
    cores: tuple[CoreDelays, ...]

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The core's values in an iteration."""
        chosen = self.cores[core].first if iteration == 0 else self.cores[core].then
        return [
            []
            if segment is None
            else [chosen.get(segment.name, {}).get(slot.name, slot.default) for slot in segment.delays]
            for segment in self.segments
        ]

    def observe(self, now: Telemetry) -> None:
        """Nothing to adjust."""

    def of_one_core(self) -> dict[str, int]:
        """Values of core 0 in its first iteration by `SEGMENT/SLOT`, as `execute` takes them."""
        first = self.cores[0].first
        return {f"{segment}/{slot}": value for segment, slots in first.items() for slot, value in slots.items()}


def program_checksum(program: Program) -> str:
    """SHA-256 of the streams of all segments, in hexadecimal."""
    digest = sha256()
    for segment in _segments(program):
        if segment is not None:
            digest.update(f"{segment.name} {streams_hash(segment.cores)}\n".encode())
    return digest.hexdigest()


def _segments(program: Program) -> tuple[AcceleratorSegment | None, ...]:
    return tuple(segment if isinstance(segment, AcceleratorSegment) else None for segment in program.segments)


def table_of(program: Program, first: Sequence[SlotValues], then: Sequence[SlotValues]) -> DelayTable:
    """The table of values of every core, by segment of `program` and slot of the segment."""
    segments = _segments(program)

    def named(values: SlotValues) -> Values:
        return {
            segment.name: {slot.name: value for slot, value in zip(segment.delays, each, strict=True)}
            for segment, each in zip(segments, values, strict=True)
            if segment is not None
        }

    cores = tuple(CoreDelays(named(one), named(other)) for one, other in zip(first, then, strict=True))
    return DelayTable(segments, cores)


def save_table(table: DelayTable, program: Program, path: Path) -> None:
    """Writes `table` to `path`, which is replaced only when all is written. Raises OSError."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "streams_sha256": program_checksum(program),
        "cores": [vars(core) for core in table.cores],
    }
    with atomic_file(path) as file:
        file.write(dump(document))


def load_table(path: Path, program: Program, name: str = "the program") -> DelayTable:
    """
    The table in the file at `path`, for `program`, which messages call `name`.

    Raises ProgramError for a file that is no table, a table for other streams, a segment or slot the program does not
    have, and a value outside of a slot's range; OSError if the file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ProgramError(f"{path}: a delay table has at most {MOST_BYTES} bytes")
    fields = Fields(parse(memoryview(data), str(path)), str(path))
    fields.text("format", (FORMAT,))
    fields.number("version", VERSION, VERSION)
    made_for, actual = fields.text("streams_sha256"), program_checksum(program)
    if made_for != actual:
        raise ProgramError(
            f"{path}: field 'streams_sha256': stale delay table, made for streams with sha256 {made_for[:12]}..., "
            f"those of {name} have {actual[:12]}...; choose delays for this program again (--save-delays)"
        )
    segments = _segments(program)
    items = fields.items("cores")
    fields.done()
    if not items:
        raise ProgramError(f"{path}: field 'cores': at least one core is needed")
    cores = tuple(_core(Fields(item, f"{path}: cores[{number}]"), segments) for number, item in enumerate(items))
    return DelayTable(segments, cores)


def _core(fields: Fields, segments: Sequence[AcceleratorSegment | None]) -> CoreDelays:
    slots = {segment.name: {slot.name: slot for slot in segment.delays} for segment in segments if segment is not None}
    core = CoreDelays(_values(fields, "first", slots), _values(fields, "then", slots))
    fields.done()
    return core


def _values(fields: Fields, key: str, slots: Mapping[str, Mapping[str, DelaySlot]]) -> Values:
    by_segment = fields.object(key)
    return {name: _segment_values(by_segment.object(name), name, slots) for name in by_segment.names()}


def _segment_values(fields: Fields, name: str, slots: Mapping[str, Mapping[str, DelaySlot]]) -> dict[str, int]:
    if name not in slots:
        raise ProgramError(f"{fields.where}: the program has no such segment{suggestion(name, slots)}")
    values: dict[str, int] = {}
    for slot in fields.names():
        known = slots[name].get(slot)
        if known is None:
            raise ProgramError(f"{fields.where}: no delay '{slot}'{suggestion(slot, slots[name])}")
        values[slot] = fields.number(slot, known.minimum, known.maximum)
    return values
