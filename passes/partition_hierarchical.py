"""
Pass `partition-hierarchical`: decide where every operation runs and wrap the groups in `graph.partition`.

The mathematics is in `grouping`, `search` and `hierarchy` of `accelc.analysis.partition`, what an operation can do in
`tasks` and `bodies`; the tiers are those of US12182688B2.
"""

from collections import Counter
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.decomposition.table import DECOMPOSITIONS
from accelc.analysis.partition.bodies import EXPANSIONS, FREE_OPS, Expansions, use_body
from accelc.analysis.partition.costs import launch_ns
from accelc.analysis.partition.grouping import group
from accelc.analysis.partition.hierarchy import Path, place_tasks
from accelc.analysis.partition.tasks import FIRST, Option, Rules, Supported, describe, kind_of, options_of, tasks_of
from accelc.constants import read_sidecar, write_sidecar
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import is_foreign, name_of
from accelc.dialects.graph_ops.element_types import Array
from accelc.errors import ModelError, UsageError
from accelc.lowering import LOWERINGS, foreign_rule
from accelc.targets import load_target
from accelc.targets.model import Target

CHEAPER = "cheaper on the host than moving its tensors to the accelerator and back"


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
    rule: str | None = None
    """what decided that: `list`, `type`, `param` or `param:<which>`, `cost` or `forced`"""
    whole: str | None = None
    """the operation it is a part of, if one was taken apart"""


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


@dataclass(frozen=True)
class _Decided:
    """An operation in the program, what was known of it (of its copy, for a part) and what it is a part of."""

    op: Operation
    option: Option
    whole: str | None

    def placement(self, destination: str) -> Placement:
        """The row of the report."""
        name = self.op.attributes.get("loc_name")
        reason, rule = None, None
        if destination != "accelerator":
            refused = self.option.refusal
            reason, rule = (CHEAPER, "cost") if refused is None else (refused.reason, refused.rule)
        loc_name = name.data if isinstance(name, StringAttr) else None
        return Placement(self.op.name, loc_name, destination, reason, rule, self.whole)


def _predecessors(ops: Sequence[Operation]) -> list[list[int]]:
    number = {op: index for index, op in enumerate(ops)}
    owners = [{v.owner for v in op.operands if isinstance(v.owner, Operation)} for op in ops]
    return [sorted(number[owner] for owner in found if owner in number) for found in owners]


def wrap_partition(members: Sequence[Operation], home: str, reason: str | None, before: Operation) -> graph.PartitionOp:
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


def _take_apart(
    op: Operation, option: Option, path: Path, split: frozenset[Path], weights: MutableMapping[str, Array], whole: str
) -> list[_Decided]:
    """The operation, or the parts that take its place."""
    if path not in split:
        return [_Decided(op, option, whole or None)]
    assert option.body is not None
    whole = whole or kind_of(op)
    # The operands of the program's operation, which for a part are not those of the copy that was looked at.
    computed = tuple(dict.fromkeys(v for v in op.operands if not isinstance(v.owner, FREE_OPS)))
    found: list[_Decided] = []
    parts = use_body(op, computed, option.body, weights)
    for index, (part, inner) in enumerate(zip(parts, option.parts, strict=True)):
        found += _take_apart(part, inner, (*path, index), split, weights, whole)
    return found


def _certain(options: Sequence[Option]) -> tuple[list[str], frozenset[Path]]:
    """Destinations by capability alone: the accelerator, else parts on it, else whatever is first."""
    destinations: list[str] = []
    split: set[Path] = set()

    def visit(option: Option, path: Path) -> None:
        if option.parts and (not option.homes or all("accelerator" in p.homes for p in option.parts)):
            split.add(path)
            for index, part in enumerate(option.parts):
                visit(part, (*path, index))
        else:
            destinations.append(option.homes[0])

    for index, option in enumerate(options):
        visit(option, (index,))
    return destinations, frozenset(split)


def _partition_function(
    function: graph.FuncOp, rules: Rules, islands: str, weights: MutableMapping[str, Array]
) -> tuple[list[Placement], list[graph.PartitionOp]]:
    block = function.body.block
    placements: list[Placement] = []
    partitions: list[graph.PartitionOp] = []
    for ops, before in _between_calls(function):
        found, made = _partition_stretch(function, ops, before, rules, islands, weights)
        placements += found
        partitions += made
    for op in [op for op in block.ops if isinstance(op, FREE_OPS)]:
        if op.results[0].first_use is None:
            block.erase_op(op)
    return placements, partitions


def _between_calls(function: graph.FuncOp) -> list[tuple[list[Operation], Operation]]:
    """Stretches of operations that no call stands between, each with the operation behind it; calls stay."""
    found: list[tuple[list[Operation], Operation]] = []
    ops: list[Operation] = []
    for op in function.body.block.ops:
        if isinstance(op, graph.CallOp | graph.ReturnOp):
            found.append((ops, op))
            ops = []
        elif not isinstance(op, FREE_OPS):
            ops.append(op)
    return found


def _partition_stretch(
    function: graph.FuncOp,
    ops: list[Operation],
    before: Operation,
    rules: Rules,
    islands: str,
    weights: MutableMapping[str, Array],
) -> tuple[list[Placement], list[graph.PartitionOp]]:
    if not ops:
        return [], []
    for op in ops:
        if isinstance(op, graph.PartitionOp):
            raise ModelError(f"graph.func @{function.sym_name.data} is partitioned already")
        for inner in op.walk():
            if inner is op or is_foreign(inner):
                _check(inner)
        if any(isinstance(value.type, graph.VarType) for value in (*op.operands, *op.results)):
            raise ModelError(f"{describe(op)} works on a variable: run normalize-inplace first")
    options = [options_of(op, rules, weights) for op in ops]
    launches = launch_ns(graph.HOMES, rules.target)
    if islands == "cost":
        placed = place_tasks(tasks_of(options, rules.target), launches)
        destinations, split = list(placed.destinations), placed.split
    else:
        destinations, split = _certain(options)
    decided = [
        one
        for index, (op, option) in enumerate(zip(ops, options, strict=True))
        for one in _take_apart(op, option, (index,), split, weights, "")
    ]
    ops = [one.op for one in decided]
    placements = [one.placement(home) for one, home in zip(decided, destinations, strict=True)]
    groups = group(destinations, _predecessors(ops), launches)
    partitions = [
        wrap_partition(
            [ops[m] for m in g.members],
            g.destination,
            _group_reason([placements[m].reason for m in g.members]),
            before,
        )
        for g in groups
    ]
    return placements, partitions


def _check(op: Operation) -> None:
    """Raise ModelError or PluginError for an operation that no home could ever execute."""
    if is_foreign(op):
        name = name_of(op)
        if name in DECOMPOSITIONS.plugins() and name not in LOWERINGS.plugins():
            raise ModelError(f"{name} is no operation of the graph dialect: run decompose first, which takes it apart")
        if foreign_rule(op) is None:
            raise ModelError(
                f"{name} is no operation of the graph dialect, and no installed package decomposes it (entry point "
                f"'{name}' of group '{DECOMPOSITIONS.group}') or lowers it (group '{LOWERINGS.group}'): install the "
                "one that does, or rewrite it before"
            )
    elif not isinstance(op, graph.GraphOp) or (op.regions and not isinstance(op, (graph.ForOp, graph.IfOp))):
        raise ModelError(f"{op.name} is no pure operation of the graph dialect")


def partition_hierarchical(
    module: ModuleOp,
    target: Target,
    force: str | None = None,
    *,
    islands: str = "cost",
    weights: MutableMapping[str, Array] | None = None,
    supported: Supported | None = None,
    expansions: Expansions = EXPANSIONS,
) -> Partitioning:
    """
    Wrap the operations of every `graph.func` in partitions and say why each is where it is.

    `force` puts everything at one home (an error if something cannot run there), or with `accelerator-first` on the
    accelerator what it can do. `islands` is `cost` (operations
    without multiply-accumulates go where all of it is cheapest, transfers and launches included) or `none` (what the
    accelerator can do it does). `weights` is the data of weights; operations taken apart may add some. `supported`
    replaces what lowering says of an operation, `expansions` how operations are taken apart. Raises ModelError for an
    operation without a home and for one that is made of itself, UsageError for another `force` or `islands`.
    """
    if force is not None and force not in (*graph.HOMES, FIRST):
        raise UsageError(f"force '{force}' is not one of {', '.join((*graph.HOMES, FIRST))}")
    if islands not in ("cost", "none"):
        raise UsageError(f"islands '{islands}' is not one of cost, none")
    rules = Rules(target, force, supported, expansions)
    data: MutableMapping[str, Array] = {} if weights is None else weights
    placements: list[Placement] = []
    partitions: list[graph.PartitionOp] = []
    for function in [op for op in module.walk() if isinstance(op, graph.FuncOp)]:
        found, made = _partition_function(function, rules, islands, data)
        placements += found
        partitions += made
    return Partitioning(tuple(placements), tuple(partitions))


@dataclass(frozen=True)
class PartitionHierarchicalPass(ModulePass):
    """
    Group operations by where they run: accelerator, host or framework.

    An operation is for the framework if the compiler does not know it, for the host if no engine of the target has it
    or not with its types, sizes and attributes; `[capabilities]` of the target file can forbid more. One that is not
    for the accelerator is tried as its parts. Among what is possible the least time is searched for, transfers and
    launches included. Input: `graph.func` of pure operations; calls stay between partitions. Before:
    ```mlir
    graph.func @main(%x : tensor<4x8xf32>) -> tensor<4xi64> {
      %0 = graph.relu %x : tensor<4x8xf32> -> tensor<4x8xf32>
      %1 = graph.argmax %0 axis 1 : tensor<4x8xf32> -> tensor<4xi64>
      graph.return %1 : tensor<4xi64>
    }
    ```
    After `partition-hierarchical{target=tiny islands=none}`:
    ```mlir
    graph.func @main(%x: tensor<4x8xf32>) -> tensor<4xi64> {
      %0 = graph.partition "accelerator"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32> {
      ^bb0(%1: tensor<4x8xf32>):
        %2 = graph.relu %1 : tensor<4x8xf32> -> tensor<4x8xf32>
        graph.yield %2 : tensor<4x8xf32>
      }
      %1 = graph.partition "host"(%0) attributes {home_reason = "graph.argmax has no form in engine instructions"}
        : (tensor<4x8xf32>) -> tensor<4xi64> {
      ^bb0(%2: tensor<4x8xf32>):
        %3 = graph.argmax %2 axis 1 : tensor<4x8xf32> -> tensor<4xi64>
        graph.yield %3 : tensor<4xi64>
      }
      graph.return %1 : tensor<4xi64>
    }
    ```
    """

    name = "partition-hierarchical"

    target: str = "trn-like"
    """Machine description: a preset's name or a path."""
    force: str | None = None
    """Put everything at this home: accelerator, host or framework; accelerator-first: what the accelerator can do."""
    islands: str = "cost"
    """`cost`: operations go where all of it is cheapest; `none`: the accelerator gets what it can do."""
    weights: str | None = None
    """Safetensors file with the data of the weights; some operations are taken apart only if theirs is known."""
    save: str | None = None
    """Safetensors file to write the weights to after the pass."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        weights = read_sidecar(self.weights)
        known = set(weights)
        target = load_target(self.target)
        partition_hierarchical(op, target, self.force, islands=self.islands, weights=weights)
        write_sidecar(self.save, weights, known, self.name)
