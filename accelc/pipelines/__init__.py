"""
The main pipeline: which passes run, in which order, and what flows between them.

`GRAPH_PASSES` transform the whole model. `PROGRAM_PASSES` turn one accelerator partition into streams. Two places
look odd: memory is assigned before blocks are scheduled, because reuse of addresses adds dependencies that the
schedule of engines must already contain; and synchronization comes after emission, because it runs on the records of
blocks, where it sees more than on macro-ops.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from accelc.dialects.engine import ProgramOp
from accelc.dialects.graph import PartitionOp, WeightOp
from accelc.dialects.graph_ops.base import shape_of
from accelc.errors import CapacityError, UsageError
from accelc.isa.program import AcceleratorSegment
from accelc.lowering import Budget, Lowered, lower_partition
from accelc.lowering.deferred import DeferredWeights
from accelc.pipelines.finishing import PLAIN, Observer, Value, finish_program, ignore, weight_name
from accelc.pipelines.pipeline import GRAPH_PASSES, PIPELINES, PROGRAM_PASSES, STREAM_STAGES, Pipeline
from accelc.targets.model import Target
from accelc.weights import is_absent

if TYPE_CHECKING:
    from accelc.passes.partition_hierarchical import Partitioning
    from accelc.spilling import Spills

__all__ = [
    "GRAPH_PASSES",
    "PIPELINES",
    "PROGRAM_PASSES",
    "STREAM_STAGES",
    "CompiledPartition",
    "EmittedPartition",
    "Pipeline",
    "check_precision",
    "compile_partition",
    "repacking",
    "run_graph_passes",
]

Array = npt.NDArray[Any]
Weights = dict[str, Array]
Lowering = Callable[[Mapping[str, Array]], Lowered]

MANY_BLOCKS = 10_000
"""
Blocks of work, estimated before anything is lowered, from where on `auto` outlines repeated layers.

A model of fewer compiles in less than about a minute; that launches cost time, and that a layer cannot overlap with its
neighbours, is not paid then.
"""
RESIDENT_SHARES = (0.5, 0.3, 0.1, 0.0)
"""
Shares of SBUF for tensors that stay on chip, tried in turn until addresses suffice without spilling.

The first program that fits with spilling competes with the first that fits without, by predicted time; so does one
that writes results over operands with one that does not.
"""


@dataclass(frozen=True)
class EmittedPartition:
    """An accelerator partition as a segment, and its weights."""

    segment: AcceleratorSegment
    weights: Mapping[str, Array]


@dataclass(frozen=True)
class CompiledPartition(EmittedPartition):
    """
    An accelerator partition as a segment, its weights, and what it was made from.

    `predicted_ns` is the time that `schedule-engines` expects of it, delays at 0.
    """

    program: ProgramOp
    required: int
    emitted: int
    predicted_ns: float
    lower: "Lowering"
    """Lowers the partition again, with other weights."""


def check_precision(precision: str, target: Target) -> None:
    """Raise UsageError for operands of 8 bits that the array of the target does not multiply."""
    dtype = {"fp8": "fp8e4", "int8": "int8"}.get(precision)
    if dtype is not None and dtype not in target.tensor.rate:
        raise UsageError(
            f"precision '{precision}': the array of target '{target.name}' multiplies {', '.join(target.tensor.rate)}, "
            f"not {dtype}; choose another precision, or give engine.tensor.rate a value for {dtype}"
        )


def run_graph_passes(
    module: ModuleOp,
    weights: Weights,
    target: Target,
    precision: str,
    force: str | None = None,
    observer: Observer = ignore,
    repeat_layers: str = "never",
    pipeline: Pipeline = PLAIN,
) -> "Partitioning":
    """
    Run `GRAPH_PASSES` on `module` in place, with what `pipeline` adds, and return the partitioning report.

    `precision` is `model` or a float type, `force` a home for all operations, `repeat_layers` one of
    `driver.REPEAT_LAYERS`.
    """
    from accelc.analysis.calls import functions_of
    from accelc.analysis.partition.tasks import Rules, stays_whole
    from accelc.passes.chunk_rows import chunk_rows
    from accelc.passes.decompose import decompose
    from accelc.passes.fold_constants import fold_constants
    from accelc.passes.normalize_inplace import NormalizeInplacePass
    from accelc.passes.outline_repeats import outline_repeats
    from accelc.passes.partition_hierarchical import partition_hierarchical
    from accelc.passes.rebufferize_inplace import rebufferize_module
    from accelc.passes.set_precision import set_precision
    from accelc.passes.split_batches import split_batches

    check_precision(precision, target)
    report: list[Partitioning] = []
    stages: dict[str, Callable[[], object]] = {
        "normalize-inplace": lambda: NormalizeInplacePass().apply(Context(), module),
        "fold-constants": lambda: fold_constants(module, weights),
        "decompose": lambda: decompose(module, weights, lambda op: stays_whole(op, Rules(target, force), weights)),
        "set-precision": lambda: set_precision(module, weights, precision),
        "outline-repeats": lambda: outline_repeats(module) if _outlines(module, target, repeat_layers) else None,
        "chunk-rows": lambda: chunk_rows(module, target) if len(functions_of(module)) > 1 else None,
        "split-batches": lambda: split_batches(module, target),
        "partition-hierarchical": lambda: report.append(partition_hierarchical(module, target, force, weights=weights)),
        "rebufferize-inplace": lambda: rebufferize_module(module, target),
    }
    for name in GRAPH_PASSES:
        pipeline.around(name, module, stages[name])
        observer(name, lambda: str(module))
    pipeline.run_inserted(PROGRAM_PASSES[0], module, after=False)
    module.verify()
    return report[0]


def _outlines(module: ModuleOp, target: Target, repeat_layers: str) -> bool:
    """Whether repeated layers become calls: `auto` says so for models of more than `MANY_BLOCKS` blocks of work."""
    if repeat_layers != "auto":
        return repeat_layers == "always"
    return sum(_blocks(op, target) for op in module.walk()) > MANY_BLOCKS


def _blocks(op: Operation, target: Target) -> float:
    """About how many instructions of the array and of one other engine an operation becomes."""
    from accelc.analysis.work import macs_of, stationary_elements, work_of

    tensor, held = target.tensor, stationary_elements(op)
    streams = ceil(macs_of(op) / held / tensor.moving_max) if held else 0
    return held / (tensor.rows * tensor.cols) * streams + work_of(op).results / (tensor.rows * tensor.moving_max)


def compile_partition(
    partition: PartitionOp,
    name: str,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    weights: Mapping[str, Array],
    target: Target,
    observer: Observer = ignore,
    pipeline: Pipeline = PLAIN,
) -> CompiledPartition:
    """
    Run `PROGRAM_PASSES` on one accelerator partition; `inputs` and `outputs` name its operands and results.

    `pipeline` says what runs between them.

    Raises CapacityError when no share of `RESIDENT_SHARES` gives a program whose buffers all have a place, not even if
    values leave SBUF and come back.
    """
    fitted = _lower_until_it_fits(partition, weights, target, (inputs, outputs), observer, pipeline)
    bound = _values(inputs, partition.inputs), _values(outputs, partition.outputs)
    return _finish(fitted, name, *bound, target, observer, pipeline)


def repacking(
    partition: PartitionOp, compiled: CompiledPartition, weights: Mapping[str, Array]
) -> Callable[[Mapping[str, Array]], Mapping[str, Array] | None]:
    """
    How weights of a partition, which was compiled with `weights`, are packed when others take their place.

    The function gives the data of the weight buffers by their names in the program, or None where lowering decides
    differently with the other weights, so that they need code of their own.
    """
    names = {op.weight_name.data for op in partition.body.walk() if isinstance(op, WeightOp)}
    own: list[Lowered] = []

    def repack(others: Mapping[str, Array]) -> Mapping[str, Array] | None:
        # Nothing can be decided by elements that nobody knows.
        if any(is_absent(weights[name]) for name in names):
            return compiled.weights
        if not own:
            own.append(compiled.lower(weights))
        other = compiled.lower(others)
        if list(other.weights) != list(own[0].weights) or not other.program.is_structurally_equivalent(own[0].program):
            return None
        return {weight_name(compiled.segment.name, symbol): array for symbol, array in other.weights.items()}

    return repack


_Values = list[Value]


def _values(names: tuple[str, ...], values: Iterable[SSAValue]) -> _Values:
    return list(zip(names, map(shape_of, values), strict=True))


def _lower_until_it_fits(
    partition: PartitionOp,
    weights: Mapping[str, Array],
    target: Target,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    observer: Observer,
    pipeline: Pipeline,
) -> "_Fitted":
    found: _Fitted | None = None
    failure: CapacityError | None = None
    for share in RESIDENT_SHARES:
        spill, spilled = found is None, False
        for in_place in (True, False):
            # A rival of a program that was found is shown only if it wins.
            later: list[tuple[str, str]] = []

            def hold(stage: str, render: Callable[[], str], later: list[tuple[str, str]] = later) -> None:
                later.append((stage, render()))

            see = observer if found is None else hold
            try:
                fitted = _fit(
                    partition, weights, target, Budget(resident=share), labels, see, in_place, spill, pipeline
                )
            except CapacityError as error:
                failure, spilled = _own(error), True
                break
            spilled |= bool(fitted.spills.loads)
            if found is None or fitted.predicted_ns < found.predicted_ns:
                found = fitted
                for stage, text in later:
                    observer(stage, lambda text=text: text)
            if not fitted.reused:
                break
        if not spilled:
            break
    if found is None:
        assert failure is not None
        raise failure
    return found


def _own(error: CapacityError) -> CapacityError:
    """What says that a budget does not suffice; an error of the caller's code is raised."""
    if error.foreign:
        raise error
    return error


@dataclass(frozen=True)
class _Fitted:
    """
    A program with addresses, how long it will take as far as `schedule-engines` knows, and what it spills.

    `reused` results are written over operands.
    """

    program: ProgramOp
    weights: DeferredWeights
    predicted_ns: float
    spills: "Spills"
    reused: int
    lower: "Lowering"
    absent: bool
    """Whether the elements of weights are not known."""


def _fit(
    partition: PartitionOp,
    weights: Mapping[str, Array],
    target: Target,
    budget: Budget,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    observer: Observer,
    in_place: bool,
    spill: bool,
    pipeline: Pipeline,
) -> _Fitted:
    """The program that one budget gives, with results in place or not. Raises CapacityError when it does not fit."""
    from accelc.passes.assign_memory import assign_memory
    from accelc.passes.schedule_engines import schedule_engines

    def lower(weights: Mapping[str, Array]) -> Lowered:
        return lower_partition(partition, weights, target, budget, labels=labels, in_place=in_place)

    lowered = lower(weights)
    absent = any(is_absent(weights[op.weight_name.data]) for op in partition.body.walk() if isinstance(op, WeightOp))
    program, _ = pipeline.around_program("lower-to-engine", lowered.program, lambda program: None)
    observer("lower-to-engine", lambda: str(program))
    program, scheduled = pipeline.around_program(
        "schedule-engines", program, lambda program: schedule_engines(program, target, spill=spill)
    )
    observer("schedule-engines", lambda: str(program))
    program, _ = pipeline.around_program("assign-memory", program, lambda program: assign_memory(program, target))
    observer("assign-memory", lambda: str(program))
    return _Fitted(program, lowered.weights, scheduled.predicted_ns, scheduled.spills, lowered.reused, lower, absent)


def _finish(
    fitted: _Fitted,
    name: str,
    inputs: _Values,
    outputs: _Values,
    target: Target,
    observer: Observer,
    pipeline: Pipeline,
) -> CompiledPartition:
    done = finish_program(fitted.program, name, inputs, outputs, target, observer, pipeline)
    packed = fitted.weights.absent() if fitted.absent else fitted.weights
    weights = {weight_name(name, symbol): array for symbol, array in packed.items()}
    return CompiledPartition(
        done.segment, weights, done.program, done.required, done.emitted, fitted.predicted_ns, fitted.lower
    )
