"""Writes `graph` operations for one operation of another compiler at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import Block, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.constants import Constants
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import GraphOp, shape_of
from accelc.dialects.graph_ops.element_types import Array, DType, dtype_of, element_of_dtype
from accelc.errors import ModelError
from accelc.frontends.mlir.view import MAX_ELEMENTS
from accelc.interpreters.graph import EVALUATORS, evaluate

MAX_KNOWN = 1 << 16
"""Elements of values that are computed to see whether they are known."""
MAX_STEPS = 10_000
"""Operations computed for that."""
MAX_COMPUTED = 1 << 27
"""Elements of indices and matrices that an operation becomes."""


@dataclass
class Writer:
    """The block being written; `name` is that of the operation it is written for, `error` locates a message there."""

    block: Block
    weights: dict[str, Array] = field(default_factory=dict[str, Array])
    name: str = ""
    error: Callable[[str], ModelError] = ModelError
    _known: dict[SSAValue, Array | None] = field(default_factory=dict[SSAValue, Array | None])

    def append(self, op: Operation) -> Operation:
        """Append an operation. Raises what `error` makes if it is not legal."""
        if isinstance(op, GraphOp):
            op.loc_name = StringAttr(self.name)
        try:
            op.verify_()
        except VerifyException as error:
            raise self.error(str(error)) from error
        for shape in map(shape_of, op.results):
            if prod(max(size, 1) for size in shape) > MAX_ELEMENTS:
                raise self.error(f"becomes a tensor of shape {list(shape)}; the limit is {MAX_ELEMENTS} elements")
        self.block.add_op(op)
        return op

    def add(self, op: Operation) -> SSAValue:
        """Append an operation; its result."""
        return self.append(op).results[0]

    # --- what is known --------------------------------------------------------------------------------------------

    def known(self, value: SSAValue) -> Array | None:
        """The elements of a value that depends on constants only and is small; None for others."""
        pending = [value]
        for _ in range(MAX_STEPS):
            if not pending:
                break
            if pending[-1] in self._known:
                pending.pop()
                continue
            owner = pending[-1].owner
            if not isinstance(owner, Operation) or prod(shape_of(pending[-1])) > MAX_KNOWN:
                self._known[pending[-1]] = None
            elif isinstance(owner, graph.ConstantOp | graph.WeightOp):
                self._known[pending[-1]] = Constants(self.weights).data(pending[-1])
            elif type(owner) not in EVALUATORS:
                self._known[pending[-1]] = None
            elif missing := [operand for operand in owner.operands if operand not in self._known]:
                pending += missing
            else:
                arrays = [self._known[operand] for operand in owner.operands]
                given = [array for array in arrays if array is not None]
                found = evaluate(owner, given) if len(given) == len(arrays) else (None,) * len(owner.results)
                self._known.update(zip(owner.results, found, strict=True))
        return self._known.get(value)

    def known_scalar(self, value: SSAValue) -> float | int | None:
        """The one value that all elements of a known value have."""
        while isinstance(value.owner, graph.BroadcastOp | graph.ReshapeOp | graph.TransposeOp):
            value = value.owner.x
        array = self.known(value)
        if array is None or not array.size:
            return None
        first = array.reshape(-1)[0]
        same = bool((array == first).all()) or bool((array != array).all())
        return first.item() if same and array.dtype.kind in "iub" else float(first) if same else None

    # --- values ---------------------------------------------------------------------------------------------------

    def constant(self, array: Array) -> SSAValue:
        """A value with these elements."""
        plain = np.ascontiguousarray(array).reshape(array.shape)
        return self.add(Constants(self.weights).make(plain, self.name or "constant"))

    def scalar(self, value: float, dtype: DType) -> SSAValue:
        """A value of rank 0."""
        try:
            return self.constant(np.asarray(value).astype(dtype) if dtype.kind == "V" else np.asarray(value, dtype))
        except (OverflowError, ValueError) as error:
            raise self.error(f"{value} is no {dtype.name}") from error

    def full(self, shape: Sequence[int], value: float, dtype: DType) -> SSAValue:
        """A value whose elements are all the same."""
        return self.broadcast(self.scalar(value, dtype), shape)

    def cast(self, x: SSAValue, dtype: DType) -> SSAValue:
        """x with elements of another type."""
        return x if dtype_of(x) == dtype else self.add(graph.CastOp(x, element_of_dtype(dtype)))

    def unary(self, kind: str, x: SSAValue) -> SSAValue:
        """Elementwise function of the dialect."""
        return self.add(graph.UNARY_OPS[kind](x))

    def binary(self, kind: str, a: SSAValue, b: "SSAValue | float") -> SSAValue:
        """Elementwise function of two operands that broadcast; a number takes the type of `a`."""
        other = b if isinstance(b, SSAValue) else self.scalar(b, dtype_of(a))
        left, right = self.unbroadcast([a, other])
        try:
            return self.add(graph.BINARY_OPS[kind](left, right))
        except ValueError as error:
            raise self.error(str(error)) from error

    def select(self, condition: SSAValue, a: SSAValue, b: SSAValue) -> SSAValue:
        """Elementwise choice between values of one type."""
        condition, a, b = self.unbroadcast([condition, a, b])
        return self.add(graph.SelectOp(condition, a, b))

    def unbroadcast(self, values: Sequence[SSAValue]) -> list[SSAValue]:
        """The values before they were repeated, as far as an elementwise operation repeats them itself."""
        found = list(values)
        shape = np.broadcast_shapes(*(shape_of(value) for value in found))
        for i in range(len(found)):
            while isinstance(owner := found[i].owner, graph.BroadcastOp):
                shorter = [*found[:i], owner.x, *found[i + 1 :]]
                if np.broadcast_shapes(*(shape_of(value) for value in shorter)) != shape:
                    break
                found = shorter
        return found

    def reduce(self, kind: str, x: SSAValue, axes: Sequence[int], keepdims: bool = False) -> SSAValue:
        """Reduction along axes; x where there are none."""
        return self.add(graph.ReduceOp(x, kind, sorted(axes), keepdims)) if axes else x

    def reshape(self, x: SSAValue, shape: Sequence[int]) -> SSAValue:
        """The same elements under another shape."""
        if shape_of(x) == tuple(shape):
            return x
        if isinstance(x.owner, graph.ReshapeOp):
            return self.reshape(x.owner.x, shape)
        return self.add(graph.ReshapeOp(x, shape))

    def transpose(self, x: SSAValue, perm: Sequence[int]) -> SSAValue:
        """Permuted axes."""
        return x if list(perm) == sorted(perm) else self.add(graph.TransposeOp(x, perm))

    def broadcast(self, x: SSAValue, shape: Sequence[int]) -> SSAValue:
        """Repeated to a shape."""
        if prod(shape_of(x)) == prod(shape):
            # Only axes of size 1 are new.
            return self.reshape(x, shape)
        return self.add(graph.BroadcastOp(x, shape))

    def broadcast_in(self, x: SSAValue, axes: Sequence[int], shape: Sequence[int]) -> SSAValue:
        """x with its axis i as axis `axes[i]` of a shape, repeated along the others. `axes` are distinct."""
        order = sorted(range(len(axes)), key=lambda i: axes[i])
        x = self.transpose(x, order)
        places = sorted(axes)
        sizes = [1] * len(shape)
        for size, place in zip(shape_of(x), places, strict=True):
            sizes[place] = size
        first = places[0] if places else len(shape)
        return self.broadcast(self.reshape(x, sizes[first:]), shape)

    def slice(self, x: SSAValue, starts: Sequence[int], sizes: Sequence[int], steps: Sequence[int]) -> SSAValue:
        """Part of x."""
        whole = tuple(sizes) == shape_of(x) and not any(starts) and all(step == 1 for step in steps)
        return x if whole else self.add(graph.SliceOp(x, starts, sizes, steps))

    def pad(
        self,
        x: SSAValue,
        low: Sequence[int],
        high: Sequence[int],
        interior: Sequence[int] | None = None,
        value: float = 0.0,
    ) -> SSAValue:
        """x surrounded and interspersed with a constant; negative amounts cut."""
        between = [0] * len(low) if interior is None else list(interior)
        grow = ([max(n, 0) for n in low], [max(n, 0) for n in high])
        if any([*grow[0], *grow[1], *between]):
            x = self.add(graph.PadOp(x, *grow, between, float(value)))
        starts = [max(-n, 0) for n in low]
        sizes = [size - start - max(-after, 0) for size, start, after in zip(shape_of(x), starts, high, strict=True)]
        return self.slice(x, starts, sizes, [1] * len(sizes))

    def matmul(self, a: SSAValue, b: SSAValue, dtype: DType | None = None) -> SSAValue:
        """numpy.matmul of operands with equally many axes, rounded once to `dtype`."""
        plain = graph.MatmulOp(a, b)
        if dtype is None or dtype == dtype_of(a):
            return self.add(plain)
        result = TensorType(element_of_dtype(dtype), shape_of(plain.result))
        return self.add(graph.MatmulOp(a, b, result))

    def bounded(self, shape: Sequence[int]) -> None:
        """Raise an error for more elements than a value that is computed here may have."""
        if prod(shape) > MAX_COMPUTED:
            raise self.error(f"computes {list(shape)} elements when compiling; the limit is {MAX_COMPUTED}")

    def iota(self, shape: Sequence[int], axis: int, dtype: DType) -> SSAValue:
        """Numbers 0, 1, ... along an axis."""
        self.bounded(shape[axis : axis + 1])
        numbers = np.arange(shape[axis], dtype=np.int64).astype(dtype)
        return self.broadcast_in(self.constant(numbers), [axis], shape)

    def gather(self, x: SSAValue, indices: SSAValue, axis: int) -> SSAValue:
        """Slices of x along an axis; indices are in range."""
        return self.add(graph.GatherOp(x, indices, axis))

    def clip(self, x: SSAValue, low: float, high: float) -> SSAValue:
        """min(max(x, low), high)."""
        return self.binary("min", self.binary("max", x, low), high)
