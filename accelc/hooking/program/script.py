"""A script run as Python runs it, under a hook: its arguments, its `__main__`, its tracebacks, its exit status."""

import os
import sys
import traceback
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType

from accelc.errors import ModelError

MAX_BYTES = 1 << 24
"""Largest source, bytes."""


def load_script(path: str | Path) -> tuple[ModuleType, object]:
    """
    A module `__main__` for a script, and its code.

    Raises ModelError for a file that is missing, too large or no Python, naming the line.
    """
    where = Path(path)
    try:
        if where.stat().st_size > MAX_BYTES:
            raise ModelError(f"script '{path}' has {where.stat().st_size} bytes, above the limit of {MAX_BYTES}")
        source = where.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read script '{path}': {error.strerror}") from error
    try:
        code = compile(source, str(where.absolute()), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = "" if error.lineno is None else f", line {error.lineno}"
        raise ModelError(f"script '{path}'{line}: {error.msg}") from error
    except ValueError as error:
        raise ModelError(f"script '{path}' is no Python source: {error}") from error
    module = ModuleType("__main__")
    module.__file__ = str(where.absolute())
    return module, code


def run_script(module: ModuleType, code: object, words: Sequence[str]) -> int:
    """
    Execute a script whose command line is `words`, itself first; its exit status, as that of `python SCRIPT`.

    An exception of the script is printed with the script's own frames only and gives 1.
    """
    with _as_main(module, list(words)):
        try:
            exec(code, module.__dict__)  # pyright: ignore[reportArgumentType]
        except SystemExit as error:
            if error.code is None or isinstance(error.code, int):
                return error.code or 0
            print(error.code, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            _print(error)
            return 1
        finally:
            # A script may close it.
            if not sys.stdout.closed:
                sys.stdout.flush()
    return 0


@contextmanager
def _as_main(module: ModuleType, words: list[str]) -> Generator[None]:
    """Inside, the module is `__main__`, its folder the first of the path, `words` the command line."""
    before = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"], sys.argv = module, words
    sys.path.insert(0, str(Path(words[0]).resolve().parent))
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


def _print(error: BaseException) -> None:
    """The traceback as Python would print it, without the frames of accelc."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = _without_own(link.__traceback__)
        link = link.__cause__ or link.__context__
    traceback.print_exception(error)


def _without_own(trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    own = f"{Path(__file__).parents[2]}{os.sep}"
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(own):
            kept.append(trace)
        trace = trace.tb_next
    result: TracebackType | None = None
    for link in reversed(kept):
        result = TracebackType(result, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return result
