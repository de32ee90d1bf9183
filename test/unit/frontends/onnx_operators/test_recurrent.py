"""RNN, GRU and LSTM of every form compute what onnxruntime computes, or the formulas of the standard."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from onnx_support import check_nodes, close, model_of

from accelc.errors import ModelError
from accelc.frontends.onnx import import_onnx
from accelc.frontends.onnx.operators.products.recurrent import ALPHA, BETA, DEFAULTS, GATES, MAX_STEPS
from accelc.interpreters.graph import run

Array = npt.NDArray[Any]
OUTPUTS = {"RNN": ("y", "h"), "GRU": ("y", "h"), "LSTM": ("y", "h", "c")}
FUNCTIONS = ("Relu", "Tanh", "Sigmoid", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu")


@st.composite
def variants(draw: st.DrawFn, kind: str, count: int) -> dict[str, Any]:
    """Attributes that change the formulas."""
    attributes: dict[str, Any] = {}
    if draw(st.booleans()):
        names = [draw(st.sampled_from(FUNCTIONS)) for _ in range(len(DEFAULTS[kind]) * count)]
        attributes["activations"] = names
        for what, taking in (("alpha", ALPHA), ("beta", BETA)):
            if set(names) & set(taking):
                values = [draw(st.sampled_from([0.3, 0.7])) for n in names if n in taking]
                attributes[f"activation_{what}"] = values
    elif kind != "LSTM" and draw(st.booleans()):
        # onnxruntime does not clip what goes into the last function of an LSTM as the standard says.
        attributes["clip"] = 0.5
    if kind == "GRU" and draw(st.booleans()):
        attributes["linear_before_reset"] = 1
    if kind == "LSTM" and draw(st.booleans()):
        attributes["input_forget"] = 1
    return attributes


@st.composite
def layers(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Array], dict[str, Array]]:
    """Kind, attributes, computed operands and constants of a layer."""
    kind = draw(st.sampled_from(sorted(GATES)))
    direction = draw(st.sampled_from(["forward", "reverse", "bidirectional"]))
    count, gates = 2 if direction == "bidirectional" else 1, GATES[kind]
    steps, batch, size, hidden = (draw(st.integers(1, 4)) for _ in range(4))
    rng = np.random.default_rng(draw(st.integers(0, 99)))

    def normal(*shape: int) -> Array:
        return rng.standard_normal(shape).astype(np.float32)

    operands = {"x": normal(steps, batch, size)}
    operands["w"] = normal(count, gates * hidden, size)
    operands["r"] = normal(count, gates * hidden, hidden)
    optional = {
        "b": normal(count, 2 * gates * hidden),
        "lengths": rng.integers(1, steps + 1, batch).astype(np.int32),
        "h0": normal(count, batch, hidden),
        "c0": normal(count, batch, hidden),
        "p": normal(count, 3 * hidden),
    }
    for name in ("b", "lengths", "h0", *(("c0", "p") if kind == "LSTM" else ())):
        if draw(st.booleans()):
            operands[name] = optional[name]
    if "lengths" in operands:
        operands["lengths"][0] = steps
    attributes = {"hidden_size": hidden, "direction": direction, **draw(variants(kind, count))}
    constant = draw(st.sets(st.sampled_from(["w", "r", "b", "lengths", "h0"])))
    constants = {name: array for name, array in operands.items() if name in constant}
    return kind, attributes, {n: a for n, a in operands.items() if n not in constants}, constants


def recurrent(kind: str, names: set[str] | dict[str, Array], **attributes: Any) -> Any:
    """A node with the operands that have `names`."""
    order = ["x", "w", "r", "b", "lengths", "h0", "c0", "p"][: 8 if kind == "LSTM" else 6]
    return helper.make_node(kind, [n if n in names else "" for n in order], OUTPUTS[kind], **attributes)


@settings(max_examples=25, deadline=None)
@given(layers())
def test_layers(layer: tuple[str, dict[str, Any], dict[str, Array], dict[str, Array]]) -> None:
    """Every kind, direction and set of operands, with constants or computed matrices."""
    kind, attributes, inputs, constants = layer
    node = recurrent(kind, {**inputs, **constants}, **attributes)
    check_nodes([node], inputs, constants, OUTPUTS[kind])


@pytest.mark.parametrize("kind", sorted(GATES))
def test_batch_major(kind: str) -> None:
    """Layout 1 has the batch first in the input, the states and the results."""
    rng = np.random.default_rng(3)
    x, h0 = (rng.standard_normal(s).astype(np.float32) for s in ((4, 2, 3), (2, 2, 5)))
    matrices = {
        "w": rng.standard_normal((2, 5 * GATES[kind], 3)).astype(np.float32),
        "r": rng.standard_normal((2, 5 * GATES[kind], 5)).astype(np.float32),
    }
    found: list[list[Array]] = []
    for layout in (0, 1):
        node = recurrent(kind, {"x": x, "h0": h0, **matrices}, direction="bidirectional", layout=layout, hidden_size=5)
        inputs = {"x": x, "h0": h0} if layout == 0 else {"x": x.swapaxes(0, 1), "h0": h0.swapaxes(0, 1)}
        imported = import_onnx(model_of([node], inputs, matrices, OUTPUTS[kind]))
        found.append(run(imported.module, list(inputs.values()), imported.weights))
    y, *states = found[0]
    close(found[1], [y.transpose(2, 0, 1, 3), *(v.swapaxes(0, 1) for v in states)])


def test_long_layers_stay_whole() -> None:
    """An LSTM of many steps is one operation, which the host executes."""
    steps = MAX_STEPS + 1
    inputs = {"x": np.zeros((steps, 1, 1), np.float32)}
    constants = {"w": np.ones((1, 4, 1), np.float32), "r": np.ones((1, 4, 1), np.float32)}
    node = recurrent("LSTM", {**inputs, **constants}, hidden_size=1)
    imported = check_nodes([node], inputs, constants, OUTPUTS["LSTM"])
    assert sum(op.name == "graph.lstm" for op in imported.module.walk()) == 1


@pytest.mark.parametrize(
    ("attributes", "shape", "message"),
    [
        ({"activations": ["Gelu"]}, (1, 2, 3), r"'activations' has 'Gelu', expected Relu, Tanh, .*"),
        ({"activations": ["Tanh", "Tanh"]}, (1, 2, 3), r"'activations' has 2 entries, expected 1"),
        ({"direction": "up"}, (1, 2, 3), r"direction 'up' is not one of forward, reverse, bidirectional"),
        ({"clip": -1.0}, (1, 2, 3), r"layout 0 and clip -1.0: expected 0 or 1, and at least 0"),
        ({"hidden_size": 3}, (1, 2, 3), r"hidden_size 3 differs from that of R, 2"),
        ({}, (1, 3, 3), r"W has shape \[1, 3, 3\], expected \[1, 2, 3\]"),
        ({}, (2, 3), r"expected rank 3 each"),
    ],
)
def test_diagnostics(attributes: dict[str, Any], shape: tuple[int, ...], message: str) -> None:
    """Illegal attributes and shapes are located errors."""
    inputs = {"x": np.zeros((4, 1, 3), np.float32)}
    constants = {"w": np.zeros(shape, np.float32), "r": np.zeros((1, 2, 2), np.float32)}
    node = recurrent("RNN", {**inputs, **constants}, **attributes)
    node.name = "cell"
    with pytest.raises(ModelError, match=f"node 'cell' .*{message}"):
        import_onnx(model_of([node], inputs, constants, ("y", "h")))
