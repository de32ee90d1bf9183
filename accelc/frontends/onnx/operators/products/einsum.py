"""Importer of Einstein summation: transpositions, sums and matrix products."""

from collections.abc import Mapping
from math import prod

from accelc.analysis import einsum
from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Node, Table


def _einsum(node: Node) -> Tensor:
    b, tensors = node.builder, node.all_inputs()
    equation = einsum.parse(node.text("equation", ""), [t.rank for t in tensors])
    sizes: dict[str, int] = {}
    for term, tensor in zip(equation.operands, tensors, strict=True):
        for letter, size in zip(term, tensor.shape, strict=True):
            other = sizes.get(letter, 1)
            if other != size and 1 not in (other, size):
                raise node.error(f"axis '{letter}' has sizes {other} and {size}")
            sizes[letter] = size if other == 1 else other
    parts = [_diagonal(b, tensor, term) for term, tensor in zip(equation.operands, tensors, strict=True)]
    value, letters = parts[0]
    for position, (other, others) in enumerate(parts[1:], 1):
        later = equation.result + "".join(rest for _, rest in parts[position + 1 :])
        value, letters = _summed(b, value, letters, later + others)
        other, others = _summed(b, other, others, later + letters)
        value, letters = _product(b, (value, letters), (other, others), later, sizes)
    value, letters = _summed(b, value, letters, equation.result)
    value = b.transpose(value, [letters.index(c) for c in equation.result])
    return b.broadcast(value, [sizes[c] for c in equation.result])


def _diagonal(b: Builder, x: Tensor, letters: str) -> tuple[Tensor, str]:
    """x with letters that occur several times occurring once."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            rest = [a for a in range(x.rank) if a not in (first, second)]
            size = min(x.shape[first], x.shape[second])
            moved = b.transpose(x, [*rest, first, second])
            shape = moved.shape[:-2]
            flat = b.reshape(moved, [*shape, prod(moved.shape[-2:])])
            x = b.slice_axis(flat, len(shape), 0, size, moved.shape[-1] + 1) if size > 1 else flat
            letters = "".join(letters[a] for a in rest) + letter
    return x, letters


def _summed(b: Builder, x: Tensor, letters: str, needed: str) -> tuple[Tensor, str]:
    """x without the letters that nothing needs."""
    axes = [a for a, letter in enumerate(letters) if letter not in needed]
    return b.reduce("sum", x, axes, keepdims=False), "".join(c for c in letters if c in needed)


def _product(
    b: Builder, one: tuple[Tensor, str], two: tuple[Tensor, str], later: str, sizes: Mapping[str, int]
) -> tuple[Tensor, str]:
    plan = einsum.pair(one[1], two[1], later)

    def arranged(tensor: Tensor, letters: str, order: str) -> Tensor:
        moved = b.transpose(tensor, [letters.index(c) for c in order])
        return b.broadcast(moved, [sizes[c] for c in order])

    def count(letters: str) -> int:
        return prod(sizes[c] for c in letters)

    batch = [sizes[c] for c in plan.batch]
    if not plan.summed and not (plan.left and plan.right):
        # Nothing to add up: elements are multiplied.
        order = plan.batch + plan.left + plan.right
        return b.mul(*(_spread(b, t, letters, order, sizes) for t, letters in (one, two))), order
    left = arranged(*one, plan.batch + plan.left + plan.summed)
    right = arranged(*two, plan.batch + plan.summed + plan.right)
    product = b.matmul(
        b.reshape(left, [*batch, count(plan.left), count(plan.summed)]),
        b.reshape(right, [*batch, count(plan.summed), count(plan.right)]),
    )
    return b.reshape(product, [sizes[c] for c in plan.result]), plan.result


def _spread(b: Builder, x: Tensor, letters: str, order: str, sizes: Mapping[str, int]) -> Tensor:
    """x with the axes `order`, of size 1 where it has none."""
    kept = [c for c in order if c in letters]
    moved = b.transpose(x, [letters.index(c) for c in kept])
    own = dict(zip(kept, moved.shape, strict=True))
    assert all(own[c] in (1, sizes[c]) for c in kept)
    return b.reshape(moved, [own.get(c, 1) for c in order])


OPERATORS: Table = {"Einsum": _einsum}
