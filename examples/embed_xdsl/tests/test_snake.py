"""An instruction of this package: in kernels, graphs, text and containers of accelc, with its numbers and its time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embed_xdsl.snake import snake, snake_rows

from accelc import KernelError, Program, compile, simulate
from accelc.isa.text.assembler import assemble

HERE = Path(__file__).parent
X = np.linspace(-4, 4, 32, dtype=np.float32).reshape(4, 8)
Y = snake(X, np.float32(0.5))
LINE = "snake alpha=0.5 dst=sbuf.fp32[0+4]@0x0(8:1) src0=sbuf.fp32[0+4]@0x0(8:1)"


def run(folder: Path, *words: str | Path, status: int = 0) -> str:
    """Output of a command, errors after it."""
    command = [Path(sys.executable).parent / words[0], *words[1:]]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_a_kernel(tmp_path: Path) -> None:
    """Numbers are those of NumPy, cycles those of the machine's cost rule, and text and container are the program."""
    kernel = snake_rows.compile(x=X)
    result = kernel.run(x=X)
    assert np.array_equal(result.outputs["y"], Y)
    assert not result.races
    (simulation,) = [segment.simulation for segment in result.execution.segments if segment.simulation is not None]
    assert simulation.cores[0].lanes["scalar"].busy_ticks == 8 * 2 + 4
    text = kernel.program.disassemble()
    assert LINE in text
    kernel.program.save(tmp_path / "snake.acx")
    assert Program.load(tmp_path / "snake.acx").disassemble() == text
    (tmp_path / "snake.s").write_text(text, encoding="utf-8")
    run(tmp_path, "accelc", "as", "snake.s", "-o", "again.acx")
    assert (tmp_path / "again.acx").read_bytes() == (tmp_path / "snake.acx").read_bytes()
    assert assemble(text, "snake.s").disassemble() == text
    assert "races       0" in run(tmp_path, "accelc", "sim", "again.acx")


def test_a_frequency_that_is_none() -> None:
    """The range of the immediate is checked in the line that gives it."""
    with pytest.raises(KernelError, match=r"snake.py:\d+:\d+: error: .*'alpha' = 0: legal are 0.001 to 1000"):
        snake_rows.compile(x=X, alpha=0)


def test_an_operation_of_graphs(tmp_path: Path) -> None:
    """`sketch.snake` becomes one instruction where there is one, and is executed on the host elsewhere."""
    passes = "normalize-inplace,decompose,partition-hierarchical{target=sketch-npu force=accelerator-first},"
    passes += "lower-to-engine{target=sketch-npu}"
    lowered = run(tmp_path, "accelc-opt", HERE / "snake.mlir", "-p", passes)
    assert lowered.count("engine.custom on scalar snake(") == 1
    scheduled = f"{passes},schedule-engines,assign-memory,schedule-systolic-tiles"
    run(tmp_path, "xdsl-opt", HERE / "snake.mlir", "-p", scheduled, "-t", 'acx{file="snake.acx"}')
    assert run(tmp_path, "accelc", "dis", "snake.acx").count("  snake alpha=0.5 dst=sbuf.fp32[0+4]") == 1
    assert np.array_equal(simulate(tmp_path / "snake.acx", {"x": X}).outputs["y"], Y)
    assert "races       0" in run(tmp_path, "accelc", "sim", "snake.acx")
    for target, place in (("sketch-npu", "accelerator"), ("tiny", "host")):
        compiled = compile(HERE / "snake.mlir", target, force="accelerator-first")
        assert compiled.count(place) == 1
        assert np.array_equal(simulate(compiled, {"x": X}).outputs["y"], Y)
