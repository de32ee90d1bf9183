"""
Addresses for buffers with known live ranges in one memory.

Requests are placed in order of first use. The first try is next-fit: the search starts where the last buffer ended
and wraps around, so that a byte is reused as late as possible and the write-after-read orders that reuse adds are
old ones. Where that leaves holes too small for a later buffer, the whole problem is solved again by best-fit, and at
last by first-fit in order of decreasing size; only then is the memory too small.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from accelc.errors import CapacityError


@dataclass(frozen=True)
class Request:
    """
    A buffer: `size` bytes at a multiple of `align`, live from instant `first` to instant `last`, both included.

    Raises ValueError for a size or alignment below one or a range that ends before it begins.
    """

    name: str
    size: int
    align: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.size < 1 or self.align < 1 or self.last < self.first:
            raise ValueError(f"not a buffer: {self}")

    def meets(self, other: "Request") -> bool:
        """Whether both are live at some instant."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Memory:
    """What is allocated from: `capacity` bytes, called `name` in messages; `remedy` ends the message of a failure."""

    name: str
    capacity: int
    remedy: str


def live_peak(requests: Sequence[Request]) -> int:
    """Most bytes live at one instant, alignment not counted: a lower bound of any allocation."""
    change: dict[int, int] = {}
    for request in requests:
        change[request.first] = change.get(request.first, 0) + request.size
        change[request.last + 1] = change.get(request.last + 1, 0) - request.size
    live = peak = 0
    for instant in sorted(change):
        live += change[instant]
        peak = max(peak, live)
    return peak


def allocate(requests: Sequence[Request], memory: Memory, window: int | None = None) -> list[int]:
    """
    Byte offset of every request; buffers that are live together never overlap.

    `window` limits the bytes that the rotation walks through, to keep the used part of a very large memory small.
    Raises CapacityError naming the first buffer that does not fit, its bytes and the limit.
    """
    for request in requests:
        if request.size > memory.capacity:
            raise CapacityError(
                f"buffer '{request.name}' needs {request.size} bytes, {memory.name} has {memory.capacity}: "
                f"{memory.remedy}"
            )
    reach = memory.capacity if window is None else min(window, memory.capacity)
    for limit, rotate in ((reach, True), (reach, False), (memory.capacity, False)):
        placed, failed = _in_order(requests, limit, rotate=rotate)
        if failed is None:
            return placed
    by_size = _by_size(requests, memory.capacity)
    if by_size is not None:
        return by_size
    _, failed = _in_order(requests, memory.capacity, rotate=False)
    assert failed is not None
    raise _no_room(requests, failed, memory)


def _no_room(requests: Sequence[Request], failed: int, memory: Memory) -> CapacityError:
    wanted = requests[failed]
    rivals = sorted((r for r in requests if r is not wanted and r.meets(wanted)), key=lambda r: (-r.size, r.name))
    rivals = [r for r in rivals if r.first <= wanted.first]
    named = ", ".join(f"'{r.name}' ({r.size})" for r in rivals[:3])
    held = sum(r.size for r in rivals)
    return CapacityError(
        f"buffer '{wanted.name}' needs {wanted.size} bytes, {memory.name} has {memory.capacity}, of which {held} are "
        f"held by {len(rivals)} other live buffers, the largest {named}: {memory.remedy}"
    )


def _aligned(offset: int, align: int) -> int:
    return -(-offset // align) * align


def _in_order(requests: Sequence[Request], limit: int, *, rotate: bool) -> tuple[list[int], int | None]:
    """Next-fit (`rotate`) or best-fit in order of first use: (offsets, index of the first that does not fit)."""
    offsets = [0] * len(requests)
    live: list[tuple[int, int]] = []
    ends: list[tuple[int, int, int]] = []
    cursor = 0
    for index in sorted(range(len(requests)), key=lambda i: (requests[i].first, -requests[i].last, i)):
        request = requests[index]
        while ends and ends[0][0] < request.first:
            _, begin, end = heappop(ends)
            live.remove((begin, end))
        gaps = _gaps(live, limit)
        at = _next_fit(gaps, request, cursor) if rotate else None
        if at is None:
            at = _best_fit(gaps, request)
        if at is None:
            return offsets, index
        offsets[index] = at
        cursor = at + request.size
        insort(live, (at, cursor))
        heappush(ends, (request.last, at, cursor))
    return offsets, None


def _gaps(live: Sequence[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    begin = 0
    for low, high in live:
        if low > begin:
            gaps.append((begin, low))
        begin = max(begin, high)
    if begin < limit:
        gaps.append((begin, limit))
    return gaps


def _next_fit(gaps: Sequence[tuple[int, int]], request: Request, cursor: int) -> int | None:
    for low, high in gaps:
        at = _aligned(max(low, cursor), request.align)
        if at + request.size <= high:
            return at
    return next(
        (at for low, high in gaps if (at := _aligned(low, request.align)) + request.size <= high),
        None,
    )


def _best_fit(gaps: Sequence[tuple[int, int]], request: Request) -> int | None:
    fitting = [(high - low, at) for low, high in gaps if (at := _aligned(low, request.align)) + request.size <= high]
    return min(fitting)[1] if fitting else None


def _by_size(requests: Sequence[Request], limit: int) -> list[int] | None:
    """First-fit, largest first, each against the placed buffers that it meets; None when one does not fit."""
    offsets = [0] * len(requests)
    placed: list[int] = []
    for index in sorted(range(len(requests)), key=lambda i: (-requests[i].size, requests[i].first, i)):
        request = requests[index]
        occupied = sorted(
            (offsets[other], offsets[other] + requests[other].size)
            for other in placed
            if requests[other].meets(request)
        )
        at = next(
            (at for low, high in _gaps(occupied, limit) if (at := _aligned(low, request.align)) + request.size <= high),
            None,
        )
        if at is None:
            return None
        offsets[index] = at
        placed.append(index)
    return offsets
