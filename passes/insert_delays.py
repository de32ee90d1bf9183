"""Adjustable delays in engine programs."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr, UnitAttr
from xdsl.passes import ModulePass

from accelc.analysis.cost import cycles
from accelc.analysis.delays.placement import POINTS, POLICIES, START, THROTTLE, Issue, burst_heads, lane_heads, stagger
from accelc.dialects.engine import DelayOp, LaneOp, ProgramOp, TransferOp, i64_attr
from accelc.emit.macro_cost import op_cost
from accelc.errors import UsageError, suggestion
from accelc.targets import load_target
from accelc.targets.model import Target, is_dma


@dataclass(frozen=True)
class DelayOptions:
    """Where delays go and what they hold; see `InsertDelaysPass`. Raises UsageError for values it cannot use."""

    points: str = "layer"
    policy: str = "off"
    start: bool = True
    throttle: tuple[str, ...] = ("tensor",)
    max_slots: int = 64
    maximum_ns: int = 100_000_000
    element: int = 0
    elements: int = 1

    def __post_init__(self) -> None:
        _check("points", self.points, POINTS)
        _check("policy", self.policy, POLICIES)
        if not 0 <= self.element < self.elements:
            raise UsageError(
                f"insert-delays: element {self.element} is not one of {self.elements}: legal are 0 to elements - 1"
            )
        if self.max_slots < 0 or self.maximum_ns < 0:
            raise UsageError(
                f"insert-delays: max-slots {self.max_slots} and maximum-ns {self.maximum_ns} must not be negative"
            )
        if self.policy == "stagger" and not self.start:
            raise UsageError("insert-delays: policy 'stagger' needs the delays at the start: leave out start=false")


def _check(name: str, value: str, legal: Sequence[str]) -> None:
    if value not in legal:
        raise UsageError(
            f"insert-delays: unknown {name} '{value}': legal are {', '.join(legal)}{suggestion(value, legal)}"
        )


def insert_delays(program: ProgramOp, target: Target, options: DelayOptions | None = None) -> list[DelayOp]:
    """
    Puts an `engine.delay` in front of each chosen burst of transfers, on the lane of its first transfer, and in front
    of the first transfer of every lane and of the first op of every throttled lane.

    Raises UsageError for a throttled lane that the target lacks, when a program has delays already or a staggered value
    exceeds the maximum.
    """
    options = options or DelayOptions()
    for lane in options.throttle:
        _check("throttle lane", lane, [name for name in target.lanes if not is_dma(name)])
    block = program.body.block
    ops = [op for op in block.ops if isinstance(op, LaneOp)]
    if any(isinstance(op, DelayOp) for op in ops):
        raise UsageError(f"insert-delays: program '{program.sym_name.data}' has delays already")
    issues = [
        Issue(
            op.layer.value.data if op.layer is not None else None,
            cycles(target, op.lane.data, op_cost(op, target).busy_ns) if isinstance(op, TransferOp) else 0,
            isinstance(op, TransferOp),
        )
        for op in ops
    ]
    lanes, free = [op.lane.data for op in ops], options.max_slots
    throttles = lane_heads(lanes, options.throttle, free)
    free -= len(throttles)
    starts = lane_heads(lanes, [lane for lane in target.lanes if is_dma(lane)], free) if options.start else {}
    points = burst_heads(issues, options.points, free - len(starts))
    every = burst_heads(issues, options.points, len(issues))
    shift = stagger(every, options.element, options.elements) if options.policy == "stagger" else 0
    delays: list[DelayOp] = []

    def add(index: int, slot: str, value: int = 0, throttle: bool = False) -> None:
        head = ops[index]
        maximum = cycles(target, head.lane.data, options.maximum_ns)
        if value > maximum:
            raise UsageError(
                f"insert-delays: staggering needs a delay of {value} cycles, the maximum is {maximum}: "
                "raise maximum-ns, or stagger fewer elements"
            )
        delays.append(_delay(head, slot, value, maximum, throttle))
        block.insert_op_before(delays[-1], head)

    for lane, index in throttles.items():
        add(index, f"{THROTTLE}{lane}", throttle=True)
    for lane, index in starts.items():
        add(index, f"{START}{lane}", shift)
    for number, point in enumerate(points):
        add(point.index, f"{options.points}{number}")
    return [op for op in block.ops if isinstance(op, DelayOp)]


def _delay(head: LaneOp, slot: str, value: int, maximum: int, throttle: bool) -> DelayOp:
    attributes = {
        "lane": head.lane,
        "slot": StringAttr(slot),
        "default": i64_attr(value),
        "maximum": i64_attr(maximum),
    }
    kind = {"throttle": UnitAttr()} if throttle else {}
    carried = {name: attr for name, attr in head.attributes.items() if name in ("layer", "loc_name")}
    return DelayOp.create(attributes={**attributes, **kind, **carried})


@dataclass(frozen=True)
class InsertDelaysPass(ModulePass):
    """
    Inserts adjustable delays into each `engine.program`: at its start, before bursts of transfers, and as throttles.

    Before: transfers of a layer or a burst. After: the same, the first of them behind
    `engine.delay on dma0 "layer3" default 0 maximum 1000000` on its lane; the first transfer of every lane behind
    `"start.dma0"`, which together shift the program; the first op of the array behind `"throttle.tensor"`, which
    bounds its rate of issue. A runtime may change the value of a slot up to its maximum without compiling again:
    semaphores order the program whatever the delays are.
    """

    name = "insert-delays"

    points: str = "layer"
    """One delay for each `layer` (default) that has transfers, or for each `burst` of consecutive transfers."""
    policy: str = "off"
    """Defaults are 0 (`off`, default), or `stagger` element `element` of `elements`, by its share of a burst."""
    start: bool = True
    """Whether every lane of transfers gets a delay at its start (default: true)."""
    throttle: tuple[str, ...] = ("tensor",)
    """Compute lanes that get a throttle at their start (default: `tensor`)."""
    max_slots: int = 64
    """Most delays in a program; throttles and starts come first, the longest bursts get the rest."""
    maximum_ns: int = 100_000_000
    """Largest value of a slot, in nanoseconds; slots count cycles of their lane's clock."""
    element: int = 0
    """Number of this element (core or chip) among those that run the program at the same time."""
    elements: int = 1
    """Number of elements that run the program at the same time."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Insert the delays that the options ask for into every program."""
        options = DelayOptions(
            self.points,
            self.policy,
            self.start,
            self.throttle,
            self.max_slots,
            self.maximum_ns,
            self.element,
            self.elements,
        )
        for program in op.walk():
            if isinstance(program, ProgramOp):
                insert_delays(program, load_target(program.target.data), options)
