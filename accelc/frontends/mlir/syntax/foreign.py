"""Operations of other compilers, without definition: any operands, attributes, regions and results."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    UnregisteredAttr,
    UnregisteredOp,
    i64,
)
from xdsl.ir import Attribute, Operation, Region
from xdsl.parser import Parser, UnresolvedOperand

Form = Callable[[Parser, str], Operation]
"""Parses what follows the name of an operation in its pretty form."""

MAX_NESTING = 100
"""Nesting of lists and dictionaries in a pretty form."""


def raw(text: str) -> Attribute:
    """An attribute that is only text."""
    return StringAttr(text)


def create(
    name: str,
    operands: Sequence[Any],
    result_types: Sequence[Attribute],
    attributes: Mapping[str, Attribute] | None = None,
    regions: Sequence[Region] = (),
) -> Operation:
    """An operation called `name`."""
    return op_class(name).create(
        operands=operands, result_types=result_types, attributes=dict(attributes or {}), regions=regions
    )


@cache
def op_class(name: str) -> type[Operation]:
    """The class of operations called `name`; their pretty form is `parse_pretty` of `forms`."""
    base = UnregisteredOp.with_name(name)

    def parse(cls: type[Operation], parser: Parser) -> Operation:
        from accelc.frontends.mlir.syntax.forms import form_of

        return form_of(name)(parser, name)

    return type(f"Foreign_{name}", (base,), {"parse": classmethod(parse)})


# --- pieces of pretty forms -------------------------------------------------------------------------------------------


def operands(parser: Parser) -> list[UnresolvedOperand]:
    """`%a, %b`, possibly nothing."""
    found = parser.parse_optional_undelimited_comma_separated_list(
        parser.parse_optional_unresolved_operand, parser.parse_unresolved_operand
    )
    return found or []


def value(parser: Parser, depth: int = 0) -> Attribute:
    """
    What stands behind `key =`: a number, word, list or dictionary, an attribute, or several joined by `x` and `->`.

    Words become strings, lists arrays, `<...>` its text.
    """
    parts = [_atom(parser, depth)]
    while parser.parse_optional_keyword("x") is not None or parser.parse_optional_punctuation("->") is not None:
        parts.append(_atom(parser, depth))
    return parts[0] if len(parts) == 1 else ArrayAttr(parts)


def _atom(parser: Parser, depth: int) -> Attribute:
    if depth > MAX_NESTING:
        parser.raise_error(f"lists nested deeper than {MAX_NESTING}")
    items = parser.parse_optional_comma_separated_list(parser.Delimiter.SQUARE, lambda: value(parser, depth + 1))
    if items is not None:
        return ArrayAttr(items)
    entries = parser.parse_optional_comma_separated_list(parser.Delimiter.BRACES, lambda: _entry(parser, depth + 1))
    if entries is not None:
        return DictionaryAttr(dict(entries))
    if parser.parse_optional_punctuation("<") is not None:
        entries = [_entry(parser, depth + 1)]
        while parser.parse_optional_punctuation(",") is not None:
            entries.append(_entry(parser, depth + 1))
        parser.parse_punctuation(">")
        return DictionaryAttr(dict(entries))
    number = parser.parse_optional_integer(allow_boolean=False, allow_negative=True)
    if number is not None:
        return IntegerAttr(number, i64)
    flag = parser.parse_optional_boolean()
    if flag is not None:
        return IntegerAttr(int(flag), i64)
    found = parser.parse_optional_attribute()
    if found is not None:
        return found
    return StringAttr(parser.parse_identifier(" for a value"))


def _entry(parser: Parser, depth: int) -> tuple[str, Attribute]:
    key = parser.parse_identifier_or_str_literal(" for a key")
    parser.parse_punctuation("=")
    return key, value(parser, depth)


def types(parser: Parser) -> tuple[list[Attribute], list[Attribute] | None]:
    """`: (T, U) -> V`, `: T, U -> V` or `: T, U`: types of operands, and of results if given."""
    if parser.parse_optional_punctuation(":") is None:
        return [], None
    function = parser.parse_optional_function_type()
    if function is not None:
        return list(function.inputs.data), list(function.outputs.data)
    found = cast(list[Attribute], parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type))
    if parser.parse_optional_punctuation("->") is None:
        return found, None
    results = parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
    return found, [parser.parse_type()] if results is None else cast(list[Attribute], results)


def resolved(parser: Parser, given: Sequence[UnresolvedOperand], kinds: Sequence[Attribute]) -> list[Any]:
    """The values of operands; one type may stand for all, and the last for the rest."""
    if kinds and len(kinds) < len(given):
        kinds = [*kinds, *[kinds[-1]] * (len(given) - len(kinds))]
    return list(parser.resolve_operands(given, kinds, parser.pos))


def text_of(attribute: Attribute) -> str:
    """The text inside `#dialect.name<...>`, or that of any attribute."""
    if isinstance(attribute, UnregisteredAttr):
        return attribute.value.data
    if isinstance(attribute, StringAttr):
        return attribute.data
    return str(attribute)
