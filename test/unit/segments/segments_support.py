"""A model of repeated layers."""

from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

LAYERS, TOKENS, WIDTH = 3, 4, 24


def stack(layers: int = LAYERS, *, external: bool = False, shared: bool = False) -> ModelProto:
    """Layers of a norm, an MLP with gelu and a residual sum; with `shared` all have the same first weight."""
    rng = np.random.default_rng(7)
    nodes, tensors = list[Any](), dict[str, Any]()

    def weight(name: str, *sizes: int) -> str:
        if name not in tensors:
            tensors[name] = rng.standard_normal(sizes).astype(np.float32)
        return name

    x = "x"
    for i in range(layers):
        scale, bias = weight(f"h.{i}.scale", WIDTH), weight(f"h.{i}.shift", WIDTH)
        up = weight("up" if shared else f"h.{i}.up", WIDTH, 2 * WIDTH)
        nodes += [
            helper.make_node("LayerNormalization", [x, scale, bias], [f"n{i}"], f"h.{i}.norm"),
            helper.make_node("MatMul", [f"n{i}", up], [f"u{i}"], f"h.{i}.up"),
            helper.make_node("Add", [f"u{i}", weight(f"h.{i}.bias", 2 * WIDTH)], [f"b{i}"], f"h.{i}.bias"),
            helper.make_node("Gelu", [f"b{i}"], [f"g{i}"], f"h.{i}.gelu", approximate="tanh"),
            helper.make_node("MatMul", [f"g{i}", weight(f"h.{i}.down", 2 * WIDTH, WIDTH)], [f"d{i}"], f"h.{i}.down"),
            helper.make_node("Add", [x, f"d{i}"], [f"x{i}"], f"h.{i}.residual"),
        ]
        x = f"x{i}"
    initializers = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    if external:
        for tensor in initializers:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="absent.bin")
    shape = [TOKENS, WIDTH]
    graph = helper.make_graph(
        nodes,
        "stack",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (x, "x0")],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
