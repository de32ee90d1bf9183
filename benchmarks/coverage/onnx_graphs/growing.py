"""A random ONNX graph under construction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper

T = TypeVar("T")
Array = npt.NDArray[Any]
Shape = tuple[int, ...]
LARGEST = 60_000
"""Elements of a value; a graph does not grow beyond it."""
SIZES = (1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 33, 64, 127, 128, 129, 130, 255, 257, 511, 513, 520)
"""Sizes of dimensions that are drawn; 0 is drawn for one dimension in `EMPTY`."""
EMPTY = 60
"""One dimension in so many is empty."""
INDEX = "index"
"""Kind of int64 tensors that one operator reads as indices, and no other reads."""
ONNX_TYPES = {
    "float": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "bool": TensorProto.BOOL,
    INDEX: TensorProto.INT64,
}


@dataclass(frozen=True)
class Value:
    """
    A tensor of a graph.

    `kind` is `float`, `int64`, `int32` or `bool`; an `exact` one holds the same values whatever the precision.
    """

    name: str
    shape: Shape
    kind: str = "float"
    exact: bool = False

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape))

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)


@dataclass
class Growing:
    """A graph under construction, and the random numbers that it is made of."""

    rng: np.random.Generator
    nodes: list[NodeProto] = field(default_factory=list[NodeProto])
    constants: dict[str, Array] = field(default_factory=dict[str, Array])
    inputs: dict[str, Array] = field(default_factory=dict[str, Array])
    values: list[Value] = field(default_factory=list[Value])

    def integer(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.integer(1, one_in) == 1

    def choice(self, items: Sequence[T]) -> T:
        """One of some items."""
        return items[self.integer(0, len(items) - 1)]

    def axis(self, rank: int) -> int:
        """A dimension, counted from either end."""
        return self.integer(-rank, rank - 1)

    def shape(self, low: int = 0, high: int = 4, largest: int = LARGEST) -> Shape:
        """A shape of `low` to `high` dimensions and at most `largest` elements."""
        sizes: list[int] = []
        room = largest
        for _ in range(self.integer(low, high)):
            fitting = [size for size in SIZES if size <= room]
            size = 0 if self.chance(EMPTY) else self.choice(fitting)
            sizes.append(size)
            room //= max(size, 1)
        self.rng.shuffle(sizes)
        return tuple(sizes)

    def numbers(self, shape: Shape, kind: str = "float") -> Array:
        """Random data; floats are multiples of 1/64, so that sums of a few and comparisons are exact."""
        if kind == "bool":
            return self.rng.integers(0, 2, shape).astype(np.bool_)
        if kind != "float":
            return self.rng.integers(-20, 21, shape).astype(kind)
        return np.round(self.rng.standard_normal(shape) * 64) / 64

    def weight(self, shape: Shape, fan: int = 1) -> str:
        """A constant of floats, scaled so that sums of `fan` products stay near 1."""
        return self.constant(self.numbers(shape) / np.sqrt(max(fan, 1)))

    def constant(self, array: Array | Sequence[int]) -> str:
        """A constant; sequences of integers are int64."""
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(array, np.int64) if isinstance(array, Sequence) else array
        return name

    def input(self, shape: Shape, kind: str = "float") -> Value:
        """A new input of the graph."""
        name = f"x{len(self.inputs)}"
        self.inputs[name] = self.numbers(shape, kind)
        self.values.append(Value(name, shape, kind, True))
        return self.values[-1]

    def pick(self, kind: str = "float", low: int = 0, high: int = 6, exact: bool = False) -> Value:
        """A value of a kind with `low` to `high` dimensions; a new input where there is none."""
        fitting = [
            value
            for value in self.values
            if value.kind == kind and low <= value.rank <= high and (value.exact or not exact)
        ]
        if fitting and not self.chance(8):
            # Later values more often: chains grow deep.
            return fitting[max(self.integer(0, len(fitting) - 1), self.integer(0, len(fitting) - 1))]
        return self.input(self.shape(low, min(high, 4)), kind)

    def partner(self, value: Value, kind: str = "float", exact: bool = False) -> Value | None:
        """A value that broadcasts with another: one that is there, or a new input. None if the result is too large."""
        fitting = [
            other
            for other in self.values
            if other.kind == kind and (other.exact or not exact) and broadcast(value.shape, other.shape) is not None
        ]
        if fitting and self.chance(2):
            return self.choice(fitting)
        sizes = [1 if self.chance(3) else size for size in value.shape][self.integer(0, value.rank) :]
        return self.input(tuple(sizes), kind)

    def add(self, op: str, inputs: Sequence[Value | str], result: Value | Shape, /, **attributes: Any) -> Value:
        """Appends a node; its result is named here and takes its exactness from what is given."""
        given = result if isinstance(result, Value) else Value("", result)
        value = Value(f"v{len(self.values)}", given.shape, given.kind, given.exact)
        names = [one if isinstance(one, str) else one.name for one in inputs]
        self.nodes.append(helper.make_node(op, names, [value.name], f"{op}_{value.name}", **attributes))
        self.values.append(value)
        return value


def broadcast(left: Shape, right: Shape) -> Shape | None:
    """The shape of both broadcast, None if they do not fit or are too large."""
    try:
        shape = np.broadcast_shapes(left, right)
    except ValueError:
        return None
    return shape if np.prod(shape) <= LARGEST else None


Operator = Callable[[Growing], bool]
"""Appends a node, or finds that the values it picked do not fit."""
