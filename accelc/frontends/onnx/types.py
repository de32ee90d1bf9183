"""Element types of the IR for NumPy dtypes, and back."""

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import (
    BFloat16Type,
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

from accelc.frontends.onnx.tensors import Array, DType

_ELEMENTS: dict[DType, Attribute] = {
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
_DTYPES = {element: dtype for dtype, element in _ELEMENTS.items()}


def element_of_dtype(dtype: DType) -> Attribute:
    """Element type of the IR that stores `dtype`."""
    return _ELEMENTS[dtype]


def dtype_of_element(element: Attribute) -> DType:
    """NumPy dtype of an element type."""
    return _DTYPES[element]


def tensor_type(shape: tuple[int, ...], dtype: DType) -> TensorType[Attribute]:
    """Builtin tensor type of a shape and a NumPy dtype."""
    return TensorType(element_of_dtype(dtype), list(shape))


def dense_elements(array: Array) -> DenseIntOrFPElementsAttr:
    """Inline elements of an array."""
    kind = tensor_type(array.shape, array.dtype)
    values = (
        [x.item() for x in array.reshape(-1).astype(np.float64)]
        if array.dtype.kind == "V"
        else array.reshape(-1).tolist()
    )
    return DenseIntOrFPElementsAttr.from_list(kind, values)
