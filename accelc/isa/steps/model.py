"""
What a program does, step by step: segments are launched with values of the program, loops repeat steps.

A segment is code, an `Invocation` its use: values and weights take the place of the segment's own names. The steps of
a loop are stored once. `launches` is the one place that says in which order everything happens.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

MAX_LAUNCHES = 1 << 17
"""Most launches of a program, loops unrolled: a bound on the work that a file can ask for."""
MAX_DEPTH = 8
"""Most loops around one another."""


@dataclass(frozen=True)
class Slice:
    """
    `size` contiguous elements of a value in C order.

    They begin at element `first`, plus `strides[d]` for each iteration of the d-th loop around, the outermost first.
    """

    value: str
    first: int
    size: int
    strides: tuple[int, ...] = ()

    def begin(self, iterations: Sequence[int]) -> int:
        """First element in given iterations of the loops around."""
        return self.first + sum(s * i for s, i in zip(self.strides, iterations, strict=False))


Operand = str | Slice
"""A whole value by its name, or a part of one."""


@dataclass(frozen=True)
class Invocation:
    """
    One launch of a segment, or one for each iteration of the loops around.

    `inputs` and `outputs` take the place of the segment's, in order; `weights` gives for names of weights in the
    segment those that are meant, the others stand for themselves.
    """

    segment: str
    inputs: tuple[Operand, ...]
    outputs: tuple[Operand, ...]
    weights: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __eq__(self, other: object) -> bool:
        """Equal fields; dictionaries and their views may stand for each other."""
        if not isinstance(other, Invocation):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        """Of all fields."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.segment, self.inputs, self.outputs, tuple(sorted(self.weights.items()))


@dataclass(frozen=True)
class Carried:
    """In the first iteration of a loop `name` stands for the value `start`, later for what was `following` before."""

    name: str
    start: str
    following: str


@dataclass(frozen=True)
class Repeat:
    """Steps that are done `count` times; afterwards the names in it stand for the values of the last iteration."""

    count: int
    body: tuple["Step", ...]
    carried: tuple[Carried, ...] = ()


Step = Invocation | Repeat


@dataclass(frozen=True)
class Place:
    """A value, or `size` elements of it from element `first` on."""

    value: str
    first: int | None = None
    size: int = 0


@dataclass(frozen=True)
class Launch:
    """One execution of a segment; `path` are the numbers of the step and of the steps around it."""

    invocation: Invocation
    path: tuple[int, ...]
    inputs: tuple[Place, ...]
    outputs: tuple[Place, ...]


@dataclass(frozen=True)
class Binding:
    """From here on, each of `names` stands for what the name across in `sources` stood for, all at once."""

    path: tuple[int, ...]
    names: tuple[str, ...]
    sources: tuple[str, ...]


Event = Launch | Binding


def count_launches(steps: Sequence[Step]) -> int:
    """Launches of all steps, loops unrolled."""
    return sum(step.count * count_launches(step.body) if isinstance(step, Repeat) else 1 for step in steps)


def events(steps: Sequence[Step]) -> Iterator[Event]:
    """Everything that happens, in order."""
    return _events(steps, (), ())


def _events(steps: Sequence[Step], path: tuple[int, ...], iterations: tuple[int, ...]) -> Iterator[Event]:
    for number, step in enumerate(steps):
        here = (*path, number)
        if isinstance(step, Invocation):
            inputs = tuple(_place(operand, iterations) for operand in step.inputs)
            yield Launch(step, here, inputs, tuple(_place(operand, iterations) for operand in step.outputs))
            continue
        names = tuple(carried.name for carried in step.carried)
        for iteration in range(step.count):
            if names:
                sources = (carried.following if iteration else carried.start for carried in step.carried)
                yield Binding(here, names, tuple(sources))
            yield from _events(step.body, here, (*iterations, iteration))


def _place(operand: Operand, iterations: Sequence[int]) -> Place:
    return Place(operand) if isinstance(operand, str) else Place(operand.value, operand.begin(iterations), operand.size)


def invocations(steps: Sequence[Step]) -> Iterator[Invocation]:
    """Every invocation as it is written, once."""
    for step in steps:
        if isinstance(step, Repeat):
            yield from invocations(step.body)
        else:
            yield step


def depth(steps: Sequence[Step]) -> int:
    """Most loops around a step."""
    return max((1 + depth(step.body) for step in steps if isinstance(step, Repeat)), default=0)
