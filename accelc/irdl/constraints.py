"""Constraints of xDSL as constraints of IRDL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xdsl.dialects.builtin import ArrayAttr, ArrayOfConstraint, StringAttr, SymbolNameConstraint, SymbolRefAttr
from xdsl.dialects.irdl import irdl
from xdsl.ir import Attribute, Block, Dialect, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import (
    AllOf,
    AnyAttr,
    AnyOf,
    AttrSetConstraint,
    BaseAttr,
    EqAttrConstraint,
    MessageConstraint,
    ParamAttrConstraint,
    ParamAttrDef,
    TypeVarConstraint,
    VarConstraint,
)

from accelc.irdl.builtin_names import NAMES
from accelc.irdl.groups import element_constraint
from accelc.irdl.record import ABSTRACT, BUILTIN_PARAMETERS, CONSTRAINT, ELEMENTS, UNNAMED

Note = Callable[[str, str], None]
"""Takes the reason and the detail of a difference."""


def reference(kind: type[Attribute]) -> SymbolRefAttr:
    """Symbol of a type or attribute that an IRDL module defines."""
    dialect, name = Dialect.split_name(kind.name)
    return SymbolRefAttr(dialect, [name])


def definition_of(kind: type[Attribute]) -> ParamAttrDef | None:
    """Parameters of a type or attribute; None for Python data and for a class that others only derive from."""
    # xDSL's default gives None, whatever its annotation says.
    found: Any = kind.get_irdl_definition() if issubclass(kind, ParametrizedAttribute) else None
    return found


def unwrapped(constraint: Any) -> Any:
    """A constraint without messages and Python's type variables around it."""
    fields = {MessageConstraint: "constr", TypeVarConstraint: "base_constraint"}
    while type(constraint) in fields:
        constraint = getattr(constraint, fields[type(constraint)])
    return constraint


def _base_of(constraint: Any) -> type[Attribute] | None:
    """The one class that a constraint admits, if there is one."""
    bases = constraint.get_bases()
    return next(iter(bases)) if bases is not None and len(bases) == 1 else None


@dataclass
class Constraints:
    """
    Appends constraints to the `block` of one definition.

    `exported` are the classes that the IRDL module defines. A variable of xDSL becomes one value, used everywhere;
    everything else is written anew wherever it is used, since equal values of IRDL mean equal attributes.
    """

    block: Block
    exported: frozenset[type[Attribute]]
    note: Note
    _variables: dict[str, SSAValue] = field(default_factory=dict[str, SSAValue])

    def any(self) -> SSAValue:
        """Accepts everything."""
        return self._add(irdl.AnyOp())

    def emit(self, constraint: Any) -> SSAValue:
        """Append `constraint`, or the closest that accepts more, with a note."""
        constraint = unwrapped(constraint)
        rule = next((rule for kind, rule in _RULES.items() if isinstance(constraint, kind)), None)
        if rule is not None:
            return rule(self, constraint)
        self.note(CONSTRAINT, str(constraint))
        base = _base_of(constraint)
        return self.any() if base is None else self.base(base)

    def variable(self, constraint: Any) -> SSAValue:
        """The one value of a variable."""
        if constraint.name not in self._variables:
            self._variables[constraint.name] = self.emit(constraint.constraint)
        return self._variables[constraint.name]

    def array(self, elements: Any) -> SSAValue:
        """An array, of any elements."""
        if not isinstance(element_constraint(elements), AnyAttr):
            self.note(ELEMENTS, str(elements))
        return self.base(ArrayAttr)

    def _add(self, op: Operation) -> SSAValue:
        self.block.add_op(op)
        return op.results[0]

    def base(self, kind: type[Attribute]) -> SSAValue:
        """Any type or attribute of a class."""
        if kind in self.exported:
            return self._add(irdl.BaseOp(reference(kind)))
        if kind in NAMES:
            return self._add(irdl.BaseOp(NAMES[kind]))
        name: Any = getattr(kind, "name", None)
        if not isinstance(name, str):
            self.note(ABSTRACT, kind.__name__)
            return self.any()
        if "." not in name:
            self.note(UNNAMED, kind.__name__)
            return self.any()
        return self._add(irdl.BaseOp(("!" if issubclass(kind, TypeAttribute) else "#") + name))

    def equal(self, attribute: Attribute) -> SSAValue:
        """One type or attribute."""
        if type(attribute) in self.exported and isinstance(attribute, ParametrizedAttribute):
            # An IRDL module cannot name an instance of what it defines.
            return self.parametric(type(attribute), [EqAttrConstraint(each) for each in attribute.parameters])
        return self._add(irdl.IsOp(attribute))

    def any_of(self, alternatives: Sequence[Any]) -> SSAValue:
        """One of several constraints: xDSL, like C++ MLIR, wants them to differ in their base."""
        values = [self.emit(each) for each in alternatives]
        if any(isinstance(value.owner, irdl.AnyOp) for value in values):
            return self.any()
        return values[0] if len(values) == 1 else self._add(irdl.AnyOfOp(values))

    def all_of(self, parts: Sequence[Any]) -> SSAValue:
        """All of several constraints."""
        values = [self.emit(each) for each in parts if not isinstance(unwrapped(each), AnyAttr)]
        if not values:
            return self.any()
        return values[0] if len(values) == 1 else self._add(irdl.AllOfOp(values))

    def parametric(self, kind: type[Attribute], parameters: Sequence[Any]) -> SSAValue:
        """A class with constraints on its parameters."""
        if kind in self.exported:
            return self._add(irdl.ParametricOp(reference(kind), [self.emit(each) for each in parameters]))
        if narrower := _narrower(kind, parameters):
            self.note(BUILTIN_PARAMETERS, ", ".join(f"{name}: {each}" for name, each in narrower.items()))
        return self.base(kind)


def _narrower(kind: type[Attribute], parameters: Sequence[Any]) -> Mapping[str, Any]:
    """Parameters that are constrained beyond what `kind` itself demands."""
    own = definition_of(kind)
    if own is None:
        return {str(number): each for number, each in enumerate(parameters)}
    return {
        name: each
        for (name, definition), each in zip(own.parameters, parameters, strict=True)
        if not isinstance(unwrapped(each), AnyAttr) and unwrapped(each) != unwrapped(definition.constr)
    }


_RULES: Mapping[type[Any], Callable[[Constraints, Any], SSAValue]] = {
    AnyAttr: lambda to, _: to.any(),
    VarConstraint: Constraints.variable,
    BaseAttr: lambda to, c: to.base(c.attr),
    EqAttrConstraint: lambda to, c: to.equal(c.attr),
    AttrSetConstraint: lambda to, c: to.any_of([EqAttrConstraint(value) for value in sorted(c.values, key=str)]),
    AnyOf: lambda to, c: to.any_of(c.attr_constrs),
    AllOf: lambda to, c: to.all_of(c.attr_constrs),
    ParamAttrConstraint: lambda to, c: to.parametric(c.base_attr, c.param_constrs),
    ArrayOfConstraint: lambda to, c: to.array(c.elem_range_constraint),
    SymbolNameConstraint: lambda to, _: to.base(StringAttr),
}
"""Classes of constraints that IRDL has, or comes close to."""
