"""
Controllers that shift and delay cores: policies `off`, `stagger` and `slack` (systems page, S5).

`off` writes minima; `stagger` shifts the cores so that their demands for HBM interleave; `slack` delays transfers
where the profile says that it costs no time, each core by another share.
"""

from dataclasses import dataclass, field
from typing import Protocol

from accelc.analysis.delays.circle import Cost, circle_shifts, excess
from accelc.analysis.delays.placement import START
from accelc.errors import UsageError
from accelc.isa.program import DelaySlot
from accelc.runtime.cores import CoreProfile, Profile, SlotValues, Workload
from accelc.runtime.delays.telemetry import Telemetry


class Controller(Protocol):
    """Chooses delays; one for all cores of a chip."""

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """Values of the slots of `core` in `iteration`, which starts at `tick`."""
        ...

    def observe(self, now: Telemetry) -> None:
        """Called at the end of a control period; what is decided holds from the next start of an iteration on."""
        ...


@dataclass
class Off:
    """All slots at their minimum."""

    work: Workload

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """Minima."""
        return self.work.values()

    def observe(self, now: Telemetry) -> None:
        """Nothing to adjust."""


@dataclass
class Shifter:
    """
    Brings every core to its place on the circle of a period by its `start.` slots; other slots have the values `extra`.

    Core `c` is to start iteration `k` at `origin[k] + shifts[c]`, where origins are a period apart. One that comes
    early waits. One that comes late moves the origin of this and so of all later iterations: all cores go at the pace
    of the slowest, and keep their places though they wait for memory unequally.
    """

    work: Workload
    shifts: list[int]
    """Ticks by which each core runs behind core 0."""
    period_ticks: int
    extra: dict[tuple[int, int], int] = field(default_factory=lambda: dict[tuple[int, int], int]())
    origin: dict[int, int] = field(default_factory=lambda: dict[int, int]())

    def __post_init__(self) -> None:
        self.stage: int = next((stage for stage, slots in enumerate(self.work.slots) if slots), 0)
        self.starts: list[tuple[int, DelaySlot]] = [
            (index, slot)
            for index, slot in enumerate(self.work.slots[self.stage])
            if slot.name.startswith(START) and slot.kind == "nop"
        ]
        if not self.starts:
            raise UsageError(
                f"the program has no delays '{START}*' that could shift a core: compile it with "
                "insert-delays{start=true}"
            )

    def change(self, shifts: list[int], period_ticks: int, extra: dict[tuple[int, int], int]) -> None:
        """Takes up other places; every core moves to its own when it starts the next time."""
        self.shifts, self.period_ticks, self.extra = shifts, period_ticks, extra
        self.origin.clear()

    def values(self, core: int, iteration: int, tick: int) -> list[list[int]]:
        """The delay until the core's turn, and `extra`."""
        values = self.work.values(self.extra)
        if iteration not in self.origin:
            before = self.origin.get(iteration - 1)
            self.origin[iteration] = tick - self.shifts[core] if before is None else before + self.period_ticks
        wait = self.origin[iteration] + self.shifts[core] - tick
        if wait < 0:
            self.origin[iteration] -= wait
            return values
        for index, slot in self.starts:
            cycles = wait // self.work.target.domain(slot.lane)
            values[self.stage][index] = max(slot.minimum, min(cycles, slot.maximum))
        return values


class Stagger:
    """Shifts at which the cores' demands for HBM exceed its bandwidth least, found once from the profile."""

    def __init__(self, work: Workload, alone: CoreProfile, cores: int) -> None:
        target = work.target
        bandwidth = target.hbm.shared_bytes_per_ns or cores * target.hbm.bytes_per_ns
        cost = excess(bandwidth * 1e9 / target.time.tick_hz)
        self.shifter: Shifter = Shifter(work, _shifts(alone, alone.hbm_bytes_per_tick, cores, cost), alone.period_ticks)

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The delay until the core's turn."""
        return self.shifter.values(core, iteration, tick)

    def observe(self, now: Telemetry) -> None:
        """Nothing to adjust."""


def _shifts(alone: CoreProfile, load: Profile, cores: int, cost: Cost) -> list[int]:
    return [round(shift * alone.bin_ticks) for shift in circle_shifts(load, cores, cost)]


class Slack:
    """
    Delays within the slack of the profile: core `i` of `N` delays every transfer point by `i / (N - 1)` of its slack.

    The first period runs without delays and is the yardstick: if no core waited for HBM in it, there is nothing to
    gain and the delays stay 0; if a later one is longer by more than `TOLERANCE`, because bandwidth is not part of the
    profile's slack, the shares are halved.
    """

    TOLERANCE = 1e-3

    def __init__(self, work: Workload, alone: CoreProfile, cores: int) -> None:
        self.work: Workload = work
        self.alone: CoreProfile = alone
        self.cores: int = cores
        self.share: float = 0.0
        self.yardstick: int = 0

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The core's share of every slack, from the second iteration on."""
        part = self.share * core / max(1, self.cores - 1)
        return self.work.values({slot: int(cycles * part) for slot, cycles in self.alone.slacks.items()})

    def observe(self, now: Telemetry) -> None:
        """Takes the yardstick, and halves the shares when they cost time."""
        longest = max(now.iteration_ticks)
        if now.period == 0:
            self.yardstick = longest
            self.share = 1.0 if max(now.hbm_stall_ticks) > 0 else 0.0
        elif longest > self.yardstick * (1 + self.TOLERANCE):
            self.share /= 2
