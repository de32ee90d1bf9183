"""What a TOML value may be: a small vocabulary of value descriptions, and the validator that walks them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from re import fullmatch
from typing import Any, cast

from accelc.errors import suggestion
from accelc.plugins import installed
from accelc.targets.locate import Path, dotted

MAX_SHOWN = 40
"""Characters of a value shown in a message."""
MAX_SUGGESTIONS = 20
"""Unknown keys for which a similar one is searched; a hostile file may hold thousands."""


@dataclass(frozen=True)
class Int:
    """An integer from `low` to `high` of `unit`."""

    low: int
    high: int
    unit: str = ""


@dataclass(frozen=True)
class Real:
    """A number from `low` to `high` of `unit`; without `zero`, greater than `low`."""

    low: float
    high: float
    unit: str = ""
    closed: bool = True


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Choice:
    """One of the strings `values`, or with `group` the name of one of its entry points, of any package."""

    values: tuple[str, ...]
    group: str = ""

    def legal(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.values, *installed(self.group)) if self.group else self.values


@dataclass(frozen=True)
class Text:
    """A string that matches `pattern` completely; `what` describes it."""

    pattern: str
    what: str


@dataclass(frozen=True)
class ListOf:
    """An array of at least `least` items, without repetition if `distinct`."""

    item: "Spec"
    least: int = 0
    most: int = 256
    distinct: bool = False


@dataclass(frozen=True)
class Pair:
    """An array of exactly two items."""

    item: "Spec"


@dataclass(frozen=True)
class Others:
    """At most `most` further keys of a table with values `item`; they match `pattern` completely, `what` in words."""

    pattern: str
    what: str
    item: "Spec"
    most: int


@dataclass(frozen=True)
class MapOf:
    """A table from some of the names `keys`, or `others`, to values."""

    keys: tuple[str, ...]
    item: "Spec"
    required: tuple[str, ...] = ()
    others: Others | None = None


@dataclass(frozen=True)
class Table:
    """A table of exactly these keys; those in `optional` may be absent, `others` may be there too."""

    fields: Mapping[str, "Spec"]
    optional: frozenset[str] = frozenset()
    others: Others | None = None


Spec = Int | Real | Flag | Choice | Text | ListOf | Pair | MapOf | Table


@dataclass
class Problems:
    """All mistakes found in one document."""

    found: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])

    def add(self, path: Path, message: str) -> None:
        """Record that the value at `path` is wrong."""
        self.found.append((path, f"{dotted(path)}: {message}" if path else message))


def shown(value: object) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"an array of {len(cast(list[Any], value))}"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""


def expectation(spec: Spec) -> str:
    """The legal values of `spec` in words."""
    match spec:
        case Int():
            return f"an integer from {spec.low} to {spec.high}{_unit(spec.unit)}"
        case Real():
            lower = f"from {spec.low:g}" if spec.closed else f"above {spec.low:g}, up"
            return f"a number {lower} to {spec.high:g}{_unit(spec.unit)}"
        case Flag():
            return "true or false"
        case Choice():
            entries = f", or an installed entry point of group {spec.group}" if spec.group else ""
            return "one of " + ", ".join(f'"{value}"' for value in spec.values) + entries
        case Text():
            return spec.what
        case ListOf():
            return f"an array of {spec.least} to {spec.most} items"
        case Pair():
            return "an array of two items"
        case MapOf() | Table():
            return "a table"


def _matches(spec: Spec, value: object) -> bool:
    """Whether `value` itself, leaving aside what it contains, is legal."""
    match spec:
        case Int():
            return isinstance(value, int) and not isinstance(value, bool) and spec.low <= value <= spec.high
        case Real():
            if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
                return False
            return (spec.low <= value if spec.closed else spec.low < value) and value <= spec.high
        case Flag():
            return isinstance(value, bool)
        case Choice():
            return isinstance(value, str) and (value in spec.values or value in spec.legal())
        case Text():
            return isinstance(value, str) and fullmatch(spec.pattern, value) is not None
        case ListOf():
            return isinstance(value, list) and spec.least <= len(cast(list[Any], value)) <= spec.most
        case Pair():
            return isinstance(value, list) and len(cast(list[Any], value)) == 2
        case MapOf() | Table():
            return isinstance(value, dict)


def validate(spec: Spec, value: Any, path: Path, problems: Problems) -> Any:
    """
    `value` with arrays as tuples and every number of a `Real` as float.

    What is wrong goes to `problems`; the result must not be used when there are any.
    """
    if not _matches(spec, value):
        near = suggestion(value, spec.legal()) if isinstance(spec, Choice) and isinstance(value, str) else ""
        problems.add(path, f"{shown(value)} is not {expectation(spec)}{near}")
        return value
    match spec:
        case Real():
            return float(value)
        case ListOf():
            return _validate_list(spec, value, path, problems)
        case Pair():
            return tuple(validate(spec.item, item, (*path, i), problems) for i, item in enumerate(value))
        case MapOf():
            return _validate_keys(
                dict.fromkeys(spec.keys, spec.item), spec.required, spec.others, value, path, problems
            )
        case Table():
            required = (key for key in spec.fields if key not in spec.optional)
            return _validate_keys(spec.fields, required, spec.others, value, path, problems)
        case _:
            return value


def _validate_list(spec: ListOf, value: list[Any], path: Path, problems: Problems) -> tuple[Any, ...]:
    seen: list[Any] = []
    for index, item in enumerate(value):
        if spec.distinct and item in seen:
            problems.add((*path, index), f"{shown(item)} stands twice in this array")
        seen.append(item)
    return tuple(validate(spec.item, item, (*path, index), problems) for index, item in enumerate(value))


def item_of(fields: Mapping[str, Spec], others: Others | None, key: str) -> Spec | None:
    """What the value of a key may be, None if there is no such key."""
    if key in fields:
        return fields[key]
    return others.item if others is not None and fullmatch(others.pattern, key) is not None else None


def _validate_keys(
    known: Mapping[str, Spec],
    required: Iterable[str],
    others: Others | None,
    table: Mapping[str, Any],
    path: Path,
    problems: Problems,
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    added = 0
    for key, value in table.items():
        item = item_of(known, others, key)
        if item is None:
            near = suggestion(key, list(known)) if len(problems.found) < MAX_SUGGESTIONS else ""
            more = "" if others is None else f", or {others.what}"
            problems.add((*path, key), f"unknown key{near} (known: {', '.join(sorted(known))}{more})")
            continue
        if others is not None and key not in known:
            added += 1
            if added == others.most + 1:
                problems.add((*path, key), f"more than {others.most} keys beside {', '.join(sorted(known))}")
            if added > others.most:
                continue
        result[key] = validate(item, value, (*path, key), problems)
    for key in required:
        if key not in table:
            problems.add(path, f"missing key '{key}'")
    return result
