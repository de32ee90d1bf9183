"""Functions that the importer composes, against the C library: everywhere, at the edges, and on the accelerator."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from accelc.frontends.onnx import import_onnx
from accelc.frontends.onnx.operators.pointwise.functions import FUNCTIONS
from accelc.interpreters.graph import run

Array = npt.NDArray[Any]
F32 = np.finfo(np.float32)


def _elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(x))


SELU = (1.67326319217681884765625, 1.05070102214813232421875)
EXPECTED: dict[str, Callable[[Array], Array]] = {
    "Tan": np.tan,
    "Asin": np.arcsin,
    "Acos": np.arccos,
    "Sinh": np.sinh,
    "Cosh": np.cosh,
    "Asinh": np.arcsinh,
    "Acosh": np.arccosh,
    "Atanh": np.arctanh,
    "Elu": _elu,
    "Celu": lambda x: np.where(x > 0, x, 2 * np.expm1(x / 2)),
    "Selu": lambda x: SELU[1] * _elu(x, SELU[0]),
    "Shrink": lambda x: np.where(x < -0.5, x + 0.25, np.where(x > 0.5, x - 0.25, 0)),
}
ATTRIBUTES: dict[str, dict[str, Any]] = {"Celu": {"alpha": 2.0}, "Shrink": {"lambd": 0.5, "bias": 0.25}}
EDGES = [0.0, 1.0, np.inf, np.nan, 1e-30, 1e-8, 1e-4, 0.1, 0.5, 0.99999994, 1.0000001, 2.0, 9.5, 88.0, 89.3, 1e5, 3e38]
TOLERANCE = {"Tan": 4e-6, "Sinh": 3e-6, "Cosh": 3e-6}
"""Relative; elsewhere 1e-6. tan is a quotient near a pole, and exp doubles the error of what it is raised from."""


def model(name: str, shape: tuple[int, ...]) -> onnx.ModelProto:
    """A model of one function."""
    node = helper.make_node(name, ["x"], ["y"], **ATTRIBUTES.get(name, {}))
    infos = [helper.make_tensor_value_info(value, TensorProto.FLOAT, shape) for value in "xy"]
    graph = helper.make_graph([node], "main", infos[:1], infos[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])


def compute(name: str, x: Array) -> Array:
    """The function by the interpreter of the graph."""
    imported = import_onnx(model(name, x.shape))
    (y,) = run(imported.function, [x], imported.weights)
    return y


def expected(name: str, x: Array) -> Array:
    """In f64, rounded to f32."""
    with np.errstate(all="ignore"):
        return EXPECTED[name](x.astype(np.float64)).astype(np.float32)


def check(name: str, x: Array) -> None:
    """Equal infinities and NaN; finite results within the tolerance."""
    np.testing.assert_allclose(compute(name, x), expected(name, x), rtol=TOLERANCE.get(name, 1e-6), atol=1e-37)


def test_all_are_known() -> None:
    """No function is imported without being checked here."""
    assert set(FUNCTIONS) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_edges(name: str) -> None:
    """Zeros, limits of the domain, both infinities, NaN, and where formulas change."""
    positive = np.array(EDGES, np.float32)
    check(name, np.concatenate([positive, -positive]))


@pytest.mark.parametrize("name", EXPECTED)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_everywhere(name: str, data: st.DataObject) -> None:
    """Any f32 numbers."""
    scale = data.draw(st.sampled_from([1.0, 10.0, 80.0, 2.0**100]))
    numbers = st.floats(-scale, scale, width=32) if scale != 80 else st.floats(-88, 88, width=32)
    x = np.array(data.draw(st.lists(numbers, min_size=32, max_size=32)), np.float32)
    check(name, x)
