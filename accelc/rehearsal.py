"""What the rest of the pipeline would make of a scheduled program, and how long that takes on the machine."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from accelc.dialects.engine import LaneOp, ProgramOp
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.analysis.sync.vector_clock import Sync
    from accelc.emit.emitter import Parts
    from accelc.emit.program import EmittedProgram
    from accelc.simulator.decode import CoreCode
    from accelc.simulator.timing.times import CoreTimes


@dataclass(frozen=True)
class Trial:
    """
    A program whose blocks are scheduled: its records without waits, the waits they need, and what was simulated.

    `times` are those of the records of `code`, delays at their defaults; the `debug` field of `code` is the number of
    the lane op, from 1 on, 0 for what synchronization added.
    """

    emitted: "EmittedProgram"
    sync: "Sync"
    code: "CoreCode"
    times: "CoreTimes"

    @property
    def ticks(self) -> int:
        """Time until the last result is there."""
        return self.times.total_ticks


def try_out(program: ProgramOp, target: Target, parts: "Parts | None" = None) -> Trial:
    """
    Times `program`, which has addresses and whose blocks are scheduled, exactly.

    `parts` keeps records from one trial to the next (`emit`). Raises what the stages raise, CapacityError,
    ProgramError and SynchronizationError among it.
    """
    from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
    from accelc.emit.emitter import emit
    from accelc.emit.streams import split_streams
    from accelc.isa.records import field
    from accelc.simulator.decode import decode_core
    from accelc.simulator.timing.core import time_core
    from accelc.simulator.timing.times import DelayValues

    emitted = emit(program, target, parts)
    sync = synchronize_records(emitted.records, target)
    records, place = write_sync(emitted.records, sync)
    field(records, "debug")[:] = 0
    field(records, "debug")[place] = emitted.macro + 1
    code = decode_core(split_streams(records, target), target)
    throttles = [slot for slot, delay in enumerate(emitted.delays) if delay.kind == "throttle"]
    delays = DelayValues([delay.default for delay in emitted.delays], throttles)
    return Trial(emitted, sync, code, time_core(code, target, delays))


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

    Orders of blocks are those of the block-time model: the pipeline may find faster ones. Raises what these stages
    raise, CapacityError among it.
    """
    from accelc.isa.records import field
    from accelc.isa.table import Opcode
    from accelc.passes.assign_memory import assign_memory
    from accelc.passes.schedule_systolic_tiles import schedule_blocks

    copy = program.clone()
    assign_memory(copy, target)
    schedule_blocks(copy, target)
    trial = try_out(copy, target)
    count = sum(isinstance(op, LaneOp) for op in program.body.block.ops)
    starts, ends = np.full(count + 1, np.inf), np.zeros(count + 1)
    for lane, measured in zip(trial.code, trial.times.lanes, strict=True):
        owner = field(lane.records, "debug").astype(np.int64)
        begins = np.where(field(lane.records, "opcode") == Opcode.LS, np.inf, measured.start)
        np.minimum.at(starts, owner, begins)
        np.maximum.at(ends, owner, measured.complete)
    tick_ns = 1e9 / target.time.tick_hz
    starts[np.isinf(starts)] = 0.0
    return Rehearsal(trial.ticks * tick_ns, starts[1:] * tick_ns, ends[1:] * tick_ns)
