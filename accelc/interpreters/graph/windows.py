"""
NumPy semantics of contractions and sliding windows: matmul, convolutions, pooling, local response normalization.

Products of floats are summed in f64. Convolutions copy each tap's input elements into the rows of a matrix (im2col) and
multiply it with BLAS.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

import numpy as np

from accelc.analysis.shapes import window_extent
from accelc.dialects import graph
from accelc.dialects.graph_ops.base import ints, shape_of
from accelc.dialects.graph_ops.element_types import Array, DType, dtype_of
from accelc.interpreters.graph.elementwise import convert, is_float, widen

COLUMN_BYTES = 2**26
"""Size above which a matrix of columns is built and multiplied in pieces."""
EXACT_FLOAT = 2.0**53
"""Integers up to here are exact in f64, so that BLAS may sum them."""


def _largest(x: Array) -> float:
    return max(abs(float(x.max())), abs(float(x.min()))) if x.size else 0.0


def _operands(x: Array, weight: Array, to: DType, terms: int) -> tuple[Array, Array]:
    """Operands in a dtype whose products sum up as the dialect says; `terms` products go into one element."""
    if is_float(to):
        # In f64 the order in which BLAS sums, which differs from row to row, does not show after rounding to f32.
        return x.astype(np.float64), weight.astype(np.float64)
    if _largest(x) * _largest(weight) * terms < EXACT_FLOAT:
        return x.astype(np.float64), weight.astype(np.float64)
    return x.astype(to), weight.astype(to)


def _rounded(x: Array, to: DType) -> Array:
    if not is_float(to) and is_float(x.dtype):
        return x.astype(np.int64).astype(to)
    return convert(x, to)


def matmul(op: graph.MatmulOp, lhs: Array, rhs: Array) -> Array:
    """`numpy.matmul` in the working dtype, rounded once."""
    to = dtype_of(op.result)
    left, right = _operands(lhs, rhs, to, lhs.shape[-1])
    with np.errstate(all="ignore"):
        return _rounded(np.asarray(np.matmul(left, right)), to)


def _padded(x: Array, low: Sequence[int], extent: Sequence[int], value: float = 0) -> Array:
    """x (N, C, spatial...) with `low` cells before, filled up to `extent`; cells beyond `extent` are dropped."""
    sizes = x.shape[2:]
    if not any(low) and tuple(extent) == sizes:
        return x
    result = np.full((*x.shape[:2], *extent), value, x.dtype)
    kept = [min(s, e - lo) for s, e, lo in zip(sizes, extent, low, strict=True)]
    if all(k > 0 for k in kept):
        inside = tuple(slice(lo, lo + k) for lo, k in zip(low, kept, strict=True))
        result[(..., *inside)] = x[(..., *(slice(0, k) for k in kept))]
    return result


def _taps(
    kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], out: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Every tap of a window, and the slices of the padded input that it meets in all windows."""
    for tap in product(*(range(k) for k in kernel)):
        yield (
            tap,
            tuple(
                slice(t * d, t * d + (o - 1) * s + 1 if o else t * d, s)
                for t, d, s, o in zip(tap, dilations, strides, out, strict=True)
            ),
        )


def _reach(
    kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], out: Sequence[int]
) -> tuple[int, ...]:
    """Padded elements per axis that `out` windows touch."""
    return tuple(
        (o - 1) * s + window_extent(k, d) if o else 0
        for k, s, d, o in zip(kernel, strides, dilations, out, strict=True)
    )


def _add_bias(y: Array, bias: Array | None) -> Array:
    if bias is None:
        return y
    column = bias.astype(y.dtype, copy=False).reshape(-1, *([1] * (y.ndim - 2)))
    return np.add(y, column, out=y) if y.flags.writeable else y + column


def conv(op: graph.ConvOp, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Convolution by matrix products, one per group and piece of the first spatial axis."""
    out, kernel, to = shape_of(op.result)[2:], weight.shape[2:], dtype_of(op.result)
    strides, dilations, group = ints(op.strides), ints(op.dilations), op.group.value.data
    batch, channels = x.shape[:2]
    filters, inner = weight.shape[0], weight.shape[1] * prod(kernel)
    source, matrix = _operands(x, weight, to, inner)
    matrix = matrix.reshape(group, filters // group, inner)
    padded = _padded(source, ints(op.pads)[: len(out)], _reach(kernel, strides, dilations, out))
    result = np.empty((batch, filters, *out), padded.dtype)
    row_bytes = batch * channels * prod(kernel) * prod(out[1:]) * padded.dtype.itemsize
    rows = max(1, COLUMN_BYTES // max(row_bytes, 1))
    for first in range(0, out[0], rows):
        piece = (min(rows, out[0] - first), *out[1:])
        band = padded[:, :, first * strides[0] :]
        if prod(kernel) == 1 and not any(s > 1 for s in strides):
            columns = band[:, :, : piece[0]]
        else:
            columns = np.empty((batch, channels, *kernel, *piece), padded.dtype)
            for tap, where in _taps(kernel, strides, dilations, piece):
                columns[(slice(None), slice(None), *tap)] = band[(..., *where)]
        with np.errstate(all="ignore"):
            block = np.matmul(matrix, columns.reshape(batch, group, inner, prod(piece)))
        result[:, :, first : first + piece[0]] = block.reshape(batch, filters, *piece)
    return _rounded(_add_bias(result, bias), to)


def conv_transpose(op: graph.ConvTransposeOp, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Transposed convolution: one matrix product, then each tap's products are added where they land."""
    out, kernel, sizes, to = shape_of(op.result)[2:], weight.shape[2:], x.shape[2:], dtype_of(op.result)
    strides, dilations, group = ints(op.strides), ints(op.dilations), op.group.value.data
    batch, inner, filters = x.shape[0], x.shape[1] // group, weight.shape[1]
    source, matrix = _operands(x, weight, to, inner * prod(kernel))
    matrix = matrix.reshape(group, inner, filters * prod(kernel)).swapaxes(1, 2)
    with np.errstate(all="ignore"):
        spread = np.matmul(matrix, source.reshape(batch, group, inner, prod(sizes)))
    spread = spread.reshape(batch, group * filters, *kernel, *sizes)
    low = ints(op.pads)[: len(out)]
    reach = _reach(kernel, strides, dilations, sizes)
    full = np.zeros(
        (batch, group * filters, *(max(r, lo + o) for r, lo, o in zip(reach, low, out, strict=True))), spread.dtype
    )
    for tap, where in _taps(kernel, strides, dilations, sizes):
        full[(..., *where)] += spread[(slice(None), slice(None), *tap)]
    result = full[(..., *(slice(lo, lo + o) for lo, o in zip(low, out, strict=True)))].copy()
    return _rounded(_add_bias(result, bias), to)


def _counts(op: graph.PoolOp, size: int, out: int, axis: int, rank: int) -> Array:
    """Taps per window along one spatial axis that an average divides by."""
    stride, dilation, kernel = ints(op.strides)[axis], ints(op.dilations)[axis], ints(op.kernel)[axis]
    low, high = ints(op.pads)[axis], ints(op.pads)[rank + axis]
    first, last = (0, low + size + high) if op.count_include_pad is not None else (low, low + size)
    cells = np.arange(out)[:, None] * stride + np.arange(kernel)[None, :] * dilation
    return np.sum((cells >= first) & (cells < last), axis=1)


def pool(op: graph.PoolOp, x: Array) -> Array:
    """Maximum or average over windows, tap by tap."""
    out, kernel, to = shape_of(op.result)[2:], ints(op.kernel), dtype_of(op.result)
    strides, dilations, rank = ints(op.strides), ints(op.dilations), x.ndim - 2
    source = widen(x)[0] if is_float(x.dtype) else x
    is_max = op.kind.data == "max"
    outside = (-np.inf if is_float(source.dtype) else np.iinfo(source.dtype).min) if is_max else 0
    padded = _padded(source, ints(op.pads)[:rank], _reach(kernel, strides, dilations, out), outside)
    result = np.full((*x.shape[:2], *out), outside, source.dtype)
    combine = np.maximum if is_max else np.add
    with np.errstate(all="ignore"):
        for _, where in _taps(kernel, strides, dilations, out):
            combine(result, padded[(..., *where)], out=result)
        if not is_max:
            for axis in range(rank):
                count = _counts(op, x.shape[2 + axis], out[axis], axis, rank).astype(result.dtype)
                result /= count.reshape(-1, *([1] * (rank - 1 - axis)))
    return convert(result, to)


def lrn(op: graph.LrnOp, x: Array) -> Array:
    """Local response normalization across channels."""
    (source,) = widen(x)
    size, kind = op.size.value.data, source.dtype.type
    before, channels = (size - 1) // 2, x.shape[1]
    squares = np.zeros((x.shape[0], channels + size - 1, *x.shape[2:]), source.dtype)
    np.square(source, out=squares[:, before : before + channels])
    total = squares[:, :channels].copy()
    for offset in range(1, size):
        total += squares[:, offset : offset + channels]
    scale, bias, beta = op.alpha.value.data / size, op.bias.value.data, op.beta.value.data
    with np.errstate(all="ignore"):
        return convert(source / (kind(bias) + kind(scale) * total) ** kind(beta), dtype_of(op.result))
