"""Order and lanes of the macro-ops of engine programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.context import Context
from xdsl.dialects.builtin import FloatAttr, ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.allocate import Request, allocate
from accelc.analysis.cost import Cost, cycles, dma_cost, dma_share, elementwise_cost, matmul_cost
from accelc.analysis.list_schedule import Queues, Schedule, Storage, Task, list_schedule, live_ranges
from accelc.dialects.engine import (
    AccessAttr,
    BufferOp,
    BufferType,
    DelayOp,
    DmaCopyOp,
    LaneOp,
    MatmulFields,
    MemsetOp,
    ProgramOp,
    ReduceFields,
    access,
    buffer_type,
    i64_attr,
)
from accelc.errors import CapacityError, ProgramError
from accelc.passes.assign_memory import buffer_bytes, by_space, memory_of, memory_requests
from accelc.targets import load_target
from accelc.targets.conditions import Facts
from accelc.targets.model import Target, is_dma

GATES = (0.85, 0.6, 0.35, 0.0)
"""Shares of a memory up to which loads may fill it, tried in turn until addresses can be assigned."""


def op_cost(op: LaneOp, target: Target) -> Cost:
    """
    Estimated time of a macro-op.

    Raises ProgramError when its lane does not execute it.
    """
    if isinstance(op, DelayOp):
        return Cost(0.0, 0.0)
    if isinstance(op, DmaCopyOp):
        kinds = buffer_type(op.source), buffer_type(op.destination)
        elements = max(op.source_ap.elements, op.destination_ap.elements)
        rows = max(op.source_ap.count, op.destination_ap.count)
        return dma_cost(target, elements * max(kind.itemsize for kind in kinds), rows)
    if isinstance(op, MatmulFields):
        return _matmul_cost(op, target)
    try:
        return _elementwise_cost(op, target)
    except KeyError:
        raise ProgramError(
            f"{op.name} on lane '{op.lane.data}': no such engine of target '{target.name}' executes it; "
            f"lanes are {', '.join(target.lanes)}, each with the ops of its cost table"
        ) from None


def _blocks(total: int, block: int) -> list[int]:
    return [min(block, total - low) for low in range(0, total, block)]


def _matmul_cost(op: MatmulFields, target: Target) -> Cost:
    sizes = op.moving_sizes.get_values()
    inner = prod(sizes[1:])
    return matmul_cost(
        target,
        _blocks(op.m.value.data, target.tensor.cols),
        [count * inner for count in _blocks(sizes[0], op.n_block.value.data)],
        op.step_rows.get_values(),
        buffer_type(op.moving).dtype,
    )


def _elementwise_cost(op: LaneOp, target: Target) -> Cost:
    reads, writes = _patterns(op, op.READS), _patterns(op, op.WRITES)
    sources = [(kind, pattern) for name, kind, pattern in reads if name != "scalar"]
    everything = [*sources, *((kind, pattern) for _, kind, pattern in writes)]
    alu = op.attributes.get("op0") or op.attributes.get("op")
    spaces = sorted(kind.space.data for kind, _ in sources)
    value = op.attributes.get("value")
    facts = Facts(
        alu=alu.data if isinstance(alu, StringAttr) else "",
        one_src_psum_one_sbuf=spaces == ["psum", "sbuf"],
        all_bf16=all(kind.dtype == "bf16" for kind, _ in everything),
        contiguous=all(abs(_innermost(pattern)) <= 1 for _, pattern in everything),
        zero=isinstance(op, MemsetOp) and isinstance(value, FloatAttr) and value.value.data == 0,
        half=all(kind.itemsize == 2 for _, kind, _ in writes),
    )
    factor = 1
    for kind, pattern in everything:
        penalty = target.partitioned(kind.space.data).stride_penalty
        if penalty.bytes and abs(_innermost(pattern)) * kind.itemsize > penalty.bytes:
            factor = max(factor, penalty.factor)
    counted = sources if isinstance(op, ReduceFields) else everything
    elements = max(pattern.free_elements for _, pattern in counted)
    return elementwise_cost(target, op.lane.data, op.name.split(".")[1], facts, elements, factor)


def _patterns(op: LaneOp, names: Sequence[tuple[str, str]]) -> list[tuple[str, BufferType, AccessAttr]]:
    found: list[tuple[str, BufferType, AccessAttr]] = []
    for operand, attribute in names:
        pattern = access(op, attribute)
        if pattern is not None:
            found.append((operand, buffer_type(getattr(op, operand)), pattern))
    return found


def _innermost(pattern: AccessAttr) -> int:
    """Stride of the innermost dimension of more than one element."""
    return next(
        (step for size, step in zip(reversed(pattern.shape), reversed(pattern.steps), strict=True) if size > 1), 1
    )


def program_tasks(lane_ops: Sequence[LaneOp], buffers: Mapping[SSAValue, int], target: Target) -> list[Task]:
    """The scheduler's view of macro-ops; `buffers` numbers their operands."""
    tasks: list[Task] = []
    for op in lane_ops:
        cost = op_cost(op, target)
        used = [buffers[operand] for operand in op.operands]
        if isinstance(op, DmaCopyOp):
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


def schedule_engines(program: ProgramOp, target: Target) -> Schedule:
    """
    Puts the lane ops of `program` in a good program order, chooses the queue of every transfer, and sets `cycles`.

    The occupancy of on-chip memories stays such that `assign-memory` succeeds where it would for the given order.
    Raises ProgramError for an op that no lane executes.
    """
    block = program.body.block
    buffer_ops = [op for op in block.ops if isinstance(op, BufferOp)]
    lane_ops = [op for op in block.ops if isinstance(op, LaneOp)]
    number: dict[SSAValue, int] = {op.result: index for index, op in enumerate(buffer_ops)}
    tasks = program_tasks(lane_ops, number, target)
    storages = [
        Storage(buffer_type(op.result).space.data, buffer_bytes(op), is_bound=op.role.data in ("input", "weight"))
        for op in buffer_ops
    ]
    queues = Queues(tuple(lane for lane in target.lanes if is_dma(lane)), target.dma.static_issue_interval_ns)
    spaces = by_space(program)
    schedule = None
    for gate in GATES:
        limits = {space: gate * memory_of(target, space)[0].capacity for space in spaces}
        schedule = list_schedule(tasks, storages, limits, queues)
        if _fits(program, target, [tasks[i] for i in schedule.order]):
            break
    assert schedule is not None
    last = block.last_op
    assert last is not None
    for op in lane_ops:
        op.detach()
    for position in schedule.order:
        op, task = lane_ops[position], tasks[position]
        op.lane = StringAttr(schedule.lanes[position])
        op.cycles = i64_attr(cycles(target, op.lane.data, task.busy_ns))
        block.insert_op_before(op, last)
    return schedule


def _fits(program: ProgramOp, target: Target, tasks: Sequence[Task]) -> bool:
    """Whether on-chip addresses can be assigned for this order."""
    ranges = live_ranges(tasks)
    buffer_ops = [op for op in program.body.block.ops if isinstance(op, BufferOp)]
    live = {op: ranges.get(index, (0, 0)) for index, op in enumerate(buffer_ops)}
    for space, members in by_space(program).items():
        if space == "hbm":
            continue
        memory, align = memory_of(target, space)
        requests: list[Request] = memory_requests(members, live, align)
        try:
            allocate(requests, memory)
        except CapacityError:
            return False
    return True


@dataclass(frozen=True)
class ScheduleEnginesPass(ModulePass):
    """
    Orders the macro-ops of each `engine.program`, and puts every transfer on a DMA queue.

    Before: loads stand where lowering needed them, all transfers are on `dma0`. After: loads stand earlier, so far
    that their data arrive in time and on-chip memory suffices; each op has its estimated `cycles`. Results do not
    change: only loads move, and never past an op that touches their destination or writes their source.
    """

    name = "schedule-engines"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in op.walk():
            if isinstance(program, ProgramOp):
                schedule_engines(program, load_target(program.target.data))
