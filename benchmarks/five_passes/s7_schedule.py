"""
Figures of `schedule-engines`: time of scheduled programs on the simulator, against the same programs in program order.

Program order keeps all ops as lowering put them and still gets the queue of every transfer chosen: what is compared
is order alone. `as lowered` has all transfers on one queue as well. Random graphs are those of `schedule_graphs`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, log
from time import process_time

from accelc.analysis.scheduling.rules import RULES
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects.engine import ProgramOp
from accelc.dialects.graph import PartitionOp
from accelc.driver import compile_model
from accelc.emit.emitter import emit
from accelc.emit.streams import split_streams
from accelc.errors import CapacityError
from accelc.frontends.onnx import ImportedModel, import_onnx
from accelc.lowering import Budget, lower_partition
from accelc.passes.assign_memory import assign_memory
from accelc.passes.insert_delays import insert_delays
from accelc.passes.schedule_engines import schedule_engines
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.pipelines import RESIDENT_SHARES, run_graph_passes
from accelc.simulator import simulate
from accelc.spilling import NO_SPILLS, spill
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.end_to_end import LIGHT_MODELS, light_model
from benchmarks.five_passes.programs.schedule_graphs import random_program
from benchmarks.measure import Measurement

TARGET = "trn-like"
GRAPHS = 200
"""Random graphs; their seeds are 0, 1, ..."""
MIN_GAIN = 1.03
MAX_ERROR = 0.05
MAX_COMPILE_SECONDS = 5.0
SMALL_BYTES = 6144
"""Bytes of SBUF in a partition that the values of some graphs exceed, and none of their ops."""
SPILLED_GRAPHS = 20


def simulated_ns(program: ProgramOp, target: Target) -> float:
    """Time of a scheduled program after the rest of the pipeline."""
    assign_memory(program, target)
    insert_delays(program, target)
    schedule_systolic_tiles(program, target)
    emitted = emit(program, target)
    records, _ = write_sync(emitted.records, synchronize_records(emitted.records, target))
    delays = [slot.default for slot in emitted.delays]
    result = simulate([split_streams(records, target)], target, functional=False, races=False, delays=delays)
    return result.cores[0].total_ticks * 1e9 / target.time.tick_hz


def geomean(values: Sequence[float]) -> float:
    """Geometric mean."""
    return exp(sum(map(log, values)) / len(values))


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced` takes 6 graphs and one model."""
    target = load_target(TARGET)
    yield from _graphs(target, 6 if reduced else GRAPHS)
    yield from _spills(target, 9 if reduced else SPILLED_GRAPHS)
    yield from _models(target, ("squeezenet",) if reduced else LIGHT_MODELS)
    if not reduced:
        compile_model(light_model("squeezenet"))
        start = process_time()
        compile_model(light_model("resnet50"))
        seconds = process_time() - start
        yield Measurement.at_most("s7: compile resnet50, processor time", seconds, "s", MAX_COMPILE_SECONDS)


def _graphs(target: Target, count: int) -> Iterator[Measurement]:
    ratios: dict[str, list[float]] = {rule: [] for rule in ("portfolio", *RULES)}
    errors: list[float] = []
    estimates: list[float] = []
    for seed in range(count):
        program = random_program(seed, target)
        base = 0.0
        for rule in ("program", "portfolio", "longest-tail", "heft", "johnson"):
            candidate = program.clone()
            scheduled = schedule_engines(candidate, target, rule)
            measured = simulated_ns(candidate, target)
            base = base or measured
            ratios[rule].append(base / measured)
            if rule == "portfolio":
                errors.append(abs(scheduled.predicted_ns / measured - 1))
            estimates.append(abs(scheduled.candidate.schedule.makespan_ns / measured - 1))
    name = f"s7: {count} random graphs"
    yield Measurement.at_least(f"{name}, speedup, geomean", geomean(ratios["portfolio"]), "x", MIN_GAIN, 1.0)
    yield Measurement.at_least(f"{name}, speedup, worst", min(ratios["portfolio"]), "x", 1.0, 1.0)
    for rule in ("longest-tail", "heft", "johnson"):
        yield Measurement.reported(f"{name}, {rule}, geomean", geomean(ratios[rule]), "x", 1.0)
    yield Measurement.at_most(f"{name}, prediction error, most", max(errors), "", MAX_ERROR)
    yield Measurement.reported(f"{name}, estimate error, mean", sum(estimates) / len(estimates), "")


def _has_addresses(program: ProgramOp, target: Target) -> bool:
    try:
        assign_memory(program.clone(), target)
    except CapacityError:
        return False
    return True


def _spills(target: Target, count: int) -> Iterator[Measurement]:
    """Random graphs in a small SBUF; the naive plan empties it in front of every op."""
    small = replace(target, sbuf=replace(target.sbuf, partition_bytes=SMALL_BYTES, banks=1))
    without = compiled = 0
    gains: list[float] = []
    transfers: list[float] = []
    for seed in range(count):
        program = random_program(seed, small)
        kept, naive = program.clone(), program.clone()
        schedule_engines(kept, small, spill=False)
        without += _has_addresses(kept, small)
        spills = schedule_engines(program, small).spills
        compiled += _has_addresses(program, small)
        if spills == NO_SPILLS:
            continue
        emptied = spill(naive, small, 0.0)
        schedule_engines(naive, small)
        gains.append(simulated_ns(naive, small) / simulated_ns(program, small))
        transfers.append((spills.stores + spills.loads) / (emptied.stores + emptied.loads))
    name = f"s7: {count} random graphs in {SMALL_BYTES} bytes"
    yield Measurement.reported(f"{name}, compiled without spilling", without / count, "")
    yield Measurement.at_least(f"{name}, compiled with spilling", compiled / count, "", 1.0)
    yield Measurement.reported(f"{name}, spilled", len(gains), "")
    yield Measurement.at_most(f"{name}, transfers, most", max(transfers, default=1.0), "x naive", 1.0)
    yield Measurement.reported(f"{name}, transfers, geomean", geomean(transfers or [1.0]), "x naive")
    yield Measurement.at_least(f"{name}, speedup over naive, worst", min(gains, default=1.0), "x", 1.0, 1.0)
    yield Measurement.reported(f"{name}, speedup over naive, geomean", geomean(gains or [1.0]), "x", 1.0)


def _models(target: Target, names: Sequence[str]) -> Iterator[Measurement]:
    gains: list[float] = []
    lowered: list[float] = []
    errors: list[float] = []
    estimates: list[float] = []
    for name in names:
        times = {"lowered": 0.0, "program": 0.0, "portfolio": 0.0}
        predicted = estimated = 0.0
        for program in lowered_programs(name, target):
            times["lowered"] += simulated_ns(program.clone(), target)
            for heuristic in ("program", "portfolio"):
                candidate = program.clone()
                scheduled = schedule_engines(candidate, target, heuristic)
                times[heuristic] += simulated_ns(candidate, target)
            predicted += scheduled.predicted_ns
            estimated += scheduled.candidate.schedule.makespan_ns
        gains.append(times["program"] / times["portfolio"])
        lowered.append(times["lowered"] / times["portfolio"])
        errors.append(abs(predicted / times["portfolio"] - 1))
        estimates.append(abs(estimated / times["portfolio"] - 1))
        yield Measurement.reported(f"s7: {name}, speedup", gains[-1], "x", 1.0)
    yield Measurement.at_least("s7: light models, speedup, geomean", geomean(gains), "x", MIN_GAIN, 1.0)
    yield Measurement.at_least("s7: light models, speedup, worst", min(gains), "x", 1.0, 1.0)
    yield Measurement.reported("s7: light models, over as lowered, geomean", geomean(lowered), "x", 1.0)
    yield Measurement.at_most("s7: light models, prediction error, most", max(errors), "", MAX_ERROR)
    yield Measurement.reported("s7: light models, estimate error, mean", sum(estimates) / len(estimates), "")


def lowered_programs(name: str, target: Target) -> list[ProgramOp]:
    """Programs of a light model before they are scheduled, as the pipeline lowers them."""
    return accelerator_programs(import_onnx(light_model(name)), target)


def accelerator_programs(imported: ImportedModel, target: Target) -> list[ProgramOp]:
    """Programs of the accelerator partitions of a model before they are scheduled, as the pipeline lowers them."""
    weights = dict(imported.weights)
    run_graph_passes(imported.module, weights, target, "model")
    programs: list[ProgramOp] = []
    for op in imported.function.body.block.ops:
        if not isinstance(op, PartitionOp) or op.home.data != "accelerator":
            continue
        for share in RESIDENT_SHARES:
            try:
                program = lower_partition(op, weights, target, Budget(resident=share)).program
                assign_memory(program.clone(), target)
            except CapacityError:
                continue
            programs.append(program)
            break
    return programs
