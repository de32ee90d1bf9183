"""
Where one operation can run, and why not elsewhere: the tiers of `partition-hierarchical` for operations of the graph.

Reasons carry the rule that decided: `list` (the compiler does not know the operator), `type` (no engine has the
operation), `param` with what it is about (engines have it, not with these types, sizes or attributes), `cost`, and
`forced`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, SSAValue

from accelc.analysis.partition.bodies import EXPANSIONS, Body, Expansions, body_of
from accelc.analysis.partition.costs import moved_ns, operation_ns
from accelc.analysis.partition.hierarchy import Task
from accelc.analysis.work import macs_of
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, is_float, is_foreign
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError
from accelc.targets.capabilities import Refusal, refusal
from accelc.targets.model import Target

FIRST = "accelerator-first"
"""Forces to the accelerator what it can do, whatever that costs; the rest goes where it can."""

Supported = Callable[[Operation, Target], str | None]
"""None if an operation can be lowered for the accelerator, else the reason why not."""


@dataclass(frozen=True)
class Rules:
    """What placement must respect: the machine, one home for all operations if `force`, and how operations split."""

    target: Target
    force: str | None = None
    supported: Supported | None = None
    expansions: Expansions = field(default_factory=lambda: EXPANSIONS)

    def refusal(self, op: Operation) -> Refusal | None:
        """Why the accelerator cannot run `op` whole: it cannot be lowered, or the target's table keeps it off."""
        from accelc.lowering import supported
        from accelc.lowering.plan import engine_dtype
        from accelc.lowering.rules import rule_of

        reason = (self.supported or supported)(op, self.target)
        if reason is None:
            return refusal(op, self.target)
        if rule_of(op) is None:
            return Refusal("type", reason)
        floats = all(is_float(element_of(v)) and engine_dtype(element_of(v)) for v in (*op.operands, *op.results))
        return Refusal("param" if floats else "param:dtypes", reason)


@dataclass(frozen=True)
class Option:
    """
    Where an operation can run whole (`homes`, maybe none), why not on the accelerator, and its parts if it has any.

    `body` is given only where the parts can run everywhere they have to.
    """

    op: Operation
    homes: tuple[str, ...]
    refusal: Refusal | None
    body: Body | None = None
    parts: tuple["Option", ...] = ()


def describe(op: Operation) -> str:
    """Operation, with the framework's operator, and node of the source model."""
    name = op.attributes.get("loc_name")
    return f"{kind_of(op)} '{name.data}'" if isinstance(name, StringAttr) else kind_of(op)


def on_host(op: Operation) -> str | None:
    """None if NumPy can execute an operation, else the reason."""
    from accelc.dialects.graph_ops.element_types import dtype_of
    from accelc.interpreters.graph import HOST_OPERATIONS, evaluator_of

    if type(op) not in HOST_OPERATIONS and evaluator_of(op) is None:
        return "the host has no implementation"
    try:
        for value in (*op.operands, *op.results):
            dtype_of(value)
    except ModelError as error:
        return str(error)
    return None


def options_of(op: Operation, rules: Rules, weights: Mapping[str, Array], stack: tuple[str, ...] = ()) -> Option:
    """
    Where an operation and its parts can run.

    An operation with multiply-accumulates stays on the accelerator if it can run there: the estimate of the host's
    time is not trusted with them. Raises ModelError for an operation without a home, and for one whose parts lead
    back to it.
    """
    option, host_reason = _whole(op, rules)
    if not option.homes if rules.force == "host" else "accelerator" not in option.homes:
        body = body_of(op, weights, rules.expansions)
        if body is not None:
            kind = kind_of(op)
            if kind in stack:
                raise ModelError(
                    f"{describe(op)} is made of itself: {' -> '.join((*stack, kind))}; "
                    "a decomposition must end in other operations"
                )
            data = {**weights, **body.weights}
            try:
                parts = tuple(options_of(part, rules, data, (*stack, kind)) for part in body.parts)
            except NoHomeError:
                parts = ()
            # Integer parts and such gain nothing over the whole operation on the host.
            if any("accelerator" in part.homes or part.parts for part in parts) or (parts and not option.homes):
                # Forced, there is no choice between the parts and the whole.
                option = Option(op, () if rules.force == FIRST else option.homes, option.refusal, body, parts)
    if not option.homes and not option.parts:
        raise _homeless(op, rules, option.refusal, host_reason)
    return option


class NoHomeError(ModelError):
    """No home can execute an operation."""


def _homeless(op: Operation, rules: Rules, refused: Refusal | None, host_reason: str | None) -> NoHomeError:
    why = refused.reason if refused is not None else ""
    if rules.force is not None:
        reason = why if rules.force == "accelerator" else host_reason
        remedy = "leave the choice of its home to the compiler"
        return NoHomeError(f"{describe(op)} cannot run on the forced {rules.force}: {reason}; {remedy}")
    return NoHomeError(f"{describe(op)} has no home: accelerator {rules.target.name}: {why}; host: {host_reason}")


def kind_of(op: Operation) -> str:
    """Name of an operation, with that of the framework's operator."""
    return f'{op.name} "{op.op_type.data}"' if isinstance(op, graph.CallFrameworkOp) else op.name


def _whole(op: Operation, rules: Rules) -> tuple[Option, str | None]:
    """Homes of an operation that is not taken apart, and why the host is none of them."""
    if rules.force == "framework":
        return Option(op, ("framework",), Refusal("forced", "forced")), None
    host_reason = on_host(op)
    if rules.force == "host":
        return Option(op, ("host",) if host_reason is None else (), Refusal("forced", "forced")), host_reason
    if isinstance(op, graph.CallFrameworkOp) and rules.force in (None, FIRST):
        return Option(
            op, ("framework",), Refusal("list", f"operator {op.op_type.data} is not known to the compiler")
        ), None
    refused = rules.refusal(op)
    if rules.force == "accelerator" or (rules.force == FIRST and refused is None):
        return Option(op, ("accelerator",) if refused is None else (), refused), host_reason
    homes = () if refused is not None else ("accelerator",)
    if host_reason is None and not (homes and macs_of(op)):
        homes = (*homes, "host")
    return Option(op, homes, refused), host_reason


def tasks_of(options: Sequence[Option], target: Target) -> list[Task]:
    """The placement problem of operations in program order."""
    codes: dict[SSAValue, int] = {}
    return [_task(option, index, codes, target) for index, option in enumerate(options)]


def _task(option: Option, index: int, codes: dict[SSAValue, int], target: Target) -> Task:
    """One task; `codes` says what earlier values are to the tasks of this list, and learns the results."""
    op = option.op
    sources = tuple(dict.fromkeys(codes[v] for v in op.operands if v in codes))
    parts: tuple[Task, ...] = ()
    if option.body is not None:
        arguments = zip(option.body.function.body.block.args, option.body.arguments, strict=True)
        inner: dict[SSAValue, int] = {
            argument: ~sources.index(codes[value]) for argument, value in arguments if value in codes
        }
        parts = tuple(_task(part, place, inner, target) for place, part in enumerate(option.parts))
    codes.update(dict.fromkeys(op.results, index))
    ns = {home: operation_ns(op, home, target) for home in option.homes}
    return Task(ns, sources, moved_ns(op, target), parts)


def stays_whole(op: Operation, rules: Rules, weights: Mapping[str, Array]) -> bool:
    """
    Whether `decompose` leaves an operation to the placement by cost.

    That is where some part of it has no engine: then it is not clear that taking it apart pays. An operation of another
    package stays where its own lowering supports the target.
    """
    if is_foreign(op):
        return rules.refusal(op) is None
    if type(op) not in rules.expansions or isinstance(op, graph.CallFrameworkOp):
        return False
    try:
        return not _on_device(options_of(op, rules, weights))
    except ModelError:
        return True


def _on_device(option: Option) -> bool:
    return "accelerator" in option.homes or (bool(option.parts) and all(map(_on_device, option.parts)))
