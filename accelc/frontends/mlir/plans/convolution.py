"""Layouts of convolutions: dimension numbers as permutations to (N, C, ...), (O, I, ...) and back."""

from collections.abc import Sequence
from dataclasses import dataclass

Perm = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """Permutations of input and kernel to (N, C, spatial...) and (O, I, spatial...), and of the result from there."""

    x: Perm
    kernel: Perm
    result: Perm


def plan_layout(x: Sequence[str], kernel: Sequence[str], result: Sequence[str]) -> Layout:
    """
    The permutations for axes named `b f 0 1`, `o i 0 1` and `b f 0 1` in any order.

    Raises ValueError if names are missing or other than these.
    """
    spatial = [str(axis) for axis in range(len(x) - 2)]
    sides = (("input", x, ["b", "f"]), ("kernel", kernel, ["o", "i"]), ("result", result, ["b", "f"]))
    for what, names, first in sides:
        if sorted(names) != sorted([*first, *spatial]):
            raise ValueError(f"the {what} has axes {list(names)}, expected {[*first, *spatial]} in some order")
    canonical = ["b", "f", *spatial]
    return Layout(
        tuple(list(x).index(name) for name in canonical),
        tuple(list(kernel).index(name) for name in ["o", "i", *spatial]),
        tuple(canonical.index(name) for name in result),
    )


def same_pads(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Pads of one axis so that the result has `ceil(size / stride)` elements, the odd one behind."""
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2
