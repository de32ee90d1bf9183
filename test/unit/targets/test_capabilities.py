"""The capability table: predicates, what they are checked for, and what they keep from the accelerator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import TensorType, bf16, f32
from xdsl.ir import Block

from accelc.dialects import graph
from accelc.errors import TargetError
from accelc.targets import canonical, load_target
from accelc.targets.capabilities import refusal
from accelc.targets.model import Target
from accelc.targets.predicates import Kind, PredicateError, Value, parse_predicate
from accelc.targets.reader import parse_target, target_path

KINDS: dict[str, Kind] = {"x": "list", "group": "number", "kind": "text", "keepdims": "truth"}
VALUES: dict[str, Value] = {"x": (1, 8, 5), "group": 2, "kind": "max", "keepdims": False}


def tiny(table: str) -> Target:
    """The preset `tiny` with a capability table."""
    return parse_target(f"{target_path('tiny').read_text(encoding='utf-8')}\n{table}", "t.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("group == 2", True),
        ("x[1] // 2 + 1 <= 5 and not keepdims", True),
        ("rank(x) == 4 or elements(x) == 40", True),
        ("kind in ('max', 'average')", True),
        ("max(x) > 8 or min(group, 1) == 1", True),
        ("x[-1] % 2 == 0", False),
        ("x[3] == 0", False),
        ("not (group == 2 or keepdims)", False),
        ("2 * group - 1 != 3", False),
    ],
)
def test_predicates(text: str, expected: bool) -> None:
    """Numbers, lists, texts and truth values; an index beyond the end is false."""
    predicate = parse_predicate(text)
    predicate.check(KINDS)
    assert predicate.holds(VALUES) is expected


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.sampled_from(["+", "-", "*", "//", "%"]))
def test_arithmetic_is_that_of_python(a: int, b: int, c: int, operator: str) -> None:
    """With the same precedence."""
    text = f"{a} {operator} {c} + {b} * {c} - {b}"
    expected = eval(text)
    assert parse_predicate(f"{text} == group").holds({"group": expected})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grp == 1", "unknown name 'grp'"),
        ("group", "is a number, not true or false"),
        ("group == 1 and", "expected a value before 'the end'"),
        ("group == 1 1", "'1' is not expected after 'group == 1'"),
        ("x == 1", "'==' takes values of one kind, not list and number"),
        ("x < x", "'<' takes numbers, not list and list"),
        ("group // x[0] == 1", "the right side of '//' is not a number other than 0"),
        ("group % 0 == 1", "the right side of '%' is not a number other than 0"),
        ("@", "'@' is no name"),
        ("rank(group) == 1", "'rank' takes one list, not number"),
        ("max(x, 1) == 1", "'max' takes one list or numbers"),
        ("group[0] == 1", "'group' is a number and has no elements"),
        ("x[a] == 1", "expected an integer as index before 'a'"),
        ("size(x) == 1", "'size' is none of the functions"),
        ("keepdims and group", "'and' takes conditions"),
        ("(group == 1", r"expected '\)' before 'the end'"),
        ("not " * 30 + "keepdims", "nested deeper than 20 levels"),
    ],
)
def test_malformed_predicates(text: str, message: str) -> None:
    """The faulty part is named."""
    with pytest.raises(PredicateError, match=message):
        parse_predicate(text).check(KINDS)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            '[[capabilities.op]]\nname = "con"',
            r"capabilities.op\[0\].name: 'con' is no operation .* did you mean 'conv'",
        ),
        ('[[capabilities.op]]\nname = "graph.conv"', r"'graph.conv' is no operation .* did you mean 'conv'\?"),
        ('[[capabilities.op]]\nname = "Conv"', r"'Conv' is no operation .* did you mean 'conv'\?"),
        ('[[capabilities.op]]\nname = "lstm"', "graph.lstm has no form in engine instructions"),
        ('[[capabilities.op]]\nname = "weight"', "'weight' is no operation of the graph dialect"),
        ('[[capabilities.op]]\nname = "conv"\nwhen = "grp == 1"', r"t.toml:\d+:1: .*op\[0\].when: unknown name 'grp' "),
        ("[capabilities]\nother = true", "capabilities.other: unknown key; did you mean 'others'"),
    ],
)
def test_mistakes_in_a_table_are_located(table: str, message: str) -> None:
    """With line and column, as any key."""
    with pytest.raises(TargetError, match=message):
        tiny(table)


def test_a_table_survives_canonical_text() -> None:
    """A program compiled for it says so."""
    target = tiny(TABLE)
    assert parse_target(canonical.canonical_toml(target), "again") == target
    assert "capabilities" not in canonical.canonical_toml(load_target("tiny"))


TABLE = """
[capabilities]
others = false
[[capabilities.op]]
name = "pool"
when = "kind == 'average'"
[[capabilities.op]]
name = "pool"
when = "max(kernel) <= 2"
[[capabilities.op]]
name = "relu"
dtypes = ["fp32"]
max_bytes = 128
"""


def test_refusals_name_the_rule() -> None:
    """One fitting entry is enough; else the first entry's failed condition is named."""
    target = tiny(TABLE)
    image, row, wide = TensorType(f32, [1, 1, 8, 8]), TensorType(f32, [16]), TensorType(f32, [17])
    x, y, z, half = Block(arg_types=[image, row, wide, TensorType(bf16, [16])]).args

    def rule(op: graph.GraphOp) -> str | None:
        found = refusal(op, target)
        return None if found is None else found.rule

    assert rule(graph.PoolOp(x, "average", [3, 3])) is None
    assert rule(graph.PoolOp(x, "max", [2, 2])) is None
    assert rule(graph.PoolOp(x, "max", [3, 3])) == "param:kind == 'average'"
    assert rule(graph.ReluOp(y)) is None
    assert rule(graph.ReluOp(z)) == "param:max_bytes"
    assert rule(graph.ReluOp(half)) == "param:dtypes"
    assert rule(graph.ExpOp(y)) == "type"
    assert refusal(graph.ExpOp(y), load_target("tiny")) is None
