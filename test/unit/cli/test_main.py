"""The command line of `accelc`: commands, options, and one diagnostic per mistake."""

import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from accelc.cli.main import main
from accelc.registry import COMMANDS
from accelc.targets import load_target, target_names
from accelc.targets.canonical import target_hash
from accelc.targets.reader import preset_path


def diagnostic(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Standard error of a run that must fail without any output."""
    status = main(words)
    out, err = capsys.readouterr()
    assert (status, out) == (1, "")
    return err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Every command can be loaded, and describes all of its options."""
    assert import_module(COMMANDS[name][0]).execute
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert f"usage: accelc {name}" in capsys.readouterr().out


def test_help_lists_all_commands() -> None:
    """`accelc --help` imports no command and names all of them."""
    program = "import sys; from accelc.cli.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    *listing, modules = result.stdout.splitlines()
    words = {line.split()[0] for line in listing if line.startswith("    ")}
    assert set(COMMANDS) <= words
    assert not {"numpy", "onnx", "rich", *(module for module, _ in COMMANDS.values())} & set(modules.split())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is that of the installed package."""
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"accelc {version('accelc')}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["target"], "error: unknown command 'target'; did you mean 'targets'? (commands: "),
        ([], "error: the following arguments are required: COMMAND (see 'accelc --help')"),
        (
            ["targets", "--debugg"],
            "error: unknown option '--debugg'; did you mean '--debug'? (see '",
        ),
        (["targets", "list", "more"], "error: unknown argument 'more' (see 'accelc targets --help')"),
        (["targets", "shw"], "error: argument ACTION: invalid choice: 'shw' (choose from "),
        (["targets", "show"], "error: the following arguments are required: TARGET (see 'accelc targets show --help')"),
        (["targets", "show", "tny"], "error: unknown target 'tny'; did you mean 'tiny'? (presets: "),
        (["targets", "check", "/absent.toml"], "error: '/absent.toml': No such file or directory"),
    ],
)
def test_mistakes(capsys: pytest.CaptureFixture[str], words: list[str], expected: str) -> None:
    """A wrong word on the command line is named, with what would be right."""
    assert diagnostic(capsys, *words).startswith(expected)


def test_targets_lists_all_presets(capsys: pytest.CaptureFixture[str]) -> None:
    """`accelc targets` is short for `accelc targets list`."""
    assert main(["targets"]) == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()] == ["target", *target_names()]
    assert main(["targets", "list"]) == 0
    assert capsys.readouterr().out == listed


@pytest.mark.parametrize("name", target_names())
def test_targets_show(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A preset is shown as a summary, as its file, and as JSON with every key."""
    assert main(["targets", "show", name]) == 0
    assert target_hash(load_target(name)) in capsys.readouterr().out
    assert main(["targets", "show", name, "--toml"]) == 0
    assert capsys.readouterr().out == preset_path(name).read_text(encoding="utf-8")
    assert main(["targets", "show", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tensor"]["rows"] == load_target(name).tensor.rows


def test_targets_check_reports_all_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Good files are confirmed, and the mistakes of all bad files are listed, each line located."""
    text = preset_path("tiny").read_text(encoding="utf-8")
    (tmp_path / "good.toml").write_text(text, encoding="utf-8")
    (tmp_path / "one.toml").write_text(text.replace("ndims = 4", "ndims = 0"), encoding="utf-8")
    (tmp_path / "two.toml").write_bytes(b"\xff")
    files = [str(tmp_path / name) for name in ("one.toml", "good.toml", "two.toml")]
    assert main(["targets", "check", *files]) == 1
    out, err = capsys.readouterr()
    assert out == f"{files[1]}: target 'tiny' is valid (sha256 {target_hash(load_target('tiny'))})\n"
    first, second = err.splitlines()
    assert first.startswith(f"{files[0]}:")
    assert first.endswith(": error: dma.ndims: 0 is not an integer from 1 to 4 dimensions")
    assert second == f"{files[2]}: error: byte 0 is not UTF-8 text: not a TOML file"


def test_a_closed_pipe_is_no_mistake() -> None:
    """`accelc ... | head` ends without a word when the reader goes away."""
    command = [sys.executable, "-m", "accelc.cli.main", "targets", "show", "trn-like", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 1)
    process.stderr.close()
