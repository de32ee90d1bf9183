"""Runs and repetitions of sequences, against brute force."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from accelc.analysis.repetition.iterations import (
    OUTSIDE,
    Repetition,
    find_repetitions,
    is_repetition,
    live_bytes,
)
from accelc.analysis.repetition.runs import Run, find_runs


def _has_period(word: list[int], period: int) -> bool:
    return all(a == b for a, b in zip(word, word[period:], strict=False))


def brute_runs(word: list[int]) -> list[Run]:
    """The definition: stretches with a smallest period of at most half of them, which no longer one has."""
    found: list[Run] = []
    for start, end in combinations(range(len(word) + 1), 2):
        part = word[start:end]
        period = next((p for p in range(1, len(part) // 2 + 1) if _has_period(part, p)), None)
        if period is None:
            continue
        longer = (start > 0 and word[start - 1] == word[start - 1 + period]) or (
            end < len(word) and word[end] == word[end - period]
        )
        if not longer:
            found.append(Run(start, period, end - start))
    return sorted(found)


@given(st.lists(st.integers(0, 2), max_size=24))
def test_runs_are_all_maximal_repetitions(word: list[int]) -> None:
    """Every run is found once, with its smallest period."""
    assert find_runs(word) == brute_runs(word)


def test_runs_of_layers() -> None:
    """Twelve layers between a beginning and an end."""
    assert Run(3, 5, 60) in find_runs([*"xyz", *("abcde" * 12), *"zz"])


Graph = tuple[list[int], list[list[int]], list[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Operations that read earlier ones, often in a pattern that repeats, with a few changes."""
    period = draw(st.integers(1, 4))
    count = draw(st.integers(1, 5))
    words = draw(st.lists(st.integers(0, 2), min_size=period, max_size=period))
    reads = draw(st.lists(st.lists(st.integers(1, 6), max_size=2), min_size=period, max_size=period))
    shared = draw(st.integers(-1, period))
    tokens, sources = list[int](), list[list[int]]()
    for position in range(period * count + draw(st.integers(0, 3))):
        k = position % period
        tokens.append(3 * words[k] + len(reads[k]))
        found = [max(position - d, OUTSIDE) for d in reads[k]]
        if found and k == shared:
            found[0] = min(0, position - 1)
        sources.append(found)
    for _ in range(draw(st.integers(0, 2))):
        where = draw(st.integers(0, len(tokens) - 1)) if tokens else 0
        if tokens and sources[where]:
            sources[where][0] = draw(st.integers(OUTSIDE, where - 1))
    return tokens, sources, draw(st.lists(st.integers(0, 9), min_size=len(tokens), max_size=len(tokens)))


@given(graphs())
def test_repetitions_are_legal_and_none_is_missed(graph: Graph) -> None:
    """What is found is the same function again and again; where nothing is found, there is nothing."""
    tokens, sources, sizes = graph
    found = find_repetitions(tokens, sources, sizes)
    assert all(is_repetition(each, tokens, sources) for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    every = [
        Repetition(start, period, 2)
        for period in range(1, len(tokens) // 2 + 1)
        for start in range(len(tokens) - 2 * period + 1)
        if is_repetition(Repetition(start, period, 2), tokens, sources)
    ]
    # Every legal pair of iterations lies in a run, whose best cut was looked at.
    assert bool(found) == bool(every)


@given(graphs())
def test_a_repetition_is_as_long_as_it_can_be(graph: Graph) -> None:
    """No iteration of the same function stands before or behind it, but for the one that a better cut may cost."""
    tokens, sources, sizes = graph
    found = find_repetitions(tokens, sources, sizes)
    for each in found:
        others = [other for other in found if other != each]
        longer = Repetition(each.start, each.period, each.count + 1)
        free = all(longer.end <= other.start or other.end <= longer.start for other in others)
        if longer.end <= len(tokens) and free:
            assert not is_repetition(longer, tokens, sources)


@given(graphs())
def test_live_bytes_are_what_is_read_later(graph: Graph) -> None:
    """The definition."""
    _, sources, sizes = graph
    live = live_bytes(sources, sizes)
    for cut in range(len(sources) + 1):
        read = {s for found in sources[cut:] for s in found if s != OUTSIDE and s < cut}
        assert live[cut] == sum(sizes[s] for s in read)


def test_iterations_begin_where_little_is_needed() -> None:
    """A chain of three operations, the last one with a small result: iterations end there."""
    tokens = ["in", *"abc" * 4]
    sources = [[OUTSIDE], *([position] for position in range(12))]
    sizes = [100, *([100, 100, 1] * 4)]
    assert find_repetitions(tokens, sources, sizes) == [Repetition(1, 3, 4)]


def test_a_value_that_all_iterations_share_is_an_argument() -> None:
    """Its distance grows from iteration to iteration."""
    tokens = ["mask", *"ab" * 5]
    sources = [[OUTSIDE], *([0, position] if position % 2 == 0 else [position] for position in range(10))]
    tokens[1:] = ["a", "b"] * 5
    assert find_repetitions(tokens, sources, [1] * 11) == [Repetition(1, 2, 5)]


def test_small_repetitions_are_left_out() -> None:
    """Nothing saves as many operations as is asked for."""
    assert find_repetitions("abab", [[OUTSIDE]] * 4, [1] * 4, least_saved=3) == []
