"""Positions of the keys of a TOML document; the standard reader gives values only."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

Path = tuple[str | int, ...]
"""Where a value is: keys of tables and indices of arrays, from the root."""


MAX_KEY = 60
"""Characters of a key shown in a message."""


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text: line and column, both from 1."""

    line: int
    column: int


def dotted(path: Iterable[str | int]) -> str:
    """`("port", 1, "read")` as `port[1].read`; a key that needs quotes gets them."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
            continue
        key = step if re.fullmatch(r"[A-Za-z0-9_-]+", step) else json.dumps(step)
        key = key if len(key) <= MAX_KEY else f"{key[:MAX_KEY]}..."
        text += f".{key}" if text else key
    return text


def key_positions(text: str) -> dict[Path, Position]:
    """
    Position of every table, key and array element of `text`, which must be TOML that `tomllib` accepts.

    Keys are recorded as written; a table is located at its header, or at its first dotted key.
    """
    starts = list(accumulate((len(line) for line in text.split("\n")), lambda at, length: at + length + 1, initial=0))

    def position(offset: int) -> Position:
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    return {path: position(offset) for path, offset in _Scanner(text).scan().items()}


def nearest_position(positions: Mapping[Path, Position], path: Path) -> Position:
    """Position of `path`, or of the closest enclosing table that the document spells out; 1:1 for the root."""
    for length in range(len(path), 0, -1):
        if path[:length] in positions:
            return positions[path[:length]]
    return Position(1, 1)


class _Scanner:
    """Recursive descent over the tokens that carry structure; scalars are skipped, not read."""

    def __init__(self, text: str):
        # A sentinel keeps every look-ahead inside the text.
        self.text = text + "\n\0\0\0"
        self.end = len(text)
        self.position = 0
        self.offsets: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        """Offset of every path."""
        table: Path = ()
        self._blank()
        while self.position < self.end:
            if self.text.startswith("[[", self.position):
                start = self.position
                self._advance(2)
                name = self._resolve(self._key())
                index = self.arrays.get(name, -1) + 1
                self.arrays[name] = index
                table = (*name, index)
                self._record(name, start)
                self._record(table, start)
                self._advance(2)
            elif self.text[self.position] == "[":
                start = self.position
                self._advance(1)
                table = self._resolve(self._key())
                for length in range(1, len(table) + 1):
                    self._record(table[:length], start)
                self._advance(1)
            else:
                self._statement(table)
            self._blank()
        return self.offsets

    def _resolve(self, keys: Path) -> Path:
        """`[port.x]` after `[[port]]` belongs to the array's last element."""
        result: Path = ()
        for place, key in enumerate(keys):
            result = (*result, key)
            if result in self.arrays and place + 1 < len(keys):
                result = (*result, self.arrays[result])
        return result

    def _statement(self, table: Path) -> None:
        start = self.position
        path = (*table, *self._key())
        for length in range(len(table) + 1, len(path) + 1):
            self._record(path[:length], start)
        self._blank()
        self._advance(1)
        self._blank()
        self._value(path)

    def _key(self) -> Path:
        """A dotted key; stops before `=` or `]`."""
        keys: list[str] = []
        while True:
            self._blank()
            if self.text[self.position] in "\"'":
                keys.append(self._string()[1:-1])
            else:
                start = self.position
                while self.text[self.position] not in " \t.=]\n\0":
                    self.position += 1
                keys.append(self.text[start : self.position])
            self._blank()
            if self.text[self.position] != ".":
                return tuple(keys)
            self._advance(1)

    def _value(self, path: Path) -> None:
        opening = self.text[self.position]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self._advance(1)
            self._items(path, "]")
        elif opening == "{":
            self._advance(1)
            self._items(path, "}")
        else:
            while self.text[self.position] not in ",]}#\n\0":
                self.position += 1

    def _items(self, path: Path, closing: str) -> None:
        index = 0
        self._blank()
        while self.text[self.position] not in (closing, "\0"):
            if closing == "}":
                self._statement(path)
            else:
                self._record((*path, index), self.position)
                self._value((*path, index))
            index += 1
            self._blank()
            if self.text[self.position] == ",":
                self._advance(1)
                self._blank()
        self._advance(1)

    def _string(self) -> str:
        start = self.position
        quote = self.text[start]
        closing = quote * 3 if self.text.startswith(quote * 3, start) else quote
        self._advance(len(closing))
        while not self.text.startswith(closing, self.position) and self.position < self.end:
            self._advance(2 if quote == '"' and self.text[self.position] == "\\" else 1)
        self._advance(len(closing))
        # Up to two quotes may stand before the closing three.
        while len(closing) == 3 and self.text[self.position] == quote:
            self._advance(1)
        return self.text[start : self.position]

    def _blank(self) -> None:
        while self.position < self.end:
            if self.text[self.position] == "#":
                while self.text[self.position] != "\n":
                    self.position += 1
            elif self.text[self.position] in " \t\r\n":
                self._advance(1)
            else:
                return

    def _advance(self, count: int) -> None:
        self.position += count

    def _record(self, path: Path, offset: int) -> None:
        self.offsets.setdefault(path, offset)
