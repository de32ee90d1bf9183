"""Transfers in flight sharing the DMA engines of their core, its bandwidth of HBM, and the HBM other cores use too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from accelc.simulator.costs import Transfer, service_ticks
from accelc.targets.model import Target

_DONE = 1e-9


def fair_shares(demands: Sequence[float], capacity: float) -> list[float]:
    """
    What each of several users gets of `capacity`: max-min fair, in the unit of the demands.

    No one gets more than it demands; those that get less all get the same, and then nothing is left over
    (progressive filling: Bertsekas and Gallager, Data Networks, section 6.5).
    """
    shares = [0.0] * len(demands)
    left = capacity
    by_size = sorted(range(len(demands)), key=lambda user: demands[user])
    for position, user in enumerate(by_size):
        shares[user] = min(demands[user], left / (len(by_size) - position))
        left -= shares[user]
    return shares


def _nothing() -> None:
    pass


class SharedMemory:
    """
    HBM as the cores of a chip share it: bytes flow as in a fluid, `fair_shares` of `bytes_per_tick`.

    A core that is granted a fraction of its demand moves all its transfers at that fraction of their speed.
    """

    def __init__(self, bytes_per_tick: float, cores: int) -> None:
        self.bytes_per_tick = bytes_per_tick
        self.servers: list[TransferServer | None] = [None] * cores

    def join(self, core: int, server: "TransferServer") -> None:
        """Makes `server` the one that moves the transfers of `core`."""
        self.servers[core] = server
        server.memory = self

    def settle(self, now: int, origin: "TransferServer") -> None:
        """Shares the bandwidth anew after the transfers of `origin` changed at `now`."""
        servers = [server for server in self.servers if server is not None]
        shares = fair_shares([server.demand for server in servers], self.bytes_per_tick)
        for server, share in zip(servers, shares, strict=True):
            scale = share / server.demand if server.demand > share else 1.0
            if scale != server.scale:
                server.rescale(now, scale, server is not origin)


@dataclass
class _Flight:
    transfer: Transfer
    left: float
    rate: float


class TransferServer:
    """
    Progress of a core's transfers in flight, a fraction of each per tick, recomputed whenever one begins or ends.

    Round robin between queues at packet boundaries is taken to its limit of small packets: when the transfers ask
    for more engines than there are, all slow down equally; HBM is shared equally by the engines that are busy.
    `changed` is called when another core's transfers moved the end of this core's; `log`, where there is one, gets
    (tick, HBM bytes per tick, moved bytes per tick) whenever these rates change.
    """

    def __init__(
        self,
        target: Target,
        changed: Callable[[], None] = _nothing,
        log: list[tuple[int, float, float]] | None = None,
    ) -> None:
        self.target = target
        self.changed = changed
        self.log = log
        self.now = 0
        self.flights: dict[int, _Flight] = {}
        self.memory: SharedMemory | None = None
        self.scale = 1.0
        self.demand = 0.0
        """Bytes per tick on HBM when no other core uses it."""
        self.stalled = 0.0
        """Ticks that transfers lost because other cores used HBM too."""
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
        first = min((flight.left - _DONE) / flight.rate for flight in self.flights.values())
        return self.now + max(0, ceil(first / self.scale))

    def rescale(self, now: int, scale: float, elsewhere: bool) -> None:
        """From `now` on moves everything at `scale` of its speed; `elsewhere`: another core is the cause."""
        self._advance(now)
        self.scale = scale
        if elsewhere:
            self._note()
            self.changed()

    def _advance(self, now: int) -> None:
        elapsed = (now - self.now) * self.scale
        if elapsed:
            self.stalled += now - self.now - elapsed
            for flight in self.flights.values():
                flight.left -= elapsed * flight.rate
        self.now = now

    def _share(self) -> None:
        engines = self.target.dma.engines
        asked = sum(flight.transfer.engines for flight in self.flights.values())
        slowdown = max(1.0, asked / engines)
        share = self.target.hbm.bytes_per_ns / max(1, min(engines, asked))
        for flight in self.flights.values():
            key = (flight.transfer, share)
            ticks = self._service.get(key)
            if ticks is None:
                ticks = self._service[key] = max(1.0, service_ticks(flight.transfer, self.target, share))
            flight.rate = 1.0 / (ticks * slowdown)
        if self.memory is not None:
            self.demand = sum(flight.rate * flight.transfer.hbm_bytes for flight in self.flights.values())
            self.memory.settle(self.now, self)
        self._note()

    def _note(self) -> None:
        if self.log is not None:
            hbm = sum(flight.rate * flight.transfer.hbm_bytes for flight in self.flights.values())
            moved = sum(flight.rate * flight.transfer.total_bytes for flight in self.flights.values())
            self.log.append((self.now, hbm * self.scale, moved * self.scale))
