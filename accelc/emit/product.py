"""The block structure of one matrix product, as plain numbers."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from accelc.dialects.engine import MatmulFields

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Product:
    """The block structure of one matrix product, as plain numbers."""

    m: int
    rows: tuple[int, ...]
    partitions: tuple[int, ...]
    stationary_offsets: tuple[int, ...]
    moving_offsets: tuple[int, ...]
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    m_block: int
    n_block: int
    out_offset: int
    out_m_stride: int
    out_n_stride: int
    accumulate: bool

    @staticmethod
    def of(op: MatmulFields, columns: int) -> "Product":
        """Structure of `op` on an array of `columns` columns."""
        return Product(
            op.m.value.data,
            tuple(op.step_rows.get_values()),
            tuple(op.step_partitions.get_values()),
            tuple(op.stationary_offsets.get_values()),
            tuple(op.moving_offsets.get_values()),
            tuple(op.moving_sizes.get_values()),
            tuple(op.moving_strides.get_values()),
            columns,
            op.n_block.value.data,
            op.out_offset.value.data,
            op.out_m_stride.value.data,
            op.out_n_stride.value.data,
            op.accumulate is not None,
        )

    @property
    def grid(self) -> tuple[int, int, int]:
        """Number of blocks along m, n and the contraction."""
        return -(-self.m // self.m_block), -(-self.sizes[0] // self.n_block), len(self.rows)

    @cached_property
    def inner(self) -> int:
        """Moving elements of one index of the outermost moving dimension."""
        return prod(self.sizes[1:])

    def m_sizes(self) -> Ints:
        """Stationary columns of every m block."""
        return np.minimum(self.m_block, self.m - np.arange(self.grid[0]) * self.m_block)

    def n_sizes(self) -> Ints:
        """Indices of the outermost moving dimension in every n block."""
        return np.minimum(self.n_block, self.sizes[0] - np.arange(self.grid[1]) * self.n_block)

    def output_starts(self) -> list[int]:
        """First free element of every output block."""
        m, n, _ = self.grid
        return [self.out_offset + i * self.out_m_stride + j * self.out_n_stride for i in range(m) for j in range(n)]
