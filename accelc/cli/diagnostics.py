"""The one place where an exception becomes `error: ...` on stderr and an exit status."""

import os
import sys
from collections.abc import Callable

from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException, ParseError

from accelc.errors import AccelcError
from accelc.located import describe_parse_error

CONTEXT_LINES = 8
"""Lines of printed IR kept on each side of the underlined operation."""
MAX_NOTE_LINES = 60
"""Longer printed IR is cut to the surroundings of the underlined operation."""


def describe(error: BaseException) -> str:
    """Text of a diagnostic: the message, then the notes (printed IR with the faulty operation underlined)."""
    if isinstance(error, ParseError):
        return describe_parse_error(error)
    if isinstance(error, OSError) and error.strerror is not None:
        name = f"'{error.filename}': " if error.filename is not None else ""
        return f"{name}{error.strerror}"
    if isinstance(error, MemoryError):
        return f"out of memory on this computer {error}".rstrip()
    notes = [_cut(note) for note in getattr(error, "__notes__", ())]
    return "\n".join(part.strip("\n") for part in (str(error), *notes))


def _cut(note: str) -> str:
    lines = note.splitlines()
    marked = [index for index, line in enumerate(lines) if line.lstrip().startswith(("^^^", "| "))]
    if len(lines) <= MAX_NOTE_LINES or not marked:
        return "\n".join(lines[:MAX_NOTE_LINES] + ["..."] * (len(lines) > MAX_NOTE_LINES))
    first, last = max(0, marked[0] - CONTEXT_LINES), min(len(lines), marked[-1] + 1 + CONTEXT_LINES)
    return "\n".join(["..."] * (first > 0) + lines[first:last] + ["..."] * (last < len(lines)))


def guarded(body: Callable[[], int], debug: bool) -> int:
    """
    Exit status of `body`.

    A mistake of the user is printed as one diagnostic and gives 1; an interrupt gives 130; anything else is a bug
    of accelc and keeps its traceback. With `debug` every exception keeps its traceback.
    """
    if debug:
        return body()
    try:
        status = body()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (`accelc dis x | head`): nobody is left to tell, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (DiagnosticException, ParseError, ArgSpecParseError, OSError, MemoryError) as error:
        located = isinstance(error, ParseError) or (isinstance(error, AccelcError) and error.located)
        prefix = "" if located else "error: "
        print(f"{prefix}{describe(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return status
