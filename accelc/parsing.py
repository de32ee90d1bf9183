"""The parser of MLIR text for files from strangers."""

import re
from math import prod

from xdsl.context import Context
from xdsl.dialects.builtin import AnyDenseElement, DenseIntOrFPElementsAttr, ModuleOp, RankedStructure
from xdsl.parser import Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Input, Span
from xdsl.utils.mlir_lexer import MLIRLexer


class LinearLexer(MLIRLexer):
    """xDSL's lexer with string literals in linear time: theirs backtracks exponentially if the quote is not closed."""

    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')


MAX_REPEATED = 1 << 22
"""Elements of all `dense` literals of a text together, beyond one for each character of it."""


class SafeParser(Parser):
    """xDSL's parser, in time proportional to the text whatever it is."""

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
