"""Shares of an elapsed time that add up to it."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def exposed(end: Ints) -> Ints:
    """
    By how much each of some things moved on the time by which all that ended before it had ended.

    `end` are ticks from a common start, at least 0. In the order of their ends (of equal ones the first counts), each
    gets the time since the end before it: work that is hidden behind longer work gets little, whatever it takes. The
    sum is the latest end.
    """
    order = np.argsort(end, kind="stable")
    shares = np.zeros(len(end), np.int64)
    shares[order] = np.diff(end[order], prepend=0)
    return shares
