"""
A program on several cores of one chip at once, again and again: what its parts are, and what one core alone does.

Every core runs the whole program on data of its own. Host and framework segments are pauses of the core that waits
for them; the host serves all cores at once.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accelc.errors import UsageError
from accelc.isa.program import AcceleratorSegment, DelaySlot, Program
from accelc.isa.steps import Launch, events
from accelc.runtime.execute import execute
from accelc.simulator.cluster import Cluster, Observer, Pause, Stage
from accelc.simulator.decode import decode_core
from accelc.simulator.timing.prepare import PreparedCore, prepare_core
from accelc.simulator.timing.slack import slot_slacks
from accelc.simulator.timing.times import DelayValues
from accelc.targets.model import Target

Profile = npt.NDArray[np.float64]
SlotValues = Sequence[Sequence[int]]
"""Value of every slot of every stage in cycles of its lane."""
DelaySource = Callable[[int, int, int], SlotValues]
"""Values for (core, iteration, tick at which the iteration starts)."""
BINS = 128
"""Parts of a period in a profile."""
MAX_ITERATIONS = 100_000
"""Iterations of a run on several cores or chips: each is simulated."""


@dataclass(frozen=True)
class Workload:
    """A program as stages of an iteration; `slots[stage]` is the delay table of the stage, empty for a pause."""

    target: Target
    stages: tuple[Stage, ...]
    slots: tuple[tuple[DelaySlot, ...], ...]

    def values(self, chosen: Mapping[tuple[int, int], int] | None = None) -> list[list[int]]:
        """Values of all slots: those of `chosen` (stage, slot), the minimum of all others."""
        chosen = chosen or {}
        return [
            [chosen.get((stage, index), slot.minimum) for index, slot in enumerate(slots)]
            for stage, slots in enumerate(self.slots)
        ]

    def cluster(
        self, cores: int, delays: DelaySource, metered: bool = False, observer: Observer | None = None
    ) -> Cluster:
        """`cores` cores that run this program."""
        throttles = [{i for i, slot in enumerate(slots) if slot.kind == "throttle"} for slots in self.slots]

        def values(core: int, iteration: int, tick: int) -> list[DelayValues]:
            return [
                DelayValues(cycles, throttled)
                for cycles, throttled in zip(delays(core, iteration, tick), throttles, strict=True)
            ]

        return Cluster([self.stages] * cores, self.target, values, metered=metered, observer=observer)


def workload(program: Program, target: Target) -> Workload:
    """
    The stages of `program`.

    Raises UsageError for a program without accelerator segments, or with one that uses several cores itself or is
    launched several times.
    """
    launches = Counter(step.invocation.segment for step in events(program.schedule) if isinstance(step, Launch))
    for name, count in launches.items():
        if count > 1:
            raise UsageError(
                f"segment '{name}' is launched {count} times: cores side by side need a program whose segments run "
                "once each, compile it with --repeat-layers never"
            )
    timing = execute(program, target, {}, functional=False, races=False)
    stages: list[Stage] = []
    slots: list[tuple[DelaySlot, ...]] = []
    by_name = {segment.name: segment for segment in program.segments}
    for result in timing.segments:
        segment = by_name[result.name]
        if result.launch_ns:
            stages.append(Pause(target.time.ns_to_ticks(result.launch_ns)))
            slots.append(())
        if not isinstance(segment, AcceleratorSegment):
            stages.append(Pause(target.time.ns_to_ticks(result.ns)))
            slots.append(())
            continue
        if len(segment.cores) != 1:
            raise UsageError(f"segment '{segment.name}' uses {len(segment.cores)} cores itself: --cores needs 1")
        stages.append(prepare_core(decode_core(segment.cores[0], target), target))
        slots.append(segment.delays)
    if not any(isinstance(stage, PreparedCore) for stage in stages):
        raise UsageError("the program has no segment on the accelerator: there is nothing that cores could share")
    return Workload(target, tuple(stages), tuple(slots))


def check_cores(cores: int, target: Target) -> None:
    """Raises UsageError for a number of cores that a chip of `target` does not have."""
    most = target.topology.cores_per_chip
    if not 1 <= cores <= most:
        raise UsageError(
            f"{cores} cores: legal are 1 to {most}, those of a chip of target '{target.name}' (topology.cores_per_chip)"
        )


def check_iterations(iterations: int) -> None:
    """Raises UsageError for a number of iterations that cannot be simulated."""
    if iterations < 1:
        raise UsageError(f"{iterations} iterations: at least 1 is needed")
    if iterations > MAX_ITERATIONS:
        raise UsageError(f"{iterations} iterations: each is simulated, {MAX_ITERATIONS} at most")


@dataclass(frozen=True)
class CoreProfile:
    """
    What one core does in a period when it is alone: mean HBM bytes per tick and power in W (None: no energies known)
    in each of `BINS` parts, and the slack of slots (stage, slot) in cycles of their lanes.
    """

    period_ticks: int
    hbm_bytes_per_tick: Profile
    watts: Profile | None
    slacks: Mapping[tuple[int, int], int]

    @property
    def bin_ticks(self) -> float:
        """Ticks of a part."""
        return self.period_ticks / BINS


def profile(work: Workload, values: SlotValues, slack: bool = False) -> CoreProfile:
    """
    Profile of one core alone with the same `values` in every iteration; slacks only if asked for.

    The second iteration is measured: its period is that of iterations that follow each other.
    """
    alone = work.cluster(1, lambda core, iteration, tick: values, metered=work.target.power is not None)
    alone.servers[0].log = alone.flows[0]
    alone.run(2)
    begin, end = alone.runs[0].begins[1], alone.runs[0].ends[1]
    edges = np.linspace(begin, end, BINS + 1)
    width = (end - begin) / BINS
    steps = np.array([(0, 0.0, 0.0), *alone.flows[0]])
    moved = np.concatenate([[0.0], np.cumsum(steps[:-1, 1] * np.diff(steps[:, 0]))])
    hbm = np.diff(np.interp(edges, steps[:, 0], moved)) / width
    watts = None if work.target.power is None else np.diff(alone.trace().energy(edges)) / width
    return CoreProfile(end - begin, hbm, watts, _slacks(work, alone) if slack else {})


def _slacks(work: Workload, alone: Cluster) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    measured = iter(alone.runs[0].last)
    for number, (stage, slots) in enumerate(zip(work.stages, work.slots, strict=True)):
        if isinstance(stage, PreparedCore):
            for slot, cycles in slot_slacks(stage.code, next(measured), work.target).items():
                if slots[slot].kind == "nop":
                    found[number, slot] = min(cycles, slots[slot].maximum)
    return found
