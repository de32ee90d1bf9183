"""
S5: delays adjusted at run time, on four `trn-like` cores that share one HBM.

Programs are compiled from light_squeezenet and from a small network that alternates convolutions and products with
large weights. Their machine is `trn-like` with four cores on a chip and one of two memories: `busy`, which the four
cores keep `LOAD` busy if none of them ever waits, and `ample`, as much as four cores can take. The baseline is the
same program with delays off: all cores in lockstep.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

import accelc
from accelc.isa.program import AcceleratorSegment, Program
from accelc.runtime.cores import Workload, profile, workload
from accelc.runtime.delays.table import table_of
from accelc.runtime.execute import execute
from accelc.runtime.inputs import random_inputs
from accelc.runtime.multicore import CoresResult, run_cores
from accelc.targets.model import Target
from benchmarks.end_to_end import light_model
from benchmarks.measure import Measurement

TARGET = "trn-like"
CORES = 4
ITERATIONS = 40
LOAD = 0.85
SEED = 5
VECTORS = 200
CAPS = (0.78, 0.84, 0.9, 0.96)
"""Power caps as shares of the peak with delays off."""
WARMTH = (0.75, 0.9)
"""Temperature caps as shares of the way from the temperature of idle cores to that with delays off."""
CHANNELS, WIDE = 128, 4096
"""Sizes of the alternating network: channels of its convolutions, rows between its two products."""
SETTLING = 3
"""Control periods after which a cap must hold."""


@dataclass(frozen=True)
class Machines:
    """A compiled program and the machines it runs on."""

    name: str
    program: Program
    busy: Target
    ample: Target


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures; `reduced`: the small network only, fewer delay vectors."""
    yield from _vectors(_machines("small", alternating_network(4)), 12 if reduced else VECTORS)
    small = _machines("alternating", alternating_network())
    yield from _policies(small, CAPS[::3] if reduced else CAPS)
    if not reduced:
        yield from _policies(_machines("squeezenet", light_model("squeezenet")), CAPS)


def alternating_network(side: int = 32) -> onnx.ModelProto:
    """Two products with `CHANNELS * WIDE` weights each, then four 3x3 convolutions of `side` x `side` pixels."""
    rng = np.random.default_rng(SEED)
    nodes: list[onnx.NodeProto] = []
    weights = [numpy_helper.from_array(np.array([1, CHANNELS, 1, 1], np.int64), "shape")]

    def node(op: str, *inputs: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(op, list(inputs), [f"v{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    def weight(*shape: int) -> str:
        data = (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
        weights.append(numpy_helper.from_array(data, f"w{len(weights)}"))
        return weights[-1].name

    wide = node("Relu", node("Gemm", "x", weight(CHANNELS, WIDE)))
    value = node("Mul", "y", node("Reshape", node("Gemm", wide, weight(WIDE, CHANNELS)), "shape"))
    for _ in range(4):
        value = node("Relu", node("Conv", value, weight(CHANNELS, CHANNELS, 3, 3), pads=[1, 1, 1, 1]))
    image = [1, CHANNELS, side, side]
    info = helper.make_tensor_value_info
    inputs = [info("x", TensorProto.FLOAT, [1, CHANNELS]), info("y", TensorProto.FLOAT, image)]
    graph = helper.make_graph(nodes, "alternating", inputs, [info(value, TensorProto.FLOAT, image)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def _machines(name: str, model: onnx.ModelProto | Path) -> Machines:
    compiled = accelc.compile(model, target=TARGET)
    own = compiled.target.hbm.bytes_per_ns
    ample = _shared(compiled.target, CORES * own)
    work = workload(compiled.program, ample)
    demand = float(profile(work, work.values()).hbm_bytes_per_tick.mean()) * ample.time.tick_hz / 1e9
    return Machines(name, compiled.program, _shared(compiled.target, CORES * demand / LOAD), ample)


def _shared(target: Target, bytes_per_ns: float) -> Target:
    return replace(
        target,
        topology=replace(target.topology, cores_per_chip=CORES),
        hbm=replace(target.hbm, shared_bytes_per_ns=bytes_per_ns),
    )


def _peak(result: CoresResult) -> float:
    assert result.peak_w is not None
    return max(result.peak_w)


def _policies(machines: Machines, caps: Sequence[float]) -> Iterator[Measurement]:
    name = machines.name
    busy = workload(machines.program, machines.busy)
    off = run_cores(busy, machines.busy, CORES, ITERATIONS)
    stagger = run_cores(busy, machines.busy, CORES, ITERATIONS, "stagger")
    slack = run_cores(busy, machines.busy, CORES, ITERATIONS, "slack")
    yield Measurement.reported(f"S5 {name}: HBM of the four cores", machines.busy.hbm.shared_bytes_per_ns, "B/ns")
    yield Measurement.at_least(
        f"S5 {name}: throughput staggered", stagger.throughput, "1/s", 1.2 * off.throughput, off.throughput
    )
    yield Measurement.reported(f"S5 {name}: gain by staggering", stagger.throughput / off.throughput - 1, "")
    yield Measurement.reported(f"S5 {name}: gain within slack", slack.throughput / off.throughput - 1, "")
    table = table_of(machines.program, stagger.first, stagger.values)
    repeated = run_cores(busy, machines.busy, CORES, ITERATIONS, table=table)
    yield Measurement.at_least(
        f"S5 {name}: throughput with the saved table", repeated.throughput, "1/s", 1.2 * off.throughput, off.throughput
    )
    yield Measurement.reported(f"S5 {name}: HBM stall of a core, staggered", _stall(stagger), "ns", _stall(off))
    yield from _caps(name, "busy", busy, machines.busy, off, caps)
    ample = workload(machines.program, machines.ample)
    free = run_cores(ample, machines.ample, CORES, ITERATIONS)
    # A cap this near the peak needs shifts only, and no throttle.
    shifted = run_cores(ample, machines.ample, CORES, ITERATIONS, "cap", 0.99 * _peak(free))
    label = f"S5 {name}: windowed peak, shifted"
    if name == "squeezenet":
        yield Measurement.at_most(label, _peak(shifted), "W", 0.75 * _peak(free), _peak(free))
    else:
        yield Measurement.reported(label, _peak(shifted), "W", _peak(free))
    yield Measurement.at_most(f"S5 {name}: time of it", shifted.total_ns, "ns", 1.03 * free.total_ns, free.total_ns)
    yield from _caps(name, "ample", ample, machines.ample, free, caps)
    yield _warmth(name, machines)


def _stall(result: CoresResult) -> float:
    """Nanoseconds per iteration that the transfers of one core lose to those of the others, on average."""
    return sum(result.hbm_stall_ns) / result.cores / result.iterations


def _caps(
    name: str, memory: str, work: Workload, target: Target, off: CoresResult, caps: Sequence[float]
) -> Iterator[Measurement]:
    """How near the power came to each cap after `SETTLING` control periods; more than 1 is a cap exceeded."""
    ratios: list[float] = []
    for share in caps:
        cap = share * _peak(off)
        result = run_cores(work, target, CORES, 12, "cap", cap)
        ratios.append(result.settled_peak_w(SETTLING) / cap)
    baseline = off.settled_peak_w(SETTLING) / (min(caps) * _peak(off))
    yield Measurement.at_most(f"S5 {name}: power over cap, {memory} HBM", max(ratios), "x", 1.0, baseline)


def _warmth(name: str, machines: Machines) -> Measurement:
    """
    How near the temperature came to each cap after `SETTLING` control periods, as a share of the rise above ambient.

    The time constant is one iteration of a core alone, so that temperatures settle within the run.
    """
    power = machines.ample.power
    assert power is not None
    assert power.thermal is not None
    alone = workload(machines.program, machines.ample)
    period_ns = machines.ample.time.ticks_to_ns(profile(alone, alone.values()).period_ticks)
    thermal = replace(power.thermal, time_ns=period_ns)
    target = replace(machines.ample, power=replace(power, thermal=thermal))
    work = workload(machines.program, target)

    def settled(cap_c: float | None) -> float:
        result = run_cores(work, target, CORES, 12, "off" if cap_c is None else "cap", None, cap_c)
        assert result.peak_c is not None
        return max(result.peak_c[SETTLING:]) - thermal.ambient_c

    off, idle = settled(None), thermal.k_per_w * CORES * power.idle_w
    caps = [idle + share * (off - idle) for share in WARMTH]
    ratios = [settled(thermal.ambient_c + cap) / cap for cap in caps]
    return Measurement.at_most(f"S5 {name}: temperature over cap", max(ratios), "x", 1.0, off / min(caps))


def _vectors(machines: Machines, count: int) -> Iterator[Measurement]:
    """Outputs with random delays, throttles included, compared bit for bit with those without."""
    rng = np.random.default_rng(SEED)
    program = machines.program
    inputs = random_inputs(program.inputs, {}, SEED)
    plain = execute(program, program.target, inputs)
    different = races = 0
    times: set[float] = set()
    for _ in range(count):
        delays = {
            slot.name: _random(rng, 200 if slot.kind == "throttle" else 100_000)
            for segment in program.segments
            if isinstance(segment, AcceleratorSegment)
            for slot in segment.delays
        }
        result = execute(program, program.target, inputs, delays=delays)
        different += not _same(result.outputs, plain.outputs)
        races += sum(len(s.simulation.races) for s in result.segments if s.simulation is not None)
        times.add(result.total_ns)
    yield Measurement.at_most(f"S5 outputs that differ, of {count} delay vectors", different, "", 0)
    yield Measurement.at_most(f"S5 races with {count} delay vectors", races, "", 0)
    yield Measurement.at_least(f"S5 different times of {count} delay vectors", len(times), "", 0.5 * count)


def _random(rng: np.random.Generator, most: int) -> int:
    """0 half of the time, else a value up to `most` of any magnitude."""
    return int(most ** rng.random()) if rng.random() < 0.5 else 0


def _same(left: Mapping[str, npt.NDArray[Any]], right: Mapping[str, npt.NDArray[Any]]) -> bool:
    return all(array.tobytes() == right[name].tobytes() for name, array in left.items())
