"""Random NumPy programs give the same under a hook: values, aliases, dtypes, errors, memory layout."""

from collections.abc import Callable
from random import Random
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import accelc

KINDS = (np.float32, np.float32, np.float32, np.float64, np.int64, np.bool_)


def start(random: Random) -> list[Any]:
    """Arrays of small whole numbers, with which all sums and products are exact."""
    rng = np.random.default_rng(random.randrange(1 << 30))
    shapes = [(4, 6), (6, 4), (6,), (1, 6), (0, 3), (2, 3, 4)]
    return [np.array(rng.integers(-3, 4, random.choice(shapes)), random.choice(KINDS)) for _ in range(4)]


def index_of(random: Random, x: Any) -> Any:
    """Something to put between brackets."""
    entries: list[Any] = []
    for n in x.shape[: random.randint(0, x.ndim)]:
        low = random.randint(-1, n)
        entries.append(
            random.choice([slice(None), slice(low, None), slice(None, None, -1), slice(None, None, 2), low, None, ...])
        )
    if sum(entry is Ellipsis for entry in entries) > 1:
        entries = entries[:1]
    return random.choice([tuple(entries), entries[0] if entries else ...])


def view(random: Random, x: Any) -> Any:
    """An array that may share memory with x."""
    return random.choice(
        [
            lambda: x[index_of(random, x)],
            lambda: x.T,
            lambda: x.reshape(-1),
            lambda: np.swapaxes(x, 0, -1),
            lambda: x[..., None],
            lambda: x.ravel(),
            lambda: np.broadcast_to(x, (2, *x.shape)),
            lambda: np.split(x, 2, axis=0)[1],
            lambda: np.diagonal(x),
            lambda: np.asarray(x),
        ]
    )()


def choose(x: Any, y: Any) -> Any:
    """Positive elements of x, others of y."""
    where: Any = np.where
    return where(x > 0, x, y)


def fresh(random: Random, x: Any, y: Any) -> Any:
    """A new array or a number."""
    axis = random.choice([None, 0, -1])
    makers: list[Callable[[], Any]] = [
        lambda: x + y,
        lambda: x * 2 - y,
        lambda: np.maximum(x, 0.5),
        lambda: choose(x, y),
        lambda: x.sum(axis=axis),
        lambda: np.max(x, axis=axis, keepdims=True),
        lambda: x.mean(axis=axis),
        lambda: x.astype(random.choice(KINDS)),
        lambda: x.copy(),
        lambda: np.copy(x.T),
        lambda: x @ y.T if x.ndim and y.ndim else x,
        lambda: x**2,
        lambda: np.concatenate([x, y]),
        lambda: np.zeros_like(x),
        lambda: x[x > 0],
        lambda: x[[0, 0]],
        lambda: x[np.argmax(y, axis=0)],
        lambda: x[np.array([[1, -1], [0, 2]])],
        lambda: np.abs(x) == np.abs(y),
        lambda: (x > 0) & (y < 2),
        lambda: np.clip(x, -1, 2),
        lambda: np.sort(x, axis=axis),
        lambda: np.stack([x, x]),
        lambda: x.var(axis=axis),
        lambda: np.argmax(x, axis=axis),
        lambda: -x if x.dtype != bool else ~x,
        lambda: 3 - x,
        lambda: np.float64(2) * x,
        lambda: np.float32(2) * x,
        lambda: np.outer(x, y),
    ]
    return random.choice(makers)()


def write(random: Random, x: Any, y: Any) -> None:
    """Change x in place."""

    def into(index: Any, value: Any) -> Callable[[], None]:
        return lambda: x.__setitem__(index, value)

    def add(value: Any) -> Callable[[], None]:
        def body() -> None:
            array = x
            array += value

        return body

    random.choice(
        [
            add(1),
            add(y),
            add(x[..., :1]),
            into(index_of(random, x), 2),
            into(index_of(random, x), y),
            into(..., x[::-1]),
            into(slice(1, None), x[:-1]),
            lambda: x.__setitem__(x > 1, 0),
            lambda: np.maximum(x, x[::-1], out=x),
            lambda: np.multiply(x, y, out=x),
            lambda: x.sort(),
            into([0, 1, 0], y[:1]),
            into(np.array([1, -1]), 5),
            lambda: x.fill(1),
            lambda: np.copyto(x, y),
            lambda: np.add.at(x, 0, 1),
            lambda: np.asarray(memoryview(x.tobytes())),
        ]
    )()


def look(random: Random, x: Any) -> Any:
    """Something that needs elements."""
    return random.choice([lambda: float(x.sum()), lambda: bool((x > 0).any()), lambda: str(x)])()


def program(seed: int) -> list[Any]:
    """Make arrays, look at them, change them; what is left, and the errors on the way."""
    random = Random(seed)
    arrays = start(random)
    outside = np.array([1.0], np.float32)
    log: list[Any] = []
    for _ in range(random.randint(4, 14)):
        x, y = random.choice(arrays), random.choice(arrays)
        try:
            match random.choice(["view", "view", "fresh", "fresh", "fresh", "write", "write", "look", "leak"]):
                case "view":
                    arrays.append(view(random, x))
                case "fresh":
                    arrays.append(fresh(random, x, y))
                case "write":
                    write(random, x, y)
                case "look":
                    log.append(look(random, x))
                case _:
                    # Memory that leaves the hook, and is written outside of it.
                    outside = np.lib.stride_tricks.as_strided(x)
                    if outside.dtype == np.float32:
                        outside[...] = 7
        except Exception as error:
            log.append(type(error).__name__)
    return [*log, *arrays]


def plain(value: Any) -> Any:
    """Type, shape, memory order and elements."""
    if isinstance(value, np.ndarray):
        array: np.ndarray[Any, Any] = np.asarray(cast(Any, value))
        strides = [stride for n, stride in zip(array.shape, array.strides, strict=True) if n > 1 and array.size]
        return ("array", array.dtype, array.shape, strides, array.tolist())
    if isinstance(value, np.generic):
        number: np.ndarray[Any, Any] = np.asarray(cast(Any, value))
        return ("number", number.dtype, number.tolist())
    return value


def both(seed: int, target: str | None) -> tuple[list[Any], list[Any], Any]:
    """What is left of a program with and without a hook."""
    with np.errstate(all="ignore"):
        expected = [plain(v) for v in program(seed)]
        with accelc.hook(target) as session:
            found = [plain(v) for v in program(seed)]
    return found, expected, session.report


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_hooked_programs_give_what_numpy_gives(seed: int) -> None:
    """Bit for bit, in the interpreter, which accepts whatever can be traced."""
    found, expected, _ = both(seed, None)
    assert repr(found) == repr(expected)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(8))
def test_the_machine_gives_what_numpy_gives(seed: int) -> None:
    """With compiled segments: all numbers are small integers, whose sums every order gives."""
    found, expected, report = both(seed, "tiny")
    assert repr(found) == repr(expected)
    assert not report.races
