"""Runs the streams of a device: timing, functional execution and race detection over the same decoded records."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.records import Records, field
from accelc.simulator.bounds import check_bounds
from accelc.simulator.cluster import Cluster
from accelc.simulator.decode import CoreCode, decode_core
from accelc.simulator.functional import CoreExecutor
from accelc.simulator.memory import Bytes, core_memory
from accelc.simulator.order import untimed_order
from accelc.simulator.races import find_races
from accelc.simulator.result import CoreResult, SimulationResult
from accelc.simulator.stats import core_stats, peak_bytes, tensor_ticks
from accelc.simulator.timing.core import time_core
from accelc.simulator.timing.prepare import PreparedCore, prepare_core
from accelc.simulator.timing.times import CoreTimes, DelayValues, Step
from accelc.targets.model import Target


def simulate(
    cores: Sequence[Mapping[str, Records]],
    target: Target,
    hbm: Bytes | Sequence[Bytes] | None = None,
    *,
    functional: bool = True,
    timing: bool = True,
    races: bool = True,
    delays: Sequence[int] | Sequence[Sequence[int]] = (),
    throttles: Collection[int] = (),
    orders: Sequence[Sequence[Step]] | None = None,
    sum_order: str | None = None,
    skip: bool = True,
) -> SimulationResult:
    """
    Simulates one device: one mapping lane -> records per core.

    `hbm` holds each core's HBM as uint8, one array for one core; it is changed in place and needed for functional
    execution (`memory.poisoned` makes uninitialised bytes). Without it accesses are checked against the size of the
    target's HBM. `delays[slot]` are cycles of the delayed lane, for all cores, or `delays[core][slot]`; the slots in
    `throttles` bound the rate of issue instead. Cores start together and share HBM as `cluster` says. `orders` are
    orders of execution of each core from another timing of the same streams, in place of the order that this call
    finds. Without `skip` every period of a steady state is timed by itself, with the same result. `sum_order`
    overrides the target's `tensor_sum_order`. Results never depend on `timing`, `delays` or `orders`.

    Raises SimulationError: illegal record, access outside its memory, deadlock (`DeadlockError`). Races are returned,
    not raised.
    """
    if len(cores) > target.topology.cores_per_chip:
        raise SimulationError(
            f"{len(cores)} cores of streams: a chip of target '{target.name}' has {target.topology.cores_per_chip}"
        )
    memories = _memories(cores, target, hbm, functional)
    decoded = {id(streams): decode_core(streams, target) for streams in cores}
    codes = [decoded[id(streams)] for streams in cores]
    for code, memory in zip(codes, memories, strict=True):
        check_bounds(code, target, target.hbm.bytes if memory is None else len(memory))
    every = _times(codes, target, _values(delays, len(codes), throttles), skip) if timing else [None] * len(codes)
    results = tuple(
        _run_core(index, code, target, memory, functional, times, races, orders[index] if orders else None, sum_order)
        for index, (code, memory, times) in enumerate(zip(codes, memories, every, strict=True))
    )
    return SimulationResult(target, results)


def _values(
    delays: Sequence[int] | Sequence[Sequence[int]], cores: int, throttles: Collection[int]
) -> list[DelayValues]:
    """Delays of every core. Raises SimulationError for values of another number of cores."""
    own = [values for values in delays if not isinstance(values, int)]
    if not own:
        return [DelayValues([value for value in delays if isinstance(value, int)], throttles)] * cores
    if len(own) != cores:
        raise SimulationError(f"delays of {len(own)} cores for {cores} cores: one table per core is needed")
    return [DelayValues(values, throttles) for values in own]


def _times(codes: Sequence[CoreCode], target: Target, delays: Sequence[DelayValues], skip: bool) -> Sequence[CoreTimes]:
    if len(codes) == 1 or not target.hbm.shared_bytes_per_ns:
        return [
            time_core(code, target, values, core, skip=skip)
            for core, (code, values) in enumerate(zip(codes, delays, strict=True))
        ]
    prepared: dict[int, PreparedCore] = {}
    for code in codes:
        prepared.setdefault(id(code), prepare_core(code, target))
    cluster = Cluster([[prepared[id(code)]] for code in codes], target, lambda core, iteration, tick: [delays[core]])
    cluster.run(1)
    return [run.last[0] for run in cluster.runs]


def _memories(
    cores: Sequence[Mapping[str, Records]], target: Target, hbm: Bytes | Sequence[Bytes] | None, functional: bool
) -> list[Bytes | None]:
    if hbm is None:
        if functional:
            raise SimulationError("functional execution needs the contents of HBM: pass `hbm`, or functional=False")
        return [None] * len(cores)
    arrays = [hbm] if isinstance(hbm, np.ndarray) else list(hbm)
    if len(arrays) != len(cores):
        raise SimulationError(f"{len(arrays)} HBM arrays for {len(cores)} cores: one per core is needed")
    for array in arrays:
        if array.dtype != np.uint8 or array.ndim != 1 or not array.flags.c_contiguous or not array.flags.writeable:
            raise SimulationError("an HBM array is a writable, contiguous, one-dimensional array of uint8")
        if len(array) > target.hbm.bytes:
            raise SimulationError(
                f"an HBM array of {len(array)} bytes: target '{target.name}' has {target.hbm.bytes} bytes of HBM"
            )
    return list(arrays)


def _run_core(
    index: int,
    code: CoreCode,
    target: Target,
    hbm: Bytes | None,
    functional: bool,
    times: CoreTimes | None,
    races: bool,
    order: Sequence[Step] | None,
    sum_order: str | None,
) -> CoreResult:
    if order is None:
        order = untimed_order(code, target, index) if times is None else times.order
    memory = None
    if functional:
        assert hbm is not None
        memory = core_memory(target, hbm)
        CoreExecutor(code, target, memory, sum_order).run(order)
    found = find_races(code, order, target, index) if races else ()
    debug: dict[str, npt.NDArray[np.uint32]] = {lane.name: field(lane.records, "debug") for lane in code}
    stats = core_stats(code, times) if times is not None else ()
    return CoreResult(
        memory,
        times.total_ticks if times is not None else 0,
        {lane.lane: lane for lane in stats},
        {lane.name: measured for lane, measured in zip(code, times.lanes, strict=True)} if times is not None else {},
        debug,
        tensor_ticks(code, times) if times is not None else 0,
        peak_bytes(code, target),
        times.hbm_bytes if times is not None else 0,
        times.dma_bytes if times is not None else 0,
        found,
    )
