"""Emission: macro-ops to instruction records, and records to one stream per lane."""

from accelc.emit.emitter import emit
from accelc.emit.program import EmittedProgram
from accelc.emit.streams import split_streams

__all__ = ["EmittedProgram", "emit", "split_streams"]
