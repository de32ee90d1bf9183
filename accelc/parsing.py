"""The parser of MLIR text for files from strangers."""

import re

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Input, Span
from xdsl.utils.mlir_lexer import MLIRLexer


class LinearLexer(MLIRLexer):
    """xDSL's lexer with string literals in linear time: theirs backtracks exponentially if the quote is not closed."""

    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')


class SafeParser(Parser):
    """xDSL's parser, in time proportional to the text whatever it is."""

    def __init__(self, context: Context, text: str | bytes, name: str = "<unknown>"):
        """Start to parse `text`, called `name` in messages. Raises ParseError and UnicodeDecodeError."""
        super().__init__(context, "", name)
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        self._parser_state = ParserState(LinearLexer(Input(decoded, name)))

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
