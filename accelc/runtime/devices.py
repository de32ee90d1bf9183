"""
A program on several chips at once: each runs all of it on data of its own, then outputs are summed over the chips.

The chips form a system of exactly as many as run, connected as the target's [topology.link] says. Each uses one core.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.errors import UsageError, suggestion
from accelc.isa.program import Array, Program, ValueType
from accelc.runtime.cores import check_iterations, workload
from accelc.runtime.execute import execute
from accelc.simulator.cluster import Cluster, Collective
from accelc.simulator.collectives.formulas import collective_ns
from accelc.simulator.collectives.interconnect import Interconnect
from accelc.simulator.collectives.plan import ALGORITHMS, even_bounds, plan
from accelc.simulator.collectives.values import all_reduce
from accelc.simulator.timing.times import DelayValues
from accelc.targets.model import Link, Target

KIND = "all-reduce"


@dataclass(frozen=True)
class AllReduce:
    """An output that is summed over all devices, by `ring` or `mesh`."""

    output: str
    algorithm: str


@dataclass(frozen=True)
class ReduceResult:
    """
    An all-reduce of the last iteration: `ns` from the last device that came to it to the last that was through.

    `alone_ns` is its closed form, None where there is none.
    """

    output: str
    algorithm: str
    nbytes: int
    ns: float
    alone_ns: float | None


@dataclass(frozen=True)
class DevicesResult:
    """
    Timing of `iterations` iterations; `compute_ns[device]` is the last one up to its first collective.

    `link_utilization` is the share of what all channels could have moved while the last iteration's collectives ran,
    `busiest_utilization` that of the busiest channel.
    """

    devices: int
    iterations: int
    total_ns: float
    compute_ns: tuple[float, ...]
    reductions: tuple[ReduceResult, ...]
    link_bytes: float
    link_utilization: float
    busiest_utilization: float


def parse_all_reduce(texts: Sequence[str], program: Program, target: Target) -> tuple[AllReduce, ...]:
    """
    `OUTPUT`, `OUTPUT:ring` or `OUTPUT:mesh`; without an algorithm the first of the target's.

    Raises UsageError for a name that is no output of numbers, an algorithm the target does not have, and repetition.
    """
    outputs = {value.name: value for value in program.outputs}
    link = target.topology.link
    legal = link.algorithms if link is not None else ()
    found: list[AllReduce] = []
    for text in texts:
        name, _, algorithm = text.rpartition(":")
        if text in outputs or algorithm not in ALGORITHMS:
            name, algorithm = text, legal[0] if legal else ""
        if name not in outputs:
            raise UsageError(
                f"--all-reduce {text}: the program has no output '{name}'{suggestion(name, outputs)} "
                f"(its outputs: {', '.join(outputs) or 'none'}; expected OUTPUT, OUTPUT:ring or OUTPUT:mesh)"
            )
        if outputs[name].dtype == "bool":
            raise UsageError(f"--all-reduce {text}: output '{name}' holds truth values, which have no sum")
        if link is not None and algorithm not in legal:
            raise UsageError(
                f"--all-reduce {text}: target '{target.name}' has {', '.join(legal)} (topology.link.algorithms)"
            )
        if any(one.output == name for one in found):
            raise UsageError(f"--all-reduce {text}: output '{name}' is summed twice; give it once")
        found.append(AllReduce(name, algorithm))
    return tuple(found)


def check_devices(devices: int, target: Target) -> Link:
    """The link between chips. Raises UsageError for a number of devices that `target` does not have."""
    chips, link = target.topology.chips, target.topology.link
    if link is None or chips < 2:
        raise UsageError(
            f"{devices} devices: target '{target.name}' has one chip; give it topology.chips and [topology.link]"
        )
    if not 2 <= devices <= chips:
        raise UsageError(
            f"{devices} devices: legal are 2 to {chips}, the chips of target '{target.name}' (topology.chips)"
        )
    return link


def run_devices(
    program: Program, target: Target, devices: int, reductions: Sequence[AllReduce], iterations: int = 1
) -> DevicesResult:
    """
    Time `program` on `devices` chips of `target`, each iteration followed by `reductions` in their order.

    Delays have their defaults. Raises UsageError as `check_devices` and `workload` do, and `check_iterations`.
    """
    system = Interconnect(check_devices(devices, target), devices)
    check_iterations(iterations)
    work = workload(program, target)
    values = [
        DelayValues([slot.default for slot in slots], {i for i, slot in enumerate(slots) if slot.kind == "throttle"})
        for slots in work.slots
    ]
    types = {value.name: value for value in program.outputs}
    collectives = [_collective(types[one.output], one.algorithm, devices) for one in reductions]
    stages = (*work.stages, *collectives)
    delays = (*values, *(DelayValues() for _ in collectives))
    cluster = Cluster([stages] * devices, target, lambda core, iteration, tick: delays, chips=range(devices))
    cluster.run(iterations)
    ns = target.time.ticks_to_ns
    taken: list[ReduceResult] = []
    for index, (one, collective) in enumerate(zip(reductions, collectives, strict=True)):
        spans = [run.exchanges[index] for run in cluster.runs]
        length = max(end for _, end in spans) - max(begin for begin, _ in spans)
        elements, item = types[one.output].elements, collective.item_bytes
        alone = collective_ns(KIND, one.algorithm, elements, item, system)
        taken.append(ReduceResult(one.output, one.algorithm, elements * item, ns(length), alone))
    carried = [] if cluster.network is None else [moved / iterations for moved in cluster.network.carried]
    able = system.bytes_per_ns * sum(one.ns for one in taken)
    return DevicesResult(
        devices,
        iterations,
        ns(cluster.total_ticks),
        tuple(ns(min([begin for begin, _ in run.exchanges], default=run.ends[-1]) - run.begins[-1])
              for run in cluster.runs),
        tuple(taken),
        sum(carried),
        sum(carried) / (able * len(carried)) if able else 0.0,
        max(carried) / able if able else 0.0,
    )  # fmt: skip


def execute_devices(
    program: Program,
    target: Target,
    inputs: Sequence[Mapping[str, npt.ArrayLike]],
    reductions: Sequence[AllReduce],
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[list[dict[str, Array]], int]:
    """Outputs of every device, `inputs[device]` being its arrays, and the number of races."""
    outputs: list[dict[str, Array]] = []
    races = 0
    for arrays in inputs:
        executed = execute(program, target, arrays, progress=progress)
        races += sum(len(s.simulation.races) for s in executed.segments if s.simulation is not None)
        outputs.append(dict(executed.outputs))
    for one in reductions:
        summed = all_reduce([device[one.output] for device in outputs], one.algorithm)
        for device, array in zip(outputs, summed, strict=True):
            device[one.output] = array
    return outputs, races


def _collective(value: ValueType, algorithm: str, devices: int) -> Collective:
    import ml_dtypes

    item: np.dtype[Any] = np.dtype(getattr(ml_dtypes, value.dtype, value.dtype))
    return Collective(plan(KIND, algorithm, even_bounds(value.elements, devices)), item.itemsize, tuple(range(devices)))
