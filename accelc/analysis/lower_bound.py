"""
Least time any schedule of a model needs on a target, from the graph and the target alone.

The bound is the maximum over resources (`docs/lower-bound.md` defines each): the systolic array, the HBM, the
elementwise engines together, and the host's roofline for the operations that are not the accelerator's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import BlockArgument, Operation, OpResult, SSAValue

from accelc.analysis.calls import functions_of, is_called
from accelc.analysis.work import moved_bytes, value_bytes, work_of
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints
from accelc.targets.model import ComputeEngine, Target

OPERATIONS_PER_PASS = 3
"""Operations one instruction applies to an element: `func(scale * x + bias)` is the most any form of the ISA has."""

FLOATS = ("fp32", "bf16", "fp16", "tf32", "fp8e4", "fp8e5")


@dataclass(frozen=True)
class LowerBound:
    """Nanoseconds each resource needs at least; the bound is their maximum."""

    resources: Mapping[str, float]

    @property
    def ns(self) -> float:
        """The bound in nanoseconds, 0 for a model without work."""
        return max(self.resources.values(), default=0.0)

    @property
    def limit(self) -> str:
        """Name of the resource that determines the bound."""
        return max(self.resources, key=lambda name: self.resources[name], default="")


def lower_bound(module: ModuleOp, target: Target) -> LowerBound:
    """
    Bound for the function of `module`, partitioned or not, with what it calls.

    Operations inside a partition are charged to its home, all others to the accelerator.
    """
    tally = _Tally()
    for function in functions_of(module):
        if not is_called(function, module):
            tally.count_interface(function)
            tally.count_work(function, 1, {})
    return LowerBound(
        {
            "array": sum(macs / peak_macs_per_ns(target, dtype) for dtype, macs in tally.macs.items()),
            "hbm": tally.hbm_bytes() / peak_hbm_bytes_per_ns(target),
            "elementwise": tally.results / peak_elements_per_ns(target),
            "host": max(tally.host_operations / target.host.ops_per_ns, tally.host_bytes / target.host.bytes_per_ns),
        }
    )


def peak_macs_per_ns(target: Target, dtype: str) -> float:
    """
    MACs per nanosecond of the whole array on operands of `dtype`.

    For a dtype the array lacks: its best rate for numbers of the same kind, which every emulation is slower than.
    """
    tensor = target.tensor
    rate = tensor.rate.get(dtype)
    if rate is None:
        kind = [r for name, r in tensor.rate.items() if (name in FLOATS) == (dtype in FLOATS)]
        rate = max(kind or tensor.rate.values())
    return tensor.rows * tensor.cols * rate * target.time.cycles_per_ns("tensor")


def array_cycles(op: Operation, target: Target) -> float:
    """Tensor-clock cycles that the useful MACs of one operation need on the whole array, 0 without MACs."""
    work = work_of(op)
    if not work.macs:
        return 0.0
    return work.macs / peak_macs_per_ns(target, work.dtype) * target.time.cycles_per_ns("tensor")


def peak_hbm_bytes_per_ns(target: Target) -> float:
    """Bytes per nanosecond between HBM and the chip: only DMA engines reach it."""
    return min(target.hbm.bytes_per_ns, target.dma.engines * target.dma.bytes_per_ns)


def peak_elements_per_ns(target: Target) -> float:
    """Element operations per nanosecond of all elementwise engines together, each at its cheapest instruction."""
    return sum(_engine_peak(target, engine) for engine in target.engines.values())


def _engine_peak(target: Target, engine: ComputeEngine) -> float:
    cheapest = min(rule.cpe for rule in engine.cost)
    return OPERATIONS_PER_PASS * engine.lanes / cheapest * target.time.cycles_per_ns(engine.name)


@dataclass
class _Tally:
    """Work by resource; bytes of weights by name, of inputs and outputs of the function by value."""

    macs: dict[str, int] = field(default_factory=dict[str, int])
    results: int = 0
    weights: dict[str, int] = field(default_factory=dict[str, int])
    inputs: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])
    outputs: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])
    host_operations: int = 0
    host_bytes: int = 0

    def hbm_bytes(self) -> int:
        """Bytes that cross the HBM interface in any schedule: each weight, input and output once."""
        return sum(sum(sizes.values()) for sizes in (self.weights, self.inputs, self.outputs))

    def count_interface(self, function: graph.FuncOp) -> None:
        """Add what a function that nobody calls reads and returns."""
        block = function.body.block
        for argument in block.args:
            self._read(argument, argument)
        kept = [value for value in function.return_op.values if not _is_in_place(value)]
        for value in kept:
            if isinstance(value.owner, Operation) and _home(value) == "accelerator":
                self.outputs[value] = value_bytes(value)
        for op in block.ops:
            if isinstance(op, graph.PartitionOp) and op.home.data == "accelerator":
                for outer, inner in zip(op.inputs, op.body.block.args, strict=True):
                    if isinstance(outer, BlockArgument):
                        self._read(outer, inner)

    def count_work(self, function: graph.FuncOp, times: int, given: Mapping[str, str]) -> None:
        """Add the work of a function that is executed `times` times; `given` are the names of weights of the caller."""
        for op in function.body.block.ops:
            if isinstance(op, graph.CallOp):
                callee = graph.callee_of(op)
                assert callee is not None
                named = {name: op.given.get(name, name) for name in graph.weight_names(callee)}
                named = {name: given.get(other, other) for name, other in named.items()}
                self.count_work(callee, times * op.executions, named)
            elif not isinstance(op, graph.PartitionOp):
                self._on_accelerator(op, times, given)
            elif op.home.data == "accelerator":
                for inner in op.body.block.ops:
                    self._on_accelerator(inner, times, given)
            else:
                for inner in op.body.block.ops:
                    self._on_host(inner, times)

    def _read(self, outer: SSAValue, value: SSAValue) -> None:
        self.inputs[outer] = max(self.inputs.get(outer, 0), _read_bytes(value))

    def _on_host(self, op: Operation, times: int) -> None:
        self.host_operations += times * work_of(op).operations
        self.host_bytes += times * moved_bytes(op)

    def _on_accelerator(self, op: Operation, times: int, given: Mapping[str, str]) -> None:
        if isinstance(op, graph.WeightOp):
            name = given.get(op.weight_name.data, op.weight_name.data)
            self.weights[name] = max(self.weights.get(name, 0), _read_bytes(op.result))
            return
        work = work_of(op)
        if work.macs:
            self.macs[work.dtype] = self.macs.get(work.dtype, 0) + times * work.macs
        self.results += times * work.results


def _home(value: SSAValue) -> str:
    """Where a result of an operation is computed."""
    owner = value.owner
    if isinstance(owner, graph.PartitionOp):
        return owner.home.data
    if isinstance(value, OpResult) and isinstance(owner, graph.CallOp):
        callee = graph.callee_of(owner)
        assert callee is not None
        inner = callee.return_op.values[value.index]
        return _home(inner) if isinstance(inner.owner, Operation) else "host"
    return "accelerator"


def _is_in_place(value: SSAValue) -> bool:
    """Whether a partition's result takes the memory of an operand: what it keeps of that does not move."""
    if not isinstance(value, OpResult) or not isinstance(value.op, graph.PartitionOp):
        return False
    into = value.op.yield_op.into
    return into is not None and ints(into)[value.index] >= 0


def _read_bytes(value: SSAValue) -> int:
    """
    Bytes of `value` that must be read: none when only partitions use it (they count it), fewer than all when
    every use picks a part.
    """
    users = [use.operation for use in value.uses if not isinstance(use.operation, (graph.PartitionOp, graph.ReturnOp))]
    updates = [user for user in users if isinstance(user, graph.InsertSliceOp) and "reuses" in user.attributes]
    return max(_picked_bytes(value, [user for user in users if user not in updates]), _kept_bytes(updates))


def _kept_bytes(updates: Sequence[graph.InsertSliceOp]) -> int:
    """Bytes of a tensor that must be read for the users of what became of it by writes to parts of it in its place."""
    most = 0
    for update in updates:
        users = [use.operation for use in update.result.uses if not isinstance(use.operation, graph.YieldOp)]
        later = [user for user in users if isinstance(user, graph.InsertSliceOp) and "reuses" in user.attributes]
        read = max(_picked_bytes(update.result, [user for user in users if user not in later]), _kept_bytes(later))
        most = max(most, read - value_bytes(update.source))
    return most


def _picked_bytes(value: SSAValue, users: Sequence[Operation]) -> int:
    """Bytes of `value` that `users` read."""
    if not users:
        return 0
    whole = value_bytes(value)
    if all(isinstance(user, graph.SliceOp) or _gathers_from(user, value) for user in users):
        return min(whole, sum(value_bytes(user.results[0]) for user in users))
    return whole


def _gathers_from(user: Operation, value: SSAValue) -> bool:
    return isinstance(user, graph.GatherOp) and user.x is value and user.indices is not value
