"""Mistakes in MLIR text as messages: place, line and caret."""

from xdsl.utils.exceptions import MultipleSpansParseError, ParseError
from xdsl.utils.lexer import Span

MAX_COLUMNS = 100
"""Longer lines of a source are cut to the surroundings of the place."""


def describe_parse_error(error: ParseError) -> str:
    """Text of an error of a parser: `FILE:LINE:COLUMN: error: ...`, the line and where in it; then its notes."""
    lines = [f"{error.span.get_location()}: error: {_printable(error.msg.strip())}", *_source(error.span)]
    if isinstance(error, MultipleSpansParseError):
        for span, message in error.refs:
            lines += [f"{span.get_location()}: note: {message or error.ref_text}", *_source(span)]
    return "\n".join(lines)


def _source(span: Span[str] | Span[bytes]) -> list[str]:
    """The line a span starts in, and a caret below its start."""
    content: str | bytes = span.input.content
    start = span.input.get_start_of_line(span.start)
    line = content[start : span.input.get_end_of_line(span.start)]
    before = content[start : span.start]
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
    column = len(before.decode("utf-8", "replace") if isinstance(before, bytes) else before)
    shift = max(0, column - MAX_COLUMNS // 2) if len(text) > MAX_COLUMNS else 0
    return [_printable(text[shift : shift + MAX_COLUMNS].rstrip()), " " * (column - shift) + "^"]


def _printable(text: str) -> str:
    """`text` without characters that would move the caret, or do things to a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)
