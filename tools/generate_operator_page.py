"""
Write `docs/reference/onnx-operators.md` from the importers' code; `--check` fails if it is not current.

What an operator becomes is read from the source of its importer: the operations of `graph` that it names, itself or in
the functions it calls.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType
from typing import Any, get_type_hints

from docgen.pages import REFERENCE, table, write_or_check
from onnx import defs
from xdsl.ir import Operation

from accelc.analysis.decomposition.table import PATTERNS
from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder
from accelc.frontends.onnx.definitions import RANDOM
from accelc.frontends.onnx.operators import DOMAINS, OPERATORS
from accelc.lowering.rules import RULES
from accelc.staged.operators import CONTROL

INTRODUCTION = """\
# ONNX operators

Every operator of ONNX, and where it is executed.

- **accelerator**: everything it becomes has a form in instructions (`accelc/lowering/rules.py`), or is taken apart into
  what has one (`passes/decompose.py`).
- **accelerator or host**: some of what it becomes has no such form; that part is executed by NumPy on the host.
- **definition**: ONNX defines it by other operators, which are imported in its place.
- **constant**: it follows from shapes and known values, and is computed when the model is imported.
- **nothing**: its result is its input.
- **control**: it decides what is executed, in stages; its bodies are compiled as any graph.
- **framework**: ONNX's reference or onnxruntime executes it.

An operation is on the accelerator for elements that the target computes with: floats of 16 and 32 bits, truth values,
and the integers in `engine.integers`; for other types its tier is the host. "Kept for a framework" lists the forms that
its importer gives away, `…` stands for a value of the node; "becomes" has the operations of all forms; "cost" says
which engines work (elementwise: so many kinds of operations on single elements, moves: DMA or nothing). What single
placements were, and why, `accelc compile --explain-partition` prints; `docs/operators.md` says what the operations of
`graph` cost.
"""
ONNX = "accelc.frontends.onnx."
EMITTED = {"slice_axis": "slice", "written": "insert_slice", "framework": "call_framework"}
"""Operations that methods of the builder stand for, where their names differ."""
SILENT = ("scalar", "error", "ssa", "emit", "emit_all", "constant")
"""Methods of the builder that emit nothing by themselves."""


GROUPS: Mapping[str, Sequence[str]] = {
    "array": ("matmul", "conv", "conv_transpose", "lrn", "lstm"),
    "reductions": ("reduce", "softmax", "argmax"),
    "windows": ("pool",),
    "indexed transfers": ("gather", "scatter"),
}
"""Operations by what executes them; elementwise ones are counted, all others move data."""


@dataclass
class Found:
    """Operations of `graph` that code names, forms that it keeps for a framework, whether it makes constants."""

    operations: set[str] = field(default_factory=set[str])
    refused: list[str] = field(default_factory=list[str])
    makes_constants: bool = False
    called: list[FunctionType] = field(default_factory=list[FunctionType])
    """Functions of the importers and methods of the builder that it names."""


def _text(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in value.values)
    return str(value.value) if isinstance(value, ast.Constant) else "…"


def _strings(value: ast.expr, names: Mapping[str, Any]) -> list[str]:
    """Texts that an expression may be."""
    match value:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp():
            return [*_strings(value.body, names), *_strings(value.orelse, names)]
        case ast.Name(id=name) if isinstance(names.get(name), str):
            return [names[name]]
        case _:
            return []


def _closure(function: FunctionType) -> dict[str, Any]:
    cells = function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(function.__code__.co_freevars, cells, strict=True)}


def _source(function: FunctionType) -> ast.AST:
    text = textwrap.dedent(inspect.getsource(function))
    try:
        return ast.parse(text)
    except SyntaxError:
        # A lambda in a table.
        return ast.parse(f"{{{text}}}")


def found_in(handler: FunctionType) -> Found:
    """What an importer names, itself or in what it calls."""
    result = Found()
    pending, seen = [handler], {handler}
    while pending:
        own = _named_by(pending.pop())
        result.operations |= own.operations
        result.refused += [text for text in own.refused if text not in result.refused]
        result.makes_constants |= own.makes_constants
        pending += [function for function in dict.fromkeys(own.called) if function not in seen]
        seen.update(own.called)
    return result


@cache
def _named_by(function: FunctionType) -> Found:
    """What one function names."""
    result = Found()
    names = {**function.__globals__, **_closure(function)}
    for node in ast.walk(_source(function)):
        match node:
            case ast.Attribute(value=ast.Name(id="graph"), attr=kind) if kind.endswith("Op"):
                _operation(result, getattr(graph, kind))
            case ast.Call(func=ast.Attribute(attr="unsupported"), args=[text]):
                result.refused.append(_text(text))
            case ast.Call(func=ast.Attribute(attr="unary" | "binary" as method), args=[kind, *_]):
                table_of = graph.UNARY_OPS if method == "unary" else graph.BINARY_OPS
                for text in _strings(kind, names):
                    if text in table_of:
                        _operation(result, table_of[text])
            case ast.Attribute(attr=method, value=of) if method in vars(Builder) and _is_builder(of):
                _method(result, method)
            case ast.Name(id="known"):
                result.makes_constants = True
            case ast.Name(id=name):
                _called(result, names.get(name))
            case _:
                continue
    return result


def _is_builder(value: ast.expr) -> bool:
    match value:
        case ast.Name(id="b" | "builder" | "self") | ast.Attribute(attr="b" | "builder"):
            return True
        case _:
            return False


def _method(result: Found, method: str) -> None:
    function = vars(Builder)[method]
    if method in EMITTED:
        result.operations.add(EMITTED[method])
    elif method not in SILENT and isinstance(function, FunctionType):
        result.called.append(function)


def _called(result: Found, value: Any) -> None:
    functions = [value] if isinstance(value, FunctionType) else []
    if isinstance(value, type) and value.__module__.startswith(ONNX) and value is not Builder:
        members = [getattr(f, "fget", getattr(f, "__func__", f)) for f in vars(value).values()]
        # Methods that dataclasses write have no source.
        file = inspect.getsourcefile(value)
        functions = [f for f in members if isinstance(f, FunctionType) and f.__code__.co_filename == file]
    for function in functions:
        if function.__module__.startswith(ONNX) and not function.__module__.endswith((".node", ".builder")):
            result.called.append(function)


def _operation(result: Found, kind: type[Operation]) -> None:
    result.operations.add(kind.name.removeprefix("graph."))


@cache
def on_accelerator() -> frozenset[str]:
    """Names of operations that are lowered, or taken apart."""
    kinds = {kind.name for kind in RULES}
    for pattern in PATTERNS:
        rewrite = inspect.unwrap(pattern.match_and_rewrite)
        cells = getattr(rewrite, "__closure__", None) or ()
        for function in (rewrite, *(cell.cell_contents for cell in cells)):
            hint = get_type_hints(function).get("op") if isinstance(function, FunctionType) else None
            if isinstance(hint, type) and issubclass(hint, Operation) and hasattr(hint, "name"):
                kinds.add(hint.name)
    return frozenset(name.removeprefix("graph.") for name in kinds)


def cost_note(operations: Sequence[str]) -> str:
    """Which engines work, for so many different functions of all elements."""
    groups = {kind: [o for o in operations if o in members] for kind, members in GROUPS.items()}
    simple = [o for o in operations if o in graph.UNARY_OPS or o in graph.BINARY_OPS or o in ("select", "cast")]
    notes = [kind for kind, members in groups.items() if members]
    return ", ".join([*notes, *([f"elementwise {len(simple)}"] if simple else [])]) or ("moves" if operations else "")


Row = tuple[str, str, str, str, str]


def _row(name: str, handler: Callable[..., Any] | None, schema: defs.OpSchema) -> Row:
    shown = f"{schema.domain}.{name}" if schema.domain else name
    if name in CONTROL:
        return shown, "control", "", "", ""
    if handler is None:
        functions: Any = schema
        defined = functions.has_function or functions.has_context_dependent_function
        return shown, "definition" if defined and name not in RANDOM else "framework", "", "", ""
    assert isinstance(handler, FunctionType)
    found = found_in(handler)
    operations = sorted(found.operations - {"call_framework", "weight", "constant"})
    elsewhere = [operation for operation in operations if operation not in on_accelerator()]
    tier = "accelerator or host" if elsewhere else "accelerator"
    if not operations:
        tier = "constant" if found.makes_constants else "nothing"
    becomes = ", ".join(f"*{o}*" if o in elsewhere else o for o in operations)
    return shown, tier, becomes, cost_note(operations), "; ".join(found.refused)


def rows() -> list[Row]:
    """Name, tier, operations, cost note and forms kept for a framework, of every operator."""
    newest: dict[tuple[str, str], defs.OpSchema] = {}
    for schema in defs.get_all_schemas_with_history():
        key = (schema.domain, schema.name)
        if key not in newest or newest[key].since_version < schema.since_version:
            newest[key] = schema
    tables = {"": OPERATORS, **DOMAINS}
    return [_row(key[1], tables.get(key[0], {}).get(key[1]), newest[key]) for key in sorted(newest)]


def page() -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION.splitlines()
    yield ""
    found = rows()
    tiers = sorted({row[1] for row in found})
    counts = [(tier, str(sum(row[1] == tier for row in found))) for tier in tiers]
    yield from table(("tier", "operators"), counts)
    yield "Operations in *italics* have no form in instructions."
    yield ""
    heading = ("operator", "tier", "becomes", "cost", "kept for a framework")
    yield from table(heading, ((f"`{n}`", *rest) for n, *rest in found))


if __name__ == "__main__":
    sys.exit(write_or_check(REFERENCE / "onnx-operators.md", page(), __file__))
