"""The values of a program while it runs: whole arrays by name, buffers that are written part by part."""

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import ProgramError
from accelc.isa.program import Program
from accelc.isa.steps import Binding, Event, Launch, Place

Array = npt.NDArray[Any]


class Values:
    """
    Arrays by name, kept as long as `events` still need them; `program` has passed validation.

    Buffers come into being when they are first written.
    """

    def __init__(self, program: Program, events: Sequence[Event]) -> None:
        self._buffers = {value.name: value for value in program.buffers}
        self._arrays: dict[str, Array] = {}
        self._last = _last_uses(events)
        self._last |= {value.name: len(events) for value in program.outputs}

    def update(self, arrays: Iterable[tuple[str, Array]]) -> None:
        """Add whole values."""
        self._arrays.update(arrays)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def read(self, place: Place, shape: Sequence[int]) -> Array:
        """A value, or a part of it in a shape. Raises ProgramError for a part of another size."""
        array = self._arrays[place.value]
        return array if place.first is None else part_of(array, place, shape)

    def write(self, place: Place, array: Array) -> None:
        """Set a value, or the part of a buffer. Raises ProgramError for another number of elements."""
        buffer = self._buffers.get(place.value)
        if buffer is None:
            self._arrays[place.value] = array
            return
        if place.value not in self._arrays:
            dtype = array.dtype if buffer.dtype != "bool" else np.dtype(np.bool_)
            self._arrays[place.value] = np.zeros(buffer.shape, dtype)
        whole = self._arrays[place.value].reshape(-1)
        if array.size != (whole.size if place.first is None else place.size):
            raise ProgramError(
                f"value '{place.value}': {array.size} elements are given, {place.size or whole.size} fit"
            )
        first = place.first or 0
        whole[first : first + array.size] = array.reshape(-1)

    def bind(self, event: Binding) -> None:
        """Let names stand for other values, all at once."""
        self._arrays.update({n: self._arrays[s] for n, s in zip(event.names, event.sources, strict=True)})

    def forget(self, done: int) -> None:
        """Drop what no event from number `done` on needs."""
        self._arrays = {name: array for name, array in self._arrays.items() if self._last.get(name, -1) >= done}


def part_of(array: Array, place: Place, shape: Sequence[int]) -> Array:
    """The part of `array` that `place` says, in a shape. Raises ProgramError if it has another size."""
    assert place.first is not None
    if prod(shape) != place.size:
        raise ProgramError(f"value '{place.value}': a part of {place.size} elements is taken as {list(shape)}")
    return array.reshape(-1)[place.first : place.first + place.size].reshape(shape)


def _last_uses(events: Sequence[Event]) -> dict[str, int]:
    last: dict[str, int] = {}
    for number, event in enumerate(events):
        names = (
            (place.value for place in (*event.inputs, *event.outputs)) if isinstance(event, Launch) else event.sources
        )
        last.update(dict.fromkeys(names, number))
    return last
