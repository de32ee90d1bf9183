"""Write `docs/reference/passes.md` from the passes; `--check` fails if it is not current."""

import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields

from docgen.pages import REFERENCE, docstring, field_docs, table, write_or_check
from xdsl.passes import ModulePass

from accelc.registry import UNIVERSE

DESIGN = REFERENCE.parent / "passes"
"""Pages that say why a pass is as it is, named as the pass."""
INTRODUCTION = """\
# Passes

In the order of the main pipeline. Run them with `accelc-opt FILE.mlir -p 'PASS{OPTION=VALUE},PASS'` or `xdsl-opt`.
"""


def page() -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION.splitlines()
    yield ""
    for name, factory in UNIVERSE.all_passes.items():
        pass_class = factory()
        yield f"## `{name}`\n"
        yield from docstring(pass_class)
        if (DESIGN / f"{name}.md").is_file():
            yield f"Problem, rule and figures: [{name}](../passes/{name}.md).\n"
        rows = list(_options(pass_class))
        if rows:
            yield from table(("option", "type", "default", "meaning"), rows)


def _options(pass_class: type[ModulePass]) -> Iterator[tuple[str, str, str, str]]:
    docs = field_docs(pass_class)
    for option in fields(pass_class):
        kind = option.type if isinstance(option.type, str) else getattr(option.type, "__name__", str(option.type))
        default = "required" if option.default is MISSING else f"`{option.default!r}`"
        # A bar in code in a table is no bar on the site, whether it is escaped or not.
        types = " or ".join(f"`{each}`" for each in kind.split(" | "))
        yield f"`{option.name.replace('_', '-')}`", types, default, docs[option.name]


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE / "passes.md", page(), __file__))
