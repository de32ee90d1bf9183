"""
Ops with one field changed, each in a module of its own, to compare IRDL's constraints with xDSL's one by one.

Every op of the given modules stands alone, its operands made by casts from nothing. A mutant loses or gains an
attribute, operand, result or region, or gets another attribute or type in its place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import (
    DenseArrayBase,
    FloatAttr,
    IndexType,
    IntegerAttr,
    ModuleOp,
    NoneType,
    StringAttr,
    TensorType,
    UnitAttr,
    UnrealizedConversionCastOp,
    f32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region
from xdsl.irdl import IRDLOperation

OTHER_ATTRIBUTES: Sequence[Attribute] = (
    UnitAttr(),
    StringAttr("other"),
    IntegerAttr(1, IndexType()),
    FloatAttr(1.0, f32),
    DenseArrayBase.from_list(i64, [1]),
)
OTHER_TYPES: Sequence[Attribute] = (NoneType(), TensorType(f32, [7]))


@dataclass(frozen=True)
class Mutant:
    """A changed op in a module of its own."""

    name: str
    module: ModuleOp


@dataclass(frozen=True)
class _Parts:
    """What an op is made of."""

    operands: Sequence[Attribute]
    results: Sequence[Attribute]
    attributes: Mapping[str, Attribute]
    regions: int


def mutants(modules: Iterable[ModuleOp], dialects: Iterable[str]) -> Iterator[Mutant]:
    """All mutants of the first op of each name and of each number of operands and results."""
    seen: set[tuple[str, int, int]] = set()
    names = set(dialects)
    for module in modules:
        for op in module.walk():
            key = (op.name, len(op.operands), len(op.results))
            if op.dialect_name() in names and key not in seen and isinstance(op, IRDLOperation):
                seen.add(key)
                for change, parts in _changes(op):
                    yield Mutant(f"{op.name}: {change}", _module(op, parts))


def _module(op: Operation, parts: _Parts) -> ModuleOp:
    casts = [UnrealizedConversionCastOp.create(result_types=[kind]) for kind in parts.operands]
    kept = [region.clone() for region in op.regions[: parts.regions]]
    more = [Region(Block()) for _ in range(parts.regions - len(kept))]
    changed = type(op).create(
        operands=[cast.results[0] for cast in casts],
        result_types=list(parts.results),
        attributes=dict(parts.attributes),
        regions=[*kept, *more],
    )
    return ModuleOp([*casts, changed])


def _changes(op: IRDLOperation) -> Iterator[tuple[str, _Parts]]:
    operands, results = [value.type for value in op.operands], [value.type for value in op.results]
    attributes = dict(op.attributes)
    regions = len(op.regions)
    yield "unchanged", _Parts(operands, results, attributes, regions)
    for what, some in _other_types(operands):
        yield f"operand {what}", _Parts(some, results, attributes, regions)
    for what, some in _other_types(results):
        yield f"result {what}", _Parts(operands, some, attributes, regions)
    for name in dict.fromkeys([*op.get_irdl_definition().attributes, *attributes, "unknown"]):
        rest = {key: value for key, value in attributes.items() if key != name}
        yield f"attribute {name} absent", _Parts(operands, results, rest, regions)
        for other in OTHER_ATTRIBUTES:
            yield f"attribute {name} is {other}", _Parts(operands, results, {**rest, name: other}, regions)
    if regions:
        yield "region absent", _Parts(operands, results, attributes, regions - 1)
    yield "region more", _Parts(operands, results, attributes, regions + 1)


def _other_types(types: Sequence[Attribute]) -> Iterator[tuple[str, Sequence[Attribute]]]:
    for index in range(len(types)):
        for other in OTHER_TYPES:
            yield f"{index} is {other}", [*types[:index], other, *types[index + 1 :]]
    if types:
        yield "absent", types[:-1]
    yield "more", [*types, types[-1] if types else NoneType()]
