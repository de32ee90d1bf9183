"""
Several cores of a chip that run their programs again and again, side by side, on one HBM.

Each core has its own streams and memories; they meet only in HBM, whose bandwidth `memory.hbm.shared_bytes_per_ns`
they share (`bandwidth.SharedMemory`). A core starts its next iteration when its last one is through. Between
iterations the delays of a core may change, never the streams.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from accelc.simulator.bandwidth import SharedMemory, TransferServer
from accelc.simulator.power import PowerTrace, power_trace, record_energies
from accelc.simulator.prepare import PreparedCore
from accelc.simulator.times import CoreTimes, DelayValues, EnergyLog
from accelc.simulator.timing import NEVER, CoreTimer
from accelc.targets.model import Target


@dataclass(frozen=True)
class Pause:
    """A part of an iteration that the host runs; the core is idle for `ticks`."""

    ticks: int


Stage = PreparedCore | Pause
Delays = Callable[[int, int, int], Sequence[DelayValues]]
"""Values of every stage's slots for (core, iteration, tick at which it starts)."""
Observer = Callable[["Cluster", int, int, int], None]
"""Called with the cluster, a control period, and the ticks at which it began and ended."""


@dataclass
class CoreRun:
    """Progress of one core: begin and end of its iterations so far, and the times of the last one's stages."""

    begins: list[int] = field(default_factory=lambda: list[int]())
    ends: list[int] = field(default_factory=lambda: list[int]())
    last: list[CoreTimes] = field(default_factory=lambda: list[CoreTimes]())
    stage: int = -1
    timer: CoreTimer | None = None
    energies: list[EnergyLog | None] = field(default_factory=lambda: list[EnergyLog | None]())


class Cluster:
    """
    Cores that run `programs[core]`, each a sequence of stages, `iterations` times.

    Control period `k` ends when every core has done its iteration `k`. With `metered` power is recorded, which needs
    the target's [power] table. Raises SimulationError and DeadlockError as `CoreTimer` does.
    """

    def __init__(
        self,
        programs: Sequence[Sequence[Stage]],
        target: Target,
        delays: Delays,
        *,
        metered: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self.programs = programs
        self.target = target
        self.delays = delays
        self.observer = observer
        self.runs = [CoreRun() for _ in programs]
        self.flows: list[list[tuple[int, float, float]]] = [[] for _ in programs]
        self.spent: list[tuple[int, int, float]] = []
        self.periods: list[int] = [0]
        """Ticks at which control periods end, after a 0."""
        shared = target.hbm.shared_bytes_per_ns
        self.memory = SharedMemory(shared * 1e9 / target.time.tick_hz, len(programs)) if shared else None
        self.servers = [TransferServer(target, log=flow if metered else None) for flow in self.flows]
        for core, server in enumerate(self.servers):
            if self.memory is not None:
                self.memory.join(core, server)
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
            run = self.runs[core]
            assert run.timer is not None
            others = min((self._next(other) for other in waiting if other != core), default=None)
            timer = run.timer
            # Events up to the first one of another core need no look at the others, unless they move its transfers.
            while (tick := timer.next_tick()) is not None and (others is None or tick <= others):
                timer.step(NEVER if others is None else others)
                if self.memory is not None and others is not None:
                    others = min(self._next(other) for other in waiting if other != core)
            if tick is None:
                run.last.append(timer.finish())
                end = max(run.last[-1].total_ticks, self._started(core))
                values[core] = self._advance(core, end, values[core], iterations)
                if len(run.ends) == iterations:
                    waiting.remove(core)

    def _next(self, core: int) -> int:
        timer = self.runs[core].timer
        assert timer is not None
        tick = timer.next_tick()
        return -1 if tick is None else tick

    def _started(self, core: int) -> int:
        return self.runs[core].begins[-1]

    def _begin_iteration(self, core: int, tick: int) -> Sequence[DelayValues]:
        run = self.runs[core]
        values = self.delays(core, len(run.begins), tick)
        run.begins.append(tick)
        run.last.clear()
        run.stage = -1
        self._next_stage(core, tick, values)
        return values

    def _next_stage(self, core: int, tick: int, values: Sequence[DelayValues]) -> int:
        """Starts the next stage that runs on the accelerator; the tick at which it starts, or the iteration ends."""
        run, stages = self.runs[core], self.programs[core]
        run.timer = None
        while run.stage + 1 < len(stages):
            run.stage += 1
            stage = stages[run.stage]
            if isinstance(stage, Pause):
                tick += stage.ticks
                continue
            server, log = self.servers[core], run.energies[run.stage]
            run.timer = CoreTimer(stage, self.target, values[run.stage], core, tick, server, log)
            break
        return tick

    def _advance(self, core: int, tick: int, values: Sequence[DelayValues], iterations: int) -> Sequence[DelayValues]:
        run = self.runs[core]
        tick = self._next_stage(core, tick, values)
        if run.timer is not None:
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
