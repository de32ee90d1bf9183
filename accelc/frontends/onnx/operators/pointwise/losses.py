"""Importers of the losses of classifiers: the score of the true class, picked by comparing class numbers."""

from math import prod

from onnx import AttributeProto

from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Node, Table


def log_softmax(b: Builder, x: Tensor, axes: list[int]) -> Tensor:
    """x - log(sum(exp(x))) over some axes, without overflow."""
    centred = b.binary("sub", x, b.reduce("max", x, axes, keepdims=True))
    total = b.reduce("sum", b.unary("exp", centred), axes, keepdims=True)
    return b.binary("sub", centred, b.unary("log", total))


def _check(node: Node, scores: Tensor) -> None:
    target, weight = node.input(1), node.optional(2)
    if scores.rank < 2 or target.shape != (scores.shape[0], *scores.shape[2:]) or target.dtype.kind not in "iu":
        raise node.error(
            f"scores {list(scores.shape)} and classes {target.dtype.name}{list(target.shape)} do not fit: expected "
            "(N, C, d...) and integers (N, d...)"
        )
    if weight is not None and weight.shape != (scores.shape[1],):
        raise node.error(
            f"the weight has shape {list(weight.shape)}, expected one entry for each of {scores.shape[1]} classes"
        )


def _picked(node: Node, scores: Tensor) -> tuple[Tensor, Tensor | None]:
    """Loss (N, d...) of each sample, and its share in the mean unless all have the same."""
    b, target, weight = node.builder, node.input(1), node.optional(2)
    classes, ignored = scores.shape[1], node.attribute("ignore_index", AttributeProto.INT)
    spread = b.reshape(target, [target.shape[0], 1, *target.shape[1:]])
    numbers = b.count(classes, target.dtype, [classes] + [1] * (scores.rank - 2))
    hit, zero = b.binary("equal", spread, numbers), b.scalar(0, scores)
    share: Tensor | None = None
    if ignored is not None:
        kept = b.unary("not", b.binary("equal", spread, b.scalar(ignored.i, target)))
        hit = b.binary("and", hit, kept) if 0 <= ignored.i < classes else hit
        share = b.reshape(b.cast(kept, scores.dtype), target.shape)
    if weight is not None:
        factors = b.reshape(weight, [classes, *[1] * (scores.rank - 2)])
        share = b.reduce("sum", b.select(hit, factors, zero), [1], keepdims=False)
    loss = b.reduce("sum", b.select(hit, b.unary("neg", scores), zero), [1], keepdims=False)
    return loss if weight is None or share is None else b.mul(loss, share), share


def _negative_log_likelihood(node: Node, scores: Tensor) -> Tensor:
    """Loss of log-probabilities (N, C, d...) for class numbers (N, d...)."""
    b, reduction = node.builder, node.text("reduction", "mean")
    if reduction not in ("none", "mean", "sum"):
        raise node.error(f"reduction '{reduction}' is not none, mean or sum")
    _check(node, scores)
    loss, share = _picked(node, scores)
    if reduction == "none":
        return loss
    every = list(range(loss.rank))
    total = b.reduce("sum", loss, every, keepdims=False)
    if reduction == "sum":
        return total
    if share is None:
        return b.mul(total, 1 / max(prod(loss.shape), 1))
    return b.binary("div", total, b.reduce("sum", share, every, keepdims=False))


def _negative_log_likelihood_loss(node: Node) -> Tensor:
    return _negative_log_likelihood(node, node.input())


def _softmax_cross_entropy_loss(node: Node) -> list[Tensor]:
    x = node.input()
    if x.rank < 2:
        raise node.error(f"scores have shape {list(x.shape)}, expected (N, C, d...)")
    scores = log_softmax(node.builder, x, [1])
    return [_negative_log_likelihood(node, scores), scores]


def _log_softmax(node: Node) -> Tensor:
    x = node.input()
    axis = node.axis(node.integer("axis", -1 if node.opset >= 13 else 1), max(x.rank, 1))
    # Until opset 13 all axes from this one on counted as one.
    return log_softmax(node.builder, x, [axis] if node.opset >= 13 else list(range(axis, x.rank)))


OPERATORS: Table = {
    "LogSoftmax": _log_softmax,
    "NegativeLogLikelihoodLoss": _negative_log_likelihood_loss,
    "SoftmaxCrossEntropyLoss": _softmax_cross_entropy_loss,
}
