"""Macro-ops that an engine which only this machine has executes faster than the one they were lowered for."""

from collections import Counter

from xdsl.dialects.builtin import StringAttr

from accelc.dialects.engine import DelayOp, LaneOp, MatmulFields, ProgramOp, TransferOp, access, buffer_type
from accelc.emit.macro_cost import op_cost
from accelc.errors import ProgramError
from accelc.targets.model import Target


def use_added_engines(program: ProgramOp, target: Target) -> int:
    """
    Moves every SIMD macro-op of `program` to the engine among its own and `Target.added` that is soonest done with it.

    Of several added engines that are equally fast the one with the least work so far has it. Returns how many moved; an
    op that no engine executes stays, for `op_cost` to say why.
    """
    if not target.added:
        return 0
    work: Counter[str] = Counter()
    moved = 0
    for op in program.body.block.ops:
        if not isinstance(op, LaneOp) or isinstance(op, (TransferOp, DelayOp, MatmulFields)):
            continue
        home = op.lane.data
        times = {lane: time for lane in (home, *target.added) if (time := _time(op, lane, target)) is not None}
        if not times:
            continue
        best = min(times, key=lambda lane: (times[lane], lane != home, work[lane]))
        op.lane = StringAttr(best)
        work[best] += round(times[best])
        moved += best != home
    return moved


def _time(op: LaneOp, lane: str, target: Target) -> float | None:
    """Nanoseconds of an op on a lane, None where it cannot run."""
    port, home = target.port(lane), op.lane
    for names, memories in ((op.READS, port.read), (op.WRITES, port.write)):
        used = (getattr(op, operand) for operand, name in names if access(op, name) is not None)
        if any(buffer_type(value).space.data not in memories for value in used):
            return None
    op.lane = StringAttr(lane)
    try:
        return op_cost(op, target).busy_ns
    except ProgramError:
        return None
    finally:
        op.lane = home
