"""Calls of functions: what they compute, how often functions run, and passes that must come before them."""

from collections.abc import Callable

import numpy as np
import pytest
from graph_support import floats
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp

from accelc.analysis.calls import execution_counts, refuse_calls
from accelc.dialects.graph import Graph
from accelc.errors import ModelError
from accelc.interpreters.graph import run
from accelc.parsing import parse_module
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.passes.set_precision import set_precision

TEXT = """
graph.func @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = graph.weight "w0" : tensor<4xf32>
  %y = graph.mul %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  graph.return %y : tensor<4xf32>
}
graph.func @pair(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a = graph.call @layer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %b = graph.call @layer(%a) {weights = {"w0" = "w1"}} : (tensor<4xf32>) -> tensor<4xf32>
  graph.return %a, %b : tensor<4xf32>, tensor<4xf32>
}
graph.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a, %b = graph.call @pair(%x) {weights = {"w1" = "w2"}} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %c = graph.call @layer(%b) {loc_name = "last", weights = {"w0" = "w2"}} : (tensor<4xf32>) -> tensor<4xf32>
  graph.return %a, %c : tensor<4xf32>, tensor<4xf32>
}
"""


@pytest.fixture
def module() -> ModuleOp:
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    parsed = parse_module(context, TEXT, "calls")
    parsed.verify()
    return parsed


def test_a_call_sees_the_weights_it_is_given(module: ModuleOp) -> None:
    """Renamings compose: what the outer call gives reaches the function that the inner call names."""
    x, weights = floats(4), {f"w{i}": floats(4) for i in range(3)}
    first, second = run(module, [x], weights)
    np.testing.assert_array_equal(first, x * weights["w0"])
    np.testing.assert_array_equal(second, x * weights["w0"] * weights["w2"] * weights["w2"])


def test_a_weight_that_a_call_gives_must_be_there(module: ModuleOp) -> None:
    """The function's own weight never takes its place."""
    with pytest.raises(ModelError, match="weight 'w2' is missing; 2 weights are given"):
        run(module, [floats(4)], {"w0": floats(4), "w1": floats(4)})


def test_how_often_functions_run(module: ModuleOp) -> None:
    """Calls of calls multiply; a function that nobody calls runs once."""
    counts = {function.sym_name.data: count for function, count in execution_counts(module).items()}
    assert counts == {"layer": 3, "pair": 1, "main": 1}


REFUSING: dict[str, Callable[[ModuleOp], object]] = {
    "normalize-inplace": lambda module: NormalizeInplacePass().apply(Context(), module),
    "fold-constants": lambda module: fold_constants(module, {}),
    "decompose": lambda module: decompose(module, {}),
    "set-precision": lambda module: set_precision(module, {}, "bf16"),
    "this": lambda module: refuse_calls(module, "this"),
}


@pytest.mark.parametrize(("name", "apply"), list(REFUSING.items()))
def test_passes_on_weights_refuse_calls(module: ModuleOp, name: str, apply: Callable[[ModuleOp], object]) -> None:
    """They would change the function's weights and not those that calls give."""
    with pytest.raises(ModelError, match=f"graph.call @layer: {name} does not look into called functions"):
        apply(module)


def test_a_call_is_executed_for_each_chunk() -> None:
    text = """
    graph.func @rows(%x: tensor<4x2xf32>, %w: tensor<2x2xf32>) -> (tensor<2x4xf32>, tensor<4x2xf32>) {
      %y = graph.matmul %x, %w : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
      %t = graph.transpose %y perm [1, 0] : tensor<4x2xf32> -> tensor<2x4xf32>
      graph.return %t, %y : tensor<2x4xf32>, tensor<4x2xf32>
    }
    graph.func @main(%x: tensor<8x2xf32>, %w: tensor<2x2xf32>) -> (tensor<2x8xf32>, tensor<8x2xf32>) {
      %y, %z = graph.call @rows(%x, %w) times 2 along [0, -1] joining [1, 0]
        : (tensor<8x2xf32>, tensor<2x2xf32>) -> (tensor<2x8xf32>, tensor<8x2xf32>)
      graph.return %y, %z : tensor<2x8xf32>, tensor<8x2xf32>
    }
    """
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    x, w = np.arange(16, dtype=np.float32).reshape(8, 2), np.arange(4, dtype=np.float32).reshape(2, 2)
    module = parse_module(context, text, "rows")
    assert list(execution_counts(module).values()) == [2, 1]
    turned, plain = run(module, [x, w], {})
    np.testing.assert_array_equal(plain, x @ w)
    np.testing.assert_array_equal(turned, (x @ w).T)
