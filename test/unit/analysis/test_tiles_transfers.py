"""Transfers in parts: against a transfer that is played part by part, and the bounds of what is chosen."""

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from accelc.analysis.tiles.transfers import MOST_PARTS, Cut, Instants, choose_cut, parts_behind


@st.composite
def transfers(draw: st.DrawFn) -> Instants:
    """Which of a few results completes each element of a transfer of up to three dimensions."""
    shape = draw(st.lists(st.integers(1, 8), min_size=1, max_size=3))
    results = draw(st.integers(1, 5))
    values = draw(st.lists(st.integers(0, results - 1), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    return np.array(values, np.int64).reshape(shape)


def cuts(instants: Instants) -> list[Cut]:
    """All of them, the whole transfer first."""
    found = [Cut()]
    for axis, size in enumerate(instants.shape):
        found += [Cut(axis, n) for n in range(2, min(size, MOST_PARTS) + 1) if size % n == 0]
    return found


def played(instants: Instants, cut: Cut, part_ns: float) -> float:
    """
    Time from the last result to the end of a transfer whose parts follow each other.

    Results are so far apart that a part is through before the next result comes.
    """
    free = 0.0
    far = 1e6
    for part in np.split(instants, cut.parts, cut.axis):
        free = max(free, float(part.max()) * far) + part_ns
    return free - float(instants.max()) * far


@given(transfers(), st.data())
def test_parts_behind_are_those_that_are_not_through(instants: Instants, data: st.DataObject) -> None:
    """As many as a queue still has to move."""
    cut = data.draw(st.sampled_from(cuts(instants)))
    assert parts_behind(instants, cut) == round(played(instants, cut, 1.0))


@given(transfers(), st.floats(0.5, 1000), st.floats(0, 100), st.floats(0, 50))
def test_the_choice_ends_first(instants: Instants, whole: float, overhead: float, fixed: float) -> None:
    """No cut is better, the whole among them, where every part costs `fixed` on the engines beside its share."""

    def part_ns(cut: Cut) -> float:
        return (whole - fixed if whole > fixed else whole) / cut.parts + (fixed if whole > fixed else 0.0)

    def cost(cut: Cut) -> float:
        each = part_ns(cut)
        return played(instants, cut, each) + cut.parts * overhead + cut.parts * each - part_ns(Cut())

    choice = choose_cut(instants, range(instants.ndim), part_ns, overhead)
    assert choice in cuts(instants)
    assert cost(choice) <= min(map(cost, cuts(instants))) + 1e-6 * (1 + whole)
    event(f"{choice.parts > 1}")


@given(transfers(), st.floats(0.5, 1000))
def test_whole_where_parts_gain_nothing(instants: Instants, whole: float) -> None:
    """One result completes everything, or a part costs more than the whole moves."""
    axes = range(instants.ndim)
    assert choose_cut(np.zeros_like(instants), axes, lambda cut: whole / cut.parts, 0.0).parts == 1
    assert choose_cut(instants, axes, lambda cut: whole / cut.parts, whole).parts == 1


def test_more_parts_for_longer_transfers() -> None:
    """The square-root rule: a transfer of S ns in parts that cost c ns each is cut into about sqrt(S / c)."""
    instants = np.arange(16)
    parts = [choose_cut(instants, [0], lambda cut, s=s: s / cut.parts, 10.0).parts for s in (15, 40, 160, 640, 10**6)]
    assert parts == [1, 2, 4, 8, 16]
