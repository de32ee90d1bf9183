"""The values of a model while it runs: arrays, and what the compiler has no type for (sequences, text, maps)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from onnx import SparseTensorProto, TensorProto, TypeProto, helper, numpy_helper

from accelc.errors import ModelError
from accelc.frontends.onnx.external_data import external_file
from accelc.frontends.onnx.framework import first_line
from accelc.frontends.onnx.tensors import CODES, DTYPES, check_constant_size, checked_shape, to_array

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
    """An array of any element type, those of the compiler's types with every size checked. Raises ModelError."""
    if tensor.data_type in CODES:
        return to_array(tensor, folder, where)
    shape = checked_shape(list(tensor.dims), where)
    check_constant_size(shape, np.dtype(np.uint8), where)
    if tensor.data_location == TensorProto.EXTERNAL:
        # Without a folder the package would read files of the working directory.
        external_file(tensor, folder, f"{where} (tensor '{tensor.name}')")
    try:
        return np.asarray(numpy_helper.to_array(tensor, str(folder or "")))
    except Exception as error:
        # The package raises what its decoders of single types raise.
        raise ModelError(f"{where} (tensor '{tensor.name}') cannot be read: {first_line(error)}") from error


def dense_array(sparse: SparseTensorProto, folder: Path | None, where: str) -> Array:
    """A sparse tensor with its zeros. Raises ModelError."""
    where = f"{where} (sparse tensor '{sparse.values.name}')"
    shape = checked_shape(list(sparse.dims), where)
    values = array_of(sparse.values, folder, where)
    indices = to_array(sparse.indices, folder, where)
    check_constant_size(shape, values.dtype, where)
    dense = np.zeros(shape, values.dtype)
    places = indices.astype(np.int64)
    # NumPy would count negative ones from the end.
    fits = values.ndim == 1 and places.ndim in (1, 2) and not (places < 0).any()
    try:
        if fits and places.ndim == 1:
            dense.reshape(-1)[places] = values
        elif fits and places.shape[1] == dense.ndim:
            dense[tuple(places.T)] = values
        else:
            raise IndexError(f"indices {list(places.shape)} of {values.size} values")
    except (IndexError, ValueError) as error:
        raise ModelError(f"{where}: its indices do not fit its shape {list(shape)}: {error}") from error
    return dense
