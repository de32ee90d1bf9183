"""
Figures of `normalize-inplace` and `rebufferize-inplace`: an optimizer's step followed by the next forward pass.

The program updates the weights of a network in place and then computes with them. The baseline is what a compiler
does that treats each operation in place as a barrier: the operation starts when everything before it has completed,
and everything after it starts when it has. The baseline's stages are compiled by the same pipeline, take the best
schedule found for them, and follow each other at no cost: nothing is charged for the barrier itself.

Donation: a step of decoding that writes one row of a cache, with the cache's memory given up; the baseline copies it.
"""

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, Signature
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
from xdsl.traits import is_side_effect_free

import accelc
from accelc.analysis.sync.vector_clock import synchronize_records, write_sync
from accelc.dialects import graph
from accelc.dialects.engine import LaneOp, ProgramOp
from accelc.dialects.graph_ops.base import ints
from accelc.emit.emitter import emit
from accelc.emit.streams import split_streams
from accelc.frontends.numpy import Spec, Traced, trace
from accelc.interpreters.graph import find_function, run
from accelc.lowering import lower_partition
from accelc.passes.assign_memory import assign_memory
from accelc.passes.fold_constants import remove_unused
from accelc.passes.normalize_inplace import NormalizeInplacePass
from accelc.passes.rebufferize_inplace import rebufferize
from accelc.passes.schedule_engines import schedule_engines
from accelc.passes.schedule_systolic_tiles import schedule_systolic_tiles
from accelc.pipelines import run_graph_passes
from accelc.simulator import simulate
from accelc.targets import load_target
from accelc.targets.model import Target
from benchmarks.five_passes.programs.inplace_peak import imperative_peak
from benchmarks.five_passes.programs.inplace_programs import SHAPES, random_program
from benchmarks.measure import Measurement

TARGET = "trn-like"
SEED = 20240126
MIN_FEWER_CYCLES = 0.15
"""The share of the baseline's cycles that must be saved."""
MIN_WITHIN_PEAK = 0.95
"""The share of random programs that take no more memory than in place."""
MAX_PEAK = 1.05
"""The most memory that a random program may take, over that in place."""
HEURISTICS = ("portfolio", "program")


def momentum_step(layers: int) -> Callable[..., Any]:
    """A step of gradient descent with momentum on `layers` weights, in place, then the next forward pass."""

    def step(x: Any, *tensors: Any) -> Any:
        weights, momenta, gradients = tensors[:layers], tensors[layers : 2 * layers], tensors[2 * layers :]
        for weight, momentum, gradient in zip(weights, momenta, gradients, strict=True):
            momentum *= 0.9
            momentum += gradient
            weight -= 0.01 * momentum
        for weight in weights:
            x = np.maximum(x @ weight, 0)
        return x

    return step


def traced_step(size: int, batch: int, layers: int) -> Traced:
    """`momentum_step` on square weights."""
    return trace_step(momentum_step(layers), size, batch, 3 * layers)


def trace_step(step: Callable[..., Any], size: int, batch: int, tensors: int) -> Traced:
    """A function of one activation and `tensors` square tensors."""
    names = [f"t{index}" for index in range(tensors)]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in ("x", *names)]

    def program(*arrays: Any) -> Any:
        return step(*arrays)

    stand_in: Any = program
    stand_in.__signature__ = Signature(parameters)
    return trace(stand_in, Spec((batch, size)), *[Spec((size, size))] * tensors)


def _mark_stages(module: ModuleOp) -> None:
    """Number of barriers before each operation, in its attribute `layer`, which lowering keeps."""
    stage = 0
    for op in find_function(module).body.block.ops:
        if isinstance(op, graph.GraphOp):
            writes = isinstance(op, (graph.ApplyOp, graph.StoreOp))
            stage += writes
            op.layer = IntegerAttr(stage, i64)
            stage += writes


def _lowered(traced: Traced, target: Target, heuristic: str) -> ProgramOp:
    module = traced.module.clone()
    _mark_stages(module)
    weights = dict(traced.weights)
    run_graph_passes(module, weights, target, "model")
    (partition,) = (op for op in find_function(module).body.block.ops if isinstance(op, graph.PartitionOp))
    tried: list[tuple[float, ProgramOp]] = []
    for in_place in (True, False):
        lowered = lower_partition(partition, weights, target, in_place=in_place)
        tried.append((schedule_engines(lowered.program, target, heuristic).predicted_ns, lowered.program))
        if not lowered.reused:
            break
    return min(tried, key=lambda one: one[0])[1]


def _records(program: ProgramOp, target: Target) -> tuple[Any, Any]:
    """Records, and the stage of each."""
    assign_memory(program, target)
    schedule_systolic_tiles(program, target)
    emitted = emit(program, target)
    layers = np.array([-1 if entry.layer is None else entry.layer for entry in emitted.debug])
    return emitted.records, layers[emitted.records["debug"]]


def _nanoseconds(records: Any, target: Target) -> float:
    records, _ = write_sync(records, synchronize_records(records, target))
    return simulate((split_streams(records, target),), target, functional=False, races=False).total_ns


def fewer_cycles(traced: Traced, target: Target) -> tuple[float, float]:
    """Nanoseconds of a program after `normalize-inplace`, and with a barrier around each operation in place."""
    pure = _nanoseconds(_records(_lowered(traced, target, "portfolio"), target)[0], target)
    barriers: list[float] = []
    for heuristic in HEURISTICS:
        program = _lowered(traced, target, heuristic)
        block = program.body.block
        ops = [op for op in block.ops if isinstance(op, LaneOp)]
        last = block.last_op
        assert last is not None
        for op in ops:
            op.detach()
        for op in sorted(ops, key=lambda op: -1 if op.layer is None else op.layer.value.data):
            block.insert_op_before(op, last)
        records, stages = _records(program, target)
        barriers.append(sum(_nanoseconds(records[stages == stage], target) for stage in sorted(set(stages.tolist()))))
    return pure, min(barriers)


def changed_programs(count: int) -> tuple[int, int]:
    """Of random programs, those whose results or written arguments change, and those with a write effect left."""
    changed = effects = 0
    for seed in range(SEED, SEED + count):
        module = random_program(seed)
        rng = np.random.default_rng(seed)
        arrays = [rng.integers(-9, 9, shape).astype(np.float32) for shape in (*SHAPES[1:], (3,))]
        arrays.append(np.asarray(bool(rng.integers(2))))
        mine = [array.copy() for array in arrays]
        expected = run(module, mine, {})
        NormalizeInplacePass().apply(Context(), module)
        function = find_function(module)
        mutates = function.return_op.mutates
        expected += [mine[i] for i in (ints(mutates) if mutates is not None else ())]
        results = run(module, arrays, {})
        changed += not all(np.array_equal(a, b) for a, b in zip(results, expected, strict=True))
        effects += not all(is_side_effect_free(op) for op in list(function.body.block.ops)[:-1])
    return changed, effects


def peak_ratios(count: int, target: Target) -> list[float]:
    """Peak bytes after `rebufferize-inplace` over those of the program in place, for random straight programs."""
    ratios: list[float] = []
    for seed in range(SEED, SEED + count):
        module = random_program(seed, depth=0)
        remove_unused(module)
        before = imperative_peak(find_function(module).body.block)
        NormalizeInplacePass().apply(Context(), module)
        remove_unused(module)
        function = find_function(module)
        mutates = function.return_op.mutates
        donated = [function.body.block.args[i] for i in (ints(mutates) if mutates is not None else ())]
        ratios.append(rebufferize(function.body.block, donated, target, before).plan.peak_bytes / before)
    return ratios


def cache_step(positions: int, heads: int, width: int) -> ModelProto:
    """A step of decoding as ONNX: one row is written to a cache of keys and values, and attended to with the others."""
    cache, row = [1, heads, positions, width], [1, heads, 1, width]
    nodes = [
        helper.make_node("TensorScatter", ["past", "row", "at"], ["present"], "update"),
        helper.make_node("Transpose", ["present"], ["keys"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["query", "keys"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"]),
        helper.make_node("MatMul", ["shares", "present"], ["y"]),
    ]
    infos = {"past": cache, "row": row, "query": row, "y": row, "present": cache}
    kinds = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in infos.items()]
    at = numpy_helper.from_array(np.array([positions // 2], np.int64), "at")
    body = helper.make_graph(nodes, "decode", kinds[:3], kinds[3:], [at])
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 24)], ir_version=11)


def cache_costs(model: ModelProto, donate: Mapping[str, str]) -> tuple[float, float]:
    """Bytes that DMA moves in one step, and its nanoseconds."""
    result = accelc.run(model, TARGET, donate=donate, check=False, timing_only=True)
    assert isinstance(result, accelc.RunResult)
    execution = result.execution
    cores = [core for s in execution.segments if s.simulation is not None for core in s.simulation.cores]
    return sum(core.dma_bytes for core in cores), execution.total_ns


def measure(reduced: bool = False) -> Iterator[Measurement]:
    """All numbers; `reduced` takes fewer programs and smaller tensors."""
    target = load_target(TARGET)
    count = 100 if reduced else 1000
    changed, effects = changed_programs(count)
    yield Measurement.at_most(f"s1: changed of {count} programs", changed, "", 0)
    yield Measurement.at_most("s1: programs with a write effect left", effects, "", 0)
    for size, batch, layers in ((256, 64, 2),) if reduced else ((256, 64, 2), (512, 256, 4), (1024, 256, 4)):
        pure, barriers = fewer_cycles(traced_step(size, batch, layers), target)
        name = f"s1: fewer cycles, {layers} layers of {size}"
        yield Measurement.at_least(name, 1 - pure / barriers, "", MIN_FEWER_CYCLES)
        yield Measurement.reported(f"{name}: time", pure, "ns", barriers)
    ratios = peak_ratios(count, target)
    within = sum(ratio <= 1 for ratio in ratios) / count
    yield Measurement.at_least("s1: programs within the peak in place", within, "", MIN_WITHIN_PEAK)
    yield Measurement.at_most("s1: largest peak over the one in place", max(ratios), "x", MAX_PEAK)
    for positions in (512,) if reduced else (64, 512, 2048, 8192):
        model = cache_step(positions, 4, 64)
        copied, given = cache_costs(model, {}), cache_costs(model, {"past": "present"})
        name = f"s1: cache of {positions} rows, given up"
        yield Measurement.reported(f"{name}: DMA", given[0], "bytes", copied[0])
        yield Measurement.reported(f"{name}: time", given[1], "ns", copied[1])
