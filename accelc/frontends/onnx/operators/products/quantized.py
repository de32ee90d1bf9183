"""
Importers of quantized operators: integers of 8 bits as bf16, which holds them and their differences exactly.

A product of two is exact in fp32, and so is a sum of them below 2^24. Contractions that could reach it are cut into
pieces, whose sums are added as 32-bit integers: results are those of integer arithmetic, on any array for floats.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import Float32Type, TensorType
from xdsl.ir import SSAValue

from accelc.analysis import shapes
from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.pointwise.elementwise import clip
from accelc.frontends.onnx.operators.products.layers import window
from accelc.frontends.onnx.tensors import DType, largest, numpy_dtype

EXACT = 2**24
"""Sums of products below this are exact in fp32, whatever their order."""
BF16, F32, I32 = np.dtype(ml_dtypes.bfloat16), np.dtype(np.float32), np.dtype(np.int32)
NARROW = (np.dtype(np.int8), np.dtype(np.uint8))


@dataclass(frozen=True)
class Centred:
    """An operand less its zero point, as bf16, and the largest magnitude that its elements may have."""

    value: Tensor
    limit: int


def _range(dtype: DType) -> tuple[int, int]:
    info = np.iinfo(dtype.name)
    return int(info.min), int(info.max)


def centred(node: Node, x: Tensor, zero: Tensor | None, what: str) -> Centred:
    """`x` less `zero`, which has a shape that broadcasts to that of x."""
    if x.dtype not in NARROW:
        raise node.error(f"{what} has element type {x.dtype.name}, expected int8 or uint8")
    b, (low, high) = node.builder, _range(x.dtype)
    if zero is None:
        return Centred(b.cast(x, BF16), max(-low, high))
    if zero.dtype != x.dtype:
        raise node.error(f"the zero point of {what} has element type {zero.dtype.name}, expected {x.dtype.name}")
    limit = high - low
    if zero.data is not None and zero.data.size:
        data = zero.data.astype(np.int64)
        limit = int(max(high - data.min(), data.max() - low))
    if x.data is not None and zero.data is not None:
        limit = int(np.abs(x.data.astype(np.int64) - zero.data.astype(np.int64)).max(initial=0))
    return Centred(b.binary("sub", b.cast(x, BF16), b.cast(zero, BF16)), limit)


def parts(size: int, bound: Callable[[int, int], int]) -> list[tuple[int, int]]:
    """`range(size)` in as few pieces (low, high) as halving gives whose `bound` is below `EXACT`; single at worst."""
    pending, found = [(0, size)], list[tuple[int, int]]()
    while pending:
        low, high = pending.pop()
        if high - low <= 1 or bound(low, high) < EXACT:
            found.append((low, high))
        else:
            middle = (low + high) // 2
            pending += [(middle, high), (low, middle)]
    return found


def _bound(left: Centred, right: Centred, axis: int, terms: int) -> Callable[[int, int], int]:
    """Largest sum of products over elements `low:high` of `axis` of right, each standing for `terms` products."""
    data = right.value.data
    if data is None:
        return lambda low, high: (high - low) * terms * left.limit * right.limit
    sums = np.moveaxis(np.abs(data.astype(np.float64)), axis, 0)

    def exact(low: int, high: int) -> int:
        piece = sums[low:high]
        kept = piece.sum(axis=0) if right.value.rank <= 2 or terms == 1 else piece.sum(axis=(0, *range(2, piece.ndim)))
        return int(kept.max(initial=0)) * left.limit

    return exact


@dataclass(frozen=True)
class Sum:
    """Exact integers: as fp32 where all are below `limit` < `EXACT`, else as int32."""

    value: Tensor
    limit: int


def _added(b: Builder, pieces: Sequence[Tensor], limit: int) -> Sum:
    if len(pieces) == 1 and limit < EXACT:
        return Sum(pieces[0], limit)
    total = b.cast(pieces[0], I32)
    for piece in pieces[1:]:
        total = b.add(total, b.cast(piece, I32))
    return Sum(total, EXACT)


def _matmul(node: Node, left: Centred, right: Centred) -> Sum:
    """Exact matrix product."""
    b, terms = node.builder, right.value.shape[-2 if right.value.rank > 1 else 0]
    bound = _bound(left, right, max(right.value.rank - 2, 0), 1)

    def make(x: SSAValue, y: SSAValue, shape: Sequence[int]) -> graph.MatmulOp:
        return graph.MatmulOp(x, y, TensorType(Float32Type(), shape))

    pieces: list[Tensor] = []
    cuts = parts(terms, bound)
    for low, high in cuts:
        x = b.slice_axis(left.value, left.value.rank - 1, low, high - low)
        y = b.slice_axis(right.value, max(right.value.rank - 2, 0), low, high - low)
        shape = shapes.matmul_shape(x.shape, y.shape)
        pieces.append(b.emit(lambda p, q, shape=shape: make(p, q, shape), x, y, weights=(0, 1)))
    return _added(b, pieces, max(bound(low, high) for low, high in cuts) if terms else 0)


def _conv(node: Node, x: Centred, weight: Centred, bias: Tensor | None) -> Sum:
    """Exact convolution; `bias` are integers."""
    b, group = node.builder, node.integer("group", 1)
    kernel = node.ints("kernel_shape") or list(weight.value.shape[2:])
    strides, pads, dilations = window(node, x.value, kernel)
    channels = weight.value.shape[1]
    if list(weight.value.shape[2:]) != kernel or group < 1 or x.value.shape[1] != group * channels:
        raise node.error(f"filters {list(weight.value.shape)} in {group} groups do not fit x {list(x.value.shape)}")
    bound = _bound(x, weight, 1, prod(kernel))
    cuts = parts(channels, bound)
    if max(bound(low, high) for low, high in cuts) >= EXACT:
        raise node.unsupported(f"a window of {prod(kernel)} elements")
    batch, _, *sizes = x.value.shape
    grouped = b.reshape(x.value, [batch, group, channels, *sizes])
    pieces: list[Tensor] = []
    for low, high in cuts:
        part = b.reshape(b.slice_axis(grouped, 2, low, high - low), [batch, group * (high - low), *sizes])
        filters = b.slice_axis(weight.value, 1, low, high - low)
        shape = shapes.conv_output_shape(part.shape, filters.shape, strides, pads, dilations, group)

        def make(x: SSAValue, w: SSAValue, shape: Sequence[int] = shape) -> graph.ConvOp:
            kind = TensorType(Float32Type(), shape)
            return graph.ConvOp(x, w, None, kind, strides=strides, pads=pads, dilations=dilations, group=group)

        pieces.append(b.emit(make, part, filters, weights=(1,)))
    total = _added(b, pieces, max(bound(low, high) for low, high in cuts))
    if bias is None:
        return total
    column = b.reshape(bias, [bias.shape[0], *([1] * len(kernel))])
    highest = EXACT if bias.data is None else int(np.abs(bias.data.astype(np.int64)).max(initial=0))
    if total.value.dtype == F32 and total.limit + highest < EXACT:
        return Sum(b.add(total.value, b.cast(column, F32)), total.limit + highest)
    return Sum(b.add(b.cast(total.value, I32), column), EXACT)


def _along(node: Node, x: Tensor, rank: int, axis: int) -> Tensor:
    """A scalar as it is; a vector as a column along `axis` of a tensor of `rank`."""
    if x.rank == 0 or (x.rank == 1 and x.shape[0] == 1):
        return node.builder.reshape(x, [])
    if x.rank != 1 or rank <= 1:
        return x
    sizes = [1] * rank
    sizes[axis] = x.shape[0]
    return node.builder.reshape(x, sizes)


def _columns(node: Node, x: Tensor, rank: int, *, rows: bool) -> Tensor:
    """A zero point or scale per row or column of a matrix; whatever has more axes is shaped already."""
    if x.rank > 1:
        return x
    return _along(node, x, rank, max(rank - 2, 0) if rows and rank > 1 else rank - 1)


def requantized(node: Node, total: Sum, scale: Tensor, zero: Tensor | None, dtype: DType) -> Tensor:
    """saturate(round(total * scale) + zero), of `dtype`."""
    b = node.builder
    y = b.unary("round", b.mul(b.cast(total.value, F32), b.cast(scale, F32)))
    y = y if zero is None else b.add(y, b.cast(zero, F32))
    return saturated(b, y, dtype)


def saturated(b: Builder, x: Tensor, dtype: DType) -> Tensor:
    """Whole floats as integers, the nearest that `dtype` has."""
    low, high = _range(dtype)
    return b.cast(clip(b, x, b.scalar(low, x), b.scalar(high, x)), dtype)


def _matmul_integer(node: Node) -> Tensor:
    a, c = node.input(0), node.input(1)
    rows, columns = node.optional(2), node.optional(3)
    left = centred(node, a, rows and _columns(node, rows, a.rank, rows=True), "A")
    right = centred(node, c, columns and _columns(node, columns, c.rank, rows=False), "B")
    return node.builder.cast(_matmul(node, left, right).value, I32)


def _conv_integer(node: Node) -> Tensor:
    x, w = node.input(0), node.input(1)
    left = centred(node, x, _scalar(node, node.optional(2)), "x")
    right = centred(node, w, _per_filter(node, node.optional(3), w), "w")
    return node.builder.cast(_conv(node, left, right, None).value, I32)


def _scalar(node: Node, x: Tensor | None) -> Tensor | None:
    if x is not None and prod(x.shape) != 1:
        raise node.error(f"a zero point or scale of the input has shape {list(x.shape)}, expected one element")
    return None if x is None else node.builder.reshape(x, [])


def _per_filter(node: Node, x: Tensor | None, weight: Tensor) -> Tensor | None:
    """One element, or one for each filter."""
    if x is None:
        return None
    if prod(x.shape) not in (1, weight.shape[0]) or x.rank > 1:
        raise node.error(f"a zero point or scale has shape {list(x.shape)} for filters {list(weight.shape)}")
    return _along(node, x, weight.rank, 0)


def _qlinear_matmul(node: Node) -> Tensor:
    b, a, c = node.builder, node.input(0), node.input(3)
    left = centred(node, a, _columns(node, node.input(2), a.rank, rows=True), "a")
    right = centred(node, c, _columns(node, node.input(5), c.rank, rows=False), "b")
    total = _matmul(node, left, right)
    rank, zero = total.value.rank, node.input(7)
    factors = [
        _columns(node, node.input(1), a.rank, rows=True),
        _columns(node, node.input(4), c.rank, rows=False),
        _columns(node, node.input(6), rank, rows=True),
    ]
    x, y, z = (b.cast(t, F32) for t in factors)
    scale = b.binary("div", b.mul(x, y), z)
    return requantized(node, total, scale, _columns(node, zero, rank, rows=True), zero.dtype)


def _qlinear_conv(node: Node) -> Tensor:
    b, x, w = node.builder, node.input(0), node.input(3)
    left = centred(node, x, _scalar(node, node.input(2)), "x")
    right = centred(node, w, _per_filter(node, node.input(5), w), "w")
    total = _conv(node, left, right, node.optional(8))
    x_scale, w_scale, y_scale = (b.cast(node.input(i), F32) for i in (1, 4, 6))
    scale = b.binary("div", b.mul(x_scale, w_scale), y_scale)
    if scale.rank == 1 and scale.shape[0] > 1:
        scale = b.reshape(scale, [scale.shape[0], *([1] * (total.value.rank - 2))])
    else:
        scale = b.reshape(scale, [])
    zero = _scalar(node, node.input(7))
    assert zero is not None
    return requantized(node, total, scale, zero, zero.dtype)


def _spread(node: Node, x: Tensor, like: Tensor) -> Tensor:
    """A scale or zero point of a whole tensor, of every index of `axis`, or of blocks along it, for all elements."""
    b = node.builder
    if prod(x.shape) == 1 and x.rank <= 1:
        return b.reshape(x, [])
    axis = node.axis(node.integer("axis", 1), like.rank)
    if x.rank == 1:
        if x.shape[0] != like.shape[axis]:
            raise node.error(f"{x.shape[0]} scales or zero points for {like.shape[axis]} elements of axis {axis}")
        return _along(node, x, like.rank, axis)
    block = node.integer("block_size", 0)
    expected = list(like.shape)
    expected[axis] = -(-expected[axis] // block) if block > 0 else expected[axis]
    if list(x.shape) != expected:
        raise node.error(f"scales of shape {list(x.shape)} for blocks of {block} of axis {axis} of {list(like.shape)}")
    if block <= 1:
        return x
    shape = [*x.shape[: axis + 1], block, *x.shape[axis + 1 :]]
    wide = b.broadcast(b.reshape(x, [*x.shape[: axis + 1], 1, *x.shape[axis + 1 :]]), shape)
    whole = b.reshape(wide, [*x.shape[:axis], x.shape[axis] * block, *x.shape[axis + 1 :]])
    return b.slice_axis(whole, axis, 0, like.shape[axis])


def _common(one: DType, two: DType) -> DType:
    """The float type in which a quotient of two types is computed."""
    if one == two and one.kind in "fV":
        return one
    return np.dtype(np.float64) if np.float64 in (one, two) else F32


def _quantize_linear(node: Node) -> Tensor:
    b, x, zero = node.builder, node.input(0), node.optional(2)
    scale = _spread(node, node.input(1), x)
    code = node.integer("output_dtype", 0)
    dtype = np.dtype(np.uint8) if not code else numpy_dtype(code, b.where)
    if zero is not None:
        dtype = zero.dtype
    precision = node.integer("precision", 0)
    wide = numpy_dtype(precision, b.where) if precision else _common(x.dtype, scale.dtype)
    ratio = b.binary("div", b.cast(x, wide), b.cast(scale, wide))
    if dtype.kind not in "iu":
        if node.integer("saturate", 1):
            limit = largest(dtype)
            ratio = clip(b, ratio, b.scalar(-limit, ratio), b.scalar(limit, ratio))
        return b.cast(ratio, dtype)
    y = b.cast(b.unary("round", ratio), F32)
    y = y if zero is None else b.add(y, b.cast(_spread(node, zero, x), F32))
    return saturated(b, y, dtype)


def _dequantize_linear(node: Node) -> Tensor:
    b, x, scale, zero = node.builder, node.input(0), node.input(1), node.optional(2)
    code = node.integer("output_dtype", 0)
    dtype = numpy_dtype(code, b.where) if code else scale.dtype
    y = b.cast(x, F32)
    if zero is not None and zero.dtype.kind in "iu":
        if zero.dtype != x.dtype:
            raise node.error(f"the zero point has element type {zero.dtype.name}, expected {x.dtype.name}")
        y = b.binary("sub", y, b.cast(_spread(node, zero, x), F32))
    return b.cast(b.mul(y, b.cast(_spread(node, scale, x), F32)), dtype)


def _dynamic_quantize_linear(node: Node) -> list[Tensor]:
    b, x = node.builder, node.input()
    zero = b.scalar(0, x)
    every = list(range(x.rank))
    highest = b.binary("max", b.reduce("max", x, every, keepdims=False), zero)
    lowest = b.binary("min", b.reduce("min", x, every, keepdims=False), zero)
    scale = b.binary("div", b.binary("sub", highest, lowest), b.scalar(255, x))
    level = b.binary("sub", zero, b.binary("div", lowest, scale))
    point = clip(b, b.unary("round", level), zero, b.scalar(255, x))
    y = b.add(b.unary("round", b.binary("div", x, scale)), point)
    dtype = np.dtype(np.uint8)
    return [saturated(b, y, dtype), scale, b.cast(point, dtype)]


OPERATORS: Table = {
    "MatMulInteger": _matmul_integer,
    "ConvInteger": _conv_integer,
    "QLinearMatMul": _qlinear_matmul,
    "QLinearConv": _qlinear_conv,
    "QuantizeLinear": _quantize_linear,
    "DequantizeLinear": _dequantize_linear,
    "DynamicQuantizeLinear": _dynamic_quantize_linear,
}
