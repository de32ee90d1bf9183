"""Numbers, access patterns and buffers as text: what the clauses of `syntax` are made of."""

from collections.abc import Sequence
from math import copysign, inf, isfinite, isnan, nan
from struct import pack, unpack

from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import SSAValue
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.dialects.engine_ops.types import AccessAttr, BufferType, i64_array, i64_attr


def print_ints(values: Sequence[int], printer: Printer) -> None:
    """Prints `a, b, c`."""
    printer.print_string(", ".join(str(value) for value in values))


def print_number(value: float, printer: Printer) -> None:
    """Prints an fp32 value in the fewest digits that give the same value, or `inf`, `-inf`, `nan`."""
    if not isfinite(value):
        printer.print_string("nan" if isnan(value) else "inf" if value > 0 else "-inf")
        return
    single = pack("<f", value)
    text = next(t for digits in range(1, 18) if pack("<f", _rounded(float(t := f"{value:.{digits}g}"))) == single)
    mantissa, e, exponent = text.partition("e")
    printer.print_string(mantissa if "." in mantissa else f"{mantissa}.0")
    printer.print_string(e + exponent)


def parse_number(parser: Parser) -> float:
    """Parses what `print_number` prints; integers are accepted too."""
    negative = parser.parse_optional_punctuation("-") is not None
    if parser.parse_optional_keyword("nan") is not None:
        return nan
    value = inf if parser.parse_optional_keyword("inf") is not None else float(parser.parse_number())
    return -value if negative else value


def _rounded(value: float) -> float:
    """The fp32 value nearest to `value`."""
    try:
        return unpack("<f", pack("<f", value))[0]
    except OverflowError:
        return copysign(inf, value)


def f32_attr(value: float) -> FloatAttr:
    """32-bit float attribute, rounded to nearest; beyond the largest value to infinity."""
    return FloatAttr(_rounded(value), 32)


def parse_int(parser: Parser) -> int:
    """Parses an integer."""
    return parser.parse_integer(allow_boolean=False)


def _list_in_parens(parser: Parser) -> list[int]:
    return parser.parse_comma_separated_list(parser.Delimiter.PAREN, lambda: parse_int(parser))


def print_access(value: SSAValue, access: AccessAttr, printer: Printer) -> None:
    """Prints `%b[partitions, free pattern]`; the single partition of HBM is left out."""
    kind = value.type
    printer.print_ssa_value(value)
    printer.print_string("[")
    linear = isinstance(kind, BufferType) and kind.space.data == "hbm"
    if not linear or (access.start, access.count) != (0, 1):
        printer.print_string(f"{access.start}:{access.start + access.count}, ")
    print_pattern(access.first, access.shape, access.steps, printer)
    printer.print_string("]")


def print_pattern(first: int, sizes: Sequence[int], strides: Sequence[int], printer: Printer) -> None:
    """Prints `first:end` for contiguous elements, otherwise `first + (sizes):(strides)`."""
    if len(sizes) == 1 and tuple(strides) == (1,):
        printer.print_string(f"{first}:{first + sizes[0]}")
        return
    printer.print_string(f"{first} + ")
    print_layout(sizes, strides, printer)


def print_layout(sizes: Sequence[int], strides: Sequence[int], printer: Printer) -> None:
    """Prints `(sizes):(strides)`."""
    printer.print_string("(")
    print_ints(sizes, printer)
    printer.print_string("):(")
    print_ints(strides, printer)
    printer.print_string(")")


def parse_layout(parser: Parser) -> tuple[list[int], list[int]]:
    """Parses `(sizes):(strides)`."""
    sizes = _list_in_parens(parser)
    parser.parse_punctuation(":")
    return sizes, _list_in_parens(parser)


def parse_access(parser: Parser) -> AccessAttr:
    """Parses what `print_access` prints."""
    with parser.in_square_brackets():
        first, sizes, strides = _pattern(parser)
        partitions = (0, 1)
        if strides == [1] and parser.parse_optional_punctuation(",") is not None:
            partitions = (first, sizes[0])
            first, sizes, strides = _pattern(parser)
    return AccessAttr(i64_array(partitions), i64_attr(first), i64_array(sizes), i64_array(strides))


def _pattern(parser: Parser) -> tuple[int, list[int], list[int]]:
    first = parse_int(parser)
    if parser.parse_optional_punctuation("+") is not None:
        return first, *parse_layout(parser)
    parser.parse_punctuation(":")
    return first, [parse_int(parser) - first], [1]


def parse_buffer(parser: Parser) -> SSAValue:
    """Parses a buffer, declared before: its type is that of the declaration."""
    buffer = parse_optional_buffer(parser)
    return parser.expect(lambda: buffer, "buffer expected")


def parse_optional_buffer(parser: Parser) -> SSAValue | None:
    """Parses a buffer if there is one."""
    operand = parser.parse_optional_unresolved_operand()
    if operand is None:
        return None
    values = parser.ssa_values.get(operand.operand_name, ())
    if operand.index >= len(values) or not isinstance(values[operand.index].type, BufferType):
        parser.raise_error(f"%{operand.operand_name} is no buffer declared before this op", operand.span)
    return values[operand.index]


def parse_integers(parser: Parser) -> list[int]:
    """Parses `[1, 2]`."""
    return parser.parse_comma_separated_list(parser.Delimiter.SQUARE, lambda: parse_int(parser))
