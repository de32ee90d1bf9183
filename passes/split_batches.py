"""
Pass `split-batches`: batched products whose results do not fit on chip are computed for a part of the batch at a time.

The matrices of a batch are independent, so everything between two batched products (in attention: scale, mask and
softmax) can be done for some of them before the next ones begin, and what lies between stays on chip. This is the
depth-first order of Mei et al. 2023 (DeFiNES), along batches.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass

from accelc.analysis.chunking.axes import Flow
from accelc.analysis.chunking.flows import flow_of, name_of, on_chunks
from accelc.analysis.work import value_bytes
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.errors import UsageError
from accelc.targets import load_target
from accelc.targets.model import Target

SHARE = 8
"""A tensor is large that takes more than this part of SBUF: softmax has three of them alive, and as many are read ahead
or written back."""

GAIN = 2
"""What stays on chip must be more than as many times what the parts are joined to again."""


@dataclass(frozen=True)
class _Chain:
    """Operations from a batched product on, in order, with their flows; `axes` are the batch axes of their results."""

    flows: Mapping[Operation, Flow]
    axes: Mapping[SSAValue, int]

    @property
    def ops(self) -> list[Operation]:
        return list(self.flows)

    def sources(self) -> dict[SSAValue, int | None]:
        """Values from outside, with the axis along which they are cut."""
        found: dict[SSAValue, int | None] = {}
        for op, flow in self.flows.items():
            for value, axis in zip(op.operands, flow.operands, strict=True):
                if value not in self.axes:
                    found[value] = axis
        return found

    def escaping(self) -> list[SSAValue]:
        """Results that operations outside use."""
        return [v for v in self.axes if any(use.operation not in self.flows for use in v.uses)]


def split_batches(module: ModuleOp, target: Target, share: int = SHARE) -> int:
    """
    Split chains in every function of `module` whose tensors take more than 1 / `share` of SBUF; how many were split.

    Raises UsageError for a share below 1.
    """
    if share < 1:
        raise UsageError(f"share {share} of SBUF: expected an integer of at least 1")
    limit = target.sbuf.bytes // share
    done = 0
    for function in [op for op in module.walk() if isinstance(op, graph.FuncOp)]:
        block = function.body.block
        for op in list(block.ops):
            if isinstance(op, graph.MatmulOp) and op.parent is block and value_bytes(op.result) > limit:
                chain = _chain_of(op, block, limit)
                if chain is not None:
                    done += _split(chain, block, limit)
    return done


def _chain_of(start: graph.MatmulOp, block: Block, limit: int) -> _Chain | None:
    """The longest chain of large tensors that begins with a product of two batches, None if there is none."""
    for axis, size in enumerate(shape_of(start.lhs)[:-2]):
        flow = flow_of(start, (axis, None))
        if size == 1 or None in flow.operands or flow.result is None:
            continue
        flows: dict[Operation, Flow] = {start: flow}
        axes: dict[SSAValue, int] = {start.result: flow.result}
        for op in _after(start, block):
            large = [v for v in op.operands if v in axes and value_bytes(v) > limit]
            if not large:
                continue
            flow = flow_of(op, [axes.get(v) for v in op.operands])
            cut = [axes.get(v, a) == a for v, a in zip(op.operands, flow.operands, strict=True)]
            if flow.result is not None and all(cut):
                flows[op] = flow
                axes |= dict.fromkeys(op.results, flow.result)
        chain = _Chain(flows, axes)
        escaping = chain.escaping()
        stays = sum(value_bytes(v) for v in axes if v not in escaping)
        if escaping and stays > GAIN * sum(map(value_bytes, escaping)):
            return chain
    return None


def _after(op: Operation, block: Block) -> list[Operation]:
    ops = list(block.ops)
    return ops[ops.index(op) + 1 :]


def _split(chain: _Chain, block: Block, limit: int) -> bool:
    """Replace a chain by its parts; False if something outside stands between its operations."""
    position = {op: index for index, op in enumerate(block.ops)}
    sources, escaping = chain.sources(), chain.escaping()
    before = min(
        (use.operation for value in escaping for use in value.uses if use.operation not in chain.flows),
        key=lambda op: position.get(op, len(position)),
    )
    if any(position.get(v.owner, -1) >= position[before] for v in sources if isinstance(v.owner, Operation)):
        return False
    parts = _parts(chain, limit)
    pieces: dict[SSAValue, list[SSAValue]] = {value: [] for value in escaping}
    for part in range(parts):
        mapped: dict[SSAValue, SSAValue] = {}
        for value, axis in sources.items():
            mapped[value] = value if axis is None else _cut(value, axis, part, parts, block, before)
        for op, flow in chain.flows.items():
            made = on_chunks(op, [mapped[v] for v in op.operands], flow, parts)
            block.insert_op_before(made, before)
            mapped.update(zip(op.results, made.results, strict=True))
        for value in escaping:
            pieces[value].append(mapped[value])
    for value, found in pieces.items():
        joined = graph.ConcatOp(found, chain.axes[value], loc_name=name_of(_owner(value)))
        block.insert_op_before(joined, before)
        value.replace_all_uses_with(joined.result)
    for op in reversed(chain.ops):
        block.erase_op(op)
    return True


def _parts(chain: _Chain, limit: int) -> int:
    """Least number of equal parts of the batch whose tensors are not large, or all of it."""
    value, axis = next(iter(chain.axes.items()))
    size = shape_of(value)[axis]
    largest = max(value_bytes(v) for v in chain.axes)
    fitting = (parts for parts in range(2, size) if size % parts == 0 and largest <= limit * parts)
    return next(fitting, size)


def _cut(value: SSAValue, axis: int, part: int, parts: int, block: Block, before: Operation) -> SSAValue:
    sizes = list(shape_of(value))
    sizes[axis] //= parts
    starts = [part * sizes[axis] if index == axis else 0 for index in range(len(sizes))]
    name = name_of(value.owner) if isinstance(value.owner, Operation) else None
    op = graph.SliceOp(value, starts, sizes, loc_name=name)
    block.insert_op_before(op, before)
    return op.result


def _owner(value: SSAValue) -> Operation:
    assert isinstance(value.owner, Operation)
    return value.owner


@dataclass(frozen=True)
class SplitBatchesPass(ModulePass):
    """
    Compute batched products, and what follows them, for as many matrices at a time as fit on chip.

    Before, with 2 heads whose scores take more than 1 / `share` of SBUF:
    ```mlir
    graph.func @main(%q : tensor<2x32x8xf32>, %k : tensor<2x8x32xf32>, %v : tensor<2x32x8xf32>) -> tensor<2x32x8xf32> {
      %s = graph.matmul %q, %k : (tensor<2x32x8xf32>, tensor<2x8x32xf32>) -> tensor<2x32x32xf32>
      %p = graph.softmax %s axis 2 : tensor<2x32x32xf32> -> tensor<2x32x32xf32>
      %c = graph.matmul %p, %v : (tensor<2x32x32xf32>, tensor<2x32x8xf32>) -> tensor<2x32x8xf32>
      graph.return %c : tensor<2x32x8xf32>
    }
    ```
    After `split-batches{target=tiny}`:
    ```mlir
    graph.func @main(%q: tensor<2x32x8xf32>, %k: tensor<2x8x32xf32>, %v: tensor<2x32x8xf32>) -> tensor<2x32x8xf32> {
      %0 = graph.slice %q starts [0, 0, 0] steps [1, 1, 1] : tensor<2x32x8xf32> -> tensor<1x32x8xf32>
      %1 = graph.slice %k starts [0, 0, 0] steps [1, 1, 1] : tensor<2x8x32xf32> -> tensor<1x8x32xf32>
      %2 = graph.slice %v starts [0, 0, 0] steps [1, 1, 1] : tensor<2x32x8xf32> -> tensor<1x32x8xf32>
      %3 = graph.matmul %0, %1 : (tensor<1x32x8xf32>, tensor<1x8x32xf32>) -> tensor<1x32x32xf32>
      %4 = graph.softmax %3 axis 2 : tensor<1x32x32xf32> -> tensor<1x32x32xf32>
      %5 = graph.matmul %4, %2 : (tensor<1x32x32xf32>, tensor<1x32x8xf32>) -> tensor<1x32x8xf32>
      %6 = graph.slice %q starts [1, 0, 0] steps [1, 1, 1] : tensor<2x32x8xf32> -> tensor<1x32x8xf32>
      %7 = graph.slice %k starts [1, 0, 0] steps [1, 1, 1] : tensor<2x8x32xf32> -> tensor<1x8x32xf32>
      %8 = graph.slice %v starts [1, 0, 0] steps [1, 1, 1] : tensor<2x32x8xf32> -> tensor<1x32x8xf32>
      %9 = graph.matmul %6, %7 : (tensor<1x32x8xf32>, tensor<1x8x32xf32>) -> tensor<1x32x32xf32>
      %10 = graph.softmax %9 axis 2 : tensor<1x32x32xf32> -> tensor<1x32x32xf32>
      %11 = graph.matmul %10, %8 : (tensor<1x32x32xf32>, tensor<1x32x8xf32>) -> tensor<1x32x8xf32>
      %c = graph.concat %5, %11 axis 0 : (tensor<1x32x8xf32>, tensor<1x32x8xf32>) -> tensor<2x32x8xf32>
      graph.return %c : tensor<2x32x8xf32>
    }
    ```
    """

    name = "split-batches"

    target: str = "trn-like"
    """Machine description: a preset's name or a path."""
    share: int = SHARE
    """A tensor is large that takes more than 1 / `share` of SBUF."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        split_batches(op, load_target(self.target), self.share)
