"""
Views as chains of steps, and the cells of a buffer that they reach. Without IR.

A chain is kept in a form in which equal cells mostly have equal chains; what the functions here say of two chains is
certain when it is yes, and may be unknown when it is no.
"""

from dataclasses import dataclass
from math import prod


@dataclass(frozen=True)
class SliceStep:
    """Elements `starts + i * steps` of the source, per axis."""

    starts: tuple[int, ...]
    steps: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class TransposeStep:
    """Axis i of the view is axis perm[i] of the source."""

    perm: tuple[int, ...]

    @property
    def inverse(self) -> tuple[int, ...]:
        """The permutation that undoes this one."""
        return tuple(sorted(range(len(self.perm)), key=self.perm.__getitem__))


@dataclass(frozen=True)
class ReshapeStep:
    """The same elements in row-major order under another shape."""

    source: tuple[int, ...]
    result: tuple[int, ...]


@dataclass(frozen=True)
class BroadcastStep:
    """Elements repeated along axes."""

    source: tuple[int, ...]
    result: tuple[int, ...]

    @property
    def shares_cells(self) -> bool:
        """Whether several elements of the view may be one element of the source."""
        return prod(self.source) != prod(self.result)


Step = SliceStep | TransposeStep | ReshapeStep | BroadcastStep


Chain = tuple[Step, ...]


def simplified(chain: Chain) -> Chain:
    """
    A chain of views in which neighbours that undo each other are gone.

    Broadcasts that repeat nothing become reshapes; neighbouring reshapes, and neighbouring transpositions, become one.
    """
    result: list[Step] = []
    for step in chain:
        if isinstance(step, BroadcastStep) and not step.shares_cells:
            step = ReshapeStep(step.source, step.result)
        match result[-1] if result else None, step:
            case ReshapeStep() as before, ReshapeStep():
                result[-1] = ReshapeStep(before.source, step.result)
            case TransposeStep() as before, TransposeStep():
                result[-1] = TransposeStep(tuple(before.perm[axis] for axis in step.perm))
            case _:
                result.append(step)
        if _is_identity(result[-1]):
            result.pop()
    return tuple(result)


def _is_identity(step: Step) -> bool:
    match step:
        case ReshapeStep(source, result):
            return source == result
        case TransposeStep(perm):
            return perm == tuple(range(len(perm)))
        case _:
            return False


def disjoint(a: Chain, b: Chain) -> bool:
    """Whether two chains into one buffer surely have no cell in common."""
    for one, other in zip(a, b, strict=False):
        if one == other:
            continue
        return isinstance(one, SliceStep) and isinstance(other, SliceStep) and _apart(one, other)
    return False


def _apart(a: SliceStep, b: SliceStep) -> bool:
    for (low, high), (first, last), step, other in zip(_ends(a), _ends(b), a.steps, b.steps, strict=True):
        if high < first or last < low:
            return True
        # Equal steps from different remainders interleave without meeting.
        if abs(step) == abs(other) and (low - first) % abs(step):
            return True
    return False


def _ends(step: SliceStep) -> list[tuple[int, int]]:
    ends = [(s, s + (n - 1) * d) for s, d, n in zip(step.starts, step.steps, step.sizes, strict=True)]
    return [(min(pair), max(pair)) for pair in ends]


def shares_cells(chain: Chain) -> bool:
    """Whether several elements of what a chain views may be one element of the buffer."""
    return any(isinstance(step, BroadcastStep) and step.shares_cells for step in chain)


@dataclass(frozen=True)
class Place:
    """Where a value lies."""

    buffer: int
    chain: Chain = ()

    def of(self, step: Step) -> "Place":
        """Where a view of it lies."""
        return Place(self.buffer, simplified((*self.chain, step)))

    def meets(self, other: "Place") -> bool:
        """Whether both may have a cell in common."""
        return self.buffer == other.buffer and not disjoint(self.chain, other.chain)

    def holds(self, other: "Place") -> bool:
        """Whether all cells of another place surely are cells of this one."""
        length = len(self.chain)
        while length and isinstance(self.chain[length - 1], ReshapeStep | TransposeStep):
            length -= 1
        return self.buffer == other.buffer and other.chain[:length] == self.chain[:length]
