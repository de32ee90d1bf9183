"""Importers of the optimizers of `ai.onnx.preview.training`: a step of each tensor, as the standard writes it down."""

from collections.abc import Callable, Sequence
from math import log

from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Handler, Node, Table

DOMAIN = "ai.onnx.preview.training"
Step = Callable[[Node, Tensor, Tensor, Sequence[Tensor]], Sequence[Tensor]]
"""New tensor and new states, of rate, count of steps, and tensor, gradient and states."""


def _optimizer(states: int, step: Step) -> Handler:
    """Inputs are rate and count, then all tensors, all gradients, and all of each state; results all of each kind."""

    def optimize(node: Node) -> list[Tensor]:
        rate, count, *rest = node.all_inputs()
        kinds = 2 + states
        if not rest or len(rest) % kinds:
            raise node.error(f"{len(rest)} inputs follow the count of steps; expected {kinds} for each tensor")
        number = len(rest) // kinds
        found = [step(node, rate, count, rest[index::number]) for index in range(number)]
        return [results[kind] for kind in range(1 + states) for results in found]

    return optimize


def _regularized(node: Node, x: Tensor, gradient: Tensor) -> Tensor:
    """The gradient of loss and half the squared norm, weighted."""
    b, weight = node.builder, node.number("norm_coefficient", 0.0)
    return b.add(b.mul(x, weight), gradient) if weight else gradient


def _first(b: Builder, count: Tensor, later: Tensor, first: Tensor) -> Tensor:
    """`first` in step 0, else `later`; both are single numbers."""
    return b.select(b.binary("greater", count, b.scalar(0, count)), later, first)


def _adagrad(node: Node, rate: Tensor, count: Tensor, values: Sequence[Tensor]) -> Sequence[Tensor]:
    b, (x, gradient, squares) = node.builder, values
    decay = node.number("decay_factor", 0.0)
    if decay:
        rate = b.binary("div", rate, b.add(b.mul(b.cast(count, rate.dtype), decay), 1.0))
    gradient = _regularized(node, x, gradient)
    squares = b.add(squares, b.mul(gradient, gradient))
    scale = b.add(b.unary("sqrt", squares), node.number("epsilon", 0.0))
    return b.binary("sub", x, b.binary("div", b.mul(gradient, rate), scale)), squares


def _adam(node: Node, rate: Tensor, count: Tensor, values: Sequence[Tensor]) -> Sequence[Tensor]:
    b, (x, gradient, mean, squares) = node.builder, values
    alpha, beta = node.number("alpha", 0.9), node.number("beta", 0.999)
    gradient = _regularized(node, x, gradient)
    mean = b.add(b.mul(mean, alpha), b.mul(gradient, 1 - alpha))
    squares = b.add(b.mul(squares, beta), b.mul(b.mul(gradient, gradient), 1 - beta))
    scale = b.add(b.unary("sqrt", squares), node.number("epsilon", 0.0))
    correction = b.binary("div", b.unary("sqrt", _rest(b, rate, count, beta)), _rest(b, rate, count, alpha))
    rate = _first(b, count, b.mul(rate, correction), rate)
    x = b.binary("sub", x, b.binary("div", b.mul(mean, rate), scale))
    after = node.number("norm_coefficient_post", 0.0)
    return (b.mul(x, 1 - after) if after else x), mean, squares


def _rest(b: Builder, rate: Tensor, count: Tensor, base: float) -> Tensor:
    """1 - base ** count."""
    power = b.unary("exp", b.mul(b.cast(count, rate.dtype), log(base))) if base > 0 else b.scalar(0.0, rate)
    return b.binary("sub", b.scalar(1.0, rate), power)


def _momentum(node: Node, rate: Tensor, count: Tensor, values: Sequence[Tensor]) -> Sequence[Tensor]:
    b, (x, gradient, velocity) = node.builder, values
    alpha, mode = node.number("alpha", 0.0), node.text("mode", "standard")
    if mode not in ("standard", "nesterov"):
        raise node.error(f"mode '{mode}' is not one of standard, nesterov")
    gradient = _regularized(node, x, gradient)
    beta = node.number("beta", 1.0)
    weighted = gradient
    if beta != 1:
        weight = _first(b, count, b.scalar(beta, rate), b.scalar(1.0, rate))
        weighted = b.mul(gradient, weight)
    velocity = b.add(b.mul(velocity, alpha), weighted)
    change = velocity if mode == "standard" else b.add(gradient, b.mul(velocity, alpha))
    return b.binary("sub", x, b.mul(change, rate)), velocity


OPERATORS: Table = {
    "Adagrad": _optimizer(1, _adagrad),
    "Adam": _optimizer(2, _adam),
    "Momentum": _optimizer(1, _momentum),
}
