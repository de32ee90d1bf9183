"""Rules on a whole program: its target, the flow of values through the segments, and every segment."""

from accelc.errors import ProgramError, TargetError
from accelc.isa.program import PLACES, VALUE_DTYPES, HostSegment, Program, ValueType
from accelc.isa.records import RECORD_BYTES
from accelc.isa.table import ISA_VERSION
from accelc.isa.validation.flow import check_flow, segment_place
from accelc.isa.validation.segment import validate_segment
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Target


def validate_program(program: Program, where: str) -> None:
    """Raise ProgramError, located by `where`, for the first rule `program` breaks."""
    target = _check_target(program, where)
    _check_values(program.inputs, f"{where}: input")
    _check_values(program.outputs, f"{where}: output")
    _check_values(program.buffers, f"{where}: buffer")
    check_flow(program, where)
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
        validate_segment(segment, target, program.weights, place)


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
