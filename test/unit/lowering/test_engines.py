"""Macro-ops on engines that only one machine has."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lowering_support import Body, Build, check_lowering, partition_of, simulate_partition
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

from accelc.dialects import graph
from accelc.dialects.engine import Engine, LaneOp, ProgramOp
from accelc.emit.macro_cost import op_cost
from accelc.lowering import lower_partition
from accelc.lowering.engines import use_added_engines
from accelc.targets import load_target, parse_target


@pytest.fixture
def machine(tmp_path: Path, lut_machine: str) -> Path:
    """File of the machine with an engine `lut`."""
    path = tmp_path / "lut.toml"
    path.write_text(lut_machine)
    return path


def _build(body: Body) -> list[Any]:
    activated = body.add(graph.TanhOp(body.args[0]))
    plain = body.add(graph.SigmoidOp(activated))
    quotient = body.add(graph.DivOp(plain, activated))
    return [body.add(graph.AddOp(quotient, body.add(graph.SoftplusOp(quotient))))]


X = np.linspace(0.1, 2, 256, dtype=np.float32).reshape(4, 64)


def _tanh(body: Body) -> list[Any]:
    return [body.add(graph.TanhOp(body.args[0]))]


def _lanes(machine: str | Path, build: Build = _build) -> dict[str, set[str]]:
    """Lanes of the SIMD macro-ops of the program, by kind."""
    partition, weights = partition_of([X], build)
    program = lower_partition(partition, weights, load_target(machine)).program
    lanes: dict[str, set[str]] = {}
    for op in program.body.block.ops:
        if isinstance(op, LaneOp) and not op.lane.data.startswith("dma"):
            detail = op.attributes.get("func") or op.attributes.get("op")
            lanes.setdefault(str(detail).strip('"'), set()).add(op.lane.data)
    return lanes


def test_what_it_does_faster_is_its(machine: Path) -> None:
    lanes = _lanes(machine)
    assert lanes["tanh"] == lanes["div"] == lanes["softplus"] == {"lut"}
    assert lanes["sigmoid"] == {"scalar"}
    assert lanes["add"] == {"vector"}
    assert _lanes("tiny", _tanh) == {"tanh": {"scalar"}}


def test_every_level_agrees(machine: Path) -> None:
    check_lowering([X], _build, machine)


def test_its_cost_rules_time_it(machine: Path) -> None:
    partition, weights = partition_of([X], _tanh)
    compiled, _, simulation = simulate_partition(partition, weights, [X], machine)
    target = load_target(machine)
    (op,) = (op for op in compiled.program.body.block.ops if isinstance(op, LaneOp) and op.lane.data == "lut")
    # 64 elements at 0.25 cycles of 2 ns, then a latency of 2 cycles.
    assert (op_cost(op, target).busy_ns, op_cost(op, target).tail_ns) == (32, 4)
    lanes = simulation.engines()
    assert lanes["lut"]["busy_ns"] == 32
    assert lanes["scalar"]["busy_ns"] == 0


def test_a_slower_engine_stays_idle(tmp_path: Path, lut_machine: str) -> None:
    path = tmp_path / "slow.toml"
    path.write_text(lut_machine.replace("lut = 2\n", "lut = 900\n"))
    lanes = _lanes(path)
    assert lanes["tanh"] == {"scalar"}
    assert lanes["softplus"] == {"lut"}, "nothing else has it"


def test_an_engine_that_cannot_reach_the_operands_stays_idle(tmp_path: Path, lut_machine: str) -> None:
    port = 'engine = "lut"\nread = ["sbuf", "psum"]\nwrite = ["sbuf", "psum"]'
    path = tmp_path / "far.toml"
    path.write_text(lut_machine.replace(port, 'engine = "lut"\nread = ["psum"]\nwrite = ["psum"]'))
    assert _lanes(path, _tanh) == {"tanh": {"scalar"}}


def test_equal_engines_share_the_work(tmp_path: Path, lut_machine: str) -> None:
    engine = lut_machine[lut_machine.index("[engine.lut]") : lut_machine.index("[dma]")]
    text = lut_machine.replace("[dma]", engine.replace("lut", "lut2") + "[dma]", 1)
    path = tmp_path / "two.toml"
    path.write_text(text.replace("lut = 2\n", "lut = 2\nlut2 = 2\n", 1))
    lanes = _lanes(path)
    assert lanes["tanh"] | lanes["div"] | lanes["softplus"] == {"lut", "lut2"}


def test_of_equally_fast_engines_ours_keeps_the_op(tmp_path: Path, lut_machine: str) -> None:
    path = tmp_path / "equal.toml"
    scalar = "min_ii = 4\nlatency = 8"
    assert scalar in lut_machine
    text = lut_machine.replace("min_ii = 1\nlatency = 2", scalar).replace("cpe = 0.25", "cpe = 1.0")
    path.write_text(text.replace("lut = 2\n", "lut = 1\n", 1))
    assert _lanes(path, lambda body: [body.add(graph.TanhOp(_tanh(body)[0]))]) == {"tanh": {"scalar"}}


def test_what_no_engine_executes_stays(lut_machine: str) -> None:
    """For the pass that costs it to say why."""
    module = """
    engine.program @main target "tiny" {
      %x = engine.buffer "x" scratch sbuf<4x8xf32>
      engine.activate on scalar abs(1.0 * %x[0:4, 0:8] + 0.0) into %x[0:4, 0:8]
      engine.end
    }
    """
    context = Context()
    for dialect in (Builtin, Engine):
        context.load_dialect(dialect)
    program = Parser(context, module).parse_module().body.block.first_op
    assert isinstance(program, ProgramOp)
    before = str(program)
    assert use_added_engines(program, parse_target(lut_machine, "lut.toml")) == 0
    assert str(program) == before
