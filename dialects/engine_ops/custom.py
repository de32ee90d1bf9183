"""Instructions of other packages in the `engine` dialect. The class `CustomFields` is shared with the `tile` form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr, FloatAttr, StringAttr
from xdsl.irdl import (
    IRDLOperation,
    Operand,
    OptOperand,
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    opt_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.dialects.engine_ops.base import Pattern, require
from accelc.dialects.engine_ops.elementwise import ElementwiseOp
from accelc.dialects.engine_ops.syntax import Access, Clause, Mark, Parsed, Text, Word
from accelc.dialects.engine_ops.text import (
    f32_attr,
    parse_access,
    parse_buffer,
    parse_number,
    print_access,
    print_number,
)
from accelc.dialects.engine_ops.types import AccessAttr, BufferType
from accelc.isa.custom import MNEMONIC, MOST_IMMEDIATES


@dataclass(frozen=True)
class _Other:
    """`, %b[...]`: the second source, left out when there is none."""

    def names(self) -> Sequence[str]:
        """The pattern."""
        return ("other_ap",)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints buffer and pattern."""
        assert isinstance(op, CustomFields)
        if op.other is not None and op.other_ap is not None:
            printer.print_string(", ")
            print_access(op.other, op.other_ap, printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses buffer and pattern behind a comma."""
        if parser.parse_optional_punctuation(",") is not None:
            into.operands["other"] = parse_buffer(parser)
            into.attributes["other_ap"] = parse_access(parser)


@dataclass(frozen=True)
class _Immediates:
    """` with [-1.0, 1.0]`: the immediates, left out when there are none."""

    def names(self) -> Sequence[str]:
        """The array."""
        return ("immediates",)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints the numbers."""
        assert isinstance(op, CustomFields)
        if op.immediates.data:
            printer.print_string(" with [")
            printer.print_list(op.values, lambda value: print_number(value, printer))
            printer.print_string("]")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the numbers behind the keyword."""
        values: list[float] = []
        if parser.parse_optional_keyword("with") is not None:
            values = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, lambda: parse_number(parser))
        into.attributes["immediates"] = ArrayAttr([f32_attr(value) for value in values])


class CustomFields(ElementwiseOp):
    """Operands and attributes of `engine.custom`, shared with its `tile` form."""

    source: Operand = operand_def(BufferType)
    """Buffer of the first source."""
    out: Operand = operand_def(BufferType)
    """Buffer written."""
    other: OptOperand = opt_operand_def(BufferType)
    """Buffer of the second source, if the instruction has two."""
    instruction: StringAttr = attr_def(StringAttr)
    """Name of the instruction, an entry point of `accelc.instructions`."""
    immediates: ArrayAttr[FloatAttr] = attr_def(ArrayAttr[FloatAttr])
    """fp32 immediates, in the order of the instruction."""
    source_ap: AccessAttr = attr_def(AccessAttr)
    """Elements of the first source."""
    out_ap: AccessAttr = attr_def(AccessAttr)
    """Elements written."""
    other_ap: AccessAttr | None = opt_attr_def(AccessAttr)
    """Elements of the second source."""
    READS: ClassVar[Pattern] = (("source", "source_ap"), ("other", "other_ap"))
    WRITES: ClassVar[Pattern] = (("out", "out_ap"),)
    SYNTAX: ClassVar[tuple[Clause, ...]] = (
        Text("instruction"),
        Mark("("),
        Access("source", "source_ap", ""),
        _Other(),
        Mark(")"),
        _Immediates(),
        Word("into"),
        Access("out", "out_ap"),
    )

    @property
    def values(self) -> tuple[float, ...]:
        """The immediates."""
        return tuple(immediate.value.data for immediate in self.immediates)

    def verify_elementwise(self) -> None:
        """The name is a mnemonic, a second source has its pattern, and a record has room for the immediates."""
        name, count = self.instruction.data, len(self.immediates.data)
        require(
            MNEMONIC.fullmatch(name) is not None,
            f"instruction '{name}' is no name of one; expected at most 32 of a-z 0-9 _, the first a letter",
        )
        require(self.other is None or self.other_ap is not None, "a second source needs an other_ap")
        require(count <= MOST_IMMEDIATES, f"{count} immediates; a record has room for {MOST_IMMEDIATES}")


@irdl_op_definition
class CustomOp(CustomFields):
    """
    `out = instruction(source, other, immediates...)` elementwise, an instruction of another package.

    The entry point `instruction` of the group `accelc.instructions` says what it computes, how many sources and
    immediates it has, and which are legal; that is checked when the op is emitted. Computed in the engine's compute
    dtype.

    ```mlir
    engine.custom on vector clamp(%a[0:4, 0:16]) with [-1.0, 1.0] into %y[0:4, 0:16]
    ```
    """

    name = "engine.custom"
