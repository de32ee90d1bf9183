"""
The stationary side of a product: constant weights, or a tensor computed on chip, brought to where the array loads.

A stationary operand is a list of units: unit `tap * terms + term` holds, for one contraction step, the bf16 term
`term` of the weights (one term where the array has the dtype).
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from accelc.lowering.context import Lowering
from accelc.lowering.deferred import Array, Deferred
from accelc.lowering.products.packing import Part, Slab, Tap, array_dtype, array_terms
from accelc.lowering.views import Storage, View, itemsize


@dataclass(frozen=True)
class Loaded:
    """Units on chip: unit i, column m starts at free element `offset + i * stride + m - low`."""

    storage: Storage
    offset: int
    stride: int
    low: int


class Stationary(Protocol):
    """A stationary operand that can be loaded piece by piece."""

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Contraction steps, in order."""
        ...

    def load(self, ctx: Lowering, first: int, last: int, low: int, high: int) -> Loaded:
        """Brings units `first:last`, columns `low:high`, to where the array loads from."""
        ...


def load_whole(ctx: Lowering, source: Stationary, columns: int) -> Loaded | None:
    """All units at once if they fit the weight budget, else None."""
    units = len(source.taps) * max(ctx.split_terms, 1)
    if units * columns * itemsize(ctx.matmul_dtype) > ctx.weight_budget:
        return None
    return source.load(ctx, 0, units, 0, columns)


@dataclass(frozen=True)
class SlabWeights:
    """Constant weights of one slab."""

    slab: Slab
    name: str
    _placed: dict[tuple[bool, int, int, int, int], View] = field(
        default_factory=dict[tuple[bool, int, int, int, int], View], compare=False
    )

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Contraction steps of the slab."""
        return self.slab.taps

    def load(self, ctx: Lowering, first: int, last: int, low: int, high: int) -> Loaded:
        """One transfer from HBM, or two where the last K tile is ragged."""
        terms = max(ctx.split_terms, 1)
        width = high - low
        space = ctx.target.tensor.ls_source[0]
        storage = ctx.builder.storage(f"{self.name}.w", space, (last - first) * width, ctx.matmul_dtype)
        cut = self.slab.full.taps * terms
        position = 0
        for ragged, begin, end in (
            (False, min(first, cut), min(last, cut)),
            (True, max(first, cut) - cut, max(last, cut) - cut),
        ):
            if begin < end:
                source = self._constant(ctx, ragged, (begin, end), (low, high))
                view = View(storage, source.shape, (0, width, 1), position * width, axis=0)
                ctx.builder.dma(source, view)
                position += end - begin
        return Loaded(storage, 0, width, low)

    def _constant(self, ctx: Lowering, ragged: bool, units: tuple[int, int], columns: tuple[int, int]) -> View:
        """Some units in HBM, (rows, units, columns), stored once however often they are loaded."""
        key = (ragged, *units, *columns)
        if key not in self._placed:
            part, dtype, terms = self.slab.ragged if ragged else self.slab.full, ctx.matmul_dtype, ctx.split_terms
            shape = (part.rows, units[1] - units[0], columns[1] - columns[0])
            piece = Deferred(shape, array_dtype(dtype, terms), lambda: _units(part, units, columns, (dtype, terms)))
            self._placed[key] = ctx.constant(f"{self.name}.w", piece)
        return self._placed[key]


def _units(part: Part, units: tuple[int, int], columns: tuple[int, int], form: tuple[str, int]) -> Array:
    """Some units of packed weights, in the form (dtype, terms) that `array_terms` takes."""
    terms = max(form[1], 1)
    begin, end = units
    taps = part.data[:, begin // terms : -(-end // terms), columns[0] : columns[1]]
    stacked = np.stack(array_terms(np.ascontiguousarray(taps), *form), axis=2)
    stacked = stacked.reshape(part.rows, -1, columns[1] - columns[0])
    shift = begin // terms * terms
    return np.ascontiguousarray(stacked[:, begin - shift : end - shift])


@dataclass(frozen=True)
class TensorWeights:
    """A matrix (K, M) on chip, K over the partitions, with its bf16 terms side by side if it was split."""

    view: View
    terms: int

    @property
    def taps(self) -> tuple[Tap, ...]:
        """One contraction step per K tile."""
        rows = self.view.storage.partitions
        k = self.view.shape[0]
        return tuple(Tap(t, min(rows, k - t * rows), 0, 0) for t in range(-(-k // rows)))

    def load(self, ctx: Lowering, first: int, last: int, low: int, high: int) -> Loaded:
        """In place where the array loads from SBUF, else copied unit by unit."""
        view, terms = self.view, max(self.terms, 1)
        length = view.storage.elements // terms
        space = ctx.target.tensor.ls_source[0]
        if space == view.storage.space and terms == 1:
            return Loaded(view.storage, view.offset + first * view.strides[0] + low, view.strides[0], low)
        width = high - low
        storage = ctx.builder.storage("stationary", space, (last - first) * width, ctx.matmul_dtype)
        for index in range(first, last):
            tap = self.taps[index // terms]
            shape = (tap.rows, width)
            source = replace(
                view,
                shape=shape,
                offset=view.offset + tap.tile * view.strides[0] + index % terms * length + low,
            )
            target = View(storage, shape, (0, 1), (index - first) * width, axis=0)
            if space == "sbuf":
                ctx.builder.copy(source, target)
            else:
                ctx.builder.dma(source, target)
        return Loaded(storage, 0, width, low)
