"""Runs the streams of a device: timing, functional execution and race detection over the same decoded records."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from accelc.errors import SimulationError
from accelc.isa.records import Records, field
from accelc.simulator.bounds import check_bounds
from accelc.simulator.decode import CoreCode, decode_core
from accelc.simulator.functional import CoreExecutor
from accelc.simulator.memory import Bytes, core_memory
from accelc.simulator.order import untimed_order
from accelc.simulator.races import find_races
from accelc.simulator.result import CoreResult, SimulationResult
from accelc.simulator.stats import core_stats, peak_bytes, tensor_ticks
from accelc.simulator.timing import time_core
from accelc.targets.model import Target


def simulate(
    cores: Sequence[Mapping[str, Records]],
    target: Target,
    hbm: Bytes | Sequence[Bytes] | None = None,
    *,
    functional: bool = True,
    timing: bool = True,
    races: bool = True,
    delays: Sequence[int] = (),
    sum_order: str | None = None,
) -> SimulationResult:
    """
    Simulates one device: one mapping lane -> records per core.

    `hbm` holds each core's HBM as uint8, one array for one core; it is changed in place and needed for functional
    execution (`memory.poisoned` makes uninitialised bytes). Without it accesses are checked against the size of the
    target's HBM. `delays[slot]` are cycles of the delayed lane. `sum_order` overrides the target's
    `tensor_sum_order`. Results never depend on `timing` or `delays`.

    Raises SimulationError: illegal record, access outside its memory, deadlock (`DeadlockError`). Races are returned,
    not raised.
    """
    if len(cores) > target.topology.cores_per_chip:
        raise SimulationError(
            f"{len(cores)} cores of streams: a chip of target '{target.name}' has {target.topology.cores_per_chip}"
        )
    memories = _memories(cores, target, hbm, functional)
    codes = [decode_core(streams, target) for streams in cores]
    for code, memory in zip(codes, memories, strict=True):
        check_bounds(code, target, target.hbm.bytes if memory is None else len(memory))
    results = tuple(
        _run_core(index, code, target, memory, functional, timing, races, delays, sum_order)
        for index, (code, memory) in enumerate(zip(codes, memories, strict=True))
    )
    return SimulationResult(target, results)


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
    timing: bool,
    races: bool,
    delays: Sequence[int],
    sum_order: str | None,
) -> CoreResult:
    times = time_core(code, target, delays, index) if timing else None
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
