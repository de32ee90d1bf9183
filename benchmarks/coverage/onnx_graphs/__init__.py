"""
Random ONNX graphs of random operators: shapes with sizes 0 and 1, odd sizes beyond 128 and 512, broadcasting.

`random_graph(seed)` draws the same graph in fp32 and in fp64; what the reference computes for both tells how much
rounding alone may change a result. Operators that jump (rounding, comparing, sorting) read exact values only: inputs,
and what moves or counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from benchmarks.coverage.onnx_graphs.growing import ONNX_TYPES, Array, Growing, Value
from benchmarks.coverage.onnx_graphs.layers import LAYERS
from benchmarks.coverage.onnx_graphs.movement import MOVEMENT
from benchmarks.coverage.onnx_graphs.pointwise import POINTWISE

OPSET = 21
OPERATORS = (POINTWISE, MOVEMENT, LAYERS)


@dataclass(frozen=True)
class RandomGraph:
    """A model in both precisions with its inputs."""

    single: ModelProto
    double: ModelProto
    inputs: Mapping[str, Array]
    """By name, in fp32."""
    doubles: Mapping[str, Array]


def random_graph(seed: int, most: int = 8) -> RandomGraph:
    """The graph of a seed, of about 1 to `most` operators."""
    graph = Growing(np.random.default_rng([seed, 5]))
    for _ in range(graph.integer(1, 3)):
        graph.input(graph.shape())
    wanted, tries = graph.integer(1, most), 0
    while len(graph.nodes) < wanted and tries < 10 * most:
        tries += 1
        operators = graph.choice(OPERATORS)
        graph.choice(operators)(graph)
    return RandomGraph(
        _model(graph, np.float32),
        _model(graph, np.float64),
        {name: _in(array, np.float32) for name, array in graph.inputs.items()},
        {name: _in(array, np.float64) for name, array in graph.inputs.items()},
    )


def _in(array: Array, dtype: Any) -> Array:
    # Both precisions start from the same values.
    return np.asarray(array, np.float32).astype(dtype) if array.dtype.kind == "f" else np.asarray(array)


def _model(graph: Growing, dtype: Any) -> ModelProto:
    kinds = dict(ONNX_TYPES, float=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
    read = {name for node in graph.nodes for name in node.input}
    nodes: list[NodeProto] = []
    for node in graph.nodes:
        copy = NodeProto()
        copy.CopyFrom(node)
        for attribute in copy.attribute:
            if attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = kinds["float"]
        nodes.append(copy)

    def info(value: Value) -> Any:
        return helper.make_tensor_value_info(value.name, kinds[value.kind], value.shape)

    body = helper.make_graph(
        nodes,
        "fuzz",
        [info(value) for value in graph.values if value.name in graph.inputs],
        [info(value) for value in graph.values if value.name not in graph.inputs and value.name not in read],
        [numpy_helper.from_array(_in(array, dtype), name) for name, array in graph.constants.items()],
    )
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
