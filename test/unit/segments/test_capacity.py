"""The weights of all layers are in HBM together, whatever is compiled once."""

from pathlib import Path

import pytest
from segments_support import TOKENS, WIDTH, stack

from accelc.driver import CompileOptions, compile_model
from accelc.errors import CapacityError
from accelc.targets.reader import preset_path

ASSUMED = 17_179_869_184


def machine(folder: Path, nbytes: int) -> Path:
    text = preset_path("trn-like").read_text()
    path = folder / f"hbm{nbytes}.toml"
    path.write_text(text.replace(f"{ASSUMED:_}", str(nbytes)))
    assert str(nbytes) in path.read_text()
    return path


def test_weights_of_all_calls_count(tmp_path: Path) -> None:
    layers = 3
    options = CompileOptions(machine(tmp_path, ASSUMED - 64), repeat_layers="always")
    program = compile_model(stack(layers), options).program
    one_layer = 4 * (2 * WIDTH * 2 * WIDTH + 2 * WIDTH)
    assert sum(array.nbytes for array in program.weights.values()) >= layers * one_layer
    enough_for_two = 2 * one_layer + 4 * TOKENS * WIDTH
    with pytest.raises(CapacityError, match=r"bytes of HBM for its weights and \d+ for other tensors"):
        compile_model(stack(layers), CompileOptions(machine(tmp_path, enough_for_two), repeat_layers="always"))
