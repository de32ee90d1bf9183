"""
The only door to the package torch, which is an extra: what the front end needs of it, as typed functions.

torch is imported when it is needed, under the type `Any`: its own annotations are incomplete, and without it installed
there are none.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from accelc.analysis.inplace.strided import Strided
from accelc.errors import ModelError

Array = npt.NDArray[Any]
DType = np.dtype[Any]
Tensor = Any
"""A `torch.Tensor`."""
Operator = Any
"""A `torch._ops.OpOverload`."""

_DTYPES: Mapping[str, DType] = {
    "float32": np.dtype(np.float32),
    "float64": np.dtype(np.float64),
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "bool": np.dtype(np.bool_),
    "uint8": np.dtype(np.uint8),
    **{f"int{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
}
"""torch's dtype -> NumPy's."""


@cache
def torch() -> Any:
    """The package. Raises ModelError that says which extra to install."""
    if find_spec("torch") is None:
        raise ModelError(
            "reading PyTorch programs needs the package torch: install it with: pip install 'accelc[torch]'"
        )
    return import_module("torch")


def numpy_dtype(dtype: Any) -> DType:
    """NumPy's dtype of a torch dtype. Raises ValueError if the `graph` dialect has no such elements."""
    name = str(dtype).removeprefix("torch.")
    if name not in _DTYPES:
        raise ValueError(f"elements of type {name}; supported are {', '.join(_DTYPES)}")
    return _DTYPES[name]


def to_numpy(tensor: Tensor) -> Array:
    """The elements of a tensor in row-major order. Raises ValueError for elements the `graph` dialect does not have."""
    dtype = numpy_dtype(tensor.dtype)
    if str(tensor.layout) != "torch.strided" or tensor.is_quantized:
        raise ValueError("is sparse or quantized; supported are dense tensors")
    with _elements():
        plain = tensor.detach().cpu().contiguous()
        if dtype == ml_dtypes.bfloat16:
            return plain.view(torch().int16).numpy().view(dtype)
        return plain.numpy()


def storage_to_numpy(tensor: Tensor) -> Array:
    """All elements of the storage of a tensor."""
    with _elements():
        cells = tensor.untyped_storage().nbytes() // tensor.element_size()
        whole = tensor.detach().as_strided((cells,), (1,), 0)
    return to_numpy(whole)


def _elements() -> Any:
    """A context in which operations have elements, also inside `shadows`."""
    return import_module("torch._subclasses.fake_tensor").unset_fake_temporarily()


def from_numpy(array: Array) -> Tensor:
    """A new tensor with these elements."""
    copied = np.array(array, order="C")
    if array.dtype == ml_dtypes.bfloat16:
        return torch().from_numpy(copied.view(np.int16)).view(torch().bfloat16)
    return torch().from_numpy(copied)


def is_tensor(given: Any) -> bool:
    """Whether this is a tensor."""
    return isinstance(given, torch().Tensor)


def storage_of(tensor: Tensor) -> int:
    """A number that two tensors share exactly if they share their storage."""
    return tensor.untyped_storage()._cdata


def geometry(tensor: Tensor) -> Strided:
    """Where the elements of a tensor are in its storage, in elements."""
    return Strided(tuple(map(int, tensor.shape)), tuple(map(int, tensor.stride())), int(tensor.storage_offset()))


@contextmanager
def shadows() -> Generator[None]:
    """Inside, operations give tensors without elements, whose shapes and storages are those that torch would give."""
    mode = import_module("torch._subclasses.fake_tensor").FakeTensorMode
    with torch().no_grad(), mode():
        yield


def shadow(sizes: Sequence[int], strides: Sequence[int], dtype: Any) -> Tensor:
    """A tensor without elements, in a storage of its own; only inside `shadows`."""
    return torch().empty_strided(tuple(sizes), tuple(strides), dtype=dtype)


def traced(function: Any, shadows: Sequence[Tensor], decomposed: Operator | None) -> Any:
    """
    The `torch.fx` graph module of what torch executes for `function(*shadows)`; in-place operations stay.

    `decomposed` is an operation to replace by torch's decomposition of it, if torch has one.
    """
    table: Any = {}
    if decomposed is not None:
        known: Any = import_module("torch._decomp").decomposition_table
        table = {decomposed: known[decomposed]} if decomposed in known else {}
    make: Any = import_module("torch.fx.experimental.proxy_tensor").make_fx(function, decomposition_table=table)
    with without_layer_kernels():
        return make(*shadows)


@contextmanager
def without_layer_kernels() -> Generator[None]:
    """Inside, torch does not take kernels of one library for whole layers, which cannot be taken apart."""
    native: Any = torch()._C
    enabled = native._get_mkldnn_enabled()
    native._set_mkldnn_enabled(False)
    try:
        yield
    finally:
        native._set_mkldnn_enabled(enabled)


def cells(place: Strided) -> Array:
    """Numbers of the cells of a storage that a tensor consists of."""
    index = np.asarray(place.offset)
    for size, stride in zip(place.sizes, place.strides, strict=True):
        index = np.add.outer(index, np.arange(size) * stride)
    return index.reshape(-1)


def flat(tree: Any) -> list[Any]:
    """The leaves of nested tuples, lists and dictionaries."""
    return import_module("torch.utils._pytree").tree_leaves(tree)


def by_schema(target: Operator, arguments: Mapping[str, Any]) -> Any:
    """What an operator gives for arguments by name."""
    positional = list[Any]()
    named = dict(arguments)
    for argument in target._schema.arguments:
        if argument.kwarg_only or argument.name not in named:
            break
        positional.append(named.pop(argument.name))
    return target(*positional, **named)
