"""Infinities, NaN, signed zeros and subnormals: what torch gives for them, function by function, in one program."""

from typing import Any

from torch_support import torch

from accelc.frontends.torch.backend import TorchReport, accelc

VALUES = (
    *(0.0, -0.0, 1, -1, 2.5, -2.5, 0.5, 1.5, float("inf"), -float("inf"), float("nan"), 1e-40, 1e38, -1e38),
    *(100, -100, 88.8, -104, 1e-8, -1e-8, 1e-4, -1e-4, 0.3, -0.3, 0.99, -0.99),
)
UNARY = (
    *("abs", "ceil", "floor", "neg", "relu", "round", "sign", "sgn", "square", "trunc", "frac", "cos", "sin", "erf"),
    *("exp", "expm1", "log", "log1p", "reciprocal", "rsqrt", "sqrt", "sigmoid", "tanh", "isnan", "isinf"),
)
LAYERS = (
    *("silu", "softplus", "mish", "elu", "celu", "selu", "hardtanh", "hardswish", "leaky_relu", "relu6"),
    *("hardsigmoid", "logsigmoid", "softsign"),
)
BINARY = ("maximum", "minimum", "mul", "div", "sub", "add", "pow", "eq", "ne", "lt", "le", "gt", "ge", "logical_and")


def everything(x: Any) -> list[Any]:
    """Every function of vectors, pairs and rows."""
    pairs = x[:, None].expand(len(VALUES), len(VALUES)) + 0, x.expand(len(VALUES), len(VALUES)) + 0
    rows = torch.stack([x, x.flip(0)])
    found = [*(getattr(torch, name)(x) for name in UNARY), *(getattr(torch.nn.functional, name)(x) for name in LAYERS)]
    found += [getattr(torch, name)(*pairs) for name in BINARY]
    return [*found, x.clamp(-1, 1), rows.amax(1), rows.argmax(1), rows.sum(1), (rows > 0).sum(1), (x > 0).long() / 2]


def test_special_values_are_those_of_torch() -> None:
    """Nothing is left to torch."""
    torch._dynamo.reset()
    report = TorchReport()
    x = torch.tensor(VALUES)
    found = torch.compile(everything, backend=accelc, options={"target": None, "report": report})(x)
    for mine, theirs in zip(found, everything(x), strict=True):
        assert mine.dtype == theirs.dtype
        torch.testing.assert_close(mine, theirs, rtol=2e-6, atol=1e-37, equal_nan=True)
    assert not report.kept
