"""Messages are found in sources, through the functions that they are handed on by."""

from pathlib import Path
from textwrap import dedent

import pytest
from docgen.diagnostics import Diagnostic, Reporter, Sources, diagnostics
from docgen.templates import Placeholder

ROOT = Path(__file__).parents[3]
ERRORS = """
class AccelcError(Exception):
    pass

class ModelError(AccelcError):
    '''A model is wrong.'''
"""


def found(text: str, *collectors: Reporter) -> list[tuple[str, str]]:
    """Messages and classes in a module."""
    sources = Sources.read({"package/errors.py": ERRORS, "package/module.py": dedent(text)})
    return [(one.message, one.kind) for one in diagnostics(sources, collectors)]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ('raise ModelError("no such thing")', ["no such thing"]),
        ('raise ModelError(f"no file {path} here")', ["no file {path} here"]),
        ('raise ModelError(f"{x:>4} of {y!r} rows")', ["{x} of {y} rows"]),
        ('raise ModelError(f"a {x}" " and" + f" b {y}")', ["a {x} and b {y}"]),
        ('raise ModelError("one way" if x else "other way")', ["one way", "other way"]),
        ('message = f"has {x} rows"\n    raise ModelError(message)', ["has {x} rows"]),
        ('raise ModelError(f"is {x}{suggestion(x, known)} there")', ["is {x}[; did you mean '...'?] there"]),
        ('raise ModelError(f"has {a_very_long_name.with_an_attribute + 1} rows")', ["has {...} rows"]),
        ("raise ModelError(str(error)) from error", []),
        ("raise KeyError('of the caller')", []),
        ("print('a plain text')", []),
    ],
)
def test_a_message(text: str, messages: list[str]) -> None:
    """Literals, with placeholders for values; errors without words of their own pass others on."""
    assert found(f"def check(x, y, path, error):\n    {text}\n") == [(message, "ModelError") for message in messages]


def test_messages_are_handed_on() -> None:
    """A reporter has no message of its own; its callers have, also through a second one and through methods."""
    text = """
    class Node:
        def error(self, message: str) -> ModelError:
            return ModelError(f"{self.name}: {message}")

        def missing(self, what: str) -> ModelError:
            return self.error(f"{what} is missing")

    def check(node: Node) -> None:
        raise node.error("has no rows")
        raise node.missing("the attribute axis")
        raise node.error(message=f"has {count} rows")
    """
    assert [message for message, _ in found(text)] == [
        "{self.name}: has no rows",
        "{self.name}: the attribute axis is missing",
        "{self.name}: has {count} rows",
    ]


def test_classes_with_messages_of_their_own() -> None:
    """Subclasses are found through others; what a constructor puts around a message is part of it."""
    text = """
    class RowError(ModelError):
        def __init__(self, message: str, row: int) -> None:
            super().__init__(f"row {row}: {message}")

    class FullError(RowError):
        pass

    def check() -> None:
        raise RowError("is too long", 1)
        raise FullError("holds no more", 2)
    """
    assert found(text) == [("row {row}: is too long", "RowError"), ("holds no more", "FullError")]


def test_collectors() -> None:
    """Messages that are collected before they are raised."""
    text = 'def check(problems):\n    problems.add("key", "is not legal")\n'
    collector = Reporter("add", "ModelError", "package/x.py", ("path", "message"), (Placeholder("message", "message"),))
    assert found(text) == []
    assert found(text, collector) == [("is not legal", "ModelError")]


def test_methods_of_one_name_in_several_packages() -> None:
    """A caller's own package is meant."""
    maker = "class {0}:\n    def error(self, message: str):\n        return {1}(f'{0}: {{message}}')\n"
    sources = {
        "errors.py": ERRORS + "\nclass ProgramError(AccelcError):\n    pass\n",
        "p/a/make.py": maker.format("A", "ModelError"),
        "p/b/make.py": maker.format("B", "ProgramError"),
        "p/a/use.py": "def f(node):\n    raise node.error('of package a')\n",
        "p/b/use.py": "def f(node):\n    raise node.error('of package b')\n",
        "q/use.py": "def f(node):\n    raise node.error('of nobody here')\n",
    }
    assert diagnostics(Sources.read(sources)) == [
        Diagnostic("A: of package a", "ModelError", "p/a/use.py"),
        Diagnostic("B: of package b", "ProgramError", "p/b/use.py"),
    ]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("targets", "missing key '{engine}': [engine.{engine}] has no clock` (TargetError)"),
        ("targets", "unknown target '{name}'"),
        ("programs", "a stream ends in 'halt'` (RecordError)"),
        ("programs", "deadlock on core {core}: {len(blocked)} lane(s) wait forever"),
        ("programs", "not an accelc program (no ZIP signature at byte 0)` (ProgramError)"),
        ("dialects", "the body of {owner} must end in {kind.name}` (VerifyException)"),
        ("dialects", "program '{program.sym_name.data}' has delays already` (UsageError)"),
        ("frontends-onnx", "attribute 'kernel_shape' is missing` (ModelError)"),
        ("frontends", "dimension {axis} of a tensor of rank {len(call.shape())}` (ConversionError)"),
        ("tools", "--stream: the program has no stream '{lane}'[; did you mean '...'?] (streams: {known})"),
    ],
)
def test_messages_of_every_kind_are_in_the_pages(page: str, message: str) -> None:
    """Some that other tests pin: raised, verified, collected, handed on, of records, of operators."""
    assert message in (ROOT / "docs" / "reference" / "diagnostics" / f"{page}.md").read_text(encoding="utf-8")
