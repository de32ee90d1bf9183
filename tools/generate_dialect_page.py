"""Write `docs/reference/dialects.md` from the dialects; `--check` fails if it is not current."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from docgen.lane_ops import syntax, timing
from docgen.pages import REFERENCE, docstring, field_docs, table, write_or_check
from xdsl.ir import Attribute, Dialect, Operation, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import IRDLOperation

from accelc.dialects.engine_ops.base import LaneOp
from accelc.registry import UNIVERSE

FIELD_HEADING = ("field", "kind", "is", "meaning")
SEGMENTS = "How many operands are given for each of the operation's, 0 or 1 for an optional one."
INTRODUCTION = """\
# Dialects

From the highest level to the lowest. All operations carry attributes, never properties, and every region ends in a
terminator, so that C++ MLIR can load the dialects.

Operations of `graph` have no time: `partition-hierarchical` estimates them, and what they are lowered to is timed.
Times of `engine` and `tile` are those of the simulator, which `schedule-engines` and `schedule-systolic-tiles` predict.
In the forms of operations, words in backticks are literal, `$name` is a field, `[$name]` an access pattern, and
`(...)?` may be absent.
"""


def page() -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION.splitlines()
    for factory in UNIVERSE.all_dialects.values():
        yield ""
        yield from _dialect(factory())


def _dialect(dialect: Dialect) -> Iterator[str]:
    yield f"## `{dialect.name}`\n"
    for attribute in dialect.attributes:
        kind = "type `!" if issubclass(attribute, TypeAttribute) else "attribute `#"
        yield f"### {kind}{attribute.name}`\n"
        yield from docstring(attribute)
        yield from _parameters(attribute)
    ops = [op for op in dialect.operations if issubclass(op, IRDLOperation)]
    assert len(ops) == len(list(dialect.operations))
    common = _common_attributes(ops)
    yield "### Attributes of most operations\n"
    yield "Named behind the fields of the operations that have them.\n"
    yield from table(FIELD_HEADING, (row for name, row in _rows(common[0]) if name in common[1]))
    for op in ops:
        yield f"### `{op.name}`\n"
        yield from docstring(op)
        yield from _syntax(op)
        yield from timing(op)
        rows = _rows(op)
        own = [row for name, row in rows if name not in common[1]]
        if own:
            yield from table(FIELD_HEADING, own)
        shared = [f"`{name}`" for name, _ in rows if name in common[1]]
        if shared:
            yield f"Also {', '.join(shared)}.\n"


def _common_attributes(ops: Sequence[type[IRDLOperation]]) -> tuple[type[IRDLOperation], frozenset[str]]:
    """Attributes that more than half of the operations have, and an operation that has all of them."""
    counts = Counter(name for op in ops for name in op.get_irdl_definition().attributes)
    common = frozenset(name for name, count in counts.items() if 2 * count > len(ops))
    return next(op for op in ops if common <= op.get_irdl_definition().attributes.keys()), common


def _parameters(attribute: type[Attribute]) -> Iterator[str]:
    assert issubclass(attribute, ParametrizedAttribute)
    docs = field_docs(attribute)
    parameters = attribute.get_irdl_definition().parameters
    rows = [(f"`{name}`", legal(parameter.constr), docs[name]) for name, parameter in parameters]
    if rows:
        yield from table(("parameter", "is", "meaning"), rows)


def _syntax(op: type[IRDLOperation]) -> Iterator[str]:
    text = op.get_irdl_definition().assembly_format
    if issubclass(op, LaneOp):
        text = syntax(op).removeprefix(op.name)
    if text is not None:
        yield from ("```", f"{op.name} {' '.join(text.split())}", "```", "")


def _rows(op: type[IRDLOperation]) -> list[tuple[str, tuple[str, str, str, str]]]:
    """Name and table row of every field."""
    definition, docs = op.get_irdl_definition(), field_docs(op)
    entries: list[tuple[str, str, Any]] = [("operand", name, entry) for name, entry in definition.operands]
    entries += [("attribute", name, entry) for name, entry in definition.attributes.items()]
    entries += [("region", name, entry) for name, entry in definition.regions]
    entries += [("result", name, entry) for name, entry in definition.results]
    rows: list[tuple[str, tuple[str, str, str, str]]] = []
    for kind, name, entry in entries:
        detail = "" if kind == "region" else legal(entry.constr)
        meaning = SEGMENTS if name == "operandSegmentSizes" else docs[name]
        rows.append((name, (f"`{name}`", _arity(entry) + kind, detail, meaning)))
    return rows


def _arity(entry: Any) -> str:
    name = type(entry).__name__
    return "optional " if name.startswith("Opt") else "variadic " if name.startswith("Var") else ""


def legal(constraint: Any) -> str:
    """What a constraint accepts, in the names of the dialects."""
    match type(constraint).__name__:
        case "RangeOf" | "SingleOf":
            return legal(constraint.constr)
        case "VarConstraint" | "RangeLengthConstraint" | "RangeVarConstraint":
            return legal(constraint.constraint)
        case "BaseAttr":
            return _name(constraint.attr)
        case "ParamAttrConstraint":
            return _name(constraint.base_attr)
        case "EqAttrConstraint":
            return f"`{constraint.attr}`"
        case "ArrayOfConstraint":
            return f"`array` of {legal(constraint.elem_range_constraint)}"
        case "SymbolNameConstraint":
            return "`string`"
        case "AnyOf":
            return " or ".join(dict.fromkeys(legal(inner) for inner in constraint.attr_constrs))
        case "AllOf":
            return " and ".join(dict.fromkeys(legal(inner) for inner in constraint.attr_constrs))
        case _:
            return "any"


def _name(attribute: type[Attribute]) -> str:
    name = getattr(attribute, "name", None)
    return f"`{name}`" if isinstance(name, str) else " or ".join(f"`{each.name}`" for each in _concrete(attribute))


def _concrete(attribute: type[Any]) -> list[type[Operation | Attribute]]:
    return [each for each in attribute.__subclasses__() if isinstance(getattr(each, "name", None), str)]


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE / "dialects.md", page(), __file__))
