"""Small functions of numbers in the bodies of reductions, scatters and sorts: what they compute."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isnan, nan
from typing import Any

Reference = tuple[str, Any]
"""`("argument", i)`, `("step", i)` or `("constant", value)`."""


@dataclass(frozen=True)
class Step:
    """One operation: its name (`add`, `compare LT`, ...) and operands."""

    name: str
    operands: tuple[Reference, ...]


@dataclass(frozen=True)
class Body:
    """Steps in order, and what is returned."""

    arguments: int
    steps: tuple[Step, ...]
    returned: tuple[Reference, ...]


COMBINERS = frozenset(["add", "mul", "max", "min", "and", "or", "xor"])
"""Associative and commutative functions of two numbers."""


def _both(a: Any, b: Any) -> bool:
    return bool(a) and bool(b)


def _either(a: Any, b: Any) -> bool:
    return bool(a) or bool(b)


def _chosen(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


def _extreme(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The function, but NaN if a number is."""

    def found(a: Any, b: Any) -> Any:
        return nan if a != a or b != b else function(a, b)

    return found


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "compare EQ": operator.eq,
    "compare NE": operator.ne,
    "compare LT": operator.lt,
    "compare LE": operator.le,
    "compare GT": operator.gt,
    "compare GE": operator.ge,
    "and": _both,
    "or": _either,
    "not": operator.not_,
    "select": _chosen,
    "max": _extreme(max),
    "min": _extreme(min),
    "maxnum": max,
    "minnum": min,
}
"""Functions that only compare and choose."""


def combiner(body: Body, accumulator: int = 0, element: int = 1, returned: int = 0) -> str | None:
    """
    The function of the arguments `accumulator` and `element` that is returned, if it is one of `COMBINERS`.

    `second` is a body that returns the element, `first` one that returns the accumulator. None for others.
    """
    place, found = body.returned[returned]
    if place == "argument":
        return {element: "second", accumulator: "first"}.get(found)
    if place != "step":
        return None
    step = body.steps[int(found)]
    arguments = {("argument", accumulator), ("argument", element)}
    return step.name if step.name in COMBINERS and set(step.operands) == arguments else None


def _run(body: Body, values: Sequence[Any]) -> tuple[Any, ...] | None:
    done: list[Any] = []

    def value(reference: Reference) -> Any:
        kind, which = reference
        return values[which] if kind == "argument" else done[which] if kind == "step" else which

    for step in body.steps:
        function = _FUNCTIONS.get(step.name)
        if function is None:
            return None
        try:
            done.append(function(*map(value, step.operands)))
        except TypeError:
            return None
    return tuple(map(value, body.returned))


def extreme_with_index(body: Body, *, in_order: bool = False) -> str | None:
    """
    `max` or `min` if a body of (value, index, value, index) gives the larger or smaller value with its index.

    Of equal values the one with the lower index must be given; with `in_order` the first index is always lower. The
    body may only compare and choose, and may have no constants; then it depends on the order of its arguments alone,
    and all orders are tried. NaN is not: programs disagree on it.
    """
    constants = any(reference[0] == "constant" for step in body.steps for reference in step.operands)
    if body.arguments != 4 or len(body.returned) != 2 or constants:
        return None
    for kind, better in (("max", operator.gt), ("min", operator.lt)):
        matches = True
        for a, i, b, j in product((0.0, 1.0), (0, 1), (0.0, 1.0), (0, 1)):
            if in_order and i >= j:
                continue
            expected = (a, i) if a == b and i == j else (a, i) if better(a, b) or (a == b and i < j) else (b, j)
            if _run(body, (a, i, b, j)) != expected:
                matches = False
                break
        if matches:
            return kind
    return None


def ordering(body: Body, key: int = 0) -> str | None:
    """
    `less` or `greater` if a body of (a, b, ...) of a sort compares the arguments `2 * key` and `2 * key + 1` alone.

    Constants are allowed as jax uses them, to make zeros equal and NaN the last: the body is tried on numbers of
    both signs, zeros, infinities and NaN, with the other arguments in every order.
    """
    samples = (-float("inf"), -2.0, -0.0, 0.0, 1.5, float("inf"), nan)
    found: set[str] = set()
    for a, b in product(samples, samples):
        results: list[tuple[Any, ...] | None] = []
        for others in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0)):
            values = [others[i % 2] for i in range(body.arguments)]
            values[2 * key], values[2 * key + 1] = a, b
            results.append(_run(body, values))
        result = results[0]
        if result is None or len(result) != 1 or any(other != result for other in results):
            return None
        if isnan(a) or isnan(b) or a == b:
            continue
        found.add("less" if bool(result[0]) == (a < b) else "greater")
    return found.pop() if len(found) == 1 else None
