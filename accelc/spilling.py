"""
Engine programs whose buffers do not fit on chip: values leave for another memory and come back before they are used.

From SBUF they go to HBM by DMA. From PSUM, which no DMA reaches, a compute engine copies them to SBUF. The weight FIFO
has no way out: what is in it was loaded for the next product, and loads are not placed early where it is full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, SSAValue

from accelc.analysis.allocate import Request, allocate
from accelc.analysis.scheduling.spill import Action, Kind, Step, plan_spills, version_ranges
from accelc.dialects.engine import (
    AccessAttr,
    BufferOp,
    BufferType,
    CopyOp,
    DmaCopyOp,
    LaneOp,
    MatmulFields,
    ProgramOp,
    access,
    buffer_type,
)
from accelc.errors import CapacityError
from accelc.passes.assign_memory import by_space, live_ranges, memory_of, memory_requests
from accelc.targets.model import Target

OUTSIDE = {"psum": "sbuf", "sbuf": "hbm"}
"""Where values of a memory go when it is full, in the order in which memories are looked at."""
SHARES = (1.0, 0.95, 0.9, 0.8, 0.65, 0.5)
"""Shares of a memory that live values may fill, tried in turn until holes between them do no harm."""


@dataclass(frozen=True)
class Spills:
    """What was added to a program: transfers out of a full memory, transfers back, and the bytes both move."""

    stores: int = 0
    loads: int = 0
    nbytes: int = 0


NO_SPILLS = Spills()
"""Everything fits."""


def spill(program: ProgramOp, target: Target, most: float = 1.0) -> Spills:
    """
    Adds stores and loads to `program` until its buffers have addresses in its present order of ops.

    Live values fill at most the share `most` of a memory. A memory whose buffers have addresses is left as it is.
    Raises CapacityError for an op whose own buffers do not fit, and for an engine that would have to copy PSUM but
    cannot.
    """
    total = NO_SPILLS
    for space, outside in OUTSIDE.items():
        members = by_space(program).get(space, [])
        if members and not _has_addresses(program, members, space, target):
            added = _Rewriter(program, target, members, outside).apply(most)
            total = Spills(total.stores + added.stores, total.loads + added.loads, total.nbytes + added.nbytes)
    return total


def _has_addresses(program: ProgramOp, members: Sequence[BufferOp], space: str, target: Target) -> bool:
    memory, align = memory_of(target, space)
    try:
        allocate(memory_requests(members, live_ranges(program), align), memory)
    except CapacityError:
        return False
    return True


@dataclass(frozen=True)
class _Box:
    """Partitions from `start` and free elements from `low`, both before the end: what of a buffer has contents."""

    start: int
    stop: int
    low: int
    high: int

    def around(self, other: "_Box | None") -> "_Box":
        """The smallest box around both."""
        if other is None:
            return self
        ends = max(self.stop, other.stop), min(self.low, other.low), max(self.high, other.high)
        return _Box(min(self.start, other.start), *ends)


@dataclass
class _Held:
    """The present version of a value, what of it has contents, and its place outside with what is stored there."""

    buffer: BufferOp
    box: _Box | None = None
    outside: BufferOp | None = None
    stored: _Box | None = None
    versions: int = 0


@dataclass
class _Rewriter:
    """Applies spill plans for the buffers of one memory of a program."""

    program: ProgramOp
    target: Target
    members: Sequence[BufferOp]
    outside: str
    lane_ops: list[LaneOp] = field(init=False)
    added: list[Operation] = field(default_factory=list[Operation])
    """buffers and ops in their new order"""
    held: dict[int, _Held] = field(init=False)
    symbols: set[str] = field(init=False)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])

    def __post_init__(self) -> None:
        self.lane_ops = [op for op in self.program.body.block.ops if isinstance(op, LaneOp)]
        self.held = {number: _Held(op) for number, op in enumerate(self.members)}
        self.symbols = {op.symbol.data for op in self.program.body.block.ops if isinstance(op, BufferOp)}

    def apply(self, most: float) -> Spills:
        """Rewrites the program. Raises CapacityError where nothing helps."""
        number: dict[SSAValue, int] = {op.result: index for index, op in enumerate(self.members)}
        steps = _steps(self.lane_ops, number)
        plan = self.plan(steps, most)
        owners = _owners(plan, self.lane_ops)
        block = self.program.body.block
        for op in self.lane_ops:
            op.detach()
        last = block.last_op
        assert last is not None
        for action, owner in zip(plan, owners, strict=True):
            self.act(action, owner, number)
        buffers = [op for op in self.added if isinstance(op, BufferOp)]
        block.insert_ops_before([*buffers, *(op for op in self.added if not isinstance(op, BufferOp))], last)
        return Spills(*self.counts)

    def plan(self, steps: Sequence[Step], most: float) -> list[Action]:
        """The plan with the fewest transfers whose versions have addresses."""
        space = buffer_type(self.members[0].result).space.data
        memory, align = memory_of(self.target, space)
        whole = memory_requests(self.members, dict.fromkeys(self.members, (0, 0)), align)
        unit = max(request.align for request in whole)
        sizes = {number: -(-request.size // request.align) * request.align for number, request in enumerate(whole)}
        largest = [sum(sizes[value] for value in step.touched) for step in steps]
        if max(largest) > memory.capacity:
            op = self.lane_ops[largest.index(max(largest))]
            raise CapacityError(
                f"{op.name}: its buffers need {max(largest)} bytes, {memory.name} has {memory.capacity}: cut the op "
                f"into tiles, or use a target with more memory.{space}.partition_bytes"
            )
        plan: list[Action] = []
        for share in [*(share for share in SHARES if share <= most), 0.0]:
            everything = not share
            if everything:
                sizes = {number: -(-request.size // unit) * unit for number, request in enumerate(whole)}
            limit = memory.capacity if everything else max(share * memory.capacity, *largest)
            try:
                plan = plan_spills(steps, sizes, limit, everything=everything)
                allocate(
                    [
                        Request(whole[v].name, whole[v].size, whole[v].align, first, last)
                        for v, first, last in version_ranges(plan, steps)
                    ],
                    memory,
                )
            except (CapacityError, ValueError):
                continue
            break
        return plan

    def act(self, action: Action, owner: LaneOp, number: Mapping[SSAValue, int]) -> None:
        """Appends what an action needs."""
        if action.kind is Kind.RUN:
            op = self.lane_ops[action.number]
            for value in {number[operand] for operand in op.operands if operand in number}:
                held = self.held[value]
                held.box = _written_box(op, self.members[value].result, held.box)
            op.operands = [
                self.held[number[operand]].buffer.result if operand in number else operand for operand in op.operands
            ]
            self.added.append(op)
            return
        held = self.held[action.number]
        if action.kind is Kind.STORE:
            assert held.box is not None
            held.outside = held.outside or self.place_outside(action.number)
            held.stored = held.box
            self.transfer(held.buffer, held.outside, held.box, owner, stores=True)
            return
        held.versions += 1
        original = self.members[action.number]
        held.buffer = self.buffer(f"{original.symbol.data}.{held.versions}", buffer_type(original.result))
        if action.kind is Kind.LOAD:
            assert held.outside is not None
            assert held.stored is not None
            self.transfer(held.outside, held.buffer, held.stored, owner, stores=False)
            held.box = held.stored
            return
        held.box = None
        for step in action.steps:
            copy = self.lane_ops[step].clone()
            assert isinstance(copy, DmaCopyOp)
            held.box = _box(copy.destination_ap).around(held.box)
            copy.operands = [copy.source, held.buffer.result]
            self.count(copy.destination_ap.elements * buffer_type(copy.destination).itemsize, stores=False)
            self.added.append(copy)

    def place_outside(self, value: int) -> BufferOp:
        """A buffer in the outer memory for all of a value."""
        original = self.members[value]
        kind = buffer_type(original.result)
        shape = kind.dims if self.outside != "hbm" else (kind.partitions * kind.free_elements,)
        return self.buffer(f"{original.symbol.data}.spill", BufferType.of(shape, kind.element_type, self.outside))

    def buffer(self, symbol: str, kind: BufferType) -> BufferOp:
        """Declares a buffer under a name that is not taken."""
        name, count = symbol, 0
        while name in self.symbols:
            count += 1
            name = f"{symbol}.{count}"
        self.symbols.add(name)
        self.added.append(BufferOp(name, "scratch", kind))
        op = self.added[-1]
        assert isinstance(op, BufferOp)
        return op

    def count(self, nbytes: int, *, stores: bool) -> None:
        """Enters a transfer."""
        self.counts[0 if stores else 1] += 1
        self.counts[2] += nbytes

    def transfer(self, source: BufferOp, destination: BufferOp, box: _Box, owner: LaneOp, *, stores: bool) -> None:
        """Copies what is in `box` between a value and its place outside."""
        inner = source if stores else destination
        kind = buffer_type(inner.result)
        self.count((box.stop - box.start) * (box.high - box.low) * kind.itemsize, stores=stores)
        if self.outside == "hbm":
            width = kind.free_elements
            shape = (box.stop - box.start, box.high - box.low)
            flat = AccessAttr.of(0, 1, shape, (width, 1), box.start * width + box.low)
            inside = AccessAttr.of(box.start, shape[0], shape[1:], offset=box.low)
            patterns = {"source_ap": inside if stores else flat, "destination_ap": flat if stores else inside}
            lane, op_type = "dma0", DmaCopyOp
        else:
            # Engines access partitions from the first one on whatever their number.
            inside = AccessAttr.of(0, box.stop, (box.high - box.low,), offset=box.low)
            patterns = {"source_ap": inside, "out_ap": inside}
            lane, op_type = _copy_lane(self.target), CopyOp
        extra = {name: owner.attributes[name] for name in ("layer", "loc_name") if name in owner.attributes}
        op = op_type.create(
            operands=[source.result, destination.result], attributes={"lane": StringAttr(lane), **patterns, **extra}
        )
        self.added.append(op)


def _copy_lane(target: Target) -> str:
    """The engine that copies between PSUM and SBUF. Raises CapacityError when there is none."""
    for lane in ("vector", "gpsimd", "scalar"):
        engine = target.engines.get(lane)
        if engine is not None and engine.has("copy"):
            port = target.port(lane)
            if {"sbuf", "psum"} <= {*port.read} and {"sbuf", "psum"} <= {*port.write}:
                return lane
    raise CapacityError(
        f"values do not fit psum of target '{target.name}', and no engine with a cost rule for 'copy' reads and writes "
        "both psum and sbuf: use fewer accumulators at a time, or a target with more memory.psum.partition_bytes"
    )


def _steps(lane_ops: Sequence[LaneOp], number: Mapping[SSAValue, int]) -> list[Step]:
    """What each op does to the values that are in `number`."""
    changed_at: dict[SSAValue, int] = {}
    for position, op in enumerate(lane_ops):
        changed_at.update(dict.fromkeys(_written(op), position))
    steps: list[Step] = []
    for position, op in enumerate(lane_ops):
        written = _written(op)
        defines = [value for value in written if op.operands.count(value) == 1 and _covers(op, value)]
        copies = False
        if isinstance(op, DmaCopyOp) and buffer_type(op.source).space.data == "hbm":
            copies = changed_at.get(op.source, -1) < position
        steps.append(
            Step(
                tuple(number[value] for value in op.operands if value in number),
                tuple(number[value] for value in written if value in number),
                tuple(number[value] for value in defines if value in number),
                copies,
            )
        )
    return steps


def _written(op: LaneOp) -> list[SSAValue]:
    return [op.out] if isinstance(op, MatmulFields) else [getattr(op, operand) for operand, _ in op.WRITES]


def _covers(op: LaneOp, value: SSAValue) -> bool:
    """Whether an op that does not read `value` writes all of it."""
    kind = buffer_type(value)
    if isinstance(op, MatmulFields):
        return False
    for operand, name in op.WRITES:
        pattern = access(op, name)
        if pattern is not None and getattr(op, operand) is value:
            dense = AccessAttr.of(0, kind.partitions, pattern.shape)
            return pattern == dense and pattern.free_elements == kind.free_elements
    return False


def _box(pattern: AccessAttr) -> _Box:
    low, high = pattern.bounds()
    return _Box(pattern.start, pattern.start + pattern.count, low, high + 1)


def _written_box(op: LaneOp, value: SSAValue, box: _Box | None) -> _Box | None:
    """`box`, which is what of `value` has contents, after `op`; a product counts as writing all of its output."""
    if isinstance(op, MatmulFields):
        kind = buffer_type(value)
        return _Box(0, kind.partitions, 0, kind.free_elements) if op.out is value else box
    for operand, name in op.WRITES:
        pattern = access(op, name)
        if pattern is not None and getattr(op, operand) is value:
            box = _box(pattern).around(box)
    return box


def _owners(plan: Sequence[Action], lane_ops: Sequence[LaneOp]) -> list[LaneOp]:
    """For each action the op on whose behalf it is: of stores the last one before, of all others the next one."""
    owners: list[LaneOp] = []
    following = lane_ops[-1]
    for action in reversed(plan):
        if action.kind is Kind.RUN:
            following = lane_ops[action.number]
        owners.append(following)
    owners.reverse()
    before = lane_ops[0]
    for position, action in enumerate(plan):
        if action.kind is Kind.RUN:
            before = owners[position]
        elif action.kind is Kind.STORE:
            owners[position] = before
    return owners
