"""Unusual calls under a hook: arguments without names, views of windows, numbers, errors, generators, other types."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import accelc

F32 = np.float32


def plain(value: Any) -> Any:
    """Type, strides and elements."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, np.ndarray):
        array: Any = np.asarray(value)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
        return array.dtype, array.strides, array.tolist()
    number: Any = value
    return (number.dtype, number.tolist()) if isinstance(value, np.generic) else (type(value), value)


def outcome(function: Callable[[], Any]) -> Any:
    """What a function gives, or its error with the message."""
    try:
        return function()
    except (ArithmeticError, TypeError, ValueError) as error:
        return type(error).__name__, str(error)


def ones(*shape: int) -> Any:
    """An array of the program."""
    return np.ones(shape, F32)


def product_into_the_third_argument() -> Any:
    """What a pending instruction reads is written by NumPy."""
    x, out = ones(2, 2), ones(2, 2)
    y = out * 3
    np.dot(x, x, out)
    return y, out


def sums_into_arguments_without_names() -> Any:
    """Of functions and of methods."""
    x, out = ones(2, 3), ones(3)
    y = out + 1
    np.sum(x, 0, None, out)
    z = out * 2
    x.max(0, out)
    return y, z, out


def split_where_a_pending_instruction_says() -> Any:
    """Places of views are elements."""
    x = np.arange(12).astype(F32).reshape(6, 2)
    return [part * 1 for part in np.split(x, np.argmax(x, axis=0) - 2)]


def windows() -> Any:
    """Views that repeat elements in ways that no steps give."""
    x = np.arange(8).astype(F32)
    seen = np.lib.stride_tricks.sliding_window_view(x * 2, 3)
    y = seen.sum(axis=-1)
    x += 1
    return y, seen + 1, np.lib.stride_tricks.sliding_window_view(x, 2)[0]


def set_by_mask(value: float) -> Callable[[], Any]:
    """Integers that single and double precision do not have."""

    def body() -> Any:
        x = np.array([2**60 + 1, 5])
        x[x == 5] = value
        return x

    return body


def too_large_for_its_type() -> Any:
    """A number that eight bits do not have."""
    x = np.array([1, 5], np.uint8)
    x[x == 5] = 300
    return x


def write_a_number() -> Any:
    """Numbers cannot be written."""
    ones(3).sum()[...] = 3


def methods_of_numbers() -> Any:
    """Those that arrays do not have."""
    return ones(3).sum().is_integer(), ones(3).sum().as_integer_ratio()


def copies() -> Any:
    """The memory order stays."""
    x = ones(2, 3) * 2
    return copy.copy(x.T), copy.deepcopy(x.T), x.T.copy()


def errors_asked_for() -> Any:
    """`numpy.errstate` makes errors exceptions."""
    with np.errstate(divide="raise"):
        return ones(3) / np.zeros(3, F32)


def generators() -> Any:
    """Copies of a generator draw the same numbers; old generators and their parts."""
    first = np.random.default_rng(0)
    second, third = copy.deepcopy(first), copy.copy(first)
    drawn = first.normal(size=2), second.normal(size=2), third.normal(size=2)
    old = np.random.RandomState(3)
    parts = np.random.Generator(np.random.PCG64(5)), np.random.default_rng(np.random.SeedSequence([1, 2]))
    kinds = [isinstance(one, np.random.RandomState) for one in (old, *parts)]
    return drawn, kinds, (old.randn(2).astype(F32) * 2, *(part.random(2) for part in parts))


def promotion() -> Any:
    """NumPy's types, with numbers of Python and of NumPy."""
    x, i, h, u = ones(3), np.arange(3), np.ones(3, np.float16), np.arange(3, dtype=np.uint8)
    arithmetic = x + 1, x + 1.5, x + np.float64(1), x * i, h + x, u + 1, u + 1.5, h * 2, x + True, u + np.int64(1)
    return arithmetic, i / 2, i // 2, x // 2, x % 0.3, u.sum(), i.mean(), h.sum(), np.sqrt(i), u < 300, i == 2.5


def methods_of_functions() -> Any:
    """`accumulate`, `reduceat`, `outer`, `at`, `reduce` with options."""
    x = np.arange(6).astype(F32).reshape(2, 3) * 1
    found = np.add.accumulate(x, axis=1), np.add.reduceat(x, [0, 1], axis=1), np.multiply.outer(x[0], x[1])
    np.add.at(x, ([0, 0], [1, 1]), 5)
    options = np.add.reduce(x, initial=5), np.add.reduce(x, where=x > 2), np.maximum.reduce(x, axis=0)
    return found, x, options, np.add.reduce(x, axis=None, keepdims=True), np.logical_and.reduce(x > 0, axis=1)


def masks_of_functions() -> Any:
    """`where=`."""
    x, out = np.arange(6).astype(F32), ones(6) * 7
    np.add(x, 1, out=out, where=x > 2)
    return out, np.sum(x, where=x > 2), np.sqrt(x, where=x > 1, out=ones(6))


def empty_arrays() -> Any:
    """No elements, or no axes."""
    z, o = np.zeros((0, 3), F32), np.array(5, F32)
    return z + 1, z.sum(), z.sum(axis=0), z.T @ z, o * 2, (o * 2)[()], np.concatenate([z, z + 1]), z.any(), z.all()


def nothing_to_compare() -> Any:
    """A maximum of nothing."""
    return np.zeros((0, 3), F32).max()


def the_array_itself() -> Any:
    """What NumPy gives back as it is."""
    x = ones(2, 3)
    x.real.shape = (3, 2)
    return x, x.real is x, np.asarray(x) is x, x.astype(F32, copy=False) is x, bytes(x.data)


def other_elements() -> Any:
    """Records and objects."""
    records = np.zeros(3, [("a", F32), ("b", np.int32)])
    records["a"] = ones(3) * 2
    return records.tolist(), ones(3) * records["a"], (np.array([1, 2, 3], object) * ones(3)).tolist()


CASES: list[Callable[[], Any]] = [
    product_into_the_third_argument,
    sums_into_arguments_without_names,
    split_where_a_pending_instruction_says,
    windows,
    set_by_mask(1.5),
    set_by_mask(float("nan")),
    too_large_for_its_type,
    write_a_number,
    methods_of_numbers,
    copies,
    errors_asked_for,
    generators,
    promotion,
    methods_of_functions,
    masks_of_functions,
    empty_arrays,
    nothing_to_compare,
    the_array_itself,
    other_elements,
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_calls(case: Callable[[], Any]) -> None:
    """Values, types and errors are NumPy's."""
    expected = plain(outcome(case))
    with accelc.hook(None):
        found = outcome(case)
    assert repr(plain(found)) == repr(expected)


def inverse(x: Any) -> Any:
    """What no rule computes."""
    function: Any = np.linalg.inv
    return function(x)


def reinterpreted(x: Any) -> Any:
    """The bits as integers."""
    return x.view(np.int32) + 1


Call = Callable[[Any], Any]
REASONS: list[tuple[Call, str | None]] = [
    (inverse, "numpy.linalg.inv cannot be traced"),
    (lambda x: x * np.array([None]), "elements of type object"),
    (reinterpreted, "a view of memory as another type"),
    (lambda x: x + {}, "an argument of type dict"),
    (lambda x: x[:1][[0]] @ x, None),
]


@pytest.mark.parametrize(("call", "reason"), REASONS)
def test_reasons(call: Call, reason: str | None) -> None:
    """What goes back to NumPy says why; an index of the only row does not."""
    with accelc.hook(None) as session:
        x = np.eye(3, dtype=F32)
        outcome(lambda: call(x))
    reasons = [why for (name, why) in session.report.returned_calls if name != "view"]
    assert reasons == ([] if reason is None else [reason])
