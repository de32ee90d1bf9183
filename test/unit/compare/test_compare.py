"""`accelc compare`: models, programs and files of JSON, and what `--json` of the other commands says about layers."""

import json
import re
from math import isclose
from pathlib import Path
from typing import Any

import pytest

import accelc
from accelc.cli.main import main
from accelc.compare import Record, compare
from accelc.compare.measure import record_of
from accelc.compare.read import load_record
from accelc.driver import CompileOptions, compile_model, run_model
from accelc.generators.configs import DecoderConfig
from accelc.generators.decoder import decoder_model
from accelc.isa.container import save_program
from accelc.profile import profile
from accelc.report.figures import engine_times, layer_rows
from accelc.runtime.execute import execute
from accelc.targets import load_target
from accelc.targets.canonical import canonical_toml

Capture = pytest.CaptureFixture[str]


def compared(capsys: Capture, *words: str | Path) -> dict[str, Any]:
    """The object of a comparison."""
    assert main(["compare", *map(str, words), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def refused(capsys: Capture, *words: str | Path) -> str:
    """The diagnostic of a comparison that cannot be made."""
    assert main(["compare", *map(str, words)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("error: ") == 1
    return err


def check_sums(record: Record) -> None:
    """Layers add up to the total, and so does every lane."""
    assert isclose(sum(layer.exposed_ns for layer in record.layers), record.total_ns, rel_tol=1e-9)
    for lane in record.lanes.values():
        assert isclose(lane.busy_ns + lane.stall_ns + lane.idle_ns, record.total_ns, rel_tol=1e-9)


@pytest.mark.parametrize("force", [None, "host"])
@pytest.mark.parametrize("target", ["tiny", "trn-like"])
def test_the_record_says_what_the_reports_say(layers_file: Path, target: str, force: str | None) -> None:
    """Times of layers and engines, computed another way for the tables of `accelc run`."""
    result = run_model(layers_file, CompileOptions(target, force=force), timing_only=True, check=False)
    compiled, execution = result.compiled, result.execution
    record = record_of("r", compiled.program, execution, compiled.target)
    check_sums(record)
    assert record.total_ns == execution.total_ns
    per_cycle = 1 / compiled.target.time.cycles_per_ns("tensor")
    rows = {r.name: r for r in layer_rows(compiled.program, execution, compiled.target, {}) if r.home == "accelerator"}
    found = {layer.name: layer for layer in record.layers if layer.home == "accelerator" and layer.name}
    assert bool(rows) == (force is None)
    assert {name: row.nbytes for name, row in rows.items() if row.cycles} == {n: e.dma_bytes for n, e in found.items()}
    for name, layer in found.items():
        assert isclose(layer.compute_ns, rows[name].cycles * per_cycle)
    assert {layer.name for layer in record.layers if layer.home == "host"} >= {"choice"}
    engines = engine_times(execution, compiled.target)
    for name, lane in record.lanes.items():
        assert lane.instructions == engines[name]["instructions"]
        for key in ("busy_ns", "stall_ns", "idle_ns"):
            assert isclose(getattr(lane, key), engines[name][key], abs_tol=1e-6)
    streams = [s for seg in compiled.program.segments for core in getattr(seg, "cores", ()) for s in core.values()]
    assert record.waits == sum(int((stream["wait_condition"] != 0).sum()) for stream in streams)
    assert record.dma_bytes == sum(
        core.dma_bytes for each in execution.segments if each.simulation is not None for core in each.simulation.cores
    )


def test_every_source_gives_the_same_record(layers_file: Path, tmp_path: Path, capsys: Capture) -> None:
    """Model, program, and the three kinds of JSON: nothing differs between any two."""
    program = tmp_path / "m.acx"
    save_program(accelc.compile(layers_file, "tiny").program, program)
    commands = {"run.json": ("run", layers_file, "--target", "tiny", "--no-check"), "sim.json": ("sim", program)}
    commands |= {"profile.json": ("profile", program), "timing.json": ("sim", program, "--timing-only")}
    for name, words in commands.items():
        assert main([*map(str, words), "--json"]) == 0
        (tmp_path / name).write_text(capsys.readouterr().out, encoding="utf-8")
    first = load_record(tmp_path / "run.json")
    check_sums(first)
    for other in (program, *(tmp_path / name for name in commands)):
        found = compared(capsys, layers_file, other, "--target", "tiny")
        assert found["difference_ns"] == 0
        assert found["a"].pop("name") == "layers.onnx --target tiny"
        assert found["b"].pop("name") == other.name
        assert found["a"] == found["b"]
        assert {row["ratio"] for row in found["layers"]} <= {1.0, None}


def test_two_machines(layers_file: Path, tmp_path: Path, capsys: Capture) -> None:
    """A slower clock of the array is seen in its layers, and a machine with the same clock in cycles."""
    text = canonical_toml(load_target("tiny"))
    slow = tmp_path / "slow.toml"
    slow.write_text(text.replace("start_latency_ns = ", "start_latency_ns = 1"), encoding="utf-8")
    assert slow.read_text(encoding="utf-8") != text
    found = compared(capsys, layers_file, "--target", "tiny", "--against-target", slow)
    assert found["difference_ns"] > 0
    assert isclose(sum(row["difference_ns"] for row in found["layers"]), found["difference_ns"])
    assert found["stalls_ns"]["dma start"]["difference"] > 0
    assert main(["compare", str(layers_file), "--target", "tiny", "--against-target", str(slow)]) == 0
    out = capsys.readouterr().out
    assert "layers in cycles" in out
    for part in ("A  layers.onnx --target tiny on tiny", f"--target {slow}", "layers.0.fc", "dma start", "waits"):
        assert part in out
    assert main(["compare", str(layers_file), "--target", "tiny", "--against-target", "tpu-like"]) == 0
    assert "layers in ns" in capsys.readouterr().out


def test_two_ways_to_compile(layers_file: Path, capsys: Capture) -> None:
    """Options of compilation can be given for one side; a layer is found on host and accelerator by its node."""
    found = compared(capsys, layers_file, "--target", "tiny", "--against-force", "host")
    homes = {row["name"]: row["home"] for row in found["layers"]}
    assert homes["layers.1.fc"] == "accelerator -> host"
    assert homes["choice"] == "host"
    found = compared(capsys, layers_file, "--against-precision", "bf16")
    assert [found[side]["name"] for side in "ab"] == ["layers.onnx", "layers.onnx --precision bf16"]
    assert found["b"]["totals"]["dma_bytes"] < found["a"]["totals"]["dma_bytes"]


def test_layers_compiled_once_are_matched() -> None:
    """A decoder whose layers are launched one by one, and the same as one program: every layer has its counterpart."""
    model = decoder_model(
        "gpt", DecoderConfig(3, 32, 2, 2, 64, 32, 16, gated=False, tied=True, epsilon=1e-5), "prefill", 8
    )
    records: list[Record] = []
    for when in ("always", "never"):
        compiled = compile_model(model, CompileOptions(repeat_layers=when, no_weights=True))
        execution = execute(compiled.program, compiled.target, {}, functional=False, races=False)
        records.append(record_of(when, compiled.program, execution, compiled.target))
        check_sums(records[-1])
    found = compare(*records)
    rows = {row.name: row for row in found.layers}
    assert len({name for name in rows if name.startswith("layers.*.")}) > 8
    assert not any(re.match(r"layers\.\d", name) for name in rows)
    for name, outputs in (("layers.*.attention.query", 32), ("layers.*.mlp.up", 64)):
        for side in (rows[name].a, rows[name].b):
            assert side is not None
            assert side.dma_bytes >= 3 * (32 + 1) * outputs * 4, "weights of three layers"


def test_a_limit_for_checks(layers_file: Path, capsys: Capture) -> None:
    """Status 1 if B is slower by more than allowed, and only then."""
    words = ["compare", str(layers_file), "--target", "tiny", "--against-force", "host", "--fail-above"]
    assert main([*words, "1e9"]) == 0
    assert capsys.readouterr().err == ""
    assert main([*words, "0.5"]) == 1
    out, err = capsys.readouterr()
    assert "layers.0.fc" in out
    assert err.startswith("error: B takes ")
    assert err.endswith(" longer than A, more than --fail-above 0.5\n")
    assert main(["compare", str(layers_file), str(layers_file), "--fail-above", "0"]) == 0


def test_how_many_layers_are_listed(layers_file: Path, capsys: Capture) -> None:
    """The rest is one line; what belongs to it is not lost."""
    words = ["compare", str(layers_file), "--target", "tiny", "--against-force", "host", "--layers"]
    assert main([*words, "2"]) == 0
    out = capsys.readouterr().out
    assert out.count("layers.") == 2 + 2
    assert "more layers that differ)" in out


def test_mistakes(layers_file: Path, tmp_path: Path, capsys: Capture) -> None:
    """Options without effect and sides that are missing are refused before anything is compiled."""
    program, saved = tmp_path / "m.acx", tmp_path / "x.json"
    assert "nothing to compare" in refused(capsys, layers_file)
    assert "--precision with" in refused(capsys, program, saved, "--precision", "bf16")
    assert "--against-target with" in refused(capsys, layers_file, program, "--against-target", "tiny")
    assert "--fail-above -1.0: expected" in refused(capsys, program, saved, "--fail-above", "-1")
    assert "--fail-above nan: expected" in refused(capsys, program, saved, "--fail-above", "nan")
    assert "--layers -1: expected" in refused(capsys, program, saved, "--layers", "-1")
    assert f"'{program}': No such file" in refused(capsys, program, saved)
    assert f"'{saved}': No such file" in refused(capsys, saved, program)
    assert "did you mean '--against-target'?" in refused(capsys, layers_file, "--against-targt", "tiny")
    assert "unknown target 'tny'; did you mean 'tiny'?" in refused(capsys, layers_file, "--against-target", "tny")


def test_a_program_without_accelerator_has_a_profile(layers_file: Path) -> None:
    """All tables are there, and empty."""
    result = run_model(layers_file, CompileOptions("tiny", force="host"), timing_only=True, check=False)
    found = profile(result.compiled.program, result.execution, result.compiled.target)
    assert not any(len(table) for name, table in found.tables().items() if name != "invocations")


def test_names_are_printed_as_they_are(tmp_path: Path, layers_file: Path, capsys: Capture) -> None:
    """Brackets in names of nodes are no markup, in the tables of any command."""
    path = tmp_path / "brackets.onnx"
    path.write_bytes(layers_file.read_bytes().replace(b"layers.0.fc", b"[red]s[0].x"))
    for command, *options in (["run"], ["profile"], ["compare", "--against-target", "tpu-like"]):
        assert main([command, str(path), *options, "--target", "tiny"]) == 0
        assert "[red]s[0].x" in capsys.readouterr().out
