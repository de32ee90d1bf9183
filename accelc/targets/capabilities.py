"""
The capability table of a target: which of the operations that can be lowered its owner lets the accelerator run.

An operation is refused for one of three reasons, the tiers of US12182688B2: it is not in the table (`type`), or its
types, sizes or attributes are not those of any entry (`param:dtypes`, `param:max_bytes`, `param:<predicate>`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from accelc.errors import suggestion
from accelc.targets.model import Capability, Target
from accelc.targets.predicates import Kind, PredicateError, Value, parse_predicate

if TYPE_CHECKING:
    from xdsl.dialects.builtin import IntegerType
    from xdsl.ir import Operation
    from xdsl.irdl import IRDLOperation

# The dialect is imported where a table is used: most targets have none, and most commands only read targets.


@dataclass(frozen=True)
class Refusal:
    """Why an operation is not for the accelerator: the rule (`type`, `param:dtypes`, ...), and a sentence."""

    rule: str
    reason: str


def check_capability(name: str, when: str | None) -> None:
    """
    Check an entry against the operation it names.

    Raises PredicateError when there is no such operation, or the predicate does not fit it.
    """
    from accelc.lowering.rules import LOWERINGS

    legal = _operations()
    if name in LOWERINGS.plugins():
        if when is not None:
            raise PredicateError(f"'{name}' is of another package: when it is lowered says its own 'support'")
        return
    if name not in legal:
        bare = name.removeprefix("graph.").lower()
        meant = f"; did you mean '{bare}'?" if bare in legal else suggestion(name, legal)
        raise PredicateError(f"'{name}' is no operation of the graph dialect{meant}")
    if legal[name] not in _lowered():
        raise PredicateError(f"graph.{name} has no form in engine instructions, so that no entry can allow it")
    if when is not None:
        parse_predicate(when).check(_kinds(name))


def refusal(op: "Operation", target: Target) -> Refusal | None:
    """Why the target's table keeps `op` from the accelerator, or None if it does not."""
    table, name = target.capabilities, op.name.removeprefix("graph.")
    entries = [entry for entry in table.op if entry.name == name]
    if not entries:
        if table.others:
            return None
        return Refusal("type", f"{op.name} is not in the capability table of target '{target.name}'")
    found = [_unfit(op, entry) for entry in entries]
    return None if None in found else found[0]


def _unfit(op: "Operation", entry: Capability) -> Refusal | None:
    from accelc.analysis.work import dtype_name, value_bytes
    from accelc.dialects.graph_ops.base import element_of

    values = [*op.operands, *op.results]
    if entry.dtypes:
        wrong = next((d for v in values if (d := dtype_name(element_of(v))) not in entry.dtypes), None)
        if wrong is not None:
            legal = ", ".join(entry.dtypes)
            return Refusal("param:dtypes", f"the capability table allows {op.name} with {legal}, not {wrong}")
    nbytes = sum(value_bytes(v) for v in values)
    if entry.max_bytes and nbytes > entry.max_bytes:
        limit = f"at most {entry.max_bytes} bytes"
        return Refusal("param:max_bytes", f"the capability table allows {op.name} with {limit}, it has {nbytes}")
    if entry.when is not None and not parse_predicate(entry.when).holds(_values(op)):
        return Refusal(f"param:{entry.when}", f"the capability table allows {op.name} when {entry.when}")
    return None


@cache
def _operations() -> Mapping[str, "type[IRDLOperation]"]:
    """Operations that compute something, by name."""
    from xdsl.irdl import IRDLOperation

    from accelc.analysis.work import NOT_COMPUTED
    from accelc.dialects.graph import Graph, GraphOp

    return {
        op.name.removeprefix("graph."): op
        for op in Graph.operations
        if issubclass(op, IRDLOperation) and issubclass(op, GraphOp) and not issubclass(op, NOT_COMPUTED)
    }


def _lowered() -> "Collection[type[Operation]]":
    """Operations that have a form in engine instructions."""
    from accelc.lowering.rules import RULES

    return RULES.keys()


@cache
def _kinds(name: str) -> Mapping[str, Kind]:
    """What a predicate may name: tensors, and attributes of a kind that can be compared."""
    from xdsl.dialects.builtin import StringAttr, UnitAttr
    from xdsl.irdl import OptionalDef, VariadicDef, base

    from accelc.dialects.graph_ops.base import F64_ATTR, I64_ARRAY, I64_ATTR

    definition = _operations()[name].get_irdl_definition()
    kinds: dict[str, Kind] = {}
    for attribute, described in definition.attributes.items():
        constraint = described.constr
        if attribute in ("layer", "loc_name"):
            continue
        if constraint in (I64_ATTR, F64_ATTR):
            kinds[attribute] = "number"
        elif constraint == I64_ARRAY:
            kinds[attribute] = "list"
        elif constraint == base(StringAttr):
            kinds[attribute] = "text"
        elif constraint == base(UnitAttr):
            kinds[attribute] = "truth"
    for tensor, described in (*definition.operands, *definition.results):
        if isinstance(described, OptionalDef) or not isinstance(described, VariadicDef):
            kinds[tensor] = "list"
    return kinds


def _values(op: "Operation") -> dict[str, Value]:
    """Values of all names of `_kinds`; a tensor or list that is absent is empty."""
    from xdsl.dialects.builtin import DenseArrayBase, FloatAttr, IntegerAttr, StringAttr, UnitAttr
    from xdsl.ir import SSAValue

    from accelc.dialects.graph_ops.base import ints, shape_of

    values: dict[str, Value] = {}
    for name, kind in _kinds(op.name.removeprefix("graph.")).items():
        match op.attributes.get(name):
            case IntegerAttr() as number:
                values[name] = number.value.data
            case FloatAttr() as number:
                values[name] = number.value.data
            case StringAttr() as text:
                values[name] = text.data
            case UnitAttr():
                values[name] = True
            case DenseArrayBase() as array:
                values[name] = ints(cast("DenseArrayBase[IntegerType]", array))
            case _ if kind == "truth":
                values[name] = False
            case _:
                tensor = getattr(op, name, None)
                values[name] = shape_of(cast("SSAValue", tensor)) if isinstance(tensor, SSAValue) else ()
    return values
