"""`snake`, an instruction that accelc does not have, and what uses it: a kernel, and an operation of graphs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from accelc import Core, CustomInstruction, Immediate, Target, kernel
from accelc.kernels import View as Tile
from accelc.lowering import Lowering, Node, OperationRule, View, elementwise
from embed_xdsl.dialect import SnakeOp

F32 = npt.NDArray[np.float32]


def snake(x: F32, alpha: np.float32) -> F32:
    """The activation of Ziyin, Hartwig and Ueda, "Neural Networks Fail to Learn Periodic Functions" (2020)."""
    wave = np.sin(alpha * x)
    return np.asarray(x + wave * wave / alpha, np.float32)


SNAKE = CustomInstruction(
    opcode=192,
    action="dst = src0 + sin(alpha * src0)^2 / alpha.",
    compute=snake,
    immediates=(Immediate("alpha", 0.001, 1000, "frequency"),),
    notes="Networks of sound have it where others have `relu`.",
)
"""Entry point `snake` of `accelc.instructions`; the machine says which engine executes it, in which time."""


@kernel(target="sketch-npu")
def snake_rows(core: Core, x: Tile, *, alpha: float = 0.5) -> None:
    """A kernel written by hand: all of `x` at once."""
    tile = core.load(x)
    core.custom(tile, "snake", tile, alpha=alpha)
    core.store(core.output("y", x.shape, "fp32"), tile)


def _lower(ctx: Lowering, node: Node) -> None:
    op = node.op
    assert isinstance(op, SnakeOp)
    alpha = op.alpha.value.data

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        ctx.builder.custom("snake", [alpha], out, ins[0])

    elementwise(ctx, node, [op.x], compute)


def _support(_op: SnakeOp, target: Target) -> str | None:
    has = any(engine.has("snake") for engine in target.engines.values())
    return None if has else f"no engine of target '{target.name}' has the instruction snake"


def _evaluate(op: SnakeOp, x: F32) -> F32:
    return snake(x, np.float32(op.alpha.value.data))


LOWER_SNAKE = OperationRule(lower=_lower, support=_support, evaluate=_evaluate)
"""Entry point `sketch.snake` of `accelc.lowerings`: the instruction, or the same on the host of a machine without."""
