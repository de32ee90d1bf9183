"""ONNX tensors as NumPy arrays, with every size checked before memory is touched."""

import sys
from math import prod
from pathlib import Path
from typing import Any, cast

import ml_dtypes
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from accelc.errors import ModelError
from accelc.frontends.onnx.external_data import read_external

Array = NDArray[np.generic]
DType = np.dtype[np.generic]

MAX_ELEMENTS = 2**40
"""Largest number of elements of any tensor; a guard against overflow, far beyond what a machine holds."""
MAX_CONSTANT_BYTES = 2**32
"""Largest constant that the importer computes in memory, bytes."""
MAX_RANK = 64
"""Largest rank of a tensor: NumPy's own limit."""

_DTYPES: dict[int, DType] = {
    TensorProto.FLOAT: np.dtype(np.float32),
    TensorProto.DOUBLE: np.dtype(np.float64),
    TensorProto.FLOAT16: np.dtype(np.float16),
    TensorProto.BFLOAT16: np.dtype(ml_dtypes.bfloat16),
    TensorProto.FLOAT8E4M3FN: np.dtype(ml_dtypes.float8_e4m3fn),
    TensorProto.FLOAT8E5M2: np.dtype(ml_dtypes.float8_e5m2),
    TensorProto.INT8: np.dtype(np.int8),
    TensorProto.INT16: np.dtype(np.int16),
    TensorProto.INT32: np.dtype(np.int32),
    TensorProto.INT64: np.dtype(np.int64),
    TensorProto.UINT8: np.dtype(np.uint8),
    TensorProto.UINT16: np.dtype(np.uint16),
    TensorProto.UINT32: np.dtype(np.uint32),
    TensorProto.UINT64: np.dtype(np.uint64),
    TensorProto.BOOL: np.dtype(np.bool_),
}
_ONNX_TYPES = {dtype: code for code, dtype in _DTYPES.items()}
CODES = frozenset(_DTYPES)
"""ONNX's numbers of the element types that the importer can give to a tensor."""
DTYPES = frozenset(_ONNX_TYPES)
"""Element types that the importer can give to a tensor."""


def numpy_dtype(code: int, where: str) -> DType:
    """
    NumPy dtype of an ONNX element type; `where` names the tensor in the error.

    Raises ModelError for a type that is not supported.
    """
    dtype = _DTYPES.get(code)
    if dtype is None:
        known = TensorProto.DataType.keys()
        name = TensorProto.DataType.Name(code) if code in TensorProto.DataType.values() else str(code)
        legal = ", ".join(k for k in known if TensorProto.DataType.Value(k) in _DTYPES)
        raise ModelError(f"{where}: element type {name} is not supported; supported are {legal}")
    return dtype


def onnx_type(dtype: DType) -> int:
    """ONNX element type of a NumPy dtype that `numpy_dtype` gives."""
    return _ONNX_TYPES[dtype]


def largest(dtype: DType) -> float:
    """Largest finite value of a float type."""
    return float(cast(Any, ml_dtypes.finfo(dtype)).max)


def smallest(dtype: DType) -> float:
    """Smallest positive value of a float type with its full precision."""
    return float(cast(Any, ml_dtypes.finfo(dtype)).tiny)


def checked_shape(dims: "list[int] | tuple[int, ...]", where: str) -> tuple[int, ...]:
    """`dims` as a shape; negative sizes, excessive ranks and products that overflow are errors. Raises ModelError."""
    shape = tuple(int(d) for d in dims)
    if len(shape) > MAX_RANK:
        raise ModelError(f"{where}: rank {len(shape)} is above the limit of {MAX_RANK}")
    if any(d < 0 for d in shape):
        raise ModelError(f"{where}: shape {list(shape)} has a negative size")
    # Zero sizes must not hide an overflow of the others: NumPy multiplies them first.
    if prod(max(d, 1) for d in shape) > MAX_ELEMENTS:
        raise ModelError(f"{where}: shape {list(shape)} has more than {MAX_ELEMENTS} elements")
    return shape


def check_constant_size(shape: tuple[int, ...], dtype: DType, where: str) -> None:
    """Refuse to compute a constant beyond `MAX_CONSTANT_BYTES`. Raises ModelError."""
    size = prod(shape) * dtype.itemsize
    if size > MAX_CONSTANT_BYTES:
        raise ModelError(f"{where}: a constant of {size} bytes is above the limit of {MAX_CONSTANT_BYTES}")


def to_array(tensor: TensorProto, folder: Path | None, where: str) -> Array:
    """
    The values of an ONNX tensor, read-only where they share memory with a file.

    `folder` holds the external data files (None: the model did not come from a file). Raises `ModelError` when the
    data do not have exactly the length that shape and element type demand.
    """
    where = f"{where} (tensor '{tensor.name}')" if tensor.name else where
    dtype = numpy_dtype(tensor.data_type, where)
    shape = checked_shape(list(tensor.dims), where)
    size = prod(shape) * dtype.itemsize
    if tensor.HasField("segment"):
        raise ModelError(f"{where}: segmented tensors are not supported")
    if tensor.data_location == TensorProto.EXTERNAL:
        raw = read_external(tensor, size, folder, where)
    elif tensor.HasField("raw_data"):
        raw = tensor.raw_data
    else:
        return _from_typed_field(tensor, dtype, shape, where)
    if len(raw) != size:
        raise ModelError(f"{where}: {len(raw)} bytes of data, but {dtype.name}{list(shape)} takes {size}")
    array = np.frombuffer(raw, dtype=dtype).reshape(shape)
    return array if sys.byteorder == "little" else array.byteswap()


def external_type(tensor: TensorProto, where: str) -> tuple[tuple[int, ...], DType] | None:
    """Shape and element type of a tensor of floats that lies in a file beside the model; None for others."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return None
    where = f"{where} (tensor '{tensor.name}')" if tensor.name else where
    dtype = numpy_dtype(tensor.data_type, where)
    return (checked_shape(list(tensor.dims), where), dtype) if dtype.kind in "fV" and dtype.itemsize > 1 else None


def _from_typed_field(tensor: TensorProto, dtype: DType, shape: tuple[int, ...], where: str) -> Array:
    match tensor.data_type:
        case TensorProto.FLOAT:
            values = np.array(tensor.float_data, np.float32)
        case TensorProto.DOUBLE:
            values = np.array(tensor.double_data, np.float64)
        case TensorProto.INT64:
            values = np.array(tensor.int64_data, np.int64)
        case TensorProto.UINT32 | TensorProto.UINT64:
            values = np.array(tensor.uint64_data, np.uint64)
        case _:
            values = np.array(tensor.int32_data, np.int32)
    if values.size != prod(shape):
        raise ModelError(f"{where}: {values.size} values, but shape {list(shape)} holds {prod(shape)}")
    if dtype.kind == "f" or dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        if values.dtype.kind == "i":
            bits = np.dtype(f"uint{8 * dtype.itemsize}")
            return values.astype(bits).view(dtype).reshape(shape)
        return values.astype(dtype, copy=False).reshape(shape)
    return values.astype(dtype, copy=False).reshape(shape)


def from_array(array: Array, name: str) -> TensorProto:
    """An ONNX tensor with raw data, for rewriting models."""
    return onnx.TensorProto(
        name=name,
        data_type=onnx_type(array.dtype),
        dims=list(array.shape),
        raw_data=np.ascontiguousarray(array).tobytes(),
    )
