"""What all lane ops of the `engine` dialect share: attributes, syntax and the checks of access patterns."""

import re
from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.ir import Operation, OpTraits, SSAValue
from xdsl.irdl import attr_def, opt_attr_def, traits_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException

from accelc.dialects.engine_ops.syntax import Clause, Synchronization, Text, Word, parse_op, print_op
from accelc.dialects.engine_ops.types import I64, AccessAttr, BufferType, SignalAttr, WaitAttr
from accelc.dialects.operation import DialectOp
from accelc.targets.model import ADDED, is_dma, runs_on

Pattern = tuple[tuple[str, str], ...]

POINTS = ("read", "complete")
DMA_LANE = re.compile(r"dma(0|[1-9][0-9]*)")


def require(condition: bool, message: str) -> None:
    """Raise a verifier error unless `condition` holds."""
    if not condition:
        raise VerifyException(message)


def access(op: Operation, name: str) -> AccessAttr | None:
    """Access-pattern attribute `name` of `op`, or None when absent."""
    attr = op.attributes.get(name)
    return attr if isinstance(attr, AccessAttr) else None


def buffer_type(value: SSAValue) -> BufferType:
    """Type of a value that is a buffer."""
    assert isinstance(value.type, BufferType)
    return value.type


def require_inside(name: str, pattern: AccessAttr, kind: BufferType) -> None:
    """Verify that an access pattern is well formed and stays inside a buffer."""
    sizes, steps = pattern.sizes.get_values(), pattern.strides.get_values()
    require(
        len(sizes) == len(steps) >= 1 and len(pattern.partitions) == 2,
        f"{name} has {len(sizes)} sizes, {len(steps)} strides and {len(pattern.partitions)} partition bounds; "
        "expected as many sizes as strides, at least one, and 2 bounds",
    )
    require(all(size >= 1 for size in sizes), f"{name} has sizes {list(sizes)}; every size is at least 1")
    require(
        pattern.start >= 0 and pattern.count >= 1 and pattern.start + pattern.count <= kind.partitions,
        f"{name} visits partitions {pattern.start}:{pattern.start + pattern.count} of a buffer with {kind.partitions}",
    )
    low, high = pattern.bounds()
    require(
        low >= 0 and high < kind.free_elements,
        f"{name} visits elements {low}:{high + 1} of a buffer with {kind.free_elements} per partition",
    )


def require_space(name: str, value: SSAValue, spaces: Sequence[str]) -> None:
    """Verify that a buffer lies in one of `spaces`."""
    space = buffer_type(value).space.data
    require(space in spaces, f"{name} is in {space}; legal are {', '.join(spaces)}")


class LaneOp(DialectOp):
    """
    Base of all ops that occupy a lane: what scheduling, synchronization and emission need to know.

    `layer` and `loc_name` say which layer and which node of the model the op belongs to, `cycles` is an estimate of
    its time in cycles of the lane.
    """

    lane: StringAttr = attr_def(StringAttr)
    """Engine or DMA queue that executes the op."""
    layer: I64 | None = opt_attr_def(I64)
    """Number of the layer of the model."""
    loc_name: StringAttr | None = opt_attr_def(StringAttr)
    """Name of the model's node."""
    cycles: I64 | None = opt_attr_def(I64)
    """Estimate of the time, in cycles of the lane."""
    waits: ArrayAttr[WaitAttr] | None = opt_attr_def(ArrayAttr[WaitAttr])
    """Semaphores that the op waits for."""
    signals: ArrayAttr[SignalAttr] | None = opt_attr_def(ArrayAttr[SignalAttr])
    """Semaphores that the op adds to."""
    traits: OpTraits = traits_def(MemoryReadEffect(), MemoryWriteEffect())

    READS: ClassVar[Pattern] = ()
    """(operand name, access-pattern attribute name) of everything the op reads."""
    WRITES: ClassVar[Pattern] = ()
    """(operand name, access-pattern attribute name) of everything the op writes."""
    LANES: ClassVar[tuple[str, ...]] = ("vector", "scalar", "gpsimd", ADDED)
    """Lanes that execute the op; `dma` stands for every DMA queue, `ADDED` for engines that only some machines have."""
    SYNTAX: ClassVar[tuple[Clause, ...]] = ()
    """Syntax of the op between its lane and its schedule."""
    SCHEDULE: ClassVar[tuple[Clause, ...]] = ()
    """Syntax of the block schedule of a `tile` op, before its waits."""

    @classmethod
    def clauses(cls) -> tuple[Clause, ...]:
        """All of the op's syntax."""
        return (Word("on"), Text("lane"), *cls.SYNTAX, *cls.SCHEDULE, Synchronization())

    def print(self, printer: Printer) -> None:
        """Prints the op in its own syntax."""
        print_op(self, self.clauses(), printer)

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        """Parses the op in its own syntax."""
        return parse_op(cls, cls.clauses(), parser)

    def verify_(self) -> None:
        """The lane is legal, every pattern stays inside its buffer, waits and signals are well formed."""
        lane = self.lane.data
        legal = runs_on(self.LANES, lane) and (not is_dma(lane) or DMA_LANE.fullmatch(lane) is not None)
        require(legal, f"lane '{lane}' does not execute {self.name}; legal are {', '.join(self.LANES)}")
        for operand, name in (*self.READS, *self.WRITES):
            pattern, value = access(self, name), getattr(self, operand)
            if pattern is not None:
                require(value is not None, f"{name} is there without the buffer '{operand}'")
                assert value is not None
                require_inside(name, pattern, buffer_type(value))
        for wait in self.waits or ():
            value, bits = wait.value.value.data, wait.bits.value.data
            require(0 <= bits <= 32, f"waits modulo 2^{bits}; legal are 0 (no modulus) to 32 bits")
            require(bits > 0 or value >= 1, f"waits for {value}: semaphores start at 0, wait for 1")
            require(bits == 0 or 0 <= value < 1 << bits, f"waits for {value} modulo {1 << bits}: it is never reached")
        for signal in self.signals or ():
            point = signal.point.data
            require(point in POINTS, f"signals at '{point}'; legal are {', '.join(POINTS)}")
        self.verify_lane_op()
        self.verify_schedule()

    def verify_lane_op(self) -> None:
        """Rules of one op."""

    def verify_schedule(self) -> None:
        """Rules of the block schedule of a `tile` op."""
