"""Words of the text form: numbers, strings and types."""

import json
import re
from typing import cast

from accelc.errors import ProgramError

MOST = (1 << 63) - 1
"""Largest number of elements or bytes."""
_WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(;.*)|([^\s";]+))')
_TYPE = re.compile(r"(\w+)\[([0-9,]*)\]")
_NUMBER = re.compile(r"-?(0x[0-9a-fA-F]+|[0-9]+)")
_MAX_DIGITS = 30


def integer(text: str, field: str, low: int, high: int) -> int:
    """A decimal or `0x` number. Raises ProgramError unless it is in [low, high]."""
    if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text) or not low <= int(text, 0 if "x" in text else 10) <= high:
        raise ProgramError(f"field '{field}' = {text[:_MAX_DIGITS]}: expected an integer from {low} to {high}")
    return int(text, 0 if "x" in text else 10)


def split_words(line: str) -> list[str]:
    """Words of a directive; strings keep their quotes. Raises ProgramError for a string that is not closed."""
    words, position = list[str](), 0
    while line[position:].strip():
        match = _WORD.match(line, position)
        if match is None:
            raise ProgramError(f"cannot read {line[position:].strip()[:40]!r}")
        position = match.end()
        if match[2] is None:
            words.append(match[1] or match[3])
    return words


def string(word: str) -> str:
    """The text of a word in double quotes, with the escapes of JSON. Raises ProgramError for another word."""
    if not word.startswith('"'):
        raise ProgramError(f"{word}: expected a string in double quotes")
    try:
        return cast(str, json.loads(word))
    except ValueError as error:
        raise ProgramError(f"{word[:40]}: not a string: {error}") from None


def typed(word: str, names: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    """The dtype, one of `names`, and the shape of `dtype[size,...]`. Raises ProgramError for another word."""
    match = _TYPE.fullmatch(word)
    if match is None or match[1] not in names:
        raise ProgramError(f"{word}: expected dtype[size,...] with a dtype of {', '.join(names)}")
    return match[1], tuple(integer(size, "size", 0, MOST) for size in match[2].split(",") if match[2])
