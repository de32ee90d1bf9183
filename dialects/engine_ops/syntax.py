"""
Custom assembly syntax of lane ops, written as a sequence of clauses.

A clause prints a part of an op and parses it back. Types and attributes keep their parametrized form, so that any
MLIR tool loads them; only ops have a syntax of their own:

- access pattern `%b[0:4, 8:24]`: partitions 0..3, elements 8..23; `%b[0:4, 8 + (2, 6):(10, 1)]`: from element 8, two
  steps of 10 elements with six contiguous elements each; in HBM without the partitions;
- `waits (s >= 3)`, `waits (s >= 3 mod 16)`, `signals (s at complete)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from xdsl.dialects.builtin import ArrayAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.mlir_lexer import PunctuationSpelling

from accelc.dialects.engine_ops.text import (
    f32_attr,
    parse_access,
    parse_buffer,
    parse_int,
    parse_integers,
    parse_number,
    print_access,
    print_ints,
    print_number,
)
from accelc.dialects.engine_ops.types import SignalAttr, WaitAttr, i64_array, i64_attr


@dataclass
class Parsed:
    """Operands and attributes of an op while it is parsed."""

    operands: dict[str, SSAValue] = field(default_factory=dict[str, SSAValue])
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])


class Clause(Protocol):
    """A part of an op's syntax."""

    def names(self) -> Sequence[str]:
        """Attributes the clause prints."""
        ...

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints the clause, with a leading space."""
        ...

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the clause."""
        ...


@dataclass(frozen=True)
class Word:
    """A keyword."""

    text: str

    def names(self) -> Sequence[str]:
        """None."""
        return ()

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` text`."""
        printer.print_string(f" {self.text}")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Expects the keyword."""
        parser.parse_keyword(self.text)


@dataclass(frozen=True)
class Mark:
    """A punctuation mark."""

    text: PunctuationSpelling
    space: str = ""

    def names(self) -> Sequence[str]:
        """None."""
        return ()

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints the mark, after `space`."""
        printer.print_string(self.space + self.text)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Expects the mark."""
        parser.parse_punctuation(self.text)


@dataclass(frozen=True)
class Access:
    """An operand with its access pattern."""

    operand: str
    pattern: str
    space: str = " "

    def names(self) -> Sequence[str]:
        """The pattern."""
        return (self.pattern,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` %b[...]`."""
        printer.print_string(self.space)
        print_access(getattr(op, self.operand), getattr(op, self.pattern), printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses operand and pattern."""
        into.operands[self.operand] = parse_buffer(parser)
        into.attributes[self.pattern] = parse_access(parser)


@dataclass(frozen=True)
class Value:
    """An operand without access pattern."""

    operand: str

    def names(self) -> Sequence[str]:
        """None."""
        return ()

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` %b`."""
        printer.print_string(" ")
        printer.print_ssa_value(getattr(op, self.operand))

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the operand."""
        into.operands[self.operand] = parse_buffer(parser)


@dataclass(frozen=True)
class Text:
    """A string attribute, bare when it is an identifier and not `quoted`."""

    name: str
    quoted: bool = False

    def names(self) -> Sequence[str]:
        """The attribute."""
        return (self.name,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` text`."""
        text = getattr(op, self.name).data
        printer.print_string(" ")
        if self.quoted:
            printer.print_string_literal(text)
        else:
            printer.print_identifier_or_string_literal(text)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses an identifier or a string."""
        into.attributes[self.name] = StringAttr(parser.parse_identifier_or_str_literal())


@dataclass(frozen=True)
class Number:
    """An fp32 attribute."""

    name: str
    space: str = " "

    def names(self) -> Sequence[str]:
        """The attribute."""
        return (self.name,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` 1.5`."""
        printer.print_string(self.space)
        print_number(getattr(op, self.name).value.data, printer)

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses a number."""
        into.attributes[self.name] = f32_attr(parse_number(parser))


@dataclass(frozen=True)
class Integer:
    """An integer attribute after its keyword."""

    name: str
    keyword: str

    def names(self) -> Sequence[str]:
        """The attribute."""
        return (self.name,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` keyword 3`."""
        printer.print_string(f" {self.keyword} {getattr(op, self.name).value.data}")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses keyword and integer."""
        parser.parse_keyword(self.keyword)
        into.attributes[self.name] = i64_attr(parse_int(parser))


@dataclass(frozen=True)
class Integers:
    """An integer array after its keyword."""

    name: str
    keyword: str

    def names(self) -> Sequence[str]:
        """The attribute."""
        return (self.name,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` keyword [1, 2]`."""
        printer.print_string(f" {self.keyword} [")
        print_ints(getattr(op, self.name).get_values(), printer)
        printer.print_string("]")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses keyword and list."""
        parser.parse_keyword(self.keyword)
        into.attributes[self.name] = i64_array(parse_integers(parser))


@dataclass(frozen=True)
class Flag:
    """A unit attribute, shown by its name."""

    name: str

    def names(self) -> Sequence[str]:
        """The attribute."""
        return (self.name,)

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` name` when the attribute is there."""
        if self.name in op.attributes:
            printer.print_string(f" {self.name}")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses the name if present."""
        if parser.parse_optional_keyword(self.name) is not None:
            into.attributes[self.name] = UnitAttr()


@dataclass(frozen=True)
class Synchronization:
    """Waits and signals, where there are any."""

    def names(self) -> Sequence[str]:
        """The two attributes."""
        return ("waits", "signals")

    def print(self, op: IRDLOperation, printer: Printer) -> None:
        """Prints ` waits (s >= 1) signals (t at complete)`."""
        for name in self.names():
            entries: ArrayAttr[WaitAttr] | ArrayAttr[SignalAttr] | None = getattr(op, name)
            if entries is not None:
                printer.print_string(f" {name} (")
                printer.print_list(entries, lambda entry: _print_entry(entry, printer))
                printer.print_string(")")

    def parse(self, parser: Parser, into: Parsed) -> None:
        """Parses either, both or none."""
        if parser.parse_optional_keyword("waits") is not None:
            waits = parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: _parse_wait(parser))
            into.attributes["waits"] = ArrayAttr(waits)
        if parser.parse_optional_keyword("signals") is not None:
            signals = parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: _parse_signal(parser))
            into.attributes["signals"] = ArrayAttr(signals)


def _print_entry(entry: WaitAttr | SignalAttr, printer: Printer) -> None:
    printer.print_identifier_or_string_literal(entry.semaphore.data)
    if isinstance(entry, WaitAttr):
        bits = entry.bits.value.data
        printer.print_string(f" >= {entry.value.value.data}" + (f" mod {1 << bits}" if bits else ""))
        return
    printer.print_string(" at ")
    printer.print_identifier_or_string_literal(entry.point.data)


def _parse_wait(parser: Parser) -> WaitAttr:
    semaphore = parser.parse_identifier_or_str_literal()
    parser.parse_punctuation(">")
    parser.parse_punctuation("=")
    value, bits = parse_int(parser), 0
    if parser.parse_optional_keyword("mod") is not None:
        position = parser.pos
        modulus = parse_int(parser)
        bits = modulus.bit_length() - 1
        if modulus < 2 or modulus != 1 << bits:
            parser.raise_error(f"modulus {modulus} of a wait is not a power of two of at least 2", position, parser.pos)
    return WaitAttr.of(semaphore, value, bits)


def _parse_signal(parser: Parser) -> SignalAttr:
    semaphore = parser.parse_identifier_or_str_literal()
    parser.parse_keyword("at")
    return SignalAttr(StringAttr(semaphore), StringAttr(parser.parse_identifier_or_str_literal()))


def print_op(op: IRDLOperation, clauses: Sequence[Clause], printer: Printer) -> None:
    """Prints the clauses of `op` and its remaining attributes."""
    for clause in clauses:
        clause.print(op, printer)
    printer.print_op_attributes(op.attributes, reserved_attr_names=_names(clauses))


def parse_op(kind: type[IRDLOperation], clauses: Sequence[Clause], parser: Parser) -> Operation:
    """Parses an op of class `kind` from its clauses and an optional attribute dictionary."""
    parsed = Parsed()
    for clause in clauses:
        clause.parse(parser, parsed)
    position = parser.pos
    rest = parser.parse_optional_attr_dict()
    for name in rest:
        if name in _names(clauses):
            parser.raise_error(f"attribute '{name}' is part of the syntax of {kind.name}", position, parser.pos)
    attributes = {**parsed.attributes, **rest}
    order = [name for name, _ in kind.get_irdl_definition().operands]
    operands = [parsed.operands[name] for name in order if name in parsed.operands]
    return kind.create(operands=operands, attributes=attributes)


def _names(clauses: Sequence[Clause]) -> list[str]:
    return [name for clause in clauses for name in clause.names()]
