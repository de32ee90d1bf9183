"""Tiers come from what was executed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from accelc.driver import CompileOptions
from accelc.staged import CompiledStep, StagedModel, StagedResult
from accelc.staged.operators import is_arithmetic
from accelc.staged.tiers import NodeTier, arithmetic_on_accelerator, node_tiers

X = np.arange(6, dtype=np.float32).reshape(2, 3)


def tiers(force: str | None = "accelerator-first") -> tuple[StagedModel, StagedResult, dict[str, NodeTier]]:
    """Of a model with a product, a movement, and operators that only a framework has."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Transpose", ["m"], ["t"]),
        helper.make_node("NonZero", ["t"], ["z"]),
        helper.make_node("Identity", ["w"], ["i"]),
    ]
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])]
    outputs = [helper.make_empty_tensor_value_info(name) for name in ("t", "z", "i")]
    weight = helper.make_tensor("w", TensorProto.FLOAT, [3, 3], np.eye(3, dtype=np.float32).reshape(-1))
    graph = helper.make_graph(nodes, "g", infos, outputs, [weight])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model = StagedModel(proto, CompileOptions(force=force))
    result = model.run({"x": X})
    return model, result, {tier.node: tier for tier in node_tiers(proto.graph, result)}


def test_every_tier_has_its_evidence() -> None:
    """Records, framework calls, constants."""
    _, _, found = tiers()
    assert {name: tier.tier for name, tier in found.items()} == {
        "m": "accelerator",
        "t": "accelerator",
        "z": "framework",
        "i": "folded",
    }
    assert [name for name, tier in found.items() if tier.elsewhere] == ["z"]
    assert not arithmetic_on_accelerator(found.values())
    assert arithmetic_on_accelerator([found["m"], found["t"], found["i"]])
    assert found["z"].reasons


def test_the_host_is_told_apart() -> None:
    """A product there is arithmetic off the accelerator, a transposition is not."""
    _, _, found = tiers("host")
    assert (found["m"].tier, found["m"].elsewhere) == ("host", True)
    assert (found["t"].tier, found["t"].elsewhere) == ("host", False)
    assert found["m"].reasons == ["graph.matmul: forced"]


def test_what_the_compiler_computes_for_an_input() -> None:
    """A shape is none of the model's arithmetic; the same integers as data are."""
    nodes = [
        helper.make_node("Mul", ["s", "s"], ["d"]),
        helper.make_node("Reshape", ["x", "d"], ["y"]),
        helper.make_node("Neg", ["d"], ["n"]),
    ]
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])]
    infos += [helper.make_tensor_value_info("s", TensorProto.INT64, [1])]
    outputs = [helper.make_empty_tensor_value_info(name) for name in ("y", "n")]
    graph = helper.make_graph(nodes, "g", infos, outputs)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    result = StagedModel(proto).run({"x": np.ones(4, np.float32), "s": np.array([2])})
    found = {tier.node: (tier.tier, tier.elsewhere) for tier in node_tiers(proto.graph, result)}
    assert found["d"] == ("shape", False)
    assert found["n"] == ("specialized", True)


def test_what_was_not_executed_has_no_tier() -> None:
    """A program that was compiled, but whose segments were not launched, is no evidence."""
    model, result, _ = tiers()
    steps: list[Any] = []
    for step in result.steps:
        if isinstance(step, CompiledStep) and step.execution is not None:
            steps.append(replace(step, execution=replace(step.execution, segments=())))
    found = {tier.node: tier.tier for tier in node_tiers(model.proto.graph, StagedResult({}, steps))}
    assert found["m"] == "merged"
    assert found["z"] == "skipped"


@pytest.mark.parametrize(
    ("node", "arithmetic"),
    [
        (helper.make_node("Add", ["x", "y"], ["z"]), True),
        (helper.make_node("Reshape", ["x", "y"], ["z"]), False),
        (helper.make_node("Loop", ["x", "y"], ["z"]), False),
        (helper.make_node("Resize", ["x", "", "s"], ["z"]), False),
        (helper.make_node("Resize", ["x", "", "s"], ["z"], mode="linear"), True),
        (helper.make_node("ScatterND", ["x", "i", "u"], ["z"]), False),
        (helper.make_node("ScatterND", ["x", "i", "u"], ["z"], reduction="add"), True),
        (helper.make_node("Dropout", ["x", "", ""], ["z"]), False),
        (helper.make_node("Dropout", ["x", "", "t"], ["z"]), True),
        (helper.make_node("Reshape", ["x", "y"], ["z"], domain="com.example"), True),
        (helper.make_node("NonZero", ["x"], ["z"]), True),
    ],
)
def test_arithmetic(node: Any, arithmetic: bool) -> None:
    """By operator, and by the attributes that make one compute."""
    assert is_arithmetic(node) == arithmetic


def test_bodies_that_are_imported_with_their_node() -> None:
    """A branch whose condition is a constant: its nodes have tiers of their own."""
    body = helper.make_graph(
        [helper.make_node("Exp", ["x"], ["e"])], "then", [], [helper.make_empty_tensor_value_info("e")]
    )
    other = helper.make_graph(
        [helper.make_node("Abs", ["x"], ["a"])], "else", [], [helper.make_empty_tensor_value_info("a")]
    )
    nodes = [helper.make_node("If", ["c"], ["y"], then_branch=body, else_branch=other)]
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])]
    weight = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    graph = helper.make_graph(nodes, "g", infos, [helper.make_empty_tensor_value_info("y")], [weight])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    result = StagedModel(proto, CompileOptions(force="host")).run({"x": X})
    found = {tier.node: (tier.tier, tier.elsewhere) for tier in node_tiers(proto.graph, result)}
    assert found == {"y": ("merged", False), "e": ("host", True), "a": ("skipped", False)}


def test_nodes_of_one_name_share_their_tier() -> None:
    """A movement and arithmetic that cannot be told apart are arithmetic."""
    nodes = [helper.make_node("Transpose", ["x"], ["t"], "same"), helper.make_node("Exp", ["t"], ["y"], "same")]
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])]
    graph = helper.make_graph(nodes, "g", infos, [helper.make_empty_tensor_value_info("y")])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    (tier,) = node_tiers(proto.graph, StagedModel(proto, CompileOptions(force="host")).run({"x": X}))
    assert (tier.node, tier.arithmetic, tier.tier, tier.elsewhere) == ("same", True, "host", True)


def test_a_condition_is_a_parameter() -> None:
    """What decides which branch is a program's is none of the model's arithmetic; the branch is."""
    sides: dict[str, Any] = {
        side: helper.make_graph(
            [helper.make_node(kind, ["x"], [name])], side, [], [helper.make_empty_tensor_value_info(name)]
        )
        for side, kind, name in (("then_branch", "Exp", "e"), ("else_branch", "Abs", "a"))
    }
    nodes = [helper.make_node("Equal", ["s", "k"], ["c"]), helper.make_node("If", ["c"], ["y"], **sides)]
    infos = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])]
    infos += [helper.make_tensor_value_info("s", TensorProto.INT64, [])]
    weight = helper.make_tensor("k", TensorProto.INT64, [], [16000])
    graph = helper.make_graph(nodes, "g", infos, [helper.make_empty_tensor_value_info("y")], [weight])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model = StagedModel(proto, CompileOptions(force="accelerator-first"))
    for rate, taken, other in ((16000, "e", "a"), (8000, "a", "e")):
        result = model.run({"x": X, "s": np.array(rate)})
        found = {tier.node: (tier.tier, tier.elsewhere) for tier in node_tiers(proto.graph, result)}
        assert found["c"] == ("shape", False)
        assert found[taken] == ("accelerator", False)
        assert found[other] == ("skipped", False)
