"""An execution order that respects the streams and their semaphores, without any notion of time."""

from accelc.simulator.deadlock import report_deadlock
from accelc.simulator.decode import CoreCode
from accelc.simulator.functional import Step
from accelc.targets.model import Target


def untimed_order(code: CoreCode, target: Target, core: int = 0) -> list[Step]:
    """
    Every record of a core, each lane running as far as it can in turn.

    Raises DeadlockError when no lane can go on.
    """
    counters = [0] * target.sync.semaphores
    at = [0] * len(code)
    order: list[Step] = []
    waiting: dict[int, set[int]] = {}
    ready = list(range(len(code) - 1, -1, -1))
    while ready:
        position = ready.pop()
        lane = code[position]
        record = at[position]
        while record < len(lane):
            wait = lane.waits[record]
            if wait is not None and not wait.holds(counters[wait.semaphore]):
                waiting.setdefault(wait.semaphore, set[int]()).add(position)
                break
            order.append((position, record))
            for semaphore, value in (*lane.at_read[record], *lane.at_complete[record]):
                counters[semaphore] += value
                if semaphore in waiting:
                    ready.extend(sorted(waiting.pop(semaphore), reverse=True))
            record += 1
        at[position] = record
    stuck = {position: record for position, record in enumerate(at) if record < len(code[position])}
    if stuck:
        raise report_deadlock(core, code, counters, stuck)
    return order
