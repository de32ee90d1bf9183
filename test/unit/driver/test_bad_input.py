"""Every mistake of a user ends in one located diagnostic, status 1, no traceback and no partial file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper

import accelc
from accelc.cli.main import main
from accelc.cli.opt import main as opt_main
from accelc.errors import ProgramError
from accelc.isa.container import save_program
from accelc.isa.program import AcceleratorSegment, Program
from accelc.isa.records import Records, Wait, field
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

Capture = pytest.CaptureFixture[str]
Main = Callable[[Sequence[str]], int]
RANDOM = np.random.default_rng(0).bytes(4000)


def refused(capsys: Capture, arguments: Sequence[str], *parts: str, command: Main = main) -> str:
    """Run a command that must fail with one diagnostic that has all `parts`; gives the diagnostic."""
    assert command(list(arguments)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.match(r"(\S+: )?error: ", err) or command is not main
    assert err.count("error: ") == 1
    assert "Traceback" not in err
    for part in parts:
        assert part in err
    return err


def compiled(model: ModelProto, path: Path) -> Program:
    """Compile for `tiny` and save."""
    program = accelc.compile(model, "tiny").program
    save_program(program, path)
    return program


def test_seeds_are_not_negative(mlp_file: Path, capsys: Capture) -> None:
    for option in ("--seed", "--random-weights"):
        refused(capsys, ["run", str(mlp_file), "--target", "tiny", option, "-1"], "seed of random", "-1")


def test_outputs_that_cannot_be_written(mlp: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    program, out = tmp_path / "m.acx", tmp_path / "none" / "y.npz"
    compiled(mlp, program)
    refused(capsys, ["sim", str(program), "--output", str(out), "--timing-only"], "--output with --timing-only")
    refused(capsys, ["sim", str(program), "--output", str(out)], f"'{out}': No such file")


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_truncated_models(mlp: ModelProto, tmp_path: Path, capsys: Capture, keep: int) -> None:
    path, out = tmp_path / "broken.onnx", tmp_path / "out.acx"
    path.write_bytes(mlp.SerializeToString()[:keep])
    refused(capsys, ["run", str(path), "--target", "tiny"], "broken.onnx")
    refused(capsys, ["compile", str(path), "--target", "tiny", "-o", str(out)], "broken.onnx")
    assert not out.exists()


def test_random_bytes_as_any_file(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    for suffix in ("onnx", "acx", "toml", "mlir", "npy"):
        (tmp_path / f"noise.{suffix}").write_bytes(RANDOM)
    refused(capsys, ["run", str(tmp_path / "noise.onnx")], "noise.onnx")
    refused(capsys, ["sim", str(tmp_path / "noise.acx")], "noise.acx")
    refused(capsys, ["run", str(mlp_file), "--target", str(tmp_path / "noise.toml")], "noise.toml")
    refused(capsys, [str(tmp_path / "noise.mlir")], "noise.mlir", command=opt_main)
    given = f"x={tmp_path / 'noise.npy'}"
    refused(capsys, ["run", str(mlp_file), "--target", "tiny", "--input", given], "input 'x'", "noise.npy")


def test_files_that_are_not_there(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    refused(capsys, ["run", str(tmp_path / "none.onnx")], "none.onnx", "No such file")
    refused(capsys, ["sim", str(tmp_path / "none.acx")], "none.acx", "No such file")
    given = f"x={tmp_path / 'none.npy'}"
    refused(capsys, ["run", str(mlp_file), "--input", given], "none.npy", "No such file")
    out = tmp_path / "no" / "folder.acx"
    refused(capsys, ["compile", str(mlp_file), "--target", "tiny", "-o", str(out)], "No such file")


def test_unbound_symbolic_dimensions(symbolic: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.onnx"
    path.write_bytes(symbolic.SerializeToString())
    refused(capsys, ["run", str(path)], "input 'x'", "dimension 'n'")
    refused(capsys, ["run", str(path), "--dim", "n=1", "--dim", "m=3"], "no symbolic dimension 'm'")
    refused(capsys, ["run", str(path), "--dim", "n=three"], "--dim n", "'three'")
    refused(capsys, ["run", str(path), "--dim", "n"], "--dim 'n'", "NAME=VALUE")
    refused(capsys, ["run", str(path), "--dim", "n=1", "--dim", "n=2"], "given twice")
    refused(capsys, ["run", str(path), "--shape", "x=1x12", "--shape", "x=2x12"], "--shape: 'x' is given twice")


@pytest.mark.parametrize(
    ("array", "parts"),
    [
        (np.zeros((3, 12)), ("input 'x'", "float64", "float32")),
        (np.zeros((3, 11), np.float32), ("input 'x'", "11", "12")),
        (np.zeros(36, np.float32), ("input 'x'", "rank")),
        (np.array([{"a": 1}]), ("input 'x'", "not a .npy file that holds a plain array")),
    ],
)
def test_inputs_of_another_type(
    mlp_file: Path,
    tmp_path: Path,
    capsys: Capture,
    array: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    parts: tuple[str, ...],
) -> None:
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    refused(capsys, ["run", str(mlp_file), "--target", "tiny", "--input", f"x={tmp_path / 'x.npy'}"], *parts)


def test_an_input_the_model_does_not_have(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 12), np.float32))
    refused(capsys, ["run", str(mlp_file), "--input", f"data={tmp_path / 'x.npy'}"], "no input 'data'", "x")
    program = tmp_path / "m.acx"
    main(["compile", str(mlp_file), "--target", "tiny", "-o", str(program)])
    capsys.readouterr()
    refused(capsys, ["sim", str(program), "--input", f"data={tmp_path / 'x.npy'}"], "no input 'data'")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--target", "trn-lik"], ("unknown target 'trn-lik'", "did you mean 'trn-like'")),
        (["--precision", "bf17"], ("unknown precision 'bf17'", "bf16")),
        (["--tarlet", "tiny"], ("unknown option '--tarlet'", "--target")),
        (["--force", "hots"], ("'hots'", "did you mean 'host'")),
        (["--seed", "x"], ("--seed",)),
        (["--random-weights", "x"], ("--random-weights",)),
    ],
)
def test_unknown_words(mlp_file: Path, capsys: Capture, arguments: list[str], parts: tuple[str, ...]) -> None:
    refused(capsys, ["run", str(mlp_file), *arguments], *parts)


def test_unknown_delays(mlp: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    compiled(mlp, tmp_path / "m.acx")
    refused(capsys, ["sim", str(tmp_path / "m.acx"), "--delay", "layer999=4"], "no delay 'layer999'")
    refused(capsys, ["sim", str(tmp_path / "m.acx"), "--delay", "layer0=99999999999"], "layer0", "range")


def test_a_target_with_an_unknown_key(mlp_file: Path, tmp_path: Path, capsys: Capture) -> None:
    text = canonical_toml(load_target("tiny"))
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("[sequencer]", "[sequencer]\ndecode_cyclse = 1"), encoding="utf-8")
    error = refused(capsys, ["run", str(mlp_file), "--target", str(path)], "decode_cyclse", "decode_cycles")
    assert re.search(r"mine\.toml:\d+", error)
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    refused(capsys, ["run", str(mlp_file), "--target", str(path)], "mine.toml")


def test_a_program_for_another_target(mlp: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    compiled(mlp, tmp_path / "m.acx")
    arguments = ["sim", str(tmp_path / "m.acx"), "--target", "trn-like"]
    refused(capsys, arguments, "m.acx", "'tiny'", "'trn-like'")


def test_a_program_with_one_flipped_byte(mlp: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "m.acx"
    compiled(mlp, path)
    data = path.read_bytes()
    places = np.random.default_rng(1).integers(0, len(data), 25).tolist()
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        refused(capsys, ["sim", str(path)], "m.acx")


@pytest.mark.parametrize("keep", [0, 10, 3000, -1])
def test_a_truncated_program(mlp: ModelProto, tmp_path: Path, capsys: Capture, keep: int) -> None:
    path = tmp_path / "m.acx"
    compiled(mlp, path)
    path.write_bytes(path.read_bytes()[:keep])
    refused(capsys, ["sim", str(path)], "m.acx")


def test_external_data_outside_of_the_folder(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    folder = tmp_path / "model"
    folder.mkdir()
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 4], data_location=TensorProto.EXTERNAL)
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "../secret.bin"
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], "product")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 4])],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    refused(capsys, ["run", str(folder / "m.onnx"), "--target", "tiny"], "'w'", "secret.bin")


def test_a_tensor_larger_than_hbm(tmp_path: Path, capsys: Capture) -> None:
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"], "big")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2**20, 2**16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2**20, 2**16])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    (tmp_path / "big.onnx").write_bytes(model.SerializeToString())
    out = tmp_path / "big.acx"
    arguments = ["compile", str(tmp_path / "big.onnx"), "--force", "accelerator", "-o", str(out)]
    refused(capsys, arguments, "hbm", str(2**38), str(load_target("trn-like").hbm.bytes))
    assert not out.exists()


def test_a_wait_that_is_never_signalled(mlp: ModelProto, tmp_path: Path, capsys: Capture) -> None:
    program = accelc.compile(mlp, "tiny").program
    (segment,) = program.segments
    assert isinstance(segment, AcceleratorSegment)
    streams: dict[str, Records] = {lane: stream.copy() for lane, stream in segment.cores[0].items()}
    waiting = field(streams["tensor"], "wait_condition") == Wait.GE
    assert waiting.any()
    field(streams["tensor"], "wait_value")[np.flatnonzero(waiting)[-1]] = 30000
    save_program(replace(program, segments=(replace(segment, cores=(streams,)),)), tmp_path / "m.acx")
    refused(capsys, ["sim", str(tmp_path / "m.acx")], "deadlock", "'tensor'", ">= 30000")


def test_values_that_are_no_programs(mlp: ModelProto) -> None:
    with pytest.raises(ProgramError, match="ModelProto is no program: expected a compiled model, a Program or a path"):
        accelc.simulate(mlp)  # pyright: ignore[reportArgumentType]
