"""How often a counting loop runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """`while start <direction> limit: start += step`, direction LT, LE, GT, GE or NE."""

    start: int
    limit: int
    step: int
    direction: str


def trip_count(count: Count) -> int | None:
    """Number of iterations; None if the loop does not end or the direction is none of these."""
    start, limit, step = count.start, count.limit, count.step
    if count.direction in ("GT", "GE"):
        start, limit, step = -start, -limit, -step
    if count.direction == "NE":
        if start == limit:
            return 0
        whole = step != 0 and (limit - start) % step == 0 and (limit - start) // step > 0
        return (limit - start) // step if whole else None
    if count.direction in ("LE", "GE"):
        limit += 1
    elif count.direction not in ("LT", "GT"):
        return None
    if start >= limit:
        return 0
    return -(-(limit - start) // step) if step > 0 else None
