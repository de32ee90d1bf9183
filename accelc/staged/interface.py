"""Inputs of a model that has others than tensors too: their types, and whether values fit them."""

from collections.abc import Mapping
from typing import cast

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto

from accelc.errors import ModelError, suggestion
from accelc.frontends.onnx.importer import bind_inputs
from accelc.frontends.onnx.tensors import CODES
from accelc.isa.program import ValueType
from accelc.runtime.inputs import typed_inputs
from accelc.staged.values import Array, Value, kind_of


def tensor_inputs(
    model: ModelProto, shapes: Mapping[str, tuple[int, ...]], dims: Mapping[str, int] | None = None
) -> list[ValueType]:
    """
    Static types of the inputs that are tensors of the compiler's element types; `shapes` may name other inputs too.

    Raises ModelError as `bind_inputs` does.
    """
    infos = [info for info in model.graph.input if info.type.tensor_type.elem_type in CODES]
    # Only their names count.
    initializers = [TensorProto(name=tensor.name) for tensor in model.graph.initializer]
    part = ModelProto(graph=GraphProto(input=infos, initializer=initializers))
    others = {info.name for info in model.graph.input} - {info.name for info in infos}
    others |= {tensor.name for tensor in initializers}
    known = {name: shape for name, shape in shapes.items() if name not in others}
    return [ValueType(s.name, s.dtype.name, s.shape) for s in bind_inputs(part, known, dims or {})]


def check_values(model: ModelProto, values: Mapping[str, Value]) -> None:
    """
    Raise ModelError for a value whose name is no input, for an input without a value, and for a value of another type.

    Initializers that are inputs too may be given. What is no tensor is not looked into.
    """
    infos = {info.name: info for info in model.graph.input}
    initialized = {tensor.name for tensor in model.graph.initializer}
    for name in values:
        if name not in infos:
            legal = ", ".join(infos) or "none"
            raise ModelError(f"the model has no input '{name}'{suggestion(name, infos)} (its inputs: {legal})")
    for name, info in infos.items():
        if name not in values and name not in initialized:
            raise ModelError(f"no value given for input '{name}' of the model")
        if info.type.tensor_type.elem_type in CODES and name in values and not isinstance(values[name], np.ndarray):
            raise ModelError(f"input '{name}' is a tensor, {kind_of(values[name])} is given")
    arrays = {name: cast(Array, value) for name, value in values.items() if isinstance(value, np.ndarray)}
    types = tensor_inputs(model, {name: array.shape for name, array in arrays.items()})
    names = {value.name for value in types}
    typed_inputs({name: array for name, array in arrays.items() if name in names}, types)
