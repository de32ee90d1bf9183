"""
Constant data that is computed when it is needed. NumPy only, no IR.

Lowering needs the shapes of packed weights, not their elements. A partition is lowered several times, and programs
compete; only the one that is kept needs its weights packed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.weights import absent_weight

Array = npt.NDArray[np.generic]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Deferred:
    """An array that `compute` makes, of a shape and element type known before."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    compute: Callable[[], Array]

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Kernel:
    """Constant weights (M, C/group, kh, kw): `channels(low, high)` computes output channels `low:high` of them."""

    shape: tuple[int, int, int, int]
    channels: Callable[[int, int], F32]

    @staticmethod
    def of(data: Array) -> "Kernel":
        """Four-dimensional weights of any float type."""
        m, channels, height, width = data.shape
        return Kernel((m, channels, height, width), lambda low, high: data[low:high].astype(np.float32, copy=False))


class DeferredWeights(Mapping[str, Array]):
    """
    Flat data of weight buffers by symbol; what is deferred is computed when it is first asked for, and kept.

    Computing in order of the symbols holds the least memory: what several buffers are cut from is then needed last.
    """

    def __init__(self, data: Mapping[str, Array | Deferred]) -> None:
        self._data = dict(data)

    def __getitem__(self, symbol: str) -> Array:
        data = self._data[symbol]
        if isinstance(data, Deferred):
            shape, dtype = data.shape, data.dtype
            data = data.compute()
            assert (data.shape, data.dtype) == (shape, dtype), f"{symbol}: {data.dtype}{data.shape}"
        flat = np.ascontiguousarray(data).reshape(-1)
        self._data[symbol] = flat
        return flat

    def absent(self) -> dict[str, Array]:
        """Arrays of the same types without elements (`accelc.weights.absent_weight`); nothing is computed."""
        return {symbol: absent_weight((prod(data.shape),), data.dtype) for symbol, data in self._data.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)
