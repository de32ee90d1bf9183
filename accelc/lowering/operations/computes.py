"""
What elementwise operations are on the engines: instructions over views on chip, of one shape and partition axis.

Integers of 8 bits are computed in int32 and wrapped when they are stored, because the engines saturate what they
store; truth values are bytes that hold 0 or 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Operation

from accelc.dialects import graph
from accelc.lowering.context import Lowering
from accelc.lowering.views import View
from accelc.numerics import is_integer
from accelc.targets.model import Target

Compute = Callable[[Lowering, Sequence[View], View], None]
"""Writes the last view from the others; all on chip, of one shape and partition axis."""

ALU: Mapping[type[Operation], str] = {
    graph.AddOp: "add",
    graph.SubOp: "sub",
    graph.MulOp: "mul",
    graph.DivOp: "div",
    graph.MaxOp: "max",
    graph.MinOp: "min",
    graph.PowOp: "pow",
    graph.ModOp: "mod",
    graph.EqualOp: "equal",
    graph.LessOp: "less",
    graph.GreaterOp: "greater",
    graph.LessEqualOp: "less_equal",
    graph.GreaterEqualOp: "greater_equal",
    graph.AndOp: "and",
    graph.OrOp: "or",
    graph.XorOp: "xor",
    graph.ShlOp: "shl",
    graph.ShrOp: "shr",
}
"""Binary operation -> operation of the vector engine."""
SWAPPED: Mapping[str, str] = {
    **{name: name for name in ("add", "mul", "max", "min", "equal", "and", "or", "xor")},
    "sub": "rsub",
    "div": "rdiv",
    "less": "greater",
    "greater": "less",
    "less_equal": "greater_equal",
    "greater_equal": "less_equal",
}
"""The same with the operands the other way round; what is not here takes a known left operand as a tensor."""
_GROWING = ("add", "sub", "rsub", "mul", "div", "rdiv", "pow", "shl")
"""Operations whose results may not fit the 8 bits of their operands."""


def alu_tensors(name: str) -> Compute:
    """`ins[0] name ins[1]`."""

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        with Wrapped(ctx, out, name) as wide:
            ctx.builder.tensor_tensor(name, ins[0], ins[1], wide.view)

    return compute


def alu_scalar(name: str, value: float) -> Compute:
    """`ins[0] name value`."""

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        with Wrapped(ctx, out, name) as wide:
            ctx.builder.tensor_scalar(ins[0], wide.view, name, value)

    return compute


@dataclass
class Wrapped:
    """
    Where an integer operation writes, so that `out` gets its result wrapped to 8 bits.

    That is `out` itself where results fit or are wider.
    """

    ctx: Lowering
    out: View
    name: str

    def __post_init__(self) -> None:
        narrow = self.out.storage.dtype in ("int8", "uint8") and self.name in _GROWING
        self.view: View = _scratch(self.ctx, "wide", self.out, "int32") if narrow else self.out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.view is not self.out:
            wrap(self.ctx, self.view, self.out)


def wrap(ctx: Lowering, wide: View, out: View) -> None:
    """Stores the low bits of wider integers."""
    if out.storage.dtype == "uint8":
        ctx.builder.tensor_scalar(wide, out, "and", 255.0)
        return
    shift = 8.0 * (max(wide.storage.itemsize, 4) - out.storage.itemsize)
    ctx.builder.tensor_scalar(wide, out, "shl", shift, "sar", shift)


def _scratch(ctx: Lowering, name: str, like: View, dtype: str) -> View:
    assert like.axis is not None
    return ctx.scratch(name, like.shape, like.axis, dtype)


def absolute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """max(x, -x), for targets whose scalar engine has no `abs`, and for integers."""
    x = ins[0]
    if x.storage.dtype == "uint8":
        ctx.builder.copy(x, out)
        return
    integer = is_integer(x.storage.dtype)
    with Wrapped(ctx, out, "sub") as wide:
        negative = _scratch(ctx, "neg", x, wide.view.storage.dtype)
        if integer:
            ctx.builder.tensor_scalar(x, negative, "rsub", 0.0)
        else:
            ctx.builder.tensor_scalar(x, negative, "mul", -1.0)
        ctx.builder.tensor_tensor("max", x, negative, wide.view)


def silu(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """x * sigmoid(x)."""
    gate = _scratch(ctx, "gate", out, ins[0].storage.dtype)
    ctx.builder.activate("sigmoid", ins[0], gate)
    ctx.builder.tensor_tensor("mul", ins[0], gate, out)


def square(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """x * x."""
    with Wrapped(ctx, out, "mul") as wide:
        ctx.builder.tensor_tensor("mul", ins[0], ins[0], wide.view)


def negate(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """-x; integers wrap."""
    if is_integer(ins[0].storage.dtype):
        alu_scalar("rsub", 0.0)(ctx, ins, out)
    else:
        ctx.builder.tensor_scalar(ins[0], out, "mul", -1.0)


def relu(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """max(x, 0)."""
    ctx.builder.tensor_scalar(ins[0], out, "max", 0.0)


def integer_sign(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """-1, 0 or 1."""
    ctx.builder.tensor_scalar(ins[0], out, "max", -1.0, "min", 1.0)


def is_nan(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """A NaN alone differs from itself."""
    ctx.builder.tensor_tensor("not_equal", ins[0], ins[0], out)


def logical_not(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """Of 0 and 1."""
    ctx.builder.tensor_scalar(ins[0], out, "xor", 1.0)


def copy(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """x, converted."""
    ctx.builder.copy(ins[0], out)


INTEGER_UNARY: Mapping[type[Operation], Compute] = {
    graph.ReluOp: relu,
    graph.AbsOp: absolute,
    graph.NegOp: negate,
    graph.SquareOp: square,
    graph.SignOp: integer_sign,
    graph.IdentityOp: copy,
}
"""Unary operations on integers."""


def to_integers(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """Floats towards zero, saturated, NaN as 0; wider integers wrapped."""
    x = ins[0]
    if is_integer(x.storage.dtype):
        narrower = x.storage.itemsize > out.storage.itemsize or (x.storage.dtype, out.storage.dtype) in (
            ("int8", "uint8"),
            ("uint8", "int8"),
        )
        if narrower:
            wrap(ctx, x, out)
        else:
            ctx.builder.copy(x, out)
        return
    whole = _scratch(ctx, "trunc", out, "fp32") if out.storage.dtype == "int64" else out
    ctx.builder.activate("trunc", x, whole)
    if whole is not out:
        ctx.builder.copy(whole, out)


def to_truth(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """x != 0."""
    ctx.builder.tensor_scalar(ins[0], out, "not_equal", 0.0)


def select_tensors(ctx: Lowering, ins: Sequence[View], out: View) -> None:
    """`ins[1]` where `ins[0]` is true, else `ins[2]`."""
    ctx.builder.copy(ins[2], out)
    ctx.builder.select(ins[1], ins[0], out)


def select_or(value: float) -> Compute:
    """`ins[1]` where `ins[0]` is true, else a known value."""

    def compute(ctx: Lowering, ins: Sequence[View], out: View) -> None:
        ctx.builder.memset(out, value)
        ctx.builder.select(ins[1], ins[0], out)

    return compute


def fallback(func: str, target: Target) -> Compute | None:
    """A function from vector operations, where the scalar engine lacks it."""
    if func == "silu":
        return silu if "sigmoid" in target.functions else None
    return {"abs": absolute, "square": square, "relu": relu}.get(func)
