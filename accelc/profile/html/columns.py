"""Columns of numbers as compressed text, for pages that carry their data with them."""

import gzip
from base64 import b64encode
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Reference = dict[str, Any]
"""Where a page finds a column: type, offset in bytes, count, and whether it holds differences."""


def packed(data: bytes) -> str:
    """Compressed (gzip, always the same for the same data) and in base64."""
    return b64encode(gzip.compress(data, mtime=0)).decode("ascii")


class Columns:
    """Columns one after the other, little-endian, each at a multiple of 8 bytes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size: int = 0

    def add(self, column: Column) -> Reference:
        """A column of integers or floats; floats keep 32 bits."""
        if column.dtype.kind == "f":
            return self._put(column, np.dtype("<f4"), "f4")
        return self._put(column, *_integer(column))

    def add_rising(self, column: Column) -> Reference:
        """A column of ticks in order: its differences compress better."""
        differences = np.diff(column, prepend=0)
        return {**self.add(differences), "differences": True}

    def _put(self, column: Column, dtype: np.dtype[Any], name: str) -> Reference:
        data = column.astype(dtype).tobytes()
        found: Reference = {"type": name, "at": self.size, "count": len(column)}
        data += bytes(-len(data) % 8)
        self.parts.append(data)
        self.size += len(data)
        return found

    def text(self) -> str:
        """All columns as `packed` text."""
        return packed(b"".join(self.parts))


def _integer(column: Column) -> tuple[np.dtype[Any], str]:
    low, high = int(column.min(initial=0)), int(column.max(initial=0))
    for name in ("i1", "i2", "i4"):
        limits = np.iinfo(name)
        if limits.min <= low and high <= limits.max:
            return np.dtype(f"<{name}"), name
    # Scripts hold integers exactly up to 2^53, which ticks of hours do not reach.
    return np.dtype("<f8"), "f8"
