"""
Into how many parts a transfer is cut, so that it overlaps with what makes its data or with what uses them. No IR.

More parts leave less to be moved after the last result, and each costs what a transfer costs that moves nothing: the
weighing of messages that are cut into packets for a pipeline (Hockney, Parallel Computing 20, 1994). Loads are the
mirror image: what is moved before the first use, seen backwards in time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_PARTS = 16
"""Parts of one transfer at most."""

Instants = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cut:
    """Equal parts of a transfer along one of its dimensions, in order; one part is the whole."""

    axis: int = 0
    parts: int = 1


def parts_behind(instants: Instants, cut: Cut) -> int:
    """
    How many parts, moved in order, are left when the last result is there.

    `instants` is the number of the result that completes each element of the transfer, in order of completion.
    """
    along = np.moveaxis(instants, cut.axis, 0).reshape(cut.parts, -1).max(axis=1)
    return cut.parts - int(np.argmax(along))


def choose_cut(
    instants: Instants, axes: Iterable[int], part_ns: Callable[[Cut], float], part_overhead_ns: float
) -> Cut:
    """
    The cut along one of `axes` with which a transfer ends first after the last result; of equal ones the fewest parts.

    `instants` is that of `parts_behind`. `part_ns` is the time that one part needs on the DMA engines, in ns, and
    `part_overhead_ns` what each costs beside it. What all parts take longer than the whole is charged in full.
    """
    whole = part_ns(Cut())
    best, found = whole + part_overhead_ns, Cut()
    if instants.min() == instants.max():
        return found
    for axis in axes:
        size = instants.shape[axis]
        for cut in (Cut(axis, n) for n in range(2, min(size, MOST_PARTS) + 1) if size % n == 0):
            behind, overhead = parts_behind(instants, cut), cut.parts * part_overhead_ns
            # No part is faster than its share of the whole.
            if behind * whole / cut.parts + overhead > best:
                continue
            each = part_ns(cut)
            time = behind * each + overhead + max(cut.parts * each - whole, 0.0)
            if (time, cut.parts) < (best, found.parts):
                best, found = time, cut
    return found
