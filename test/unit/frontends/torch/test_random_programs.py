"""Random programs of views and writes in place: the import computes what torch does, writes included."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch_support import Program, check, normal, torch

View = Callable[[Any, int, int, int], Any]


def split_axis(x: Any, axis: int, i: int, j: int) -> Any:
    """Every so many elements of an axis, from some place on."""
    return x[(slice(None),) * axis + (slice(j % x.shape[axis], None, 1 + i % 3),)]


ANY: Mapping[str, View] = {
    "reshape": lambda x, axis, i, j: x.reshape(-1) if j % 2 else x.reshape(*x.shape, 1),
    "view": lambda x, axis, i, j: x.view(-1) if x.is_contiguous() else None,
    "unsqueeze": lambda x, axis, i, j: x.unsqueeze(axis),
    "expand": lambda x, axis, i, j: x.unsqueeze(0).expand(2, *x.shape) if x.dim() < 3 else None,
    "diagonal": lambda x, axis, i, j: x.diagonal(j % 3 - 1) if x.dim() == 2 and min(x.shape) > 1 else None,
}
"""Views of every tensor, or copies, where `reshape` has to make one; None where there is none."""
OF_AXES: Mapping[str, View] = {
    "select": lambda x, axis, i, j: x.select(axis, j % x.shape[axis]),
    "slice": split_axis,
    "transpose": lambda x, axis, i, j: x.transpose(axis, j % x.dim()),
    "unbind": lambda x, axis, i, j: x.unbind(axis)[j % x.shape[axis]],
    "chunk": lambda x, axis, i, j: x.chunk(2, axis)[-1],
}
"""Views of tensors with elements along an axis."""
WRITES: Mapping[str, Callable[[Any, Any, float], Any]] = {
    "add": lambda x, other, number: x.add_(number),
    "add_tensor": lambda x, other, number: x.add_(other.mean()),
    "mul": lambda x, other, number: x.mul_(number),
    "relu": lambda x, other, number: x.relu_(),
    "zero": lambda x, other, number: x.zero_(),
    "fill": lambda x, other, number: x.fill_(number),
    "copy": lambda x, other, number: x.copy_(other.reshape(-1)[0] if other.numel() else other.sum()),
    "clamp": lambda x, other, number: x.clamp_(-0.5, number + 0.75),
    "sub_alpha": lambda x, other, number: x.sub_(other if other.shape == x.shape else other.sum(), alpha=0.5),
    "self": lambda x, other, number: x.add_(x),
    "set": lambda x, other, number: x.__setitem__(..., number),
}
"""Writes in place; `other` shares no storage with x."""
COPIES = ("clone", "plus", "sum", "cat")

Step = tuple[str, int, int, int]
"""What to do, with which tensor, and two numbers that choose how."""
STEPS = st.lists(
    st.tuples(st.sampled_from([*ANY, *OF_AXES, *WRITES, *WRITES, *COPIES]), *(st.integers(0, 30),) * 3),
    min_size=3,
    max_size=9,
)


def view(kind: str, x: Any, i: int, j: int) -> Any:
    """A view of x; None if x has none of this kind."""
    axis = i % x.dim() if x.dim() else 0
    if kind in ANY:
        return ANY[kind](x, axis, i, j)
    return OF_AXES[kind](x, axis, i, j) if x.dim() and x.shape[axis] else None


def write(kind: str, x: Any, other: Any, i: int) -> None:
    """Write x in place, unless its elements share cells."""
    if not any(stride == 0 and size > 1 for stride, size in zip(x.stride(), x.shape, strict=True)):
        WRITES[kind](x, other, 0.25 * (i % 7) - 0.5)


def copy(kind: str, x: Any, other: Any) -> Any:
    """A new tensor made of two."""
    match kind:
        case "clone":
            return x.clone()
        case "plus":
            return x + other if x.shape == other.shape else x + 1
        case "sum":
            return x.sum(-1) if x.dim() else x * 2
        case _:
            return torch.cat([x, x], 0) if x.dim() and x.numel() < 50 else x.abs()


def program(steps: list[Step]) -> Any:
    """A program that starts from two inputs and a buffer."""

    def function(self: Any, x: Any, y: Any) -> Any:
        tensors = [x, y, self.state]
        for kind, which, i, j in steps:
            chosen, other = tensors[which % len(tensors)], tensors[j % len(tensors)]
            if kind in ANY or kind in OF_AXES:
                found = view(kind, chosen, i, j)
                if found is not None:
                    tensors.append(found)
            elif kind in WRITES:
                write(kind, chosen, other.clone(), i)
            else:
                tensors.append(copy(kind, chosen, other))
        return [tensor * 1 for tensor in tensors[3:][-3:]] + [tensors[-1].sum(), x + 1]

    return Program(function, state=normal(3, 4))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_random_programs_compute_what_torch_does(steps: list[Step]) -> None:
    check(program(steps), normal(4, 6), normal(6))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_random_programs_run_on_the_machine(steps: list[Step]) -> None:
    check(program(steps), normal(4, 6), normal(6), simulate=True)
