"""
Values for programs that write tensors in place: which value a variable or view holds at every point.

The mathematics of `normalize-inplace` (after US20240126790A1) without IR. A variable is a storage; a view is a storage
and a chain of steps. A read derives the view from the storage's present value; a write through a view computes the
whole storage's next value. `Emitter` builds the operations: the same code rewrites IR and computes with arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from accelc.analysis.inplace.views import BroadcastStep, ReshapeStep, SliceStep, Step, TransposeStep

V = TypeVar("V")


class InPlaceError(ValueError):
    """A write that has no meaning as a value: to a constant, or to cells that several elements share."""


class Emitter(Protocol[V]):
    """Builds values from values."""

    def view(self, step: Step, source: V) -> V:
        """The elements of `source` that a step views."""
        ...

    def insert(self, step: SliceStep, part: V, whole: V) -> V:
        """`whole` with the elements that a slice views replaced by `part`."""
        ...


@dataclass(frozen=True)
class Reference:
    """A variable (no steps) or a view of one."""

    storage: int
    steps: tuple[Step, ...] = ()


@dataclass
class _Storage(Generic[V]):
    captured: bool
    versions: int = 0
    derived: dict[tuple[Step, ...], V] = field(default_factory=lambda: dict[tuple[Step, ...], V]())
    """Value of every chain of steps derived from the present version; the empty chain is the storage's value."""


class Storages(Generic[V]):
    """The storages of a program while it is read from top to bottom."""

    def __init__(self, emitter: Emitter[V]) -> None:
        self._emitter = emitter
        self._storages: list[_Storage[V]] = []

    def create(self, value: V, captured: bool = False) -> Reference:
        """New storage holding `value`; with `captured`, writes are errors."""
        self._storages.append(_Storage(captured, derived={(): value}))
        return Reference(len(self._storages) - 1)

    @staticmethod
    def view(source: Reference, step: Step) -> Reference:
        """A view of a variable or view."""
        return Reference(source.storage, (*source.steps, step))

    def load(self, reference: Reference) -> V:
        """The present contents; views are derived once per version of their storage."""
        derived = self._storages[reference.storage].derived
        value = derived[()]
        for length in range(1, len(reference.steps) + 1):
            chain = reference.steps[:length]
            if chain not in derived:
                derived[chain] = self._emitter.view(chain[-1], value)
            value = derived[chain]
        return value

    def store(self, reference: Reference, value: V) -> None:
        """
        Replace the contents by `value`, which has the shape of the reference.

        Raises InPlaceError for storage of a constant and for views whose elements share cells.
        """
        storage = self._storages[reference.storage]
        if storage.captured:
            raise InPlaceError("writes a constant that the program captured; copy it to a variable of its own first")
        if any(isinstance(step, BroadcastStep) and step.shares_cells for step in reference.steps):
            raise InPlaceError("writes a view that repeats elements: several of its elements are one cell of storage")
        written: dict[tuple[Step, ...], V] = {reference.steps: value}
        for length in range(len(reference.steps), 0, -1):
            value = self._undo(reference, length, value)
            written[reference.steps[: length - 1]] = value
        storage.derived = written
        storage.versions += 1

    def _undo(self, reference: Reference, length: int, value: V) -> V:
        """Value of the source of step `length - 1`, given the new value of its view."""
        match reference.steps[length - 1]:
            case SliceStep() as step:
                whole = self.load(Reference(reference.storage, reference.steps[: length - 1]))
                return self._emitter.insert(step, value, whole)
            case TransposeStep() as step:
                return self._emitter.view(TransposeStep(step.inverse), value)
            case ReshapeStep(source, result) | BroadcastStep(source, result):
                return self._emitter.view(ReshapeStep(result, source), value)

    def is_captured(self, reference: Reference) -> bool:
        """Whether the storage is that of a constant."""
        return self._storages[reference.storage].captured

    def is_written(self, reference: Reference) -> bool:
        """Whether the storage has been written since it was created."""
        return self._storages[reference.storage].versions > 0


def mutated(storages: Storages[V], arguments: Sequence[Reference | None]) -> list[int]:
    """Numbers of the arguments that are variables and were written, ascending."""
    return [i for i, ref in enumerate(arguments) if ref is not None and storages.is_written(ref)]
