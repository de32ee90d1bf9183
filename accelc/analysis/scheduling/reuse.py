"""Which buffers take the bytes of which earlier ones, once buffers have addresses."""

from bisect import bisect_right
from collections.abc import Sequence

from accelc.analysis.scheduling.task import Storage

_Segment = tuple[int, int, int]
"""First byte, one past the last, and the buffer that had them last."""


def reused_buffers(
    first_use: Sequence[int], buffers: Sequence[Storage], offsets: Sequence[int | None]
) -> list[tuple[int, ...]]:
    """
    For every buffer, the earlier buffers whose bytes it takes over directly.

    `first_use` lists buffers in order of first use; `offsets` are bytes in a partition of their memory, None for
    buffers that are not to be looked at.
    """
    held: dict[str, list[_Segment]] = {}
    result: list[tuple[int, ...]] = [()] * len(buffers)
    for buffer in first_use:
        low = offsets[buffer]
        if low is None:
            continue
        high = low + buffers[buffer].size
        segments = held.setdefault(buffers[buffer].memory, [])
        begin = bisect_right(segments, (low, -1, -1))
        if begin and segments[begin - 1][1] > low:
            begin -= 1
        end = begin
        rest: list[_Segment] = []
        found: list[int] = []
        while end < len(segments) and segments[end][0] < high:
            start, stop, other = segments[end]
            found.append(other)
            if start < low:
                rest.append((start, low, other))
            if stop > high:
                rest.append((high, stop, other))
            end += 1
        rest.append((low, high, buffer))
        segments[begin:end] = sorted(rest)
        result[buffer] = tuple(dict.fromkeys(found))
    return result
