"""Adjustable delays in engine programs."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass

from accelc.analysis.cost import cycles
from accelc.analysis.delays import POINTS, POLICIES, Issue, burst_heads, stagger
from accelc.dialects.engine import DelayOp, DmaCopyOp, LaneOp, ProgramOp, i64_attr
from accelc.errors import UsageError, suggestion
from accelc.passes.schedule_engines import op_cost
from accelc.targets import load_target
from accelc.targets.model import Target


@dataclass(frozen=True)
class DelayOptions:
    """Where delays go and what they hold; see `InsertDelaysPass`. Raises UsageError for values it cannot use."""

    points: str = "layer"
    policy: str = "off"
    max_slots: int = 64
    maximum_ns: int = 1_000_000
    element: int = 0
    elements: int = 1

    def __post_init__(self) -> None:
        for name, value, legal in (("points", self.points, POINTS), ("policy", self.policy, POLICIES)):
            if value not in legal:
                raise UsageError(
                    f"insert-delays: unknown {name} '{value}': legal are {', '.join(legal)}{suggestion(value, legal)}"
                )
        if not 0 <= self.element < self.elements:
            raise UsageError(
                f"insert-delays: element {self.element} is not one of {self.elements}: legal are 0 to elements - 1"
            )
        if self.max_slots < 0 or self.maximum_ns < 0:
            raise UsageError(
                f"insert-delays: max-slots {self.max_slots} and maximum-ns {self.maximum_ns} must not be negative"
            )


def insert_delays(program: ProgramOp, target: Target, options: DelayOptions | None = None) -> list[DelayOp]:
    """
    Puts an `engine.delay` in front of each chosen burst of transfers, on the lane of its first transfer.

    Raises UsageError when a program has delays already or a staggered value exceeds the maximum.
    """
    options = options or DelayOptions()
    block = program.body.block
    ops = [op for op in block.ops if isinstance(op, LaneOp)]
    if any(isinstance(op, DelayOp) for op in ops):
        raise UsageError(f"insert-delays: program '{program.sym_name.data}' has delays already")
    issues = [
        Issue(
            op.layer.value.data if op.layer is not None else None,
            cycles(target, op.lane.data, op_cost(op, target).busy_ns) if isinstance(op, DmaCopyOp) else 0,
            isinstance(op, DmaCopyOp),
        )
        for op in ops
    ]
    points = burst_heads(issues, options.points, options.max_slots)
    values = [0] * len(points)
    if options.policy == "stagger":
        values = stagger(points, options.element, options.elements)
    delays: list[DelayOp] = []
    for number, (point, value) in enumerate(zip(points, values, strict=True)):
        head = ops[point.index]
        maximum = cycles(target, head.lane.data, options.maximum_ns)
        if value > maximum:
            raise UsageError(
                f"insert-delays: staggering needs a delay of {value} cycles, the maximum is {maximum}: "
                "raise maximum-ns, or stagger fewer elements"
            )
        delays.append(_delay(head, f"{options.points}{number}", value, maximum))
        block.insert_op_before(delays[-1], head)
    return delays


def _delay(head: LaneOp, slot: str, value: int, maximum: int) -> DelayOp:
    attributes = {
        "lane": head.lane,
        "slot": StringAttr(slot),
        "default": i64_attr(value),
        "maximum": i64_attr(maximum),
    }
    carried = {name: attr for name, attr in head.attributes.items() if name in ("layer", "loc_name")}
    return DelayOp.create(attributes={**attributes, **carried})


@dataclass(frozen=True)
class InsertDelaysPass(ModulePass):
    """
    Inserts adjustable delays into each `engine.program`, before bursts of transfers.

    Before: transfers of a layer or a burst. After: the same, the first of them behind
    `engine.delay on dma0 slot "layer3" default 0 maximum 1000000` on its lane. A runtime may change the value of a
    slot up to its maximum without compiling again: semaphores order the program whatever the delays are.
    """

    name = "insert-delays"

    points: str = "layer"
    """One delay for each `layer` (default) that has transfers, or for each `burst` of consecutive transfers."""
    policy: str = "off"
    """Defaults are 0 (`off`, default), or `stagger` element `element` of `elements`."""
    max_slots: int = 64
    """Most delays in a program; the longest bursts get them."""
    maximum_ns: int = 1_000_000
    """Largest value of a slot, in nanoseconds; slots count cycles of their lane's clock."""
    element: int = 0
    """Number of this element (core or chip) among those that run the program at the same time."""
    elements: int = 1
    """Number of elements that run the program at the same time."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        options = DelayOptions(self.points, self.policy, self.max_slots, self.maximum_ns, self.element, self.elements)
        for program in op.walk():
            if isinstance(program, ProgramOp):
                insert_delays(program, load_target(program.target.data), options)
