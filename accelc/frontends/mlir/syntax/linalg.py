"""Pretty form of the operations of `linalg`."""

from dataclasses import dataclass, field

from xdsl.dialects.builtin import IntegerAttr, StringAttr, i64
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.parser import Parser

from accelc.frontends.mlir.syntax.foreign import create, operands, resolved, types, value


@dataclass
class _Clauses:
    ins: list[SSAValue] = field(default_factory=list[SSAValue])
    outs: list[SSAValue] = field(default_factory=list[SSAValue])
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    regions: list[Region] = field(default_factory=list[Region])
    results: list[Attribute] | None = None


def structured(parser: Parser, name: str) -> Operation:
    """
    `ins(...) outs(...)` with attributes before and behind, a body, and types of results.

    ```mlir
    linalg.generic {indexing_maps = [...], iterator_types = [...]} ins(%a : T) outs(%b : U) attrs = {} {...} -> U
    linalg.reduce { arith.addf } ins(%x : T) outs(%i : U) dimensions = [1]
    linalg.matmul {cast = ...} ins(%a, %b : T, U) outs(%c : V) -> V
    ```

    The number of inputs is the attribute `inputs`; the name of an operation in braces is `applies`.
    """
    if name == "linalg.yield":
        given = operands(parser)
        kinds, _ = types(parser)
        return create(name, resolved(parser, given, kinds), [])
    if name == "linalg.index":
        attributes: dict[str, Attribute] = {"dim": IntegerAttr(parser.parse_integer(False, False), i64)}
        parser.parse_punctuation(":")
        return create(name, [], [parser.parse_type()], attributes)
    found = _Clauses()
    while _clause(parser, found):
        parser.parse_optional_punctuation(",")
    results = [out.type for out in found.outs] if found.results is None else found.results
    attributes = found.attributes | {"inputs": IntegerAttr(len(found.ins), i64)}
    return create(name, [*found.ins, *found.outs], results, attributes, found.regions)


def _clause(parser: Parser, found: _Clauses) -> bool:
    content, position = str(parser.lexer.input.content), parser.pos
    if content.startswith("{", position):
        _braces(parser, found)
    elif content.startswith("(", position):
        found.regions.append(
            parser.parse_region(parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument))
        )
    elif parser.parse_optional_punctuation("->") is not None:
        results = parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_type)
        found.results = [parser.parse_type()] if results is None else list(results)
    elif parser.parse_optional_punctuation("<") is not None:
        found.attributes |= parser.parse_optional_attr_dict()
        parser.parse_punctuation(">")
    elif (which := parser.parse_optional_keyword_in(("ins", "outs"))) is not None:
        with parser.in_parens():
            given = operands(parser)
            kinds, _ = types(parser)
        (found.ins if which == "ins" else found.outs).extend(resolved(parser, given, kinds))
    elif parser.parse_optional_keyword("attrs") is not None:
        parser.parse_punctuation("=")
        found.attributes |= parser.parse_optional_attr_dict()
    elif (key := parser.parse_optional_keyword_in(_KEYS)) is not None:
        if parser.parse_optional_punctuation("(") is not None:
            found.attributes[key] = value(parser)
            parser.parse_punctuation(")")
        else:
            parser.parse_punctuation("=")
            found.attributes[key] = value(parser)
    else:
        return False
    return True


_KEYS = ("permutation", "dimensions", "dimension", "indexing_maps", "kind", "func_type")


def _braces(parser: Parser, found: _Clauses) -> None:
    """`{attributes}`, `{ arith.addf }` or a body: which it is shows only behind the brace."""
    content = str(parser.lexer.input.content)
    rest = content[parser.pos + 1 : parser.pos + 200].lstrip()
    word = rest.split(maxsplit=1)[0] if rest else ""
    if word.startswith(("arith.", "math.")) and rest[len(word) :].lstrip()[:1] in ("}", "{"):
        parser.parse_punctuation("{")
        found.attributes["applies"] = StringAttr(parser.parse_identifier())
        parser.parse_optional_attr_dict()
        parser.parse_punctuation("}")
    elif rest.startswith(("^", "%", '"')) or "." in word.split("=")[0] or (found.outs and not found.regions):
        found.regions.append(parser.parse_region())
    else:
        found.attributes |= parser.parse_optional_attr_dict()
