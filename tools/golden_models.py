"""
The models whose cycles `test/golden/cycles.json` holds: one small one of each kind, and a published network.

`python tools/golden_models.py FOLDER` writes them as ONNX files.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import distribution
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from accelc.generators.configs import DecoderConfig
from accelc.generators.decoder import decoder_model

PRESETS = ("trn-like", "tpu-like", "gemmini-like")
GPT = DecoderConfig(2, 64, 4, 4, 128, 96, 64, gated=False, tied=True, epsilon=1e-5)
LLAMA = DecoderConfig(2, 64, 4, 2, 176, 96, 64, gated=True, tied=False, epsilon=1e-5)

Model = ModelProto | Path


def golden_programs() -> Iterator[tuple[str, Callable[[], Model], str]]:
    """Name, model and target of every program, in the order of the file."""
    for target in PRESETS:
        yield "mlp", lambda: mlp(96), target
    yield "narrow mlp", lambda: mlp(24), "tiny"
    for target in PRESETS:
        yield "convolutions", convolutions, target
    for target in PRESETS:
        yield "gpt prefill", lambda: filled(decoder_model("gpt", GPT, "prefill", 16)), target
    yield "llama decode", lambda: filled(decoder_model("llama", LLAMA, "decode", 31)), "trn-like"
    yield "three homes", three_homes, "trn-like"
    yield "squeezenet", squeezenet, "trn-like"


def mlp(width: int) -> ModelProto:
    """Three layers of products and activations, of as many features in and out."""
    nodes = [
        node
        for i in range(3)
        for node in (
            helper.make_node("Gemm", [f"x{i}", f"w{i}", f"b{i}"], [f"h{i}"], f"layers.{i}.fc"),
            helper.make_node("Relu", [f"h{i}"], [f"x{i + 1}"], f"layers.{i}.act"),
        )
    ]
    shapes = {f"{kind}{i}": [width, width] if kind == "w" else [width] for i in range(3) for kind in "wb"}
    return _model("mlp", nodes, {"x0": [24, width]}, {"x3": [24, width]}, shapes)


def convolutions() -> ModelProto:
    """Convolutions with strides, groups and pooling, and a classifier."""
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], "conv0", pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c0"], ["r0"], "act0"),
        helper.make_node("Conv", ["r0", "w1"], ["c1"], "depthwise", pads=[1, 1, 1, 1], group=16),
        helper.make_node("Conv", ["c1", "w2"], ["c2"], "pointwise"),
        helper.make_node("Add", ["c2", "r0"], ["s"], "skip"),
        helper.make_node("MaxPool", ["s"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["p"], ["g"], "mean"),
        helper.make_node("Flatten", ["g"], ["f"], "flatten"),
        helper.make_node("Gemm", ["f", "w3"], ["y"], "classifier"),
    ]
    shapes = {"w0": [16, 3, 3, 3], "b0": [16], "w1": [16, 1, 3, 3], "w2": [16, 16, 1, 1], "w3": [16, 10]}
    return _model("convolutions", nodes, {"x": [1, 3, 24, 24]}, {"y": [1, 10]}, shapes)


def three_homes() -> ModelProto:
    """Products on the accelerator, a reduction on the host, an operator that only a framework has, and back."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"], "product"),
        helper.make_node("Softmax", ["p"], ["s"], "softmax"),
        helper.make_node("Det", ["s"], ["d"], "determinant"),
        helper.make_node("Mul", ["s", "d"], ["m"], "scaled"),
        helper.make_node("MatMul", ["m", "w"], ["y"], "again"),
        helper.make_node("ArgMax", ["y"], ["best"], "choice", axis=1, keepdims=0),
    ]
    model = _model("homes", nodes, {"x": [32, 32]}, {"y": [32, 32]}, {"w": [32, 32]})
    model.graph.output.append(helper.make_tensor_value_info("best", TensorProto.INT64, [32]))
    return model


def squeezenet() -> Path:
    """The network inside the `onnx` package."""
    return Path(str(distribution("onnx").locate_file("onnx/backend/test/data/light/light_squeezenet.onnx")))


def filled(model: ModelProto) -> ModelProto:
    """The model with data for its declared weights."""
    for number, tensor in enumerate(model.graph.initializer):
        if tensor.data_location == TensorProto.EXTERNAL:
            tensor.CopyFrom(numpy_helper.from_array(_weights(tuple(tensor.dims), number), tensor.name))
    return model


def _weights(shape: Sequence[int], number: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """No two weights are alike, and none depends on a generator of random numbers."""
    return (np.sin(np.arange(prod(shape)) + number) / 4).astype(np.float32).reshape(shape)


def _model(
    name: str,
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Sequence[int]],
    outputs: Mapping[str, Sequence[int]],
    weights: Mapping[str, Sequence[int]],
) -> ModelProto:
    def values(shapes: Mapping[str, Sequence[int]]) -> list[Any]:
        return [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in shapes.items()]

    data = [numpy_helper.from_array(_weights(shape, n), key) for n, (key, shape) in enumerate(weights.items())]
    graph = helper.make_graph(list(nodes), name, values(inputs), values(outputs), data)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main(folder: Path) -> None:
    """Write the models that are no files yet."""
    for name, model, _ in golden_programs():
        made = model()
        if isinstance(made, ModelProto):
            (folder / f"{name.replace(' ', '-')}.onnx").write_bytes(made.SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
