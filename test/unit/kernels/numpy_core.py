"""Kernels executed by NumPy, call by call, and random ones: nothing here knows the machine's instructions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

COMBINE = {"add": np.add, "sub": np.subtract, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


class NumpyCore:
    """The calls of `Core` on arrays: tiles are arrays, views are NumPy's."""

    def __init__(self) -> None:
        self.outputs: dict[str, Array] = {}

    def sbuf(self, shape: tuple[int, ...], dtype: str, name: str = "", at: int | None = None) -> Array:
        return np.full(shape, np.nan, np.float32)

    def psum(self, shape: tuple[int, ...], dtype: str = "fp32", name: str = "", bank: int | None = None) -> Array:
        return np.full(shape, np.nan, np.float32)

    def hbm(self, shape: tuple[int, ...], dtype: str, name: str = "") -> Array:
        return np.full(shape, np.nan, np.float32)

    def output(self, name: str, shape: tuple[int, ...], dtype: str) -> Array:
        self.outputs[name] = np.full(shape, np.nan, np.float32)
        return self.outputs[name]

    def dma_copy(self, destination: Array, source: Array, queue: int | None = None) -> None:
        destination[...] = source

    def nc_matmul(self, destination: Array, stationary: Array, moving: Array, accumulate: bool = False) -> None:
        product = np.tensordot(stationary.T, moving, 1)
        destination[...] = destination + product if accumulate else product

    def activation(
        self, destination: Array, func: str, source: Array, bias: Array | float = 0.0, scale: float = 1.0
    ) -> None:
        value = scale * source + bias
        destination[...] = np.maximum(value, 0) if func == "relu" else value

    def tensor_tensor(self, destination: Array, lhs: Array, rhs: Array, op: str) -> None:
        destination[...] = COMBINE[op](lhs, rhs)

    def tensor_scalar(
        self, destination: Array, source: Array, op0: str, value0: float, op1: str = "none", value1: float = 0.0
    ) -> None:
        first = COMBINE[op0](source, np.float32(value0))
        destination[...] = first if op1 == "none" else COMBINE[op1](first, np.float32(value1))

    def tensor_reduce(self, destination: Array, source: Array, op: str) -> None:
        destination[...] = COMBINE[op].reduce(source, axis=-1)

    def partition_reduce(self, destination: Array, source: Array, op: str) -> None:
        destination[...] = COMBINE[op].reduce(source, axis=0, keepdims=True)

    def tensor_copy(self, destination: Array, source: Array, engine: str = "vector") -> None:
        destination[...] = source

    def select(self, destination: Array, source: Array, predicate: Array) -> None:
        destination[...] = np.where(predicate != 0, source, destination)

    def memset(self, destination: Array, value: float) -> None:
        destination[...] = value


SLOTS = 8
"""Tiles that live at a time where a kernel places them."""


@dataclass
class Story:
    """
    One random kernel of the machine `tiny` (an array of 4 x 4, 16 moving elements), the same each time it is told.

    Numbers stay whole and small, so that sums are exact in any order. `queues` chooses the DMA queue of every transfer;
    `places` the addresses of all tiles, of which the oldest makes room for the newest, and the banks of results.
    """

    seed: int
    calls: int
    queues: bool = False
    places: bool = False
    tiles: list[Any] = field(default_factory=list[Any])

    def __call__(self, core: Any, x: Any) -> None:
        """Tell it to a core."""
        self.random, self.core, self.x = Random(self.seed), core, x
        self.tiles, self.told = [], 0
        for _ in range(2):
            self.load()
        steps = [
            self.load,
            self.product,
            self.pair,
            self.rewrite,
            self.reduce,
            self.choose,
            self.through_hbm,
            self.move,
        ]
        for _ in range(self.calls):
            self.random.choice(steps)()
        for number, tile in enumerate(self.tiles):
            core.dma_copy(core.output(f"y{number}", tuple(tile.shape), "fp32"), tile, self.queue())

    def queue(self) -> int | None:
        return self.random.randrange(2) if self.queues else None

    def tile(self, rows: int, free: int) -> Any:
        self.told += 1
        at = None
        if self.places:
            # A tile lies where the last but SLOTS + 1 lay, in part or whole; operands of a step are younger.
            at = self.told % (SLOTS + 2) * 64 + self.random.choice((0, 4 * max(0, 16 - free)))
            self.tiles = self.tiles[-SLOTS:]
        self.tiles.append(self.core.sbuf((rows, free), "fp32", f"t{self.told}", at))
        return self.tiles[-1]

    def part(self, rows: int | None = None, free: int | None = None) -> Any:
        """A view of a tile; of these sizes, if the tile has as many."""
        tile = self.random.choice(self.tiles)
        rows = min(rows or tile.shape[0], tile.shape[0])
        free = min(free or self.random.randint(1, tile.shape[1]), tile.shape[1])
        first = self.random.randint(0, tile.shape[1] - free)
        return tile[:rows, first : first + free]

    def load(self) -> None:
        rows, free = self.random.randint(1, 4), self.random.randint(1, 16)
        tile = self.tile(rows, free)
        i, j = self.random.randint(0, 16 - rows), self.random.randint(0, 16 - free)
        if self.random.random() < 0.3:
            self.core.dma_copy(tile, self.x[j : j + free, i : i + rows].T, self.queue())
        else:
            self.core.dma_copy(tile, self.x[i : i + rows, j : j + free], self.queue())

    def product(self) -> None:
        core, random = self.core, self.random
        first, moving = self.part(free=random.randint(1, 4)), self.part()
        rows = min(first.shape[0], moving.shape[0])
        columns, free = first.shape[1], moving.shape[1]
        acc = core.psum((columns, free), bank=random.randrange(4) if self.places else None)
        core.nc_matmul(acc, first[:rows], moving[:rows])
        for _ in range(random.randint(0, 2)):
            again = self.part(free=columns)
            other = self.part(free=free)
            if again.shape[1] == columns and other.shape[1] == free:
                rows = min(again.shape[0], other.shape[0])
                core.nc_matmul(acc, again[:rows], other[:rows], accumulate=True)
        way, bias = random.randrange(4), self.part(rows=columns, free=1)
        out = self.tile(columns, free)
        if way == 0:
            core.tensor_copy(out, acc, engine=random.choice(["vector", "scalar"]))
        elif way == 1:
            core.activation(out, "relu", acc, random.choice([0.0, 1.0, -3.0]), random.choice([1.0, -1.0]))
        elif way == 2:
            core.activation(out, "identity", acc, bias if bias.shape[0] == columns else 0.0)
        else:
            core.tensor_scalar(out, acc, "mul", -1.0, "add", 2.0)
        self.bound(out)

    def bound(self, view: Any) -> None:
        self.core.tensor_scalar(view, view, "min", 4.0, "max", -4.0)

    def pair(self) -> None:
        left = self.part()
        right = self.part(*left.shape)
        rows, free = min(left.shape[0], right.shape[0]), min(left.shape[1], right.shape[1])
        out = self.tile(rows, free)
        op = self.random.choice(list(COMBINE))
        self.core.tensor_tensor(out, left[:rows, :free], right[:rows, :free], op)
        self.bound(out)

    def rewrite(self) -> None:
        """Overwrites what others have read."""
        view = self.part()
        if self.random.random() < 0.5:
            self.core.memset(view, float(self.random.randint(-3, 3)))
        else:
            self.core.tensor_scalar(view, view, "sub", 1.0, "max", -4.0)

    def reduce(self) -> None:
        view, op = self.part(), self.random.choice(["add", "max", "min"])
        if self.random.random() < 0.5:
            out = self.tile(1, view.shape[1])
            self.core.partition_reduce(out, view, op)
        else:
            out = self.tile(view.shape[0], 1)
            self.core.tensor_reduce(out.reshape(view.shape[0]), view, op)
        self.bound(out)

    def choose(self) -> None:
        view = self.part()
        source, predicate = self.part(*view.shape), self.part(*view.shape)
        if source.shape == predicate.shape == view.shape:
            out = self.tile(*view.shape)
            self.core.tensor_copy(out, view)
            self.core.select(out, source, predicate)

    def through_hbm(self) -> None:
        view = self.part()
        rows, free = view.shape
        scratch = self.core.hbm((free, rows), "fp32")
        self.core.dma_copy(scratch.T, view, self.queue())
        self.core.dma_copy(self.tile(rows, free), scratch.T, self.queue())

    def move(self) -> None:
        view = self.part()
        target = self.part(*view.shape)
        rows, free = min(view.shape[0], target.shape[0]), min(view.shape[1], target.shape[1])
        copy = self.tile(rows, free)
        self.core.dma_copy(copy, view[:rows, :free], self.queue())
        self.core.dma_copy(target[:rows, :free], copy, self.queue())


def interpreted(story: Story, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs by NumPy."""
    core = NumpyCore()
    story(core, **inputs)
    return core.outputs
