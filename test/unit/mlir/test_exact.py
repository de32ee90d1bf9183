"""Products of int8 are exact: as floats where no sum can be too large, as integers beyond."""

import numpy as np
import pytest

from accelc.frontends.mlir.loading import convert_text
from accelc.interpreters.graph import run

TEXT = """
func.func @main(%a: tensor<2x{0}xi8>{1}) -> tensor<2x3xi32> {{
  {2}
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0]
    : (tensor<2x{0}xi8>, tensor<{0}x3xi8>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}}
"""


@pytest.mark.parametrize(("terms", "floats"), [(1, True), (1023, True), (1024, False)])
def test_computed_operands_are_bounded_by_their_type(terms: int, floats: bool) -> None:
    """1023 products of -128 by -128 are below 2 ** 24, 1024 are not; the extremes themselves are computed."""
    module, weights = convert_text(TEXT.format(terms, f", %b: tensor<{terms}x3xi8>", ""), "a.mlir")
    assert ("bf16" in str(module)) == floats
    a, b = np.full((2, terms), -128, np.int8), np.full((terms, 3), -128, np.int8)
    (found,) = run(module, [a, b], weights)
    assert found.dtype == np.int32
    assert (found == terms << 14).all()


@pytest.mark.parametrize(("weight", "floats"), [(1, True), (31, True), (32, False)])
def test_known_operands_are_bounded_by_their_elements(weight: int, floats: bool) -> None:
    """4096 products of 128 by 31 are below 2 ** 24."""
    constant = f"%b = stablehlo.constant dense<{weight}> : tensor<4096x3xi8>"
    module, weights = convert_text(TEXT.format(4096, "", constant), "a.mlir")
    assert ("bf16" in str(module)) == floats
    (found,) = run(module, [np.full((2, 4096), -128, np.int8)], weights)
    assert (found == -128 * 4096 * weight).all()
