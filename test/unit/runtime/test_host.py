"""Text of host segments: what is not one valid function is refused, with its place, in little time."""

import re
from dataclasses import replace
from io import StringIO
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.printer import Printer

from accelc.cli.diagnostics import describe
from accelc.errors import ProgramError
from accelc.isa.program import HostSegment
from accelc.runtime.host import parse_function

TEXT = """graph.func @tail(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
"""
SEGMENT = HostSegment("tail", "host", ("x",), ("y",), TEXT)


def constant(dtype: str, elements: int, times: int = 1) -> str:
    """Text with some large constants of one repeated value."""
    return TEXT.replace("{\n", "{\n" + f"graph.constant dense<1> : tensor<{elements}x{dtype}>\n" * times)


def refusal(text: str) -> str:
    """The diagnostic for a segment of this text."""
    with pytest.raises(ProgramError) as caught:
        parse_function(replace(SEGMENT, text=text))
    return describe(caught.value)


def test_a_function_is_what_its_text_says() -> None:
    stream = StringIO()
    Printer(stream).print_op(parse_function(SEGMENT))
    assert stream.getvalue() == TEXT.strip()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "segment 'tail', line 1, column 1: "),
        (TEXT.replace("graph.relu", "graph.rel"), "line 2, column 18: Operation graph.rel is not registered"),
        (TEXT.replace("%0 :", "%z :"), "line 5, column 1: values used but not defined: [%z]"),
        (TEXT.replace("relu %x", "relu %x {v = 1.0e39 : f32}"), "line 2, column "),
        (TEXT.replace("relu %x", f"relu %x {{v = {'[' * 10000}"), "nested too deeply to parse"),
        (TEXT.replace("4xf32> {", "-1xf32> {"), "line 1, column "),
        ('"' + "a" * 1000, "line 1, column 1: "),
        ('"graph.func"() ({}) : () -> ()', "segment 'tail': Region 'body' at position 0 expected a single block"),
        (constant("f32", 10**9), "1000000000 elements in dense literals, at most 4194"),
        (constant("i1", 10**20), "elements in dense literals, at most 4194"),
        (constant("f32", 10**6, 100), "elements in dense literals, at most 4"),
        ("module {\n}", "expected one graph.func, found 0 operations"),
        (TEXT + TEXT.replace("tail", "again"), "expected one graph.func, found 2 operations"),
        ("graph.func @f() {\n  graph.return\n}", "has 0 arguments and 0 results, the segment 1 inputs and 1 outputs"),
    ],
)
def test_what_is_no_function_is_refused_with_its_place(text: str, message: str) -> None:
    start = perf_counter()
    assert message in refusal(text)
    assert perf_counter() - start < 5


def test_a_wrong_operation_is_underlined() -> None:
    """The text is right, its meaning is not."""
    report = refusal(TEXT.replace("tensor<4xf32>\n", "tensor<5xf32>\n"))
    assert report.startswith("segment 'tail': ")
    assert re.search(r"graph\.relu.*\n\s*\^{10}", report)


@given(st.text(st.sampled_from(sorted(set(TEXT) | set('"\\![](){}#^'))), max_size=20), st.integers(0, len(TEXT)))
def test_damaged_text_is_accepted_or_refused(noise: str, at: int) -> None:
    """Nothing but ProgramError leaves the parser."""
    refused = ""
    try:
        parse_function(replace(SEGMENT, text=TEXT[:at] + noise + TEXT[at + len(noise) :]))
    except ProgramError as error:
        refused = str(error)
    assert refused.startswith("segment 'tail'") or not refused
