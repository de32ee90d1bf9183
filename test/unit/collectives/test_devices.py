"""Programs on several chips: sums of outputs over them, what they take, and what is refused."""

import json
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import accelc
from accelc.cli.main import main
from accelc.isa.container import save_program
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

DEVICES = 3
SHAPE = (5, 7)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny` with four chips and both algorithms."""
    tiny = load_target("tiny")
    assert tiny.topology.link is not None
    link = replace(tiny.topology.link, algorithms=("ring", "mesh"))
    path = tmp_path_factory.mktemp("target") / "four.toml"
    path.write_text(canonical_toml(replace(tiny, topology=replace(tiny.topology, chips=4, link=link))))
    return path


@pytest.fixture(scope="module")
def compiled(machine: Path) -> accelc.CompiledModel:
    """`y = relu(x w)`, and `sign = y > 0`."""
    weight = numpy_helper.from_array(np.random.default_rng(3).standard_normal((6, 7)).astype(np.float32), "w")
    zero = numpy_helper.from_array(np.zeros((), np.float32), "zero")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Relu", ["h"], ["y"]),
        helper.make_node("Greater", ["y", "zero"], ["sign"]),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 6])]
    outputs = [
        helper.make_tensor_value_info("y", TensorProto.FLOAT, list(SHAPE)),
        helper.make_tensor_value_info("sign", TensorProto.BOOL, list(SHAPE)),
    ]
    graph = helper.make_graph(nodes, "g", inputs, outputs, [weight, zero])
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    return accelc.compile(model, machine)


@pytest.fixture(scope="module")
def container(compiled: accelc.CompiledModel, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("program") / "relu.acx"
    save_program(compiled.program, path)
    return str(path)


def in_order(arrays: list[npt.NDArray[Any]], algorithm: str) -> npt.NDArray[Any]:
    """The sum in the order of the algorithm, by NumPy: 35 elements in chunks of 12, 12 and 11."""
    flat = [array.reshape(-1) for array in arrays]
    expected = np.empty_like(flat[0])
    for chunk, (begin, end) in enumerate(((0, 12), (12, 24), (24, 35))):
        middle = (begin + end + 1) // 2
        rest = [rank for rank in range(DEVICES) if rank != chunk]
        forward, backward = ([(chunk + way * k) % DEVICES for k in (1, 2, 3)] for way in (1, -1))
        for low, high, ranks in ((begin, middle, forward), (middle, end, backward)):
            order = ranks if algorithm == "ring" else [chunk, *rest]
            expected[low:high] = reduce(np.add, [flat[rank][low:high] for rank in order])
    return expected.reshape(SHAPE)


@pytest.mark.parametrize("algorithm", ["ring", "mesh"])
def test_outputs_are_summed_over_all_devices(compiled: accelc.CompiledModel, algorithm: str) -> None:
    rng = np.random.default_rng(1)
    inputs = [{"x": rng.standard_normal((5, 6)).astype(np.float32)} for _ in range(DEVICES)]
    alone = [accelc.simulate(compiled, arrays).outputs for arrays in inputs]
    result, outputs = accelc.simulate_devices(compiled, DEVICES, inputs, all_reduce=[f"y:{algorithm}"])
    expected = in_order([found["y"] for found in alone], algorithm)
    for found, own in zip(outputs, alone, strict=True):
        assert found["y"].tobytes() == expected.tobytes()
        assert found["sign"].tobytes() == own["sign"].tobytes()
    (one,) = result.reductions
    assert one.nbytes == 4 * 35
    single = accelc.simulate(compiled, timing_only=True).total_ns
    # Host segments last whole ticks of 1 ns here.
    assert result.compute_ns == (pytest.approx(single, abs=1),) * DEVICES
    assert result.total_ns == result.compute_ns[0] + one.ns
    assert result.link_bytes == pytest.approx(2 * (DEVICES - 1) * one.nbytes)
    assert 0 < result.link_utilization <= result.busiest_utilization <= 1
    # Whole ticks of 1 ns; chunks of 11 elements make the mesh on a ring a little uneven.
    if one.alone_ns is None:
        assert 2 * (20 + 12 * 4 / 4) - 4 <= one.ns <= 2 * (20 + 12 * 4 / 4)
    else:
        assert 0 <= one.ns - one.alone_ns <= 1


def test_time_alone_needs_no_inputs_and_iterations_repeat(compiled: accelc.CompiledModel) -> None:
    once, outputs = accelc.simulate_devices(compiled, 2, all_reduce=["y"])
    twice, _ = accelc.simulate_devices(compiled, 2, all_reduce=["y"], iterations=2)
    plain, _ = accelc.simulate_devices(compiled, 2)
    assert outputs == []
    assert twice.total_ns == 2 * once.total_ns
    assert plain.total_ns == once.total_ns - once.reductions[0].ns == once.compute_ns[0]
    assert plain.link_bytes == plain.link_utilization == 0


def test_the_command_prints_what_it_took(container: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "outputs.npz"
    assert main(["sim", container, "--devices", "4", "--all-reduce", "y:ring", "--output", str(saved)]) == 0
    text = capsys.readouterr().out
    assert "relu.acx on 4 devices of tiny (ring)" in text
    assert "y by ring: 140 bytes in 0.150 us (closed form 0.150 us)" in text
    assert "the same bits on every device" in text
    with np.load(saved) as found:
        assert sorted(found) == [f"device{i}/{name}" for i in range(4) for name in ("sign", "y")]
        assert all(found[f"device{i}/y"].tobytes() == found["device0/y"].tobytes() for i in range(4))
        assert found["device0/sign"].tobytes() != found["device1/sign"].tobytes()
    assert main(["sim", container, "--devices", "4", "--all-reduce", "y", "--timing-only", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["devices"], told["iterations"], told["races"]) == (4, 1, 0)
    assert [(one["algorithm"], one["ns"], one["alone_ns"]) for one in told["all_reduce"]] == [("ring", 150.0, 150.0)]
    assert told["time"]["total_ns"] == told["time"]["compute_ns"][0] + 150


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--devices", "5"], "5 devices: legal are 2 to 4, the chips of target 'tiny' (topology.chips)"),
        (["--devices", "1"], "1 devices: legal are 2 to 4"),
        (["--all-reduce", "y"], "--all-reduce needs --devices N"),
        (["--devices", "2", "--all-reduce", "q"], "has no output 'q' (its outputs: y, sign; expected OUTPUT,"),
        (["--devices", "2", "--all-reduce", "y:tree"], "has no output 'y:tree' (its outputs: y, sign; "),
        (["--devices", "2", "--all-reduce", "sign"], "output 'sign' holds truth values, which have no sum"),
        (["--devices", "2", "--all-reduce", "y", "--all-reduce", "y:mesh"], "output 'y' is summed twice"),
        (["--devices", "2", "--cores", "2"], "--cores with --devices: it is about one chip"),
        (["--devices", "2", "--no-skip"], "--no-skip with --devices: it is about one chip"),
        (["--devices", "2", "--iterations", "0"], "0 iterations: at least 1 is needed"),
        (["--devices", "2", "--iterations", "100001"], "100001 iterations: each is simulated, 100000 at most"),
    ],
)
def test_mistakes_are_told(
    container: str, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sim", container, *options]) == 1
    assert message in capsys.readouterr().err


def test_targets_without_links_or_with_other_algorithms_are_refused(compiled: accelc.CompiledModel) -> None:
    program = compiled.program
    target = load_target("gemmini-like")
    with pytest.raises(accelc.AccelcError, match="target 'gemmini-like' has one chip; give it topology"):
        run_on(program, canonical_toml(target))
    with pytest.raises(accelc.AccelcError, match="y:mesh: target 'tiny' has ring"):
        run_on(program, canonical_toml(load_target("tiny")))
    with pytest.raises(accelc.AccelcError, match="inputs of 1 devices for 2 devices"):
        accelc.simulate_devices(compiled, 2, [{}])


def run_on(program: Any, text: str) -> None:
    accelc.simulate_devices(replace(program, target_text=text), 2, all_reduce=["y:mesh"])
