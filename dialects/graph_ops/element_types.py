"""Element types of the `graph` dialect as NumPy dtypes, and inline constants as arrays."""

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    BFloat16Type,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    Float8E4M3FNType,
    Float8E5M2Type,
    Float16Type,
    Float32Type,
    Float64Type,
    IntegerType,
    Signedness,
    TensorType,
)
from xdsl.ir import Attribute

from accelc.dialects.graph_ops.base import AnyTensor, Value, tensor_type
from accelc.errors import ModelError

Array = npt.NDArray[Any]
DType = np.dtype[Any]

_ELEMENTS: Mapping[DType, Attribute] = {
    np.dtype(np.float32): Float32Type(),
    np.dtype(np.float64): Float64Type(),
    np.dtype(np.float16): Float16Type(),
    np.dtype(ml_dtypes.bfloat16): BFloat16Type(),
    np.dtype(ml_dtypes.float8_e4m3fn): Float8E4M3FNType(),
    np.dtype(ml_dtypes.float8_e5m2): Float8E5M2Type(),
    np.dtype(np.bool_): IntegerType(1),
    **{np.dtype(f"int{bits}"): IntegerType(bits) for bits in (8, 16, 32, 64)},
    **{np.dtype(f"uint{bits}"): IntegerType(bits, Signedness.UNSIGNED) for bits in (8, 16, 32, 64)},
}
_DTYPES: Mapping[Attribute, DType] = {
    **{element: dtype for dtype, element in _ELEMENTS.items()},
    **{IntegerType(bits, Signedness.SIGNED): np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
}


def element_of_dtype(dtype: DType) -> Attribute:
    """Element type that stores `dtype`. Raises ModelError if there is none."""
    element = _ELEMENTS.get(dtype)
    if element is None:
        raise ModelError(f"dtype {dtype} has no element type; there is one for {', '.join(map(str, _ELEMENTS))}")
    return element


def dtype_of_element(element: Attribute) -> DType:
    """NumPy dtype of an element type. Raises ModelError if NumPy has none."""
    dtype = _DTYPES.get(element)
    if dtype is None:
        raise ModelError(f"element type {element} cannot be computed; known are {', '.join(map(str, _DTYPES))}")
    return dtype


def dtype_of(value: Value) -> DType:
    """NumPy dtype of a tensor value. Raises ModelError if NumPy has none."""
    return dtype_of_element(tensor_type(value).element_type)


def array_type(array: Array) -> AnyTensor:
    """Tensor type of an array."""
    return TensorType(element_of_dtype(array.dtype), array.shape)


def dense_to_array(dense: DenseIntOrFPElementsAttr) -> Array:
    """The elements of a constant, read-only."""
    dtype = dtype_of_element(dense.get_element_type())
    data = np.frombuffer(dense.data.data, np.uint8)
    if dtype == np.bool_:
        return (data != 0).reshape(dense.get_shape())
    return data.view(dtype).reshape(dense.get_shape())


def array_to_dense(array: Array) -> DenseIntOrFPElementsAttr:
    """Inline elements of an array."""
    data = np.ascontiguousarray(array)
    if data.dtype == np.bool_:
        data = np.negative(data.astype(np.int8))  # true is -1 in one signed bit
    kind: Any = array_type(array)
    return DenseIntOrFPElementsAttr(kind, BytesAttr(data.tobytes()))
