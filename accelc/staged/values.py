"""The values of a model while it runs: arrays, and what the compiler has no type for (sequences, text, maps)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from onnx import SparseTensorProto, TensorProto, TypeProto, helper, numpy_helper

from accelc.frontends.onnx.tensors import DTYPES, to_array

Array = npt.NDArray[Any]
Value = Any
"""An array, a list of values (a sequence), a dict (a map), or None (an empty optional)."""


class Scope:
    """
    Values by name, those of the graphs around this one included.

    `constants` never change between executions: initializers and results of `Constant`.
    """

    def __init__(self, constants: Mapping[str, Value], outer: "Scope | None" = None) -> None:
        self._values: dict[str, Value] = dict(constants)
        self._constants = frozenset(constants)
        self._outer = outer

    def __contains__(self, name: str) -> bool:
        return name in self._values or (self._outer is not None and name in self._outer)

    def __getitem__(self, name: str) -> Value:
        if name in self._values or self._outer is None:
            return self._values[name]
        return self._outer[name]

    def __setitem__(self, name: str, value: Value) -> None:
        self._values[name] = value

    def is_constant(self, name: str) -> bool:
        """Whether a value is the same in every execution."""
        if name in self._values or self._outer is None:
            return name in self._constants
        return self._outer.is_constant(name)


def is_tensor(value: Value) -> bool:
    """Whether the compiler has a type for a value."""
    return isinstance(value, np.ndarray) and cast(Array, value).dtype in DTYPES


def normal(value: Value) -> Value:
    """A value as other packages give it, with arrays for scalars and lists for sequences."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(cast(Array, value))
    if isinstance(value, tuple | list):
        return [normal(item) for item in cast(Sequence[Value], value)]
    return value


def kind_of(value: Value) -> str:
    """What a value is, for a reason."""
    if isinstance(value, np.ndarray):
        dtype = cast(Array, value).dtype
        return "text" if dtype.kind in "OSU" else f"a tensor of {dtype.name}"
    names: dict[Any, str] = {list: "a sequence", dict: "a map", type(None): "an empty optional"}
    return names.get(type(value), "a value of another kind")


def type_of(value: Value) -> TypeProto:
    """ONNX type of a value; an empty sequence is one of floats, an empty optional one of a float tensor."""
    if isinstance(value, list):
        items = cast(list[Value], value)
        return helper.make_sequence_type_proto(type_of(items[0]) if items else _floats())
    if isinstance(value, dict):
        entries = cast(dict[Any, Value], value)
        key = TensorProto.STRING if any(isinstance(k, str) for k in entries) else TensorProto.INT64
        item = next(iter(entries.values()), 0.0)
        code = TensorProto.STRING if isinstance(item, str) else TensorProto.FLOAT
        code = TensorProto.INT64 if isinstance(item, int) else code
        return helper.make_map_type_proto(key, helper.make_tensor_type_proto(code, []))
    if value is None:
        return helper.make_optional_type_proto(_floats())
    array = np.asarray(value)
    code = TensorProto.STRING if array.dtype.kind in "OSU" else helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor_type_proto(code, array.shape)


def _floats() -> TypeProto:
    return helper.make_tensor_type_proto(TensorProto.FLOAT, None)


def array_of(tensor: TensorProto, folder: Path | None, where: str) -> Array:
    """An array of any element type, that of the compiler's types with every size checked. Raises ModelError."""
    try:
        known = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)) in DTYPES
    except KeyError:
        known = True
    if known and tensor.data_type != TensorProto.STRING:
        return to_array(tensor, folder, where)
    return np.asarray(numpy_helper.to_array(tensor, str(folder or "")))


def dense_array(sparse: SparseTensorProto, folder: Path | None, where: str) -> Array:
    """A sparse tensor with its zeros. Raises ModelError."""
    from accelc.errors import ModelError

    shape = tuple(sparse.dims)
    values = array_of(sparse.values, folder, where)
    indices = to_array(sparse.indices, folder, where)
    dense = np.zeros(shape, values.dtype)
    try:
        if indices.ndim == 1:
            dense.reshape(-1)[indices.astype(np.int64)] = values
        else:
            dense[tuple(indices.astype(np.int64).T)] = values
    except (IndexError, ValueError) as error:
        raise ModelError(f"{where}: sparse tensor '{sparse.values.name}' does not fit its shape: {error}") from error
    return dense
