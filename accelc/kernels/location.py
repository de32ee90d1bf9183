"""Where in the source of a kernel something was asked for, and the errors that say so."""

import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from accelc.errors import KernelError

_HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Site:
    """A call in a source file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def short(self) -> str:
        """`FILE:LINE` without folders: how profiles and debug maps name the line."""
        return f"{Path(self.file).name}:{self.line}"

    def error(self, message: str) -> KernelError:
        """A located error."""
        return KernelError(f"{self}: error: {message}", located=True)


def caller() -> Site:
    """The call that entered this package: the nearest frame outside of it."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and str(Path(frame.f_code.co_filename).parent) == _HERE:
        frame = frame.f_back
    if frame is None:
        return Site("<unknown>", 1, 1)
    return Site(frame.f_code.co_filename, frame.f_lineno, _column(frame))


def definition(function: object) -> Site:
    """Where a function is defined."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return Site("<kernel>", 1, 1)
    return Site(code.co_filename, code.co_firstlineno, 1)


def _column(frame: FrameType) -> int:
    """Column of the call at work; 1 where the interpreter does not keep columns."""
    position = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    column = None if position is None else position[2]
    return 1 if column is None else column + 1
