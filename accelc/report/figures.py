"""What a run found, as numbers: the JSON object of `accelc run --json`, and one row for each layer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import isfinite, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from accelc.compare import Record
from accelc.compare.measure import record_of
from accelc.driver import CompiledModel, Placement, RunResult
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.records import DTYPES as ISA_DTYPES
from accelc.isa.records import Records, Space, as_dma, field
from accelc.isa.table import Opcode
from accelc.numerics import DTYPES
from accelc.runtime.execute import ExecutionResult, SegmentResult
from accelc.targets.model import Target, is_dma

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LayerRow:
    """
    One layer of the model, or a segment that the host runs.

    `cycles` of the tensor clock during which some compute engine works for the layer; `utilization` is the share of
    them that the layer's MACs need at the array's peak (None: no MACs); `nbytes` moved by DMA; `end_ns` is when its
    last instruction ends, counted from the start of the program. Layers that share their code share a row: `count` is
    how many they are, everything else is of all of them together.
    """

    name: str
    home: str
    ops: str
    cycles: float
    utilization: float | None
    nbytes: int
    end_ns: float
    count: int = 1


def run_json(result: RunResult) -> dict[str, Any]:
    """
    The object that `accelc run --json` prints.

    `reference` is null without a comparison, an error that is no finite number is null: JSON has no infinity.
    """
    compiled = result.compiled
    comparison = None if result.comparison is None else _finite(asdict(result.comparison))
    record = record_of(result.model, compiled.program, result.execution, compiled.target).as_json()
    return {
        "schema_version": record["schema_version"],
        "model": result.model,
        "target": compiled.target.name,
        "precision": compiled.options.precision,
        "ops": {home: compiled.count(home) for home in ("accelerator", "host", "framework")},
        "time": {
            **record["time"],
            "tensor_cycles": tensor_cycles(result.execution),
            "lower_bound_ns": compiled.lower_bound.ns,
        },
        "totals": record["totals"],
        "launches": launch_counts(result.execution),
        "engines": record["engines"],
        "memory": memory_use(result.execution, compiled.target),
        "sync": {"required": compiled.sync_required, "emitted": compiled.sync_emitted},
        "races": race_count(result.execution),
        "seconds": {
            "import": compiled.import_seconds,
            "compile": compiled.compile_seconds,
            "simulate": result.simulate_seconds,
            "reference": result.reference_seconds,
            "total": result.total_seconds,
        },
        "reference": comparison,
        "layers": record["layers"],
    }


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and not isfinite(value) else value for key, value in values.items()}


def tensor_cycles(execution: ExecutionResult) -> int:
    """Cycles in which the array takes in operands."""
    return sum(s.simulation.tensor_cycles for s in execution.segments if s.simulation is not None)


def launch_counts(execution: ExecutionResult) -> dict[str, int]:
    """How often each segment was launched."""
    return dict(Counter(segment.name for segment in execution.segments))


def race_count(execution: ExecutionResult) -> int:
    """Races found in all segments."""
    return sum(len(s.simulation.races) for s in execution.segments if s.simulation is not None)


def engine_times(execution: ExecutionResult, target: Target) -> dict[str, dict[str, float]]:
    """
    Instructions and nanoseconds per lane; busy, stall and idle add up to the total time.

    A lane is idle while a segment runs on the host.
    """
    rows: dict[str, dict[str, float]] = {
        lane: {"instructions": 0, "busy_ns": 0.0, "stall_ns": 0.0, "idle_ns": 0.0} for lane in target.lanes
    }
    for segment in execution.segments:
        if segment.simulation is None:
            continue
        for lane, row in segment.simulation.engines().items():
            for key in ("instructions", "busy_ns", "stall_ns"):
                rows[lane][key] += row[key]
    for row in rows.values():
        row["idle_ns"] = max(execution.total_ns - row["busy_ns"] - row["stall_ns"], 0.0)
    return rows


def memory_use(execution: ExecutionResult, target: Target) -> dict[str, dict[str, int]]:
    """Capacity and high-water mark of every memory of the machine in bytes."""
    capacity = {"hbm": target.hbm.bytes, "sbuf": target.sbuf.bytes, "psum": target.psum.bytes}
    if target.wfifo is not None:
        capacity["wfifo"] = target.wfifo.bytes
    peak = dict.fromkeys(capacity, 0)
    for segment in execution.segments:
        if segment.simulation is not None:
            for space, value in segment.simulation.peak_bytes().items():
                peak[space] = max(peak[space], value)
    return {space: {"capacity_bytes": capacity[space], "peak_bytes": peak[space]} for space in capacity}


def layer_rows(
    program: Program, execution: ExecutionResult, target: Target, ideal: Mapping[str, float]
) -> list[LayerRow]:
    """
    Rows in order of the program; `ideal` gives the array cycles that a node's MACs need at peak, in all launches.
    """
    rows: list[LayerRow] = []
    launches: dict[str, list[SegmentResult]] = {}
    begins: dict[str, float] = {}
    begin = 0.0
    for result in execution.segments:
        launches.setdefault(result.name, []).append(result)
        begins[result.name] = begin + result.launch_ns
        begin += result.ns
    segments = {segment.name: segment for segment in program.segments}
    for name, results in launches.items():
        segment, last = segments[name], begins[name]
        if isinstance(segment, AcceleratorSegment):
            rows += _accelerator_rows(segment, results[-1], target, ideal, last, len(results))
        else:
            cycles = sum(result.ns for result in results) * target.time.cycles_per_ns("tensor")
            end = last + results[-1].ns
            rows.append(LayerRow(segment.name, segment.place, "", cycles, None, 0, end, len(results)))
    return rows


def _accelerator_rows(
    segment: AcceleratorSegment,
    result: SegmentResult,
    target: Target,
    ideal: Mapping[str, float],
    begin: float,
    count: int,
) -> list[LayerRow]:
    assert result.simulation is not None
    names = [entry.loc_name for entry in segment.debug]
    order = {name: index for index, name in enumerate(dict.fromkeys(names[1:]))}
    group = np.array([order.get(name, -1) for name in names], np.int64)
    layers = len(order)
    ends, moved = np.zeros(layers, np.int64), np.zeros(layers, np.int64)
    spans: list[tuple[Ints, Ints, Ints]] = []
    for core, streams in zip(result.simulation.cores, segment.cores, strict=True):
        for lane, records in streams.items():
            times = core.times[lane]
            owner = group[field(records, "debug").astype(np.int64)]
            chosen = owner >= 0
            owner, start, complete = owner[chosen], times.start[chosen], times.complete[chosen]
            np.maximum.at(ends, owner, complete)
            if is_dma(lane):
                np.add.at(moved, owner, _dma_bytes(records[chosen]))
            else:
                spans.append((owner, start, complete))
    busy = _union(spans, layers)
    ops: list[dict[str, None]] = [{} for _ in range(layers)]
    for entry in segment.debug[1:]:
        ops[order[entry.loc_name]][entry.op.split(".")[-1]] = None
    per_cycle = target.time.domain["tensor"]
    return [
        LayerRow(
            name or "(no name)",
            "accelerator",
            " ".join(ops[index]),
            count * float(busy[index]) / per_cycle,
            _share(ideal.get(name), count * float(busy[index]) / per_cycle),
            count * int(moved[index]),
            begin + target.time.ticks_to_ns(int(ends[index])),
            count,
        )
        for name, index in order.items()
    ]


def _share(ideal: float | None, cycles: float) -> float | None:
    return None if not ideal or not cycles else ideal / cycles


def _union(spans: Iterable[tuple[Ints, Ints, Ints]], layers: int) -> Ints:
    """Ticks covered by the intervals of each layer; intervals are (layer, start, end) in columns."""
    columns = list(zip(*spans, strict=True))
    total = np.zeros(layers, np.int64)
    if not columns:
        return total
    layer, start, end = (np.concatenate(column) for column in columns)
    order = np.lexsort((start, layer))
    layer, start, end = layer[order], start[order], end[order]
    if not len(layer):
        return total
    # Shifting every layer beyond the one before lets one running maximum serve them all.
    shift = layer * (int(end.max()) + 1)
    reached = np.maximum.accumulate(end + shift)
    before = np.concatenate([[0], reached[:-1]])
    new = np.maximum(end + shift - np.maximum(before, start + shift), 0)
    np.add.at(total, layer, new)
    return total


def _dma_bytes(records: Records) -> Ints:
    """Bytes each DMA record writes (0 for records that control the queue)."""
    item = np.array([0 if name == "none" else DTYPES[name].itemsize for name in ISA_DTYPES], np.int64)
    sides = as_dma(records)
    destination = np.where(field(records, "opcode") == Opcode.DMA_SCATTER, field(sides, "src"), field(sides, "dst"))
    moves = destination["space"] != Space.NONE
    sizes = destination["size"].astype(np.int64)
    return np.where(moves, sizes.prod(axis=1) * item[destination["dtype"]], 0)


def placement_rows(compiled: CompiledModel) -> list[tuple[str, str, str, str, str]]:
    """(node, operation, home, rule, reason) of every operation, in order of the program."""
    return [(p.loc_name, p.op, p.home, p.rule or "engine", _why(p)) for p in compiled.placements]


def _why(placement: Placement) -> str:
    part = f"part of {placement.whole}" if placement.whole else ""
    return "; ".join(filter(None, (part, placement.reason))) or "an engine has it"


def program_bytes(program: Program) -> int:
    """Bytes of all instruction streams."""
    return sum(
        prod(stream.shape) * stream.itemsize
        for segment in program.segments
        if isinstance(segment, AcceleratorSegment)
        for core in segment.cores
        for stream in core.values()
    )


def simulation_json(record: Record, target: Target, execution: ExecutionResult, seconds: float) -> dict[str, Any]:
    """The object that `accelc sim --json` prints."""
    found = record.as_json()
    return {
        "schema_version": found["schema_version"],
        "program": record.name,
        "target": target.name,
        "time": {**found["time"], "tensor_cycles": tensor_cycles(execution)},
        "totals": found["totals"],
        "launches": launch_counts(execution),
        "engines": found["engines"],
        "memory": memory_use(execution, target),
        "races": race_count(execution),
        "seconds": {"simulate": seconds},
        "layers": found["layers"],
    }
