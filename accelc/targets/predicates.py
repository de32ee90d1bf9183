"""
Predicates over shapes and attributes of an operation: `when = "group == 1 and weight[2] <= 11"`.

A name stands for an operand or result (the list of its sizes) or for an attribute (a number, list, text or truth
value). Grammar:
```
either = both { "or" both }          both = no { "and" no }          no = [ "not" ] no | test
test   = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" "(" sum { "," sum } ")" ]
sum    = term { ("+" | "-") term }   term = part { ("*" | "//" | "%") part }
part   = NUMBER | 'TEXT' | NAME [ "[" INTEGER "]" ] | FUNCTION "(" sum { "," sum } ")" | "(" either ")"
```
Functions are `rank` (length of a list), `elements` (product of a list), `max` and `min`. Texts are parsed and checked
before they are used, never run as code. An index beyond the end of a list makes the predicate false.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, Literal, TypeVar, cast

T = TypeVar("T")
Kind = Literal["number", "list", "text", "truth"]
Value = float | Sequence[int] | str | bool

MAX_NESTING = 20
"""Depth of parentheses, negations and calls."""
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}
FUNCTIONS = ("elements", "max", "min", "rank")
KEYWORDS = ("and", "in", "not", "or")


class PredicateError(ValueError):
    """A predicate is malformed or does not fit its operation."""


@dataclass(frozen=True)
class Literally:
    """A number or text."""

    value: float | str


@dataclass(frozen=True)
class Name:
    """An operand, a result or an attribute, or one element of it."""

    name: str
    index: int | None = None


@dataclass(frozen=True)
class Call:
    """A function, comparison, connective or arithmetic operator of some arguments."""

    name: str
    arguments: tuple["Expression", ...]


Expression = Literally | Name | Call


@dataclass(frozen=True)
class Predicate:
    """A parsed predicate."""

    text: str
    expression: Expression

    def check(self, kinds: Mapping[str, Kind]) -> None:
        """Raises PredicateError when a name is not among `kinds`, or a part has the wrong kind of value."""
        found = _kind(self.expression, kinds)
        if found != "truth":
            raise PredicateError(f"'{self.text}' is a {found}, not true or false; compare it with something")

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the predicate is true of the values of all names."""
        try:
            return bool(_value(self.expression, values))
        except IndexError:
            return False


@cache
def parse_predicate(text: str) -> Predicate:
    """The predicate written in `text`. Raises PredicateError with the faulty part."""
    parser = _Parser(text)
    expression = parser.either()
    if parser.token:
        raise PredicateError(f"'{parser.token}' is not expected after '{text[: parser.start].strip()}'")
    return Predicate(text, expression)


class _Parser:
    """Recursive descent with one token of look-ahead; the empty token is the end."""

    TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+(?:\.\d+)?|'[^']*'|[=!<>]=|//|[<>()\[\],+*%-])")

    def __init__(self, text: str):
        self.text = text
        self.token = ""
        self.start = self.end = self.depth = 0
        self.advance()

    def advance(self) -> str:
        """Step over the current token and return it."""
        taken = self.token
        self.start = self.end
        if not self.text[self.end :].strip():
            self.token = ""
            return taken
        match = self.TOKEN.match(self.text, self.end)
        if match is None:
            raise PredicateError(f"'{self.text[self.end :].strip()[:20]}' is no name, number, text or operator")
        self.token, self.end = match[1], match.end()
        return taken

    def expect(self, token: str) -> None:
        """Step over exactly this token."""
        if self.token != token:
            raise PredicateError(f"expected '{token}' before '{self.token or 'the end'}'")
        self.advance()

    def either(self) -> Expression:
        """One alternative or several."""
        parts = [self.both()]
        while self.token == "or":
            self.advance()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Call("or", tuple(parts))

    def both(self) -> Expression:
        """One condition or several."""
        parts = [self.no()]
        while self.token == "and":
            self.advance()
            parts.append(self.no())
        return parts[0] if len(parts) == 1 else Call("and", tuple(parts))

    def no(self) -> Expression:
        """A negation or a test."""
        if self.token != "not":
            return self.test()
        self.advance()
        return Call("not", (self.nested(self.no),))

    def test(self) -> Expression:
        """A comparison, or a value alone."""
        left = self.sum()
        if self.token in COMPARISONS:
            return Call(self.advance(), (left, self.sum()))
        if self.token == "in":
            self.advance()
            return Call("in", (left, *self.listed()))
        return left

    def sum(self) -> Expression:
        """Terms, added from left to right."""
        return self.chain(("+", "-"), self.term)

    def term(self) -> Expression:
        """Parts, multiplied from left to right."""
        return self.chain(("*", "//", "%"), self.part)

    def chain(self, operators: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        """Operands with operators between them."""
        left = operand()
        while self.token in operators:
            left = Call(self.advance(), (left, operand()))
        return left

    def part(self) -> Expression:
        """A number, text, name, call or parenthesis."""
        token = self.token
        if token == "(":
            self.advance()
            inner = self.nested(self.either)
            self.expect(")")
            return inner
        if token[:1].isdigit():
            self.advance()
            return Literally(float(token) if "." in token else int(token))
        if token[:1] == "'":
            self.advance()
            return Literally(token[1:-1])
        if not token.isidentifier() or token in KEYWORDS:
            raise PredicateError(f"expected a value before '{token or 'the end'}'")
        self.advance()
        if self.token == "(":
            if token not in FUNCTIONS:
                raise PredicateError(f"'{token}' is none of the functions {', '.join(FUNCTIONS)}")
            return Call(token, self.nested(self.listed))
        return Name(token, self.index()) if self.token == "[" else Name(token)

    def index(self) -> int:
        """`[3]` or `[-1]`."""
        self.expect("[")
        sign = 1
        if self.token == "-":
            self.advance()
            sign = -1
        if not self.token.isdigit():
            raise PredicateError(f"expected an integer as index before '{self.token or 'the end'}'")
        found = sign * int(self.advance())
        self.expect("]")
        return found

    def listed(self) -> tuple[Expression, ...]:
        """`(a, b, ...)`."""
        self.expect("(")
        found = [self.sum()]
        while self.token == ",":
            self.advance()
            found.append(self.sum())
        self.expect(")")
        return tuple(found)

    def nested(self, parse: Callable[[], T]) -> T:
        """Parse one level deeper."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise PredicateError(f"nested deeper than {MAX_NESTING} levels")
        found = parse()
        self.depth -= 1
        return found


def _kind(expression: Expression, kinds: Mapping[str, Kind]) -> Kind:
    match expression:
        case Literally():
            return "text" if isinstance(expression.value, str) else "number"
        case Name():
            if expression.name not in kinds:
                raise PredicateError(f"unknown name '{expression.name}' (known: {', '.join(sorted(kinds))})")
            if expression.index is None:
                return kinds[expression.name]
            if kinds[expression.name] != "list":
                raise PredicateError(f"'{expression.name}' is a {kinds[expression.name]} and has no elements")
            return "number"
        case Call():
            return _kind_of_call(expression, [_kind(argument, kinds) for argument in expression.arguments])


def _kind_of_call(call: Call, found: Sequence[Kind]) -> Kind:
    def require(legal: bool, wanted: str) -> None:
        if not legal:
            raise PredicateError(f"'{call.name}' takes {wanted}, not {' and '.join(found)}")

    match call.name:
        case "and" | "or" | "not":
            require(set(found) == {"truth"}, "conditions")
            return "truth"
        case "==" | "!=" | "in":
            require(len(set(found)) == 1, "values of one kind")
            return "truth"
        case "<" | "<=" | ">" | ">=":
            require(set(found) == {"number"}, "numbers")
            return "truth"
        case "rank" | "elements":
            require(list(found) == ["list"], "one list")
        case "max" | "min":
            require(list(found) == ["list"] or set(found) == {"number"}, "one list or numbers")
        case _:
            require(set(found) == {"number"}, "numbers")
            divisor = call.arguments[1]
            if call.name in ("//", "%") and not (isinstance(divisor, Literally) and divisor.value):
                raise PredicateError(f"the right side of '{call.name}' is not a number other than 0")
    return "number"


def _value(expression: Expression, values: Mapping[str, Value]) -> Any:
    match expression:
        case Literally():
            return expression.value
        case Name():
            value = values[expression.name]
            return value if expression.index is None else cast(Sequence[int], value)[expression.index]
        case Call():
            return _value_of_call(expression, values)


def _value_of_call(call: Call, values: Mapping[str, Value]) -> Any:
    arguments = (_value(argument, values) for argument in call.arguments)
    match call.name:
        case "and":
            return all(arguments)
        case "or":
            return any(arguments)
        case "not":
            return not next(arguments)
        case "in":
            first, *others = arguments
            return first in others
        case "rank":
            return len(next(arguments))
        case "elements":
            return prod(next(arguments))
        case "max" | "min":
            numbers = list(arguments)
            if isinstance(numbers[0], (list, tuple)):
                numbers = list(cast(Sequence[float], numbers[0]))
            return (max if call.name == "max" else min)(numbers, default=0)
        case _:
            left, right = arguments
            return {**COMPARISONS, **ARITHMETIC}[call.name](left, right)
