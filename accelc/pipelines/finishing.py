"""The last stages of the pipeline: a scheduled engine program becomes the records of a segment, with proven waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accelc.dialects.engine import ProgramOp
from accelc.emit.program import EmittedProgram
from accelc.errors import SynchronizationError
from accelc.isa.program import AcceleratorSegment, HbmBinding
from accelc.isa.records import Records
from accelc.pipelines.pipeline import Pipeline
from accelc.targets.model import Target

if TYPE_CHECKING:
    from accelc.analysis.sync.vector_clock import Sync

Value = tuple[str, tuple[int, ...]]
"""Name and shape of a value in the whole program."""
Observer = Callable[[str, Callable[[], str]], None]
"""Called after every stage with its name and a function that renders the IR, or the streams after emission."""

PLAIN = Pipeline("compile")
"""A pipeline with nothing added."""


def ignore(stage: str, render: Callable[[], str]) -> None:
    """An observer that does nothing."""


@dataclass(frozen=True)
class Finished:
    """A segment, the engine program it was emitted from, and how many orders it needs and waits it has."""

    segment: AcceleratorSegment
    program: ProgramOp
    required: int
    emitted: int


def finish_program(
    program: ProgramOp,
    name: str,
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    target: Target,
    observer: Observer = ignore,
    pipeline: Pipeline = PLAIN,
) -> Finished:
    """
    Run the stages from `insert-delays` to `verify-sync` on `program`, which has lanes and addresses, with what
    `pipeline` adds.

    `inputs[i]` is the value that the buffer `in<i>` holds, `outputs[i]` the one that `out<i>` does. Raises
    SynchronizationError if the proof fails, CapacityError and ProgramError for what no record can express; ProgramError
    for a pass of the caller after which buffers overwrite each other.
    """
    from accelc.emit.overwrites import check_overwrites
    from accelc.passes.insert_delays import insert_delays
    from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles

    program, _ = pipeline.around_program("insert-delays", program, lambda program: insert_delays(program, target))
    observer("insert-delays", lambda: str(program))
    scheduled = "schedule-systolic-tiles"
    program, trial = pipeline.around_program(
        scheduled, program, lambda program: schedule_systolic_tiles(program, target)
    )
    observer(scheduled, lambda: str(program))
    if pipeline.may_move_buffers:
        check_overwrites(program, target)
    # With passes behind it, the trial is of the program before them.
    known = None if trial is None or pipeline.is_changed(scheduled) else (trial.emitted, trial.sync)
    symbols = {f"in{index}": value for index, value in enumerate(inputs)}
    results = {f"out{index}": value for index, value in enumerate(outputs)}
    return emit_program(program, name, symbols, results, target, observer, known)


def emit_program(
    program: ProgramOp,
    name: str,
    inputs: Mapping[str, Value],
    outputs: Mapping[str, Value],
    target: Target,
    observer: Observer = ignore,
    known: "tuple[EmittedProgram, Sync] | None" = None,
) -> Finished:
    """
    Run the stages from `emit` to `verify-sync` on `program` as it stands, which has lanes and addresses.

    `inputs` and `outputs` say which values the buffers hold that have these symbols; `known` are the records of
    `program` and their synchronization, if somebody made them. Raises what `finish_program` raises. Raises
    SynchronizationError if an order is not enforced.
    """
    from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
    from accelc.analysis.sync.verify import verify_records
    from accelc.emit.emitter import emit
    from accelc.emit.streams import split_streams

    emitted = emit(program, target) if known is None else known[0]
    observer("emit", lambda: _text(emitted.records, emitted, target))
    sync = synchronize_records(emitted.records, target) if known is None else known[1]
    records, _ = write_sync(emitted.records, sync)
    observer("sync-vector-clock", lambda: _text(records, emitted, target))
    violations = verify_records(records, target)
    if violations:
        raise SynchronizationError(f"{name}: {len(violations)} orders are not enforced, first: {violations[0]}")
    observer("verify-sync", lambda: f"; all {sync.required} orders between lanes are enforced, by {sync.emitted} waits")
    segment = AcceleratorSegment(
        name=name,
        inputs=tuple(value for value, _ in inputs.values()),
        outputs=tuple(value for value, _ in outputs.values()),
        cores=(split_streams(records, target),),
        hbm_bytes=_hbm_bytes(program, target),
        bindings=_bindings(emitted, name, {**inputs, **outputs}),
        semaphores=tuple(semaphore.name for semaphore in sync.semaphores),
        delays=emitted.delays,
        debug=emitted.debug,
    )
    return Finished(segment, program, sync.required, sync.emitted)


def _text(records: Records, emitted: EmittedProgram, target: Target) -> str:
    from accelc.emit.streams import split_streams
    from accelc.isa.text.disassembler import disassemble_streams

    return "\n".join(disassemble_streams(split_streams(records, target), emitted.debug))


def weight_name(segment: str, symbol: str) -> str:
    """Name in the whole program of a weight that lowering named `symbol`."""
    return f"{segment}.{symbol}"


def _bindings(emitted: EmittedProgram, name: str, named: Mapping[str, Value]) -> tuple[HbmBinding, ...]:
    """The bound buffers under their names in the whole program."""
    result: list[HbmBinding] = []
    for buffer in emitted.bound:
        if buffer.role == "weight":
            value, shape = weight_name(name, buffer.symbol), (buffer.elements,)
        else:
            value, shape = named[buffer.symbol]
        binding = HbmBinding(value, buffer.role, buffer.offset, buffer.dtype, shape)
        assert binding.nbytes == buffer.nbytes, f"{buffer.symbol} of {name}: {shape}"
        result.append(binding)
    return tuple(result)


def _hbm_bytes(program: ProgramOp, target: Target) -> int:
    """End of the last HBM buffer, rounded up to the HBM's alignment."""
    from accelc.passes.assign_memory import buffer_bytes, by_space

    placed = [(op.address.offset.value.data, op) for op in by_space(program).get("hbm", ()) if op.address is not None]
    end = max((offset + buffer_bytes(op) for offset, op in placed), default=1)
    return -(-end // target.hbm.align) * target.hbm.align
