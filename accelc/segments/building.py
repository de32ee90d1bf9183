"""
Segments and steps of a module.

The partitions of a function are compiled once, however often the function is called; what differs from call to call are
the values and weights that a launch names.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, IntegerType
from xdsl.ir import SSAValue

from accelc.dialects.graph import CallOp, ConstantOp, FuncOp, PartitionOp, WeightOp, weight_names
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.dialects.graph_ops.element_types import dense_to_array, dtype_of
from accelc.isa.program import HostSegment, Segment, ValueType
from accelc.isa.steps import Invocation, Operand, Repeat, Slice, Step
from accelc.pipelines import EmittedPartition
from accelc.segments.coding import Code, Coder, Use
from accelc.weights import renamed_weights

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]
P = TypeVar("P", bound=EmittedPartition)
"""What compiling a partition gives."""
CompileAccelerator = Callable[[PartitionOp, str, tuple[str, ...], tuple[str, ...], Weights], P]
"""Compiles a partition under a name, with the names of its inputs and outputs, and the data of its weights."""
Repack = Callable[[Weights], Weights | None]
"""Data of a compiled partition's weight buffers for other weights; None if the code would be another with them."""
Repacking = Callable[[PartitionOp, P, Weights], Repack]
"""Prepares to repack a partition that was compiled with some weights."""


@dataclass
class Segments(Generic[P]):
    """
    Segments of a module, the compiled partitions among them, and the weights they use.

    `steps` and `buffers` are those of a `Program`; without calls there are none.
    """

    segments: list[Segment] = field(default_factory=list[Segment])
    compiled: list[P] = field(default_factory=list[P])
    weights: dict[str, Array] = field(default_factory=dict[str, Array])
    steps: tuple[Step, ...] = ()
    buffers: list[ValueType] = field(default_factory=list[ValueType])


def build_segments(
    function: FuncOp,
    weights: Weights,
    compile_accelerator: CompileAccelerator[P],
    repacking: Repacking[P] | None = None,
) -> Segments[P]:
    """
    One segment for each partition of `function` and of what it calls, and one `results` for what neither returns.

    A value is named as the model's input or output it is, else `<segment>.<index of result>`. `weights` holds the
    data of every `graph.weight`; without `repacking` a function that is called with other weights is compiled again.
    """
    inputs = _names(function.input_names, len(function.body.block.args), "arg")
    outputs = _names(function.output_names, len(function.return_op.values), "result")
    builder = _Builder(weights, compile_accelerator, repacking, {*inputs, *outputs})
    code = builder.coder.code(function, distinct=True)
    known: dict[Hashable, Operand] = dict(zip(function.body.block.args, inputs, strict=True))
    steps = list(builder.emit(code, known, dict(zip(code.results, outputs, strict=True)), {}, 0))
    if any(isinstance(item, CallOp) for item in code.items):
        builder.result.steps = tuple(steps)
    return builder.result


@dataclass
class _Variant(Generic[P]):
    """A segment made of a partition, and how its weights are packed."""

    compiled: P
    repack: Repack | None


class _Builder(Generic[P]):
    def __init__(
        self,
        weights: Weights,
        compile_accelerator: CompileAccelerator[P],
        repacking: Repacking[P] | None,
        taken: set[str],
    ) -> None:
        self.source = weights
        self.compile_accelerator = compile_accelerator
        self.repacking = repacking
        self.taken = taken
        self.coder = Coder()
        self.result = Segments[P]()
        self.variants: dict[PartitionOp, list[_Variant[P]]] = {}
        self.packed: dict[tuple[PartitionOp, tuple[str, ...]], tuple[str, dict[str, str]]] = {}
        """(Partition, its weights) -> segment to launch, and the names of its packed weights."""
        self.hosts: dict[FuncOp, HostSegment] = {}
        self.host_made: set[str] = set()
        self.buffers: set[str] = set()
        self.counts: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """A name like `wanted` that no value has."""
        name = wanted
        while name in self.taken:
            self.counts[wanted] = self.counts.get(wanted, 0) + 1
            name = f"{wanted}.{self.counts[wanted]}"
        self.taken.add(name)
        return name

    def emit(
        self,
        code: Code,
        known: dict[Hashable, Operand],
        targets: Mapping[Hashable, Operand],
        given: Mapping[str, str],
        depth: int,
    ) -> Iterator[Step]:
        """
        Steps of one execution of a function inside `depth` loops.

        `known` holds what arguments stand for, and gets that of all values; `targets` says where results go; `given`
        are the names of the weights that differ from the function's own.
        """
        for item in code.items:
            if isinstance(item, Use):
                yield self._launch(item, known, targets, given)
                continue
            steps = self._call(item, known, targets, given, depth)
            if item.executions > 1:
                yield Repeat(item.executions, tuple(steps))
            else:
                yield from steps

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(
        self,
        call: CallOp,
        known: dict[Hashable, Operand],
        targets: Mapping[Hashable, Operand],
        given: Mapping[str, str],
        depth: int,
    ) -> list[Step]:
        code = self.coder.called(call)
        arguments = code.function.body.block.args
        inside: dict[Hashable, Operand] = {}
        for argument, value, axis in zip(arguments, call.inputs, _axes(call.along, len(arguments)), strict=True):
            operand = self._operand(value, known, given)
            inside[argument] = operand if axis < 0 else self._chunk(operand, value, call.executions, depth)
        places: dict[Hashable, Operand] = {}
        for key, value in zip(code.results, call.outputs, strict=True):
            if key in places:
                continue
            place = targets.get(value) or self.fresh(f"{code.function.sym_name.data}.{len(places)}")
            known[value] = place
            if call.executions > 1:
                if isinstance(place, str):
                    self._buffer(place, value)
                place = self._chunk(place, value, call.executions, depth)
            places[key] = place
        outer = {name: given.get(name, name) for name in call.given.values()}
        names = weight_names(code.function)
        mine = {name: outer.get(other := call.given.get(name, name), given.get(other, other)) for name in names}
        mine = {name: other for name, other in mine.items() if name != other}
        return list(self.emit(code, inside, places, mine, depth + (call.executions > 1)))

    def _operand(self, value: SSAValue, known: Mapping[Hashable, Operand], given: Mapping[str, str]) -> Operand:
        if isinstance(value.owner, WeightOp):
            name = given.get(value.owner.weight_name.data, value.owner.weight_name.data)
            self.result.weights[name] = self.source[name]
            return name
        if isinstance(value.owner, ConstantOp):
            name = self.fresh("constant")
            self.result.weights[name] = dense_to_array(value.owner.value)
            return name
        return known[self.coder.key(value)]

    def _chunk(self, operand: Operand, value: SSAValue, count: int, depth: int) -> Slice:
        """The part of a value that an iteration of a loop inside `depth` others sees."""
        size = prod(shape_of(value)) // count
        if isinstance(operand, str):
            if operand in self.host_made:
                self._buffer(operand, value)
            return Slice(operand, 0, size, (*(0,) * depth, size))
        strides = (*operand.strides, *(0,) * (depth - len(operand.strides)), size)
        return Slice(operand.value, operand.first, size, strides)

    def _buffer(self, name: str, value: SSAValue) -> None:
        if name not in self.buffers:
            self.buffers.add(name)
            self.result.buffers.append(ValueType(name, dtype_of(value).name, shape_of(value)))

    # --- launches -----------------------------------------------------------------------------------------------------

    def _launch(
        self,
        use: Use,
        known: dict[Hashable, Operand],
        targets: Mapping[Hashable, Operand],
        given: Mapping[str, str],
    ) -> Invocation:
        for index, key in enumerate(use.outputs):
            known[key] = targets.get(key) or self.fresh(f"{use.name}.{index}")
        inputs = tuple(known[key] for key in use.inputs)
        outputs = tuple(known[key] for key in use.outputs)
        names = (
            (tuple(map(str, inputs)), tuple(map(str, outputs)))
            if use.once
            else (tuple(f"in{i}" for i in range(len(inputs))), tuple(f"out{i}" for i in range(len(outputs))))
        )
        meant = {name: given.get(name, name) for name in use.weights()}
        if use.partition is not None:
            segment, weights = self._accelerator(use, use.partition, names, meant)
        else:
            segment, weights = self._host(use, names, meant), {n: m for n, m in meant.items() if n != m}
            for operand in outputs:
                if isinstance(operand, str):
                    self.host_made.add(operand)
        return Invocation(segment, inputs, outputs, weights)

    def _host(self, use: Use, names: tuple[tuple[str, ...], tuple[str, ...]], meant: Mapping[str, str]) -> str:
        assert use.function is not None
        for name in meant.values():
            self.result.weights[name] = self.source[name]
        if use.function not in self.hosts:
            use.function.verify()
            self.hosts[use.function] = HostSegment(use.name, use.place, *names, str(use.function))
            self.result.segments.append(self.hosts[use.function])
        return use.name

    def _accelerator(
        self,
        use: Use,
        partition: PartitionOp,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        meant: Mapping[str, str],
    ) -> tuple[str, dict[str, str]]:
        key = partition, tuple(meant.values())
        if key not in self.packed:
            self.packed[key] = self._packed(use, partition, names, meant)
        return self.packed[key]

    def _packed(
        self,
        use: Use,
        partition: PartitionOp,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        meant: Mapping[str, str],
    ) -> tuple[str, dict[str, str]]:
        """The segment that executes a partition with some weights, and those of its weights that are others."""
        weights = renamed_weights(self.source, {name: other for name, other in meant.items() if name != other})
        variants = self.variants.setdefault(partition, [])
        for variant in variants:
            packed = None if variant.repack is None else variant.repack(weights)
            if packed is not None:
                absent = packed is variant.compiled.weights
                return variant.compiled.segment.name, self._add_weights(packed, share=not absent)
        name = f"{use.name}.{len(variants)}" if variants else use.name
        compiled = self.compile_accelerator(partition, name, *names, weights)
        repack = None if self.repacking is None else self.repacking(partition, compiled, weights)
        variants.append(_Variant(compiled, repack))
        self.result.segments.append(compiled.segment)
        self.result.compiled.append(compiled)
        self.result.weights.update(compiled.weights)
        return name, {}

    def _add_weights(self, packed: Weights, *, share: bool) -> dict[str, str]:
        """Names of packed weights in the place of the segment's own; with `share`, equal ones are stored once."""
        names: dict[str, str] = {}
        for own, data in packed.items():
            if share and np.array_equal(self.result.weights[own].view(np.uint8), data.view(np.uint8)):
                continue
            number = 1
            while (name := f"{own}@{number}") in self.result.weights:
                number += 1
            names[own] = name
            self.result.weights[name] = data
        return names


def _axes(axes: DenseArrayBase[IntegerType] | None, count: int) -> Sequence[int]:
    return [-1] * count if axes is None else ints(axes)


def _names(declared: Any, count: int, kind: str) -> list[str]:
    if declared is None:
        return [f"{kind}{index}" for index in range(count)]
    return [name.data for name in declared]
