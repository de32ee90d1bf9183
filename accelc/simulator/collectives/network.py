"""
How long messages take on the channels between chips, event by event.

A message is sent as soon as both ranks have come to the operation and what it carries has arrived; those of an
operation from one rank to another, in one direction, go one after the other. It flows through all channels of its route
at once (cut-through) at the rate that `sharing` gives it, and arrives one hop latency per channel after its last byte
has left. Several operations at a time share channels. Additions take no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import ulp

from accelc.simulator.collectives.interconnect import Interconnect
from accelc.simulator.collectives.plan import Plan
from accelc.simulator.collectives.sharing import flow_rates

_INSTANT = 1e-6
"""Ticks that count as nothing."""


@dataclass(eq=False)
class Operation:
    """
    One collective operation under way; `chips[rank]` are all different, messages count elements of `item_bytes`.

    `waits[m]` is what message `m` still waits for: messages, and its two ranks. `followers[m]` are messages that wait
    until it has arrived, `behind[m]` those until it has left; `of_rank[r]` are to or from rank `r`. `open[r]` of them
    are not through, plus one until the rank has come.
    """

    plan: Plan
    chips: Sequence[int]
    item_bytes: int
    waits: list[int] = field(init=False)
    followers: list[list[int]] = field(init=False)
    behind: list[list[int]] = field(init=False)
    of_rank: list[list[int]] = field(init=False)
    open: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.waits = [len(message.after) + 2 for message in self.plan]
        self.followers = [[] for _ in self.plan]
        self.behind = [[] for _ in self.plan]
        self.open = [1] * len(self.chips)
        self.of_rank = [[] for _ in self.chips]
        last: dict[tuple[int, int, int], int] = {}
        for index, message in enumerate(self.plan):
            queue = (message.source, message.destination, message.direction)
            if queue in last:
                self.behind[last[queue]].append(index)
                self.waits[index] += 1
            last[queue] = index
            for before in message.after:
                self.followers[before].append(index)
            for rank in (message.source, message.destination):
                self.of_rank[rank].append(index)
                self.open[rank] += 1

    def ready(self, messages: Sequence[int]) -> list[int]:
        """Counts one thing less to wait for by each of `messages`; those that can be sent now."""
        for message in messages:
            self.waits[message] -= 1
        return [message for message in dict.fromkeys(messages) if self.waits[message] == 0]


@dataclass(eq=False)
class _Flow:
    operation: Operation
    message: int
    route: tuple[int, ...]
    left: float


class Network:
    """
    Messages in flight on an interconnect; all times are floats in ticks of `tick_hz`.

    `carried[channel]` are the bytes each channel has moved.
    """

    def __init__(self, interconnect: Interconnect, tick_hz: int) -> None:
        self.interconnect = interconnect
        per_tick = 1e9 / tick_hz
        self.capacity: float = interconnect.bytes_per_ns * per_tick
        self.hop: float = interconnect.link.hop_latency_ns / per_tick
        self.now: float = 0.0
        self.carried: list[float] = [0.0] * len(interconnect.channels)
        self.flows: list[_Flow] = []
        self.rates: list[float] = []
        self.parts: dict[tuple[int, int], int] = {}
        """Flows of a message that have not ended, by operation and message."""
        self.events: list[tuple[float, int, Operation, int, bool]] = []
        """(time, number, operation, rank that comes or message that arrives, which of them)."""
        self.count: int = 0

    def join(self, operation: Operation, rank: int, time: float) -> None:
        """A rank comes to an operation at `time`, which is not before any event that has been handled."""
        self._push(max(time, self.now), operation, rank, True)

    def next_time(self) -> float | None:
        """Time of the next event, None when nothing is under way."""
        times = [self.events[0][0]] if self.events else []
        times += [self.now + flow.left / rate for flow, rate in zip(self.flows, self.rates, strict=True)]
        return min(times, default=None)

    def step(self) -> list[tuple[Operation, int]]:
        """Handles all events of the next time; the ranks that are then through with an operation."""
        time = self.next_time()
        assert time is not None
        self._advance(time)
        ended: list[tuple[Operation, int]] = []
        begin: list[tuple[Operation, int]] = []
        before = len(self.flows)
        instant = max(_INSTANT, 4 * ulp(time))
        flows, self.flows = self.flows, []
        for flow, rate in zip(flows, self.rates, strict=True):
            if flow.left > instant * rate:
                self.flows.append(flow)
            else:
                begin += [(flow.operation, message) for message in self._left(flow, ended)]
        while self.events and self.events[0][0] <= time + instant:
            _, _, operation, which, comes = heappop(self.events)
            begin += [(operation, message) for message in self._handle(operation, which, comes, ended)]
        for operation, message in begin:
            self._send(operation, message)
        if begin or len(self.flows) != before:
            self.rates = flow_rates([flow.route for flow in self.flows], [self.capacity] * len(self.carried))
        return ended

    def _push(self, time: float, operation: Operation, which: int, comes: bool) -> None:
        heappush(self.events, (time, self.count, operation, which, comes))
        self.count += 1

    def _advance(self, time: float) -> None:
        for flow, rate in zip(self.flows, self.rates, strict=True):
            moved = min(flow.left, (time - self.now) * rate)
            flow.left -= moved
            for channel in flow.route:
                self.carried[channel] += moved
        self.now = time

    def _left(self, flow: _Flow, ended: list[tuple[Operation, int]]) -> list[int]:
        """The last byte of a flow has left; messages that can be sent now."""
        operation, key = flow.operation, (id(flow.operation), flow.message)
        self.parts[key] -= 1
        if self.parts[key]:
            return []
        del self.parts[key]
        self._push(self.now + self.hop * len(flow.route), operation, flow.message, False)
        self._closed(operation, operation.plan[flow.message].source, ended)
        return operation.ready(operation.behind[flow.message])

    def _handle(self, operation: Operation, which: int, comes: bool, ended: list[tuple[Operation, int]]) -> list[int]:
        """Messages that can be sent after a rank has come or a message has arrived."""
        if not comes:
            self._closed(operation, operation.plan[which].destination, ended)
            return operation.ready(operation.followers[which])
        self._closed(operation, which, ended)
        return operation.ready(operation.of_rank[which])

    def _closed(self, operation: Operation, rank: int, ended: list[tuple[Operation, int]]) -> None:
        operation.open[rank] -= 1
        if operation.open[rank] == 0:
            ended.append((operation, rank))

    def _send(self, operation: Operation, index: int) -> None:
        message = operation.plan[index]
        source, destination = operation.chips[message.source], operation.chips[message.destination]
        routes = self.interconnect.routes(source, destination, message.direction)
        nbytes = (message.end - message.begin) * operation.item_bytes / len(routes)
        self.parts[id(operation), index] = len(routes)
        self.flows += [_Flow(operation, index, route, nbytes) for route in routes]


def finish_ticks(network: Network, operations: Sequence[Operation], starts: Sequence[Sequence[float]]) -> list[float]:
    """When each of `operations` is through on all its ranks, rank `r` of operation `o` coming at `starts[o][r]`."""
    ends = {id(operation): 0.0 for operation in operations}
    for operation, times in zip(operations, starts, strict=True):
        for rank, time in enumerate(times):
            network.join(operation, rank, time)
    while network.next_time() is not None:
        for operation, _ in network.step():
            ends[id(operation)] = network.now
    return [ends[id(operation)] for operation in operations]
