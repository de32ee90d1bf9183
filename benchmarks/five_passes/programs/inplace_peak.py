"""
Most bytes live at once in a program that writes in place, as NumPy would execute it.

Storages of arguments live throughout, others from their creation to their last use. Views and reads are free; a value
that is read and still needed after its storage was written is a copy, and so is what an overlapping update reads. A
storage made of a result that nothing else uses is that result's memory.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from xdsl.ir import Block, Operation, SSAValue

from accelc.analysis.work import value_bytes
from accelc.dialects import graph
from accelc.dialects.graph_ops.element_types import dtype_of_element
from accelc.dialects.graph_ops.inplace import stored


def imperative_peak(block: Block) -> int:
    """Bytes, for a block without loops and branches."""
    return _Program(block).peak()


@dataclass
class _Program:
    block: Block
    storage: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """The variable behind each variable and view."""
    writes: dict[SSAValue, list[int]] = field(default_factory=lambda: defaultdict[SSAValue, list[int]](list))
    touched: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])
    """Last operation on each storage."""
    last_use: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    def __post_init__(self) -> None:
        self.ops = list(self.block.ops)
        self.at = {op: index for index, op in enumerate(self.ops)}
        for argument in self.block.args:
            if isinstance(argument.type, graph.VarType):
                self.storage[argument] = argument
        for index, op in enumerate(self.ops):
            self._scan(index, op)

    def _scan(self, index: int, op: Operation) -> None:
        for operand in op.operands:
            self.last_use[operand] = index
            if operand in self.storage:
                self.touched[self.storage[operand]] = index
        match op:
            case graph.VariableOp():
                self.storage[op.result] = op.result
                self.touched[op.result] = index
            case graph.ViewOp():
                self.storage[op.result] = self.storage[op.var]
            case graph.StoreOp() | graph.ApplyOp():
                self.writes[self.storage[op.var]].append(index)
            case _:
                pass

    def peak(self) -> int:
        """Most bytes live at one operation."""
        end = len(self.ops)
        change = [0] * (end + 2)

        def live(first: int, last: int, nbytes: int) -> None:
            change[first] += nbytes
            change[last + 1] -= nbytes

        for argument in self.block.args:
            live(0, end, self._bytes(argument))
        for op in self.ops:
            if isinstance(op, graph.LoadOp):
                self._read(op)
        for index, op in enumerate(self.ops):
            for first, last, nbytes in self._memory(index, op):
                live(first, last, nbytes)
        total = most = 0
        for amount in change:
            total += amount
            most = max(most, total)
        return most

    def _memory(self, index: int, op: Operation) -> Iterator[tuple[int, int, int]]:
        """First and last operation at which memory that an operation makes is live, and its bytes."""
        match op:
            case graph.VariableOp():
                maker = op.init.owner
                first = self.at[maker] if self._is_moved(op) and isinstance(maker, Operation) else index
                yield first, self.touched[op.result], self._bytes(op.result)
            case graph.LoadOp():
                if self._is_copy(op):
                    yield index, self.last_use.get(op.result, index), self._bytes(op.result)
            case graph.ViewOp():
                pass
            case _:
                for value in op.results:
                    if not isinstance(value.get_user_of_unique_use(), graph.VariableOp):
                        yield index, self.last_use.get(value, index), value_bytes(value)

    def _read(self, op: graph.LoadOp) -> None:
        """A read that is no copy keeps its storage alive."""
        if not self._is_copy(op):
            source = self.storage[op.var]
            self.touched[source] = max(self.touched[source], self.last_use.get(op.result, 0))

    def _is_moved(self, op: graph.VariableOp) -> bool:
        """Whether a variable takes the memory of a computed result."""
        maker = op.init.owner
        return isinstance(maker, Operation) and not isinstance(maker, graph.LoadOp) and op.init.has_one_use()

    def _is_copy(self, op: graph.LoadOp) -> bool:
        """Whether what is read must survive a write to its storage."""
        source, index = self.storage[op.var], self.at[op]
        last = self.last_use.get(op.result, index)
        for write in self.writes[source]:
            if index < write < last:
                return True
            if write == last and op.var is not self.ops[write].operands[0]:
                return True
        return False

    @staticmethod
    def _bytes(value: SSAValue) -> int:
        if not isinstance(value.type, graph.VarType):
            return value_bytes(value)
        kind = stored(value)
        return prod(kind.get_shape()) * dtype_of_element(kind.element_type).itemsize
