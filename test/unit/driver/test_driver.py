"""Models through the whole driver: homes, names, times, files, and equality of every level."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto

import accelc
from accelc.driver import CompileOptions, compile_model, run_model
from accelc.errors import ModelError, UsageError
from accelc.interpreters.engine import run_engine
from accelc.isa.container import save_program
from accelc.isa.program import AcceleratorSegment, same_program
from accelc.isa.text.disassembler import disassemble
from accelc.numerics import DTYPES
from accelc.pipelines import GRAPH_PASSES, PROGRAM_PASSES
from accelc.report.figures import engine_times, layer_rows, race_count, run_json
from accelc.runtime.execute import execute
from accelc.targets import load_target

TINY = CompileOptions("tiny")
KEYS: dict[str, Any] = {
    "schema_version": None,
    "model": None,
    "target": None,
    "precision": None,
    "ops": ("accelerator", "host", "framework"),
    "time": ("total_ns", "tensor_hz", "cycles", "tensor_cycles", "lower_bound_ns"),
    "totals": ("instructions", "waits", "dma_bytes"),
    "launches": None,
    "engines": None,
    "memory": None,
    "sync": ("required", "emitted"),
    "races": None,
    "seconds": ("import", "compile", "simulate", "reference", "total"),
    "reference": ("oracle", "max_abs_error", "max_rel_error", "cosine", "within_tolerance"),
    "layers": None,
}


@pytest.mark.parametrize("target", ["tiny", "gemmini-like", "tpu-like", "trn-like"])
def test_a_model_gives_the_numbers_of_the_reference_on_every_preset(mlp: ModelProto, target: str) -> None:
    result = run_model(mlp, CompileOptions(target))
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    assert result.compiled.count("accelerator") > 0
    assert race_count(result.execution) == 0
    assert result.execution.total_ns >= result.compiled.lower_bound.ns > 0


def test_every_home_is_used_and_explained(three_homes: ModelProto) -> None:
    result = run_model(three_homes, TINY)
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    homes = {p.loc_name: (p.home, bool(p.reason)) for p in result.compiled.placements}
    assert homes["product"] == ("accelerator", False)
    assert homes["wider"] == ("host", True)
    assert homes["volume"] == ("framework", True)
    places = [segment.place for segment in result.execution.segments]
    assert set(places) == {"accelerator", "host", "framework"}


def test_all_work_can_be_forced_to_the_host(mlp: ModelProto) -> None:
    result = run_model(mlp, CompileOptions("tiny", force="host"))
    assert result.compiled.count("host") == len(result.compiled.placements) > 0
    assert result.comparison is not None
    assert result.comparison.within_tolerance
    with pytest.raises(UsageError, match="unknown home 'framework' to force"):
        run_model(mlp, CompileOptions("tiny", force="framework"))


def test_outputs_that_nothing_computes_are_returned(odd_outputs: ModelProto) -> None:
    result = run_model(odd_outputs, TINY)
    assert list(result.execution.outputs) == ["same", "constant", "sum", "sum_again"]
    assert result.comparison is not None
    assert result.comparison.max_abs_error == 0


def test_random_integers_index_their_table(embedding: ModelProto) -> None:
    compiled = compile_model(embedding, TINY)
    assert compiled.index_bounds == {"ids": 11}
    for seed in range(5):
        result = run_model(embedding, TINY, seed=seed)
        assert result.comparison is not None
        assert result.comparison.within_tolerance


def test_the_interpreters_and_the_simulator_agree_bit_for_bit(mlp: ModelProto) -> None:
    target = load_target("tiny")
    compiled = compile_model(mlp, TINY)
    x = np.random.default_rng(0).standard_normal((3, 12)).astype(np.float32)
    simulated = execute(compiled.program, target, {"x": x}).outputs["y"]
    (segment,) = compiled.program.segments
    assert isinstance(segment, AcceleratorSegment)
    weights = {b.name.removeprefix(f"{segment.name}."): b.name for b in segment.bindings if b.role == "weight"}
    bindings = {"in0": x, **{symbol: compiled.program.weights[name] for symbol, name in weights.items()}}
    interpreted = run_engine(compiled.engine_programs[segment.name], target, bindings)["out0"]
    assert interpreted.tobytes() == simulated.tobytes()
    assert simulated.dtype == DTYPES["fp32"]


def test_timing_alone_gives_the_same_times(three_homes: ModelProto) -> None:
    full = run_model(three_homes, TINY)
    timed = run_model(three_homes, TINY, timing_only=True)
    assert timed.execution.outputs == {}
    assert timed.comparison is None
    assert timed.execution.total_ns == full.execution.total_ns
    assert engine_times(timed.execution, full.compiled.target) == engine_times(full.execution, full.compiled.target)


def test_times_of_an_engine_add_up_to_the_total(three_homes: ModelProto) -> None:
    result = run_model(three_homes, TINY)
    for row in engine_times(result.execution, result.compiled.target).values():
        assert row["busy_ns"] + row["stall_ns"] + row["idle_ns"] == pytest.approx(result.execution.total_ns)


def test_a_program_from_a_file_gives_the_same_outputs_and_times(three_homes: ModelProto, tmp_path: Path) -> None:
    compiled = accelc.compile(three_homes, "tiny")
    path = tmp_path / "model.acx"
    save_program(compiled.program, path)
    inputs = {"x": np.random.default_rng(1).standard_normal((4, 4)).astype(np.float32)}
    direct, loaded = accelc.simulate(compiled, inputs), accelc.simulate(path, inputs)
    assert loaded.total_ns == direct.total_ns
    for name, array in direct.outputs.items():
        assert loaded.outputs[name].tobytes() == array.tobytes()


def test_compilation_is_deterministic(mlp: ModelProto) -> None:
    assert same_program(compile_model(mlp, TINY).program, compile_model(mlp, TINY).program)


def test_random_weights_depend_on_the_seed_only(mlp: ModelProto) -> None:
    def program(seed: int) -> Any:
        return compile_model(mlp, CompileOptions("tiny", random_weights=seed)).program

    assert same_program(program(1), program(1))
    assert not same_program(program(1), program(2))


def test_random_weights_replace_external_data(mlp: ModelProto, tmp_path: Path) -> None:
    path = tmp_path / "external.onnx"
    onnx.save(mlp, path, save_as_external_data=True, location="data.bin", size_threshold=0)  # pyright: ignore[reportUnknownMemberType]
    result = run_model(path, CompileOptions("tiny", random_weights=1))
    assert result.comparison is not None
    assert result.comparison.within_tolerance


def test_the_json_object_has_exactly_the_documented_keys(mlp: ModelProto) -> None:
    found = run_json(run_model(mlp, TINY))
    assert list(found) == list(KEYS)
    for key, inner in KEYS.items():
        if inner is not None:
            assert tuple(found[key]) == inner
    for row in found["engines"].values():
        assert tuple(row) == ("instructions", "waits", "busy_ns", "stall_ns", "idle_ns", "stalls_ns")
    layer = ("name", "home", "exposed_ns", "compute_ns", "moving_ns", "instructions", "dma_bytes")
    assert {tuple(row) for row in found["layers"]} == {layer}
    for row in found["memory"].values():
        assert tuple(row) == ("capacity_bytes", "peak_bytes")
        assert row["peak_bytes"] <= row["capacity_bytes"]
    assert found["sync"]["emitted"] > 0


def test_layers_carry_the_names_of_the_nodes(mlp: ModelProto) -> None:
    result = run_model(mlp, TINY)
    compiled = result.compiled
    rows = {r.name: r for r in layer_rows(compiled.program, result.execution, compiled.target, compiled.ideal_cycles)}
    assert {"fc0", "fc1"} <= set(rows)
    for name in ("fc0", "fc1"):
        share = rows[name].utilization
        assert share is not None
        assert 0 < share <= 1
        assert rows[name].nbytes > 0
    assert max(row.end_ns for row in rows.values()) <= result.execution.total_ns


def test_the_ir_of_every_stage_can_be_saved(mlp: ModelProto, tmp_path: Path) -> None:
    compile_model(mlp, CompileOptions("tiny", save_ir=tmp_path / "ir"))
    stages = [path.stem.split("-", 1)[1] for path in sorted((tmp_path / "ir").iterdir())]
    assert stages[: 1 + len(GRAPH_PASSES)] == ["import", *GRAPH_PASSES]
    assert [stage.removeprefix("accelerator0-") for stage in stages[1 + len(GRAPH_PASSES) :]] == list(PROGRAM_PASSES)


def test_every_stage_is_shown_as_progress(mlp: ModelProto) -> None:
    steps: list[str] = []
    run_model(mlp, TINY, progress=steps.append)
    compiling = [f"compile accelerator0: {stage} done" for stage in PROGRAM_PASSES]
    assert steps == ["import", "graph passes", "compile accelerator0", *compiling, "accelerator0", "reference"]


def test_the_saved_streams_are_those_of_the_program(mlp: ModelProto, tmp_path: Path) -> None:
    program = compile_model(mlp, CompileOptions("tiny", save_ir=tmp_path)).program
    (streams,) = tmp_path.glob("*-sync-vector-clock.s")
    assert streams.read_text(encoding="utf-8").rstrip("\n") in "\n".join(disassemble(program))
    (emitted,) = tmp_path.glob("*-emit.s")
    assert "wait=" not in emitted.read_text(encoding="utf-8")


def test_delays_change_times_and_never_values(mlp: ModelProto) -> None:
    compiled = compile_model(mlp, TINY)
    slots = [d.name for s in compiled.program.segments if isinstance(s, AcceleratorSegment) for d in s.delays]
    assert slots
    inputs = {"x": np.random.default_rng(1).standard_normal((3, 12)).astype(np.float32)}
    plain = accelc.simulate(compiled, inputs)
    late = accelc.simulate(compiled, inputs, delays={slots[0]: 5000})
    assert late.total_ns > plain.total_ns
    assert late.outputs["y"].tobytes() == plain.outputs["y"].tobytes()
    with pytest.raises(UsageError, match=rf"no delay 'nonsense' \(its delays: {', '.join(slots)}\)"):
        accelc.simulate(compiled, inputs, delays={"nonsense": 1})


def test_a_symbolic_dimension_is_bound_by_name_or_by_an_input(symbolic: ModelProto) -> None:
    with pytest.raises(ModelError, match="'n'"):
        run_model(symbolic, TINY)
    assert run_model(symbolic, CompileOptions("tiny", dims={"n": 3})).execution.outputs["y"].shape == (3, 6)
    given = {"x": np.ones((2, 4), np.float32)}
    assert run_model(symbolic, TINY, inputs=given).execution.outputs["y"].shape == (2, 6)


def test_inputs_of_another_type_are_refused(mlp: ModelProto) -> None:
    with pytest.raises(ModelError, match="input 'x' has dtype float64, the model expects float32"):
        run_model(mlp, TINY, inputs={"x": np.ones((3, 12))})
    with pytest.raises(ModelError, match=r"'x'.*12"):
        run_model(mlp, TINY, inputs={"x": np.ones((3, 11), np.float32)})
    with pytest.raises(ModelError, match="no input 'z'"):
        run_model(mlp, TINY, inputs={"z": np.ones((3, 11), np.float32)})


def test_an_unknown_precision_is_refused(mlp: ModelProto) -> None:
    with pytest.raises(UsageError, match="unknown precision 'bf61'; did you mean 'bf16'"):
        compile_model(mlp, CompileOptions("tiny", precision="bf61"))
