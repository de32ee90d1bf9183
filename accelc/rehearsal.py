"""What the rest of the pipeline would make of a scheduled program, and how long that takes on the machine."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.dialects.engine import LaneOp, ProgramOp
from accelc.targets.model import Target


@dataclass(frozen=True)
class Rehearsal:
    """
    Simulated time of a program (ns), and start and end of each of its lane ops, in program order.

    A product starts when it takes in its first moving element.
    """

    total_ns: float
    starts: npt.NDArray[np.float64]
    ends: npt.NDArray[np.float64]


def rehearse(program: ProgramOp, target: Target) -> Rehearsal:
    """
    Times a copy of `program`: addresses, blocks, records and waits as the pipeline makes them, delays at 0.

    Raises what these stages raise, CapacityError among it.
    """
    from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
    from accelc.emit.emitter import emit
    from accelc.emit.streams import split_streams
    from accelc.isa.records import field
    from accelc.isa.table import Opcode
    from accelc.passes.assign_memory import assign_memory
    from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
    from accelc.simulator.decode import decode_core
    from accelc.simulator.timing import time_core

    copy = program.clone()
    assign_memory(copy, target)
    schedule_systolic_tiles(copy, target)
    emitted = emit(copy, target)
    records, place = write_sync(emitted.records, synchronize_records(emitted.records, target))
    field(records, "debug")[:] = 0
    field(records, "debug")[place] = emitted.macro + 1
    streams = split_streams(records, target)
    code = decode_core(streams, target)
    times = time_core(code, target)
    count = sum(isinstance(op, LaneOp) for op in program.body.block.ops)
    starts, ends = np.full(count + 1, np.inf), np.zeros(count + 1)
    for lane, measured in zip(code, times.lanes, strict=True):
        owner = field(lane.records, "debug").astype(np.int64)
        begins = np.where(field(lane.records, "opcode") == Opcode.LS, np.inf, measured.start)
        np.minimum.at(starts, owner, begins)
        np.maximum.at(ends, owner, measured.complete)
    tick_ns = 1e9 / target.time.tick_hz
    starts[np.isinf(starts)] = 0.0
    return Rehearsal(times.total_ticks * tick_ns, starts[1:] * tick_ns, ends[1:] * tick_ns)
