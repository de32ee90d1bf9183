"""Products by plans are those of `numpy.einsum`."""

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.frontends.mlir.plans.contraction import Labels, plan_contraction

SIZES = st.integers(1, 3)


@st.composite
def operands(draw: st.DrawFn) -> tuple[str, str, dict[str, int]]:
    """Labels of two operands in any order, and their sizes: batch ones first, then summed, then free ones."""
    labels = "abcdef"
    counts = [draw(st.integers(0, 2)) for _ in range(4)]
    places = np.cumsum([0, *counts])
    batch, summed, left, right = (labels[a:b] if b <= 6 else "" for a, b in pairwise(places))
    lhs = "".join(draw(st.permutations([*batch, *summed, *left])))
    rhs = "".join(draw(st.permutations([*batch, *summed, *right])))
    return lhs, rhs, {label: draw(SIZES) for label in labels}


@settings(max_examples=60, deadline=None)
@given(operands(), st.randoms())
def test_products_are_those_of_einsum(given_operands: tuple[str, str, dict[str, int]], random: object) -> None:
    """Any batch, summed and free axes in any order; the result's order is batch, left, right."""
    lhs, rhs, sizes = given_operands
    both = [label for label in lhs if label in rhs]
    batch, summed = both[: len(both) // 2], both[len(both) // 2 :]
    shapes = [tuple(sizes[label] for label in side) for side in (lhs, rhs)]
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-4, 5, shape) for shape in shapes)
    pairs = [([lhs.index(n) for n in names], [rhs.index(n) for n in names]) for names in (batch, summed)]
    plan = plan_contraction(shapes[0], shapes[1], pairs[0], pairs[1])
    left = a.transpose(plan.lhs_perm).reshape(plan.lhs_shape)
    right = b.transpose(plan.rhs_perm).reshape(plan.rhs_shape)
    found = np.matmul(left, right).reshape(plan.result_shape)
    result = [*batch, *(n for n in lhs if n not in both), *(n for n in rhs if n not in both)]
    assert np.array_equal(found, np.einsum(f"{lhs},{rhs}->{''.join(result)}", a, b))
    assert prod(plan.result_shape) == found.size


@settings(max_examples=40, deadline=None)
@given(operands(), st.data())
def test_labels_are_those_of_einsum(given_operands: tuple[str, str, dict[str, int]], data: st.DataObject) -> None:
    """The axes and the permutation that labels give."""
    lhs, rhs, sizes = given_operands
    both = [label for label in lhs if label in rhs]
    batch = both[: len(both) // 2]
    kept = [*batch, *(n for n in lhs if n not in both), *(n for n in rhs if n not in both)]
    result = "".join(data.draw(st.permutations(kept)))
    codes = [tuple(map(ord, side)) for side in (lhs, rhs, result)]
    axes, summed, perm = Labels(*codes).axes()
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-4, 5, tuple(sizes[n] for n in side)) for side in (lhs, rhs))
    plan = plan_contraction(a.shape, b.shape, axes, summed)
    left, right = a.transpose(plan.lhs_perm), b.transpose(plan.rhs_perm)
    found = np.matmul(left.reshape(plan.lhs_shape), right.reshape(plan.rhs_shape)).reshape(plan.result_shape)
    assert np.array_equal(found.transpose(perm), np.einsum(f"{lhs},{rhs}->{result}", a, b))


Pairs = tuple[list[int], list[int]]
NONE: Pairs = ([], [])
WRONG: list[tuple[Pairs, Pairs, str]] = [
    (([0], [0]), ([0], [1]), "left batch and contracting axes"),
    (NONE, ([1], [1]), "have sizes 3 and 5"),
    (([0, 1], [0]), NONE, "2 batch axes on the left, 1 on the right"),
    (([2], [0]), NONE, "are not distinct axes of a tensor of rank 2"),
]


@pytest.mark.parametrize(("batch", "summed", "message"), WRONG)
def test_wrong_axes(batch: Pairs, summed: Pairs, message: str) -> None:
    """Axes that do not exist, are used twice or differ in size."""
    with pytest.raises(ValueError, match=message):
        plan_contraction((2, 3), (4, 5), batch, summed)


def test_sums_of_one_operand_are_no_product() -> None:
    """An index of one operand only that the result has not."""
    with pytest.raises(ValueError, match="of one operand only"):
        Labels((0, 1), (1, 2), (0,)).axes()
