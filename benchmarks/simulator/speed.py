"""
Figures of the simulator's speed, and of what holds of every simulation.

Timing: instructions per second of decoding, preparing and timing, in seconds of CPU, best of some runs; the peer is
`plain_timing`, an event loop without any of the means of speed, to which the results are compared bit for bit.
Streams: `tiled_stream`, and the models of the package `onnx`, on `trn-like`. Functional execution: ResNet-50, in
multiples of what onnxruntime takes on one thread (`functional_speed`). Invariants: random programs on `tiny` (seeds
0, 1, ...), executed on machines with other latencies too.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from random import Random
from time import process_time
from typing import Any, TypeVar

from accelc import api
from accelc.errors import AccelcError
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.records import Records
from accelc.runtime.execute import execute
from accelc.simulator import simulate
from accelc.simulator.decode import CoreCode, decode_core
from accelc.simulator.stats import core_stats
from accelc.simulator.timing.core import CoreTimer, time_core
from accelc.simulator.timing.prepare import PreparedCore, prepare_core
from accelc.simulator.timing.steady import Watch
from accelc.simulator.timing.times import NO_DELAYS, CoreTimes, DelayValues
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.end_to_end import LIGHT_MODELS, TARGET, light_model
from benchmarks.measure import Measurement, run_module
from benchmarks.simulator.oracles.plain_timing import plain_times
from benchmarks.simulator.programs.tiled_stream import tiled_stream
from benchmarks.simulator.programs.timing_programs import (
    MECHANISMS,
    SLOTS,
    initial,
    legal,
    loops,
    random_records,
    synchronized,
    tangled,
    varied,
)

T = TypeVar("T")
MIN_RATE = 300_000
MAX_SECONDS = 1.0
MAX_FUNCTIONAL = 10.0
"""Limits: instructions per second without skipping, seconds of timing ResNet-50, functional time over onnxruntime's."""
INSTRUCTIONS, REDUCED_INSTRUCTIONS = 400_000, 9_000
PASSES = (8, 32)
"""Passes of the array for a tile: products of 1,024 and 4,096 rows. The limit is for the longer ones."""
PROGRAMS, REDUCED_PROGRAMS = 5_000, 25
LARGE = "vgg19"
REPETITIONS = 5
Streams = Mapping[str, Records]


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes short streams, few programs and a small model."""
    for passes in PASSES:
        yield from _tiles(passes, REDUCED_INSTRUCTIONS if reduced else INSTRUCTIONS)
    yield from _models(("squeezenet",) if reduced else LIGHT_MODELS)
    yield from _functional("squeezenet" if reduced else "resnet50", limited=not reduced)
    yield from _invariants(REDUCED_PROGRAMS if reduced else PROGRAMS)


def _best(action: Callable[..., T], *arguments: Any) -> tuple[float, T]:
    """Least seconds of CPU of some runs, and the last result."""
    runs: list[tuple[float, T]] = []
    for _ in range(REPETITIONS):
        start = process_time()
        result = action(*arguments)
        runs.append((process_time() - start, result))
    return min(seconds for seconds, _ in runs), runs[-1][1]


def _times(streams: Streams, target: Target, delays: DelayValues, skip: bool) -> CoreTimes:
    return time_core(decode_core(streams, target), target, delays, skip=skip)


def _loop(prepared: PreparedCore, target: Target, skip: bool) -> CoreTimes:
    return CoreTimer(prepared, target, NO_DELAYS).run(skip)


def _whole(name: str) -> None:
    """Timing only, with the checks of bounds and statistics."""
    execute(_program(name), _program(name).target, {}, functional=False, races=False)


def differences(left: CoreTimes, right: CoreTimes) -> int:
    """Ticks of records that are not the same, and 1 each for another order of issue and other totals."""
    columns = ("ready", "issue", "operands", "start", "read", "complete", "pause")
    found = sum(
        int((getattr(one, name) != getattr(other, name)).sum())
        for one, other in zip(left.lanes, right.lanes, strict=True)
        for name in columns
    )
    totals = ("issued", "total_ticks", "hbm_bytes", "dma_bytes")
    return found + sum(getattr(left, name) != getattr(right, name) for name in totals)


def _tiles(passes: int, instructions: int) -> Iterator[Measurement]:
    """A long stream that repeats, with and without skipping."""
    target = load_target(TARGET)
    streams = tiled_stream(instructions // (2 * passes + 5), passes, target)
    count = sum(map(len, streams.values()))
    seconds, full = _best(_times, streams, target, NO_DELAYS, False)
    less, skipped = _best(_times, streams, target, NO_DELAYS, True)
    code = decode_core(streams, target)
    start = process_time()
    plain = plain_times(code, target)
    slow = count / (process_time() - start)
    name = f"tiles of {passes} passes, {count} instructions"
    if passes == max(PASSES):
        yield Measurement.at_least(f"{name}: without skipping", count / seconds, "1/s", MIN_RATE, slow)
    else:
        yield Measurement.reported(f"{name}: without skipping", count / seconds, "1/s", slow)
    yield Measurement.reported(f"{name}: with skipping", count / less, "1/s", slow)
    prepared = prepare_core(code, target)
    loop, _ = _best(_loop, prepared, target, False)
    ahead, _ = _best(_loop, prepared, target, True)
    yield Measurement.reported(f"{name}: skipping saves of the event loop", loop / ahead, "x")
    wrong = differences(plain, full) + differences(plain, skipped)
    yield Measurement.at_most(f"{name}: ticks other than the peer's", wrong, "", 0)


@cache
def _program(name: str) -> Program:
    return api.compile(light_model(name), TARGET).program


def _segments(name: str) -> Iterator[tuple[Streams, Target, DelayValues]]:
    program = _program(name)
    for segment in program.segments:
        if isinstance(segment, AcceleratorSegment):
            throttles = {index for index, slot in enumerate(segment.delays) if slot.kind == "throttle"}
            delays = DelayValues([slot.default for slot in segment.delays], throttles)
            yield from ((streams, program.target, delays) for streams in segment.cores)


def _models(names: tuple[str, ...]) -> Iterator[Measurement]:
    """Every model: rate, and ticks equal to the peer's; seconds of a whole timing of ResNet-50."""
    wrong = 0
    for name in names:
        count, seconds, slow = 0, 0.0, 0.0
        for streams, target, delays in _segments(name):
            count += sum(map(len, streams.values()))
            taken, times = _best(_times, streams, target, delays, False)
            seconds += taken
            code = decode_core(streams, target)
            start = process_time()
            plain = plain_times(code, target, delays)
            slow += process_time() - start
            wrong += differences(plain, times) + differences(plain, time_core(code, target, delays))
        rate, label = count / seconds, f"{name}, {count} instructions: without skipping"
        if name == LARGE:
            yield Measurement.at_least(label, rate, "1/s", MIN_RATE, count / slow)
        else:
            yield Measurement.reported(label, rate, "1/s", count / slow)
        if name in ("resnet50", names[0]):
            total, _ = _best(_whole, name)
            yield Measurement.at_most(f"{name}: timing only, all checks", total, "s", MAX_SECONDS)
    yield Measurement.at_most("models: ticks other than the peer's", wrong, "", 0)


def _functional(name: str, limited: bool) -> Iterator[Measurement]:
    """
    Functional execution with timing, in multiples of onnxruntime's time; BLAS has one thread as well.

    Sums in the order of the machine are within the limit with the extra `fast` only.
    """
    if find_spec("numba") is None:
        print("sums in the order of the machine are not compiled: Numba is not installed", file=sys.stderr)
    if find_spec("onnxruntime") is None:
        print("baseline missing: onnxruntime is not installed", file=sys.stderr)
        return
    done = run_module("simulator.functional_speed", name, str(REPETITIONS), environment={"OPENBLAS_NUM_THREADS": "1"})
    for order, races, ratio in json.loads(done.stdout):
        label = f"{name}: functional, sums {order}{', and race detector' if races else ''}"
        if limited and not races:
            yield Measurement.at_most(label, ratio, "x", MAX_FUNCTIONAL)
        else:
            yield Measurement.reported(label, ratio, "x")


def _contents(streams: Streams, target: Target, random: Random) -> list[bytes]:
    """All memories after an execution with random delays."""
    delays = [random.randrange(50) for _ in range(SLOTS)]
    memory = simulate([streams], target, initial(), races=False, delays=delays).cores[0].memory
    assert memory is not None
    return [part.data.tobytes() for part in memory.spaces.values()]


def _timed(code: CoreCode, target: Target, delays: DelayValues, skip: bool) -> tuple[CoreTimes, int] | str:
    """Times, whose statistics add up, and the number of records skipped; or the message."""
    try:
        timer = CoreTimer(prepare_core(code, target), target, delays)
        if skip:
            timer.watch = Watch(timer, smallest=0, shortest=8)
        times = timer.run(skip)
    except AccelcError as error:
        return str(error)
    core_stats(code, times)
    return times, timer.watch.skipped if timer.watch else 0


def _invariants(programs: int) -> Iterator[Measurement]:
    """Random programs: none breaks what `timing.invariants` asserts, all repeat, and time changes no result."""
    checked = executed = refused = skipped = wrong = unstable = other = 0
    for seed in range(programs):
        random = Random(seed)
        target = varied(random)
        records = loops(random) if random.random() < 0.5 else random_records(random, random.randint(1, 25))
        if random.random() < 0.2 or not legal(records):
            streams = tangled(records, random)
        else:
            streams = synchronized(records, target, random.choice(MECHANISMS))
            first, second = (_contents(streams, machine, random) for machine in (target, varied(random)))
            executed += 1
            other += first != second
        code = decode_core(streams, target)
        values = [random.randrange(50) for _ in range(SLOTS)]
        delays = DelayValues(values, {slot for slot in range(SLOTS) if random.random() < 0.3})
        outcome, again, full = (_timed(code, target, delays, skip) for skip in (True, True, False))
        try:
            plain = plain_times(code, target, delays)
        except AccelcError as error:
            refused += 1
            wrong += [str(error)] * 3 != [outcome, again, full]
            continue
        if isinstance(outcome, str) or isinstance(again, str) or isinstance(full, str):
            wrong += 1
            continue
        checked += 1
        skipped += outcome[1] > 0
        unstable += differences(outcome[0], again[0]) > 0
        wrong += differences(plain, outcome[0]) + differences(plain, full[0]) > 0
    yield Measurement.reported("random programs: timed", checked, "")
    yield Measurement.reported("random programs: refused, with the message of the peer", refused, "")
    yield Measurement.reported("random programs: with periods that were skipped", skipped, "")
    yield Measurement.at_most("random programs: ticks or message other than the peer's", wrong, "", 0)
    yield Measurement.at_most("random programs: another result the second time", unstable, "", 0)
    yield Measurement.reported("random programs: executed with two sets of latencies", executed, "")
    yield Measurement.at_most("random programs: other bits with other latencies", other, "", 0)
