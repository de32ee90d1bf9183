"""
Waits by phase-typed vector clocks (`sync-vector-clock`, `verify-sync`): soundness, minimality and how many fall away.

Random programs (`sync_generators`, seed = number of the program; every other one has lanes that complete out of order)
are judged by a brute-force search of paths, by the verifier, by the happens-before detector after an execution with
random latencies, and by that execution itself. There are two kinds: *short* ones of up to 40 instructions without
structure, in which every wait of every mechanism is deleted, and *long* ones of 100 to 400 instructions like those the
compiler emits, in which a sample is deleted, and every wait for a counter in each 20th. The same counts are taken for
the light models on `trn-like`. The baselines are one wait per pair of overlapping instructions, and one per last access
of each channel.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from random import Random

import numpy as np

import accelc
from accelc.analysis.footprint import Footprint, footprint
from accelc.analysis.sync.counters import Plan, count_up, roll_over
from accelc.analysis.sync.events import use_events
from accelc.analysis.sync.hazards import Streams, find_hazards, record_streams, set_shadow, union
from accelc.analysis.sync.loops import UnsteadyLoopError, loop_waits
from accelc.analysis.sync.vector_clock import Options, keep_edges, synchronize_records, to_sync, write_sync
from accelc.analysis.sync.verify import verify_records
from accelc.emit.emitter import emit
from accelc.emit.streams import split_streams
from accelc.isa.records import Records, Wait, field
from accelc.isa.table import Opcode
from accelc.simulator import simulate
from accelc.simulator.deadlock import DeadlockError
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.end_to_end import LIGHT_MODELS, TARGET, light_model
from benchmarks.five_passes.programs import sync_generators as generators
from benchmarks.five_passes.programs import sync_programs as programs
from benchmarks.measure import Measurement

WIDTHS = (4, 16)
REGISTERS = 16
ITERATIONS = 20
SLOW_DECODE = 20
"""Cycles that the front end of an engine takes for a record, a wait too, on a machine where waits cost a lot."""
SHORT = 40
"""Most instructions of a short program."""
LONG = (100, 400)
"""Instructions of a long program."""
CLASSES = (2, 20, 41, 100, 200, 401)
"""Programs of from `CLASSES[i]` up to less than `CLASSES[i + 1]` instructions are counted together."""
LEAST_OVERLAP = 90.0
LEAST_LAST_ACCESS = 10.0
"""Least percentage of waits that fall away, against the two baselines."""


@dataclass(frozen=True)
class _Fuzz:
    """Programs 0 to `count` of a kind; of each that many waits are deleted, one by one (-1: all), by mechanism."""

    kind: str
    count: int
    samples: int
    samples_others: int
    exhaustive_every: int = 1

    def deletions(self, seed: int, name: str) -> int:
        """How many waits of a mechanism to delete in a program, -1 for all; the mechanism "" is counters."""
        if name:
            return self.samples_others
        return -1 if seed % self.exhaustive_every == 0 else self.samples


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures: on 1,000 programs of each kind and all light models, or on a few programs and one model."""
    short = _Fuzz("short", 60 if reduced else 1000, -1, -1)
    long = _Fuzz("long", 10, 10, 2, 10) if reduced else _Fuzz("long", 1000, 16, 4, 20)
    total: Counter[str] = Counter()
    for fuzz in (short, long):
        found = _counted(fuzz, parallel=not reduced)
        on = f"sync, {fuzz.count} {fuzz.kind} programs"
        yield from _soundness(on, found)
        yield from _shares(on, found, limited=fuzz.kind == "long")
        total += found
    yield from _shares(f"sync, all {short.count + long.count} programs", total, limited=True)
    yield from _classes(total)
    yield from _loops(30 if reduced else 300)
    yield from _models(("squeezenet",) if reduced else LIGHT_MODELS, 4 if reduced else 20)


def _counted(fuzz: _Fuzz, parallel: bool) -> Counter[str]:
    """What all programs of `fuzz` add up to."""
    one = partial(_program, fuzz)
    found: Counter[str] = Counter()
    if not parallel:
        for each in map(one, range(fuzz.count)):
            found += each
        return found
    with ProcessPoolExecutor() as pool:
        for each in pool.map(one, range(fuzz.count), chunksize=10):
            found += each
    return found


def _program(fuzz: _Fuzz, seed: int) -> Counter[str]:
    """Counts of one program."""
    found: Counter[str] = Counter()
    random = Random(seed)
    in_order = seed % 2 == 0
    if fuzz.kind == "short":
        program = generators.random_program(random, in_order, SHORT)
    else:
        program = generators.emitted_program(random, in_order, *LONG)
    hazards = program.hazards()
    kept = keep_edges(hazards, program.streams)
    length = max(low for low in CLASSES if low <= len(program))
    for key, value in (("overlap", program.overlaps()), ("last", hazards.required), ("kept", sum(map(len, kept)))):
        found[key] += value
        found[f"{key}{length}"] += value
    found[f"programs{length}"] += 1
    found["missing"] += len(programs.unordered_pairs(program, kept))
    found["removable"] += programs.removable(program, kept)
    wide = {width: roll_over(kept, program.streams, width) for width in WIDTHS}
    events = use_events(kept, program.streams, REGISTERS)
    found["spilled"] += events.spilled
    plans = {"": count_up(kept, program.streams), "event": events.plan}
    plans |= {f"width{width}": plan for width, plan in wide.items()}
    sound: dict[str, bool] = {}
    for name, plan in plans.items():
        sound[name] = _judge(program, plan, random, name, found, fuzz.deletions(seed, name))
    found["disagree"] += sound["width4"] != sound["width16"] or not sound["width4"]
    for width, plan in wide.items():
        found[f"waits{width}"] += sum(map(len, plan.waits))
    return found


def _soundness(on: str, found: Counter[str]) -> Iterator[Measurement]:
    zero = partial(Measurement.at_most, threshold=0)
    yield zero(f"{on}: required orders missing", float(found["missing"]), "orders")
    yield zero(f"{on}: removable waits", float(found["removable"]), "waits")
    for name in ("", "width4", "width16", "event"):
        label = f"{on}, {name}" if name else on
        yield zero(f"{label}: programs refused by verify-sync", float(found[f"violations{name}"]), "progr.")
        yield zero(f"{label}: programs with races", float(found[f"races{name}"]), "progr.")
        yield zero(f"{label}: deadlocks, orders broken in time", float(found[f"broken{name}"]), "orders")
        yield Measurement.reported(f"{label}: waits deleted, one by one", float(found[f"deleted{name}"]), "waits")
        yield zero(f"{label}: deleted waits verify-sync misses", float(found[f"unseen{name}"]), "waits")
        yield zero(f"{label}: deleted waits the detector misses", float(found[f"undetected{name}"]), "waits")
    yield zero(f"{on}: counters of 4 and 16 bits disagree", float(found["disagree"]), "progr.")
    for width in WIDTHS:
        yield Measurement.reported(
            f"{on}: waits at width {width}", float(found[f"waits{width}"]), "waits", found["kept"]
        )
    yield Measurement.reported(f"{on}: waits beyond {REGISTERS} event registers", float(found["spilled"]), "waits")


def _shares(on: str, found: Counter[str], limited: bool) -> Iterator[Measurement]:
    limits = (("overlap", "overlaps", LEAST_OVERLAP), ("last", "last accesses", LEAST_LAST_ACCESS))
    for key, label, least in limits:
        name, baseline = f"{on}: waits fewer than {label}", float(found[key])
        if limited or key == "last":
            yield Measurement.at_least(name, _share(found, key), "%", least, baseline)
        else:
            yield Measurement.reported(name, _share(found, key), "%", baseline)


def _share(found: Counter[str], key: str, length: str = "") -> float:
    """Percentage of a baseline that needs no wait."""
    return 100.0 * (1 - found[f"kept{length}"] / found[key + length])


def _classes(found: Counter[str]) -> Iterator[Measurement]:
    """The share that needs no wait grows with the length of a program: its pairs grow with the square."""
    for low, end in pairwise(CLASSES):
        if found[f"overlap{low}"]:
            on = f"sync, {found[f'programs{low}']} programs of {low} to {end - 1} instructions"
            pairs = float(found[f"overlap{low}"])
            yield Measurement.reported(
                f"{on}: waits fewer than overlaps", _share(found, "overlap", str(low)), "%", pairs
            )


def _judge(
    program: programs.AbstractProgram, plan: Plan, random: Random, name: str, found: Counter[str], samples: int
) -> bool:
    """Whether all witnesses accept a plan; counts what they find, also without each of `samples` waits (-1: of all)."""
    whole = programs.apply(program, plan)
    refused = bool(programs.violations(whole) or programs.unordered_pairs(program, plan.edges))
    raced, broken = True, 1
    try:
        order, times = programs.execute(whole, random)
        raced, broken = bool(programs.conflicts(whole, order)), programs.late_orders(program, times)
    except programs.DeadlockError:
        pass
    found[f"violations{name}"] += refused
    found[f"races{name}"] += raced
    found[f"broken{name}"] += broken
    waits = range(len(whole.waits))
    for wait in waits if samples < 0 else random.sample(waits, min(samples, len(waits))):
        less = whole.without(wait)
        found[f"deleted{name}"] += 1
        found[f"unseen{name}"] += not programs.violations(less, limit=1)
        found[f"undetected{name}"] += not _detected(less, random)
    return not (refused or raced or broken)


def _detected(less: programs.Synchronized, random: Random) -> bool:
    """Whether the simulator notices: a race, or that it cannot go on."""
    try:
        return bool(programs.conflicts(less, programs.execute(less, random)[0], limit=1))
    except programs.DeadlockError:
        return True


def _loops(count: int) -> Iterator[Measurement]:
    found: Counter[str] = Counter()
    for seed in range(count):
        random = Random(seed)
        streams, reads, writes = generators.random_body(random)

        def unroll(
            iterations: int, body: tuple[Streams, list[set[int]], list[set[int]]] = (streams, reads, writes)
        ) -> tuple[Streams, list[list[tuple[int, int]]]]:
            program = generators.unrolled(*body, iterations)
            return program.streams, program.hazards().edges

        program = generators.unrolled(streams, reads, writes, ITERATIONS)
        for width in (5, 16):
            try:
                plan = loop_waits(unroll, len(reads), width)
            except UnsteadyLoopError:
                found["unsteady"] += 1
                continue
            replayed = programs.apply_loop(program, plan, ITERATIONS)
            found["missing"] += len(programs.unordered_pairs(program, plan.edges(ITERATIONS)))
            found["refused"] += bool(programs.violations(replayed))
            found["back"] += plan.back_edges
            try:
                order, times = programs.execute(replayed, random)
                found["races"] += bool(programs.conflicts(replayed, order)) + programs.late_orders(program, times)
            except programs.DeadlockError:
                found["races"] += 1
    on = f"sync, {count} loops of {ITERATIONS} turns"
    yield Measurement.at_most(f"{on}: pattern not steady", float(found["unsteady"]), "loops", 0)
    yield Measurement.at_most(f"{on}: required orders missing", float(found["missing"]), "orders", 0)
    yield Measurement.at_most(f"{on}: refused by verify-sync", float(found["refused"]), "loops", 0)
    yield Measurement.at_most(f"{on}: races, deadlocks", float(found["races"]), "loops", 0)
    yield Measurement.reported(f"{on}: back edges for roll-over", float(found["back"]), "waits")


def _models(names: tuple[str, ...], deletions: int) -> Iterator[Measurement]:
    target = load_target(TARGET)
    total: Counter[str] = Counter()
    for name in names:
        compiled = accelc.compile(light_model(name), target=TARGET)
        found: Counter[str] = Counter()
        for program in compiled.engine_programs.values():
            found += _model(emit(program, target).records, target, deletions)
        on = f"sync, {name}"
        for key, label in (
            ("violations", "orders missing"),
            ("races", "races"),
            ("unseen", f"of {found['deleted']} deleted waits verify-sync misses"),
            ("undetected", f"of {found['deleted']} deleted waits the detector misses"),
            ("violations4", "orders missing, width 4"),
            ("races4", "races, width 4"),
        ):
            yield Measurement.at_most(f"{on}: {label}", float(found[key]), "", 0)
        yield Measurement.reported(f"{on}: waits", float(found["kept"]), "waits", float(found["last"]))
        baseline = target.time.ticks_to_ns(found["all ticks"])
        yield Measurement.at_most(f"{on}: time", target.time.ticks_to_ns(found["ticks"]), "ns", baseline, baseline)
        slow = [target.time.ticks_to_ns(found[key]) for key in ("slow ticks", "all slow ticks")]
        yield Measurement.reported(f"{on}: time, {SLOW_DECODE} cycles per record", slow[0], "ns", slow[1])
        total += found
    yield from _shares(f"sync, {len(names)} light models", total, limited=True)


def _model(records: Records, target: Target, deletions: int) -> Counter[str]:
    found: Counter[str] = Counter()
    streams = record_streams(records, target)
    touched = footprint(records, target)
    hazards = find_hazards(touched, streams)
    found["last"] = hazards.required
    found["overlap"] = overlaps(touched, streams)
    sync = synchronize_records(records, target)
    found["kept"] = sync.emitted
    whole = write_sync(records, sync)[0]
    every = write_sync(records, to_sync(count_up(hazards.edges, streams), hazards.required))[0]
    slow = replace(target, sequencer=replace(target.sequencer, decode_cycles=SLOW_DECODE))
    for machine, label in ((target, "ticks"), (slow, "slow ticks")):
        found[label], found[f"all {label}"] = _ticks(whole, machine), _ticks(every, machine)
    found["violations"], found["races"] = _checked(whole, target)
    narrow = write_sync(records, synchronize_records(records, target, options=Options(width=WIDTHS[0])))[0]
    found["violations4"], found["races4"] = _checked(narrow, target)
    waiting: list[int] = np.flatnonzero(field(whole, "wait_condition") != Wait.NONE).tolist()
    for wait in Random(0).sample(waiting, min(deletions, len(waiting))):
        less = whole.copy()
        for part in ("wait_condition", "wait_semaphore", "wait_value", "wait_bits"):
            field(less, part)[wait] = 0
        missed, races = _checked(less, target)
        found["deleted"] += 1
        found["unseen"] += not missed
        found["undetected"] += not races
    return found


def _ticks(records: Records, target: Target) -> int:
    """Time of synchronized records, with all delays at 0."""
    delays = [0] * int((field(records, "opcode") == Opcode.DELAY).sum())
    streams = split_streams(records, target)
    return simulate([streams], target, functional=False, races=False, delays=delays).total_ticks


def _checked(records: Records, target: Target) -> tuple[int, int]:
    """Violations and races of synchronized records."""
    try:
        races = len(simulate([split_streams(records, target)], target, functional=False, timing=False).races)
    except DeadlockError:
        races = 1
    return len(verify_records(records, target)), races


def overlaps(touched: Footprint, streams: Streams) -> int:
    """Pairs of instructions that overlap, one of them writing, and that no engine orders by itself."""
    shadows = {(write, space): set_shadow(touched, space) for write in (False, True) for space in touched.spaces}
    of_lane = [0] * len(streams.interlocked)
    count = 0
    for record, lane in enumerate(streams.lane):
        before = 0
        accesses = touched.of(record)
        for access in accesses:
            for write in (True, False) if access.is_write else (True,):
                before |= union(shadows[write, access.space][access.groups, access.cells])
        if streams.excused[lane]:
            before &= ~of_lane[lane]
        count += before.bit_count()
        bit = 1 << record
        of_lane[lane] |= bit
        for access in accesses:
            shadows[access.is_write, access.space][access.groups, access.cells] |= bit
    return count
