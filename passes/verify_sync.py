"""Proof that the waits of engine programs suffice."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from accelc.analysis.footprint import macro_footprint
from accelc.analysis.sync.hazards import Phase
from accelc.analysis.sync.verify import Issued, Violation, verify_issued
from accelc.dialects.engine import LaneOp, ProgramOp
from accelc.emit.emitter import emit
from accelc.errors import SynchronizationError
from accelc.targets import load_target
from accelc.targets.model import Target, is_dma


def verify_sync(program: ProgramOp, target: Target) -> list[Violation]:
    """Violations of the `waits` and `signals` of the macro-ops of `program`, which has addresses."""
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    emitted = emit(program, target)
    return verify_issued(_issued(ops, target), macro_footprint(emitted.records, emitted.macro, len(ops), target))


def _issued(ops: list[LaneOp], target: Target) -> Issued:
    number: dict[str, int] = {}
    waits: list[tuple[int, int, int, int]] = []
    updates: list[tuple[int, int, int, int]] = []
    for index, op in enumerate(ops):
        for wait in op.waits or ():
            semaphore = number.setdefault(wait.semaphore.data, len(number))
            waits.append((index, semaphore, wait.value.value.data, wait.bits.value.data))
        for signal in op.signals or ():
            semaphore = number.setdefault(signal.semaphore.data, len(number))
            updates.append((index, semaphore, 1, _phase(op, signal.point.data)))
    lanes = target.lanes
    lane = np.array([lanes.index(op.lane.data) for op in ops], np.int64)
    names = list(number)
    return Issued(
        lane,
        lane,
        range(len(lanes)),
        [not is_dma(name) for name in lanes],
        np.array(waits, np.int64).reshape(-1, 4),
        np.array(updates, np.int64).reshape(-1, 4),
        lambda index: f"{ops[index].name} number {index} (on {ops[index].lane.data})",
        lambda semaphore: repr(names[semaphore]),
    )


def _phase(op: LaneOp, point: str) -> int:
    points = [phase.name.lower() for phase in Phase]
    if point not in points:
        raise SynchronizationError(f"{op.name} signals at '{point}': legal points are {', '.join(points)}")
    return points.index(point)


@dataclass(frozen=True)
class VerifySyncPass(ModulePass):
    """
    Checks that the waits and signals of each `engine.program` enforce all of its dependencies; changes nothing.

    The input is an `engine.program` with addresses, waits and signals. Every pair of conflicting accesses must be
    ordered by the lanes and semaphores alone; the algorithm shares nothing with `sync-vector-clock` but the
    definition of a conflict. Ends in one error that lists the violations.
    """

    name = "verify-sync"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Prove the order of every program. Raises SynchronizationError."""
        for program in op.walk():
            if isinstance(program, ProgramOp):
                raise_violations(verify_sync(program, load_target(program.target.data)))


def raise_violations(violations: list[Violation], shown: int = 5) -> None:
    """Raises SynchronizationError with the first `shown` violations, if there are any."""
    if not violations:
        return
    lines = [violation.message for violation in violations[:shown]]
    if len(violations) > shown:
        lines.append(f"and {len(violations) - shown} more")
    raise SynchronizationError("\n".join(lines) + "\nrun sync-vector-clock after the last change of order or addresses")
