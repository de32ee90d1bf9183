"""`accelc profile`, and `--trace` of `run` and `sim`."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from html_data import read_report
from onnx import TensorProto, helper

from accelc.cli.main import main
from accelc.profile import export
from benchmarks.simulator.oracles.parsed_trace import parse_trace


@pytest.fixture(scope="module")
def model() -> Path:
    """A published network."""
    return import_module("model_files").light_models()["squeezenet"]


@pytest.fixture(scope="module")
def program(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, compiled."""
    path = tmp_path_factory.mktemp("program") / "net.acx"
    assert main(["compile", str(model), "-o", str(path)]) == 0
    return path


def test_a_program_is_profiled(program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["profile", str(program), "-o", str(folder)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("net on trn-like\n")
    for part in ("share of the time by engine", "longest stalls", "operations per byte", "MFU", "MBU", "warning"):
        assert part in text
    trace = parse_trace((folder / "trace.pftrace").read_bytes())
    assert trace.slices["core 0/tensor/tensor MM"]
    assert (folder / "stalls.csv").read_text(encoding="utf-8").startswith("timing,core,lane,begin,end,reason,")
    report = read_report((folder / "report.html").read_text(encoding="utf-8"))
    assert (report["title"], report["summary"]["races"], report["summary"]["lower_bound_ns"]) == ("net", 0, None)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert main(["profile", str(program), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == summary


def test_the_report_of_a_model(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.html"
    assert main(["profile", str(model), "--html", str(path), "--json"]) == 0
    shown = read_report(path.read_text(encoding="utf-8"))["summary"]
    printed = json.loads(capsys.readouterr().out)
    assert 0 < shown["lower_bound_ns"] < shown["total_ns"]
    for name in ("total_ns", "mfu", "mbu", "array_busy", "instructions", "macs"):
        assert shown[name] == printed[name]


def test_run_and_sim_write_the_same_trace(program: Path, model: Path, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("run.pftrace", "sim.pftrace", "profile.pftrace")]
    assert main(["run", str(model), "--timing-only", "--trace", str(paths[0])]) == 0
    assert main(["sim", str(program), "--timing-only", "--trace", str(paths[1])]) == 0
    assert main(["profile", str(program), "--trace", str(paths[2])]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes() == paths[2].read_bytes()


def onnx_file(path: Path, op: str, name: str) -> Path:
    """A model of one operation."""
    value = {key: helper.make_tensor_value_info(key, TensorProto.FLOAT, [4, 4]) for key in ("x", "y")}
    graph = helper.make_graph([helper.make_node(op, ["x"], ["y"], name)], "g", [value["x"]], [value["y"]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("op", ["Identity", "Relu"])
def test_a_program_without_records(op: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, folder = onnx_file(tmp_path / "m.onnx", op, "n"), tmp_path / "out"
    assert main(["profile", str(model), "--force", "host", "-o", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["instructions"] == 0
    assert "host" in " ".join(parse_trace((folder / "trace.pftrace").read_bytes()).slices)
    assert main(["run", str(model), "--force", "host", "--trace", str(tmp_path / "t.json")]) == 0
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["traceEvents"]


@pytest.mark.parametrize("command", [["profile"], ["run"], ["run", "--explain-partition"]])
def test_names_do_nothing_to_a_terminal(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = onnx_file(tmp_path / "m.onnx", "Relu", "a\x1b[31m\rb\x07")
    assert main([command[0], str(model), *command[1:]]) == 0
    text = capsys.readouterr().out
    assert "a?[31m?b?" in text
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "csv"], "--format without --tables or -o: no tables are written"),
        (["--precision", "bf16"], "--precision with '{program}': the program is compiled already"),
        (["--target", "tiny"], "compiled for 'trn-like', not for target 'tiny'"),
        (["--tables", "{folder}", "--format", "xls"], "unknown format of tables 'xls'"),
        (["--trace", "{folder}/none/trace.json"], "No such file or directory"),
        (["--trace", "{folder}/trace.foo"], "trace.foo' ends in none of .pftrace, .perfetto-trace, .json (Chrome's"),
        (["--output", ""], "argument -o/--output: the name is empty"),
        (["--html", "{folder}/none/report.html"], "none/report.html': No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_refused(
    program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    words = [word.format(folder=tmp_path) for word in arguments]
    assert main(["profile", str(program), *words]) == 1
    assert message.format(program=program) in capsys.readouterr().err


def test_a_missing_package_is_named(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is compiled, with the command that installs it."""

    def missing(name: str) -> None:
        assert name == "pyarrow"

    monkeypatch.setattr(export, "find_spec", missing)
    assert main(["profile", str(model), "--tables", "t", "--format", "parquet"]) == 1
    error = capsys.readouterr().err
    assert "Parquet files need the package pyarrow: install it with: pip install 'accelc[profile]'" in error


def test_a_trace_is_of_one_core(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", str(program), "--cores", "2", "--trace", "t.json"]) == 1
    assert "--trace with --cores: it shows one execution of one core" in capsys.readouterr().err
