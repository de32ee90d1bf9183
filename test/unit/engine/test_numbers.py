"""Numbers in the text of macro-ops: every fp32 value comes back as it was."""

from io import StringIO
from math import inf
from struct import pack, unpack

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.parser import Parser
from xdsl.printer import Printer

from accelc.dialects.engine_ops.text import f32_attr, parse_number, print_number

LARGEST = unpack("<f", b"\xff\xff\x7f\x7f")[0]


def printed(value: float) -> str:
    """Text of a number."""
    stream = StringIO()
    print_number(value, Printer(stream))
    return stream.getvalue()


def parsed(text: str) -> float:
    """The number an op gets from `text`."""
    return f32_attr(parse_number(Parser(Context(), text))).value.data


@given(st.integers(0, 2**32 - 1))
@example(0x7F7FFFFF)  # the largest value: shorter digits round beyond it
@example(0xFF7FFFFF)
@example(0x7F7FFFFE)
@example(0x00000001)
@example(0x807FFFFF)
@example(0x80000000)
@example(0x7F800000)
@example(0xFF800000)
@example(0x7FC00000)
def test_every_value_survives_its_text(bits: int) -> None:
    value: float = unpack("<f", pack("<I", bits))[0]
    again = parsed(printed(value))
    if value != value:
        assert again != again
    else:
        assert pack("<f", again) == pack("<f", value)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_text_is_as_short_as_the_value_allows(value: float) -> None:
    digits = printed(value).lstrip("-").partition("e")[0].replace(".", "")
    assert len(digits.strip("0")) <= 9


@pytest.mark.parametrize(("text", "value"), [("1.0e39", inf), ("-1.0e39", -inf), ("3.4028235677973366e38", inf)])
def test_numbers_beyond_fp32_round_to_infinity(text: str, value: float) -> None:
    assert parsed(text) == value


def test_numbers_next_to_the_largest_round_to_it() -> None:
    assert parsed("3.4028235e38") == LARGEST
