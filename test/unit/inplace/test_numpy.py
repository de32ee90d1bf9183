"""Programs written with NumPy: the trace computes what NumPy computes, in the interpreter and on the machine."""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.errors import ModelError
from accelc.frontends.numpy import Spec, branch, loop, run_traced, trace
from accelc.interpreters.graph import run

Function = Callable[..., Any]
SHAPES = ((4, 6), (6, 4), (6,))


def random_function(seed: int) -> Function:
    """A function of three arrays that makes views, writes through them, and returns what is left."""

    def program(a: Any, b: Any, c: Any) -> Any:
        random = Random(seed)
        arrays = [a, b, c]
        for _ in range(random.randint(2, 12)):
            x = random.choice(arrays)
            match random.choice(["slice", "view", "write", "write", "into", "out", "new", "item"]):
                case "slice":
                    entries = [slice(random.randrange(n), None, random.choice([1, 1, 2, -1])) for n in x.shape]
                    arrays.append(x[tuple(entries[: random.randint(1, x.ndim)])])
                case "view":
                    arrays.append(random.choice([x.T, x.reshape(-1), x[..., None], x[::-1], np.swapaxes(x, 0, -1)]))
                case "write":
                    x += random.choice([1, 0.5, x, x[..., :1]])
                case "into":
                    x[..., : random.randint(1, x.shape[-1])] = random.choice([2.0, x[..., :1]])
                case "out":
                    np.maximum(x, random.choice([0.0, x[::-1]]), out=x)
                case "new":
                    arrays.append(x * 2 - x)
                case _:
                    x[(0,) * x.ndim] = x[(-1,) * x.ndim] * 3
        return arrays[-1], arrays[random.randrange(len(arrays))]

    return program


def inputs(seed: int) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    """Small whole numbers, with which all sums are exact."""
    rng = np.random.default_rng(seed)
    return [rng.integers(-4, 4, shape).astype(np.float32) for shape in SHAPES]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_traces_compute_what_numpy_computes(seed: int) -> None:
    """Results and written arguments agree bit for bit; NumPy decides what is a view and what is a copy."""
    function = random_function(seed)
    mine, theirs = inputs(seed), inputs(seed)
    expected = function(*theirs)
    traced = trace(function, *mine)
    for a, b in zip(run(traced.module, mine, traced.weights), expected, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("seed", range(6))
def test_the_machine_computes_what_numpy_computes(seed: int) -> None:
    """After all passes, buffers reused included."""
    function = random_function(seed)
    mine, theirs = inputs(seed), inputs(seed)
    expected = function(*theirs)
    for a, b in zip(run_traced(trace(function, *mine), mine, "tiny"), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_loops_and_branches_are_recorded_once() -> None:
    """The body runs as often as Python would run it; the branch depends on data."""

    def program(a: Any, b: Any) -> Any:
        loop(3, lambda i: _double(a), of=a)
        branch((a.max() > 4).reshape(()), lambda: _double(b))
        return a + b

    def written(a: Any, b: Any) -> Any:
        for _ in range(3):
            _double(a)
        if a.max() > 4:
            _double(b)
        return a + b

    for start in (0.1, 1.0):
        mine = [np.full((2, 3), start, np.float32), np.ones(3, np.float32)]
        theirs = [array.copy() for array in mine]
        expected = written(*theirs)
        traced = trace(program, *mine)
        np.testing.assert_array_equal(run(traced.module, mine, traced.weights)[0], expected)
        np.testing.assert_array_equal(mine[1], theirs[1])


def _double(array: Any) -> None:
    array *= 2


def _captured(a: Any) -> None:
    np.add(a, 1, out=np.zeros((2, 3), np.float32))


def _repeated(a: Any) -> None:
    np.broadcast_to(a, (4, 2, 3))[...] = 1


def _retyped(a: Any) -> None:
    a += np.complex64(1)


def _integers(a: Any) -> None:
    a.astype(np.int32)[...] += 0.5


def _decided(a: Any) -> None:
    if a[0, 0] > 0:
        a += 1


def _mixed(a: Any) -> None:
    a += np.ones(5, np.float32)


def _fancy(a: Any) -> Any:
    return a[[0, 1]]


def _outside(a: Any) -> Any:
    return a[2]


def _unknown(a: Any) -> Any:
    return np.linalg.svd(a)


def _misspelt(a: Any) -> Any:
    return np.arctanh(a)


def _shape(a: Any) -> None:
    a[...] = np.zeros((3, 2), np.float32)


def _text(a: Any) -> Any:
    return "a"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_captured, "numpy.add writes a constant that the program captured"),
        (_repeated, "writes a view that repeats elements"),
        (_integers, "in place would change the dtype: its result is float64, the array written is int32"),
        (_decided, "use accelc.frontends.numpy.branch"),
        (_mixed, r"does not broadcast to \(2, 3\)"),
        (_fancy, "an index of type list"),
        (_outside, "index 2 is out of bounds"),
        (_unknown, r"numpy\.linalg\.svd cannot be traced"),
        (_misspelt, r"numpy\.arctanh cannot be traced$"),
        (_shape, r"cannot store an array of shape \(3, 2\) in one of shape \(2, 3\)"),
        (_retyped, "in place would change the dtype: its result is complex64"),
        (_text, "the function returned str"),
    ],
)
def test_what_cannot_be_traced_is_located(function: Function, message: str) -> None:
    """The message names the file and line of the statement, where there is one."""
    with pytest.raises(ModelError, match=message) as caught:
        trace(function, Spec((2, 3)))
    if function is not _text:
        assert str(caught.value).startswith("test_numpy.py:")


def test_arguments_are_counted() -> None:
    """One for each parameter."""
    with pytest.raises(ModelError, match="0 arguments for 1 parameters: a"):
        trace(_fancy)


def test_modules_may_be_called_like_numpy() -> None:
    """Frames of NumPy are no lines of the program, those of modules with longer names are."""
    module: dict[str, Any] = {"__name__": "numpy_model", "np": np}
    exec(compile("def f(x):\n    return np.linalg.svd(x)\n", "model.py", "exec"), module)
    with pytest.raises(ModelError, match=r"^model\.py:2: "):
        trace(module["f"], Spec((2, 2)))
