"""Lowerings of operations of other packages that are wrong, and operations that graphs cannot hold: one error each."""

from pathlib import Path

import pytest
from plugin_support import GRAPH, MEND, UNIVERSE, Install, U, fails, place

from accelc.cli.opt import main as accelc_opt

OPERATION = f"""
{UNIVERSE}
import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Dialect
from xdsl.irdl import IRDLOperation, irdl_op_definition, opt_prop_def, traits_def, var_operand_def, var_result_def
from xdsl.traits import Pure
from accelc.analysis.work import Work
from accelc.lowering import OperationRule, elementwise

@irdl_op_definition
class Op(IRDLOperation):
    name = "other.op"
    xs = var_operand_def()
    ys = var_result_def()
    traits = traits_def(PURE)

def lower(ctx, node):
    elementwise(ctx, node, [node.op.operands[0]], lambda ctx, ins, out: ctx.builder.copy(ins[0], out))

U = Universe(all_dialects={{"other": lambda: Dialect("other", [Op])}})
"""
LOWER = "decompose,partition-hierarchical{target=tiny force=accelerator-first},lower-to-engine{target=tiny}"


def install_operation(install: Install, rule: str, traits: str = "Pure()") -> None:
    """The dialect `other` of one operation, and the entry point of its lowering."""
    install("plug-d", OPERATION.replace("PURE", traits), U, "other = plug_d:U")
    install("plug-a", f"from plug_d import *\n{rule}\n", "accelc.lowerings", "other.op = plug_a:x")
    Path("t.mlir").write_text(GRAPH, encoding="utf-8")


RULE = "x = OperationRule(lower=lower, evaluate=lambda op, a: a"


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("x = 3", "is a value of type int: expected an OperationRule of accelc.lowering"),
        (
            "x = OperationRule(lower=lambda ctx, node: 1 / 0, evaluate=lambda op, a: a)",
            "failed to lower other.op: ZeroDivisionError: division by zero",
        ),
        (
            "x = OperationRule(lower=lambda ctx, node: None, evaluate=lambda op, a: a)",
            "lowers other.op and binds no view to its result",
        ),
        (
            "x = OperationRule(lower=lambda ctx, node: ctx.bind(node.result, ctx.scratch('t', (2, 2), 0, 'fp32')), "
            "evaluate=lambda op, a: a)",
            "lowers other.op to fp32[2, 2]: expected fp32[4]",
        ),
        (f"{RULE}, support=lambda op, target: 3)", "gives a value of type int as support: expected a reason or None"),
        (
            f"{RULE}, support=lambda op, target: op.nothing)",
            "failed to say whether a target supports other.op: AttributeError: 'Op' object has no attribute 'nothing'",
        ),
        (f"{RULE}, work=lambda op: 3)", "gives 3 as the work of other.op: expected a Work of numbers of at least 0"),
        (
            f"{RULE}, work=lambda op: Work(macs=-1))",
            "gives Work(macs=-1, dtype='', results=0, operations=0) as the work of other.op: expected a Work of "
            "numbers of at least 0",
        ),
        (
            f"{RULE}, work=lambda op: 1 / 0)",
            "failed to count the work of other.op: ZeroDivisionError: division by zero",
        ),
    ],
)
def test_lowerings(install: Install, capsys: pytest.CaptureFixture[str], rule: str, problem: str) -> None:
    """A lowering that is no rule, raises, or gives what it must not."""
    install_operation(install, rule)
    line = fails(capsys, accelc_opt(["t.mlir", "-p", LOWER.replace(" force=accelerator-first", "")]))
    assert line == f"error: {place('other.op = plug_a:x', 'accelc.lowerings')} {problem}{MEND}"


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("1 / 0", "failed to evaluate other.op: ZeroDivisionError: division by zero"),
        ("a[:2]", "evaluates other.op to float32[2]: expected float32[4]"),
        ("a.astype(np.float64)", "evaluates other.op to float64[4]: expected float32[4]"),
        ("(a, a)", "evaluates other.op to float32[4], float32[4]: expected float32[4]"),
        ("None", "evaluates other.op to object[]: expected float32[4]"),
    ],
)
def test_evaluations(install: Install, capsys: pytest.CaptureFixture[str], function: str, problem: str) -> None:
    """What an operation computes, with an operand that is known: a function that fails or gives something else."""
    install_operation(install, f"x = OperationRule(lower=lower, evaluate=lambda op, a: {function})")
    text = GRAPH.replace("%0 =", "%c = graph.constant dense<1.0> : tensor<4xf32>\n%0 =").replace("(%x)", "(%c)")
    Path("t.mlir").write_text(text, encoding="utf-8")
    line = fails(capsys, accelc_opt(["t.mlir", "-p", "fold-constants"]))
    assert line == f"error: {place('other.op = plug_a:x', 'accelc.lowerings')} {problem}{MEND}"


def test_operations_that_graphs_cannot_hold(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """Graphs move and remove operations."""
    install_operation(install, f"{RULE})", traits="")
    assert fails(capsys, accelc_opt(["t.mlir", "-p", LOWER])) == (
        f"error: {place('other.op = plug_a:x', 'accelc.lowerings')} lowers an operation without the trait Pure, which "
        f"graphs cannot hold{MEND}"
    )


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("memref<4xf32>", "other.op has a value of type memref<4xf32>: operations in graphs have tensors only"),
        ("tensor<?xf32>", "other.op: tensor<?xf32> has a dynamic size; all sizes are static here"),
        ("tensor<4xindex>", "other.op: index is neither an integer nor a float type"),
    ],
)
def test_types_that_graphs_cannot_hold(
    install: Install, capsys: pytest.CaptureFixture[str], kind: str, problem: str
) -> None:
    """The operation takes any type, graphs do not."""
    install_operation(install, f"{RULE})")
    Path("t.mlir").write_text(GRAPH.replace("tensor<4xf32>", kind), encoding="utf-8")
    assert fails(capsys, accelc_opt(["t.mlir", "-p", LOWER])) == f"error: {problem}"


def test_operations_of_several_results(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """They have no form in instructions: the host evaluates them."""
    install_operation(install, "x = OperationRule(lower=lower, evaluate=lambda op, a: (a, a))")
    text = GRAPH.replace("%0 =", "%0, %1 =").replace(
        "-> tensor<4xf32>\n  graph", "-> (tensor<4xf32>, tensor<4xf32>)\n  graph"
    )
    Path("t.mlir").write_text(text, encoding="utf-8")
    assert accelc_opt(["t.mlir", "-p", "partition-hierarchical{target=tiny}"]) == 0
    assert 'home_reason = "other.op has 2 results, lowered operations have one"' in capsys.readouterr().out


def test_nobody_lowers_an_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says which entry points could."""
    monkeypatch.chdir(tmp_path)
    Path("t.mlir").write_text(GRAPH, encoding="utf-8")
    assert fails(capsys, accelc_opt(["t.mlir", "-p", LOWER, "--allow-unregistered-dialect"])) == (
        "error: other.op is no operation of the graph dialect, and no installed package decomposes it (entry point "
        "'other.op' of group 'accelc.decompositions') or lowers it (group 'accelc.lowerings'): install the one that "
        "does, or rewrite it before"
    )


def test_operations_of_no_dialect(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that lowers an operation offers its dialect, too."""
    install("plug-a", f"{OPERATION.replace('PURE', 'Pure()')}\n{RULE})\n", "accelc.lowerings", "other.op = plug_a:x")
    Path("t.mlir").write_text(GRAPH, encoding="utf-8")
    assert fails(capsys, accelc_opt(["t.mlir", "-p", LOWER, "--allow-unregistered-dialect"])) == (
        f"error: {place('other.op = plug_a:x', 'accelc.lowerings')} lowers an operation that no dialect has, which an "
        f"entry point of group 'xdsl.universe' must offer{MEND}"
    )


@pytest.mark.parametrize("name", ["graph.relu", "graph.func"])
def test_lowerings_of_ours(install: Install, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Operations of `graph` are lowered by accelc, or by nobody."""
    install_operation(install, f"{RULE})")
    install("plug-b", "", "accelc.lowerings", f"{name} = plug_b:x")
    assert fails(capsys, accelc_opt(["t.mlir", "-p", LOWER])) == (
        f"error: {place(f'{name} = plug_b:x', 'accelc.lowerings', 'plug-b')} offers '{name}', which accelc itself has; "
        "rename one of them or uninstall plug-b"
    )
