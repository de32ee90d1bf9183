"""
The runtime side of adjustable delays: chooses the values of every core's slots between iterations (systems page, S5).

Nothing is compiled again, and no stream changes: a controller only writes values into a copy of the delay table.
Policies: `off` writes minima; `stagger` shifts the cores so that their demands for HBM interleave; `cap` shifts them
so that their power does, and throttles as far as a power cap needs; `slack` delays transfers where the profile says
that it costs no time, each core by another share.
"""

from dataclasses import dataclass, field
from typing import Protocol

from accelc.analysis.delays.circle import Cost, circle_shifts, excess, total_load, windowed_peak
from accelc.analysis.delays.placement import START
from accelc.errors import UsageError
from accelc.runtime.cores import CoreProfile, Profile, SlotValues, Workload, profile
from accelc.simulator.cluster import Cluster

POLICIES = ("off", "stagger", "cap", "slack")
MARGIN = 0.97
"""Share of the cap that predictions aim at: what is predicted from one core alone is a little off."""
LEARNING_PERIODS = 1
"""Control periods in which the cap may be exceeded before shifts are not counted on any more."""
MOST_THROTTLE_CYCLES = 1 << 14
"""Largest throttle that is tried; a lane that slow draws no power to speak of."""


class Controller(Protocol):
    """Chooses delays; one for all cores of a chip."""

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """Values of the slots of `core` in `iteration`, which starts at `tick`."""
        ...

    def observe(self, cluster: Cluster, period: int, begin: int, end: int) -> None:
        """Called when all cores have done the iteration `period`; what is decided holds from the next start on."""
        ...


@dataclass
class Off:
    """All slots at their minimum."""

    work: Workload

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """Minima."""
        return self.work.values()

    def observe(self, cluster: Cluster, period: int, begin: int, end: int) -> None:
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
        self.stage = next(stage for stage, slots in enumerate(self.work.slots) if slots) if any(self.work.slots) else 0
        self.starts = [
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
        self.shifter = Shifter(work, _shifts(alone, alone.hbm_bytes_per_tick, cores, cost), alone.period_ticks)

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The delay until the core's turn."""
        return self.shifter.values(core, iteration, tick)

    def observe(self, cluster: Cluster, period: int, begin: int, end: int) -> None:
        """Nothing to adjust."""


def _shifts(alone: CoreProfile, load: Profile, cores: int, cost: Cost) -> list[int]:
    return [round(shift * alone.bin_ticks) for shift in circle_shifts(load, cores, cost)]


class Cap:
    """
    Keeps windowed power under `cap_w`: shifts first, and the smallest throttle that the shifts leave necessary.

    The first values are predicted: one core is profiled at a throttle, the cores' power added up at the best shifts,
    and the throttle searched by bisection. Then the loop is closed with the measured peak of every control period:
    above the cap the throttle is raised in proportion (multiplicative increase), and what was too little is never
    tried again; far below it is lowered by one step (additive decrease), if the prediction corrected by the measured
    error allows it. A cap exceeded after `LEARNING_PERIODS` means that the cores do not keep their places, as on a
    memory that is too busy: from then on the prediction adds up the cores' own peaks, as if they met.
    """

    def __init__(self, work: Workload, cores: int, cap_w: float) -> None:
        power = work.target.power
        if power is None:
            raise UsageError(f"--power-cap: target '{work.target.name}' has no [power] table")
        self.work, self.cores, self.cap_w = work, cores, cap_w
        self.window_ticks = max(1, work.target.time.ns_to_ticks(power.window_ns))
        self.slots = [
            (stage, index, slot.maximum)
            for stage, slots in enumerate(work.slots)
            for index, slot in enumerate(slots)
            if slot.kind == "throttle"
        ]
        self.profiles: dict[int, CoreProfile] = {}
        self.plans: dict[int, tuple[list[int], float, float]] = {}
        self.floor = 0
        """Least throttle not known to be too little."""
        self.error = 1.0
        """Measured over predicted peak, the largest ratio so far."""
        self.is_steady = True
        """Whether predictions may count on the shifts."""
        self.throttle = self._search(0)
        shifts, _, _ = self.plan(self.throttle)
        alone = self.profiles[self.throttle]
        self.shifter = Shifter(work, shifts, alone.period_ticks, self._extra(self.throttle))
        self.history: list[tuple[int, float]] = []
        """Throttle and measured peak in W of every control period."""

    def _extra(self, throttle: int) -> dict[tuple[int, int], int]:
        return {(stage, index): min(throttle, maximum) for stage, index, maximum in self.slots}

    def plan(self, throttle: int) -> tuple[list[int], float, float]:
        """Shifts in ticks, and the predicted windowed peaks in W with them and when the cores' own peaks meet."""
        if throttle not in self.plans:
            alone = profile(self.work, self.work.values(self._extra(throttle)))
            assert alone.watts is not None
            cost = windowed_peak(max(1, round(self.window_ticks / alone.bin_ticks)))
            shifts = circle_shifts(alone.watts, self.cores, cost)
            self.profiles[throttle] = alone
            peak = cost(total_load(alone.watts, shifts))
            self.plans[throttle] = (
                [round(shift * alone.bin_ticks) for shift in shifts],
                peak,
                self._meeting(alone, cost),
            )
        return self.plans[throttle]

    def _meeting(self, alone: CoreProfile, cost: Cost) -> float:
        """Peak in W when the cores' own peaks meet: of computing, and of traffic as far as HBM has the bandwidth."""
        power, hbm = self.work.target.power, self.work.target.hbm
        assert power is not None
        assert alone.watts is not None
        # 1 pJ per ns is 1 mW.
        per_byte = (power.hbm_byte_pj + power.dma_byte_pj) * 1e-3
        traffic = alone.hbm_bytes_per_tick * self.work.target.time.tick_hz / 1e9 * per_byte
        together = self.cores * cost(traffic)
        if hbm.shared_bytes_per_ns:
            together = min(together, hbm.shared_bytes_per_ns * per_byte)
        return self.cores * cost(alone.watts - traffic) + together

    def _predicted(self, throttle: int) -> float:
        _, shifted, meeting = self.plan(throttle)
        return shifted * self.error if self.is_steady else meeting

    def _fits(self, throttle: int) -> bool:
        return self._predicted(throttle) <= self.cap_w * MARGIN

    def _search(self, least: int) -> int:
        """Smallest throttle from `least` on whose predicted peak fits. Raises UsageError if none does."""
        if self._fits(least):
            return least
        low, high = least, max(least, 1)
        while not self._fits(high):
            low, high = high, high * 2
            if high > MOST_THROTTLE_CYCLES or not self.slots:
                raise UsageError(
                    f"--power-cap {self.cap_w:g}: shifts and throttles reach {self._predicted(low):.1f} W at "
                    f"least; {self.cores} idle cores of target '{self.work.target.name}' draw {self._idle_w():g} W"
                )
        while high - low > max(1, low // 32):
            middle = (low + high) // 2
            low, high = (low, middle) if self._fits(middle) else (middle, high)
        return high

    def _idle_w(self) -> float:
        power = self.work.target.power
        return self.cores * power.idle_w if power is not None else 0.0

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The throttle, and the shift after each change of plan."""
        return self.shifter.values(core, iteration, tick)

    def observe(self, cluster: Cluster, period: int, begin: int, end: int) -> None:
        """Compares the peak of the period with the cap, and moves the throttle."""
        peak = cluster.trace().peak(self.window_ticks, max(begin, self.window_ticks), end)
        self.history.append((self.throttle, peak))
        self.error = max(self.error, peak / self.plan(self.throttle)[1])
        if peak > self.cap_w:
            self.is_steady = self.is_steady and period < LEARNING_PERIODS
            self.floor = self.throttle + max(1, round(self.throttle * (peak / self.cap_w - 1.0)))
            try:
                self._move(self._search(self.floor))
            except UsageError:
                # Too late to refuse: the least power there is.
                self._move(MOST_THROTTLE_CYCLES)
        elif self.throttle > self.floor and peak < 0.9 * self.cap_w:
            step = max(1, self.throttle // 16)
            if self._fits(max(self.floor, self.throttle - step)):
                self._move(max(self.floor, self.throttle - step))

    def _move(self, throttle: int) -> None:
        """Takes up another throttle and, because the period changes with it, other shifts."""
        if throttle == self.throttle:
            return
        self.throttle = throttle
        shifts, _, _ = self.plan(throttle)
        self.shifter.change(shifts, self.profiles[throttle].period_ticks, self._extra(throttle))


class Slack:
    """
    Delays within the slack of the profile: core `i` of `N` delays every transfer point by `i / (N - 1)` of its slack.

    The first period runs without delays and is the yardstick: if a later one is longer by more than `TOLERANCE`,
    because bandwidth is not part of the profile's slack, the shares are halved.
    """

    TOLERANCE = 1e-3

    def __init__(self, work: Workload, alone: CoreProfile, cores: int) -> None:
        self.work, self.alone, self.cores = work, alone, cores
        self.share = 0.0
        self.yardstick = 0

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The core's share of every slack, from the second iteration on."""
        part = self.share * core / max(1, self.cores - 1)
        return self.work.values({slot: int(cycles * part) for slot, cycles in self.alone.slacks.items()})

    def observe(self, cluster: Cluster, period: int, begin: int, end: int) -> None:
        """Takes the yardstick, and halves the shares when they cost time."""
        longest = max(run.ends[period] - run.begins[period] for run in cluster.runs)
        if period == 0:
            self.yardstick, self.share = longest, 1.0
        elif longest > self.yardstick * (1 + self.TOLERANCE):
            self.share /= 2


def controller(work: Workload, policy: str, cores: int, cap_w: float | None = None) -> Controller:
    """
    The controller of a policy.

    Raises UsageError for an unknown policy, a cap with another policy than `cap` or the other way round, a cap that
    cannot be kept, and a program without the delays the policy needs.
    """
    if policy not in POLICIES:
        raise UsageError(f"unknown delay policy '{policy}': legal are {', '.join(POLICIES)}")
    if (cap_w is not None) != (policy == "cap"):
        raise UsageError("--power-cap WATTS and --delay-policy cap belong together: give both or neither")
    if policy == "off":
        return Off(work)
    if cap_w is not None:
        return Cap(work, cores, cap_w)
    alone = profile(work, work.values(), slack=policy == "slack")
    return Stagger(work, alone, cores) if policy == "stagger" else Slack(work, alone, cores)
