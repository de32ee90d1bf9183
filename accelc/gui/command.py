"""The command `accelc-gui`."""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from accelc.cli.diagnostics import guarded
from accelc.errors import AccelcError, UsageError
from accelc.files import read_at_most

MAX_BYTES = 1 << 24
"""Largest file, bytes: it is printed into the window after every change."""
PACKAGES = ("textual", "pyclip")
"""What xDSL's window needs beside xDSL."""


def _complain(message: str) -> NoReturn:
    raise UsageError(f"{message} (see 'accelc-gui --help')")


def _read(path: str) -> str:
    """The text of a file. Raises AccelcError for one that cannot be read, is no text or is too large."""
    try:
        return read_at_most(Path(path), MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise AccelcError(f"'{path}': byte {error.start} is not UTF-8 text: not an MLIR file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise AccelcError(f"cannot read '{path}': {reason}") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run `accelc-gui` with `argv` (the process's arguments by default) and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)

    def body() -> int:
        parser = argparse.ArgumentParser("accelc-gui", description="try passes on MLIR text and see what they give")
        parser.add_argument("file", nargs="?", help="MLIR text to begin with")
        parser.add_argument("--debug", action="store_true", help="show a traceback for errors")
        parser.error = _complain
        file = parser.parse_args(words).file
        text = None if file is None else _read(file)
        missing = [name for name in PACKAGES if find_spec(name) is None]
        if missing:
            raise UsageError(
                f"the window needs the package {' and '.join(missing)}: install it with: pip install 'accelc[gui]'"
            )
        from accelc.gui.app import explorer

        explorer(file, text).run()
        return 0

    return guarded(body, debug="--debug" in words)


if __name__ == "__main__":
    sys.exit(main())
