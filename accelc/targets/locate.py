"""Line numbers of the keys of a TOML document; the standard reader gives values only."""

from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Where a value is: keys of tables and indices of arrays, from the root."""


def dotted(path: Iterable[str | int]) -> str:
    """`("port", 1, "read")` as `port[1].read`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def key_lines(text: str) -> dict[Path, int]:
    """
    Line (from 1) of every table, key and array element of `text`, which must be TOML that `tomllib` accepts.

    Keys are recorded as written; a table is located at its header, or at its first dotted key.
    """
    return _Scanner(text).scan()


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Line of `path`, or of the closest enclosing table that the document spells out; 1 for the root."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Scanner:
    """Recursive descent over the tokens that carry structure; scalars are skipped, not read."""

    def __init__(self, text: str):
        # A sentinel keeps every look-ahead inside the text.
        self.text = text + "\n\0\0\0"
        self.end = len(text)
        self.position = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        """Record all statements."""
        table: Path = ()
        self._blank()
        while self.position < self.end:
            if self.text.startswith("[[", self.position):
                self._advance(2)
                name = self._resolve(self._key())
                index = self.arrays.get(name, -1) + 1
                self.arrays[name] = index
                self._record(name)
                table = (*name, index)
                self._record(table)
                self._advance(2)
            elif self.text[self.position] == "[":
                self._advance(1)
                table = self._resolve(self._key())
                self._record_all(table)
                self._advance(1)
            else:
                self._statement(table)
            self._blank()
        return self.lines

    def _resolve(self, keys: Path) -> Path:
        """`[port.x]` after `[[port]]` belongs to the array's last element."""
        result: Path = ()
        for place, key in enumerate(keys):
            result = (*result, key)
            if result in self.arrays and place + 1 < len(keys):
                result = (*result, self.arrays[result])
        return result

    def _statement(self, table: Path) -> None:
        line = self.line
        path = (*table, *self._key())
        for length in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
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
                self._record((*path, index))
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
        self.line += self.text.count("\n", self.position, self.position + count)
        self.position += count

    def _record(self, path: Path) -> None:
        self.lines.setdefault(path, self.line)

    def _record_all(self, path: Path) -> None:
        for length in range(1, len(path) + 1):
            self._record(path[:length])
