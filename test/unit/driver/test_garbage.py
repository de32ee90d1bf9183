"""Searches for reference cycles are rare while a model is compiled, and as often as before afterwards."""

import gc

import pytest

from accelc.garbage import COLLECT_EVERY, rare_collections


@pytest.mark.parametrize(
    ("before", "within"),
    [((700, 10, 10), COLLECT_EVERY), ((2 * COLLECT_EVERY, 10, 10), 2 * COLLECT_EVERY), ((0, 10, 10), 0)],
)
def test_thresholds_come_back(before: tuple[int, int, int], within: int) -> None:
    """Also after an error; a process that asked for rarer searches, or for none, keeps what it asked for."""
    original = gc.get_threshold()
    gc.set_threshold(*before)
    try:
        with pytest.raises(ZeroDivisionError):
            _fail(within)
        assert gc.get_threshold() == before
    finally:
        gc.set_threshold(*original)


def test_threads_leave_in_any_order() -> None:
    """The first to come in is the first to leave: thresholds come back when the last one does."""
    original = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    first, second = rare_collections(), rare_collections()
    try:
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert gc.get_threshold()[0] == COLLECT_EVERY
        second.__exit__(None, None, None)
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*original)


@rare_collections()
def _fail(threshold: int) -> None:
    assert gc.get_threshold()[0] == threshold
    raise ZeroDivisionError
