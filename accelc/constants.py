"""Known values of a `graph` module: the data of its constants and weights, and new ones beside them."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, cast

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import IntegerType, ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation, SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import Array, DType, array_to_dense, array_type, dense_to_array
from accelc.errors import UsageError
from accelc.weights import is_absent, like_absent, load_weights, save_weights

INLINE_ELEMENTS = 16
"""Float constants of at most this many elements are written in the program."""
INLINE_INTEGERS = graph.MAX_CONSTANT_ELEMENTS
"""Integer constants of at most this many elements are written in the program."""


class Constants:
    """Access to `weights` through the operations that name them; new weights are added to it."""

    def __init__(self, weights: MutableMapping[str, Array]):
        self.weights = weights

    def data(self, value: SSAValue) -> Array | None:
        """The elements of a constant, or of a weight whose data are there; None for any other value."""
        match value.owner:
            case graph.ConstantOp() as op:
                return dense_to_array(op.value)
            case graph.WeightOp() as op:
                return self.weights.get(op.weight_name.data)
            case _:
                return None

    def scalar(self, value: SSAValue) -> float | None:
        """The one value that all elements of a known tensor have, if so."""
        array = self.data(value)
        if array is None or not array.size or is_absent(array):
            return None
        first = array.reshape(-1)[:1].astype(np.float64)
        if array.size > 1 and not bool((array == array.reshape(-1)[0]).all()):
            return None
        return float(first[0])

    def make(self, array: Array, name: str) -> Operation:
        """A constant with these elements, or a weight called `name` (with a suffix if that name is taken)."""
        limit = INLINE_INTEGERS if isinstance(array_type(array).element_type, IntegerType) else INLINE_ELEMENTS
        if array.size <= limit and not is_absent(array):
            return graph.ConstantOp(array_to_dense(array))
        unique, suffix = name, 0
        while unique in self.weights:
            suffix += 1
            unique = f"{name}.{suffix}"
        self.weights[unique] = array
        return graph.WeightOp(unique, array_type(array))

    def drop_unused(self, module: ModuleOp) -> None:
        """Forget the data of weights that no operation of `module` names."""
        named = {op.weight_name.data for op in module.walk() if isinstance(op, graph.WeightOp)}
        for name in [n for n in self.weights if n not in named]:
            del self.weights[name]


def source_name(op: Operation) -> str:
    """Name of the node an operation came from, or of the operation itself."""
    name = op.attributes.get("loc_name")
    return name.data if isinstance(name, StringAttr) else op.name


def copy_location(source: Operation, target: Operation) -> None:
    """Let `target` come from where `source` came from."""
    for name in ("loc_name", "layer"):
        attribute: Attribute | None = source.attributes.get(name)
        if attribute is not None:
            target.attributes[name] = attribute


def convert(array: Array, dtype: DType) -> Array:
    """
    The array with elements of `dtype`.

    Finite values stay finite, and axes that repeat one element (stride 0) stay without cost.
    """
    if array.dtype == dtype:
        return array
    if is_absent(array):
        return like_absent(array, array.shape, dtype)
    repeated = [s == 0 and n > 1 for s, n in zip(array.strides, array.shape, strict=True)]
    once = array[tuple(slice(0, 1) if r else slice(None) for r in repeated)]
    if _is_float(dtype) and _is_float(array.dtype) and dtype.itemsize < array.dtype.itemsize:
        limit = float(cast(Any, ml_dtypes.finfo(dtype)).max)
        once = np.where(np.isinf(once), once, np.clip(once, -limit, limit))
    return np.broadcast_to(once.astype(dtype), array.shape)


def _is_float(dtype: DType) -> bool:
    return dtype.kind in "fV"


def read_sidecar(path: str | None) -> dict[str, Array]:
    """Weights for a pass that runs alone: those of a safetensors file, or none."""
    return {} if path is None else dict(load_weights(Path(path)))


def write_sidecar(path: str | None, weights: MutableMapping[str, Array], known: set[str], name: str) -> None:
    """Save the weights after a pass; without a path, weights that it made would be lost, which is a UsageError."""
    if path is not None:
        save_weights(path, weights)
        return
    made = sorted(set(weights) - known)
    if made:
        raise UsageError(f"{name} makes new weights ('{made[0]}'...); name a file for them with the option save=FILE")
