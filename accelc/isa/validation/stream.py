"""All rules on one stream."""

import numpy as np

from accelc.errors import ProgramError
from accelc.isa.table import Opcode
from accelc.isa.validation.array import check_array
from accelc.isa.validation.context import Stream
from accelc.isa.validation.dma import check_dma
from accelc.isa.validation.frame import check_frame
from accelc.isa.validation.integers import check_integers
from accelc.isa.validation.operands import check_operands


def validate_stream(stream: Stream) -> None:
    """Raise ProgramError for the first rule a record of `stream` breaks."""
    if not len(stream.records):
        raise ProgramError(f"{stream.place}: empty: a stream ends in 'halt'")
    check_frame(stream)
    halts = stream.opcodes == Opcode.HALT
    last = len(halts) - 1
    if not halts[last]:
        raise stream.refuse(last, "opcode", int(stream.opcodes[last]), "a stream ends in 'halt'")
    everything = np.arange(len(halts))
    stream.require(~halts[:last], everything[:last], "opcode", stream.opcodes[:last], "only the last record is 'halt'")
    check_operands(stream)
    check_integers(stream)
    check_array(stream)
    check_dma(stream)
