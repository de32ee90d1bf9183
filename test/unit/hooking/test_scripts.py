"""Unmodified scripts: the numbers of NumPy, and everything else a script has."""

import contextlib
import io
import json
import sys
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import accelc
from accelc.cli.main import main
from accelc.cli.opt import main as opt_main

EXAMPLES = Path(__file__).parents[3] / "examples" / "numpy"
SCRIPTS = {"mlp": (4,), "kmeans": (3,), "attention": (), "life": (4,)}


def load(name: str) -> Any:
    """A script as a module."""
    spec = util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_give_what_numpy_gives(name: str) -> None:
    """Within 1e-6 of the largest element of every result, the arithmetic on the accelerator."""
    module = load(name)
    mine, theirs = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(theirs):
        expected = module.main(*SCRIPTS[name])
    with contextlib.redirect_stdout(mine), accelc.hook("trn-like") as session:
        found = module.main(*SCRIPTS[name])
    assert mine.getvalue() == theirs.getvalue()
    for key, array in expected.items():
        scale = float(np.abs(array).max())
        np.testing.assert_allclose(np.asarray(found[key]), array, rtol=0, atol=1e-6 * scale, err_msg=key)
    report = session.report
    assert report.operations["accelerator"] > report.operations["host"] * 10
    assert not report.races
    assert not report.interpreted


def test_a_training_loop_is_compiled_once() -> None:
    """More steps execute more, and compile nothing new."""
    module = load("mlp")
    counts: list[tuple[int, int]] = []
    for steps in (11, 21):
        with contextlib.redirect_stdout(io.StringIO()), accelc.hook(None) as session:
            module.main(steps)
        counts.append((session.report.second_irs, session.report.executions))
    assert counts[0][0] == counts[1][0]
    assert counts[0][1] < counts[1][1]


def script(folder: Path, text: str) -> str:
    """A file with a script."""
    path = folder / "script.py"
    path.write_text("import sys\nimport numpy as np\n" + text)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and error of `accelc run`."""
    status = main(["run", *words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_script_has_its_arguments_and_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands behind the script is its own, options of accelc too."""
    path = script(tmp_path, "if __name__ == '__main__':\n    print(sys.argv[1:])\n")
    status, out, _ = run(capsys, "--target", "tiny", path, "--target", "7")
    assert (status, out) == (0, "['--target', '7']\n")


@pytest.mark.parametrize(("code", "status", "error"), [("3", 3, ""), ("'bad'", 1, "bad\n"), ("", 0, "")])
def test_the_exit_status_is_that_of_the_script(
    code: str, status: int, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number, or a message on standard error."""
    path = script(tmp_path, f"sys.exit({code})\n")
    assert run(capsys, "--quiet", path) == (status, "", error)


def test_a_script_is_main(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Python: the absolute path, the words as given, standard input, objects of its classes; output closed."""
    text = (
        "import pickle, __main__\nclass P: pass\n"
        "print(__file__, sys.argv, sys.stdin.read(), type(pickle.loads(pickle.dumps(P()))) is __main__.P)\n"
    )
    path = script(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("given"))
    status, out, _ = run(capsys, "--quiet", "script.py", "a")
    assert (status, out) == (0, f"{path} ['script.py', 'a'] given True\n")
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", closed)
    script(tmp_path, "sys.stdout.close()\n")
    assert main(["run", "--quiet", path]) == 0
    assert closed.closed


def test_a_traceback_is_that_of_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NumPy's error, at the line of the script, without frames of accelc."""
    path = script(tmp_path, "def f(x):\n    return x @ np.ones((4, 4), np.float32)\n\nf(np.ones((3, 3), np.float32))\n")
    status, _, error = run(capsys, "--quiet", path)
    assert status == 1
    assert [line.strip() for line in error.splitlines() if "File" in line] == [
        f'File "{path}", line 6, in <module>',
        f'File "{path}", line 4, in f',
    ]
    assert "matmul: Input operand 1 has a mismatch" in error


def test_numpy_is_as_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its functions, the command line and `__main__` are restored, after an error too."""
    before = np.array, np.random.default_rng, np.random.normal, list(sys.argv), sys.modules["__main__"]
    run(capsys, "--quiet", script(tmp_path, "1 / 0\n"))
    assert (np.array, np.random.default_rng, np.random.normal, list(sys.argv), sys.modules["__main__"]) == before


def test_dumps_and_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """First IRs are modules of one instruction, second IRs of the whole stretch; the report says what went back."""
    path = script(tmp_path, "x = np.ones((4, 8), np.float32)\nx += 1\ny = x @ x.T\nprint(y.sum(), np.linalg.det(y))\n")
    first, second, report = tmp_path / "first", tmp_path / "second", tmp_path / "report.json"
    words = ("--target", "tiny", "--dump-first-ir", str(first), "--dump-second-ir", str(second), "--report")
    status, out, error = run(capsys, *words, str(report), path)
    assert (status, out) == (0, "512.0 0.0\n")
    assert sorted(file.name for file in first.iterdir()) == ["0001-add.mlir", "0002-matmul.mlir", "0003-sum.mlir"]
    assert 'graph.apply_ "add"' in (first / "0001-add.mlir").read_text()
    whole = (second / "0001-segment.mlir").read_text()
    assert 'graph.apply_ "add"' in whole
    assert "graph.matmul" in whole
    for file in (*first.iterdir(), *second.iterdir()):
        assert opt_main([str(file), "-p", "normalize-inplace", "-o", str(tmp_path / "pure.mlir")]) == 0
    assert "graph.add" in (tmp_path / "pure.mlir").read_text()
    found = json.loads(report.read_text())
    assert found["hooked"] == {"add": 1, "matmul": 1, "sum": 1}
    assert found["returned"] == [{"name": "det", "reason": "numpy.linalg.det cannot be traced", "calls": 1}]
    assert "3 NumPy calls hooked, 1 given back; " in error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "error: cannot read script '{path}': No such file or directory\n"),
        ("x = = 1\n", "error: script '{path}', line 3: invalid syntax\n"),
        ("\0", "error: script '{path}': source code string cannot contain null bytes\n"),
    ],
)
def test_what_is_no_script(text: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One diagnostic, status 1."""
    path = str(tmp_path / "script.py") if text is None else script(tmp_path, text)
    assert run(capsys, path) == (1, "", message.format(path=path))


def test_options_of_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown options and folders that are not there are diagnosed before the script begins."""
    path = script(tmp_path, "print('begun')\n")
    status, out, error = run(capsys, "--timeline", path)
    assert (status, out) == (1, "")
    assert error.startswith("error: unknown option '--timeline'")
    missing = tmp_path / "none" / "report.json"
    assert run(capsys, "--report", str(missing), path) == (
        1,
        "",
        f"error: --report {missing}: the folder '{missing.parent}' does not exist\n",
    )
