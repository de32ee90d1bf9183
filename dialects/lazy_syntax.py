"""Assembly formats that are compiled when they are first needed, so that loading a dialect stays cheap."""

from functools import cache
from typing import TYPE_CHECKING, Self

from xdsl.irdl import IRDLOperation
from xdsl.parser import Parser
from xdsl.printer import Printer

if TYPE_CHECKING:
    from xdsl.irdl.declarative_assembly_format import FormatProgram

_FORMATS: dict[tuple[str, str], str] = {}
"""(module, class) -> assembly format. The decorator of an op makes a second class of the same name."""


class LazySyntax(IRDLOperation):
    """
    An op whose `assembly_format` is compiled when the first op of its kind is parsed or printed.

    xDSL compiles the formats of all ops when their classes are made: two thirds of the time to import a dialect of
    70 ops, and more than `accelc-opt` spends on a small file. Ops inherit from this class and are written as ever.
    """

    def __init_subclass__(cls) -> None:
        """Take the format away from xDSL's decorator."""
        super().__init_subclass__()
        text = cls.__dict__.get("assembly_format")
        if text is not None:
            _FORMATS[cls.__module__, cls.__qualname__] = text
            del cls.assembly_format

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        """Parse the custom syntax after the op's name."""
        program = format_program(cls)
        return super().parse(parser) if program is None else program.parse(parser, cls)

    def print(self, printer: Printer) -> None:
        """Print the custom syntax after the op's name."""
        program = format_program(type(self))
        if program is None:
            super().print(printer)
        else:
            program.print(printer, self)


def format_text(op_class: type[IRDLOperation]) -> str | None:
    """The assembly format of an op, its own or inherited."""
    keys = ((base.__module__, base.__qualname__) for base in op_class.__mro__)
    return next((_FORMATS[key] for key in keys if key in _FORMATS), None)


@cache
def format_program(op_class: type[IRDLOperation]) -> "FormatProgram | None":
    """The compiled assembly format of an op. Raises ParseError when the format is malformed."""
    text = format_text(op_class)
    if text is None:
        return None
    from xdsl.irdl.declarative_assembly_format import FormatProgram

    return FormatProgram.from_str(text, op_class.get_irdl_definition())
