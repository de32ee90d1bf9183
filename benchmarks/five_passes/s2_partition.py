"""
Figures of `partition-hierarchical`: distance from the optimum, and a detection network on the simulator.

Random problems are those of `partition_graphs`, with seeds 0, 1, ...; the network is `detection_network`. Its baseline
is flat fallback per operation: in program order, every operation that the accelerator cannot run as it stands is
executed where it can be, on its own, and what lies between two of those is one accelerator partition. A second, harder
baseline also joins neighbours with the same fallback. Both have the same passes before and after. The machine is
`trn-like` without the operations in `MISSING`, parts of Elu and of the selection of boxes: a tenth of the network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from xdsl.ir import Operation

from accelc.analysis.partition.bodies import FREE_OPS
from accelc.analysis.partition.grouping import group
from accelc.analysis.partition.hierarchy import flatten, place_tasks
from accelc.analysis.partition.tasks import Rules, options_of
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import Array
from accelc.driver import CompileOptions, compile_model
from accelc.frontends.onnx import ImportedModel, import_onnx
from accelc.isa.program import Program, ValueType
from accelc.passes.decompose import decompose
from accelc.passes.fold_constants import fold_constants
from accelc.passes.partition_hierarchical import wrap_partition
from accelc.pipelines import CompiledPartition, compile_partition
from accelc.runtime.execute import ExecutionResult, execute
from accelc.segments import build_segments
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml
from accelc.targets.model import Capabilities, Capability, Target
from benchmarks.five_passes.programs.detection_network import detection_network
from benchmarks.five_passes.programs.partition_graphs import LAUNCH_NS, all_splits, has_cycle, optimum_ns, random_tasks
from benchmarks.measure import Measurement

TARGET = "trn-like"
MISSING = ("select", "gather", "equal", "exp")
"""Operations of graph that the machine of the detection network has not."""
GRAPHS = 500
LARGEST = 10
"""Operations of a random graph that is compared with its optimum."""
LARGE = range(10, 41)
"""Numbers of operations of random graphs whose groups are checked for cycles."""
MAX_RATIO = 1.05
MIN_FEWER = 0.4
MIN_SPEEDUP = 1.3

Units = Callable[[Sequence[Operation], Sequence[str]], list[list[Operation]]]
"""How a baseline cuts a program into partitions, given every operation's home."""


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All figures, or those of fewer graphs and a smaller network."""
    count = 25 if reduced else GRAPHS
    yield Measurement.at_most("S2: worst cost over optimum", max(_ratio(seed) for seed in range(count)), "x", MAX_RATIO)
    cycles = sum(_cyclic(seed) for seed in range(count))
    yield Measurement.at_most("S2: random graphs with a cycle of groups", cycles, "graphs", 0)
    yield from _detection(reduced)


def _ratio(seed: int) -> float:
    """Cost that the search finds over the optimum; every second graph has operations that can be taken apart."""
    tasks = random_tasks(seed, LARGEST, seed % 2 == 1)
    best = min(optimum_ns(flatten(tasks, split, LAUNCH_NS).problem) for split in all_splits(tasks))
    return place_tasks(tasks, LAUNCH_NS).cost_ns / best


def _cyclic(seed: int) -> bool:
    """Whether the groups of a random graph depend on one another in a circle."""
    placed = place_tasks(random_tasks(seed, LARGE[seed % len(LARGE)], seed % 10 == 0), LAUNCH_NS)
    predecessors = placed.flat.problem.predecessors
    return has_cycle(group(placed.destinations, predecessors, LAUNCH_NS), predecessors)


def _detection(reduced: bool) -> Iterator[Measurement]:
    model = detection_network(32, 16, 1, 4) if reduced else detection_network()
    # No tensor has so few bytes.
    missing = tuple(Capability(name, max_bytes=1) for name in MISSING)
    target = replace(load_target(TARGET), capabilities=Capabilities(op=missing))
    with TemporaryDirectory() as folder:
        path = Path(folder, "target.toml")
        path.write_text(canonical_toml(target), encoding="utf-8")
        compiled = compile_model(model, CompileOptions(target=path))
    ours = execute(compiled.program, target, {}, functional=False, races=False)
    flat, share = _flat(import_onnx(model), target, _per_operation)
    runs, _ = _flat(import_onnx(model), target, _per_run)
    yield Measurement.reported("S2: detection network, unsupported ops", share, "share")
    moved, before, joined = _transfers(ours), _transfers(flat), _transfers(runs)
    yield Measurement.at_least("S2: fewer transfers than flat fallback", 1 - moved / before, "share", MIN_FEWER)
    yield Measurement.at_least("S2: speedup over flat fallback", flat.total_ns / ours.total_ns, "x", MIN_SPEEDUP)
    yield Measurement.reported("S2: transfers", moved, "values", before)
    yield Measurement.reported("S2: end to end", ours.total_ns, "ns", flat.total_ns)
    yield Measurement.reported("S2: fewer transfers than joined fallback", 1 - moved / joined, "share")
    yield Measurement.reported("S2: speedup over joined fallback", runs.total_ns / ours.total_ns, "x")


def _transfers(execution: ExecutionResult) -> int:
    """Values moved between host and device."""
    return sum(segment.transfers for segment in execution.segments)


def _per_operation(ops: Sequence[Operation], homes: Sequence[str]) -> list[list[Operation]]:
    """Every fallback on its own, runs of accelerator operations together."""
    keys = [home if home == "accelerator" else str(index) for index, home in enumerate(homes)]
    return _per_run(ops, keys)


def _per_run(ops: Sequence[Operation], homes: Sequence[str]) -> list[list[Operation]]:
    """Neighbours with one home together."""
    return [[op for op, _ in run] for _, run in groupby(zip(ops, homes, strict=True), key=lambda pair: pair[1])]


def _flat(model: ImportedModel, target: Target, units: Units) -> tuple[ExecutionResult, float]:
    """Execution of a program partitioned by capability alone, and the share of operations that fall back."""
    weights = dict(model.weights)
    fold_constants(model.module, weights)
    decompose(model.module, weights)
    function = model.function
    ops = [op for op in function.body.block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]
    homes = [options_of(op, Rules(target, expansions={}), weights).homes[0] for op in ops]
    home = dict(zip(ops, homes, strict=True))
    for unit in units(ops, homes):
        wrap_partition(unit, home[unit[0]], None, function.return_op)

    def compile_accelerator(
        op: graph.PartitionOp, name: str, inputs: tuple[str, ...], outputs: tuple[str, ...], data: Mapping[str, Array]
    ) -> CompiledPartition:
        return compile_partition(op, name, inputs, outputs, data, target)

    built = build_segments(function, weights, compile_accelerator)
    program = Program(
        target_text=canonical_toml(target),
        inputs=tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in model.inputs),
        outputs=tuple(ValueType(spec.name, spec.dtype.name, spec.shape) for spec in model.outputs),
        segments=tuple(built.segments),
        weights=built.weights,
        compiler="flat fallback",
    )
    execution = execute(program, target, {}, functional=False, races=False)
    return execution, sum(name != "accelerator" for name in homes) / len(homes)
