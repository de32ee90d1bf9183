"""How often Python looks for reference cycles."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

COLLECT_EVERY = 50_000
"""Objects that are made and still alive, from one search for cycles to the next."""


class _Thresholds:
    """Those of the process from before the first of all threads that want rare searches, until after the last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = before = gc.get_threshold()
                if before[0]:
                    gc.set_threshold(max(before[0], COLLECT_EVERY), *before[1:])
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                gc.set_threshold(*self._before)


_THRESHOLDS = _Thresholds()


@contextmanager
def rare_collections() -> Generator[None]:
    """
    Lets Python search for reference cycles rarely; also a decorator. Leaves it alone where it never searches.

    A compiler makes many objects that live to its end, and each full search walks all of them: by default a sixth of
    the time in which ResNet-50 is compiled. Threads may be inside at the same time; the last one to leave restores
    what the first found.
    """
    _THRESHOLDS.enter()
    try:
        yield
    finally:
        _THRESHOLDS.leave()
