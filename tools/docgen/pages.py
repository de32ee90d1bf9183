"""What the page generators share: Markdown, docstrings of fields, and the choice between writing and checking."""

import argparse
import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (heading, ["---"] * len(heading), *cells)] + [""]


def docstring(item: type) -> list[str]:
    """Lines of a class's own docstring, with an empty line after it; none when it has none."""
    text = item.__dict__.get("__doc__")
    return [*inspect.cleandoc(text).splitlines(), ""] if text else []


@cache
def field_docs(item: type) -> Mapping[str, str]:
    """Field -> the string that stands below it in the source, as one line; fields of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(item.__mro__):
        if base.__module__.startswith("accelc."):
            found |= _own_field_docs(base)
    return found


@cache
def _own_field_docs(item: type) -> Mapping[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(item))).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        name = (
            field.target
            if isinstance(field, ast.AnnAssign)
            else field.targets[0]
            if isinstance(field, ast.Assign)
            else None
        )
        if isinstance(name, ast.Name) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[name.id] = " ".join(str(below.value.value).split())
    return found


def write_or_check(path: Path, lines: Iterable[str], script: str) -> int:
    """Write a page, or with `--check` on the command line give status 1 when the page is not current."""
    parser = argparse.ArgumentParser(description=f"Write {path.name} from the code.")
    parser.add_argument("--check", action="store_true", help="do not write, fail if the page is not current")
    text = "\n".join(lines).rstrip("\n") + "\n"
    if not parser.parse_args().check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"error: {path} is not current: run python tools/{Path(script).name}", file=sys.stderr)
    return 1
