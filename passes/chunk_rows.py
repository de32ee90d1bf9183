"""
Pass `chunk-rows`: functions of many rows become loops over chunks of rows.

The code of a loop is the same however many chunks there are. How rows pass through operations, and which operations
share a loop, is decided in `accelc.analysis.chunking`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriteWalker
from xdsl.transforms.canonicalize import CanonicalizationRewritePattern

from accelc.analysis.calls import functions_of
from accelc.analysis.chunking.axes import Axis, Flow
from accelc.analysis.chunking.flows import chunk_type, flow_of, on_chunks
from accelc.analysis.chunking.levels import Loops, Node, plan_loops
from accelc.analysis.partition.bodies import FREE_OPS
from accelc.analysis.work import value_bytes
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, shape_of
from accelc.errors import UsageError
from accelc.targets import load_target
from accelc.targets.model import Target

ROWS = 256
"""Largest number of rows of a chunk. With more, weights would cross HBM less often, but less else would fit on chip."""

SHARE = 8
"""Functions are chunked that have a tensor of more than this part of SBUF: several are alive at a time."""
FEW = 4
"""Chunks of fewer rows than this part of `rows` are not worth their weights crossing HBM again."""


def chunk_rows(module: ModuleOp, target: Target, rows: int = ROWS, share: int = SHARE) -> list[graph.FuncOp]:
    """
    Chunk every function of `module` that has tensors larger than 1 / `share` of SBUF and no calls; the new functions.

    The rows are the first axis of more than one element of the largest argument, more than `rows` of them. Raises
    UsageError if `rows` or `share` is below 1.
    """
    for value, what in ((rows, "rows of a chunk"), (share, "share of SBUF")):
        if value < 1:
            raise UsageError(f"{what} {value}: expected an integer of at least 1")
    made: list[graph.FuncOp] = []
    for function in functions_of(module):
        ops = [op for op in function.body.block.ops if not isinstance(op, (*FREE_OPS, graph.ReturnOp))]
        if any(op.regions or isinstance(op, graph.CallOp) for op in ops):
            continue
        source = _source(function)
        parts = 1 if source is None else _parts(shape_of(source[0])[source[1]], rows)
        large = any(value_bytes(result) * share > target.sbuf.bytes for op in ops for result in op.results)
        if source is not None and parts > 1 and large:
            chunking = _Chunking(function, ops, *source, parts)
            for new in chunking.replace():
                # A value that is turned to be contiguous may have been turned before.
                PatternRewriteWalker(CanonicalizationRewritePattern()).rewrite_region(new.body)
                module.body.block.insert_op_before(new, function)
                made.append(new)
    return made


def _source(function: graph.FuncOp) -> tuple[SSAValue, int] | None:
    """The largest argument that is a matrix of rows, and the axis of its rows."""
    arguments = [v for v in function.body.block.args if sum(size > 1 for size in shape_of(v)) > 1]
    if not arguments:
        return None
    largest = max(arguments, key=value_bytes)
    return largest, next(axis for axis, size in enumerate(shape_of(largest)) if size > 1)


def _parts(size: int, rows: int) -> int:
    """Least number of equal chunks of at most `rows` rows; 1 if chunks would have few rows."""
    parts = next(parts for parts in range(1, size + 1) if size % parts == 0 and size // parts <= rows)
    return parts if size // parts * FEW >= rows else 1


def _leads(shape: Sequence[int], axis: int) -> bool:
    """Whether chunks along an axis are contiguous."""
    return prod(shape[:axis]) == 1


def _front(rank: int, axis: int) -> list[int]:
    return [axis, *(other for other in range(rank) if other != axis)]


@dataclass(frozen=True)
class _Crossing:
    """A value as it leaves a loop or enters one in chunks: its chunks contiguous along `axis`, turned by `perm`."""

    value: SSAValue
    axis: int
    perm: Sequence[int] | None

    def restored(self, value: SSAValue) -> list[Operation]:
        """The operation that turns (a chunk of) the value back, if it is turned."""
        if self.perm is None:
            return []
        return [graph.TransposeOp(value, [self.perm.index(axis) for axis in range(len(self.perm))])]


class _Chunking:
    """A function on its way to calls of loop bodies."""

    def __init__(
        self, function: graph.FuncOp, ops: Sequence[Operation], source: SSAValue, axis: int, parts: int
    ) -> None:
        self.function = function
        self.block = function.body.block
        self.ops = ops
        self.parts = parts
        self.numbers: dict[SSAValue, int] = {}
        nodes = [Node(self._number(op.operands), self._number(op.results), _flow(op)) for op in ops]
        self.loops: Loops = plan_loops(nodes, {self._number([source])[0]: axis})
        self.flow = dict(zip(ops, self.loops.flows, strict=True))
        self.level = dict(zip(ops, self.loops.level, strict=True))
        self.crossings: dict[tuple[SSAValue, int], _Crossing] = {}
        self.outside: dict[SSAValue, SSAValue] = {}
        """Value of a loop -> the same, whole, in the function."""

    def _number(self, values: Sequence[SSAValue]) -> tuple[int, ...]:
        return tuple(self.numbers.setdefault(value, len(self.numbers)) for value in values)

    def _looped(self, op: Operation) -> bool:
        return op in self.flow and self.flow[op].result is not None

    def replace(self) -> list[graph.FuncOp]:
        """Rewrite the function and return the bodies of its loops."""
        made: list[graph.FuncOp] = []
        last = self.function.return_op
        for level in range(self.loops.count):
            members = [op for op in self.ops if self.level[op] == level]
            for op in members:
                if not self._looped(op):
                    op.detach()
                    self.append(op)
                    op.operands = [self.whole(v) for v in op.operands]
            looped = [op for op in members if self._looped(op)]
            if looped:
                made.append(self._loop(looped, f"{self.function.sym_name.data}.rows{len(made)}"))
        last.operands = [self.whole(v) for v in last.operands]
        for op in reversed(self.ops):
            if self._looped(op):
                self.block.erase_op(op)
        return made

    def append(self, op: Operation) -> None:
        """Add an operation at the end of the function."""
        self.block.insert_op_before(op, self.function.return_op)

    def axis_of(self, value: SSAValue) -> int:
        """Row axis of a value that depends on rows."""
        return self.loops.axes[self.numbers[value]]

    def whole(self, value: SSAValue) -> SSAValue:
        """A value with all its rows, in the function."""
        if not isinstance(value.owner, Operation) or not self._looped(value.owner):
            return value
        if value not in self.outside:
            crossing = self.crossings[value, self.axis_of(value)]
            self.outside[value] = crossing.value
            for op in crossing.restored(crossing.value):
                self.append(op)
                self.outside[value] = op.results[0]
        return self.outside[value]

    def chunked(self, value: SSAValue, axis: int) -> _Crossing:
        """A value as an operand that is chunked."""
        if (value, axis) not in self.crossings:
            source, rank = self.whole(value), len(shape_of(value))
            if _leads(shape_of(value), axis):
                self.crossings[value, axis] = _Crossing(source, axis, None)
            else:
                perm = _front(rank, axis)
                turned = graph.TransposeOp(source, perm)
                self.append(turned)
                self.crossings[value, axis] = _Crossing(turned.result, 0, perm)
        return self.crossings[value, axis]

    def _loop(self, looped: Sequence[Operation], name: str) -> graph.FuncOp:
        """Add the call of a new loop body, which is returned."""
        body = _Body(self, looped)
        for op in looped:
            body.add(op)
        leaving = [v for op in looped for v in op.results if any(use.operation not in body.members for use in v.uses)]
        returned = [body.give(value, self.axis_of(value)) for value in leaving]
        body.block.add_op(graph.ReturnOp([chunk for chunk, _, _ in returned]))
        types = [_joined(chunk, axis, self.parts) for chunk, axis, _ in returned]
        joining = [axis for _, axis, _ in returned]
        call = graph.CallOp(name, body.operands, types, times=self.parts, along=body.along, joining=joining)
        self.append(call)
        for value, (_, axis, perm), result in zip(leaving, returned, call.outputs, strict=True):
            self.crossings[value, self.axis_of(value)] = _Crossing(result, axis, perm)
        results = [chunk.type for chunk, _, _ in returned]
        return graph.FuncOp(name, (body.block.arg_types, results), Region(body.block))


class _Body:
    """The operations of one loop on chunks, and the operands of its call."""

    def __init__(self, chunking: _Chunking, looped: Sequence[Operation]) -> None:
        self.chunking = chunking
        self.members = set(looped)
        self.block = Block()
        self.operands: list[SSAValue] = []
        self.along: list[int] = []
        self.values: dict[tuple[SSAValue, Axis], SSAValue] = {}
        """(Value, axis along which it is chunked) -> the same in this body."""

    def add(self, op: Operation) -> None:
        """Add an operation of the loop."""
        flow = self.chunking.flow[op]
        operands = [self._take(v, axis) for v, axis in zip(op.operands, flow.operands, strict=True)]
        made = on_chunks(op, operands, flow, self.chunking.parts)
        self.block.add_op(made)
        self.values |= {(old, flow.result): new for old, new in zip(op.results, made.results, strict=True)}

    def _take(self, value: SSAValue, axis: Axis) -> SSAValue:
        if (value, axis) not in self.values:
            self.values[value, axis] = self._enter(value, axis)
        return self.values[value, axis]

    def _enter(self, value: SSAValue, axis: Axis) -> SSAValue:
        """A value from outside the loop."""
        if axis is not None:
            crossing = self.chunking.chunked(value, axis)
            entered = self._argument(crossing.value, crossing.axis)
            for op in crossing.restored(entered):
                self.block.add_op(op)
                entered = op.results[0]
            return entered
        if isinstance(value.owner, FREE_OPS):
            copy = value.owner.clone()
            self.block.add_op(copy)
            return copy.results[0]
        return self._argument(self.chunking.whole(value), None)

    def _argument(self, operand: SSAValue, axis: Axis) -> SSAValue:
        self.operands.append(operand)
        self.along.append(-1 if axis is None else axis)
        kind = chunk_type(operand, axis, self.chunking.parts)
        return self.block.insert_arg(kind, len(self.block.args))

    def give(self, value: SSAValue, axis: int) -> tuple[SSAValue, int, Sequence[int] | None]:
        """A chunk that leaves the loop, its row axis, and how it was turned to make it contiguous."""
        chunk, shape = self.values[value, axis], shape_of(value)
        if _leads(shape, axis):
            return chunk, axis, None
        perm = _front(len(shape), axis)
        turned = graph.TransposeOp(chunk, perm)
        self.block.add_op(turned)
        return turned.result, 0, perm


def _joined(chunk: SSAValue, axis: int, parts: int) -> TensorType[Attribute]:
    shape = list(shape_of(chunk))
    shape[axis] *= parts
    return TensorType(element_of(chunk), shape)


def _flow(op: Operation) -> Callable[[Sequence[Axis]], Flow]:
    return lambda known: flow_of(op, known)


@dataclass(frozen=True)
class ChunkRowsPass(ModulePass):
    """
    Loop over chunks of rows in functions whose tensors are large.

    What needs all rows of a value comes after the loop that computes it. Before:
    ```mlir
    graph.func @layer(%x : tensor<512x64xf32>) -> tensor<512x512xf32> {
      %y = graph.relu %x : tensor<512x64xf32> -> tensor<512x64xf32>
      %t = graph.transpose %y perm [1, 0] : tensor<512x64xf32> -> tensor<64x512xf32>
      %s = graph.matmul %y, %t : (tensor<512x64xf32>, tensor<64x512xf32>) -> tensor<512x512xf32>
      graph.return %s : tensor<512x512xf32>
    }
    ```
    After `chunk-rows{target=tiny rows=256}`:
    ```mlir
    graph.func @layer.rows0(%0: tensor<256x64xf32>) -> (tensor<256x64xf32>, tensor<256x64xf32>) {
      %1 = graph.relu %0 : tensor<256x64xf32> -> tensor<256x64xf32>
      graph.return %1, %1 : tensor<256x64xf32>, tensor<256x64xf32>
    }
    graph.func @layer.rows1(%0: tensor<256x64xf32>, %1: tensor<64x512xf32>) -> tensor<256x512xf32> {
      %2 = graph.matmul %0, %1 : (tensor<256x64xf32>, tensor<64x512xf32>) -> tensor<256x512xf32>
      graph.return %2 : tensor<256x512xf32>
    }
    graph.func @layer(%x: tensor<512x64xf32>) -> tensor<512x512xf32> {
      %0, %1 = graph.call @layer.rows0(%x) times 2 along [0] joining [0, 0]
        : (tensor<512x64xf32>) -> (tensor<512x64xf32>, tensor<512x64xf32>)
      %2 = graph.transpose %1 perm [1, 0] : tensor<512x64xf32> -> tensor<64x512xf32>
      %3 = graph.call @layer.rows1(%0, %2) times 2 along [0, -1] joining [0]
        : (tensor<512x64xf32>, tensor<64x512xf32>) -> tensor<512x512xf32>
      graph.return %3 : tensor<512x512xf32>
    }
    ```
    """

    name = "chunk-rows"

    target: str = "trn-like"
    """Machine description: a preset's name or a path."""
    rows: int = ROWS
    """Largest number of rows of a chunk; functions of fewer are left alone."""
    share: int = SHARE
    """A tensor is large that takes more than 1 / `share` of SBUF."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module."""
        chunk_rows(op, load_target(self.target), self.rows, self.share)
