"""
Second IR: the instructions of a stretch of the program as one `graph` module.

A segment grows by one record for each hooked instruction. Its key says all that its module depends on, so that a
segment met again needs no IR: which instructions, on which views of which storages, which storages are seen afterwards.
Numbers that changed between two otherwise equal segments become arguments of the module, others are constants in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr, TensorType
from xdsl.ir import Attribute, Block, Region, SSAValue

from accelc.analysis.inplace.views import BroadcastStep, ReshapeStep, SliceStep, TransposeStep
from accelc.constants import Constants
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import element_of_dtype
from accelc.dialects.graph_ops.inplace import VarType
from accelc.frontends.numpy.program import Traced
from accelc.frontends.numpy.tracer import Array
from accelc.hooking.arrays.geometry import Place, steps_of
from accelc.hooking.arrays.storage import Storage
from accelc.hooking.instruction import FirstIR, NumberKind

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One instruction: its first IR, the view behind each array, its numbers, where new arrays go, its line."""

    first: FirstIR
    operands: tuple[tuple[Storage, Place] | None, ...]
    numbers: tuple[Array, ...]
    results: tuple[Storage, ...]
    line: tuple[str, int]


@dataclass
class Segment:
    """Instructions that were not executed yet, and the storages they use, in the order of first use."""

    number: int
    records: list[Record] = field(default_factory=list[Record])
    storages: list[Storage] = field(default_factory=list[Storage])
    created: set[int] = field(default_factory=set[int])
    """Places in `storages` of those that begin in this segment."""
    written: set[int] = field(default_factory=set[int])
    """Places in `storages` of older ones that it writes."""
    shape: list[Any] = field(default_factory=list[Any])
    """The key as far as it is known."""
    sites: set[int] = field(default_factory=set[int])
    """Call sites of the program that recorded something."""

    def place_of(self, storage: Storage) -> int:
        """Number of a storage in this segment."""
        if storage.segment != self.number:
            storage.segment = self.number
            storage.number = len(self.storages)
            self.storages.append(storage)
            self.shape.append((storage.buffer.shape, storage.buffer.dtype.char))
        return storage.number

    def uses(self, storage: Storage) -> bool:
        """Whether an instruction reads or writes a storage."""
        return storage.segment == self.number

    def append(self, record: Record) -> None:
        """Add an instruction; what it writes is pending from here on."""
        self.records.append(record)
        part: list[Any] = [record.first]
        for operand in record.operands:
            if operand is not None:
                part.append((self.place_of(operand[0]), operand[1]))
        self.shape.append(tuple(part))
        for index in record.first.written:
            operand = record.operands[index]
            assert operand is not None
            storage = operand[0]
            storage.pending = True
            if storage.number not in self.created:
                self.written.add(storage.number)
        for storage in record.results:
            self.created.add(self.place_of(storage))
            storage.pending = True

    def live(self) -> frozenset[int]:
        """Places of the storages that it makes or writes and that somebody can see afterwards."""
        storages = self.storages
        return frozenset(n for n in self.created | self.written if storages[n].is_live())

    def key(self, live: frozenset[int]) -> Key:
        """What decides the module, but for numbers."""
        return (*self.shape, live)

    def numbers(self) -> list[Array]:
        """All numbers among the operands, in order."""
        return [number for record in self.records for number in record.numbers]


@dataclass(frozen=True)
class SecondIR:
    """
    The module of a segment and how its interface relates to storages.

    `inputs` are places of storages, `numbers` of numbers that are arguments; `results` are places of new storages, in
    the order of the function's results, `written` of older ones that it writes.
    """

    traced: Traced
    inputs: tuple[int, ...]
    numbers: tuple[int, ...]
    results: tuple[int, ...]
    written: tuple[int, ...]


def name_of(place: int) -> str:
    """Name of a storage as an argument."""
    return f"x{place}"


def build(segment: Segment, live: frozenset[int], varying: frozenset[int]) -> SecondIR:
    """
    The second IR of a segment: its first IRs one after the other, their arguments being views of its storages.

    `live` are the storages to keep, `varying` the numbers that are arguments. Raises ValueError for a view that cannot
    be written as steps.
    """
    return _Builder(segment, live, varying).run()


class _Builder:
    def __init__(self, segment: Segment, live: frozenset[int], varying: frozenset[int]) -> None:
        self.segment = segment
        self.live = live
        self.varying = varying
        self.block = Block()
        self.weights: dict[str, Array] = {}
        self.constants = Constants(self.weights)
        self.roots: dict[int, SSAValue] = {}
        self.views: dict[tuple[int, Place], SSAValue] = {}
        self.arguments: list[tuple[str, str, tuple[int, ...]]] = []

    def run(self) -> SecondIR:
        segment, block = self.segment, self.block
        inputs = tuple(n for n in range(len(segment.storages)) if n not in segment.created)
        for n in inputs:
            buffer = segment.storages[n].buffer
            tensor = TensorType(element_of_dtype(buffer.dtype), buffer.shape)
            # What nobody sees afterwards is written in a variable of its own.
            kept = n not in segment.written or n in self.live
            value = self._argument(name_of(n), VarType(tensor) if kept else tensor, buffer)
            self.roots[n] = value if kept else self._add(graph.VariableOp(value))
        numbers = segment.numbers()
        scalars = {
            n: self._argument(f"n{n}", TensorType(element_of_dtype(numbers[n].dtype), ()), numbers[n])
            for n in sorted(self.varying)
        }
        first = 0
        for record in segment.records:
            self._append(record, first, scalars)
            first += len(record.numbers)
        results = tuple(sorted(n for n in self.live if n in segment.created))
        values = [self._add(graph.LoadOp(self.roots[n])) for n in results]
        block.add_op(graph.ReturnOp(values))
        names = [name for name, _, _ in self.arguments]
        function = graph.FuncOp(
            "main",
            ([argument.type for argument in block.args], [value.type for value in values]),
            Region(block),
            input_names=names,
            output_names=[f"result{i}" for i in range(len(values))],
        )
        module = ModuleOp([function])
        module.verify()
        traced = Traced(module, self.weights, tuple(names), len(values), tuple(self.arguments))
        written = tuple(sorted(segment.written & self.live))
        return SecondIR(traced, inputs, tuple(sorted(self.varying)), results, written)

    def _argument(self, name: str, kind: Attribute, like: Array) -> SSAValue:
        argument = self.block.insert_arg(kind, len(self.block.args))
        argument.name_hint = name
        self.arguments.append((name, like.dtype.name, like.shape))
        return argument

    def _add(self, op: Any) -> SSAValue:
        self.block.add_op(op)
        return op.results[0]

    def _append(self, record: Record, first_number: int, scalars: dict[int, SSAValue]) -> None:
        number = first_number
        mapper: dict[SSAValue, SSAValue] = {}
        arguments = record.first.function.body.block.args
        for argument, kind, operand in zip(arguments, record.first.kinds, record.operands, strict=True):
            if isinstance(kind, NumberKind):
                given = record.numbers[number - first_number]
                mapper[argument] = scalars[number] if number in scalars else self._constant(given)
                number += 1
            else:
                assert operand is not None
                mapper[argument] = self._view(*operand)
        block = record.first.function.body.block
        where = StringAttr(f"{record.line[0]}:{record.line[1]}")
        for op in block.ops:
            if isinstance(op, graph.ReturnOp):
                break
            if isinstance(op, graph.WeightOp):
                name = op.weight_name.data
                mapper[op.result] = self._add(self.constants.make(record.first.weights[name], name))
                continue
            clone = op.clone(mapper)
            clone.attributes["loc_name"] = where
            self.block.add_op(clone)
        returned = record.first.function.return_op.values
        for value, kind, storage in zip(returned, record.first.results, record.results, strict=True):
            made = mapper[value]
            if kind.axes is not None:
                made = self._add(graph.TransposeOp(made, kind.order))
            self.roots[storage.number] = self._add(graph.VariableOp(made))

    def _constant(self, number: Array) -> SSAValue:
        return self._add(self.constants.make(np.asarray(number), "number"))

    def _view(self, storage: Storage, place: Place) -> SSAValue:
        known = self.views.get((storage.number, place))
        if known is not None:
            return known
        variable = self.roots[storage.number]
        for step in steps_of(storage.buffer.shape, place, storage.buffer.dtype.itemsize):
            match step:
                case SliceStep(starts, steps, sizes):
                    variable = self._add(graph.ViewSliceOp(variable, starts, sizes, steps))
                case TransposeStep(perm):
                    variable = self._add(graph.ViewTransposeOp(variable, perm))
                case ReshapeStep(_, shape):
                    variable = self._add(graph.ViewReshapeOp(variable, shape))
                case BroadcastStep(_, shape):
                    variable = self._add(graph.ViewBroadcastOp(variable, shape))
        self.views[storage.number, place] = variable
        return variable


def storages_of(places: Sequence[int], segment: Segment) -> list[Storage]:
    """Storages by their places."""
    return [segment.storages[n] for n in places]
