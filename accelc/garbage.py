"""How often Python looks for reference cycles."""

import gc
from collections.abc import Generator
from contextlib import contextmanager

COLLECT_EVERY = 50_000
"""Objects that are made and still alive, from one search for cycles to the next."""


@contextmanager
def rare_collections() -> Generator[None]:
    """
    Lets Python search for reference cycles rarely; also a decorator. Leaves it alone where it never searches.

    A compiler makes many objects that live to its end, and each full search walks all of them: by default a sixth of
    the time in which ResNet-50 is compiled.
    """
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], COLLECT_EVERY), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
