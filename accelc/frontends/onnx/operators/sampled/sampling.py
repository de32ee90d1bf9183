"""
Importers of sampling at computed places: GridSample, AffineGrid.

A sample is a weighted sum of its neighbours, each of them gathered at a computed index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.moves.indexing import gather
from accelc.frontends.onnx.tensors import check_constant_size, checked_shape

MODES = {"bilinear": "linear", "linear": "linear", "nearest": "nearest", "bicubic": "cubic", "cubic": "cubic"}
PADDINGS = ("zeros", "border", "reflection")
CUBIC = -0.75
"""Coefficient of the cubic convolution kernel."""
Neighbour = tuple[Tensor, Tensor | None, Tensor | None]
"""A cell, whether it is one (None: always), its weight (None: 1)."""
MAX_AXES = 3
"""Axes between whose elements samples are taken: each more has 2 or 4 times as many neighbours."""
EXACT = 2**24
"""Integers below are exact as f32."""


@dataclass(frozen=True)
class SampledAxis:
    """How coordinates beyond the ends of an axis are brought back: its size, its borders, and where its ends are."""

    b: Builder
    size: int
    padding: str
    aligned: bool

    @property
    def low(self) -> float:
        """Lower border."""
        return 0.0 if self.aligned else -0.5

    @property
    def high(self) -> float:
        """Upper border."""
        return self.size - 1 - self.low

    def place(self, normal: Tensor) -> Tensor:
        """Coordinates in elements, of those from -1 to 1."""
        b = self.b
        if self.aligned:
            return b.mul(b.mul(b.add(normal, 1), 0.5), self.size - 1)
        return b.mul(b.add(b.mul(b.add(normal, 1), self.size), -1), 0.5)

    def clamp(self, at: Tensor) -> Tensor:
        """Moved to the nearest element."""
        return self.b.binary("min", self.b.binary("max", at, self.b.scalar(0, at)), self.b.scalar(self.size - 1, at))

    def reflect(self, at: Tensor) -> Tensor:
        """Mirrored at the borders until it lies between them."""
        b, span = self.b, self.high - self.low
        if not span:
            return b.mul(at, 0)
        distance = b.unary("abs", b.add(at, -self.low))
        turns = b.unary("floor", b.mul(distance, 1 / span))
        rest = b.binary("sub", distance, b.mul(turns, span))
        odd = b.binary("sub", turns, b.mul(b.unary("floor", b.mul(turns, 0.5)), 2))
        mirrored = b.binary("sub", b.scalar(self.high, rest), rest)
        return b.select(b.binary("greater", odd, b.scalar(0.5, odd)), mirrored, b.add(rest, self.low))

    def inside(self, at: Tensor) -> Tensor:
        """Coordinates brought between the borders, but for padding with zeros."""
        if self.padding == "zeros":
            return at
        b = self.b
        back = self.clamp(at) if self.padding == "border" else self.reflect(at)
        outside = b.binary(
            "or", b.binary("less", at, b.scalar(self.low, at)), b.binary("greater", at, b.scalar(self.high, at))
        )
        return b.select(outside, back, at)

    def cell(self, at: Tensor) -> tuple[Tensor, Tensor | None]:
        """Whole coordinates as those of elements, and which of them are elements at all (None: all)."""
        b = self.b
        if self.padding == "reflection":
            return self.clamp(b.unary("round", self.inside(at))), None
        if self.padding == "border":
            return self.clamp(at), None
        real = b.binary(
            "and",
            b.binary("greater_equal", at, b.scalar(0, at)),
            b.binary("less_equal", at, b.scalar(self.size - 1, at)),
        )
        return self.clamp(at), real

    def linear(self, at: Tensor) -> list[Neighbour]:
        """Both neighbours of places in elements."""
        b = self.b
        first = b.unary("floor", at)
        rest = b.binary("sub", at, first)
        weights = (b.binary("sub", b.scalar(1, rest), rest), rest)
        return [(*self.cell(b.add(first, k) if k else first), weight) for k, weight in enumerate(weights)]


def _cubic_weights(b: Builder, t: Tensor) -> list[Tensor]:
    """Weights of the neighbours at -1, 0, 1 and 2 of a place `t` behind 0."""
    here = b.binary("sub", b.scalar(1, t), t)

    def near(d: Tensor) -> Tensor:
        return b.add(b.mul(b.mul(b.add(b.mul(d, CUBIC + 2), -(CUBIC + 3)), d), d), 1)

    def far(d: Tensor) -> Tensor:
        return b.mul(b.add(b.mul(b.add(b.mul(b.add(d, -5), d), 8), d), -4), CUBIC)

    return [far(b.add(t, 1)), near(t), near(here), far(b.add(here, 1))]


def _neighbours(b: Builder, axis: SampledAxis, normal: Tensor, mode: str) -> list[Neighbour]:
    """(cell, whether it is one, weight) of every neighbour along an axis."""
    at = axis.place(normal)
    if mode == "nearest":
        cell, real = axis.cell(axis.inside(b.unary("round", at)))
        return [(cell, real, None)]
    # Cubic neighbours beyond the border are brought back one by one: the curve goes on there.
    at = at if mode == "cubic" and axis.padding == "border" else axis.inside(at)
    if mode == "linear":
        return axis.linear(at)
    first = b.unary("floor", at)
    weights = _cubic_weights(b, b.binary("sub", at, first))
    return [
        (*axis.cell(b.add(first, offset) if offset else first), weight)
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True)
    ]


def _grid_sample(node: Node) -> Tensor:
    b, x, grid = node.builder, node.input(0), node.input(1)
    rank = x.rank - 2
    mode, padding = MODES.get(node.text("mode", "linear")), node.text("padding_mode", "zeros")
    if mode is None or padding not in PADDINGS:
        raise node.error(f"mode '{node.text('mode', '')}' or padding_mode '{padding}' is not known")
    if rank < 1 or grid.rank != x.rank or grid.shape[0] != x.shape[0] or grid.shape[-1] != rank:
        raise node.error(f"grid {list(grid.shape)} does not fit x {list(x.shape)}")
    sizes, out = x.shape[2:], grid.shape[1:-1]
    count = prod(out)
    if rank > MAX_AXES or prod(sizes) >= EXACT or not x.is_float or not prod(x.shape) or not count:
        raise node.unsupported(f"sampling {prod(sizes)} elements of {x.dtype.name} along {rank} axes")
    aligned = bool(node.integer("align_corners", 0))
    places: list[list[Neighbour]] = []
    for axis, size in enumerate(sizes):
        # The last axis comes first in the grid.
        normal = b.reshape(b.slice_axis(grid, grid.rank - 1, rank - 1 - axis, 1), [x.shape[0], count])
        normal = b.cast(normal, np.result_type(np.float32, grid.dtype))
        places.append(_neighbours(b, SampledAxis(b, size, padding, aligned), normal, mode))
    flat = b.reshape(x, [*x.shape[:2], prod(sizes)])
    terms = [sample(b, flat, taps, sizes) for taps in product(*places)]
    total = terms[0]
    for term in terms[1:]:
        total = b.add(total, term)
    return b.reshape(total, [*x.shape[:2], *out])


def sample(b: Builder, flat: Tensor, taps: Sequence[Neighbour], sizes: Sequence[int]) -> Tensor:
    """(N, C, places): one neighbour of every place, weighted."""
    index, real, weight = taps[0]
    for (cell, is_real, factor), size in zip(taps[1:], sizes[1:], strict=True):
        index = b.add(b.mul(index, size), cell)
        real = is_real if real is None else real if is_real is None else b.binary("and", real, is_real)
        weight = factor if weight is None else weight if factor is None else b.mul(weight, factor)
    found = gather(b, flat, b.cast(index, np.dtype(np.int32)), 2, 1)

    def spread(t: Tensor) -> Tensor:
        return b.reshape(t, [t.shape[0], 1, t.shape[1]])

    if real is not None:
        found = b.select(spread(real), found, b.scalar(0, found))
    return found if weight is None else b.mul(found, spread(b.cast(weight, flat.dtype)))


def _affine_grid(node: Node) -> Tensor:
    b, theta = node.builder, node.input(0)
    size = checked_shape(node.integers(1), b.where)
    space = size[2:]
    if len(size) not in (4, 5) or theta.shape != (size[0], len(space), len(space) + 1):
        raise node.error(f"theta {list(theta.shape)} does not fit size {list(size)}")
    check_constant_size((prod(space), len(space) + 1), np.dtype(np.float64), b.where)
    lines = [
        np.linspace(-1, 1, n) if node.integer("align_corners", 0) else (2 * np.arange(n) + 1) / max(n, 1) - 1
        for n in space
    ]
    axes = np.meshgrid(*lines, indexing="ij")
    points = np.stack([*(axis.reshape(-1) for axis in axes[::-1]), np.ones(prod(space))], axis=1)
    result = b.matmul(known(points.astype(theta.dtype)), b.transpose(theta, [0, 2, 1]))
    return b.reshape(result, [size[0], *space, len(space)])


OPERATORS: Table = {"GridSample": _grid_sample, "AffineGrid": _affine_grid}
