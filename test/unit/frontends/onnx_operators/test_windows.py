"""Convolutions of every kind, with every way to give padding, compute what onnxruntime computes."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx_support import check_nodes, close, execute, model_of

from accelc.frontends.onnx import import_onnx

Array = npt.NDArray[Any]
PADDING = ("none", "VALID", "SAME_UPPER", "SAME_LOWER", "explicit")


@settings(max_examples=30, deadline=None)
@given(st.data(), st.booleans(), st.sampled_from(PADDING), st.integers(1, 3), st.integers(1, 2))
def test_convolutions(data: st.DataObject, transposed: bool, padding: str, rank: int, group: int) -> None:
    """One to three axes, groups, strides and dilations."""

    def sizes(low: int, high: int) -> list[int]:
        return data.draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    inner, outer = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))
    kernel, strides = sizes(1, 3), sizes(1, 3)
    if transposed and padding.startswith("SAME"):
        # onnxruntime gives smaller results than the standard where windows do not touch.
        strides = [min(s, k) for s, k in zip(strides, kernel, strict=True)]
    # onnxruntime pads dilated windows in other ways than the standard says.
    dilations = sizes(1, 2) if padding in ("none", "explicit") else [1] * rank
    filters = (group * inner, outer, *kernel) if transposed else (group * outer, inner, *kernel)
    constants = {"w": rng.standard_normal(filters).astype(np.float32)}
    if data.draw(st.booleans()):
        constants["b"] = rng.standard_normal(group * outer).astype(np.float32)
    spatial = sizes(5, 6)
    attributes: dict[str, Any] = {"strides": strides, "dilations": dilations, "group": group, "kernel_shape": kernel}
    if padding == "explicit":
        attributes["pads"] = [*(min(p, k - 1) for p, k in zip(sizes(0, 1), kernel, strict=True))] * 2
        if transposed:
            attributes["output_padding"] = [data.draw(st.integers(0, s - 1)) for s in strides]
    elif padding != "none":
        attributes["auto_pad"] = padding
    x = rng.standard_normal((2, group * inner, *spatial)).astype(np.float32)
    node = helper.make_node("ConvTranspose" if transposed else "Conv", ["x", *constants], ["y"], **attributes)
    check_nodes([node], {"x": x}, constants)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from(["NOTSET", "SAME_UPPER", "SAME_LOWER"]))
def test_shapes_of_transposed_results(data: st.DataObject, mode: str) -> None:
    """`output_shape` crops the whole result on both sides."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    kernel, stride = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 3))
    whole = stride * 4 + kernel
    wanted = data.draw(st.integers(whole - min(kernel, 3), whole))
    constants = {"w": rng.standard_normal((2, 3, kernel)).astype(np.float32)}
    attributes: dict[str, Any] = {"strides": [stride], "auto_pad": mode, "output_shape": [wanted]}
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], **attributes)
    check_nodes([node], {"x": rng.standard_normal((1, 2, 5)).astype(np.float32)}, constants)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("mode", ["SAME_UPPER", "SAME_LOWER"])
def test_results_beyond_all_windows(mode: str, bias: bool) -> None:
    """Windows that do not touch leave zeros before or after, which the bias is added to."""
    constants = {"w": np.array([[[2, 3]]], np.float32), **({"b": np.array([10], np.float32)} if bias else {})}
    x = np.arange(1, 4, dtype=np.float32).reshape(1, 1, 3)
    node = helper.make_node("ConvTranspose", ["x", *constants], ["y"], strides=[4], auto_pad=mode)
    model = model_of([node], {"x": x}, constants)
    evaluator: Any = ReferenceEvaluator(model)
    for found in execute(import_onnx(model), [x]):
        close(found, evaluator.run(None, {"x": x}))
