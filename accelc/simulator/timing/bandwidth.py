"""Transfers in flight sharing the DMA engines of their core, its bandwidth of HBM, and the HBM other cores use too."""

from collections.abc import Callable, Sequence
from math import ceil

from accelc.simulator.timing.costs import Transfer, service_ticks
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
        self.engines: int = target.dma.engines
        self.bytes_per_ns: float = target.hbm.bytes_per_ns
        self.changed = changed
        self.log = log
        self.now: int = 0
        # Of every transfer in flight, in the order in which they began.
        self.queues: list[int] = []
        self.transfers: list[Transfer] = []
        self.left: list[float] = []
        """Fraction still to be moved."""
        self.rates: list[float] = []
        """Fraction moved per tick when no other core uses HBM."""
        self.alone: list[float] = []
        """Ticks that it would take on its engines, at the share of HBM that they have now."""
        self.asked: int = 0
        """Engines that all of them use."""
        self.share: float = 0.0
        """Bytes per ns of HBM for every busy engine."""
        # By identity, which the transfer in the value keeps from being used again.
        self.by_share: dict[float, dict[int, tuple[float, Transfer]]] = {}
        self.known: dict[int, tuple[float, Transfer]] = {}
        self.memory: SharedMemory | None = None
        self.scale: float = 1.0
        self.demand: float = 0.0
        """Bytes per tick on HBM when no other core uses it."""
        self.speeds: dict[int, float] = {}
        """Part of its speed that the banks of its memories leave a queue's transfer, where it is not 1."""
        self.stalled: float = 0.0
        """Ticks that transfers lost because other cores used HBM too."""
        self.moved_bytes: int = 0
        self.moved_hbm_bytes: int = 0
        """Bytes of all transfers that are through, and what of them crossed the interface of HBM."""

    def begin(self, now: int, queue: int, transfer: Transfer) -> None:
        """Starts the transfer at the head of `queue`."""
        if now != self.now:
            self._advance(now)
        self.queues.append(queue)
        self.transfers.append(transfer)
        self.left.append(1.0)
        self.asked += transfer.engines
        self._share(transfer)

    def finished(self, now: int) -> list[int]:
        """Removes and returns the queues whose transfer is through at `now`."""
        if now != self.now:
            self._advance(now)
        left = self.left
        through = [index for index, fraction in enumerate(left) if fraction <= _DONE]
        if not through:
            return through
        queues = [self.queues[index] for index in through]
        for index in reversed(through):
            transfer = self.transfers.pop(index)
            self.asked -= transfer.engines
            self.moved_bytes += transfer.total_bytes
            self.moved_hbm_bytes += transfer.hbm_bytes
            self.speeds.pop(self.queues[index], None)
            del self.queues[index], left[index], self.alone[index]
        self._share()
        return queues

    def next_end(self) -> int | None:
        """Tick at which the next transfer ends if none begins before, None when nothing is in flight."""
        if not self.left:
            return None
        if len(self.left) == 1:
            first = (self.left[0] - _DONE) / self.rates[0]
        else:
            first = min([(left - _DONE) / rate for left, rate in zip(self.left, self.rates, strict=True)])
        ticks = ceil(first / self.scale)
        return self.now + ticks if ticks > 0 else self.now

    def rescale(self, now: int, scale: float, elsewhere: bool) -> None:
        """From `now` on moves everything at `scale` of its speed; `elsewhere`: another core is the cause."""
        self._advance(now)
        self.scale = scale
        if elsewhere:
            self._note()
            self.changed()

    def throttle(self, now: int, queue: int, speed: float) -> None:
        """From `now` on the transfer of a queue moves at `speed` of what it would."""
        self._advance(now)
        self.speeds[queue] = speed
        self._share()

    def relative(self, now: int) -> object:
        """What the future of the transfers in flight depends on, in ticks from `now`; no other core may use HBM."""
        return self.now - now if self.queues else 0, [*self.queues], [*self.transfers], [*self.left], [*self.rates]

    def advance(self, ticks: int, times: int, before: tuple[int, int]) -> None:
        """Repeats `times` what was moved since (bytes, bytes on HBM) were `before`: goes on `ticks` later."""
        self.now += ticks
        self.moved_bytes += times * (self.moved_bytes - before[0])
        self.moved_hbm_bytes += times * (self.moved_hbm_bytes - before[1])

    def _advance(self, now: int) -> None:
        elapsed = (now - self.now) * self.scale
        if elapsed:
            self.stalled += now - self.now - elapsed
            self.left = [left - elapsed * rate for left, rate in zip(self.left, self.rates, strict=True)]
        self.now = now

    def _share(self, begun: Transfer | None = None) -> None:
        engines, asked = self.engines, self.asked
        share = self.bytes_per_ns / (engines if asked > engines else asked or 1)
        if share != self.share:
            self.share = share
            self.known = self.by_share.setdefault(share, {})
            self.alone = [self._ticks(transfer) for transfer in self.transfers]
        elif begun is not None:
            known = self.known.get(id(begun))
            self.alone.append(self._ticks(begun) if known is None else known[0])
        slowdown = asked / engines if asked > engines else 1.0
        self.rates = [1.0 / (ticks * slowdown) for ticks in self.alone]
        if self.speeds:
            self.rates = [
                rate * self.speeds.get(queue, 1.0) for rate, queue in zip(self.rates, self.queues, strict=True)
            ]
        if self.memory is not None:
            self.demand = sum(rate * moved.hbm_bytes for rate, moved in zip(self.rates, self.transfers, strict=True))
            self.memory.settle(self.now, self)
        if self.log is not None:
            self._note()

    def _ticks(self, transfer: Transfer) -> float:
        """Ticks that a transfer takes on its engines at their share of HBM."""
        known = self.known.get(id(transfer))
        if known is None:
            ticks = max(1.0, service_ticks(transfer, self.target, self.share))
            known = self.known[id(transfer)] = (ticks, transfer)
        return known[0]

    def _note(self) -> None:
        if self.log is not None:
            flights = list(zip(self.rates, self.transfers, strict=True))
            hbm = sum(rate * transfer.hbm_bytes for rate, transfer in flights)
            moved = sum(rate * transfer.total_bytes for rate, transfer in flights)
            self.log.append((self.now, hbm * self.scale, moved * self.scale))
