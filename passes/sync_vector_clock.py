"""Waits and signals of the macro-ops of engine programs."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.passes import ModulePass

from accelc.analysis.footprint import macro_footprint
from accelc.analysis.hazards import Phase, find_hazards, macro_streams
from accelc.analysis.vector_clock import MODELS, Sync, assign_semaphores, keep_edges
from accelc.dialects.engine import LaneOp, ProgramOp, SignalAttr, WaitAttr, i64_attr
from accelc.emit.emitter import emit
from accelc.errors import UsageError, suggestion
from accelc.targets import load_target
from accelc.targets.model import Target


def sync_vector_clock(program: ProgramOp, target: Target, model: str = "phase") -> Sync:
    """
    Sets `waits` and `signals` of every macro-op of `program`, which has addresses; earlier ones are replaced.

    Raises SynchronizationError when the target's semaphores do not suffice, UsageError for an unknown model.
    """
    if model not in MODELS:
        legal = ", ".join(MODELS)
        raise UsageError(f"unknown vector-clock model '{model}': legal are {legal}{suggestion(model, MODELS)}")
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    emitted = emit(program, target)
    streams = macro_streams(emitted.records, emitted.macro, len(ops), target)
    hazards = find_hazards(macro_footprint(emitted.records, emitted.macro, len(ops), target), streams)

    def describe(index: int) -> str:
        return f"{ops[index].name} number {index}"

    kept = keep_edges(hazards, streams, model)
    sync = assign_semaphores(kept, streams, hazards.required, target.sync, describe)
    annotate(ops, sync)
    return sync


def annotate(ops: list[LaneOp], sync: Sync) -> None:
    """Writes waits and signals of instructions 0, 1, ... to the attributes of `ops`."""
    names = [StringAttr(semaphore.name) for semaphore in sync.semaphores]
    points = [StringAttr(phase.name.lower()) for phase in Phase]
    waits: dict[int, list[WaitAttr]] = {}
    rows: list[list[int]] = np.stack([sync.wait_record, sync.wait_semaphore, sync.wait_value], axis=1).tolist()
    for index, semaphore, value in rows:
        waits.setdefault(index, []).append(WaitAttr(names[semaphore], i64_attr(value)))
    signals: dict[int, list[SignalAttr]] = {}
    rows = np.stack([sync.update_record, sync.update_semaphore, sync.update_phase], axis=1).tolist()
    for index, semaphore, phase in rows:
        signals.setdefault(index, []).append(SignalAttr(names[semaphore], points[phase]))
    for index, op in enumerate(ops):
        op.waits = ArrayAttr(waits[index]) if index in waits else None
        op.signals = ArrayAttr(signals[index]) if index in signals else None


@dataclass(frozen=True)
class SyncVectorClockPass(ModulePass):
    """
    Gives the macro-ops of each `engine.program` the fewest waits that enforce its dependencies between lanes.

    Before: an `engine.program` with addresses. After: `waits = [#engine.wait<"tensor.complete", 1>]` on consumers and
    `signals = [#engine.signal<"tensor.complete", "complete">]` on producers; one semaphore counts the ops of one lane
    that pass one phase. Dependencies follow from overlapping memory and program order.
    """

    name = "sync-vector-clock"

    model: str = "phase"
    """`phase` (default) lets a writer follow readers that have read; `simple` waits for completion only."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in op.walk():
            if isinstance(program, ProgramOp):
                sync_vector_clock(program, load_target(program.target.data), self.model)
