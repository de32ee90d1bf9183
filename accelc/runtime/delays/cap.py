"""Policy `cap`: shifts and throttles that keep power and temperature below limits."""

from math import inf

import numpy as np

from accelc.analysis.delays import circle
from accelc.analysis.delays.circle import circle_shifts, total_load, windowed_peak
from accelc.errors import UsageError
from accelc.runtime.cores import CoreProfile, SlotValues, Workload, profile
from accelc.runtime.delays.policies import Shifter
from accelc.runtime.delays.telemetry import Telemetry
from accelc.simulator.power import PowerTrace
from accelc.targets.model import Power

MARGIN = 0.97
"""Share of a cap that predictions aim at: what is predicted from one core alone is a little off."""
LEARNING_PERIODS = 1
"""Control periods in which the cap may be exceeded before shifts are not counted on any more."""
MOST_THROTTLE_CYCLES = 1 << 14
"""Largest throttle that is tried; a lane that slow draws no power to speak of."""
FAR_BELOW = 0.9
"""Share of a cap below which a throttle may be lowered."""


class _Plan:
    """One throttle: the profile of a core with it, shifts in ticks, and what they are predicted to give."""

    def __init__(self, work: Workload, cores: int, alone: CoreProfile) -> None:
        power = work.target.power
        assert power is not None
        assert alone.watts is not None
        window_ticks = max(1, work.target.time.ns_to_ticks(power.window_ns))
        cost = windowed_peak(max(1, round(window_ticks / alone.bin_ticks)))
        shifts = circle_shifts(alone.watts, cores, cost)
        together = total_load(alone.watts, shifts)
        self.alone = alone
        self.shifts: list[int] = [round(shift * alone.bin_ticks) for shift in shifts]
        self.peak_w: float = cost(together)
        # Peak when the cores' own peaks meet: of computing, and of traffic as far as HBM has the bandwidth for it.
        # 1 pJ per ns is 1 mW.
        per_byte = (power.hbm_byte_pj + power.dma_byte_pj) * 1e-3
        traffic = alone.hbm_bytes_per_tick * work.target.time.tick_hz / 1e9 * per_byte
        moving = cores * cost(traffic)
        if work.target.hbm.shared_bytes_per_ns:
            moving = min(moving, work.target.hbm.shared_bytes_per_ns * per_byte)
        self.meeting_w: float = cores * cost(alone.watts - traffic) + moving
        self.rise_k: float = 0.0 if power.thermal is None else self._rise(work, together)

    def _rise(self, work: Workload, together: circle.Profile) -> float:
        """Highest temperature above ambient once it repeats in every period; waiting for HBM can only lower it."""
        power, alone = work.target.power, self.alone
        assert power is not None
        thermal = power.thermal
        assert thermal is not None
        ticks = np.linspace(0, alone.period_ticks, len(together) + 1)
        watts = np.array([*together, 0.0], np.float64)
        trace = PowerTrace(ticks, watts, 1e9 / work.target.time.tick_hz)
        _, from_ambient = trace.heat(thermal, thermal.ambient_c, 0, alone.period_ticks)
        kept = float(np.exp(-work.target.time.ticks_to_ns(alone.period_ticks) / thermal.time_ns))
        start = (from_ambient - thermal.ambient_c) / (1 - kept)
        highest, _ = trace.heat(thermal, thermal.ambient_c + start, 0, alone.period_ticks)
        return highest - thermal.ambient_c


class Cap:
    """
    Keeps windowed power under `cap_w` and the temperature under `cap_c`: shifts, and the smallest throttle needed.

    The first values are predicted: one core is profiled at a throttle, the cores' power added up at the best shifts,
    and the throttle searched by bisection. Then the loop is closed with the measured peaks of every control period:
    above a cap the throttle is raised in proportion (multiplicative increase), and what was too little is never tried
    again; far below both it is lowered by one step (additive decrease), if the predictions corrected by the measured
    error allow it. A power cap exceeded after `LEARNING_PERIODS` means that the cores do not keep their places, as on
    a memory that is too busy: from then on the prediction adds up the cores' own peaks, as if they met.
    """

    def __init__(self, work: Workload, cores: int, cap_w: float | None = None, cap_c: float | None = None) -> None:
        name, power = work.target.name, work.target.power
        if power is None:
            option = "--power-cap" if cap_w is not None else "--temperature-cap"
            raise UsageError(f"{option}: target '{name}' has no [power] table")
        if cap_c is not None and power.thermal is None:
            raise UsageError(f"--temperature-cap: target '{name}' has no [power.thermal] table")
        self.work: Workload = work
        self.cores: int = cores
        self.power: Power = power
        self.cap_w: float = inf if cap_w is None else cap_w
        self.cap_k: float = inf if cap_c is None or power.thermal is None else cap_c - power.thermal.ambient_c
        """Largest temperature above ambient."""
        self.slots: list[tuple[int, int, int]] = [
            (stage, index, slot.maximum)
            for stage, slots in enumerate(work.slots)
            for index, slot in enumerate(slots)
            if slot.kind == "throttle"
        ]
        self.plans: dict[int, _Plan] = {}
        self.floor: int = 0
        """Least throttle not known to be too little."""
        self.error: float = 1.0
        self.heat_error: float = 1.0
        """Measured over predicted peak of power and of temperature above ambient, the largest ratios so far."""
        self.is_steady: bool = True
        """Whether predictions may count on the shifts."""
        self.throttle: int = self._search(0)
        plan = self.plan(self.throttle)
        self.shifter: Shifter = Shifter(work, plan.shifts, plan.alone.period_ticks, self._extra(self.throttle))

    def _extra(self, throttle: int) -> dict[tuple[int, int], int]:
        return {(stage, index): min(throttle, maximum) for stage, index, maximum in self.slots}

    def plan(self, throttle: int) -> _Plan:
        """What a throttle is predicted to give."""
        if throttle not in self.plans:
            alone = profile(self.work, self.work.values(self._extra(throttle)))
            self.plans[throttle] = _Plan(self.work, self.cores, alone)
        return self.plans[throttle]

    def _predicted(self, throttle: int) -> float:
        plan = self.plan(throttle)
        return plan.peak_w * self.error if self.is_steady else plan.meeting_w

    def _fits(self, throttle: int) -> bool:
        heat = self.plan(throttle).rise_k * self.heat_error
        return self._predicted(throttle) <= self.cap_w * MARGIN and heat <= self.cap_k * MARGIN

    def _search(self, least: int) -> int:
        """Smallest throttle from `least` on whose predicted peaks fit. Raises UsageError if none does."""
        if self._fits(least):
            return least
        low, high = least, max(least, 1)
        while not self._fits(high):
            low, high = high, high * 2
            if high > MOST_THROTTLE_CYCLES or not self.slots:
                raise UsageError(self._unreachable(low))
        while high - low > max(1, low // 32):
            middle = (low + high) // 2
            low, high = (low, middle) if self._fits(middle) else (middle, high)
        return high

    def _unreachable(self, throttle: int) -> str:
        idle_w, name = self.cores * self.power.idle_w, self.work.target.name
        if self._predicted(throttle) > self.cap_w * MARGIN:
            return (
                f"--power-cap {self.cap_w:g}: shifts and throttles reach {self._predicted(throttle):.1f} W at least; "
                f"{self.cores} idle cores of target '{name}' draw {idle_w:g} W"
            )
        thermal = self.power.thermal
        assert thermal is not None
        return (
            f"--temperature-cap {thermal.ambient_c + self.cap_k:g}: throttles reach "
            f"{thermal.ambient_c + self.plan(throttle).rise_k:.1f} degrees at least; with {self.cores} idle cores "
            f"target '{name}' has {thermal.settled_c(idle_w):g} degrees"
        )

    def values(self, core: int, iteration: int, tick: int) -> SlotValues:
        """The throttle, and the shift after each change of plan."""
        return self.shifter.values(core, iteration, tick)

    def observe(self, now: Telemetry) -> None:
        """Compares the peaks of the period with the caps, and moves the throttle."""
        plan = self.plan(self.throttle)
        over = now.peak_w / self.cap_w
        self.error = max(self.error, now.peak_w / plan.peak_w)
        if over > 1:
            self.is_steady = self.is_steady and now.period < LEARNING_PERIODS
        if self.power.thermal is not None and self.cap_k < inf:
            rise = now.peak_c - self.power.thermal.ambient_c
            self.heat_error = max(self.heat_error, rise / plan.rise_k)
            over = max(over, rise / self.cap_k)
        if over > 1:
            self.floor = self.throttle + max(1, round(self.throttle * (over - 1.0)))
            try:
                self._move(self._search(self.floor))
            except UsageError:
                # Too late to refuse: the least power there is.
                self._move(MOST_THROTTLE_CYCLES)
        elif self.throttle > self.floor and over < FAR_BELOW:
            step = max(1, self.throttle // 16)
            if self._fits(max(self.floor, self.throttle - step)):
                self._move(max(self.floor, self.throttle - step))

    def _move(self, throttle: int) -> None:
        """Takes up another throttle and, because the period changes with it, other shifts."""
        if throttle == self.throttle:
            return
        self.throttle = throttle
        plan = self.plan(throttle)
        self.shifter.change(plan.shifts, plan.alone.period_ticks, self._extra(throttle))
