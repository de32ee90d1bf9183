"""Infinities, NaN, signed zeros and subnormals on the machine: what NumPy gives for them, function by function."""

from collections.abc import Callable
from typing import Any

import numpy as np

import accelc
from accelc.frontends.numpy.ufuncs import BOOL_ONLY, UNARY

VALUES = (
    *(0.0, -0.0, 1, -1, 2.5, -2.5, 0.5, 1.5, 3.5, np.inf, -np.inf, np.nan, 1e-40, 3e38, -3e38),
    *(1e-30, 100, -100, 88.8, -104, 1e8, 16777217, 0.1, 7),
)
RTOL = 2e-6
"""Of single precision, after a few roundings."""
BINARY = (
    *("add", "subtract", "multiply", "divide", "maximum", "minimum", "power"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
)


def choose(x: Any) -> Any:
    """The distance from zero."""
    where: Any = np.where
    return where(x > 0, x, -x)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda x: x.sum(axis=1),
    "max": lambda x: np.max(x, axis=0),
    "mean": lambda x: np.mean(x, axis=1),
    "argmax": lambda x: np.argmax(x, axis=1),
    "argmin": lambda x: np.argmin(x, axis=0),
    "any": lambda x: np.any(x > 5, axis=1),
    "std": lambda x: x.std(axis=0),
    "clip": lambda x: np.clip(x, -1, 2),
    "where": choose,
    "cube": lambda x: x**3,
    "root": lambda x: x**0.5,
}


def results(x: Any, y: Any, table: Any) -> dict[str, Any]:
    """Every function of vectors, of pairs and of a table."""
    found = {name: getattr(np, name)(x) for name in UNARY if name not in BOOL_ONLY}
    found |= {name: getattr(np, name)(x[:, None], y) for name in BINARY}
    return found | {name: function(table) for name, function in FUNCTIONS.items()}


def test_special_values_are_those_of_numpy() -> None:
    """One program of all of them."""
    x = np.array(VALUES, np.float32)
    rows = np.stack([np.roll(x, shift)[:9] for shift in range(len(x))])
    with np.errstate(all="ignore"):
        expected = results(x, x, rows)
        with accelc.hook("trn-like") as session:
            found = results(*(session.wrap(np.copy(array), {}) for array in (x, x, rows)))
    assert not session.report.interpreted
    assert not session.report.races
    for name, array in expected.items():
        mine = np.asarray(found[name])
        assert mine.dtype == array.dtype, name
        np.testing.assert_allclose(mine, array, rtol=RTOL, atol=1e-37, err_msg=name)
