"""The commands `run`, `compile` and `sim` from argument to output and exit status."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto

import accelc
from accelc.cli.main import main

Capture = pytest.CaptureFixture[str]


def test_run_prints_tables_and_the_verdict(mlp_file: Path, capsys: Capture) -> None:
    assert main(["run", str(mlp_file), "--target", "tiny"]) == 0
    out, err = capsys.readouterr()
    for part in ("fc0", "fc1", "accelerator", "tensor", "sbuf", "lower bound", "within tolerance", "0 races"):
        assert part in out
    assert err == ""


def test_run_json_is_one_object_and_nothing_else(mlp_file: Path, capsys: Capture) -> None:
    assert main(["run", str(mlp_file), "--target", "tiny", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["model"], found["target"], found["precision"]) == ("mlp", "tiny", "model")
    assert found["reference"]["within_tolerance"] is True
    assert err == ""


def test_run_without_check_has_no_reference(mlp_file: Path, capsys: Capture) -> None:
    for option in ("--no-check", "--timing-only"):
        assert main(["run", str(mlp_file), "--target", "tiny", "--json", option]) == 0
        assert json.loads(capsys.readouterr().out)["reference"] is None


def test_run_explains_where_every_operation_is(three_homes: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(three_homes.SerializeToString())
    assert main(["run", str(path), "--target", "tiny", "--explain-partition"]) == 0
    out = capsys.readouterr().out
    assert "wider" in out
    assert "graph.cast" in out
    assert "operator Det is not known to the compiler" in out
    rules = {line.split()[1]: line.split()[3] for line in out.splitlines() if " graph." in line}
    assert rules["graph.cast"] == "param:dtypes"
    assert rules["graph.call_framework"] == "list"
    assert rules["graph.matmul"] == "engine"


def test_run_takes_inputs_from_files(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 12), np.float32))
    assert main(["run", str(mlp_file), "--target", "tiny", "--input", f"x={tmp_path / 'x.npy'}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reference"]["within_tolerance"] is True


def test_compile_then_sim_is_run(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    program, outputs, inputs = tmp_path / "m.acx", tmp_path / "out.npz", tmp_path / "x.npy"
    np.save(inputs, np.random.default_rng(3).standard_normal((3, 12)).astype(np.float32))
    assert main(["compile", str(mlp_file), "--target", "tiny", "-o", str(program)]) == 0
    assert ": 1 segment for tiny" in capsys.readouterr().out
    given = ["--input", f"x={inputs}"]
    assert main(["sim", str(program), *given, "--output", str(outputs), "--json"]) == 0
    simulated = json.loads(capsys.readouterr().out)
    assert main(["run", str(mlp_file), "--target", "tiny", *given, "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert simulated["time"]["total_ns"] == run["time"]["total_ns"]
    assert simulated["engines"] == run["engines"]
    expected = accelc.run(mlp_file, "tiny", inputs={"x": np.load(inputs)}).outputs["y"]
    with np.load(outputs) as found:
        assert found["y"].tobytes() == np.asarray(expected).tobytes()


def test_a_result_that_is_no_number_is_null_in_json(
    mlp_file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accelc.runtime import reference

    def overflow(*_: object) -> reference.Reference:
        return reference.Reference("liar", [np.full((3, 5), np.inf, np.float32)])

    monkeypatch.setattr(reference, "reference_outputs", overflow)
    assert main(["run", str(mlp_file), "--target", "tiny", "--json"]) == 1
    text = capsys.readouterr().out
    assert "Infinity" not in text
    found = json.loads(text)["reference"]
    assert found["max_abs_error"] is None
    assert found["within_tolerance"] is False


def test_sim_prints_tables(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    program = tmp_path / "m.acx"
    main(["compile", str(mlp_file), "--target", "tiny", "-o", str(program)])
    capsys.readouterr()
    assert main(["sim", str(program)]) == 0
    out = capsys.readouterr().out
    assert "m.acx on tiny" in out
    assert "fc1" in out


def test_dimensions_and_shapes_are_options(symbolic: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.onnx"
    path.write_bytes(symbolic.SerializeToString())
    for option in (["--dim", "n=3"], ["--shape", "x=3x4"]):
        assert main(["run", str(path), "--target", "tiny", "--json", *option]) == 0
        assert json.loads(capsys.readouterr().out)["reference"]["within_tolerance"] is True


def test_random_weights_are_checked_against_the_same_weights(mlp_file: Path, capsys: Capture) -> None:
    assert main(["run", str(mlp_file), "--target", "tiny", "--random-weights", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reference"]["within_tolerance"] is True


def test_a_wrong_result_is_an_error(mlp_file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    from accelc.runtime import reference

    def lie(*_: object) -> reference.Reference:
        return reference.Reference("liar", [np.zeros((3, 5), np.float32)])

    monkeypatch.setattr(reference, "reference_outputs", lie)
    assert main(["run", str(mlp_file), "--target", "tiny"]) == 1
    out, err = capsys.readouterr()
    assert "liar: NOT within tolerance" in out
    assert err.startswith("error: the outputs differ from the reference")


def test_a_reference_that_cannot_be_had_is_explained(
    mlp_file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accelc.runtime import reference

    def fail(*_: object) -> list[object]:
        raise RuntimeError("no kernel\nfor this operator")

    monkeypatch.setattr(reference, "_onnxruntime", fail)
    assert main(["run", str(mlp_file), "--target", "tiny"]) == 0
    out = capsys.readouterr().out
    assert "onnx.reference: within tolerance" in out
    assert "onnxruntime cannot execute the model: no kernel\n" in out


def test_importing_accelc_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    script = "import sys, accelc; print(sorted({'numpy', 'xdsl', 'onnx', 'rich'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_saved_ir_of_a_model_can_be_read_again(mlp: ModelProto, tmp_path: Path) -> None:
    from accelc.cli.opt import main as opt

    onnx.checker.check_model(mlp)  # pyright: ignore[reportUnknownMemberType]
    accelc.compile(mlp, "tiny", save_ir=tmp_path)
    for path in tmp_path.iterdir():
        if "module" in path.read_text(encoding="utf-8"):
            assert opt([str(path)]) == 0
