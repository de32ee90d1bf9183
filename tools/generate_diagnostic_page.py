"""Write `docs/reference/diagnostics/` from the sources; with `--check` fail if a page is not current."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from docgen.diagnostics import Diagnostic, Reporter, Sources, diagnostics
from docgen.pages import REFERENCE, table, write_or_check
from docgen.templates import Placeholder

ROOT = Path(__file__).parent.parent
FOLDERS = ("accelc", "dialects", "passes")
PAGES = {
    "frontends-onnx": ("ONNX models", ("accelc/frontends/onnx", "accelc/onnx_backend.py", "accelc/staged")),
    "frontends": ("Other models and NumPy", ("accelc/frontends", "accelc/hooking", "accelc/generators")),
    "dialects": ("Dialects, passes and kernels", ("dialects", "passes", "accelc/kernels", "accelc/analysis")),
    "programs": ("Programs and the simulator", ("accelc/isa", "accelc/simulator", "accelc/runtime", "accelc/emit")),
    "targets": ("Machine descriptions", ("accelc/targets",)),
    "tools": ("Commands, files and everything else", ("accelc",)),
}
"""Page -> its title and the folders whose messages it has, unless a page before has them."""
COLLECTORS = (
    Reporter(
        "add", "TargetError", "accelc/targets/schema.py", ("path", "message"), (Placeholder("message", "message"),)
    ),
)
"""Mistakes in a machine description are collected, and raised as one error."""
INTRODUCTION = """\
# Diagnostics

A mistake in what a user gives ends in one message on standard error, `error: MESSAGE` or `FILE:LINE:COLUMN: error:
MESSAGE`, and exit status 1; in Python, in an exception of one of these classes. Success is status 0, an interrupt 130.
Anything else is a bug of accelc and keeps its traceback.
"""
NOTES = """\
A message of `ValueError` (in modules of pure mathematics) is a reason inside the message of an operation. Errors of the
verifiers (`VerifyException`), which say which rule of the dialect an operation breaks, come with the printed operation
underlined; where MLIR text was read, with its place. In messages, `{...}` stands for a value: the expression in the
sources where it is short. Messages are by source file, in its order.
"""
LIBRARY = {
    "ArgSpecParseError": "Text of a pass pipeline that is none. (Of xDSL.)",
    "DiagnosticException": "Above all of these. (Of xDSL.)",
    "ParseError": "Text that is no MLIR, located. (Of xDSL.)",
    "VerifyException": "An operation that breaks a rule of its dialect. (Of xDSL.)",
    "ValueError": "A reason inside another message. (Of Python.)",
}
"""Meaning of the classes that are not defined here."""


def sources() -> dict[str, str]:
    """Text of each module of the package by its path in the repository."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def page_of(module: str) -> str:
    """The page that a module's messages are on."""
    return next(
        name
        for name, (_, folders) in PAGES.items()
        if any(module == folder or module.startswith(f"{folder}/") for folder in folders)
    )


def _index(found: Sequence[Diagnostic], classes: dict[str, str]) -> Iterator[str]:
    yield from INTRODUCTION.splitlines()
    yield ""
    kinds = {one.kind for one in found}
    rows = [(f"`{name}`", LIBRARY.get(name) or classes[name]) for name in sorted(kinds)]
    yield from table(("class", "meaning"), rows)
    yield from NOTES.splitlines()
    yield ""
    count = {name: sum(page_of(one.module) == name for one in found) for name in PAGES}
    yield from table(
        ("messages of", "number"), [(f"[{title}]({name}.md)", str(count[name])) for name, (title, _) in PAGES.items()]
    )


def _page(title: str, found: Sequence[Diagnostic]) -> Iterator[str]:
    yield f"# Diagnostics: {title}\n"
    yield "What stands around a message, and what the classes are: [all diagnostics](index.md).\n"
    for module, messages in groupby(found, lambda one: one.module):
        yield f"## `{module}`\n"
        for one in messages:
            lines = [line.strip() for line in one.message.splitlines() if line.strip()]
            yield f"- {' / '.join(_code(line) for line in lines)} ({one.kind})"
        yield ""


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def main() -> int:
    """Write or check all pages."""
    read = Sources.read(sources())
    found = diagnostics(read, COLLECTORS)
    folder = REFERENCE / "diagnostics"
    status = write_or_check(folder / "index.md", _index(found, read.classes), __file__)
    for name, (title, _) in PAGES.items():
        own = [one for one in found if page_of(one.module) == name]
        status |= write_or_check(folder / f"{name}.md", _page(title, own), __file__)
    return status


if __name__ == "__main__":
    sys.exit(main())
