"""
The numbers of collective operations: the messages of a `plan` done one by one on the arrays of all ranks.

Sums are made in the dtype of the arrays, rounded after every addition, in an order that depends on the number of ranks
and elements only. Ring: the first half of chunk `c` is `x[c+1] + x[c+2] + ... + x[c]` from left to right, the second
`x[c-1] + x[c-2] + ... + x[c]` (ranks modulo n). Mesh: `x[c] + x[0] + x[1] + ...`, without `x[c]` a second time.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.simulator.collectives.plan import Plan, even_bounds, plan

Array = npt.NDArray[Any]


def exchange(messages: Plan, arrays: Sequence[Array]) -> list[Array]:
    """What every rank holds after `messages`; `arrays[rank]` are one-dimensional, of one length and dtype."""
    held = [array.copy() for array in arrays]
    with np.errstate(over="ignore", invalid="ignore"):
        for message in messages:
            own = held[message.destination][message.begin : message.end]
            sent = held[message.source][message.begin : message.end]
            own[:] = sent + own if message.adds else sent
    return held


def all_reduce(arrays: Sequence[Array], algorithm: str = "ring") -> list[Array]:
    """The sum of `arrays` (of one shape and dtype) on every rank, the same bits everywhere."""
    bounds = even_bounds(arrays[0].size, len(arrays))
    summed = exchange(plan("all-reduce", algorithm, bounds), [array.reshape(-1) for array in arrays])
    return [array.reshape(arrays[0].shape) for array in summed]


def reduce_scatter(arrays: Sequence[Array], algorithm: str = "ring") -> list[Array]:
    """Chunk `r` of the flattened sum of `arrays` (of one shape and dtype) on rank `r`."""
    bounds = even_bounds(arrays[0].size, len(arrays))
    summed = exchange(plan("reduce-scatter", algorithm, bounds), [array.reshape(-1) for array in arrays])
    return [array[bounds[rank] : bounds[rank + 1]] for rank, array in enumerate(summed)]


def all_gather(arrays: Sequence[Array], algorithm: str = "ring") -> list[Array]:
    """All `arrays` (one-dimensional, of one dtype, of any lengths) behind one another, on every rank."""
    bounds = np.cumsum([0, *(len(array) for array in arrays)]).tolist()
    blank = np.zeros(bounds[-1], arrays[0].dtype)
    given = [
        np.concatenate([blank[:low], array, blank[low + len(array) :]])
        for low, array in zip(bounds, arrays, strict=False)
    ]
    return exchange(plan("all-gather", algorithm, bounds), given)


def send(array: Array) -> Array:
    """What rank 1 receives when rank 0 sends `array`."""
    flat = array.reshape(-1)
    return exchange(plan("send", "", (0, len(flat))), [flat, np.zeros_like(flat)])[1].reshape(array.shape)
