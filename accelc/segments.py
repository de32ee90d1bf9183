"""A partitioned model as the segments of a program: names of values, host functions as text, order of execution."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt
from xdsl.ir import Block, Operation, OpResult, Region, SSAValue
from xdsl.rewriter import Rewriter

from accelc.dialects.graph import FuncOp, PartitionOp, ReturnOp, YieldOp
from accelc.isa.program import HostSegment, Segment
from accelc.pipelines import CompiledPartition

Array = npt.NDArray[Any]
CompileAccelerator = Callable[[PartitionOp, str, tuple[str, ...], tuple[str, ...]], CompiledPartition]
"""Compiles a partition under a name, with the names of its inputs and outputs."""


@dataclass
class Segments:
    """Segments of a function in execution order, the compiled partitions among them, and the weights they use."""

    segments: list[Segment] = field(default_factory=list[Segment])
    compiled: list[CompiledPartition] = field(default_factory=list[CompiledPartition])
    weights: dict[str, Array] = field(default_factory=dict[str, Array])


def build_segments(function: FuncOp, weights: Mapping[str, Array], compile_accelerator: CompileAccelerator) -> Segments:
    """
    One segment for each partition of `function`, plus a host segment `results` for what a partition does not return.

    A value is named as the model's input or output it is, else `<segment>.<index of result>`. `weights` holds the
    data of every `graph.weight`.
    """
    builder = _Builder(function, weights, compile_accelerator)
    builder.build()
    return builder.result


class _Builder:
    def __init__(self, function: FuncOp, weights: Mapping[str, Array], compile_accelerator: CompileAccelerator) -> None:
        self.function = function
        self.source = weights
        self.compile_accelerator = compile_accelerator
        self.result = Segments()
        self.names: dict[SSAValue, str] = {}
        self.inputs = _names(function.input_names, len(function.body.block.args), "input")
        self.outputs = _names(function.output_names, len(function.return_op.values), "output")
        self.taken = {*self.inputs, *self.outputs}

    def build(self) -> None:
        block = self.function.body.block
        self.names.update(zip(block.args, self.inputs, strict=True))
        returned = list(self.function.return_op.values)
        for value, name in zip(returned, self.outputs, strict=True):
            if isinstance(value.owner, PartitionOp):
                self.names.setdefault(value, name)
        for index, op in enumerate(op for op in block.ops if isinstance(op, PartitionOp)):
            self._partition(op, f"{op.home.data}{index}")
        left = [
            (value, name)
            for value, name in zip(returned, self.outputs, strict=True)
            if self.names.get(value) != name or value in block.args
        ]
        if left:
            self._host("results", "host", [value for value, _ in left], tuple(name for _, name in left))

    def _partition(self, op: PartitionOp, name: str) -> None:
        for index, value in enumerate(op.outputs):
            if value not in self.names:
                self.names[value] = self._fresh(f"{name}.{index}")
        loose = [value for value in op.inputs if value not in self.names]
        if loose:
            names = tuple(self._fresh(f"{name}.operand{index}") for index in range(len(loose)))
            self._host(f"{name}.operands", "host", loose, names)
            self.names.update(zip(loose, names, strict=True))
        inputs = tuple(self.names[value] for value in op.inputs)
        outputs = tuple(self.names[value] for value in op.outputs)
        if op.home.data == "accelerator":
            compiled = self.compile_accelerator(op, name, inputs, outputs)
            self.result.segments.append(compiled.segment)
            self.result.compiled.append(compiled)
            self.result.weights.update(compiled.weights)
            return
        body = op.body.clone()
        Rewriter.replace_op(_last(body), ReturnOp(_last(body).operands), [])
        function = FuncOp(name, ([v.type for v in op.inputs], [v.type for v in op.outputs]), body)
        self._append(HostSegment(name, op.home.data, inputs, outputs, str(function)), function)

    def _host(self, name: str, place: str, values: Sequence[SSAValue], outputs: tuple[str, ...]) -> None:
        """A segment that computes `values` from named values by the ops outside of partitions."""
        needed = _needed(values, self.names)
        arguments = list(dict.fromkeys(v for op in needed for v in op.operands if v in self.names))
        arguments += [v for v in dict.fromkeys(values) if v in self.names and v not in arguments]
        block = Block(arg_types=[v.type for v in arguments])
        mapped: dict[SSAValue, SSAValue] = dict(zip(arguments, block.args, strict=True))
        for op in needed:
            block.add_op(op.clone(value_mapper=mapped))
        block.add_op(ReturnOp([mapped[v] for v in values]))
        function = FuncOp(name, ([v.type for v in arguments], [v.type for v in values]), Region(block))
        inputs = tuple(self.names[v] for v in arguments)
        self._append(HostSegment(name, place, inputs, outputs, str(function)), function)

    def _append(self, segment: HostSegment, function: FuncOp) -> None:
        from accelc.dialects.graph import WeightOp

        function.verify()
        self.result.segments.append(segment)
        for op in function.walk():
            if isinstance(op, WeightOp):
                self.result.weights[op.weight_name.data] = self.source[op.weight_name.data]

    def _fresh(self, wanted: str) -> str:
        name = wanted
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def _last(body: Region) -> Operation:
    last = body.block.last_op
    assert isinstance(last, YieldOp)
    return last


def _names(declared: Any, count: int, kind: str) -> list[str]:
    if declared is None:
        return [f"{kind}{index}" for index in range(count)]
    return [name.data for name in declared]


def _needed(values: Sequence[SSAValue], known: Mapping[SSAValue, str]) -> list[Operation]:
    """Ops outside of partitions that `values` depend on, in order of the block."""
    found: set[Operation] = set()
    pending = [v for v in values if v not in known]
    while pending:
        value = pending.pop()
        assert isinstance(value, OpResult)
        if value.op not in found:
            found.add(value.op)
            pending += [v for v in value.op.operands if v not in known]
    block = values[0].owner if isinstance(values[0].owner, Block) else values[0].owner.parent_block()
    assert block is not None
    return [op for op in block.ops if op in found]
