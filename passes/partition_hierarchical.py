"""
Pass `partition-hierarchical`: decide where every operation runs and wrap the groups in `graph.partition`.

The grouping is in `accelc.analysis.partition`; the method is that of US12182688B2.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.host_cost import host_operation_ns, host_transfer_ns
from accelc.analysis.partition import Costs, Group, group, repair
from accelc.analysis.work import macs_of, moved_bytes, value_bytes
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, is_float
from accelc.errors import ModelError, UsageError
from accelc.targets import load_target
from accelc.targets.model import Target

Supported = Callable[[Operation, Target], str | None]
"""None if the accelerator can execute an operation, else the reason why not."""

FREE_OPS = (graph.WeightOp, graph.ConstantOp)
"""Data, not work: copied into every partition that reads it."""


@dataclass(frozen=True)
class Placement:
    """Where one operation runs."""

    name: str
    """operation, e.g. `graph.conv`"""
    loc_name: str | None
    """node of the source model"""
    destination: str
    """`accelerator`, `host` or `framework`"""
    reason: str | None
    """why it is not on the accelerator; None when it is"""


@dataclass(frozen=True)
class Partitioning:
    """What `partition_hierarchical` decided, in program order of the operations."""

    placements: tuple[Placement, ...]
    partitions: tuple[graph.PartitionOp, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of operations per destination; all three are present."""
        found = Counter(p.destination for p in self.placements)
        return {home: found[home] for home in graph.HOMES}


def _describe(op: Operation) -> str:
    name = op.attributes.get("loc_name")
    return f"{op.name} '{name.data}'" if isinstance(name, StringAttr) else op.name


def _accelerator_supports(op: Operation, target: Target) -> str | None:
    from accelc.lowering import supported

    return supported(op, target)


def _on_host(op: Operation) -> str | None:
    """None if NumPy can execute an operation, else the reason."""
    from accelc.dialects.graph_ops.element_types import dtype_of
    from accelc.interpreters.graph import HOST_OPERATIONS

    if type(op) not in HOST_OPERATIONS:
        return "the host has no implementation"
    try:
        for value in (*op.operands, *op.results):
            dtype_of(value)
    except ModelError as error:
        return str(error)
    return None


def _is_integer_work(op: Operation) -> bool:
    values = [*op.operands, *op.results]
    return macs_of(op) == 0 and bool(values) and not any(is_float(element_of(v)) for v in values)


def _forced(op: Operation, target: Target, force: str, supported: Supported) -> tuple[str, str | None]:
    """The forced destination, if the operation can run there. Raises ModelError if not."""
    if force == "framework":
        return force, "forced"
    reason = supported(op, target) if force == "accelerator" else _on_host(op)
    if reason is not None:
        raise ModelError(f"{_describe(op)} cannot run on the forced {force}: {reason}")
    return force, None if force == "accelerator" else "forced"


def _choose(op: Operation, target: Target, supported: Supported) -> tuple[str, str | None]:
    """Destination of one operation, and why it is not on the accelerator. Raises ModelError if it has none."""
    if isinstance(op, graph.CallFrameworkOp):
        return "framework", f"operator {op.op_type.data} is not known to the compiler"
    reason, host_reason = supported(op, target), _on_host(op)
    if host_reason is None and _is_integer_work(op):
        return "host", reason or "integers and truth values without multiply-accumulates are computed on the host"
    if reason is None:
        return "accelerator", None
    if host_reason is None:
        return "host", reason
    raise ModelError(f"{_describe(op)} has no home: accelerator {target.name}: {reason}; host: {host_reason}")


def _costs(ops: Sequence[Operation], target: Target) -> Costs:
    return Costs(
        host_ns=[host_operation_ns(op, target) for op in ops],
        accelerator_ns=[moved_bytes(op) / target.hbm.bytes_per_ns for op in ops],
        transfer_ns=[sum(host_transfer_ns(value_bytes(v), target) for v in op.results) for op in ops],
        launch_ns=dict.fromkeys(graph.HOMES, target.host.launch_ns),
    )


def _predecessors(ops: Sequence[Operation]) -> list[list[int]]:
    number = {op: index for index, op in enumerate(ops)}
    owners = [{v.owner for v in op.operands if isinstance(v.owner, Operation)} for op in ops]
    return [sorted(number[owner] for owner in found if owner in number) for found in owners]


def _wrap(members: Sequence[Operation], home: str, reason: str | None, before: Operation) -> graph.PartitionOp:
    """Move operations into a new partition before `before`; data they read is copied into it."""
    inside = set(members)
    values: dict[SSAValue, SSAValue] = {}
    inputs: list[SSAValue] = []
    block = Block()
    results = [r for op in members for r in op.results if any(use.operation not in inside for use in r.uses)]
    for op in members:
        for operand in op.operands:
            if operand in values or operand.owner in inside:
                continue
            if isinstance(operand.owner, FREE_OPS):
                copy = operand.owner.clone()
                block.add_op(copy)
                values[operand] = copy.results[0]
            else:
                values[operand] = block.insert_arg(operand.type, len(inputs))
                inputs.append(operand)
    partition = graph.PartitionOp(home, inputs, [r.type for r in results], Region(block), home_reason=reason)
    block_parent = before.parent_block()
    assert block_parent is not None
    block_parent.insert_op_before(partition, before)
    for op in members:
        op.detach()
        block.add_op(op)
        op.operands = [values.get(v, v) for v in op.operands]
    for inner, outer in zip(results, partition.outputs, strict=True):
        inner.replace_uses_with_if(outer, lambda use: use.operation not in inside)
    block.add_op(graph.YieldOp(results))
    return partition


def _group_reason(reasons: Sequence[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(r for r in reasons if r is not None)) or None


def _partition_function(
    function: graph.FuncOp, target: Target, force: str | None, islands: str, supported: Supported
) -> tuple[list[Placement], list[graph.PartitionOp]]:
    block = function.body.block
    ops = [op for op in block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]
    for op in ops:
        if isinstance(op, graph.PartitionOp):
            raise ModelError(f"graph.func @{function.sym_name.data} is partitioned already")
        if not isinstance(op, graph.GraphOp) or (op.regions and not isinstance(op, (graph.ForOp, graph.IfOp))):
            raise ModelError(f"{op.name} is no pure operation of the graph dialect")
        if any(isinstance(value.type, graph.VarType) for value in (*op.operands, *op.results)):
            raise ModelError(f"{_describe(op)} works on a variable: run normalize-inplace first")
    choices = [_choose(op, target, supported) if force is None else _forced(op, target, force, supported) for op in ops]
    destinations, reasons = [c[0] for c in choices], [c[1] for c in choices]
    predecessors = _predecessors(ops)
    groups: Sequence[Group]
    if force is None and islands == "cost":
        pinned = [macs_of(op) > 0 or _on_host(op) is not None for op in ops]
        repaired = repair(destinations, predecessors, pinned, _costs(ops, target))
        groups = repaired.groups
        for index in repaired.demoted:
            destinations[index] = "host"
            reasons[index] = "cheaper on the host than moving its tensors to the accelerator and back"
    else:
        groups = group(destinations, predecessors)
    placements = [
        Placement(op.name, name.data if isinstance(name := op.attributes.get("loc_name"), StringAttr) else None, d, r)
        for op, d, r in zip(ops, destinations, reasons, strict=True)
    ]
    partitions = [
        _wrap(
            [ops[m] for m in g.members],
            g.destination,
            _group_reason([reasons[m] for m in g.members]),
            function.return_op,
        )
        for g in groups
    ]
    for op in [op for op in block.ops if isinstance(op, FREE_OPS)]:
        if op.results[0].first_use is None:
            block.erase_op(op)
    return placements, partitions


def partition_hierarchical(
    module: ModuleOp,
    target: Target,
    force: str | None = None,
    *,
    islands: str = "cost",
    supported: Supported | None = None,
) -> Partitioning:
    """
    Wrap the operations of every `graph.func` in partitions and say why each is where it is.

    `force` puts everything at one home (an error if something cannot run there). `islands` is `cost` (accelerator
    groups without multiply-accumulates go to the host when that is cheaper) or `none`. `supported` replaces the
    capability table of the accelerator. Raises ModelError for an operation without a home.
    """
    if force is not None and force not in graph.HOMES:
        raise UsageError(f"force '{force}' is not one of {', '.join(graph.HOMES)}")
    if islands not in ("cost", "none"):
        raise UsageError(f"islands '{islands}' is not one of cost, none")
    if supported is None:
        supported = _accelerator_supports
    placements: list[Placement] = []
    partitions: list[graph.PartitionOp] = []
    for function in [op for op in module.walk() if isinstance(op, graph.FuncOp)]:
        found, made = _partition_function(function, target, force, islands, supported)
        placements += found
        partitions += made
    return Partitioning(tuple(placements), tuple(partitions))


@dataclass(frozen=True)
class PartitionHierarchicalPass(ModulePass):
    """
    Group operations by where they run: accelerator, host or framework.

    Input: `graph.func` of pure operations, decomposed. Before:
    ```mlir
    %0 = graph.conv %x, %w ...
    %1 = graph.argmax %0 axis 1 ...
    ```
    After:
    ```mlir
    %0 = graph.partition "accelerator" (%x) ... { %w = graph.weight ... graph.conv ... graph.yield ... }
    %1 = graph.partition "host" (%0) attributes {home_reason = "..."} ... { graph.argmax ... graph.yield ... }
    ```
    """

    name = "partition-hierarchical"

    target: str = "trn-like"
    """Machine description: a preset's name or a path."""
    force: str | None = None
    """Put everything at this home: accelerator, host or framework."""
    islands: str = "cost"
    """`cost`: accelerator groups without multiply-accumulates move to the host when cheaper; `none`: they stay."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        partition_hierarchical(op, load_target(self.target), self.force, islands=self.islands)
