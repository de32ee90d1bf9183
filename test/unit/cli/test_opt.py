"""Whatever is wrong with the input of `accelc-opt`, there is one diagnostic, status 1 and no partial file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelc.cli.opt import main

GRAPH = """graph.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
"""
DAMAGE = ("", "%", "@", "#", "!", "<", ">", "{", '"', "-1", "x", "graph.", "dense<", "\n")


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def diagnostic(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Standard error of a run that must fail without any output."""
    status = main(words)
    out, err = capsys.readouterr()
    assert status == 1
    assert out == ""
    assert "Traceback" not in err
    assert len(re.findall(r"^(?:\S+: )?error: ", err, re.MULTILINE)) == 1, err
    return err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("func.func @f( {", "t.mlir:1:15: error: Expected argument or type\nfunc.func @f( {\n              ^\n"),
        ('\n"nobody.op"() : () -> ()', "t.mlir:2:12: error: Operation nobody.op is not registered\n"),
        ("graph.func @f() {\n  graph.nothing\n}", "t.mlir:3:1: error: Operation graph.nothing is not registered\n"),
        ('"builtin.module"() ({', "t.mlir:1:22: error: "),
        ("}" * 500, "t.mlir:1:1: error: Could not parse entire input!\n" + "}" * 100 + "\n^\n"),
        ("\x00\x1b[31m", "t.mlir:1:1: error: Unexpected character: ?\n??[31m\n^\n"),
        ('"builtin.module"() ({' * 3000, "error: t.mlir: nested too deeply to parse\n"),
        ("%0 = arith.constant 99999 : i8", "error: Integer value 99999 is out of range for type i8"),
        ("graph.func @f(%x: tensor<4xf32>) -> tensor<4xf32> { graph.return %y : tensor<4xf32> }", "error: "),
    ],
    ids=["syntax", "dialect", "op", "truncated", "long line", "control", "nesting", "attribute", "value"],
)
def test_malformed_text(capsys: pytest.CaptureFixture[str], text: str, expected: str) -> None:
    """The place and the line are shown, and nothing else."""
    Path("t.mlir").write_text(text, encoding="utf-8")
    err = diagnostic(capsys, "t.mlir")
    assert expected in err
    assert len(err.splitlines()) <= 6
    assert re.search(r"t\.mlir", err)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_random_bytes(capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    """Random bytes are either an empty module's blanks and comments, or a diagnostic."""
    Path("t.mlir").write_bytes(data)
    status = main(["t.mlir"])
    out, err = capsys.readouterr()
    assert (status == 0) == (err == "")
    assert status == 0 or (out == "" and "error: " in err)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_text(capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    """Text that was almost right is diagnosed as well: no exception of the parser escapes."""
    start = data.draw(st.integers(0, len(GRAPH)))
    end = data.draw(st.integers(start, len(GRAPH)))
    inserted = data.draw(
        st.sampled_from(["", "%", "@", "#", "!", "<", ">", "{", '"', "-1", "x", "graph.", "dense<", "\n"])
    )
    Path("t.mlir").write_text(GRAPH[:start] + inserted + GRAPH[end:], encoding="utf-8")
    status = main(["t.mlir"])
    out, err = capsys.readouterr()
    assert (status == 0) == (err == "")
    assert status == 0 or (out == "" and "error: " in err)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-p", "nothing"], "error: unknown pass 'nothing' (see 'accelc-opt --list-passes')\n"),
        (["-p", "canonicalise"], "error: unknown pass 'canonicalise'; did you mean 'canonicalize'?"),
        (["-p", "cse{depth=1}"], "error: pass 'cse' has no option 'depth' (its options: none)\n"),
        (["-p", "set-precision{}"], "error: pass 'set-precision' needs the option 'precision', which is text\n"),
        (["-p", "set-precision{prec=bf16}"], "pass 'set-precision' has no option 'prec'; did you mean 'precision'?"),
        (["-p", "set-precision{precision=5}"], 'is 5: expected text, as in precision="5"\n'),
        (["-p", "chunk-rows{rows=x}"], "error: option 'rows' of pass 'chunk-rows' is \"x\": expected an integer\n"),
        (["-p", "lower-to-engine{resident=1}"], "is 1: expected a number with a decimal point\n"),
        (["-p", "insert-delays{throttle=1}"], 'is 1: expected text, several behind commas, as in throttle="1"\n'),
        (["-p", "schedule-engines{spill}"], "of pass 'schedule-engines' is empty: expected true or false\n"),
        (["-p", "cse{"], "pass-pipeline:1:5"),
        (["-t", "acx{weight=5}"], "error: form of output 'acx' has no option 'weight'; did you mean 'weights'?"),
        (["-t", "acx{weights=5}"], "option 'weights' of form of output 'acx' is 5: expected text"),
        (["--nothing"], "error: unrecognized arguments: --nothing (see 'accelc-opt --help')\n"),
        (["-t", "cpp-mlir,acx"], "error: -t 'cpp-mlir,acx': expected one form of output\n"),
        (["-t", "cpp-mlir{limit=0}"], "error: limit 0: expected an integer from 1 to 1024\n"),
        (["-t", "nothing"], "error: argument -t/--target: invalid choice: 'nothing'"),
        (["other.mlir"], "error: unrecognized arguments: other.mlir"),
    ],
)
def test_command_line(capsys: pytest.CaptureFixture[str], words: list[str], expected: str) -> None:
    """A wrong pass, option or argument is named."""
    Path("t.mlir").write_text(GRAPH, encoding="utf-8")
    assert expected in diagnostic(capsys, "t.mlir", *words)


def test_files(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is missing, a folder, or of another kind is named."""
    assert diagnostic(capsys, "absent.mlir") == "error: 'absent.mlir': No such file or directory\n"
    Path("folder.mlir").mkdir()
    assert diagnostic(capsys, "folder.mlir") == "error: 'folder.mlir': Is a directory\n"
    Path("folder").mkdir()
    assert diagnostic(capsys, "folder") == "error: 'folder': Is a directory\n"
    assert diagnostic(capsys, "x.onnx") == "error: 'x.onnx': unknown file extension '.onnx' (known: .mlir)\n"


def test_split_input_counts_lines_from_the_start_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in the second part is located in the file, not in the part."""
    Path("t.mlir").write_text(GRAPH + "// -----\nfunc.func @f( {\n", encoding="utf-8")
    assert main(["--split-input-file", "t.mlir"]) == 1
    assert "t.mlir:6:15: error: " in capsys.readouterr().err


def test_no_partial_output(capsys: pytest.CaptureFixture[str]) -> None:
    """With -o nothing is written unless everything succeeded, and an older file stays."""
    Path("t.mlir").write_text(GRAPH + "// -----\n%0 = nonsense\n", encoding="utf-8")
    diagnostic(capsys, "--split-input-file", "t.mlir", "-o", "out.mlir")
    assert sorted(path.name for path in Path().iterdir()) == ["t.mlir"]
    Path("good.mlir").write_text(GRAPH, encoding="utf-8")
    assert main(["good.mlir", "-o", "out.mlir"]) == 0
    good = Path("out.mlir").read_text(encoding="utf-8")
    assert "graph.relu" in good
    diagnostic(capsys, "--split-input-file", "t.mlir", "-o", "out.mlir")
    assert Path("out.mlir").read_text(encoding="utf-8") == good


def test_verifier_underlines_the_op(capsys: pytest.CaptureFixture[str]) -> None:
    """A rule of an op that is broken is shown at the op, cut from the surrounding IR."""
    Path("t.mlir").write_text("func.func @f() -> i32 { func.return }", encoding="utf-8")
    err = diagnostic(capsys, "t.mlir")
    assert '"func.return"() : () -> ()\n    ^^^^' in err


def test_debug_keeps_the_traceback() -> None:
    """With --debug the exception is not caught; without, the process ends with status 1 and one diagnostic."""
    Path("t.mlir").write_text("nonsense", encoding="utf-8")
    command = [sys.executable, "-m", "accelc.cli.opt", "t.mlir"]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (plain.returncode, plain.stdout, plain.stderr.count("Traceback")) == (1, "", 0)
    debug = subprocess.run([*command, "--debug"], capture_output=True, text=True, check=False)
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr
