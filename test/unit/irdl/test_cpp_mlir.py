"""Dialects of others in a tool of C++ MLIR, and the commands of the page about it."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from xdsl.dialects.builtin import IntegerType, StringAttr, f32
from xdsl.ir import Attribute, Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AnyOf,
    AttrSetConstraint,
    BaseAttr,
    EqAttrConstraint,
    IRDLOperation,
    ParamAttrConstraint,
    RangeOf,
    VarConstraint,
    attr_def,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    result_def,
    var_operand_def,
)

from accelc.irdl.export import export
from benchmarks.embedding.cpp_mlir.tool import installed, judge

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(
    not installed(), reason="no tool of C++ MLIR is installed: pip install 'accelc[cpp-mlir]'"
)


@irdl_attr_definition
class PairType(ParametrizedAttribute, TypeAttribute):
    """A type with parameters."""

    name = "toy.pair"
    first: Attribute
    second: StringAttr


@irdl_attr_definition
class LabelAttr(ParametrizedAttribute):
    """An attribute with a parameter."""

    name = "toy.label"
    text: StringAttr


T = VarConstraint("T", AnyAttr())


@irdl_op_definition
class SameOp(IRDLOperation):
    """Operands and result of one type."""

    name = "toy.same"
    a = operand_def(T)
    rest = var_operand_def(RangeOf(T))
    r = result_def(T)


@irdl_op_definition
class ChooseOp(IRDLOperation):
    """Alternatives and parameters."""

    name = "toy.choose"
    pair = operand_def(ParamAttrConstraint(PairType, (EqAttrConstraint(f32), AnyAttr())))
    maybe = opt_operand_def(AnyOf((BaseAttr(IntegerType), BaseAttr(PairType))))
    mode = attr_def(AttrSetConstraint.get(StringAttr("fast"), StringAttr("small")))
    label = attr_def(LabelAttr)


@irdl_op_definition
class MakeOp(IRDLOperation):
    """A value of any type."""

    name = "toy.make"
    r = result_def()


def module(types: Sequence[str], op: str, attributes: str, results: str) -> str:
    """An op on values of `types`."""
    lines = [f'%{i} = "toy.make"() : () -> {kind}' for i, kind in enumerate(types)]
    values = ", ".join(f"%{i}" for i in range(len(types)))
    result = "%r = " if results != "()" else ""
    return "\n".join([*lines, f'{result}"toy.{op}"({values}) {{{attributes}}} : ({", ".join(types)}) -> {results}'])


PAIR, LABEL = '!toy.pair<f32, "x">', '#toy.label<"l">'
MODE = f'mode = "fast", label = {LABEL}'
LEGAL = [
    module(["i32"], "same", "", "i32"),
    module(["f32", "f32", "f32"], "same", "", "f32"),
    module([PAIR], "choose", MODE, "()"),
    module([PAIR, "i7"], "choose", MODE.replace("fast", "small"), "()"),
    module([PAIR, '!toy.pair<i1, "x">'], "choose", MODE, "()"),
]
ILLEGAL = [
    module(["i32"], "same", "", "i64"),
    module(["f32", "f32", "f16"], "same", "", "f32"),
    module([], "same", "", "f32"),
    module([PAIR], "choose", MODE.replace("fast", "slow"), "()"),
    module([PAIR], "choose", f"label = {LABEL}", "()"),
    module([PAIR], "choose", 'mode = "fast", label = "l"', "()"),
    module([PAIR, "f32"], "choose", MODE, "()"),
    module([PAIR, "i1", "i1"], "choose", MODE, "()"),
    module(['!toy.pair<i32, "x">'], "choose", MODE, "()"),
    '%0 = "toy.make"() : () -> !toy.pair<f32, f32>',
    '%0 = "toy.make"() {label = #toy.label<1 : i32>} : () -> i32',
]


@pytest.mark.parametrize("tool", installed(), ids=lambda tool: tool.name)
def test_variables_alternatives_and_parameters(tool: Path) -> None:
    """Each means in C++ MLIR what it means in xDSL."""
    toy = Dialect("toy", [SameOp, ChooseOp, MakeOp], [PairType, LabelAttr])
    verdicts = judge(tool, [*LEGAL, *ILLEGAL], export([toy]).text())
    assert [verdict.error for verdict in verdicts[: len(LEGAL)]] == [None] * len(LEGAL)
    assert [verdict.accepted for verdict in verdicts[len(LEGAL) :]] == [False] * len(ILLEGAL)


@pytest.mark.skipif("iree-opt" not in {tool.name for tool in installed()}, reason="the page has commands of iree-opt")
def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """They print what stands below them."""
    page = (ROOT / "docs" / "cpp-mlir.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(bash|mlir|text)\n(.*?)```", page, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["bash", "mlir", "bash", "text"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for (_, commands), (kind, output) in zip(blocks[::2], blocks[1::2], strict=True):
        done = subprocess.run(
            ["bash", "-c", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        if kind == "mlir":
            assert (done.stdout.strip(), done.stderr) == (output.strip(), "")
        else:
            assert done.stderr.splitlines()[0] == output.strip()
