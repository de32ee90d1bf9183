"""
Cores of one or several chips that run their programs again and again, side by side.

Each core has its own streams and memories. The cores of a chip meet in HBM, whose bandwidth
`memory.hbm.shared_bytes_per_ns` they share (`bandwidth.SharedMemory`); chips meet in collective operations, which share
the links between them (`collectives.network`). A core starts its next iteration when its last one is through. Between
iterations the delays of a core may change, never the streams.

Not modelled: traffic of collective operations on HBM, and what they spend of power.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from accelc.errors import SimulationError
from accelc.simulator.collectives.interconnect import Interconnect
from accelc.simulator.collectives.network import Network, Operation
from accelc.simulator.collectives.plan import Plan
from accelc.simulator.power import PowerTrace, power_trace, record_energies
from accelc.simulator.timing.bandwidth import SharedMemory, TransferServer
from accelc.simulator.timing.core import NEVER, CoreTimer
from accelc.simulator.timing.prepare import PreparedCore
from accelc.simulator.timing.times import CoreTimes, DelayValues, EnergyLog
from accelc.targets.model import Target


@dataclass(frozen=True)
class Pause:
    """A part of an iteration that the host runs; the core is idle for `ticks`."""

    ticks: int


@dataclass(frozen=True, eq=False)
class Collective:
    """
    A part of an iteration in which cores of different chips exchange data: one object in the programs of all of them.

    `cores[rank]` is the core that is that rank of `plan`, whose elements have `item_bytes`. A core goes on when all
    messages from and to it are through.
    """

    plan: Plan
    item_bytes: int
    cores: tuple[int, ...]


Stage = PreparedCore | Pause | Collective
Delays = Callable[[int, int, int], Sequence[DelayValues]]
"""Values of every stage's slots for (core, iteration, tick at which it starts)."""
ROUNDING = 1e-6
"""Ticks by which an arrival may be late without costing one more."""
Observer = Callable[["Cluster", int, int, int], None]
"""Called with the cluster, a control period, and the ticks at which it began and ended."""


@dataclass
class CoreRun:
    """
    Progress of one core: begin and end of its iterations so far, and the times of the last one's stages.

    `exchanges` are begin and end of the last iteration's collectives.
    """

    begins: list[int] = field(default_factory=lambda: list[int]())
    ends: list[int] = field(default_factory=lambda: list[int]())
    last: list[CoreTimes] = field(default_factory=lambda: list[CoreTimes]())
    stage: int = -1
    timer: CoreTimer | None = None
    energies: list[EnergyLog | None] = field(default_factory=lambda: list[EnergyLog | None]())
    exchanges: list[tuple[int, int]] = field(default_factory=lambda: list[tuple[int, int]]())


class Cluster:
    """
    Cores that run `programs[core]`, each a sequence of stages, `iterations` times; `chips[core]` is where a core is.

    Without `chips` all are on one. Collectives use the target's [topology.link] between as many chips as there are.
    Control period `k` ends when every core has done its iteration `k`. With `metered` power is recorded, which needs
    the target's [power] table. Raises SimulationError and DeadlockError as `CoreTimer` does, and SimulationError for
    collectives that cannot take place.
    """

    def __init__(
        self,
        programs: Sequence[Sequence[Stage]],
        target: Target,
        delays: Delays,
        *,
        metered: bool = False,
        observer: Observer | None = None,
        chips: Sequence[int] | None = None,
    ) -> None:
        self.programs = programs
        self.target = target
        self.delays = delays
        self.observer = observer
        self.runs: list[CoreRun] = [CoreRun() for _ in programs]
        self.flows: list[list[tuple[int, float, float]]] = [[] for _ in programs]
        self.spent: list[tuple[int, int, float]] = []
        self.periods: list[int] = [0]
        """Ticks at which control periods end, after a 0."""
        shared = target.hbm.shared_bytes_per_ns
        self.chips: list[int] = [0] * len(programs) if chips is None else list(chips)
        self.servers: list[TransferServer] = [
            TransferServer(target, log=flow if metered else None) for flow in self.flows
        ]
        self.shares: bool = bool(shared)
        if shared:
            memories = [SharedMemory(shared * 1e9 / target.time.tick_hz, len(programs)) for _ in set(self.chips)]
            for core, server in enumerate(self.servers):
                memories[self.chips[core]].join(core, server)
        self.network: Network | None = _network(programs, self.chips, target)
        self.operations: dict[tuple[Collective, int], Operation] = {}
        """By collective and iteration, those that some core has come to."""
        self.owners: dict[Operation, Collective] = {}
        energies: dict[int, list[list[float]]] = {}
        for run, stages in zip(self.runs, programs, strict=True):
            for stage in stages:
                log = None
                if metered and isinstance(stage, PreparedCore):
                    if id(stage) not in energies:
                        energies[id(stage)] = record_energies(stage.code, target)
                    log = EnergyLog(energies[id(stage)], self.spent)
                run.energies.append(log)

    def run(self, iterations: int) -> None:
        """Runs every core `iterations` times."""
        values = [self._begin_iteration(core, 0) for core in range(len(self.runs))]
        waiting = list(range(len(self.runs)))
        while waiting:
            core = min(waiting, key=self._next)
            arrival = None if self.network is None else self.network.next_time()
            if arrival is not None and arrival <= self._next(core):
                for core, end in self._arrivals():
                    values[core] = self._advance(core, end, values[core], iterations)
                    if len(self.runs[core].ends) == iterations:
                        waiting.remove(core)
                continue
            run = self.runs[core]
            if run.timer is None:
                raise self._stuck(waiting)
            others = self._others(waiting, core)
            timer = run.timer
            # Events up to the first one of another core need no look at the others, unless they move its transfers.
            while (tick := timer.next_tick()) is not None and (others is None or tick <= others):
                timer.step(NEVER if others is None else others)
                if self.shares and others is not None:
                    others = self._others(waiting, core)
            if tick is None:
                run.last.append(timer.finish())
                end = max(run.last[-1].total_ticks, self._started(core))
                values[core] = self._advance(core, end, values[core], iterations)
                if len(run.ends) == iterations:
                    waiting.remove(core)

    def _others(self, waiting: Sequence[int], core: int) -> int | None:
        """Tick of the first event that is not of `core`, None when there is no other."""
        ticks = [self._next(other) for other in waiting if other != core]
        arrival = None if self.network is None else self.network.next_time()
        return min(ticks if arrival is None else [*ticks, int(arrival)], default=None)

    def _next(self, core: int) -> int:
        """Tick of a core's next event, -1 if its stage has none left."""
        timer = self.runs[core].timer
        if timer is None:
            return NEVER
        tick = timer.next_tick()
        return -1 if tick is None else tick

    def _arrivals(self) -> list[tuple[int, int]]:
        """Cores that the next event on the links lets go on, and when."""
        assert self.network is not None
        found: list[tuple[int, int]] = []
        for operation, rank in self.network.step():
            core = self.owners[operation].cores[rank]
            run = self.runs[core]
            begin, _ = run.exchanges[-1]
            run.exchanges[-1] = begin, max(begin, ceil(self.network.now - ROUNDING))
            found.append((core, run.exchanges[-1][1]))
        return found

    def _stuck(self, waiting: Sequence[int]) -> SimulationError:
        waits = ", ".join(f"core {core} in stage {self.runs[core].stage}" for core in waiting)
        return SimulationError(
            f"deadlock between chips: {waits} wait for each other in collectives; all cores need them in one order"
        )

    def _started(self, core: int) -> int:
        return self.runs[core].begins[-1]

    def _begin_iteration(self, core: int, tick: int) -> Sequence[DelayValues]:
        run = self.runs[core]
        values = self.delays(core, len(run.begins), tick)
        run.begins.append(tick)
        run.last.clear()
        run.exchanges.clear()
        run.stage = -1
        self._next_stage(core, tick, values)
        return values

    def _next_stage(self, core: int, tick: int, values: Sequence[DelayValues]) -> int:
        """Starts the next stage that takes events to end; the tick at which it starts, or the iteration ends."""
        run, stages = self.runs[core], self.programs[core]
        run.timer = None
        while run.stage + 1 < len(stages):
            run.stage += 1
            stage = stages[run.stage]
            if isinstance(stage, Pause):
                tick += stage.ticks
            elif isinstance(stage, Collective):
                self._exchange(core, stage, tick)
                return tick
            else:
                server, log = self.servers[core], run.energies[run.stage]
                run.timer = CoreTimer(stage, self.target, values[run.stage], core, tick, server, log)
                return tick
        run.stage = len(stages)
        return tick

    def _exchange(self, core: int, stage: Collective, tick: int) -> None:
        assert self.network is not None
        run = self.runs[core]
        key = (stage, len(run.ends))
        if key not in self.operations:
            self.operations[key] = Operation(stage.plan, [self.chips[core] for core in stage.cores], stage.item_bytes)
            self.owners[self.operations[key]] = stage
        run.exchanges.append((tick, tick))
        self.network.join(self.operations[key], stage.cores.index(core), tick)

    def _advance(self, core: int, tick: int, values: Sequence[DelayValues], iterations: int) -> Sequence[DelayValues]:
        run = self.runs[core]
        tick = self._next_stage(core, tick, values)
        if run.stage < len(self.programs[core]):
            return values
        run.ends.append(tick)
        self._observe()
        if len(run.ends) < iterations:
            return self._begin_iteration(core, tick)
        return values

    def _observe(self) -> None:
        done = min(len(run.ends) for run in self.runs)
        while len(self.periods) <= done:
            period = len(self.periods) - 1
            end = max(run.ends[period] for run in self.runs)
            self.periods.append(end)
            if self.observer is not None:
                self.observer(self, period, self.periods[-2], end)

    @property
    def total_ticks(self) -> int:
        """Tick at which the last core has done its last iteration."""
        return max(run.ends[-1] for run in self.runs)

    def trace(self) -> PowerTrace:
        """Power of all cores so far."""
        for run in self.runs:
            if run.timer is not None:
                run.timer.spend()
        return power_trace(self.spent, self.flows, len(self.runs), self.target)


def _network(programs: Sequence[Sequence[Stage]], chips: Sequence[int], target: Target) -> Network | None:
    """The links that collectives use, None if there are none. Raises SimulationError for one that cannot take place."""
    users: dict[Collective, list[int]] = {}
    for core, stages in enumerate(programs):
        for stage in stages:
            if isinstance(stage, Collective):
                users.setdefault(stage, []).append(core)
    for collective, cores in users.items():
        if sorted(collective.cores) != cores:
            raise SimulationError(f"a collective of cores {sorted(collective.cores)} is in the programs of {cores}")
        if len({chips[core] for core in cores}) < len(cores):
            raise SimulationError(f"cores {cores} exchange data: they must be on different chips")
    if not users:
        return None
    link, count = target.topology.link, max(chips) + 1
    if link is None or count > target.topology.chips:
        raise SimulationError(f"{count} chips exchange data: target '{target.name}' has {target.topology.chips}")
    return Network(Interconnect(link, count), target.time.tick_hz)
