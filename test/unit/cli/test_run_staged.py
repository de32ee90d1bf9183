"""`accelc run` of models that are not one program."""

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper

import accelc
from accelc.cli.main import main


def _model(nodes: list[NodeProto], result: str) -> ModelProto:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])
    shape = helper.make_tensor_value_info("s", TensorProto.INT64, [2])
    graph = helper.make_graph(nodes, "g", [x, shape], [helper.make_empty_tensor_value_info(result)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.fixture(name="reshape")
def _reshape(tmp_path: Path) -> Path:
    """A model with a shape as its input."""
    nodes = [helper.make_node("Exp", ["x"], ["e"]), helper.make_node("Reshape", ["e", "s"], ["y"])]
    path = tmp_path / "reshape.onnx"
    path.write_bytes(_model(nodes, "y").SerializeToString())
    return path


def test_a_shape_as_input(reshape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tables, and the object, name every node with its tier; the numbers are compared."""
    np.save(tmp_path / "s.npy", np.array([3, 2]))
    arguments = ["run", str(reshape), "--input", f"s={tmp_path / 's.npy'}", "--force", "accelerator-first"]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "reshape on trn-like, precision model, in stages" in text
    assert "reference   onnxruntime: within tolerance" in text
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(node["name"], node["tier"]) for node in found["nodes"]] == [("e", "accelerator"), ("y", "accelerator")]
    assert found["programs"]["compiled"] == found["programs"]["executed"] == 1
    assert found["programs"]["total_ns"] > 0
    assert found["reference"]["within_tolerance"]
    assert "determines shapes" in found["staged"]


def test_from_python(reshape: Path) -> None:
    """The same, of a path or a model, with random weights, or without a reference."""
    inputs = {"s": np.array([6, 1])}
    for model in (reshape, str(reshape), reshape.read_bytes()):
        for run in (accelc.run(model, inputs=inputs), accelc.run_staged(model, inputs=inputs)):
            assert isinstance(run, accelc.StagedRun)
            assert run.comparison is not None
            assert run.comparison.within_tolerance
            assert run.outputs["y"].shape == (6, 1)
    options = accelc.CompileOptions(random_weights=3)
    assert accelc.run_staged(reshape, options, inputs=inputs, check=False).comparison is None
    with pytest.raises(accelc.AccelcError, match=r"^input 's' has dtype float32, the model expects int64"):
        accelc.run_staged(reshape, inputs={"s": np.array([6, 1], np.float32)})


def test_what_is_refused_both_ways(reshape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first reason is the message; a random shape fits nothing."""
    assert main(["run", str(reshape)]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == (
        "error: node 'y' (Reshape): input 's' determines shapes and depends on the values of the model's inputs; "
        "only shapes known at import are supported"
    )
    assert second.startswith(
        "note: nor can it be executed in stages, inputs that are not given being random: node 'y' (Reshape): "
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--timing-only"], "--timing-only: numbers decide what is executed"),
        (["--timing-only", "--no-weights"], "--no-weights: numbers decide what is executed"),
        (["--donate", "x=y"], "--donate: it is about the memory of one program"),
        (["--trace", "t.json"], "--trace: it shows one program"),
        (["--timeline"], "--timeline: it shows one program"),
    ],
)
def test_options_of_whole_programs(
    reshape: Path, options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stages cannot do is not done silently: the reason, and which option to leave out."""
    assert main(["run", str(reshape), *options]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("error: node 'y' (Reshape): input 's' determines shapes")
    assert second == f"note: accelc executes such a model in stages, but not with {expected}; leave it out"


def test_nothing_leaves_a_home_that_is_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A framework does not step in for the accelerator in stages either."""
    path = tmp_path / "nonzero.onnx"
    nodes = [helper.make_node("Reshape", ["x", "s"], ["r"]), helper.make_node("NonZero", ["r"], ["y"])]
    path.write_bytes(_model(nodes, "y").SerializeToString())
    np.save(tmp_path / "s.npy", np.array([3, 2]))
    arguments = ["run", str(path), "--input", f"s={tmp_path / 's.npy'}"]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main([*arguments, "--force", "accelerator"]) == 1
    assert "node 'y' (NonZero): all is forced to the accelerator, which cannot run it: " in capsys.readouterr().err


def test_no_note_for_what_stages_cannot_read_either(
    reshape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file, an input that there is not."""
    np.save(tmp_path / "z.npy", np.zeros(2))
    for arguments in ([str(tmp_path / "none.onnx")], [str(reshape), "--input", f"z={tmp_path / 'z.npy'}"]):
        for options in ([], ["--timing-only"]):
            assert main(["run", *arguments, *options]) == 1
            assert len(capsys.readouterr().err.splitlines()) == 1
