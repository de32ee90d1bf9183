"""
What accelc finds wrong with a module, by the kind of its check.

Whether IRDL can express a check is not a matter of opinion: constraints of fields can be expressed unless the export
recorded that it widened them; traits and rules in Python cannot.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal, cast

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    AnyAttr,
    EqIntConstraint,
    IRDLOperation,
    OpDef,
    OptAttributeDef,
    RangeOf,
    VariadicDef,
    VarIRConstruct,
    irdl_op_verify_arg_list,
    irdl_op_verify_regions,
    traits_def,
)
from xdsl.irdl.constraints import VerificationContext
from xdsl.traits import IsTerminator, OpTrait
from xdsl.utils.exceptions import VerifyException

from accelc.irdl.export import export
from accelc.irdl.record import ABSTRACT, BUILTIN_PARAMETERS, CONSTRAINT, ELEMENTS, UNNAMED
from accelc.registry import UNIVERSE

EXPRESSIBLE = "IRDL constraint"
WIDENED = "widened constraint"
TERMINATOR = "no terminator"
TRAIT = "trait"
CODE = "Python rule"
KINDS = (EXPRESSIBLE, WIDENED, TERMINATOR, TRAIT, CODE)
"""From what C++ MLIR has to find to what it cannot."""


KEPT: Mapping[str, Sequence[str]] = {
    BUILTIN_PARAMETERS: ("absent", "class"),
    ELEMENTS: ("absent", "class"),
    ABSTRACT: ("absent",),
    CONSTRAINT: ("absent",),
    UNNAMED: ("absent",),
}
"""Faults that IRDL still finds in a field whose constraint was widened for a reason."""


@dataclass(frozen=True)
class Finding:
    """
    One violated constraint: op, `operand`, `attribute` ..., and field; without field, their number is wrong.

    `fault` is `absent`, `class` (it is not of a class that the constraint admits) or `value`.
    """

    op: str
    kind: str
    field: str
    fault: str


@cache
def _widened() -> Mapping[tuple[str, str, str], str]:
    exported = export([factory() for factory in UNIVERSE.all_dialects.values()])
    return {(w.holder, w.kind, w.field): w.reason for w in exported.widenings if w.accepts_more and w.field}


def expressible(finding: Finding) -> bool:
    """Whether the exported IRDL has what was violated of the constraint."""
    reason = _widened().get((finding.op, finding.kind, finding.field))
    return reason is None or finding.fault in KEPT.get(reason, ())


def classify(module: ModuleOp) -> str | None:
    """Kind of the check that C++ MLIR is most likely to share among those `module` fails, or None if it fails none."""
    ops = [op for op in module.walk() if op is not module]
    findings = [finding for op in ops for finding in violations(op)]
    if any(map(expressible, findings)):
        return EXPRESSIBLE
    if findings:
        return WIDENED
    try:
        module.verify()
    except VerifyException:
        if any(_unterminated(op) for op in ops):
            return TERMINATOR
        return TRAIT if any(_violates_trait(op) for op in ops) else CODE
    return None


def violations(op: Operation) -> Iterator[Finding]:
    """Constraints that `op` violates, whatever its traits and its code say."""
    if not isinstance(op, IRDLOperation):
        return
    definition = op.get_irdl_definition()
    found = [*_values(op, definition, "operand"), *_values(op, definition, "result"), *_attributes(op, definition)]
    if _fails(lambda: irdl_op_verify_regions(op, definition, VerificationContext())):
        found.append(Finding(op.name, "region", "", "value"))
    if not found and _fails(lambda: replace(definition, traits=traits_def()).verify(op)):
        # Fields that are fine one by one, but not together.
        found.append(Finding(op.name, "variable", "", "value"))
    yield from found


def _values(op: Operation, definition: OpDef, kind: Literal["operand", "result"]) -> Iterator[Finding]:
    groups: list[tuple[str, Any]] = list(definition.operands if kind == "operand" else definition.results)
    construct = VarIRConstruct.OPERAND if kind == "operand" else VarIRConstruct.RESULT

    def fails(strict: int | None) -> bool:
        some = [(name, group if i == strict else _loose(group)) for i, (name, group) in enumerate(groups)]
        part: Any = replace(definition, **{f"{kind}s": some})
        return _fails(lambda: irdl_op_verify_arg_list(op, part, construct, VerificationContext()))

    if fails(None):
        yield Finding(op.name, kind, "", "absent")
        return
    for index, (name, _) in enumerate(groups):
        if fails(index):
            yield Finding(op.name, kind, name, "value")


def _loose(group: Any) -> Any:
    """A group of as many values, of any type."""
    loose = copy(group)
    anything = RangeOf(AnyAttr())
    loose.constr = anything if isinstance(group, VariadicDef) else anything.of_length(EqIntConstraint(1))
    return loose


def _attributes(op: Operation, definition: OpDef) -> Iterator[Finding]:
    for name, attribute in definition.attributes.items():
        value, constraint = op.attributes.get(name), cast(Any, attribute).constr
        if value is None:
            if not isinstance(attribute, OptAttributeDef):
                yield Finding(op.name, "attribute", name, "absent")
        elif _fails(partial(constraint.verify, value, VerificationContext())):
            bases: set[type[Attribute]] | None = constraint.get_bases()
            of_class = bases is None or type(value) in bases
            yield Finding(op.name, "attribute", name, "value" if of_class else "class")


def _fails(check: Callable[[], object]) -> bool:
    try:
        check()
    except VerifyException:
        return True
    return False


def _unterminated(op: Operation) -> bool:
    return any(
        block.last_op is None or not block.last_op.has_trait(IsTerminator)
        for region in op.regions
        for block in region.blocks
    )


def _violates_trait(op: Operation) -> bool:
    return any(_fails(partial(trait.verify, op)) for trait in op.get_traits_of_type(OpTrait))
