"""Files read up to a limit, and files that appear under their name only when they are complete."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def read_at_most(path: Path, limit: int) -> bytes:
    """The contents of a file, of a device too, of at most `limit` bytes. Raises OSError also when it has more."""
    with path.open("rb") as file:
        # A device says no size; of a file, no more memory is asked for than it has bytes.
        size = min(path.stat().st_size, limit) if path.is_file() else limit
        data = file.read(size + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes, the limit")
    return data


@contextmanager
def atomic_file(path: Path) -> Generator[BinaryIO]:
    """
    A file to write in place of `path`, which is replaced when the body ends and untouched when it raises.

    A device or pipe is written as it is: it cannot be replaced. Raises OSError if the folder cannot be written.
    """
    name, path = str(path), path.resolve()
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        opened = partial.open("xb")
    except OSError as error:
        # The user knows the file by its name, not by that of its first version.
        error.filename = name
        raise
    with opened as file:
        try:
            yield file
            file.close()
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
