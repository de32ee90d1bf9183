"""The in-place algorithm on random programs, against NumPy's own views and writes."""

from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis.inplace.storages import InPlaceError, Reference, Storages, mutated
from accelc.analysis.inplace.views import BroadcastStep, ReshapeStep, SliceStep, Step, TransposeStep

Array = npt.NDArray[Any]
SHAPES = ((6,), (2, 3), (4, 2), (2, 2, 3), (1, 6))


def slices(step: SliceStep) -> tuple[slice, ...]:
    """NumPy slices of a step; all sizes are positive here."""
    stops = [a + s * n for a, s, n in zip(step.starts, step.steps, step.sizes, strict=True)]
    return tuple(slice(a, None if e < 0 else e, s) for a, e, s in zip(step.starts, stops, step.steps, strict=True))


def numpy_view(step: Step, source: Array) -> Array:
    """The view NumPy makes."""
    match step:
        case SliceStep():
            return source[slices(step)]
        case TransposeStep(perm):
            return source.transpose(perm)
        case ReshapeStep(_, shape):
            return source.reshape(shape)
        case BroadcastStep(_, shape):
            return np.broadcast_to(source, shape)


class Functional:
    """Computes with arrays that are never written: every result is a copy, marked read-only."""

    def view(self, step: Step, source: Array) -> Array:
        """A copy of the view."""
        return frozen(numpy_view(step, source))

    def insert(self, step: SliceStep, part: Array, whole: Array) -> Array:
        """A copy of `whole` with a part replaced."""
        result = whole.copy()
        result[slices(step)] = part
        return frozen(result)


def frozen(array: Array) -> Array:
    """A read-only copy."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def random_step(random: Random, array: Array) -> Step:
    """A step that NumPy can take as a view of the array."""
    kind = random.choice(["slice", "slice", "transpose", "reshape"])
    if kind == "reshape":
        shape = random.choice([(array.size,), (1, *array.shape), (*array.shape[::-1],)])
        if np.shares_memory(array, array.reshape(shape)):
            return ReshapeStep(array.shape, shape)
    if kind == "transpose":
        perm = list(range(array.ndim))
        random.shuffle(perm)
        return TransposeStep(tuple(perm))
    starts, steps, sizes = list[int](), list[int](), list[int]()
    for size in array.shape:
        first, second = sorted((random.randrange(size), random.randrange(size)))
        stride = random.choice([1, 1, 2])
        count = (second - first) // stride + 1
        backwards = random.random() < 0.3
        starts.append(first + (count - 1) * stride if backwards else first)
        steps.append(-stride if backwards else stride)
        sizes.append(count)
    return SliceStep(tuple(starts), tuple(steps), tuple(sizes))


@dataclass
class Pair:
    """One reference in both worlds."""

    real: Array
    reference: Reference


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 2**32))
def test_random_programs_compute_what_numpy_computes(seed: int) -> None:
    """Aliases, chains of views, writes through them, self-copies between overlapping views."""
    random, storages = Random(seed), Storages(Functional())
    pairs: list[Pair] = []
    counter = 0.0
    for _ in range(random.randint(3, 25)):
        action = random.choice(["new", "view", "view", "write", "write", "copy", "update"]) if pairs else "new"
        pair = random.choice(pairs) if pairs else None
        if pair is None or action == "new":
            shape = random.choice(SHAPES)
            initial = np.arange(np.prod(shape), dtype=np.float64).reshape(shape) + counter
            pairs.append(Pair(initial.copy(), storages.create(frozen(initial))))
        elif action == "view":
            step = random_step(random, pair.real)
            pairs.append(Pair(numpy_view(step, pair.real), storages.view(pair.reference, step)))
        elif action == "write":
            value = np.arange(pair.real.size, dtype=np.float64).reshape(pair.real.shape) + counter
            pair.real[...] = value
            storages.store(pair.reference, frozen(value))
        elif action == "update":
            pair.real *= 2
            storages.store(pair.reference, frozen(storages.load(pair.reference) * 2))
        else:
            sources = [p for p in pairs if p.real.shape == pair.real.shape]
            source = random.choice(sources)
            pair.real[...] = source.real.copy()
            storages.store(pair.reference, storages.load(source.reference))
        counter += 100
        watched = random.choice(pairs)
        np.testing.assert_array_equal(storages.load(watched.reference), watched.real)
    for pair in pairs:
        np.testing.assert_array_equal(storages.load(pair.reference), pair.real)


def test_overlapping_self_copy() -> None:
    """a[2:6] = a[0:4] reads all of the source first."""
    storages = Storages(Functional())
    a = storages.create(frozen(np.arange(6)))
    storages.store(
        storages.view(a, SliceStep((2,), (1,), (4,))), storages.load(storages.view(a, SliceStep((0,), (1,), (4,))))
    )
    assert storages.load(a).tolist() == [0, 1, 0, 1, 2, 3]


def test_views_are_derived_once_per_version() -> None:
    """The same value until the storage is written; a written view gives back the value written."""
    storages = Storages(Functional())
    a = storages.create(frozen(np.arange(6)))
    view = storages.view(a, SliceStep((2,), (1,), (2,)))
    first = storages.load(view)
    assert storages.load(view) is first
    storages.store(a, frozen(np.arange(6) * 2))
    assert storages.load(view).tolist() == [4, 6]
    value = frozen(np.array([7, 8]))
    storages.store(view, value)
    assert storages.load(view) is value


def test_written_arguments() -> None:
    """Only variables that were written, through themselves or through views."""
    storages = Storages(Functional())
    a, b, c = (storages.create(frozen(np.arange(4))) for _ in range(3))
    storages.store(storages.view(b, TransposeStep((0,))), frozen(np.zeros(4)))
    storages.store(c, frozen(np.zeros(4)))
    storages.load(a)
    assert mutated(storages, [a, None, b, c]) == [2, 3]


def test_writes_that_mean_nothing() -> None:
    """To a captured constant, also through a view; to a view that repeats elements. A view of the same size is fine."""
    storages = Storages(Functional())
    constant = storages.create(frozen(np.arange(4)), captured=True)
    with pytest.raises(InPlaceError, match="writes a constant that the program captured"):
        storages.store(storages.view(constant, SliceStep((0,), (1,), (4,))), frozen(np.zeros(4)))
    a = storages.create(frozen(np.arange(4)))
    repeated = storages.view(a, BroadcastStep((4,), (2, 4)))
    assert storages.load(repeated).tolist() == [[0, 1, 2, 3]] * 2
    with pytest.raises(InPlaceError, match="writes a view that repeats elements"):
        storages.store(storages.view(repeated, SliceStep((0, 0), (1, 1), (1, 4))), frozen(np.zeros((1, 4))))
    storages.store(storages.view(a, BroadcastStep((4,), (1, 4))), frozen(np.full((1, 4), 5)))
    assert storages.load(a).tolist() == [5, 5, 5, 5]
