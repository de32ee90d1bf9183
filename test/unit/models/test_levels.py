"""The same numbers, bit for bit, from the interpreters of the dialects and from the simulator."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import ModelProto
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

import accelc
from accelc.dialects.engine import Engine, ProgramOp
from accelc.dialects.tile import Tile
from accelc.driver import CompiledModel
from accelc.interpreters.engine import run_engine
from accelc.isa.program import AcceleratorSegment

Array = npt.NDArray[Any]
Real = Callable[[str], tuple[Path | ModelProto, Mapping[str, Array]]]

pytestmark = pytest.mark.slow


def parse(path: Path) -> ProgramOp:
    """The `engine.program` in a file."""
    context = Context()
    for dialect in (Builtin, Engine, Tile):
        context.load_dialect(dialect)
    (program,) = Parser(context, path.read_text(encoding="utf-8")).parse_module().ops
    assert isinstance(program, ProgramOp)
    return program


def check_levels(compiled: CompiledModel, inputs: Mapping[str, Array], folder: Path) -> None:
    """Executes the one accelerator segment at the levels `engine` and `tile` and in the simulator."""
    program, target = compiled.program, compiled.target
    (segment,) = program.segments
    assert isinstance(segment, AcceleratorSegment)
    prefix = f"{segment.name}."
    weights = {b.name.removeprefix(prefix): program.weights[b.name] for b in segment.bindings if b.role == "weight"}
    bindings = weights | {f"in{index}": inputs[name] for index, name in enumerate(segment.inputs)}
    simulated = accelc.simulate(compiled, inputs).outputs
    levels = {
        "engine": parse(next(folder.glob("*-assign-memory.mlir"))),
        "tile": compiled.engine_programs[segment.name],
    }
    for level, program_op in levels.items():
        found = run_engine(program_op, target, bindings)
        for index, name in enumerate(segment.outputs):
            assert found[f"out{index}"].tobytes() == np.asarray(simulated[name]).tobytes(), level


def test_squeezenet_at_every_level(light_models: Mapping[str, Path], tmp_path: Path) -> None:
    compiled = accelc.compile(light_models["squeezenet"], random_weights=3, save_ir=tmp_path)
    data = np.random.default_rng(0).random((1, 3, 224, 224), np.float32)
    check_levels(compiled, {compiled.program.inputs[0].name: data}, tmp_path)


def test_a_recognition_network_at_every_level(real_models: Real, tmp_path: Path) -> None:
    model, inputs = real_models("ocr_direction")
    shapes = {name: array.shape for name, array in inputs.items()}
    check_levels(accelc.compile(model, shapes=shapes, save_ir=tmp_path), inputs, tmp_path)
