"""Delay tables: what a policy chose is the same after a file, and a file that does not fit is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import accelc
from accelc.cli.main import main
from accelc.errors import UsageError
from accelc.isa.container import save_program
from accelc.isa.program import AcceleratorSegment, Program
from accelc.runtime.delays.table import DelayTable, load_table, program_checksum, save_table, table_of
from accelc.runtime.execute import execute
from accelc.runtime.multicore import run_cores

CORES = 2
Capture = pytest.CaptureFixture[str]


def _compiled(rows: int) -> Program:
    """A product with many weights, then element-wise work on its result."""
    rng = np.random.default_rng(3)
    weights = [numpy_helper.from_array(rng.standard_normal((24, 64)).astype(np.float32), "w")]
    nodes = [helper.make_node("MatMul", ["x", "w"], ["v0"]), helper.make_node("Exp", ["v0"], ["v1"])]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, 24])],
        [helper.make_tensor_value_info("v1", TensorProto.FLOAT, [rows, 64])],
        weights,
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return accelc.compile(model, target="tiny").program


@pytest.fixture(scope="module")
def program() -> Program:
    return _compiled(4)


def _device(program: Program) -> AcceleratorSegment:
    (segment,) = (segment for segment in program.segments if isinstance(segment, AcceleratorSegment))
    return segment


def _saved(program: Program, path: Path) -> DelayTable:
    """The table of a staggered run, in a file."""
    result = run_cores(program, program.target, CORES, 4, "stagger")
    table = table_of(program, result.first, result.values)
    save_table(table, program, path)
    return table


def test_a_table_is_the_same_after_a_file(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    table = _saved(program, path)
    assert load_table(path, program) == table
    assert json.loads(path.read_text())["streams_sha256"] == program_checksum(program)
    assert program_checksum(program) == program_checksum(replace(program, weights={})) != program_checksum(_compiled(3))


def test_a_table_repeats_what_the_policy_did(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    _saved(program, path)
    table = load_table(path, program)
    chosen = run_cores(program, program.target, CORES, 4, "stagger")
    repeated = run_cores(program, program.target, CORES, 4, table=table)
    assert repeated.policy == "table"
    assert repeated.first == chosen.first
    assert repeated.values == chosen.values
    with pytest.raises(UsageError, match="the delay table is for 2 cores: give --cores 2"):
        run_cores(program, program.target, 1, 4, table=table)


def test_a_core_alone_takes_the_values_of_the_first(program: Program, tmp_path: Path) -> None:
    segment = _device(program)
    slot = segment.delays[-1]
    path = tmp_path / "d.json"
    table = _saved(program, path)
    document = json.loads(path.read_text())
    document["cores"][0]["first"][segment.name] = {slot.name: 5000}
    path.write_text(json.dumps(document))
    delays = load_table(path, program).of_one_core()
    assert delays == {f"{segment.name}/{slot.name}": 5000}
    slow, fast = (execute(program, program.target, {}, functional=False, delays=each) for each in (delays, {}))
    assert slow.total_ns >= fast.total_ns + 3000
    assert table.of_one_core().keys() == {f"{segment.name}/{slot.name}" for slot in segment.delays}


def _core(document: dict[str, Any]) -> dict[str, Any]:
    return document["cores"][1]["first"]["accelerator0"]


def _stale(document: dict[str, Any]) -> None:
    document["streams_sha256"] = "0" * 64


def _no_cores(document: dict[str, Any]) -> None:
    document["cores"] = []


def _other_segment(document: dict[str, Any]) -> None:
    document["cores"][0]["then"]["accelerator1"] = {}


def _other_slot(document: dict[str, Any]) -> None:
    _core(document)["start.dma9"] = 1


def _negative(document: dict[str, Any]) -> None:
    _core(document)["start.dma0"] = -4


def _over_maximum(document: dict[str, Any]) -> None:
    _core(document)["start.dma0"] = 10**12


def _fraction(document: dict[str, Any]) -> None:
    _core(document)["start.dma0"] = 1.5


def _another_key(document: dict[str, Any]) -> None:
    document["cores"][0]["second"] = {}


def _version(document: dict[str, Any]) -> None:
    document["version"] = 2


MISTAKES: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_stale, "field 'streams_sha256': stale delay table, made for streams with sha256 000000000000..., those of "),
    (_no_cores, "field 'cores': at least one core is needed"),
    (
        _other_segment,
        "cores[0]: field 'then': field 'accelerator1': the program has no such segment; did you mean 'accelerator0'?",
    ),
    (_other_slot, "cores[1]: field 'first': field 'accelerator0': no delay 'start.dma9'; did you mean 'start.dma"),
    (
        _negative,
        "cores[1]: field 'first': field 'accelerator0': field 'start.dma0' = -4: expected an integer from 0 to ",
    ),
    (_over_maximum, "field 'accelerator0': field 'start.dma0' = 1000000000000: expected an integer from 0 to "),
    (_fraction, "field 'start.dma0' = 1.5: expected an integer from 0 to "),
    (_another_key, "cores[0]: unknown field 'second'"),
    (_version, "field 'version' = 2: expected an integer from 1 to 1"),
]


@pytest.mark.parametrize(("spoil", "message"), MISTAKES)
def test_a_table_that_does_not_fit_is_one_located_error(
    program: Program, tmp_path: Path, capsys: Capture, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    binary, path = tmp_path / "p.acx", tmp_path / "d.json"
    save_program(program, binary)
    _saved(program, path)
    document = json.loads(path.read_text())
    spoil(document)
    path.write_text(json.dumps(document))
    for options in ([], ["--cores", str(CORES)]):
        assert main(["sim", str(binary), "--timing-only", "--delays", str(path), *options]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"error: {path}: ")
        assert message in error
        assert error.count("\n") == 1


def test_the_commands_save_and_apply(program: Program, tmp_path: Path, capsys: Capture) -> None:
    binary, path = str(tmp_path / "p.acx"), str(tmp_path / "d.json")
    save_program(program, binary)
    run = ["sim", binary, "--cores", "2", "--json", "--timing-only", "--iterations", "4"]
    assert main([*run, "--delay-policy", "stagger", "--save-delays", path]) == 0
    chosen = json.loads(capsys.readouterr().out)
    assert main([*run, "--delays", path]) == 0
    repeated = json.loads(capsys.readouterr().out)
    assert repeated["policy"] == "table"
    assert repeated["time"] == chosen["time"]
    assert repeated["hbm_stall_ns"] == chosen["hbm_stall_ns"]
    assert main(["sim", binary, "--delays", path]) == 0
    capsys.readouterr()
    for options, message in (
        (["--save-delays", path], "--save-delays needs --cores N"),
        (["--temperature-cap", "50"], "--temperature-cap needs --cores N"),
        (["--delays", path, "--delay", "start.dma0=1"], "--delay and --delays both give values of delays: give one"),
        (["--delays", path, "--cores", "2", "--delay-policy", "slack"], "a table has the values that a policy chose"),
        (["--delays", str(tmp_path / "none.json")], "none.json"),
    ):
        assert main(["sim", binary, *options]) == 1
        assert message in capsys.readouterr().err


def test_a_file_that_is_no_table_is_refused(program: Program, tmp_path: Path, capsys: Capture) -> None:
    binary, path = tmp_path / "p.acx", tmp_path / "d.json"
    save_program(program, binary)
    for text, message in (("{", "not valid JSON"), ("[]", "expected an object"), ("{}", "field 'format' is missing")):
        path.write_text(text)
        assert main(["sim", str(binary), "--delays", str(path)]) == 1
        assert message in capsys.readouterr().err
