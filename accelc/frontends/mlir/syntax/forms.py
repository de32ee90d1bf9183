"""Pretty forms: how an operation is written when its name has no quotes."""

from collections.abc import Mapping

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, IntegerAttr, StringAttr, i64
from xdsl.ir import Attribute, Operation, Region
from xdsl.parser import Parser, UnresolvedOperand

from accelc.frontends.mlir.syntax import linalg
from accelc.frontends.mlir.syntax.foreign import Form, create, operands, resolved, types, value

_TENSOR = (
    "cast concat collapse_shape empty expand_shape extract extract_slice insert insert_slice from_elements splat yield "
    "pad dim"
)
KNOWN_TO_XDSL = frozenset(f"tensor.{name}" for name in _TENSOR.split())
"""Operations of these dialects that xDSL parses as upstream prints them."""

_KEYS: Mapping[str, Mapping[str, str]] = {
    "stablehlo.transpose": {"dims": "permutation"},
    "stablehlo.broadcast_in_dim": {"dims": "broadcast_dimensions"},
    "stablehlo.reverse": {"dims": "dimensions"},
    "stablehlo.concatenate": {"dim": "dimension"},
    "stablehlo.iota": {"dim": "iota_dimension"},
    "stablehlo.dynamic_slice": {"sizes": "slice_sizes"},
    "stablehlo.pad": {"low": "edge_padding_low", "high": "edge_padding_high", "interior": "interior_padding"},
}
"""Names in pretty forms -> names of the attributes."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    "stablehlo.compare": ("comparison_direction", "compare_type"),
    "chlo.broadcast_compare": ("comparison_direction", "compare_type"),
}
"""Attributes written as a word without key, in order."""
_NO_RESULTS = frozenset(["stablehlo.return", "tosa.yield", "linalg.yield", "tensor.yield"])


def form_of(name: str) -> Form:
    """The pretty form of an operation; `standard` for those without one of their own."""
    return _FORMS.get(name) or (linalg.structured if name.startswith("linalg.") else standard)


def _at(parser: Parser, text: str) -> bool:
    return str(parser.lexer.input.content).startswith(text, parser.pos)


def standard(parser: Parser, name: str) -> Operation:
    """
    Operands, words and `key = value` in any order, `{...}`, then types.

    ```mlir
    stablehlo.compare LT, %a, %b, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.pad %x, %v, low = [0], high = [1], interior = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32>
    stablehlo.convolution(%x, %w) dim_numbers = [b, f]x[i, o]->[b, f], window = {} {group = 1 : i64} : ...
    ```
    """
    given: list[UnresolvedOperand] = []
    attributes: dict[str, Attribute] = {}
    words = list(_WORDS.get(name, ()))
    while _item(parser, name, given, attributes, words):
        parser.parse_optional_punctuation(",")
    kinds, results = types(parser)
    if results is None:
        results = [] if name in _NO_RESULTS else kinds[-1:]
        kinds = kinds if given else []
    return create(name, resolved(parser, given, kinds), results, attributes)


def _item(
    parser: Parser,
    name: str,
    given: list[UnresolvedOperand],
    attributes: dict[str, Attribute],
    words: list[str],
) -> bool:
    if _at(parser, ":"):
        return False
    operand = parser.parse_optional_unresolved_operand()
    if operand is not None:
        given.append(operand)
    elif parser.parse_optional_punctuation("(") is not None:
        while not parser.parse_optional_punctuation(")"):
            if not _item(parser, name, given, attributes, words):
                parser.raise_error("operand or 'key = value' expected")
            parser.parse_optional_punctuation(",")
    else:
        return _braces(parser, attributes) or _named(parser, attributes) or _word(parser, name, attributes, words)
    return True


def _braces(parser: Parser, attributes: dict[str, Attribute]) -> bool:
    """`{...}` or `<{...}>`."""
    if _at(parser, "{"):
        attributes |= parser.parse_optional_attr_dict()
        return True
    if parser.parse_optional_punctuation("<") is None:
        return False
    attributes |= parser.parse_optional_attr_dict()
    parser.parse_punctuation(">")
    return True


def _named(parser: Parser, attributes: dict[str, Attribute]) -> bool:
    """`@symbol`, possibly with `= value`, or a string."""
    if (symbol := parser.parse_optional_symbol_name()) is not None:
        attributes["call_target_name"] = symbol
        if parser.parse_optional_punctuation("=") is not None:
            attributes["initial_value"] = value(parser)
        return True
    text = parser.parse_optional_str_literal()
    if text is not None:
        attributes["name"] = StringAttr(text)
    return text is not None


def _word(parser: Parser, name: str, attributes: dict[str, Attribute], words: list[str]) -> bool:
    """`key = value`, `key(value)`, `key<word>`, or a word that needs no key."""
    place = parser.pos
    word = parser.parse_optional_identifier()
    if word is None:
        return False
    if parser.parse_optional_punctuation("=") is not None:
        attributes[_KEYS.get(name, {}).get(word, word)] = value(parser)
    elif parser.parse_optional_punctuation("(") is not None:
        found = parser.parse_optional_attribute()
        attributes[word] = StringAttr(parser.parse_identifier()) if found is None else found
        parser.parse_punctuation(")")
    elif parser.parse_optional_punctuation("<") is not None:
        attributes[word] = StringAttr(parser.parse_identifier())
        parser.parse_punctuation(">")
    elif words:
        attributes[words.pop(0)] = StringAttr(word)
    else:
        parser.raise_error(f"'{word}' is not expected in {name}", place)
    return True


def _constant(parser: Parser, name: str) -> Operation:
    """`stablehlo.constant {...} dense<0> : tensor<i32>`."""
    attributes = parser.parse_optional_attr_dict()
    given = parser.parse_attribute()
    kind = getattr(given, "type", None)
    if not isinstance(kind, Attribute):
        parser.raise_error("expected elements with a type")
    return create(name, [], [kind], attributes | {"value": given})


def _slice(parser: Parser, name: str) -> Operation:
    """`stablehlo.slice %x [0:4:2, 1:3] : (tensor<4x3xf32>) -> tensor<2x2xf32>`."""
    given = operands(parser)
    bounds = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, lambda: _bounds(parser))
    attributes = parser.parse_optional_attr_dict()
    for key, column in zip(("start_indices", "limit_indices", "strides"), zip(*bounds, strict=True), strict=False):
        attributes[key] = ArrayAttr([IntegerAttr(n, i64) for n in column])
    kinds, results = types(parser)
    return create(name, resolved(parser, given, kinds), kinds[-1:] if results is None else results, attributes)


def _bounds(parser: Parser) -> tuple[int, int, int]:
    start = parser.parse_integer(False, False)
    parser.parse_punctuation(":")
    limit = parser.parse_integer(False, False)
    step = parser.parse_integer(False, False) if parser.parse_optional_punctuation(":") is not None else 1
    return start, limit, step


def _reduce(parser: Parser, name: str) -> Operation:
    """`stablehlo.reduce(%x init: %c), ... applies OP across dimensions = [1] : ...`, or with a `reducer(...)`."""
    inputs: list[UnresolvedOperand] = []
    inits: list[UnresolvedOperand] = []
    while parser.parse_optional_punctuation("(") is not None:
        inputs.append(parser.parse_unresolved_operand())
        parser.parse_keyword("init")
        parser.parse_punctuation(":")
        inits.append(parser.parse_unresolved_operand())
        parser.parse_punctuation(")")
        parser.parse_optional_punctuation(",")
    attributes: dict[str, Attribute] = {}
    if parser.parse_optional_keyword("applies") is not None:
        attributes["applies"] = StringAttr(parser.parse_identifier())
    parser.parse_keyword("across")
    parser.parse_keyword("dimensions")
    parser.parse_punctuation("=")
    attributes["dimensions"] = value(parser)
    attributes |= parser.parse_optional_attr_dict()
    kinds, results = types(parser)
    regions: list[Region] = []
    if parser.parse_optional_keyword("reducer") is not None:
        # Pairs of arguments: `(%a: f32, %b: f32) (%i: i32, %j: i32)`, the body's order is %a, %i, %b, %j.
        pairs: list[list[Parser.Argument]] = []
        while (
            pair := parser.parse_optional_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
        ) is not None:
            pairs.append(pair)
        if any(len(pair) != 2 for pair in pairs):
            parser.raise_error("a reducer has two arguments for each operand")
        regions.append(parser.parse_region([pair[0] for pair in pairs] + [pair[1] for pair in pairs]))
    return create(name, resolved(parser, [*inputs, *inits], kinds), results or [], attributes, regions)


def _while(parser: Parser, name: str) -> Operation:
    """`stablehlo.while(%a = %x, %b = %y) : T, U cond {...} do {...}`."""
    assigned = parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: _assigned(parser))
    kinds, _ = types(parser)
    if len(kinds) != len(assigned):
        parser.raise_error(f"{len(assigned)} operands but {len(kinds)} types")
    attributes: dict[str, Attribute] = {}
    if parser.parse_optional_keyword("attributes") is not None:
        attributes = parser.parse_optional_attr_dict()
    given = resolved(parser, [operand for _, operand in assigned], kinds)
    arguments = [argument.resolve(kind) for (argument, _), kind in zip(assigned, kinds, strict=True)]
    parser.parse_keyword("cond")
    condition = parser.parse_region(arguments)
    parser.parse_keyword("do")
    return create(name, given, kinds, attributes, [condition, parser.parse_region(arguments)])


def _assigned(parser: Parser) -> "tuple[Parser.UnresolvedArgument, UnresolvedOperand]":
    argument = parser.parse_argument(expect_type=False)
    parser.parse_punctuation("=")
    return argument, parser.parse_unresolved_operand()


def _select(parser: Parser, name: str) -> Operation:
    """`stablehlo.select %p, %a, %b : tensor<i1>, tensor<f32>`."""
    given = operands(parser)
    attributes = parser.parse_optional_attr_dict()
    kinds, results = types(parser)
    return create(name, resolved(parser, given, kinds), kinds[-1:] if results is None else results, attributes)


def _mesh(parser: Parser, name: str) -> Operation:
    """`sdy.mesh @mesh = <["x"=2]>`: devices, of which nothing here depends."""
    symbol = parser.parse_symbol_name()
    parser.parse_punctuation("=")
    content, depth, position = str(parser.lexer.input.content), 0, parser.pos
    while position < len(content):
        depth += {"<": 1, ">": -1}.get(content[position], 0)
        position += 1
        if depth == 0:
            break
    parser._resume_from(position)  # pyright: ignore[reportPrivateUsage]
    return create(name, [], [], DictionaryAttr({"sym_name": symbol}).data)


_FORMS: Mapping[str, Form] = {
    "stablehlo.constant": _constant,
    "chlo.constant": _constant,
    "stablehlo.slice": _slice,
    "stablehlo.reduce": _reduce,
    "stablehlo.while": _while,
    "stablehlo.select": _select,
    "sdy.mesh": _mesh,
    "tosa.const": standard,
}
