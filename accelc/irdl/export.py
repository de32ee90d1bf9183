"""Definitions of dialects as an IRDL module."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from inspect import getclosurevars, isfunction
from typing import Any

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp, StringAttr, i32
from xdsl.dialects.irdl import irdl
from xdsl.ir import Attribute, Block, Dialect, Operation, ParametrizedAttribute, Region, SSAValue, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AnyRange,
    IRDLOperation,
    OpDef,
    OptAttributeDef,
    OptionalDef,
    RangeLengthConstraint,
    SingleBlockRegionDef,
    VariadicDef,
)

from accelc.errors import AccelcError
from accelc.irdl.constraints import Constraints, definition_of
from accelc.irdl.groups import LIMIT, SIDES, Side, check_limit, element_constraint
from accelc.irdl.record import (
    CODE,
    CONSTRAINT,
    ENTRY_ARGUMENTS,
    GROUP_LIMIT,
    GROUP_SIZE,
    OPTIONAL_ATTRIBUTE,
    SUCCESSORS,
    TRAITS,
    Widening,
)
from accelc.irdl.versions import CURRENT, irdl_for


@dataclass(frozen=True)
class Export:
    """An IRDL module, and everything it does not say about its dialects."""

    module: ModuleOp
    widenings: tuple[Widening, ...]

    def text(self, llvm: int = CURRENT) -> str:
        """The module as C++ MLIR of version `llvm` reads it. Raises UsageError for a version that is too old."""
        return irdl_for(str(self.module) + "\n", llvm)


def export(dialects: Iterable[Dialect], limit: int = LIMIT) -> Export:
    """
    The definitions of `dialects` in one module; they may refer to one another.

    A group of at most `limit` values of different types fits where an op has a variadic one. Raises UsageError for a
    limit that is not from 1 to `MOST`, AccelcError for what C++ MLIR could not load: properties, attributes that are
    Python data or have no definition, variadic regions, an op and a type of one name.
    """
    check_limit(limit)
    dialects = list(dialects)
    exported = frozenset(kind for dialect in dialects for kind in dialect.attributes)
    widenings: list[Widening] = []
    definitions: list[Operation] = []
    for dialect in dialects:
        body: list[irdl.TypeOp | irdl.AttributeOp | irdl.OperationOp] = []
        body += [_attribute(kind, exported, widenings) for kind in dialect.attributes]
        body += [_operation(kind, exported, widenings, limit) for kind in dialect.operations]
        _refuse_clashes(dialect.name, [op.sym_name.data for op in body])
        definitions.append(irdl.DialectOp(dialect.name, Region(Block(body))))
    return Export(ModuleOp(definitions), tuple(widenings))


def needed(dialect: Dialect) -> Sequence[str]:
    """
    Names of the other dialects whose types or attributes `dialect` refers to.

    Raises what `export` raises.
    """
    bases = (op.base_name for op in export([dialect], 1).module.walk() if isinstance(op, irdl.BaseOp))
    found = {Dialect.split_name(base.data[1:])[0] for base in bases if base is not None}
    return sorted(found - {"builtin"})


def _refuse_clashes(dialect: str, names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise AccelcError(
                f"{dialect}.{name}: {count} of an op, a type and an attribute; IRDL has one table of names: rename one"
            )


@dataclass
class _Definition:
    """One op, type or attribute while it is exported."""

    holder: str
    widenings: list[Widening]
    block: Block
    exported: frozenset[type[Attribute]]
    _place: tuple[str, str] = ("", "")

    @staticmethod
    def of(holder: str, exported: frozenset[type[Attribute]], widenings: list[Widening]) -> "_Definition":
        return _Definition(holder, widenings, Block(), exported)

    def __post_init__(self) -> None:
        self.constraints = Constraints(self.block, self.exported, self.note)

    def at(self, kind: str, field: str) -> None:
        """What follows concerns a field."""
        self._place = kind, field

    def note(self, reason: str, detail: str = "") -> None:
        self.widenings.append(Widening(self.holder, *self._place, reason, detail))


def _names(names: Iterable[str]) -> ArrayAttr[StringAttr]:
    return ArrayAttr([StringAttr(name) for name in names])


def _note_code(definition: _Definition, kind: str, verifiers: Iterable[Any]) -> None:
    definition.at(kind, "")
    for function in verifiers:
        definition.note(CODE, " ".join((function.__doc__ or function.__qualname__).split()))


def _attribute(
    kind: type[Attribute], exported: frozenset[type[Attribute]], widenings: list[Widening]
) -> irdl.TypeOp | irdl.AttributeOp:
    if not issubclass(kind, ParametrizedAttribute):
        raise AccelcError(f"{kind.name}: an attribute that is Python data: C++ MLIR needs one made of parameters")
    meaning = definition_of(kind)
    if meaning is None:
        raise AccelcError(f"{kind.name}: not defined by parameters: there is nothing to export")
    definition = _Definition.of(kind.name, exported, widenings)
    values: dict[str, SSAValue] = {}
    for name, parameter in meaning.parameters:
        definition.at("parameter", name)
        values[name] = definition.constraints.emit(parameter.constr)
    if values:
        definition.block.add_op(irdl.ParametersOp(list(values.values()), _names(values)))
    _note_code(definition, "type" if issubclass(kind, TypeAttribute) else "attribute", own_verifiers(kind))
    made = irdl.TypeOp if issubclass(kind, TypeAttribute) else irdl.AttributeOp
    return made(Dialect.split_name(kind.name)[1], Region(definition.block))


def own_verifiers(kind: type[Any]) -> Sequence[Any]:
    """Functions in which an op, type or attribute checks more than its constraints say."""
    found: dict[str, list[Any]] = {}
    for base in reversed(kind.__mro__):
        for name, function in base.__dict__.items():
            if name.startswith("verify") and isfunction(function):
                # xDSL wraps what an op's class defines.
                own: Any = getclosurevars(function).nonlocals.get("custom_verify", function)
                extends = "super" in own.__code__.co_names
                found[name] = [*(found.get(name, []) if extends else []), own]
    # One that uses no names is a hook that checks nothing.
    functions = [function for several in found.values() for function in several]
    return [f for f in functions if f.__code__.co_names and not f.__module__.startswith("xdsl.")]


def _operation(
    kind: type[Operation], exported: frozenset[type[Attribute]], widenings: list[Widening], limit: int
) -> irdl.OperationOp:
    if not issubclass(kind, IRDLOperation):
        raise AccelcError(f"{kind.name}: not defined by constraints: there is nothing to export")
    meaning = kind.get_irdl_definition()
    if meaning.properties:
        raise AccelcError(
            f"{kind.name}: properties {', '.join(meaning.properties)}: C++ MLIR loads only attributes: use attr_def"
        )
    definition = _Definition.of(kind.name, exported, widenings)
    for side in SIDES:
        _groups(definition, meaning, side, limit)
    _attributes(definition, meaning)
    _regions(definition, meaning)
    for name, _ in meaning.successors:
        definition.at("successor", name)
        definition.note(SUCCESSORS)
    definition.at("op", "")
    if traits := sorted(type(trait).__name__.lstrip("_") for trait in meaning.traits):
        definition.note(TRAITS, ", ".join(traits))
    _note_code(definition, "op", own_verifiers(kind))
    return irdl.OperationOp(Dialect.split_name(kind.name)[1], Region(definition.block))


def _groups(definition: _Definition, meaning: OpDef, side: Side, limit: int) -> None:
    values: list[SSAValue] = []
    kinds: list[irdl.VariadicityAttr] = []
    names: list[str] = []
    groups = side.definitions(meaning)
    spread = side.spread(meaning)
    if spread is not None and any(isinstance(g, VariadicDef) for i, (_, g) in enumerate(groups) if i != spread):
        raise AccelcError(
            f"{definition.holder}: variadic {side.noun}s of different types beside other optional or variadic ones: "
            "C++ MLIR could not tell them apart"
        )
    for index, (name, group) in enumerate(groups):
        definition.at(side.noun, name)
        constraint: Any = group.constr
        variadicity, copies = _variadicity(group), 1
        if index == spread:
            definition.note(GROUP_LIMIT, str(limit))
            variadicity, copies = irdl.VariadicityAttr.OPTIONAL, limit
        if variadicity != irdl.VariadicityAttr.SINGLE and isinstance(constraint, RangeLengthConstraint):
            definition.note(GROUP_SIZE, str(constraint.length))
        before = len(definition.widenings)
        for copy in range(copies):
            # What is true of one value of the group is true of all.
            del definition.widenings[before if copy else len(definition.widenings) :]
            values.append(_element(definition, constraint))
            kinds.append(variadicity)
            names.append(f"{name}_{copy}" if index == spread else name)
    if values:
        made = irdl.OperandsOp if side.noun == "operand" else irdl.ResultsOp
        definition.block.add_op(made(values, irdl.VariadicityArrayAttr(ArrayAttr(kinds)), _names(names)))


def _element(definition: _Definition, constraint: Any) -> SSAValue:
    element = element_constraint(constraint)
    if element is not None:
        return definition.constraints.emit(element)
    if not isinstance(constraint, AnyRange):
        definition.note(CONSTRAINT, str(constraint))
    return definition.constraints.any()


def _variadicity(group: Any) -> irdl.VariadicityAttr:
    if isinstance(group, OptionalDef):
        return irdl.VariadicityAttr.OPTIONAL
    return irdl.VariadicityAttr.VARIADIC if isinstance(group, VariadicDef) else irdl.VariadicityAttr.SINGLE


def _attributes(definition: _Definition, meaning: OpDef) -> None:
    values: dict[str, SSAValue] = {}
    for name, attribute in meaning.attributes.items():
        definition.at("attribute", name)
        if isinstance(attribute, OptAttributeDef):
            definition.note(OPTIONAL_ATTRIBUTE, str(attribute.constr))
        else:
            values[name] = definition.constraints.emit(attribute.constr)
    if values:
        definition.block.add_op(irdl.AttributesOp.get(values))


def _regions(definition: _Definition, meaning: OpDef) -> None:
    values: dict[str, SSAValue] = {}
    for name, region in meaning.regions:
        definition.at("region", name)
        if isinstance(region, VariadicDef):
            raise AccelcError(f"{definition.holder}: optional or variadic region '{name}': IRDL has single ones only")
        if not isinstance(element_constraint(region.entry_args), AnyAttr):
            definition.note(ENTRY_ARGUMENTS, str(region.entry_args))
        size = {"number_of_blocks": IntegerAttr(1, i32)} if isinstance(region, SingleBlockRegionDef) else {}
        made = irdl.RegionOp.create(properties=size, result_types=[irdl.RegionType()])
        definition.block.add_op(made)
        values[name] = made.output
    if values:
        definition.block.add_op(irdl.RegionsOp(list(values.values()), _names(values)))
