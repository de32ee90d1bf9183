"""
Seeded random weights in place of a model's own, as another ONNX model.

Models that ship with constant weights hide layout mistakes (a transposed filter gives the same numbers). Rewriting
the ONNX model itself gives the compiler and the reference exactly the same values.
"""

import zlib
from collections.abc import Callable
from math import prod, sqrt

import numpy as np
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto

from accelc.errors import ModelError
from accelc.frontends.onnx.loading import describe
from accelc.frontends.onnx.tensors import Array, check_constant_size, checked_shape, from_array, numpy_dtype, to_array

SMALL = 16
"""Constants of at most this many elements are parameters (epsilons, bounds), unless a layer uses them as weights."""

Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], Array]

_PASS_THROUGH = ("Unsqueeze", "Squeeze", "Reshape", "Transpose", "Identity", "Flatten", "Cast")
_FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)


def with_random_weights(model: ModelProto, seed: int) -> ModelProto:
    """
    A copy of `model` whose float weights are random, scaled so that activations stay bounded.

    Filters and matrices follow He et al. 2015 (normal, variance 2 / fan-in); BatchNormalization scales and variances
    are positive; biases are small. The values of a weight depend on `seed` and the weight's name only. Raises
    `ModelError` when the shape of a `ConstantOfShape` is not a constant of the model.
    """
    result = ModelProto()
    result.CopyFrom(model)
    uses = _Uses(result)
    constants = {t.name: t for t in result.graph.initializer}
    replaced: dict[str, Array] = {}
    for tensor in result.graph.initializer:
        if tensor.data_type in _FLOATS:
            draw = uses.drawing(tensor.name, tuple(tensor.dims))
            if draw is not None:
                where = f"initializer '{tensor.name}'"
                shape = checked_shape(list(tensor.dims), where)
                array = _generate(draw, seed, tensor.name, shape, tensor.data_type, where)
                tensor.CopyFrom(from_array(array, tensor.name))
    kept: list[NodeProto] = []
    for node in result.graph.node:
        found = _constant_node(node, constants)
        if found is not None:
            name, shape, code = found
            draw = uses.drawing(name, shape)
            if draw is not None:
                replaced[name] = _generate(draw, seed, name, shape, code, describe(node))
                continue
        kept.append(node)
    if replaced:
        nodes = [NodeProto.FromString(n.SerializeToString()) for n in kept]
        del result.graph.node[:]
        result.graph.node.extend(nodes)
        result.graph.initializer.extend(from_array(array, name) for name, array in replaced.items())
    # Initializers that are not inputs need IR version 4.
    result.ir_version = max(result.ir_version, 4)
    return result


def _generate(draw: Draw, seed: int, name: str, shape: Shape, code: int, where: str) -> Array:
    dtype = numpy_dtype(code, where)
    check_constant_size(shape, dtype, where)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return draw(rng, shape).astype(dtype, copy=False)


def _constant_node(node: NodeProto, constants: dict[str, TensorProto]) -> tuple[str, Shape, int] | None:
    """Name, shape and element type of a float constant that a node produces, if it does."""
    values = [a for a in node.attribute if a.name == "value" and a.type == AttributeProto.TENSOR]
    if node.op_type == "Constant" and values and values[0].t.data_type in _FLOATS:
        shape = checked_shape(list(values[0].t.dims), describe(node))
        return node.output[0], shape, values[0].t.data_type
    if node.op_type == "ConstantOfShape" and node.input and node.input[0] in constants:
        code = values[0].t.data_type if values else TensorProto.FLOAT
        if code in _FLOATS:
            dims = to_array(constants[node.input[0]], None, describe(node))
            if dims.ndim != 1 or dims.dtype.kind != "i":
                raise ModelError(f"{describe(node)}: its shape is not a vector of integers")
            return node.output[0], checked_shape([int(d) for d in dims], describe(node)), code
    return None


class _Uses:
    """How the values of a model are used, to choose a distribution for each weight."""

    def __init__(self, model: ModelProto) -> None:
        self._consumers: dict[str, list[tuple[NodeProto, int]]] = {}
        for node in model.graph.node:
            for position, name in enumerate(node.input):
                if name:
                    self._consumers.setdefault(name, []).append((node, position))

    def drawing(self, name: str, shape: Shape) -> Draw | None:
        """Distribution for the weight `name` of `shape`, or None when its value is not a weight."""
        for node, position in self._final_consumers(name):
            draw = self._for_use(node, position, shape)
            if draw is not None:
                return draw
        return None if prod(shape) <= SMALL or not self._consumers.get(name) else _normal(0.1)

    def _final_consumers(self, name: str, depth: int = 0) -> list[tuple[NodeProto, int]]:
        found: list[tuple[NodeProto, int]] = []
        for node, position in self._consumers.get(name, ()):
            if node.op_type in _PASS_THROUGH and position == 0 and node.output and depth < 8:
                found += self._final_consumers(node.output[0], depth + 1)
            else:
                found.append((node, position))
        return found

    def _for_use(self, node: NodeProto, position: int, shape: Shape) -> Draw | None:
        match node.op_type, position:
            case "BatchNormalization", 1:
                # A block that ends in a residual sum adds its variance at every block of the network.
                return _uniform(0.1, 0.3) if self._feeds_sum(node) else _uniform(0.5, 1.3)
            case "BatchNormalization", 2 | 3:
                return _normal(0.1)
            case "BatchNormalization", 4:
                return _uniform(0.5, 1.5)
            case "Gather", 0 if len(shape) >= 2:
                return _normal(1.0)
            case "Mul" | "Div", _ if prod(shape) > SMALL:
                return _uniform(0.5, 1.5)
            case _:
                return _for_product(node, position, shape)

    def _feeds_sum(self, node: NodeProto) -> bool:
        return any(user.op_type in ("Sum", "Add") for user, _ in self._consumers.get(node.output[0], ()))


def _for_product(node: NodeProto, position: int, shape: Shape) -> Draw | None:
    match node.op_type, position:
        case "Conv", 1:
            return _he(prod(shape[1:]))
        case "ConvTranspose", 1:
            return _he(prod(shape[:1]))
        case "Gemm", 1:
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            return _he(prod(shape[1:] if transposed else shape[:1]))
        case "MatMul", 0 | 1 if len(shape) >= 2:
            return _he(shape[-2] if position else shape[-1])
        case "LSTM" | "GRU" | "RNN", 1 | 2:
            return _normal(1 / sqrt(max(prod(shape[-1:]), 1)))
        case "LSTM" | "GRU" | "RNN" | "Conv" | "Gemm" | "ConvTranspose", _:
            return _normal(0.1)
        case _:
            return None


def _normal(deviation: float) -> Draw:
    return lambda rng, shape: rng.standard_normal(shape, np.float32) * np.float32(deviation)


def _uniform(low: float, high: float) -> Draw:
    return lambda rng, shape: rng.uniform(low, high, shape).astype(np.float32)


def _he(fan_in: int) -> Draw:
    return _normal(sqrt(2 / max(fan_in, 1)))
