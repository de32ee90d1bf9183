"""Rewrites of one operation that may need data of weights, or make new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from accelc.constants import Constants, copy_location, source_name
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import AnyTensor, shape_of, tensor_type
from accelc.dialects.graph_ops.element_types import Array, dtype_of


class Replacement:
    """The operations that take the place of one, in order; all keep its location."""

    def __init__(self, op: Operation, constants: Constants):
        self._op = op
        self._constants = constants
        self._ops: list[Operation] = []

    def add(self, op: Operation) -> SSAValue:
        """Append an operation with one result."""
        copy_location(self._op, op)
        self._ops.append(op)
        return op.results[0]

    def constant(self, value: float, like: SSAValue) -> SSAValue:
        """A scalar with the element type of a value."""
        return self.array(np.asarray(value, dtype_of(like)), "scalar")

    def array(self, array: Array, suffix: str) -> SSAValue:
        """A new constant or weight, named after the operation."""
        return self.add(self._constants.make(array, f"{source_name(self._op)}.{suffix}"))

    def reshape(self, x: SSAValue, shape: Sequence[int]) -> SSAValue:
        """The same elements in another shape; one size may be -1."""
        known = prod(n for n in shape if n >= 0)
        sizes = [prod(shape_of(x)) // known if n < 0 else n for n in shape]
        return x if tuple(sizes) == shape_of(x) else self.add(graph.ReshapeOp(x, sizes))

    def transpose(self, x: SSAValue, perm: Sequence[int]) -> SSAValue:
        """Axis i of the result is axis perm[i] of x."""
        return x if list(perm) == sorted(perm) else self.add(graph.TransposeOp(x, perm=perm))

    def slice(self, x: SSAValue, starts: Sequence[int], sizes: Sequence[int], steps: Sequence[int]) -> SSAValue:
        """Elements `starts + i * steps`, `i < sizes`, of every axis."""
        whole = tuple(sizes) == shape_of(x) and not any(starts) and set(steps) <= {1}
        return x if whole else self.add(graph.SliceOp(x, starts, sizes, steps))

    def finish(self, rewriter: PatternRewriter, result: SSAValue) -> None:
        """Put the operations in place; `result` is the value that was the replaced operation's."""
        rewriter.replace(self._op, self._ops, [result])


def result_type(op: Operation) -> AnyTensor:
    """Tensor type of an operation's first result."""
    return tensor_type(op.results[0])


@dataclass(frozen=True)
class ConstantPattern(RewritePattern):
    """A rewrite that looks at data of weights, or makes new ones."""

    constants: Constants

    def replace(self, op: Operation) -> Replacement:
        """Start to replace an operation."""
        return Replacement(op, self.constants)
