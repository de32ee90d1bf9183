"""The commands on programs of repeated layers, with weights and without."""

import json
from pathlib import Path

import pytest
from segments_support import LAYERS, stack

from accelc.cli.main import main


def test_a_program_without_weights_can_only_be_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compiled, timed with and without skipping to the same figures, refused where numbers are asked for."""
    model, program = tmp_path / "stack.onnx", tmp_path / "stack.acx"
    model.write_bytes(stack(external=True).SerializeToString())
    options = ["--target", "tiny", "--repeat-layers", "always"]
    assert main(["compile", str(model), *options, "--no-weights", "-o", str(program)]) == 0
    assert main(["sim", str(program)]) == 1
    assert "it can only be timed (--timing-only)" in capsys.readouterr().err
    found: list[dict[str, object]] = []
    for more in ([], ["--no-skip"]):
        assert main(["sim", str(program), "--timing-only", "--json", *more]) == 0
        found.append(json.loads(capsys.readouterr().out))
        del found[-1]["seconds"]
    assert found[0] == found[1]
    assert found[0]["launches"] == {"repeat0.accelerator0": LAYERS}
    assert main(["run", str(model), *options, "--no-weights"]) == 1
    assert "ask for the time only (--timing-only)" in capsys.readouterr().err
    assert main(["run", str(model), *options]) == 1
    assert "or only time the model (--no-weights --timing-only)" in capsys.readouterr().err


def test_layers_of_one_segment_share_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "stack.onnx"
    model.write_bytes(stack().SerializeToString())
    assert main(["run", str(model), "--target", "tiny", "--repeat-layers", "always"]) == 0
    out = capsys.readouterr().out
    assert f"h.*.up ({LAYERS} times)" in out
    assert "within tolerance" in out
