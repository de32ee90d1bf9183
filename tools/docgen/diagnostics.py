"""
Diagnostics of a Python package, found in its sources: every message that a user can be shown, with placeholders.

A *reporter* is a function that puts a sentence of its caller into a message (`def error(self, message): return
ModelError(f"{self.name}: {message}")`): its callers have the messages, it has none itself. The error classes are
reporters to begin with; functions that hand a parameter on to a reporter are found by iteration.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from docgen.templates import Function, Parts, Placeholder, alternatives, is_sentence, text_of

ROOTS = ("DiagnosticException", "VerifyException", "ParseError", "ArgSpecParseError", "AccelcError", "ValueError")
"""Errors whose subclasses are diagnostics; messages of ValueError are reasons inside others."""


@dataclass(frozen=True)
class Diagnostic:
    """One message: text with `{placeholders}`, name of the error class, path of the module."""

    message: str
    kind: str
    module: str


@dataclass(frozen=True)
class Reporter:
    """A callable that makes a `kind` of `parts`, in which its parameters are placeholders."""

    name: str
    kind: str
    module: str
    parameters: tuple[str, ...]
    parts: Parts

    def bind(self, call: ast.Call, function: Function | None) -> Iterator[Parts]:
        """The message of a call: `parts` with what is given for the parameters."""
        given = dict(zip(self.parameters, call.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        found: list[Parts] = [()]
        for part in self.parts:
            value = given.get(part.parameter) if isinstance(part, Placeholder) and part.parameter else None
            if value is None:
                options: Sequence[Parts] = [(part.outside if isinstance(part, Placeholder) else part,)]
            else:
                options = alternatives(value, function)
            found = [(*before, *after) for before in found for after in options]
        yield from found


@dataclass(frozen=True)
class Sources:
    """Calls with the path of their module and the function around them, and the classes that are diagnostics."""

    calls: list[tuple[str, ast.Call, Function | None]]
    classes: dict[str, str]
    """Class -> first paragraph of its docstring."""

    @staticmethod
    def read(modules: Mapping[str, str]) -> "Sources":
        """The sources `path -> text`."""
        calls, bases = list[tuple[str, ast.Call, Function | None]](), defaultdict[str, set[str]](set)
        docs: dict[str, str] = {}
        for path, text in modules.items():
            tree = ast.parse(text)
            functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
            for node, function in _walk(tree, functions):
                if isinstance(node, ast.Call):
                    calls.append((path, node, function))
                elif isinstance(node, ast.ClassDef):
                    bases[node.name] |= {_last_name(base) for base in node.bases}
                    docs[node.name] = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
        kinds = set(ROOTS)
        while grown := {name for name, above in bases.items() if above & kinds} - kinds:
            kinds |= grown
        return Sources(calls, {name: docs.get(name, "") for name in sorted(kinds)})


def _walk(tree: ast.Module, helpers: Mapping[str, ast.FunctionDef]) -> Iterator[tuple[ast.AST, Function | None]]:
    """Nodes with the function around each, in the order of the source."""
    stack: list[tuple[ast.AST, ast.ClassDef | None, Function | None]] = [(tree, None, None)]
    while stack:
        node, owner, function = stack.pop()
        yield node, function
        if isinstance(node, ast.ClassDef):
            owner, function = node, None
        elif isinstance(node, ast.FunctionDef):
            function = Function(node, owner, helpers)
        for name in reversed(node._fields):
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                stack.append((value, owner, function))
            elif isinstance(value, list):
                inner = cast(list[object], value)
                stack += [(child, owner, function) for child in reversed(inner) if isinstance(child, ast.AST)]


def diagnostics(sources: Sources, collectors: Sequence[Reporter] = ()) -> list[Diagnostic]:
    """All diagnostics, in the order of the sources; `collectors` report without raising."""
    reporters = [Reporter(name, name, "", ("message",), (Placeholder("message", "message"),)) for name in ROOTS]
    reporters += collectors
    sentences = {(one.module, one.name, "message") for one in reporters}
    while True:
        known = _Known(reporters, sources.classes)
        before = len(reporters), len(sentences)
        for path, call, function in sources.calls:
            for reporter, parts in known.messages(path, call, function):
                sentences |= _sentences(reporter, call, function)
                new = _reporter(path, reporter.kind, parts, function, sources.classes)
                if new is not None and new not in reporters:
                    reporters.append(new)
        if (len(reporters), len(sentences)) == before:
            break
    found: dict[Diagnostic, None] = {}
    known = _Known(reporters, sources.classes)
    for path, call, function in sources.calls:
        for reporter, parts in known.messages(path, call, function):
            new = _reporter(path, reporter.kind, parts, function, sources.classes)
            handed = {part.parameter for part in parts if isinstance(part, Placeholder) and part.parameter}
            if new is not None and any((path, new.name, parameter) in sentences for parameter in handed):
                continue
            if is_sentence(parts):
                found[Diagnostic(text_of(parts), reporter.kind, path)] = None
    return list(found)


class _Known:
    """Reporters by name; of several of one name, those of the nearest module count."""

    def __init__(self, reporters: Sequence[Reporter], classes: Mapping[str, str]) -> None:
        self._by_name = defaultdict[str, list[Reporter]](list)
        for reporter in reporters:
            self._by_name[reporter.name].append(reporter)
        self._classes = classes

    def messages(self, path: str, call: ast.Call, function: Function | None) -> Iterator[tuple[Reporter, Parts]]:
        """What a call reports, if it does."""
        name = _last_name(call.func)
        if name == "__init__" and function is not None and function.owner is not None:
            owner = function.owner.name
            if owner in self._classes and call.args:
                for parts in alternatives(call.args[0], function):
                    yield Reporter(owner, owner, path, (), ()), parts
            return
        if name in self._classes and name not in self._by_name:
            for argument in call.args:
                for parts in alternatives(argument, function):
                    if is_sentence(parts) or any(isinstance(part, Placeholder) and part.parameter for part in parts):
                        yield Reporter(name, name, path, ("message",), ()), parts
            return
        for reporter in self._nearest(path, call, name):
            for parts in reporter.bind(call, function):
                yield reporter, parts

    def _nearest(self, path: str, call: ast.Call, name: str) -> Sequence[Reporter]:
        """Reporters of a name in the nearest module; a method must be of the same package."""
        found: dict[str, list[Reporter]] = {}
        for reporter in self._by_name.get(name, ()):
            found.setdefault(reporter.module, []).append(reporter)
        if isinstance(call.func, ast.Attribute):
            found = {module: one for module, one in found.items() if _shared(path, module) >= _package(module)}
        return found[max(found, key=lambda module: _shared(path, module))] if found else ()


def _reporter(
    path: str, kind: str, parts: Parts, function: Function | None, classes: Mapping[str, str]
) -> Reporter | None:
    """The function around a message as a reporter, if the message contains parameters of it."""
    if function is None or not any(isinstance(part, Placeholder) and part.parameter for part in parts):
        return None
    name = function.name
    if sum(isinstance(part, Placeholder) and bool(part.parameter) for part in parts) > 3:
        return None
    if name == "__init__":
        if function.owner is None or function.owner.name not in classes:
            return None
        name = kind = function.owner.name
    return Reporter(name, kind, path, function.parameters, parts)


def _sentences(reporter: Reporter, call: ast.Call, function: Function | None) -> set[tuple[str, str, str]]:
    """Parameters of a reporter for which this call gives a sentence."""
    given = dict(zip(reporter.parameters, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    return {
        (reporter.module, reporter.name, name)
        for name, value in given.items()
        if any(is_sentence(parts) for parts in alternatives(value, function))
    }


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _package(module: str) -> int:
    """How many parts of a module's path name its package."""
    return min(len(Path(module).parts) - 1, 3 if "frontends" in module else 2)


def _shared(one: str, other: str) -> int:
    """Number of folders, and the file, that two paths begin with."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
