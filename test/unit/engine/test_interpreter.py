"""The engine interpreter against plain NumPy, and its diagnostics."""

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin
from xdsl.parser import Parser

from accelc.dialects.engine import Engine, ProgramOp
from accelc.dialects.tile import Tile
from accelc.errors import ProgramError
from accelc.interpreters.engine import run_engine
from accelc.targets import load_target

F32 = npt.NDArray[np.float32]

TINY = load_target("tiny")
BUFFERS = """
  %x = engine.buffer "x" input hbm<32xf32>
  %a = engine.buffer "a" scratch sbuf<4x8xf32>
  %b = engine.buffer "b" scratch sbuf<4x8xf32>
  %p = engine.buffer "p" scratch psum<4x64xf32>
  %y = engine.buffer "y" output hbm<32xf32>
  engine.dma_copy on dma0 %x[0:32] to %a[0:4, 0:8]
"""
X = np.arange(32, dtype=np.float32) - 9


def run(body: str, out: str = "%b[0:4, 0:8]", to: str = "%y[0:32]") -> F32:
    """What `out` holds after `body`; `a` holds `X`, the rest is unwritten."""
    context = Context()
    for dialect in (Builtin, Engine, Tile):
        context.load_dialect(dialect)
    copy = f"engine.dma_copy on dma0 {out} to {to}"
    text = f'engine.program @main target "tiny" {{{BUFFERS}{body}\n{copy}\nengine.end }}'
    module = Parser(context, text).parse_module()
    module.verify()
    program = module.body.block.first_op
    assert isinstance(program, ProgramOp)
    return run_engine(program, TINY, {"x": X})["y"].view(np.float32)


def test_transfers_visit_partitions_first() -> None:
    """A transposing copy through HBM's strides; what is not written stays NaN."""
    assert run("", "%a[0:4, 0:8]").tolist() == X.tolist()
    transposed = run("", "%a[0:4, 0:8]", "%y[0 + (4, 8):(1, 4)]")
    assert transposed.tolist() == X.reshape(4, 8).T.ravel().tolist()
    assert np.isnan(run("", "%b[0:4, 0:8]")).all()


def test_matmul_sums_over_steps() -> None:
    """Two steps of 4 and 2 rows, cut in blocks of two columns; then the same added again."""
    product = "engine.matmul on tensor %a at [0, 1] m 3, %a at [2, 4] over (4):(1) n_block 2 rows [0:4, 0:2]"
    a = X.reshape(4, 8)
    expected = a[:, 0:3].T @ a[:, 2:6] + a[:2, 1:4].T @ a[:2, 4:8]
    once = run(
        f"{product} into %p at 0 + (64, 16)\nengine.copy on vector %p[0:3, 0 + (2, 2):(16, 1)] into %b[0:3, 0:4]"
    )
    assert once.reshape(4, 8)[:3, :4].tolist() == expected.tolist()
    twice = run(
        f"{product} into %p at 0 + (64, 16)\n{product} into %p at 0 + (64, 16) accumulate\n"
        "engine.copy on vector %p[0:3, 0 + (2, 2):(16, 1)] into %b[0:3, 0:4]"
    )
    assert twice.reshape(4, 8)[:3, :4].tolist() == (2 * expected).tolist()


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("activate on scalar relu(2.0 * %a[0:4, 0:8] + 1.0)", np.maximum(2 * X + 1, 0)),
        (
            "activate on scalar identity(1.0 * %a[0:4, 0:8] + %a[0:4, 7 + (8):(0)])",
            (X.reshape(4, 8) + X.reshape(4, 8)[:, 7:]).ravel(),
        ),
        ("tensor_tensor on vector %a[0:4, 0:8] rsub %a[0:4, 7 + (8):(-1)]", (X.reshape(4, 8)[:, ::-1].ravel() - X)),
        ("tensor_scalar on vector %a[0:4, 0:8] mul 3.0 less 6.0", (3 * X < 6).astype(np.float32)),
        (
            "scalar_tensor_tensor on vector (%a[0:4, 0:8] mul %a[0:4, 2:3]) add %a[0:4, 0:8]",
            (X.reshape(4, 8) * X.reshape(4, 8)[:, 2:3] + X.reshape(4, 8)).ravel(),
        ),
        ("copy on gpsimd %a[0:4, 0 + (2, 4):(1, 2)]", X.reshape(4, 4, 2).transpose(0, 2, 1).ravel()),
        ("memset on vector -2.5", np.full(32, -2.5)),
    ],
)
def test_elementwise(op: str, expected: npt.NDArray[np.float64]) -> None:
    """Each op once, with broadcast, reversed and transposed patterns."""
    assert run(f"engine.{op} into %b[0:4, 0:8]").tolist() == expected.tolist()


def test_reductions() -> None:
    """Along the free dimensions and across partitions."""
    a = X.reshape(4, 8)
    free = run("engine.reduce on vector max %a[0:4, 0 + (2, 4):(4, 1)] axes 1 into %b[0:4, 0:2]").reshape(4, 8)
    assert free[:, :2].tolist() == a.reshape(4, 2, 4).max(axis=2).tolist()
    across = run("engine.partition_reduce on gpsimd add %a[0:4, 0:8] into %b[2:3, 0:8]").reshape(4, 8)
    assert across[2].tolist() == a.sum(axis=0).tolist()
    assert np.isnan(across[[0, 1, 3]]).all()


def test_blocks_of_a_reduction_are_the_whole() -> None:
    """A tile op writes what the engine op writes."""
    op = "reduce on vector add %a[0:4, 0 + (4, 2):(2, 1)] axes 1 into %b[0:4, 0:4]"
    whole, blocks = run(f"engine.{op}"), run(f"tile.{op} blocks 2")
    assert whole.tobytes() == blocks.tobytes()


def bind(bindings: dict[str, npt.NDArray[np.generic]]) -> None:
    """Runs a copy of `x` to `y` with `bindings`."""
    context = Context()
    for dialect in (Builtin, Engine):
        context.load_dialect(dialect)
    text = """engine.program @main target "tiny" {
      %x = engine.buffer "x" input hbm<8xf32>
      %y = engine.buffer "y" output hbm<8xf32>
      engine.dma_copy on dma0 %x[0:8] to %y[0:8]
      engine.end
    }"""
    program = Parser(context, text).parse_module().body.block.first_op
    assert isinstance(program, ProgramOp)
    run_engine(program, TINY, bindings)


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        ({}, r"buffer 'x' has role input: it needs 8 elements"),
        ({"x": np.zeros(7, np.float32)}, r"buffer 'x' holds 8 elements of fp32, got 7 of float32"),
        ({"x": np.zeros(8, np.int32)}, r"buffer 'x' holds 8 elements of fp32, got 8 of int32"),
        ({"x": np.zeros(8, np.float32), "z": np.zeros(1)}, r"no buffer 'z' in program 'main' to bind data to"),
    ],
)
def test_bindings(bindings: dict[str, npt.NDArray[np.generic]], message: str) -> None:
    """Missing, mismatched and unknown ones are named."""
    with pytest.raises(ProgramError, match=message):
        bind(bindings)
