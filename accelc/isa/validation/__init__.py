"""The rules a program must obey on its target, each violation a ProgramError naming stream, record and field."""

from accelc.isa.validation.context import Limits, RecordError, Stream
from accelc.isa.validation.program import validate_program
from accelc.isa.validation.segment import validate_segment
from accelc.isa.validation.stream import validate_stream

__all__ = ["Limits", "RecordError", "Stream", "validate_program", "validate_segment", "validate_stream"]
