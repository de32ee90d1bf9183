"""Order and lanes of the macro-ops of engine programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.allocate import allocate
from accelc.analysis.cost import cycles, dma_share
from accelc.analysis.footprint import Footprint
from accelc.analysis.scheduling.dependences import observe_overlaps, region_dependences
from accelc.analysis.scheduling.portfolio import (
    MOST_TASKS,
    Candidate,
    Machine,
    heuristics,
    program_schedule,
    ranked,
    rule_schedule,
)
from accelc.analysis.scheduling.report import Span, Timeline, timeline_json, timeline_text
from accelc.analysis.scheduling.rules import SCHEDULERS
from accelc.analysis.scheduling.task import Queues, Storage, Task, live_ranges
from accelc.dialects.engine import (
    BufferOp,
    DelayOp,
    IndexedOp,
    LaneOp,
    MatmulFields,
    ProgramOp,
    TransferOp,
    buffer_of,
    buffer_type,
    i64_attr,
)
from accelc.emit.macro_cost import op_cost
from accelc.emit.regions import macro_regions
from accelc.errors import CapacityError, UsageError, suggestion
from accelc.files import atomic_file
from accelc.passes.assign_memory import buffer_bytes, by_space, memory_of, memory_requests
from accelc.rehearsal import Rehearsal, rehearse
from accelc.spilling import NO_SPILLS, Spills
from accelc.spilling import spill as spill_values
from accelc.targets import load_target
from accelc.targets.model import Target, is_dma

REHEARSED_OPS = 2800
"""Macro-ops that are timed exactly, over all schedules of one program that are; two schedules in any case."""
ESTIMATE_MARGIN = 0.1
"""Share by which an estimate must be better than program order's where nothing is timed exactly."""
FILLED = (1.0, 0.7)
"""Shares of a memory that values may fill where some must leave: all of it, or less and room for loads in advance."""


def program_tasks(lane_ops: Sequence[LaneOp], buffers: Mapping[SSAValue, int], target: Target) -> list[Task]:
    """The scheduler's view of macro-ops; `buffers` numbers their operands."""
    tasks: list[Task] = []
    for op in lane_ops:
        cost = op_cost(op, target)
        used = [buffers[operand] for operand in op.operands]
        if isinstance(op, IndexedOp):
            written = (buffers[op.destination],)
            task = Task("dma", cost.busy_ns, cost.tail_ns, tuple(used), written, True, False, dma_share(target, 1))
        elif isinstance(op, TransferOp):
            spaces = buffer_type(op.source).space.data, buffer_type(op.destination).space.data
            is_load = spaces[0] == "hbm" and spaces[1] != "hbm"
            share = dma_share(target, max(op.source_ap.count, op.destination_ap.count))
            task = Task("dma", cost.busy_ns, cost.tail_ns, (used[0],), (used[1],), True, is_load, share)
        else:
            written = [buffers[getattr(op, name)] for name in _written(op)]
            task = Task(op.lane.data, cost.busy_ns, cost.tail_ns, tuple(used), tuple(written))
        tasks.append(task)
    return tasks


def _written(op: LaneOp) -> list[str]:
    return ["out"] if isinstance(op, MatmulFields) else [operand for operand, _ in op.WRITES]


@dataclass(frozen=True)
class Scheduled:
    """
    The schedule a program got: the rule it comes from, and its time (ns) as the pass predicts it.

    `rehearsal` has the times of single ops, None where the program is too large to be timed exactly, or has no
    addresses: then the prediction is the estimate of the candidate.
    """

    candidate: Candidate
    rehearsal: Rehearsal | None
    spills: Spills = NO_SPILLS
    """transfers that were added because the buffers did not fit on chip"""

    @property
    def predicted_ns(self) -> float:
        """Predicted time of the program in nanoseconds."""
        return self.candidate.schedule.makespan_ns if self.rehearsal is None else self.rehearsal.total_ns


def schedule_engines(program: ProgramOp, target: Target, heuristic: str = "portfolio", spill: bool = True) -> Scheduled:
    """
    Puts the lane ops of `program` in a good order, chooses the queue of every transfer, and sets `cycles`.

    `heuristic` is one of `heuristics()`. The occupancy of on-chip memories stays such that `assign-memory` succeeds
    where it would for the given order. Where it would not, `spill` adds transfers that make it succeed, unless an order
    without them is faster. Raises UsageError for an unknown heuristic, ProgramError for an op that no lane executes and
    CapacityError for one whose buffers do not fit by themselves.
    """
    check_heuristic(heuristic)
    problem = _Problem.of(program, target)
    if not spill or problem.place(range(len(problem.tasks))) is not None:
        return problem.solve(heuristic)
    best, scheduled = _spilled(program, target, heuristic)
    program.body.detach_block(program.body.block).erase()
    best.body.move_blocks(program.body)
    return scheduled


def _spilled(program: ProgramOp, target: Target, heuristic: str) -> tuple[ProgramOp, Scheduled]:
    """
    The best of copies of a program that does not fit: with values that leave, and in another order without any.

    After the first, more are tried while all together have few ops.
    """
    trials: list[tuple[ProgramOp, Scheduled]] = []
    failure: CapacityError | None = None
    spent = 0
    for most in (*FILLED, None):
        if trials and spent > REHEARSED_OPS:
            break
        trial = program.clone()
        spills = NO_SPILLS
        if most is not None:
            try:
                spills = spill_values(trial, target, most)
            except CapacityError as error:
                failure = error
                continue
            if any(other.spills == spills for _, other in trials):
                continue
        problem = _Problem.of(trial, target)
        spent += 2 * len(problem.tasks)
        trials.append((trial, replace(problem.solve(heuristic), spills=spills)))
    found = min(trials, key=lambda trial: (not trial[1].candidate.is_placed, trial[1].predicted_ns))
    if failure is not None and not found[1].candidate.is_placed:
        raise failure
    return found


@dataclass(frozen=True)
class _Problem:
    """A program as the scheduler sees it: its lane ops by number, in their present order."""

    program: ProgramOp
    target: Target
    lane_ops: Sequence[LaneOp]
    number: Mapping[SSAValue, int]
    tasks: Sequence[Task]
    storages: Sequence[Storage]
    machine: Machine

    @staticmethod
    def of(program: ProgramOp, target: Target) -> "_Problem":
        """Raises ProgramError for an op that no lane executes, CapacityError for one that does not fit by itself."""
        block = program.body.block
        buffer_ops = [op for op in block.ops if isinstance(op, BufferOp)]
        lane_ops = [op for op in block.ops if isinstance(op, LaneOp)]
        number: dict[SSAValue, int] = {op.result: index for index, op in enumerate(buffer_ops)}
        tasks = program_tasks(lane_ops, number, target)
        places = {space: memory_of(target, space) for space in by_space(program)}
        storages = [_storage(op, places[buffer_type(op.result).space.data][1]) for op in buffer_ops]
        machine = Machine(
            {space: memory.capacity for space, (memory, _) in places.items() if space != "hbm"},
            Queues(
                tuple(lane for lane in target.lanes if is_dma(lane)),
                target.dma.static_issue_interval_ns,
                target.sync.inc_latency_ns + target.sync.wait_wakeup_ns,
            ),
        )
        _check_sizes(lane_ops, tasks, storages, machine, target)
        return _Problem(program, target, lane_ops, number, tasks, storages, machine)

    def place(self, order: Sequence[int]) -> list[int | None] | None:
        """On-chip offsets of all buffers for an order of the tasks, None where they do not fit."""
        return _place(self.program, self.target, [self.tasks[i] for i in order])

    def solve(self, heuristic: str) -> Scheduled:
        """Puts the program in the best order that is found."""
        problem = self.tasks, self.storages
        lane_ops, tasks, machine, place = self.lane_ops, self.tasks, self.machine, self.place
        related = None
        if len(lane_ops) <= MOST_TASKS and not any(isinstance(op, DelayOp) for op in lane_ops):
            related = region_dependences(*_regions(lane_ops, self.number, self.target))
        stage = _Stage(self.program, lane_ops, tasks, self.target)
        kept = program_schedule(*problem, related, machine, place)
        if heuristic == "program":
            return stage.play(kept)
        if heuristic != "portfolio":
            return stage.play(rule_schedule(heuristic, *problem, related, machine, place) or kept)
        if len(lane_ops) > REHEARSED_OPS:
            best = min(ranked(*problem, related, machine, place), key=_estimate, default=kept)
            is_better = _estimate(best) < (1 - ESTIMATE_MARGIN) * _estimate(kept)
            return stage.set(best if is_better or not kept.is_placed else kept)
        first = stage.play(kept)
        if related is not None and first.rehearsal is not None:
            related = observe_overlaps(tasks, related, first.rehearsal.starts.tolist(), first.rehearsal.ends.tolist())
        most = max(1, REHEARSED_OPS // max(1, len(lane_ops)) - 1)
        played = [first, *(stage.play(other) for other in ranked(*problem, related, machine, place)[:most])]
        best = min(played, key=lambda one: (not one.candidate.is_placed, one.predicted_ns))
        return stage.set(best.candidate, best.rehearsal)


def _regions(
    lane_ops: Sequence[LaneOp], buffers: Mapping[SSAValue, int], target: Target
) -> tuple[Footprint, int, list[int]]:
    footprint, bases = macro_regions(lane_ops, list(buffers), target)
    return footprint, len(lane_ops), bases


def _estimate(candidate: Candidate) -> float:
    return candidate.schedule.makespan_ns


def check_heuristic(heuristic: str) -> None:
    """Raises UsageError for a heuristic that is not one of `heuristics()`, PluginError for one that cannot be used."""
    known = heuristics()
    if heuristic not in known:
        raise UsageError(
            f"schedule-engines: unknown heuristic '{heuristic}': legal are {', '.join(known)}"
            f"{suggestion(heuristic, known)} (packages add some in the entry-point group '{SCHEDULERS.group}')"
        )


def _check_sizes(
    lane_ops: Sequence[LaneOp],
    tasks: Sequence[Task],
    storages: Sequence[Storage],
    machine: Machine,
    target: Target,
) -> None:
    """Raises CapacityError for an op whose buffers do not fit a memory together."""
    for op, task in zip(lane_ops, tasks, strict=True):
        needed: dict[str, int] = {}
        for buffer in {*task.reads, *task.writes}:
            storage = storages[buffer]
            needed[storage.memory] = needed.get(storage.memory, 0) + storage.size
        for memory, size in needed.items():
            limit = machine.capacity.get(memory, size)
            if size > limit:
                raise CapacityError(
                    f"schedule-engines: {_label(op)}: its buffers need {size} bytes of one {memory} partition, target "
                    f"'{target.name}' has {limit}: cut the op into tiles, or use a target with more "
                    f"memory.{memory}.partition_bytes"
                )


def _storage(op: BufferOp, align: int) -> Storage:
    """A buffer with its bytes as memory is assigned: whole banks of PSUM."""
    size = -(-buffer_bytes(op) // align) * align
    return Storage(buffer_type(op.result).space.data, size, is_bound=op.role.data in ("input", "weight"))


@dataclass(frozen=True)
class _Stage:
    """A program whose lane ops, given in their original order, are put in the order of one candidate after another."""

    program: ProgramOp
    lane_ops: Sequence[LaneOp]
    tasks: Sequence[Task]
    target: Target

    def set(self, candidate: Candidate, rehearsal: Rehearsal | None = None) -> Scheduled:
        """Puts the program in the order of a candidate."""
        block = self.program.body.block
        last = block.last_op
        assert last is not None
        for op in self.lane_ops:
            op.detach()
        for position in candidate.schedule.order:
            op, task = self.lane_ops[position], self.tasks[position]
            op.lane = StringAttr(candidate.schedule.lanes[position])
            op.cycles = i64_attr(cycles(self.target, op.lane.data, task.busy_ns))
            block.insert_op_before(op, last)
        return Scheduled(candidate, rehearsal)

    def play(self, candidate: Candidate) -> Scheduled:
        """Does that and times the program, if it is small enough and has addresses; op times by original number."""
        scheduled = self.set(candidate)
        if len(self.lane_ops) > REHEARSED_OPS:
            return scheduled
        try:
            played = rehearse(self.program, self.target)
        except CapacityError:
            # Left to `assign-memory` to report.
            return scheduled
        number = np.argsort(candidate.schedule.order)
        return replace(scheduled, rehearsal=Rehearsal(played.total_ns, played.starts[number], played.ends[number]))


def _place(program: ProgramOp, target: Target, tasks: Sequence[Task]) -> list[int | None] | None:
    """On-chip offsets of the buffers for this order of tasks, None where they do not fit."""
    ranges = live_ranges(tasks)
    buffer_ops = [op for op in program.body.block.ops if isinstance(op, BufferOp)]
    live = {op: ranges.get(index, (0, 0)) for index, op in enumerate(buffer_ops)}
    offsets: dict[BufferOp, int] = {}
    for space, members in by_space(program).items():
        if space == "hbm":
            continue
        memory, align = memory_of(target, space)
        try:
            offsets.update(zip(members, allocate(memory_requests(members, live, align), memory), strict=True))
        except CapacityError:
            return None
    return [offsets.get(op) for op in buffer_ops]


def timeline(program: ProgramOp, scheduled: Scheduled) -> Timeline:
    """When each op of `program` runs, in whose lane, as the pass predicts it."""
    schedule, rehearsal = scheduled.candidate.schedule, scheduled.rehearsal
    starts, ends = schedule.starts, schedule.ends
    if rehearsal is not None:
        starts, ends = rehearsal.starts.tolist(), rehearsal.ends.tolist()
    lane_ops = [op for op in program.body.block.ops if isinstance(op, LaneOp)]
    spans = [
        Span(op.lane.data, _label(op), starts[number], ends[number])
        for op, number in zip(lane_ops, schedule.order, strict=True)
    ]
    rule = scheduled.candidate.rule
    name, target = program.sym_name.data, program.target.data
    return Timeline(name, target, rule, rehearsal is not None, scheduled.predicted_ns, spans)


def _label(op: LaneOp) -> str:
    """Name of an op, the buffers it touches, and the layer it comes from."""
    names = [buffer_of(operand).symbol.data for operand in op.operands]
    origin = f" of {op.loc_name.data}" if op.loc_name is not None else ""
    return f"{op.name} {' '.join(names)}{origin}"


def write_timelines(path: Path, timelines: Sequence[Timeline]) -> None:
    """Writes timelines to a file: JSON if its name ends in `.json`, else text. Raises UsageError if it cannot."""
    text = timeline_json(timelines) if path.suffix == ".json" else "\n".join(map(timeline_text, timelines))
    try:
        with atomic_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise UsageError(
            f"schedule-engines: cannot write timeline '{path}': {error.strerror}; name a file in a folder that exists"
        ) from error


@dataclass(frozen=True)
class ScheduleEnginesPass(ModulePass):
    """
    Orders the macro-ops of each `engine.program`, and puts every transfer on a DMA queue.

    Before: ops stand in the order of the model's layers, loads where lowering needed them, all transfers on `dma0`.
    After: ops stand in the order in which a list scheduler starts them, loads so far forward that their data arrive in
    time and on-chip memory suffices; each op has its estimated `cycles`. Results do not change: no op passes another
    one that touches the same bytes, unless both only read them.
    """

    name = "schedule-engines"

    heuristic: str = "portfolio"
    """
    Who goes first: `longest-tail`, `heft`, `johnson`, `program` (order kept), `portfolio` (the best of these), or the
    name of an entry point of the group `accelc.schedulers`.
    """
    timeline: str | None = None
    """File to write the predicted timeline to: JSON if its name ends in `.json`, else text."""
    spill: bool = True
    """Whether values leave for another memory and come back where they do not fit; else `assign-memory` will fail."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Schedules every program of the module for the target it names."""
        check_heuristic(self.heuristic)
        timelines: list[Timeline] = []
        for program in op.walk():
            if isinstance(program, ProgramOp):
                target = load_target(program.target.data)
                timelines.append(timeline(program, schedule_engines(program, target, self.heuristic, self.spill)))
        if self.timeline is not None:
            write_timelines(Path(self.timeline), timelines)
