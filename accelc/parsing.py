"""The parser of MLIR text for files from strangers."""

import re
from dataclasses import dataclass
from math import prod
from typing import Any

from xdsl.context import Context
from xdsl.dialects.builtin import (
    AnyDenseElement,
    AnyFloat,
    DenseIntOrFPElementsAttr,
    Float32Type,
    Float64Type,
    ModuleOp,
    RankedStructure,
)
from xdsl.ir import TypeAttribute
from xdsl.parser import AttrParser, Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Input, Span
from xdsl.utils.mlir_lexer import MLIRLexer


class LinearLexer(MLIRLexer):
    """xDSL's lexer with string literals in linear time: theirs backtracks exponentially if the quote is not closed."""

    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')


MAX_REPEATED = 1 << 22
"""Elements of all `dense` literals of a text together, beyond one for each character of it."""
MAX_WIDTH_DIGITS = 5
"""Digits of the width of an integer type: bounds of values are computed, which have as many bits."""


@dataclass
class _Bits(AttrParser._TensorLiteralElement):  # pyright: ignore[reportPrivateUsage]
    """An integer literal in hexadecimal: among floats it is a bit pattern, in which infinities and NaN are printed."""

    def to_type(self, parser: AttrParser, type: Any) -> Any:
        """The element as a value of `type`. Raises ParseError for more digits than the type has."""
        if not isinstance(type, AnyFloat):
            return super().to_type(parser, type)
        assert isinstance(self.value, int)
        try:
            return next(type.iter_unpack(self.value.to_bytes(type.compile_time_size, "little")))
        except OverflowError:
            parser.raise_error(f"{self.span.text} is no bit pattern of {type}", self.span)


class SafeParser(Parser):
    """
    xDSL's parser, in time proportional to the text whatever it is.

    Floats that the printer writes in hexadecimal keep their value.
    """

    _elements = 0
    """Elements of the `dense` literals so far."""

    def __init__(self, context: Context, text: str | bytes, name: str = "<unknown>"):
        """Start to parse `text`, called `name` in messages. Raises ParseError and UnicodeDecodeError."""
        super().__init__(context, "", name)
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        self._parser_state = ParserState(LinearLexer(Input(decoded, name)))

    def parse_dense_int_or_fp_elements_attr(
        self, type: RankedStructure[AnyDenseElement] | None
    ) -> DenseIntOrFPElementsAttr:
        """Parse a `dense` literal. Raises ParseError for more elements than a text of this length may have."""
        if type is not None:
            self._count(type)
        return super().parse_dense_int_or_fp_elements_attr(type)

    def _parse_dense_literal_type(self) -> RankedStructure[AnyDenseElement]:
        kind = super()._parse_dense_literal_type()
        self._count(kind)
        return kind

    def _parse_tensor_literal_element(self) -> AttrParser._TensorLiteralElement:
        element = super()._parse_tensor_literal_element()
        if element.span.text.lstrip("-")[:2].lower() == "0x":
            return _Bits(element.is_negative, element.value, element.span)
        return element

    def parse_optional_float(self, *, allow_negative: bool = True) -> float | None:
        """A float, or the bit pattern of an f32 or f64 in 8 or 16 digits, as infinities and NaN are printed."""
        text = self._current_token.text
        if text[:2].lower() == "0x" and len(text) in (10, 18):
            kind = Float32Type() if len(text) == 10 else Float64Type()
            self._consume_token()
            return next(kind.iter_unpack(int(text, 16).to_bytes(kind.compile_time_size, "little")))
        return super().parse_optional_float(allow_negative=allow_negative)

    def _parse_optional_integer_or_float_type(self) -> TypeAttribute | None:
        text = self._current_token.text
        digits = text.lstrip("su").removeprefix("i")
        if digits.isdecimal() and len(digits) > MAX_WIDTH_DIGITS:
            self.raise_error(f"integer type of more than {MAX_WIDTH_DIGITS} digits of bits")
        return super()._parse_optional_integer_or_float_type()

    def _count(self, kind: RankedStructure[AnyDenseElement]) -> None:
        """One value can stand for all elements, and xDSL makes a list of them: a short text could take all memory."""
        self._elements += prod(kind.get_shape())
        limit = MAX_REPEATED + len(self.lexer.input.content)
        if self._elements > limit:
            self.raise_error(f"{self._elements} elements in dense literals, at most {limit}; use graph.weight")

    @property
    def here(self) -> Span[str] | Span[bytes]:
        """Where parsing stands."""
        return Span(self.pos, self.pos, self.lexer.input)


def parse_module(context: Context, text: str, name: str) -> ModuleOp:
    """The module that is the whole of `text`. Raises ParseError for every text that is none."""
    parser = SafeParser(context, text, name)
    try:
        return parser.parse_module()
    except (ParseError, MemoryError):
        raise
    except RecursionError as error:
        raise ParseError(parser.here, "nested too deeply to parse") from error
    except Exception as error:
        # xDSL's parser lets ValueError, KeyError, VerifyException ... escape on malformed text.
        raise ParseError(parser.here, f"cannot parse: {error or type(error).__name__}") from error
