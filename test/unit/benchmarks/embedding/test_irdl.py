"""What a tool of C++ MLIR says of our dialects: all of the dialect tests, some of the rest."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from xdsl.dialects.builtin import UnitAttr

from accelc.irdl import record
from accelc.irdl.form import cpp_text
from benchmarks.embedding import irdl
from benchmarks.embedding.cpp_mlir import cases, findings, tool

needs_tool = pytest.mark.skipif(
    not tool.installed(), reason="no tool of C++ MLIR is installed: pip install 'accelc[cpp-mlir]'"
)


@needs_tool
def test_reduced() -> None:
    """All of its limits hold."""
    found = list(irdl.measure(reduced=True))
    assert [one for one in found if not one.ok] == []
    for used in tool.installed():
        check_counts({one.name.removeprefix(f"{used.name}: "): one.value for one in found})


def check_counts(found: Mapping[str, float]) -> None:
    """There is enough of each kind that the limits mean something."""
    assert found["dialect tests"] >= 28
    assert found["negative, IRDL constraint"] >= 15
    assert found["mutants, illegal by IRDL"] >= 50
    assert found["mutants, constraints hold"] >= 50


@needs_tool
def test_an_export_that_accepts_everything_is_found_out() -> None:
    """With a constraint widened to `irdl.any`, tools accept what they must reject."""
    before, relu, after = tool.shipped().partition("irdl.operation @relu")
    lax = before + relu + after.replace('irdl.base "!builtin.tensor"', "irdl.any", 1)
    module = '%0 = builtin.unrealized_conversion_cast to f32\n%1 = "graph.relu"(%0) : (f32) -> tensor<4xf32>'
    (strict,) = tool.judge(tool.installed()[0], [module])
    (loose,) = tool.judge(tool.installed()[0], [module], lax)
    assert (strict.accepted, loose.accepted) == (False, True)
    assert "builtin.tensor" in (strict.error or "")


@needs_tool
def test_an_op_the_tool_does_not_know_is_no_rejection() -> None:
    """A module is not rejected for its constraints when the tool does not have one of its ops."""
    with pytest.raises(RuntimeError, match="says nothing of its constraints"):
        tool.judge(tool.installed()[0], ['"nowhere.op"() : () -> ()'])


def test_no_tool_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark says what to install."""
    monkeypatch.setattr(irdl, "installed", tuple[Path, ...])
    with pytest.raises(RuntimeError, match="no tool of C\\+\\+ MLIR is installed: pip install 'accelc\\[cpp-mlir\\]'"):
        list(irdl.measure(reduced=True))


def test_a_changed_module_is_not_unchanged() -> None:
    """The comparison of a round trip sees an attribute."""
    case = next(case for case in cases.positive() if case.name.startswith("dialects/tile/ops"))
    assert case.module is not None
    assert irdl.round_trip(case, tool.Verdict(cpp_text(case.module), None))
    other = case.module.clone()
    next(op for op in other.walk() if op.name == "tile.matmul").attributes["new"] = UnitAttr()
    assert not irdl.round_trip(case, tool.Verdict(cpp_text(other), None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('%0 = "graph.relu"() : () -> tensor<4xf32>', findings.EXPRESSIBLE),
        ('%0 = "graph.weight"() {weight_name = 1 : i64} : () -> tensor<4xf32>', findings.EXPRESSIBLE),
        ('%0 = "graph.weight"() {weight_name = "w", layer = 1 : i32} : () -> tensor<4xf32>', findings.WIDENED),
        ('%0 = "graph.weight"() {weight_name = "w"} : () -> tensor<?xf32>', findings.CODE),
        ('"graph.yield"() : () -> ()\n"graph.yield"() : () -> ()', findings.TRAIT),
        ('"engine.program"() ({\n}) {sym_name = "p", target = "tiny"} : () -> ()', findings.EXPRESSIBLE),
        ('%0 = "graph.weight"() {weight_name = "w"} : () -> tensor<4xf32>', None),
    ],
)
def test_kinds(text: str, expected: str | None) -> None:
    """Modules are told apart by the check that they fail."""
    assert findings.classify(cases.read(text)) == expected


def test_the_modules_have_only_known_reasons() -> None:
    """A new reason of a widening needs a word on what IRDL still finds."""
    reasons = {value for name, value in vars(record).items() if name.isupper()}
    elsewhere = {record.OPTIONAL_ATTRIBUTE, record.GROUP_SIZE, record.GROUP_LIMIT}
    elsewhere |= {record.ENTRY_ARGUMENTS, record.SUCCESSORS, record.TRAITS, record.CODE}
    assert reasons - elsewhere == set(findings.KEPT)
