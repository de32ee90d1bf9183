"""Rules on a whole program: its target, the flow of values through the segments, and every segment."""

from collections.abc import Iterator

from accelc.errors import ProgramError, TargetError
from accelc.isa.program import PLACES, VALUE_DTYPES, AcceleratorSegment, HostSegment, Program, Segment, ValueType
from accelc.isa.records import RECORD_BYTES
from accelc.isa.table import ISA_VERSION
from accelc.isa.validation.segment import validate_segment
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target


def validate_program(program: Program, where: str) -> None:
    """Raise ProgramError, located by `where`, for the first rule `program` breaks."""
    target = _check_target(program, where)
    _check_values(program.inputs, f"{where}: input")
    _check_values(program.outputs, f"{where}: output")
    _check_flow(program, where)
    names = set[str]()
    for index, segment in enumerate(program.segments):
        place = segment_place(where, index, segment)
        if segment.name in names:
            raise ProgramError(f"{place}: an earlier segment has the same name")
        names.add(segment.name)
        if isinstance(segment, HostSegment):
            if segment.place not in PLACES:
                raise ProgramError(f"{place}: field 'place' = '{segment.place}': expected {' | '.join(PLACES)}")
            continue
        _check_sizes(program, segment, place)
        validate_segment(segment, target, program.weights, place)


def segment_place(where: str, index: int, segment: Segment) -> str:
    """Location of a segment in messages."""
    return f"{where}: segment {index} '{segment.name}'"


def _check_target(program: Program, where: str) -> Target:
    try:
        target = program.target
    except TargetError as error:
        raise ProgramError(f"{where}: {error}") from None
    if program.target_text != canonical_toml(target):
        raise ProgramError(f"{where}: the target description is not in canonical form")
    isa = target.isa
    if isa.major != ISA_VERSION[0] or isa.minor > ISA_VERSION[1] or isa.instr_bytes != RECORD_BYTES:
        raise ProgramError(
            f"{where}: target '{target.name}' has instruction set {isa.major}.{isa.minor} with records of "
            f"{isa.instr_bytes} bytes: supported is {ISA_VERSION[0]}.{ISA_VERSION[1]} with {RECORD_BYTES} bytes"
        )
    return target


def _check_values(values: tuple[ValueType, ...], where: str) -> None:
    names = set[str]()
    for value in values:
        if value.name in names:
            raise ProgramError(f"{where} '{value.name}' occurs twice")
        if value.dtype not in VALUE_DTYPES:
            raise ProgramError(f"{where} '{value.name}': unknown dtype '{value.dtype}'")
        names.add(value.name)


def _check_flow(program: Program, where: str) -> None:
    known = {value.name for value in program.inputs} | set(program.weights)
    made = {value.name for value in program.inputs}
    gone = set[str]()
    for index, segment in enumerate(program.segments):
        place = segment_place(where, index, segment)
        for name in segment.inputs:
            if name not in known:
                raise ProgramError(f"{place}: input '{name}' is no input, weight or earlier result")
        for name in sorted(gone & set(segment.inputs)):
            raise ProgramError(f"{place}: input '{name}': an earlier segment wrote a result in its place")
        gone |= set(_replaced(segment))
        for name in segment.outputs:
            if name in made:
                raise ProgramError(f"{place}: output '{name}' exists already")
            made.add(name)
            known.add(name)
    for value in program.outputs:
        if value.name not in known:
            raise ProgramError(f"{where}: output '{value.name}' is not computed by any segment")
        if value.name in gone:
            raise ProgramError(f"{where}: output '{value.name}': a segment wrote a result in its place")


def _replaced(segment: Segment) -> Iterator[str]:
    """Values whose memory holds another value when the segment ends."""
    if isinstance(segment, AcceleratorSegment):
        written = {binding.offset for binding in segment.bindings if binding.role == "in_place" and binding.nbytes}
        for binding in segment.bindings:
            if binding.role == "input" and binding.offset in written:
                yield binding.name


def _check_sizes(program: Program, segment: AcceleratorSegment, place: str) -> None:
    """A binding of a value whose shape is known has as many elements."""
    known = {value.name: value for value in (*program.inputs, *program.outputs)}
    for binding in segment.bindings:
        value = known.get(binding.name)
        if binding.role not in ("input", "output", "in_place") or value is None:
            continue
        if binding.elements != value.elements:
            raise ProgramError(
                f"{place}: binding of {binding.role} '{binding.name}' has {binding.elements} elements, "
                f"the value has {value.elements}"
            )
