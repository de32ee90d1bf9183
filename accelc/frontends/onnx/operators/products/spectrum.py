"""Importers of Fourier transforms, as products with constant matrices, and of what surrounds them."""

from math import prod

import numpy as np

from accelc.analysis import fourier
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Handler, Node, Table
from accelc.frontends.onnx.tensors import check_constant_size, checked_shape, numpy_dtype

MAX_BINS = 2**16
"""Mel filters that are computed, one after the other."""
FLOAT = 1
"""Element type f32 of ONNX."""


def _transformed(b: Builder, x: Tensor, axis: int, weights: fourier.F64, results: int) -> Tensor:
    """x (..., parts) with axis and parts multiplied by a matrix; the axis keeps its place, parts are the last axis."""
    perm = [a for a in range(x.rank - 1) if a != axis] + [axis, x.rank - 1]
    moved = b.transpose(x, perm)
    rows = b.reshape(moved, [prod(moved.shape[:-2]), weights.shape[0]])
    product = b.matmul(rows, known(weights.astype(x.dtype)))
    split = b.reshape(product, [*moved.shape[:-2], weights.shape[1] // results, results])
    return b.transpose(split, [perm.index(a) for a in range(x.rank)])


def _dft_axis(node: Node) -> int:
    if node.opset < 20:
        return node.integer("axis", 1)
    return -2 if node.optional(2) is None else node.whole(2)


def _dft(node: Node) -> Tensor:
    b, x = node.builder, node.input(0)
    if x.rank < 2 or x.shape[-1] not in (1, 2) or not x.is_float:
        raise node.error(f"x is {x.dtype.name}{list(x.shape)}, expected floats (..., 1) or (..., 2)")
    axis = node.axis(_dft_axis(node), x.rank)
    if axis == x.rank - 1:
        raise node.error(f"axis {axis} is that of real and imaginary parts")
    inverse, onesided = bool(node.integer("inverse", 0)), bool(node.integer("onesided", 0))
    size, parts = x.shape[axis], x.shape[-1]
    length = 2 * (size - 1) if inverse and onesided else size
    if node.optional(1) is not None:
        length = node.whole(1)
    if length < 1:
        raise node.error(f"the transform has {length} places, expected at least 1")
    checked_shape([length], b.where)
    check_constant_size((size * parts, 2 * length), np.dtype(np.float64), b.where)
    if inverse and onesided:
        return _transformed(b, x, axis, fourier.inverse_real_dft(size, parts, length), 1)
    if inverse and parts == 2:
        # The standard's tests expect the rounding errors of a fast transform where sums of products are exactly zero.
        raise node.unsupported("an inverse transform of complex numbers to complex ones")
    if inverse:
        return _transformed(b, x, axis, fourier.inverse_dft(size, parts, length), 2)
    return _transformed(b, x, axis, fourier.dft(size, parts, length, onesided=onesided), 2)


def _stft(node: Node) -> Tensor:
    b, signal, window = node.builder, node.input(0), node.optional(2)
    step = node.whole(1)
    if signal.rank not in (2, 3):
        raise node.error(f"the signal has shape {list(signal.shape)}, expected (N, L) or (N, L, 1 or 2)")
    if node.optional(3) is not None:
        length = node.whole(3)
    else:
        length = signal.shape[1] if window is None else prod(window.shape)
    signal = b.reshape(signal, [*signal.shape, 1]) if signal.rank == 2 else signal
    if signal.shape[2] not in (1, 2) or step < 1 or not 1 <= length <= signal.shape[1]:
        raise node.error(f"frames of {length}, {step} apart, do not fit a signal {list(signal.shape)}")
    if window is not None and window.shape != (length,):
        raise node.error(f"the window has shape {list(window.shape)}, expected [{length}]")
    frames, parts = 1 + (signal.shape[1] - length) // step, signal.shape[2]
    check_constant_size((frames, length), np.dtype(np.int64), b.where)
    check_constant_size((length * parts, 2 * length), np.dtype(np.float64), b.where)
    places = np.arange(frames)[:, None] * step + np.arange(length)
    framed = b.gather(signal, known(places.astype(np.int64)), 1)
    if window is not None:
        framed = b.mul(framed, b.reshape(window, [length, 1]))
    weights = fourier.dft(length, parts, length, onesided=bool(node.integer("onesided", 1)))
    return _transformed(b, framed, 2, weights, 2)


def _window(name: str) -> Handler:
    def handle(node: Node) -> Tensor:
        (size,) = checked_shape([node.whole(0)], node.builder.where)
        dtype = numpy_dtype(node.integer("output_datatype", FLOAT), node.builder.where)
        check_constant_size((size,), dtype, node.builder.where)
        return known(fourier.window(name, size, periodic=bool(node.integer("periodic", 1))).astype(dtype))

    return handle


def _mel_weight_matrix(node: Node) -> Tensor:
    bins, length, rate = (node.whole(i) for i in range(3))
    low, high = node.single(3), node.single(4)
    dtype = numpy_dtype(node.integer("output_datatype", FLOAT), node.builder.where)
    shape = checked_shape([length // 2 + 1, bins], node.builder.where)
    if bins > MAX_BINS:
        raise node.error(f"{bins} mel bins, at most {MAX_BINS} are computed")
    check_constant_size(shape, dtype, node.builder.where)
    return known(fourier.mel_weights(bins, length, rate, low, high).astype(dtype))


OPERATORS: Table = {
    "DFT": _dft,
    "STFT": _stft,
    **{name: _window(name) for name in fourier.WINDOWS},
    "MelWeightMatrix": _mel_weight_matrix,
}
