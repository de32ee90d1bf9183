"""Models that are not one static program: what runs where, how often it is compiled, and that it is right."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from accelc.driver import CompiledModel, CompileOptions
from accelc.errors import CapacityError, ModelError
from accelc.frontends.imported import ImportedModel
from accelc.frontends.onnx.framework import evaluate_onnxruntime, evaluate_reference
from accelc.staged import CompiledStep, NodeStep, StagedModel, StagedResult, executor, stages

Array = npt.NDArray[Any]
Oracle = Callable[[ModelProto, Mapping[str, Array]], list[Any]]
FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
X = np.arange(-6, 6, dtype=np.float32).reshape(3, 4)


def model(
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Array],
    outputs: Sequence[str],
    constants: Mapping[str, Array] | None = None,
) -> ModelProto:
    """A model whose inputs have types, but no shapes."""
    infos = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), [None] * a.ndim)
        for n, a in inputs.items()
    ]
    weights = [numpy_helper.from_array(a, n) for n, a in (constants or {}).items()]
    results = [helper.make_empty_tensor_value_info(name) for name in outputs]
    graph = helper.make_graph(nodes, "g", infos, results, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def node(kind: str, inputs: str, outputs: str, **attributes: Any) -> NodeProto:
    """A node, with the names of its values separated by blanks."""
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


def check(
    proto: ModelProto,
    inputs: Mapping[str, Array],
    staged: StagedModel | None = None,
    oracle: Oracle = evaluate_reference,
) -> StagedResult:
    """Execute and compare with an oracle."""
    result = (staged or StagedModel(proto)).run(inputs)
    for found, expected in zip(result.outputs.values(), oracle(proto, inputs), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    return result


def nodes_of(result: StagedResult) -> list[Any]:
    """Names of the nodes of programs, operators of the rest."""
    return [step.nodes if isinstance(step, CompiledStep) else step.op_type for step in result.steps]


def test_values_that_decide_shapes_are_guarded() -> None:
    """A shape that is an input becomes a constant of a program for that shape; another shape, another program."""
    proto = model([node("Relu", "x", "r"), node("Reshape", "r s", "y")], {"x": X, "s": np.array([2, 6])}, ["y"])
    staged = StagedModel(proto)
    for shape in ([2, 6], [4, 3], [2, 6]):
        result = check(proto, {"x": X, "s": np.array(shape)}, staged)
        (step,) = result.steps
        assert isinstance(step, CompiledStep)
        assert step.specialized == ("s",)
    (place,) = staged._stages.values()  # pyright: ignore[reportPrivateUsage]
    assert [len(variants) for variants in place.values()] == [2]


def test_too_many_values_stay_values() -> None:
    """A position that is another in each execution is not compiled again and again."""
    proto = model(
        [node("Relu", "x", "r"), node("Slice", "r a b", "y")],
        {"x": X, "a": np.array([0, 0]), "b": np.array([1, 1])},
        ["y"],
    )
    staged = StagedModel(proto)
    found: list[list[Any]] = []
    for count in range(executor.MAX_VARIANTS + 2):
        ends = np.array([1 + count % 3, 1 + count // 3])
        found.append(nodes_of(check(proto, {"x": X, "a": np.array([0, 0]), "b": ends}, staged)))
    assert found == [[("r", "y")]] * executor.MAX_VARIANTS + [[("r",), "Slice"]] * 2


def test_values_computed_by_a_stage_decide_shapes_of_the_next() -> None:
    """The graph is cut where floats become a size."""
    nodes = [
        node("ReduceMax", "x", "m", keepdims=0),
        node("Cast", "m", "c", to=INT),
        node("Unsqueeze", "c zero", "n"),
        node("Exp", "x", "e"),
        node("Concat", "one n", "reps", axis=0),
        node("Tile", "e reps", "t"),
    ]
    constants = {"zero": np.array([0]), "one": np.array([1])}
    result = check(model(nodes, {"x": X}, ["t"], constants), {"x": X})
    first, second = result.steps
    assert isinstance(first, CompiledStep)
    assert isinstance(second, CompiledStep)
    assert set(first.nodes) == {"m", "c", "n", "e", "reps"}
    assert (second.nodes, second.specialized) == (("t",), ("reps",))


def test_results_of_unknown_shape() -> None:
    """NonZero is for a framework; what is around it is compiled."""
    nodes = [node("Relu", "x", "r"), node("NonZero", "r", "z"), node("Transpose", "z", "t"), node("Neg", "r", "n")]
    result = check(model(nodes, {"x": X}, ["t", "n"]), {"x": X})
    first, found, _ = result.steps
    assert isinstance(first, CompiledStep)
    assert set(first.nodes) == {"r", "n"}
    assert isinstance(found, NodeStep)
    assert (found.op_type, found.place, found.framework) == ("NonZero", "framework", "onnxruntime")
    assert "the type of its result 'z' is not known" in found.reason


def branch(name: str, kind: str) -> GraphProto:
    """A body that reads `x` from outside."""
    return helper.make_graph([node(kind, "x", name)], name, [], [helper.make_empty_tensor_value_info(name)])


def test_a_condition_takes_one_branch() -> None:
    """Both sides of one that follows from floats; the sums decide when the model runs."""
    condition = [node("ReduceSum", "x", "s", keepdims=0), node("Greater", "s zero", "c")]
    taken = node("If", "c", "y", then_branch=branch("a", "Exp"), else_branch=branch("b", "Abs"))
    proto = model([*condition, taken], {"x": X}, ["y"], {"zero": np.array(0, np.float32)})
    staged = StagedModel(proto)
    for sign in (1, -1):
        check(proto, {"x": sign * X}, staged)


def loop(nodes: Sequence[NodeProto], carried: int, scanned: int) -> GraphProto:
    """A loop's body: values v0, v1... become w0, w1..., and p0... are stacked; it never ends early."""
    names = ["i", "c", *(f"v{k}" for k in range(carried))]
    results = ["go", *(f"w{k}" for k in range(carried)), *(f"p{k}" for k in range(scanned))]
    infos = [helper.make_tensor_value_info(n, t, []) for n, t in zip(names, (INT, TensorProto.BOOL), strict=False)]
    infos += [helper.make_tensor_value_info(name, FLOAT, None) for name in names[2:]]
    outputs = [helper.make_tensor_value_info("go", TensorProto.BOOL, [])]
    outputs += [helper.make_tensor_value_info(name, FLOAT, [3, 4]) for name in results[1:]]
    return helper.make_graph([node("Identity", "c", "go"), *nodes], "body", infos, outputs)


@pytest.mark.parametrize("trips", [0, 1, 5])
def test_the_body_of_a_loop_is_compiled_once(trips: int) -> None:
    """However often it runs; a loop without iterations has results too."""
    body = loop([node("Mul", "v0 half", "w0"), node("Add", "w0 x", "p0")], 1, 1)
    proto = model(
        [node("Loop", "n start x", "y p", body=body)],
        {"x": X},
        ["y", "p"],
        {"half": np.array(0.5, np.float32), "n": np.array(trips), "start": np.array(True)},
    )
    staged = StagedModel(proto)
    # ONNX's own evaluator joins results of iterations instead of stacking them.
    result = check(proto, {"x": X}, staged, evaluate_onnxruntime)
    programs = {id(s.compiled) for s in result.steps if isinstance(s, CompiledStep)}
    assert len(programs) == min(trips, 1)
    assert sum(isinstance(step, CompiledStep) for step in result.steps) == trips
    assert result.steps[0] == NodeStep("y", "Loop", "control", "iterations are decided when the model runs")


def test_bodies_whose_shapes_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that grows is compiled for a few shapes, then executed node by node."""
    monkeypatch.setattr(executor, "MAX_SHAPES", 2)
    body = loop([node("Concat", "v0 x", "w0", axis=0)], 1, 0)
    body.output[1].CopyFrom(helper.make_tensor_value_info("w0", FLOAT, [None, 4]))
    constants = {"n": np.array(5), "start": np.array(True)}
    proto = model([node("Loop", "n start x", "y", body=body)], {"x": X}, ["y"], constants)
    result = check(proto, {"x": X})
    assert sum(step.op_type == "Concat" for step in result.steps if isinstance(step, NodeStep)) == 3
    reasons = {step.reason for step in result.steps if isinstance(step, NodeStep) and step.op_type == "Concat"}
    assert reasons == {"the shapes in this body have changed 2 times"}


def test_what_cannot_be_compiled_is_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    """One operation too large for the machine leaves the others where they are."""
    compiled = stages.compile_imported

    def refuse(imported: ImportedModel, *rest: Any) -> CompiledModel:
        if "graph.exp" in str(imported.module):
            raise CapacityError("too large")
        return compiled(imported, *rest)

    monkeypatch.setattr(stages, "compile_imported", refuse)
    nodes = [node("Relu", "x", "r"), node("Neg", "r", "n"), node("Exp", "n", "e"), node("Abs", "e", "y")]
    result = check(model(nodes, {"x": X}, ["y"]), {"x": X})
    assert nodes_of(result) == [("r", "n"), "Exp", ("y",)]
    (single,) = (step for step in result.steps if isinstance(step, NodeStep))
    assert single.reason == "too large"


def test_values_of_any_kind() -> None:
    """Sequences of tensors between programs."""
    nodes = [
        node("Exp", "x", "e"),
        node("SequenceConstruct", "x e", "s"),
        node("SequenceAt", "s one", "a"),
        node("Neg", "a", "y"),
    ]
    result = check(model(nodes, {"x": X}, ["y"], {"one": np.array(1)}), {"x": X})
    assert nodes_of(result) == [("e",), "SequenceConstruct", "SequenceAt", ("y",)]
    reasons = [step.reason for step in result.steps if isinstance(step, NodeStep)]
    assert reasons[1] == "value 's' is a sequence, which no program of accelc holds"


def test_options_reach_the_compiler() -> None:
    """The host, if asked."""
    staged = StagedModel(model([node("Exp", "x", "y")], {"x": X}, ["y"]), CompileOptions(force="host"))
    (step,) = staged.run({"x": X}).steps
    assert isinstance(step, CompiledStep)
    assert step.compiled is not None
    assert step.compiled.count("host") == 1
    assert staged.run({"x": X}).total_ns > 0


def test_diagnostics() -> None:
    """Inputs that are not there, and a node that nothing can execute, with every reason."""
    staged = StagedModel(model([node("Relu", "x", "y")], {"x": X}, ["y"]))
    with pytest.raises(ModelError, match=r"^no value given for input 'x' of the model$"):
        staged.run({})
    with pytest.raises(ModelError, match=r"^the model has no input 'z' \(its inputs: x\)$"):
        staged.run({"x": X, "z": X})
    with pytest.raises(ModelError, match=r"^input 'x' has dtype float64, the model expects float32: convert the array"):
        staged.run({"x": X.astype(np.float64)})
    with pytest.raises(ModelError, match=r"^input 'x' has rank 2, the given shape \[12\] has 1$"):
        staged.run({"x": X.reshape(-1)})
    with pytest.raises(ModelError, match=r"^input 'x' is a tensor, a sequence is given$"):
        staged.run({"x": [X]})
    strange = StagedModel(model([node("Add", "x s", "y")], {"x": X, "s": np.zeros(3, np.float32)}, ["y"]))
    pattern = (
        r"^node 'y' \(Add\): onnxruntime cannot execute it: .*; onnx cannot execute it: .*; "
        r"not compiled because: node 'y' \(Add\): shapes 3x4, 3 do not broadcast: axis -1 has sizes \[3, 4\]$"
    )
    with pytest.raises(ModelError, match=pattern):
        strange.run({"x": X, "s": np.zeros(3, np.float32)})
