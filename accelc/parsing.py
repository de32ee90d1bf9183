"""The parser of MLIR text for files from strangers."""

import re

from xdsl.context import Context
from xdsl.parser import Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.lexer import Input
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
