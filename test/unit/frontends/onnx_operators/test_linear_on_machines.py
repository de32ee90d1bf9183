"""Convolutions, products, recurrent layers, attention and quantized operators: all of their work on the accelerator."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import NodeProto, helper
from onnx.reference import ReferenceEvaluator
from onnx_support import close, model_of

import accelc
from accelc.isa.program import AcceleratorSegment
from accelc.report.figures import race_count
from accelc.runtime.execute import execute

Array = npt.NDArray[Any]
SEEDS = st.integers(0, 99)
FEW = settings(max_examples=3, deadline=None)
OPSET = 23


def check(
    node: NodeProto, operands: dict[str, Array], constants: set[str] | None = None, target: str = "trn-like"
) -> None:
    """Compile, execute and compare with ONNX's reference; the only segment is one of the accelerator."""
    known = {name: operands[name] for name in constants or ()}
    given = {name: array for name, array in operands.items() if name not in known}
    outputs = [name for name in node.output if name]
    evaluator: Any = ReferenceEvaluator(model_of([node], given, known, outputs, OPSET))
    expected: list[Array] = evaluator.run(None, given)
    compiled = accelc.compile(model_of([node], given, known, outputs, OPSET), target)
    assert all(isinstance(segment, AcceleratorSegment) for segment in compiled.program.segments)
    execution = execute(compiled.program, compiled.target, given)
    assert race_count(execution) == 0
    found = [execution.outputs[name] for name in outputs]
    if expected[0].dtype.kind in "iu":
        for array, wanted in zip(found, expected, strict=True):
            np.testing.assert_array_equal(array, wanted)
    else:
        close(found, expected, 1e-4)


def normal(rng: np.random.Generator, *shape: int) -> Array:
    """Random floats."""
    return rng.standard_normal(shape).astype(np.float32)


@FEW
@given(SEEDS, st.integers(1, 3), st.integers(1, 2), st.booleans(), st.booleans(), st.data())
def test_convolutions(seed: int, rank: int, group: int, spread: bool, known: bool, data: st.DataObject) -> None:
    """One to three axes, groups, strides, dilations and pads, plain and transposed, known and computed filters."""
    rng = np.random.default_rng(seed)

    def sizes(low: int, high: int) -> list[int]:
        return data.draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    kernel, inner, outer = sizes(1, 3), 2, 3
    # The reference adds up the groups of a transposed convolution for one input channel each only.
    group = 1 if spread else group
    shape = (group * inner, outer, *kernel) if spread else (group * outer, inner, *kernel)
    operands = {"x": normal(rng, 2, group * inner, *sizes(5, 6)), "w": normal(rng, *shape)}
    operands["b"] = normal(rng, group * outer)
    window: dict[str, Any] = {"strides": sizes(1, 2), "dilations": sizes(1, 2), "group": group}
    window["pads"] = [*sizes(0, 1)] * 2
    node = helper.make_node("ConvTranspose" if spread else "Conv", list(operands), ["y"], **window)
    check(node, operands, {"w", "b"} if known else None)


@FEW
@given(SEEDS, st.sampled_from([((5,), (5, 3)), ((4, 5), (5,)), ((7,), (7,)), ((2, 1, 3, 5), (4, 5, 130))]))
def test_products(seed: int, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Vectors, and batches that broadcast."""
    rng = np.random.default_rng(seed)
    operands = {"a": normal(rng, *shapes[0]), "b": normal(rng, *shapes[1])}
    check(helper.make_node("MatMul", ["a", "b"], ["y"]), operands)


@FEW
@given(SEEDS, st.sampled_from(["RNN", "GRU", "LSTM"]), st.booleans())
def test_recurrent_layers(seed: int, kind: str, known: bool) -> None:
    """Both directions, with biases and initial states."""
    rng = np.random.default_rng(seed)
    gates, hidden = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind], 5
    operands = {"x": normal(rng, 3, 2, 4), "w": normal(rng, 2, gates * hidden, 4)}
    operands |= {"r": normal(rng, 2, gates * hidden, hidden), "b": normal(rng, 2, 2 * gates * hidden)}
    operands["h"] = normal(rng, 2, 2, hidden)
    names = ["x", "w", "r", "b", "", "h"]
    node = helper.make_node(kind, names, ["y", "last"], hidden_size=hidden, direction="bidirectional")
    check(node, operands, {"w", "r", "b"} if known else None)


@FEW
@given(SEEDS, st.booleans(), st.sampled_from([0, 1]))
def test_attention(seed: int, truth: bool, causal: int) -> None:
    """Shared heads, a cache, and a mask that is computed."""
    rng = np.random.default_rng(seed)
    shapes = {"q": (2, 4, 3, 8), "k": (2, 2, 3, 8), "v": (2, 2, 3, 8), "pk": (2, 2, 2, 8), "pv": (2, 2, 2, 8)}
    operands = {name: normal(rng, *shape) for name, shape in shapes.items()}
    mask = rng.random((3, 5)) < 0.6
    operands["mask"] = mask if truth else np.where(mask, 0, -np.inf).astype(np.float32)
    node = helper.make_node("Attention", ["q", "k", "v", "mask", "pk", "pv"], ["y", "a", "b"], is_causal=causal)
    check(node, {name: operands[name] for name in node.input})


@pytest.mark.parametrize("target", ["trn-like", "tpu-like", "gemmini-like"])
def test_integer_products(target: str) -> None:
    """Sums beyond 2^24 are exact, on every machine."""
    rng = np.random.default_rng(0)
    operands = {
        "a": rng.integers(200, 256, (3, 600)).astype(np.uint8),
        "b": rng.integers(-128, -100, (600, 4)).astype(np.int8),
        "za": np.array(3, np.uint8),
        "zb": np.array(5, np.int8),
    }
    check(helper.make_node("MatMulInteger", list(operands), ["y"]), operands, target=target)


@FEW
@given(SEEDS, st.booleans())
def test_quantized_convolutions(seed: int, known: bool) -> None:
    """Integers in, integers out; scales are powers of two, so that nothing is rounded but the result."""
    rng = np.random.default_rng(seed)
    operands: dict[str, Array] = {
        "x": rng.integers(0, 256, (1, 4, 5, 5)).astype(np.uint8),
        "sx": np.array(2**-4, np.float32),
        "zx": np.array(120, np.uint8),
        "w": rng.integers(-128, 128, (3, 4, 3, 3)).astype(np.int8),
        "sw": np.array([2**-5, 2**-6, 2**-7], np.float32),
        "zw": np.array([0, 0, 0], np.int8),
        "sy": np.array(1, np.float32),
        "zy": np.array(128, np.uint8),
        "b": rng.integers(-1000, 1000, 3).astype(np.int32),
    }
    node = helper.make_node("QLinearConv", list(operands), ["y"], pads=[1, 1, 1, 1])
    check(node, operands, set(operands) - {"x"} if known else None)
