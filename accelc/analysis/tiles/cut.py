"""Where an elementwise operation over the output blocks of a matrix product may be cut into instructions."""

from collections.abc import Sequence
from math import gcd

import numpy as np


def natural_parts(starts: Sequence[int], first: int, size: int, step: int) -> int:
    """
    Number of equal parts such that no part reads more than one output block, as few as possible; 1 if none help.

    `starts` are the first elements of the blocks, `first + i * step` for `i < size` the elements visited by the
    outermost indices of the operation. Parts are groups of indices that never straddle two blocks; more than two
    parts a block are not worth it.
    """
    block = np.searchsorted(np.sort(np.asarray(starts)), first + np.arange(size) * step, side="right")
    bounds = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), size]
    runs = len(bounds) - 1
    parts = size // gcd(*bounds)
    return parts if runs > 1 and parts <= 2 * runs else 1
