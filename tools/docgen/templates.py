"""Texts in syntax trees: what an expression that makes a text can be, with placeholders for what is not known."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

MAX_ALTERNATIVES = 8
"""More texts of one expression than this are a placeholder."""
MAX_DEPTH = 4
"""Names and functions that are followed one behind the other."""
MAX_PLACEHOLDER = 32
"""Longest expression that stands in a placeholder, in characters; longer ones are `...`."""
HANDED_ON = frozenset(["detail", "expected", "message", "problem", "reason", "rule", "wanted", "what", "wrong"])
"""Names of parameters in which functions get a part of a message from their callers."""
OPTIONAL = {"suggestion": "[; did you mean '...'?]"}
"""Functions whose text may be empty."""


@dataclass(frozen=True)
class Placeholder:
    """An expression; `parameter` is the parameter of the function around it that it is, if it is one."""

    text: str
    parameter: str = ""

    @property
    def outside(self) -> "Placeholder":
        """The same, seen from another function."""
        return Placeholder(self.text)


Parts = tuple[str | Placeholder, ...]
"""A text: literals and placeholders."""


@dataclass(frozen=True, eq=False)
class Function:
    """A function, the class it is in, and the functions of its module by name."""

    node: ast.FunctionDef
    owner: ast.ClassDef | None
    helpers: Mapping[str, ast.FunctionDef]

    @property
    def name(self) -> str:
        """Of the function."""
        return self.node.name

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names in order, without that of the object."""
        names = [argument.arg for argument in (*self.node.args.posonlyargs, *self.node.args.args)]
        static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in self.node.decorator_list)
        if self.owner is not None and not static:
            names = names[1:]
        return (*names, *(argument.arg for argument in self.node.args.kwonlyargs))

    @cached_property
    def assigned(self) -> Mapping[str, Sequence[ast.expr]]:
        """Local name -> what is assigned to it; none for names that get something else, as by `+=` or in loops."""
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.node):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).append(node.value)
        assigned = {id(node.targets[0]) for node in ast.walk(self.node) if isinstance(node, ast.Assign)}
        stored = [
            node for node in ast.walk(self.node) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        other = {node.id for node in stored if id(node) not in assigned}
        return {name: values for name, values in found.items() if name not in other and name not in self.parameters}


@cache
def _helper(function: Function, name: str) -> Function:
    return Function(function.helpers[name], None, function.helpers)


@cache
def alternatives(node: ast.expr, function: Function | None, depth: int = 0) -> Sequence[Parts]:
    """The texts that an expression can be; at least one."""
    found = list(dict.fromkeys(_alternatives(node, function, depth)))
    return found if 0 < len(found) <= MAX_ALTERNATIVES else [(_placeholder(node, function),)]


def _alternatives(node: ast.expr, function: Function | None, depth: int) -> Iterator[Parts]:
    match node:
        case ast.Constant(value=str() as text):
            yield (text,)
        case ast.JoinedStr(values=values):
            yield from _joined(values, function, depth)
        case ast.FormattedValue(value=ast.expr() as value):
            inner = alternatives(value, function, depth + 1)
            yield from (
                inner if all(any(map(_is_text, parts)) for parts in inner) else [(_placeholder(value, function),)]
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _joined([left, right], function, depth)
        case ast.IfExp(body=body, orelse=orelse):
            yield from alternatives(body, function, depth)
            yield from alternatives(orelse, function, depth)
        case _:
            yield from _named(node, function, depth)


def _joined(values: Sequence[ast.expr], function: Function | None, depth: int) -> Iterator[Parts]:
    """Texts one behind the other."""
    found: list[Parts] = [()]
    for value in values:
        options = alternatives(value, function, depth)
        found = [(*before, *after) for before in found for after in options]
        if len(found) > MAX_ALTERNATIVES:
            yield tuple(_flat(value, function) for value in values)
            return
    yield from found


def _named(node: ast.expr, function: Function | None, depth: int) -> Iterator[Parts]:
    """What a local name was assigned, or a function of the module returns."""
    followed = function if depth < MAX_DEPTH else None
    match node:
        case ast.Name(id=name) if followed is not None and name in followed.assigned:
            for value in followed.assigned[name]:
                yield from alternatives(value, function, depth + 1)
        case ast.Call(func=ast.Name(id=name)) if name in OPTIONAL:
            yield (OPTIONAL[name],)
        case ast.Call(func=ast.Name(id=name)) if followed is not None and name in followed.helpers:
            helper = _helper(followed, name)
            for inner in ast.walk(helper.node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    for parts in alternatives(inner.value, helper, depth + 1):
                        yield tuple(part.outside if isinstance(part, Placeholder) else part for part in parts)
        case _:
            yield (_placeholder(node, function),)


def _flat(node: ast.expr, function: Function | None) -> str | Placeholder:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.FormattedValue(value=ast.expr() as value):
            return _placeholder(value, function)
        case _:
            return _placeholder(node, function)


def _placeholder(node: ast.expr, function: Function | None) -> Placeholder:
    if isinstance(node, ast.Name) and function is not None and node.id in function.parameters:
        return Placeholder(node.id, node.id if node.id in HANDED_ON else "")
    text = ast.unparse(node)
    return Placeholder(text if len(text) <= MAX_PLACEHOLDER else "...")


def _is_text(part: str | Placeholder) -> bool:
    return isinstance(part, str) and bool(part)


def is_sentence(parts: Parts) -> bool:
    """Whether a text says something: two words that are no placeholders."""
    words = " ".join(part if isinstance(part, str) else "." for part in parts).split()
    return sum(any(character.isalpha() for character in word) for word in words) >= 2


def text_of(parts: Parts) -> str:
    """A text with its placeholders in braces."""
    return "".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in parts)
