"""Transfers in flight sharing the DMA engines and the bandwidth of HBM."""

from dataclasses import dataclass
from math import ceil

from accelc.simulator.costs import Transfer, service_ticks
from accelc.targets.model import Target

_DONE = 1e-9


@dataclass
class _Flight:
    transfer: Transfer
    left: float
    rate: float


class TransferServer:
    """
    Progress of the transfers in flight, a fraction of each per tick, recomputed whenever one begins or ends.

    Round robin between queues at packet boundaries is taken to its limit of small packets: when the transfers ask
    for more engines than there are, all slow down equally; HBM is shared equally by the engines that are busy.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.now = 0
        self.flights: dict[int, _Flight] = {}
        self._service: dict[tuple[Transfer, float], float] = {}

    def begin(self, now: int, queue: int, transfer: Transfer) -> None:
        """Starts the transfer at the head of `queue`."""
        self._advance(now)
        self.flights[queue] = _Flight(transfer, 1.0, 0.0)
        self._share()

    def finished(self, now: int) -> list[int]:
        """Removes and returns the queues whose transfer is through at `now`."""
        self._advance(now)
        through = [queue for queue, flight in self.flights.items() if flight.left <= _DONE]
        for queue in through:
            del self.flights[queue]
        if through:
            self._share()
        return through

    def next_end(self) -> int | None:
        """Tick at which the next transfer ends if none begins before, None when nothing is in flight."""
        if not self.flights:
            return None
        return self.now + max(0, ceil(min((flight.left - _DONE) / flight.rate for flight in self.flights.values())))

    def _advance(self, now: int) -> None:
        elapsed = now - self.now
        if elapsed:
            for flight in self.flights.values():
                flight.left -= elapsed * flight.rate
        self.now = now

    def _share(self) -> None:
        if not self.flights:
            return
        engines = self.target.dma.engines
        asked = sum(flight.transfer.engines for flight in self.flights.values())
        slowdown = max(1.0, asked / engines)
        share = self.target.hbm.bytes_per_ns / min(engines, asked)
        for flight in self.flights.values():
            key = (flight.transfer, share)
            ticks = self._service.get(key)
            if ticks is None:
                ticks = self._service[key] = max(1.0, service_ticks(flight.transfer, self.target, share))
            flight.rate = 1.0 / (ticks * slowdown)
