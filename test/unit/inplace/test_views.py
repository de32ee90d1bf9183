"""Chains of views against the cells that they reach."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inplace_support import cells

from accelc.analysis.inplace.views import (
    BroadcastStep,
    Place,
    ReshapeStep,
    SliceStep,
    Step,
    TransposeStep,
    disjoint,
    simplified,
)


@pytest.mark.parametrize("seed", range(100))
def test_disjoint_chains_have_no_cell_in_common(seed: int) -> None:
    """Against the cells themselves, on random pairs of slices."""
    rng = np.random.default_rng(seed)
    chains: list[tuple[SliceStep, ...]] = []
    for _ in range(2):
        step = int(rng.choice([-3, -2, -1, 1, 2, 3]))
        size = int(rng.integers(1, 4))
        reach = (size - 1) * step
        start = int(rng.integers(max(0, -reach), 12 - max(0, reach)))
        chains.append((SliceStep((start,), (step,), (size,)),))
    sets = [set(cells(Place(0, chain), (12,)).ravel().tolist()) for chain in chains]
    if disjoint(*chains):
        assert sets[0].isdisjoint(sets[1])


@pytest.mark.parametrize("step", [2, 3, -3, 4])
def test_equal_steps_interleave_unless_they_start_at_the_same_remainder(step: int) -> None:
    """Slices of three elements whose ranges overlap."""
    starts = range(8, 13)
    for one in starts:
        for other in starts:
            chains = [(SliceStep((start,), (step,), (3,)),) for start in (one, other)]
            assert disjoint(*chains) == ((one - other) % abs(step) > 0)


def test_views_that_undo_each_other_vanish() -> None:
    """Also nested."""
    turn, flat = TransposeStep((1, 2, 0)), ReshapeStep((2, 3, 4), (24,))
    back = TransposeStep(turn.inverse)
    assert simplified((flat, ReshapeStep((24,), (2, 3, 4)))) == ()
    assert simplified((turn, flat, ReshapeStep((24,), (2, 3, 4)), back)) == ()
    assert simplified((turn, turn)) == (back,)
    assert simplified((BroadcastStep((24,), (1, 24)), ReshapeStep((1, 24), (24,)))) == ()


STEPS = st.sampled_from(["slice", "transpose", "reshape", "broadcast", "undo"])


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=8), st.randoms(use_true_random=False))
def test_simplified_chains_have_the_same_cells(kinds: list[str], random: Random) -> None:
    """Element by element, for chains of steps of all kinds; also what one chain `holds` of another."""
    shape, chain, prefixes = (2, 3, 4), tuple[Step, ...](), [Place(0)]
    for kind in kinds:
        match kind:
            case "slice":
                sizes = tuple(random.randint(1, size) for size in shape)
                step: Step = SliceStep((0,) * len(shape), (1,) * len(shape), sizes)
                shape = sizes
            case "undo" if chain and isinstance(chain[-1], ReshapeStep):
                step = ReshapeStep(shape, chain[-1].source)
                shape = chain[-1].source
            case "undo" if chain and isinstance(chain[-1], TransposeStep):
                step = TransposeStep(chain[-1].inverse)
                shape = tuple(shape[axis] for axis in step.perm)
            case "transpose":
                perm = tuple(random.sample(range(len(shape)), len(shape)))
                step, shape = TransposeStep(perm), tuple(shape[axis] for axis in perm)
            case "reshape":
                result = random.choice([shape[::-1], (1, *shape), (int(np.prod(shape)),)])
                step, shape = ReshapeStep(shape, result), result
            case _:
                result = (random.choice([1, 2]), *shape)
                step, shape = BroadcastStep(shape, result), result
        chain = (*chain, step)
        prefixes.append(prefixes[-1].of(step))
    np.testing.assert_array_equal(cells(Place(0, chain), (2, 3, 4)), cells(Place(0, simplified(chain)), (2, 3, 4)))
    whole = {prefix: set(cells(prefix, (2, 3, 4)).ravel().tolist()) for prefix in prefixes}
    for one in prefixes:
        for other in prefixes:
            assert not one.holds(other) or whole[one] >= whole[other]
