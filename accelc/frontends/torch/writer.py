"""Writes `graph` operations for one node of a PyTorch graph at a time, and locates what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Block, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from accelc.analysis.inplace.strided import Strided, chain_of
from accelc.analysis.inplace.views import BroadcastStep, ReshapeStep, SliceStep, TransposeStep
from accelc.constants import Constants
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import GraphOp, shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.errors import ModelError
from accelc.frontends.torch.library import Array, DType, Tensor


@dataclass(frozen=True, eq=False)
class Handle:
    """
    A tensor of the program: a storage or view of the `graph` dialect, and torch's tensor without elements.

    The shadow goes through the operations that the program does; torch says of it what is a view of what.
    """

    variable: SSAValue
    shadow: Tensor


@dataclass
class Writer:
    """The block being written, and the node it is written for."""

    block: Block
    weights: dict[str, Array] = field(default_factory=dict[str, Array])
    name: str = ""
    where: str = "program"

    def error(self, message: str) -> ModelError:
        """A diagnostic located at the node."""
        return ModelError(f"{self.where}: {message}")

    def append(self, op: Operation) -> None:
        """Append an operation. Raises ModelError if it is not legal."""
        if isinstance(op, GraphOp):
            op.loc_name = StringAttr(self.name)
        try:
            op.verify_()
        except VerifyException as error:
            raise self.error(str(error)) from error
        self.block.add_op(op)

    def add(self, op: Operation) -> SSAValue:
        """Append an operation; its result."""
        self.append(op)
        return op.results[0]

    # --- storages -------------------------------------------------------------------------------------------------

    def variable(self, value: SSAValue) -> SSAValue:
        """New storage that holds a value."""
        return self.add(graph.VariableOp(value))

    def load(self, variable: SSAValue) -> SSAValue:
        """Present contents."""
        return self.add(graph.LoadOp(variable))

    def view(self, variable: SSAValue, source: Sequence[int], view: Strided) -> SSAValue:
        """A view of a variable of the sizes `source`. Raises ValueError for one that no chain of views gives."""
        for step in chain_of(source, view):
            match step:
                case SliceStep(starts, steps, sizes):
                    variable = self.add(graph.ViewSliceOp(variable, starts, sizes, steps))
                case TransposeStep(perm):
                    variable = self.add(graph.ViewTransposeOp(variable, perm))
                case ReshapeStep(_, shape):
                    variable = self.add(graph.ViewReshapeOp(variable, shape))
                case BroadcastStep(_, shape):
                    variable = self.add(graph.ViewBroadcastOp(variable, shape))
        return variable

    # --- values ---------------------------------------------------------------------------------------------------

    def constant(self, array: Array, name: str = "constant") -> SSAValue:
        """A value with these elements."""
        return self.add(Constants(self.weights).make(np.ascontiguousarray(array).reshape(array.shape), name))

    def scalar(self, value: float, dtype: DType) -> SSAValue:
        """A value of rank 0. Raises ModelError for an integer that the type does not hold."""
        try:
            return self.constant(np.asarray(value, dtype))
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

    def binary(self, kind: str, a: SSAValue, b: SSAValue | float) -> SSAValue:
        """Elementwise function of two operands that broadcast; a number takes the type of `a`."""
        return self.add(graph.BINARY_OPS[kind](a, b if isinstance(b, SSAValue) else self.scalar(b, dtype_of(a))))

    def reduce(self, kind: str, x: SSAValue, axes: Sequence[int], keepdims: bool = False) -> SSAValue:
        """Reduction along axes; x where there are none."""
        if not axes:
            return x
        return self.add(graph.ReduceOp(x, kind, sorted(axes), keepdims))

    def reshape(self, x: SSAValue, shape: Sequence[int]) -> SSAValue:
        """The same elements under another shape."""
        return x if shape_of(x) == tuple(shape) else self.add(graph.ReshapeOp(x, shape))

    def transpose(self, x: SSAValue, perm: Sequence[int]) -> SSAValue:
        """Permuted axes."""
        return self.add(graph.TransposeOp(x, perm))

    def swap(self, x: SSAValue) -> SSAValue:
        """The last two axes exchanged."""
        axes = list(range(len(shape_of(x))))
        return self.transpose(x, [*axes[:-2], axes[-1], axes[-2]])

    def broadcast(self, x: SSAValue, shape: Sequence[int]) -> SSAValue:
        """Repeated to a shape."""
        return x if shape_of(x) == tuple(shape) else self.add(graph.BroadcastOp(x, shape))

    def matmul(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """numpy.matmul."""
        return self.add(graph.MatmulOp(a, b))

    def mask(self, array: Array, like: SSAValue) -> SSAValue:
        """Known truth values, repeated to the shape of a value."""
        return self.broadcast(self.constant(array, f"{self.name}.mask"), shape_of(like))


def count(shape: Sequence[Any]) -> int:
    """Number of elements."""
    return prod(int(n) for n in shape)
