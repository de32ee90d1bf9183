"""Constants keep their values through MLIR text, whatever the printer writes."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, TensorType, f32
from xdsl.ir import Block
from xdsl.utils.exceptions import ParseError

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import array_to_dense, dense_to_array
from accelc.parsing import SafeParser, parse_module

FLOATS = (np.float64, np.float32, np.float16, ml_dtypes.bfloat16)
AWKWARD = (np.inf, -np.inf, np.nan, -0.0, 123456789.0, 16777217.0, 1e30, 65504.0, 0.1)


def parsed(text: str) -> Any:
    context = Context()
    context.load_dialect(Builtin)
    return SafeParser(context, text).parse_attribute()


@given(
    st.sampled_from(FLOATS),
    st.lists(st.one_of(st.sampled_from(AWKWARD), st.floats(width=32)), min_size=1, max_size=4),
)
def test_floats(dtype: Any, values: list[float]) -> None:
    """Infinities, NaN and values that are printed as bit patterns come back as the same numbers."""
    with np.errstate(all="ignore"):
        array = np.array(values, np.float64).astype(dtype)
    found = dense_to_array(parsed(str(array_to_dense(array))))
    assert found.dtype == array.dtype
    assert np.array_equal(found.astype(np.float64), array.astype(np.float64), equal_nan=True)


def test_integers() -> None:
    """Among integers hexadecimal is a number."""
    assert dense_to_array(parsed("dense<[0x10, -3]> : tensor<2xi32>")).tolist() == [16, -3]


@pytest.mark.parametrize("literal", ["0x1ff800000", "-0x1"])
def test_too_many_digits(literal: str) -> None:
    """A pattern that the type has no room for is an error at the literal."""
    with pytest.raises(ParseError, match="is no bit pattern of f32"):
        parsed(f"dense<{literal}> : tensor<f32>")


@pytest.mark.parametrize("value", [-np.inf, np.inf, 1.5])
def test_attributes(value: float) -> None:
    """So do numbers that an operation's custom form writes without their type."""
    x = Block(arg_types=[TensorType(f32, [2])]).args[0]
    pad = graph.PadOp(x, [1], [0], value=value)
    context = Context()
    for dialect in (Builtin, graph.Graph):
        context.load_dialect(dialect)
    text = str(pad).replace("%1", "%x").replace("%0 = ", "")
    module = parse_module(context, f'%x = "graph.weight"() {{weight_name = "w"}} : () -> tensor<2xf32>\n{text}', "t")
    found = [op for op in module.walk() if isinstance(op, graph.PadOp)]
    assert [op.value.value.data for op in found] == [value]
