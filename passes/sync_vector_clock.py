"""Waits and signals of the macro-ops of engine programs."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.passes import ModulePass

from accelc.analysis.footprint import macro_footprint
from accelc.analysis.sync.clocks import Clock
from accelc.analysis.sync.hazards import Phase, Streams, find_hazards, macro_streams
from accelc.analysis.sync.vector_clock import (
    DEFAULT,
    FALLBACKS,
    MECHANISMS,
    MODELS,
    Options,
    Sync,
    keep_edges,
    plan_semaphores,
    to_sync,
)
from accelc.dialects.engine import LaneOp, ProgramOp, SignalAttr, VectorClockAttr, WaitAttr, i64_attr
from accelc.emit.emitter import emit
from accelc.errors import UsageError, suggestion
from accelc.targets import load_target
from accelc.targets.model import Target

VECTOR_CLOCK = "vc"
"""Attribute of an op that holds its clock."""


def sync_vector_clock(
    program: ProgramOp,
    target: Target,
    model: str = "phase",
    options: Options = DEFAULT,
    print_vector_clocks: bool = False,
) -> Sync:
    """
    Sets `waits` and `signals` of every macro-op of `program`, which has addresses; earlier ones are replaced.

    Raises SynchronizationError when the target's semaphores do not suffice, UsageError for an illegal option.
    """
    _check_options(model, options, target)
    ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    emitted = emit(program, target)
    streams = macro_streams(emitted.records, emitted.macro, len(ops), target)
    hazards = find_hazards(macro_footprint(emitted.records, emitted.macro, len(ops), target), streams)

    def describe(index: int) -> str:
        return f"{ops[index].name} number {index} (on {ops[index].lane.data})"

    plan = plan_semaphores(keep_edges(hazards, streams, model), streams, target.sync, options, describe)
    sync = to_sync(plan, hazards.required)
    annotate(ops, sync)
    for op, clock in zip(ops, plan.clocks.of, strict=True):
        op.attributes.pop(VECTOR_CLOCK, None)
        if print_vector_clocks:
            op.attributes[VECTOR_CLOCK] = _clock_attr(clock, streams)
    return sync


def _check_options(model: str, options: Options, target: Target) -> None:
    choices = (
        ("vector-clock model", model, MODELS),
        ("mechanism", options.mechanism, MECHANISMS),
        ("fallback", options.fallback, FALLBACKS),
    )
    for what, value, legal in choices:
        if value not in legal:
            raise UsageError(f"unknown {what} '{value}': legal are {', '.join(legal)}{suggestion(value, legal)}")
    bits = target.sync.width_bits
    if not 0 <= options.width <= bits:
        raise UsageError(
            f"width={options.width}: semaphores of target '{target.name}' have 1 to {bits} bits to count with "
            "(sync.width_bits); 0 uses all without rolling over"
        )
    if options.width and options.mechanism == "event":
        raise UsageError("width is the number of bits of a counter: event registers have one; use mechanism=counter")
    if options.registers < 0:
        raise UsageError(f"registers={options.registers}: at least 0, which stands for all semaphores of the target")
    if options.registers and options.mechanism == "counter":
        raise UsageError("registers limits event registers: use mechanism=event")


def _clock_attr(clock: Clock, streams: Streams) -> VectorClockAttr:
    """A clock with instructions as numbers of ops of their lanes."""
    known = {
        streams.channel_name(channel): i64_attr(streams.position[clock[channel]] + 1)
        for channel in range(streams.channels)
        if clock[channel] >= 0
    }
    return VectorClockAttr(DictionaryAttr(known))


def annotate(ops: list[LaneOp], sync: Sync) -> None:
    """Writes waits and signals of instructions 0, 1, ... to the attributes of `ops`."""
    names = [semaphore.name for semaphore in sync.semaphores]
    points = [StringAttr(phase.name.lower()) for phase in Phase]
    waits: dict[int, list[WaitAttr]] = {}
    rows: list[list[int]] = np.stack([sync.wait_record, sync.wait_semaphore, sync.wait_value], axis=1).tolist()
    for index, semaphore, value in rows:
        waits.setdefault(index, []).append(WaitAttr.of(names[semaphore], value, sync.semaphores[semaphore].bits))
    signals: dict[int, list[SignalAttr]] = {}
    rows = np.stack([sync.update_record, sync.update_semaphore, sync.update_phase], axis=1).tolist()
    for index, semaphore, phase in rows:
        signals.setdefault(index, []).append(SignalAttr(StringAttr(names[semaphore]), points[phase]))
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

    mechanism: str = "counter"
    """`counter` (default) counts the signals of a channel; `event` toggles one-bit registers that edges share."""

    width: int = 0
    """Bits of a counter that rolls over: waits compare modulo 2^width. 0 (default): all bits of the target's."""

    registers: int = 0
    """Number of event registers; 0 (default): all semaphores of the target."""

    fallback: str = "counter"
    """What a wait gets for which no event register is free: `counter` (default), or `error` with the number needed."""

    print_vector_clocks: bool = False
    """Whether every op shows in `vc` what it knows to have happened when it starts; default false."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Give the ops of every program their waits and signals."""
        options = Options(self.mechanism, self.width, self.registers, self.fallback)
        for program in op.walk():
            if isinstance(program, ProgramOp):
                target = load_target(program.target.data)
                sync_vector_clock(program, target, self.model, options, self.print_vector_clocks)
