"""Importers of convolutions, pooling, products and normalizations."""

from collections.abc import Sequence
from math import prod

import numpy as np
from onnx import TensorProto
from xdsl.ir import SSAValue

from accelc.analysis import shapes
from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import numpy_dtype, smallest

Window = tuple[list[int], list[int], list[int]]
"""Strides, pads (all low, then all high) and dilations of a sliding window, per spatial axis."""


def _list(node: Node, name: str, length: int, default: int) -> list[int]:
    values = node.ints(name)
    if values is None:
        return [default] * length
    if len(values) != length:
        raise node.error(f"attribute '{name}' has {len(values)} entries, expected {length}")
    return values


def spatial_rank(node: Node, x: Tensor) -> int:
    """Number of axes of x behind samples and channels."""
    if x.rank < 3:
        raise node.error(f"x has shape {list(x.shape)}, expected (N, C, spatial...)")
    return x.rank - 2


def window(node: Node, x: Tensor, kernel: Sequence[int]) -> Window:
    """Strides, pads and dilations of a window over x, with `auto_pad` resolved."""
    rank = spatial_rank(node, x)
    if len(kernel) != rank:
        raise node.error(f"the kernel {list(kernel)} has {len(kernel)} axes, x has {rank} spatial ones")
    strides = _list(node, "strides", rank, 1)
    dilations = _list(node, "dilations", rank, 1)
    if min(strides) < 1 or min(dilations) < 1:
        raise node.error(f"strides {strides} and dilations {dilations} must be positive")
    match node.text("auto_pad", "NOTSET"):
        case "NOTSET":
            pads = _list(node, "pads", 2 * rank, 0)
        case "VALID":
            pads = [0] * (2 * rank)
        case "SAME_UPPER" | "SAME_LOWER" as mode:
            low, high = [0] * rank, [0] * rank
            for axis, size in enumerate(x.shape[2:]):
                out = -(-size // strides[axis])
                extent = shapes.window_extent(kernel[axis], dilations[axis])
                total = max((out - 1) * strides[axis] + extent - size, 0)
                low[axis] = total // 2 if mode == "SAME_UPPER" else total - total // 2
                high[axis] = total - low[axis]
            pads = low + high
        case mode:
            raise node.error(f"auto_pad '{mode}' is not NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    return strides, pads, dilations


def _conv(node: Node) -> Tensor:
    x, weight, bias = node.input(0), node.input(1), node.optional(2)
    kernel = node.ints("kernel_shape") or list(weight.shape[2:])
    strides, pads, dilations = window(node, x, kernel)
    group = node.integer("group", 1)
    if list(weight.shape[2:]) != kernel:
        raise node.error(f"kernel_shape {kernel} differs from that of the weight {list(weight.shape)}")

    def make(x: SSAValue, w: SSAValue, b: SSAValue | None) -> graph.ConvOp:
        return graph.ConvOp(x, w, b, strides=strides, pads=pads, dilations=dilations, group=group)

    return node.builder.emit(make, x, weight, bias, weights=(1, 2))


def _conv_transpose(node: Node) -> Tensor:
    x, weight, bias = node.input(0), node.input(1), node.optional(2)
    rank = spatial_rank(node, x)
    kernel = list(weight.shape[2:])
    strides, dilations = _list(node, "strides", rank, 1), _list(node, "dilations", rank, 1)
    extra = _list(node, "output_padding", rank, 0)
    if len(kernel) != rank or (node.ints("kernel_shape") or kernel) != kernel:
        raise node.error(f"the weight has shape {list(weight.shape)}, expected {rank} spatial axes as in kernel_shape")
    mode, wanted = node.text("auto_pad", "NOTSET"), node.ints("output_shape")
    if wanted is not None and len(wanted) < rank:
        raise node.error(f"output_shape {wanted} has {len(wanted)} entries, expected {rank}")
    if wanted is None and mode in ("SAME_UPPER", "SAME_LOWER"):
        wanted = [size * stride for size, stride in zip(x.shape[2:], strides, strict=True)]
    if wanted is None:
        pads = _list(node, "pads", 2 * rank, 0) if mode == "NOTSET" else [0] * (2 * rank)
    else:
        wanted = wanted[-rank:]
        total = [
            strides[d] * (x.shape[2 + d] - 1) + extra[d] + shapes.window_extent(kernel[d], dilations[d]) - wanted[d]
            for d in range(rank)
        ]
        smaller = [t // 2 for t in total]
        larger = [t - s for t, s in zip(total, smaller, strict=True)]
        pads = smaller + larger if mode == "SAME_UPPER" else larger + smaller
    group, b = node.integer("group", 1), node.builder
    # Where the result is larger than all windows, zeros are put around it.
    around = [max(-p, 0) for p in pads]
    pads = [max(p, 0) for p in pads]

    def make(x: SSAValue, w: SSAValue, b: SSAValue | None) -> graph.ConvTransposeOp:
        return graph.ConvTransposeOp(
            x, w, b, strides=strides, pads=pads, dilations=dilations, group=group, output_padding=extra
        )

    if not any(around):
        return b.emit(make, x, weight, bias, weights=(1, 2))
    y = b.emit(make, x, weight, None, weights=(1, 2))
    y = b.pad(y, [0, 0, *around[:rank]], [0, 0, *around[rank:]], 0)
    return y if bias is None else b.add(y, _per_channel(node, bias, y))


def _matmul(node: Node) -> Tensor:
    return node.builder.matmul(node.input(0), node.input(1))


def _gemm(node: Node) -> Tensor:
    b, x, weight, bias = node.builder, node.input(0), node.input(1), node.optional(2)
    if x.rank != 2 or weight.rank != 2:
        raise node.error(f"operands have shapes {list(x.shape)} and {list(weight.shape)}, expected matrices")
    x = b.transpose(x, [1, 0]) if node.integer("transA", 0) else x
    weight = b.transpose(weight, [1, 0]) if node.integer("transB", 0) else weight
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    y = b.matmul(x, weight)
    y = y if alpha == 1 else b.mul(y, alpha)
    if bias is None or beta == 0:
        return y
    bias = bias if beta == 1 else b.mul(bias, beta)
    if shapes.broadcast_shapes(y.shape, bias.shape) != y.shape:
        raise node.error(f"C has shape {list(bias.shape)}, which does not stretch to {list(y.shape)}")
    return b.add(y, bias)


def _per_channel(node: Node, x: Tensor, like: Tensor) -> Tensor:
    """One element for each channel of `like` (N, C, ...), as (C, 1...)."""
    if x.shape != like.shape[1:2]:
        raise node.error(
            f"a tensor {list(x.shape)} is not a vector of one element for each of {like.shape[1]} channels"
        )
    return node.builder.reshape(x, [x.shape[0], *([1] * (like.rank - 2))])


def _batch_normalization(node: Node) -> Tensor | list[Tensor]:
    b, x = node.builder, node.input(0)
    scale, bias, mean, variance = (node.input(i) for i in range(1, 5))
    if not node.integer("spatial", 1):
        raise node.unsupported("statistics per element")
    if x.rank < 2 or any(t.shape != (x.shape[1],) for t in (scale, bias, mean, variance)):
        raise node.error(f"scale, bias, mean and variance are not vectors of one entry per channel of {list(x.shape)}")
    if node.integer("training_mode", 0):
        return _normalized_batch(node)
    deviation = b.unary("sqrt", b.add(variance, node.number("epsilon", 1e-5)))
    factor = b.binary("div", scale, deviation)
    offset = b.binary("sub", bias, b.mul(mean, factor))
    return _scaled(node, x, *(b.cast(t, x.dtype) for t in (factor, offset)))


def _scaled(node: Node, x: Tensor, factor: Tensor, offset: Tensor) -> Tensor:
    """x * factor + offset, both per channel."""
    b = node.builder
    return b.add(b.mul(x, _per_channel(node, factor, x)), _per_channel(node, offset, x))


def _stashed(node: Node, x: Tensor) -> Tensor:
    """x in the type that its statistics are computed in: `stash_type`, or its own if that is wider."""
    stash = numpy_dtype(node.integer("stash_type", TensorProto.FLOAT), node.builder.where)
    return x if x.dtype == np.float64 else node.builder.cast(x, stash)


def standardize(b: Builder, x: Tensor, axes: Sequence[int], epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
    """(x - mean) / sqrt(variance + epsilon) over some axes; also the mean and the reciprocal deviation."""
    mean = b.reduce("mean", x, axes, keepdims=True)
    centred = b.binary("sub", x, mean)
    variance = b.reduce("mean", b.unary("square", centred), axes, keepdims=True)
    inverse = b.unary("rsqrt", b.add(variance, epsilon))
    return b.mul(centred, inverse), mean, inverse


def _layer_normalization(node: Node) -> list[Tensor]:
    b, x, scale, bias = node.builder, node.input(0), node.input(1), node.optional(2)
    axis = node.axis(node.integer("axis", -1), x.rank)
    y, mean, inverse = standardize(b, _stashed(node, x), range(axis, x.rank), node.number("epsilon", 1e-5))
    y = b.mul(b.cast(y, x.dtype), scale)
    return [y if bias is None else b.add(y, bias), mean, inverse]


def _rms_normalization(node: Node) -> Tensor:
    b, x, scale = node.builder, node.input(0), node.input(1)
    axes = range(node.axis(node.integer("axis", -1), x.rank), x.rank)
    wide = _stashed(node, x)
    mean = b.reduce("mean", b.unary("square", wide), axes, keepdims=True)
    y = b.mul(wide, b.unary("rsqrt", b.add(mean, node.number("epsilon", 1e-5))))
    return b.mul(b.cast(y, x.dtype), scale)


def _instance_normalization(node: Node) -> Tensor:
    b, x = node.builder, node.input(0)
    spatial_rank(node, x)
    y, *_ = standardize(b, x, range(2, x.rank), node.number("epsilon", 1e-5))
    return _scaled(node, y, node.input(1), node.input(2))


def _group_normalization(node: Node) -> Tensor:
    b, x, scale, bias = node.builder, node.input(0), node.input(1), node.input(2)
    spatial_rank(node, x)
    groups = node.integer("num_groups", 0)
    channels = x.shape[1]
    if groups < 1 or channels % groups:
        raise node.error(f"num_groups {groups} does not divide {channels} channels")
    grouped = b.reshape(_stashed(node, x), [x.shape[0], groups, channels // groups * prod(x.shape[2:])])
    y, *_ = standardize(b, grouped, [2], node.number("epsilon", 1e-5))
    if node.opset < 21:
        # Until opset 21 scale and bias had one entry per group.
        width = channels // groups
        scale, bias = (
            b.reshape(b.broadcast(b.reshape(t, [groups, 1]), [groups, width]), [channels]) for t in (scale, bias)
        )
    return _scaled(node, b.cast(b.reshape(y, x.shape), x.dtype), scale, bias)


def _normalized_batch(node: Node) -> list[Tensor]:
    """In training: statistics of the batch, and the running ones that they move."""
    b, x = node.builder, node.input(0)
    scale, bias, mean, variance = (node.input(i) for i in range(1, 5))
    axes, keep = [a for a in range(x.rank) if a != 1], node.number("momentum", 0.9)
    average = b.reduce("mean", x, axes, keepdims=True)
    centred = b.binary("sub", x, average)
    spread = b.reduce("mean", b.unary("square", centred), axes, keepdims=True)
    y = b.mul(centred, b.unary("rsqrt", b.add(spread, node.number("epsilon", 1e-5))))
    y = _scaled(node, y, b.cast(scale, x.dtype), b.cast(bias, x.dtype))
    moved = [
        b.add(b.mul(old, keep), b.mul(b.cast(b.reshape(new, old.shape), old.dtype), 1 - keep))
        for old, new in ((mean, average), (variance, spread))
    ]
    return [y, *moved]


def _mean_variance_normalization(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    given = node.ints("axes")
    axes = node.axes([0, 2, 3] if given is None else given, x.rank)
    centred = b.binary("sub", x, b.reduce("mean", x, axes, keepdims=True))
    variance = b.reduce("mean", b.unary("square", centred), axes, keepdims=True)
    return b.binary("div", centred, b.add(b.unary("sqrt", variance), 1e-9))


def _lp_normalization(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    axis, order = node.axis(node.integer("axis", -1), x.rank), node.integer("p", 2)
    if order not in (1, 2):
        raise node.error(f"p {order} is neither 1 nor 2")
    norm = b.reduce("sum", b.unary("abs" if order == 1 else "square", x), [axis], keepdims=True)
    norm = norm if order == 1 else b.unary("sqrt", norm)
    # A vector of zeros stays one.
    return b.binary("div", x, b.binary("max", norm, b.scalar(smallest(x.dtype), x)))


def _lrn(node: Node) -> Tensor:
    size = node.integer("size", 0)
    alpha, beta, bias = node.number("alpha", 1e-4), node.number("beta", 0.75), node.number("bias", 1.0)
    return node.builder.emit(lambda v: graph.LrnOp(v, size, alpha, beta, bias), node.input())


def _softmax(node: Node) -> Tensor:
    b, x = node.builder, node.input()
    axis = node.axis(node.integer("axis", -1 if node.opset >= 13 else 1), max(x.rank, 1))
    if node.opset >= 13 or axis == x.rank - 1:
        return b.emit(lambda v: graph.SoftmaxOp(v, axis=axis), x)
    # Until opset 13 all axes from this one on counted as one.
    flat = b.reshape(x, [prod(x.shape[:axis]), prod(x.shape[axis:])])
    return b.reshape(b.emit(lambda v: graph.SoftmaxOp(v, axis=1), flat), x.shape)


OPERATORS: Table = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MatMul": _matmul,
    "Gemm": _gemm,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "RMSNormalization": _rms_normalization,
    "InstanceNormalization": _instance_normalization,
    "GroupNormalization": _group_normalization,
    "LpNormalization": _lp_normalization,
    "MeanVarianceNormalization": _mean_variance_normalization,
    "LRN": _lrn,
    "Softmax": _softmax,
}
