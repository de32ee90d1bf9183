"""The examples in the dialects' docstrings and rationale pages are legal programs."""

import re
from pathlib import Path

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.ir import Operation
from xdsl.parser import Parser

import accelc.dialects
from accelc.dialects.engine import Engine
from accelc.dialects.tile import Tile

PAGES = Path(accelc.dialects.__file__).resolve().parent
OPS = [op for dialect in (Engine, Tile) for op in dialect.operations]
HBM = ("engine.dma_copy", "tile.dma_copy")
INDEXED = ("engine.dma_gather", "engine.dma_scatter")


def examples(text: str) -> list[str]:
    """Code blocks of a text."""
    return re.findall(r"```mlir\n(.*?)```", text, re.DOTALL)


def check(code: str, op: str = "") -> None:
    """Parses and verifies `code`, in a program with buffers of all names used unless it is one."""
    if "engine.program" not in code:
        kinds = {"p": "psum<4x64xf32>", "w": "sbuf<4x64xbf16>", "xs": "sbuf<4x72xf32>"}
        if op.endswith("matmul"):
            kinds["x"] = "sbuf<4x64xbf16>"
        if op in HBM:
            kinds["x"] = "hbm<192xf32>"
        if op in INDEXED:
            kinds |= {"x": "hbm<192xf32>", "y": "hbm<192xf32>", "i": "hbm<8xi32>"}
        names = sorted(
            {*re.findall(r"%(\w+)\[", code), *re.findall(r"%(\w+) at", code)} - {*re.findall(r"%(\w+) =", code)}
        )
        buffers = "\n".join(f'%{n} = engine.buffer "{n}" scratch {kinds.get(n, "sbuf<4x64xf32>")}' for n in names)
        end = "" if "engine.end" in code else "engine.end"
        code = f'engine.program @main target "tiny" {{\n{buffers}\n{code}\n{end}\n}}'
    context = Context()
    for dialect in (Builtin, Engine, Tile):
        context.load_dialect(dialect)
    Parser(context, code).parse_module().verify()


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_docstring(op: type[Operation]) -> None:
    """Every op has one example, of itself."""
    (code,) = examples(op.__doc__ or "")
    assert op.name in code
    check(code, op.name)


@pytest.mark.parametrize("page", ["engine.md", "tile.md"])
def test_page(page: str) -> None:
    """The page's example."""
    (code,) = examples((PAGES / page).read_text())
    check(code, "tile.matmul" if page == "tile.md" else "")
