"""
Exact models of two shared resources, one step at a time: accesses to a port of a bank, and packets on a DMA engine.

The simulator takes both to the limit of small steps (`banks` and `bandwidth` of `accelc.simulator.timing`).
"""

from collections import deque
from collections.abc import Sequence


def port_ends(starts: Sequence[int], accesses: Sequence[int]) -> list[int]:
    """
    Cycle at which each stream is through on one port, cycle by cycle.

    Stream `i` wants one access in every cycle from `starts[i]` on, `accesses[i]` in all; the port grants one per cycle,
    to the streams that want it in turn.
    """
    left = list(accesses)
    ends = list(starts)
    turn: deque[int] = deque(range(len(left)))
    cycle = 0
    while any(left):
        ready = next((stream for stream in turn if starts[stream] <= cycle and left[stream]), None)
        if ready is not None:
            turn.remove(ready)
            turn.append(ready)
            left[ready] -= 1
            ends[ready] = cycle + 1
        cycle += 1
    return ends


def packet_ends(queues: Sequence[Sequence[tuple[float, int]]], packet_ns: float) -> list[list[float]]:
    """
    Time in ns at which every transfer is through on one engine, packet by packet.

    `queues[q]` are (time at which it is triggered, packets) of each transfer; those of a queue are done in their order,
    and the engine serves the queues that have one in turn, a packet of `packet_ns` each.
    """
    ends: list[list[float]] = [[] for _ in queues]
    left = [[packets for _, packets in queue] for queue in queues]
    turn: deque[int] = deque(range(len(queues)))
    now = 0.0
    while True:
        open_queues = [queue for queue in turn if len(ends[queue]) < len(queues[queue])]
        if not open_queues:
            return ends
        ready = next((queue for queue in open_queues if queues[queue][len(ends[queue])][0] <= now), None)
        if ready is None:
            now = min(queues[queue][len(ends[queue])][0] for queue in open_queues)
            continue
        turn.remove(ready)
        turn.append(ready)
        now += packet_ns
        transfer = len(ends[ready])
        left[ready][transfer] -= 1
        if left[ready][transfer] == 0:
            ends[ready].append(now)
