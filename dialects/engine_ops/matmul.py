"""Matrix products of the `engine` dialect."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import UnitAttr
from xdsl.irdl import IRDLOperation, Operand, attr_def, irdl_op_definition, operand_def, opt_attr_def
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.dialects.engine_ops.base import LaneOp, buffer_type, require, require_space
from accelc.dialects.engine_ops.syntax import (
    Clause,
    Flag,
    Integer,
    Integers,
    Mark,
    Parsed,
    Value,
    Word,
)
from accelc.dialects.engine_ops.text import parse_layout, print_layout
from accelc.dialects.engine_ops.types import I64, BufferType, I64Array, i64_array, i64_attr

INTEGERS = ("int8", "uint8")


@dataclass(frozen=True)
class _Moving:
    """` over (sizes):(strides)`: the moving pattern."""

    def names(self) -> Sequence[str]:
        """Sizes and strides."""
        return ("moving_sizes", "moving_strides")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints the layout."""
        assert isinstance(op, MatmulFields)
        printer.print_string(" over ")
        print_layout(op.moving_sizes.get_values(), op.moving_strides.get_values(), printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the layout."""
        parser.parse_keyword("over")
        sizes, strides = parse_layout(parser)
        into.attributes.update(moving_sizes=i64_array(sizes), moving_strides=i64_array(strides))


@dataclass(frozen=True)
class _Steps:
    """` rows [0:4, 0:2]`: the partitions of every contraction step."""

    def names(self) -> Sequence[str]:
        """First partitions and numbers of partitions."""
        return ("step_partitions", "step_rows")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints one range a step."""
        assert isinstance(op, MatmulFields)
        pairs = zip(op.step_partitions.get_values(), op.step_rows.get_values(), strict=True)
        printer.print_string(f" rows [{', '.join(f'{start}:{start + rows}' for start, rows in pairs)}]")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the ranges."""
        parser.parse_keyword("rows")
        ranges = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, lambda: self._range(parser))
        into.attributes["step_partitions"] = i64_array([start for start, _ in ranges])
        into.attributes["step_rows"] = i64_array([stop - start for start, stop in ranges])

    @staticmethod
    def _range(parser: Parser) -> tuple[int, int]:
        start = parser.parse_integer(allow_boolean=False)
        parser.parse_punctuation(":")
        return start, parser.parse_integer(allow_boolean=False)


@dataclass(frozen=True)
class _Out:
    """` at 0 + (32, 16)`: where block (i, j) starts, `offset + (stride of i, stride of j)`."""

    def names(self) -> Sequence[str]:
        """Offset and strides."""
        return ("out_offset", "out_m_stride", "out_n_stride")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints offset and strides."""
        offset, m_stride, n_stride = (getattr(op, name).value.data for name in self.names())
        printer.print_string(f" at {offset} + ({m_stride}, {n_stride})")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses offset and strides."""
        parser.parse_keyword("at")
        offset = parser.parse_integer(allow_boolean=False)
        parser.parse_punctuation("+")
        with parser.in_parens():
            m_stride = parser.parse_integer(allow_boolean=False)
            parser.parse_punctuation(",")
            n_stride = parser.parse_integer(allow_boolean=False)
        for name, value in zip(self.names(), (offset, m_stride, n_stride), strict=True):
            into.attributes[name] = i64_attr(value)


class MatmulFields(LaneOp):
    """Operands and attributes of `engine.matmul`, shared with its `tile` form."""

    stationary: Operand = operand_def(BufferType)
    """Buffer of the stationary operand."""
    moving: Operand = operand_def(BufferType)
    """Buffer of the moving operand."""
    out: Operand = operand_def(BufferType)
    """PSUM buffer of the result."""
    m: I64 = attr_def(I64)
    """Stationary columns: rows of the result."""
    step_rows: I64Array = attr_def(I64Array)
    """Per step: number of partitions."""
    step_partitions: I64Array = attr_def(I64Array)
    """Per step: first partition."""
    stationary_offsets: I64Array = attr_def(I64Array)
    """Per step: free element of the stationary buffer where column 0 lies."""
    moving_offsets: I64Array = attr_def(I64Array)
    """Per step: free element of the moving buffer where the moving pattern starts."""
    moving_sizes: I64Array = attr_def(I64Array)
    """Sizes of the moving pattern, outermost first."""
    moving_strides: I64Array = attr_def(I64Array)
    """Strides of the moving pattern in elements, outermost first."""
    n_block: I64 = attr_def(I64)
    """Indices of the outermost moving dimension in a block."""
    out_offset: I64 = attr_def(I64)
    """Free element of `out` where block (0, 0) starts."""
    out_m_stride: I64 = attr_def(I64)
    """Elements from block (i, j) to (i + 1, j)."""
    out_n_stride: I64 = attr_def(I64)
    """Elements from block (i, j) to (i, j + 1)."""
    accumulate: UnitAttr | None = opt_attr_def(UnitAttr)
    """Add to what `out` holds."""

    LANES: ClassVar[tuple[str, ...]] = ("tensor",)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Value("stationary"),
        Integers("stationary_offsets", "at"),
        Integer("m", "m"),
        Mark(","),
        Value("moving"),
        Integers("moving_offsets", "at"),
        _Moving(),
        Integer("n_block", "n_block"),
        _Steps(),
        Word("into"),
        Value("out"),
        _Out(),
        Flag("accumulate"),
    )

    def verify_lane_op(self) -> None:
        """Spaces, dtypes, and every step's pattern inside its buffer."""
        require_space("stationary", self.stationary, ("sbuf", "wfifo"))
        require_space("moving", self.moving, ("sbuf",))
        require_space("out", self.out, ("psum",))
        kinds = [buffer_type(value) for value in (self.stationary, self.moving, self.out)]
        exact = kinds[1].dtype in INTEGERS
        require(
            kinds[0].dtype == kinds[1].dtype and (kinds[2].dtype == "fp32" or exact),
            f"element types {kinds[0].dtype}, {kinds[1].dtype} -> {kinds[2].dtype} are not legal: operands have one "
            "type, and floats accumulate in fp32",
        )
        self._verify_shape()
        self._verify_steps(kinds[0], kinds[1])

    def _verify_shape(self) -> None:
        sizes, strides = self.moving_sizes.get_values(), self.moving_strides.get_values()
        require(
            len(sizes) == len(strides) >= 1 and all(size >= 1 for size in sizes),
            f"moving pattern {list(sizes)}:{list(strides)}: expected positive sizes, as many as strides, at least one",
        )
        m, n_block = self.m.value.data, self.n_block.value.data
        require(m >= 1, f"m is {m}; at least 1 expected")
        require(1 <= n_block <= sizes[0], f"n_block is {n_block}; legal are 1..{sizes[0]}, the outermost moving size")
        arrays = (self.step_rows, self.step_partitions, self.stationary_offsets, self.moving_offsets)
        counts = [len(array) for array in arrays]
        require(
            len({*counts}) == 1 and counts[0] >= 1,
            f"{counts[0]} step rows, {counts[1]} step partitions, {counts[2]} stationary and {counts[3]} moving "
            "offsets: expected one of each per step, at least one step",
        )
        require(self.out_offset.value.data >= 0, f"out starts at element {self.out_offset.value.data}")
        first_block = n_block * prod(sizes[1:])
        elements = buffer_type(self.out).free_elements
        results, room = m * prod(sizes), buffer_type(self.out).partitions * elements
        require(results <= room, f"{results} results (m times all moving elements) for the {room} elements of out")
        require(
            self.out_offset.value.data + first_block <= elements,
            f"block (0, 0) of {first_block} elements at {self.out_offset.value.data} ends beyond the {elements} of out",
        )

    def _verify_steps(self, stationary: BufferType, moving: BufferType) -> None:
        sizes, strides = self.moving_sizes.get_values(), self.moving_strides.get_values()
        reach = [(size - 1) * stride for size, stride in zip(sizes, strides, strict=True)]
        low, high = sum(min(r, 0) for r in reach), sum(max(r, 0) for r in reach)
        partitions = min(stationary.partitions, moving.partitions)
        m = self.m.value.data
        steps = zip(
            self.step_partitions.get_values(),
            self.step_rows.get_values(),
            self.stationary_offsets.get_values(),
            self.moving_offsets.get_values(),
            strict=True,
        )
        for s, (start, rows, column, first) in enumerate(steps):
            require(
                start >= 0 and rows >= 1 and start + rows <= partitions,
                f"step {s} reads partitions {start}:{start + rows} of operands with {partitions}",
            )
            require(
                column >= 0 and column + m <= stationary.free_elements,
                f"step {s} reads columns {column}:{column + m} of a stationary buffer with {stationary.free_elements}",
            )
            require(
                first + low >= 0 and first + high < moving.free_elements,
                f"step {s} reads elements {first + low}:{first + high + 1} of a moving buffer with "
                f"{moving.free_elements} per partition",
            )


@irdl_op_definition
class MatmulOp(MatmulFields):
    """
    A whole matrix product on the systolic array: `out[m, n] (+)= sum_s stationary_s[:, m] . moving_s[:, n]`.

    Contraction step `s` reads `step_rows[s]` partitions of both operands, starting at partition
    `step_partitions[s]`; the stationary tile starts at free element `stationary_offsets[s] + m`, the moving
    pattern at `moving_offsets[s]` plus (`moving_sizes`, `moving_strides`). The outermost moving dimension is cut
    into blocks of `n_block` indices (the last may be ragged) and `m` into blocks of the array's columns.
    Block (i, j) of `out` starts at free element `out_offset + i * out_m_stride + j * out_n_stride`, is contiguous
    and lies within one PSUM bank. `accumulate` adds to what `out` holds instead of overwriting.

    ```mlir
    engine.matmul on tensor %w at [0, 6] m 6, %x at [0, 24] over (24):(1) n_block 12 rows [0:4, 0:2]
      into %p at 0 + (32, 16)
    ```
    """

    name = "engine.matmul"
