"""The form in which C++ MLIR takes modules, and back."""

from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects import test
from xdsl.dialects.builtin import ModuleOp, TensorType, f32
from xdsl.universe import Universe
from xdsl.xdsl_opt_main import xDSLOptMain

from accelc.cli.main import main
from accelc.cli.opt import AccelcOptMain
from accelc.dialects.graph import ConcatOp, YieldOp
from accelc.errors import AccelcError
from accelc.irdl.form import CppMlirTarget, cpp_text, from_cpp, to_cpp
from accelc.irdl.groups import SIDES, segment_sizes
from accelc.registry import DIALECTS

BRANCH = """
graph.func @f(%c : tensor<i1>, %x : tensor<4xf32>, %y : tensor<2xf32>) -> tensor<6xf32> {
  %r, %s = "graph.if"(%c, %x, %y) ({
  ^bb0(%a : tensor<4xf32>, %b : tensor<2xf32>):
    graph.yield %a, %b : tensor<4xf32>, tensor<2xf32>
  }, {
  ^bb1(%d : tensor<4xf32>, %e : tensor<2xf32>):
    graph.yield %d, %e : tensor<4xf32>, tensor<2xf32>
  }) : (tensor<i1>, tensor<4xf32>, tensor<2xf32>) -> (tensor<4xf32>, tensor<2xf32>)
  %z = "graph.concat"(%r, %s) {axis = 0 : i64} : (tensor<4xf32>, tensor<2xf32>) -> tensor<6xf32>
  graph.return %z : tensor<6xf32>
}
"""


def read(text: str) -> ModuleOp:
    """A module as `accelc-opt` reads it."""
    module = AccelcOptMain(args=["-"]).available_frontends["mlir"](BytesIO(text.encode()))
    assert isinstance(module, ModuleOp)
    module.verify()
    return module


def test_sizes_and_terminators() -> None:
    """Groups of different types have sizes, and a terminator that C++ MLIR knows follows each of ours."""
    module = read(BRANCH)
    text = cpp_text(module, 3)
    assert text.count('"transform.yield"() : () -> ()') == 3
    assert "{operandSegmentSizes = array<i32: 1, 1, 1, 0>, resultSegmentSizes = array<i32: 1, 1, 0>}" in text
    assert "{axis = 0 : i64, operandSegmentSizes = array<i32: 1, 1, 0>}" in text
    assert read(text).is_structurally_equivalent(module)


@given(st.integers(0, 6), st.integers(6, 9))
def test_sizes_of_a_group(count: int, limit: int) -> None:
    """As many ones as there are values, and zeros up to the limit."""
    values = test.TestOp(result_types=[TensorType(f32, [i + 1]) for i in range(count)]).results
    op = YieldOp.create(operands=values)
    assert segment_sizes(op, SIDES[0], limit) == [1] * count + [0] * (limit - count)
    assert segment_sizes(op, SIDES[1], limit) is None


def test_sizes_that_xdsl_keeps_stay() -> None:
    """An op of which xDSL itself writes the sizes has them afterwards."""
    text = Path(__file__).parents[2].joinpath("dialects", "graph", "ops-linear.mlir").read_text(encoding="utf-8")
    (case,) = (case for case in text.split("// -----") if "lstm" in case)
    module = read(case)
    before = [op.attributes.get("operandSegmentSizes") for op in module.walk() if op.name == "graph.lstm"]
    to_cpp(module)
    from_cpp(module)
    after = [op.attributes.get("operandSegmentSizes") for op in module.walk() if op.name == "graph.lstm"]
    assert before == after
    assert None not in before
    assert before


def test_other_modules_stay() -> None:
    """A terminator of C++ MLIR that follows none of ours, and sizes of an op that has one group, are not taken away."""
    module = read('"test.op"() ({\n  %0 = "test.op"() : () -> i32\n  "transform.yield"() : () -> ()\n}) : () -> ()')
    assert [op.name for op in module.walk()][-1] == "transform.yield"
    relu = '%0 = "test.op"() : () -> tensor<4xf32>\n%1 = "graph.relu"(%0) {operandSegmentSizes = 1 : i64} : '
    for name in ("operandSegmentSizes", "operand_segment_sizes"):
        text = relu.replace("operandSegmentSizes", name) + "(tensor<4xf32>) -> tensor<4xf32>"
        assert sum(name in op.attributes for op in read(text).walk()) == 1


def test_only_the_named_dialects_are_changed() -> None:
    """C++ MLIR knows its own ops."""
    module = read(BRANCH)
    text = cpp_text(module, dialects=("engine",))
    assert "transform.yield" not in text
    assert "SegmentSizes" not in text


@pytest.mark.parametrize("llvm", [19, 21, 22, 30])
def test_older_versions(llvm: int) -> None:
    """Before 22, sizes of groups have other names, also those xDSL keeps; they are read again all the same."""
    text = Path(__file__).parents[2].joinpath("dialects", "graph", "ops-linear.mlir").read_text(encoding="utf-8")
    module = read(next(case for case in text.split("// -----") if "lstm" in case))
    printed = cpp_text(module, llvm=llvm)
    assert ("operand_segment_sizes" in printed, "operandSegmentSizes" in printed) == (llvm < 22, llvm >= 22)
    assert read(printed).is_structurally_equivalent(module)


def test_too_many_values() -> None:
    """The message says where the limit is."""
    module = read(BRANCH)
    with pytest.raises(AccelcError) as raised:
        to_cpp(module, 1)
    assert str(raised.value) == (
        "graph.if: 2 operands in 'inputs', of which C++ MLIR is told of 1 at most: "
        "raise the limit here and in accelc export-irdl"
    )


def test_one_value_too_few_is_left_to_the_verifier() -> None:
    """A module that is illegal can be printed: sizes of an op without operands are zeros."""
    sizes: Sequence[int] | None = segment_sizes(ConcatOp.create(), SIDES[0], 2)
    assert sizes == [0, 0]


def test_the_target_of_the_universe() -> None:
    """Plain `xdsl-opt` has it, and it does not change the module."""
    assert "cpp-mlir" in Universe.get_multiverse().all_targets
    assert "cpp-mlir" in xDSLOptMain(args=["-"]).available_targets
    module, output = read(BRANCH), StringIO()
    before = str(module)
    CppMlirTarget().emit(AccelcOptMain(args=["-"]).ctx, module, output)
    assert output.getvalue() == cpp_text(module)
    assert str(module) == before


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints, writes a file, and takes a limit."""
    assert main(["export-irdl"]) == 0
    text = capsys.readouterr().out
    assert all(f"irdl.dialect @{name} {{" in text for name in DIALECTS)
    assert main(["export-irdl", "tile", "--llvm", "19"]) == 0
    assert "irdl.operands(%" in capsys.readouterr().out
    assert main(["export-irdl", "graph", "--limit", "2", "-o", str(tmp_path / "a.mlir")]) == 0
    assert "values_1: optional" in (tmp_path / "a.mlir").read_text(encoding="utf-8")
    assert "values_2: optional" not in (tmp_path / "a.mlir").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tle"], "unknown dialect 'tle'; did you mean 'tile'? (see 'accelc export-irdl --help')"),
        (["--limit", "0"], "limit 0: expected an integer from 1 to 1024"),
        (["--limit", "100000000"], "limit 100000000: expected an integer from 1 to 1024"),
        (["builtin"], "builtin.unregistered: not defined by parameters: there is nothing to export"),
        (["stencil"], "stencil.combine: properties dim, index: C++ MLIR loads only attributes: use attr_def"),
        (["--llvm", "18"], "IRDL of LLVM 18: legal are 19 and later"),
        (["scf"], "scf.parallel: properties operandSegmentSizes: C++ MLIR loads only attributes: use attr_def"),
    ],
)
def test_mistakes(words: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each."""
    assert main(["export-irdl", *words]) == 1
    assert capsys.readouterr().err == f"error: {message}\n"
