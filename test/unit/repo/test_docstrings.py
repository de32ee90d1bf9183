"""Public names say what they are: docstrings, errors, and the shapes and units of what Python programs see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import accelc

ROOT = Path(__file__).parents[3]
# `accelc/dialects` and `accelc/passes` are links to the folders at the top.
SOURCES = [path for folder in ("accelc", "dialects", "passes") for path in sorted((ROOT / folder).rglob("*.py"))]

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef

UNIT = re.compile(
    r"(^|_)(ns|seconds|bytes|ticks|cycles|hz|w|c|k|pj|elements)$|nanosecond|second|cycle|tick|byte|watt|ratio|fraction"
)
"""What a number measures, as the end of its name or in its docstring."""
SHAPE = re.compile(r"shape|dtype|element|\([a-zA-Z0-9]+, ?[a-zA-Z0-9, ]*\)|by name|by output")
"""What is known of an array, or the model's own names whose shapes the model says."""


def public(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Named]]:
    """Public classes, functions and methods of a module, with their qualified names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{prefix}{node.name}.")


def error_bases(trees: list[ast.Module]) -> dict[str, set[str]]:
    """Every class below AccelcError, with itself and its bases up to that."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {"AccelcError": {"AccelcError"}}
    size = 0
    while size < len(found):
        size = len(found)
        for node in classes:
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in found and node.name not in found:
                    found[node.name] = {node.name, *found[base.id]}
    return found


def raised(function: Function) -> Iterator[str]:
    """Names of the exceptions that the body of a function raises itself, not by functions inside."""
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, Named | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(error, ast.Name | ast.Attribute):
                yield error.id if isinstance(error, ast.Name) else error.attr
        pending += ast.iter_child_nodes(node)


def _is_overload(node: Named) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list)


def undocumented(tree: ast.Module) -> list[str]:
    """Public names without a docstring."""
    return [name for name, node in public(tree) if not (ast.get_docstring(node) or _is_overload(node))]


def silent_errors(tree: ast.Module, errors: dict[str, set[str]]) -> list[str]:
    """Public functions that raise an AccelcError and name neither it nor a base of it."""
    found: list[str] = []
    for name, node in public(tree):
        if isinstance(node, Function):
            words = set(re.findall(r"\w+", ast.get_docstring(node) or ""))
            found += [
                f"{name}: {error}" for error in sorted(set(raised(node)) & set(errors)) if not errors[error] & words
            ]
    return found


def facts(tree: ast.Module, names: set[str]) -> Iterator[tuple[str, str, str]]:
    """Name, type and docstring of fields, parameters and results of the public names `names`."""
    for name, node in public(tree):
        owner = name.split(".")[0]
        if owner not in names:
            continue
        doc = ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            for field, below in zip(node.body, [*node.body[1:], None], strict=True):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and field.target.id[0] != "_"
                ):
                    yield f"{name}.{field.target.id}", ast.unparse(field.annotation), f"{_text(below)} {doc}"
            continue
        for argument in (*node.args.args, *node.args.kwonlyargs):
            if argument.annotation is not None:
                yield f"{name}.{argument.arg}", ast.unparse(argument.annotation), doc
        if node.returns is not None:
            yield name, ast.unparse(node.returns), doc


def _text(node: ast.stmt | None) -> str:
    """A string that stands for itself, as below a field."""
    return str(node.value.value) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else ""


def vague(tree: ast.Module, names: set[str]) -> list[str]:
    """Fields, parameters and results that are numbers without a unit, or arrays of which nothing is said."""
    found: list[str] = []
    for name, kind, doc in facts(tree, names):
        last = name.rsplit(".", 1)[-1]
        if re.search(r"\bfloat\b", kind) and not (UNIT.search(last) or UNIT.search(doc)):
            found.append(f"{name}: no unit")
        if re.search(r"\b(Array|NDArray|ArrayLike)\b", kind) and not SHAPE.search(doc):
            found.append(f"{name}: no shape")
    return found


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """All modules of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def test_public_names_have_docstrings(trees: dict[Path, ast.Module]) -> None:
    """Every class, function and method that is not private, so every operation, attribute, type and pass as well."""
    assert [f"{path}: {name}" for path, tree in trees.items() for name in undocumented(tree)] == []
    assert [str(path) for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []
    assert [name for name in accelc.__all__ if not getattr(accelc, name).__doc__] == []


def test_errors_are_documented(trees: dict[Path, ast.Module]) -> None:
    """A public function that raises an error for the user names its class, or a base of it."""
    errors = error_bases([*trees.values()])
    assert {"UsageError", "FieldError", "ExecutionError"} <= set(errors)
    assert [f"{path}: {name}" for path, tree in trees.items() for name in silent_errors(tree, errors)] == []


def test_numbers_have_units_and_arrays_shapes(trees: dict[Path, ast.Module]) -> None:
    """For all names of `accelc` itself."""
    names = set(accelc.__all__)
    homes = {getattr(accelc, name).__module__ for name in names}
    used = [path for path in SOURCES if ".".join(path.relative_to(ROOT).with_suffix("").parts) in homes]
    assert [f"{path}: {name}" for path in used for name in vague(trees[path], names)] == []
    assert sum(1 for path in used for _ in facts(trees[path], names)) > 100


BAD = '''
class LocalError(UsageError):
    """A mistake."""


class Result:
    """What a run gives."""

    time: float
    values: Array
    total_ns: float
    rate: float
    """Bytes per second."""

    def method(self):
        raise LocalError("no")

    def _private(self):
        raise LocalError("no")


def good(x: Array) -> None:
    """Takes `x`, shape (n,). Raises UsageError."""

    def inner():
        raise ModelError("not of `good` itself")

    raise LocalError("no")
'''


def test_what_is_missing_is_found() -> None:
    """The checks fail on a module with one mistake of each kind, and only there."""
    tree = ast.parse(BAD)
    errors = {"AccelcError": {"AccelcError"}, "UsageError": {"UsageError", "AccelcError"}, "ModelError": {"ModelError"}}
    errors |= error_bases([ast.parse("class UsageError(AccelcError): ..."), tree])
    assert undocumented(tree) == ["Result.method"]
    assert silent_errors(tree, errors) == ["Result.method: LocalError"]
    assert vague(tree, {"Result", "good"}) == ["Result.time: no unit", "Result.values: no shape"]
