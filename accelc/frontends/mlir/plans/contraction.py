"""General products of tensors as matrix products (StableHLO's `dot_general`, Einstein sums of two operands)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Contraction:
    """
    Permute, reshape, multiply as `numpy.matmul`, reshape.

    The operands become `(batch..., m, k)` and `(batch..., k, n)`; the result has the batch axes, then the free ones of
    the left operand, then those of the right one.
    """

    lhs_perm: Shape
    lhs_shape: Shape
    rhs_perm: Shape
    rhs_shape: Shape
    result_shape: Shape


def _require_axes(what: str, axes: Sequence[int], rank: int) -> None:
    if len(set(axes)) != len(axes) or any(not 0 <= axis < rank for axis in axes):
        raise ValueError(f"{what} axes {list(axes)} are not distinct axes of a tensor of rank {rank}")


def plan_contraction(
    lhs: Shape,
    rhs: Shape,
    batch: tuple[Sequence[int], Sequence[int]],
    contract: tuple[Sequence[int], Sequence[int]],
) -> Contraction:
    """
    The plan for operands of shapes `lhs` and `rhs`; pairs of axes of both are batched and contracted.

    Raises ValueError for axes that do not exist, are there twice, or whose sizes differ.
    """
    for shape, side, what in ((lhs, 0, "left"), (rhs, 1, "right")):
        _require_axes(f"{what} batch and contracting", [*batch[side], *contract[side]], len(shape))
    for what, (left, right) in (("batch", batch), ("contracting", contract)):
        if len(left) != len(right):
            raise ValueError(f"{len(left)} {what} axes on the left, {len(right)} on the right")
        for i, j in zip(left, right, strict=True):
            if lhs[i] != rhs[j]:
                raise ValueError(f"{what} axes {i} and {j} have sizes {lhs[i]} and {rhs[j]}")
    free = [
        [axis for axis in range(len(shape)) if axis not in (*batch[side], *contract[side])]
        for side, shape in ((0, lhs), (1, rhs))
    ]
    sizes = tuple(lhs[axis] for axis in batch[0])
    m = tuple(lhs[axis] for axis in free[0])
    n = tuple(rhs[axis] for axis in free[1])
    k = prod(lhs[axis] for axis in contract[0])
    return Contraction(
        lhs_perm=(*batch[0], *free[0], *contract[0]),
        lhs_shape=(*sizes, prod(m), k),
        rhs_perm=(*batch[1], *contract[1], *free[1]),
        rhs_shape=(*sizes, k, prod(n)),
        result_shape=(*sizes, *m, *n),
    )


@dataclass(frozen=True)
class Labels:
    """Axes of both operands and the result by label, for a product summed over the labels the result does not have."""

    lhs: tuple[int, ...]
    rhs: tuple[int, ...]
    result: tuple[int, ...]

    def axes(self) -> tuple[tuple[list[int], list[int]], tuple[list[int], list[int]], tuple[int, ...]]:
        """
        Batch and contracting pairs, and the permutation that gives the result's order.

        Raises ValueError if a label is twice in one operand, or of one operand only and not in the result.
        """
        for side in (self.lhs, self.rhs, self.result):
            if len(set(side)) != len(side):
                raise ValueError("an index is used twice in one tensor")
        batch = [label for label in self.lhs if label in self.rhs and label in self.result]
        summed = [label for label in self.lhs if label in self.rhs and label not in self.result]
        for label in (*self.lhs, *self.rhs):
            if label not in self.result and label not in summed:
                raise ValueError("an index of one operand only is summed over")
        order = [
            *batch,
            *(label for label in self.lhs if label not in (*batch, *summed)),
            *(label for label in self.rhs if label not in (*batch, *summed)),
        ]
        if sorted(order) != sorted(self.result):
            raise ValueError("the result has an index that no operand has")
        return (
            ([self.lhs.index(label) for label in batch], [self.rhs.index(label) for label in batch]),
            ([self.lhs.index(label) for label in summed], [self.rhs.index(label) for label in summed]),
            tuple(order.index(label) for label in self.result),
        )
