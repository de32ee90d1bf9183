"""Importer of deformable convolutions: taps gathered at computed places, weighted, and multiplied with the filters."""

from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

from accelc.analysis import shapes
from accelc.frontends.onnx.builder import Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.products.layers import window
from accelc.frontends.onnx.operators.sampled.sampling import EXACT, MAX_AXES, Neighbour, SampledAxis, sample
from accelc.frontends.onnx.tensors import check_constant_size

F32 = np.dtype(np.float32)


def _deform_conv(node: Node) -> Tensor:
    b, x, weight, offset = node.builder, node.input(0), node.input(1), node.input(2)
    bias, mask = node.optional(3), node.optional(4)
    kernel = node.ints("kernel_shape") or list(weight.shape[2:])
    strides, pads, dilations = window(node, x, kernel)
    group, parts = node.integer("group", 1), node.integer("offset_group", 1)
    if list(weight.shape[2:]) != kernel:
        raise node.error(f"kernel_shape {kernel} differs from that of the weight {list(weight.shape)}")
    batch, channels, *sizes = x.shape
    out = shapes.conv_output_shape(x.shape, weight.shape, strides, pads, dilations, group)[2:]
    rank, taps, places = len(kernel), prod(kernel), prod(out)
    if parts < 1 or channels % parts:
        raise node.error(f"offset_group {parts} does not divide {channels} channels")
    if offset.shape != (batch, parts * taps * rank, *out):
        raise node.error(f"offset has shape {list(offset.shape)}, expected {[batch, parts * taps * rank, *out]}")
    if mask is not None and mask.shape != (batch, parts * taps, *out):
        raise node.error(f"mask has shape {list(mask.shape)}, expected {[batch, parts * taps, *out]}")
    check_constant_size((rank, taps, places), np.dtype(np.int64), b.where)
    if rank > MAX_AXES or prod(sizes) >= EXACT or not x.is_float or not prod(x.shape) or not taps * places:
        raise node.unsupported(f"sampling {prod(sizes)} elements of {x.dtype.name} along {rank} axes")
    moved = b.cast(b.reshape(offset, [batch, parts, taps, rank, places]), F32)
    images = b.reshape(x, [batch, parts, channels // parts, prod(sizes)])
    sampled: list[Tensor] = []
    for part in range(parts):
        image = b.reshape(b.slice_axis(images, 1, part, 1), [batch, channels // parts, prod(sizes)])
        around: list[list[Neighbour]] = []
        for axis in range(rank):
            base = _places(axis, kernel, list(out), strides[axis], dilations[axis]) - pads[axis]
            shift = b.slice(moved, [0, part, 0, axis, 0], [batch, 1, taps, 1, places], [1] * 5)
            at = b.add(b.reshape(shift, [batch, taps * places]), known(base.reshape(1, -1).astype(np.float32)))
            around.append(SampledAxis(b, sizes[axis], "zeros", aligned=True).linear(at))
        total: Tensor | None = None
        for corner in product(*around):
            term = sample(b, image, corner, sizes)
            total = term if total is None else b.add(total, term)
        assert total is not None
        if mask is not None:
            cut = b.slice_axis(b.reshape(mask, [batch, parts, taps * places]), 1, part, 1)
            total = b.mul(total, cut)
        sampled.append(total)
    columns = b.reshape(b.concat(sampled, 1), [batch, group, channels // group * taps, places])
    filters = b.reshape(weight, [group, weight.shape[0] // group, channels // group * taps])
    y = b.reshape(b.matmul(filters, columns), [batch, weight.shape[0], *out])
    return y if bias is None else b.add(y, b.reshape(bias, [bias.shape[0], *([1] * rank)]))


def _places(axis: int, kernel: list[int], out: list[int], stride: int, dilation: int) -> npt.NDArray[np.int64]:
    """(taps, places): coordinate along `axis` of every tap of every window, without pads."""
    grids = np.indices([*kernel, *out])
    where = grids[axis] * dilation + grids[len(kernel) + axis] * stride
    return where.reshape(prod(kernel), prod(out))


OPERATORS: Table = {"DeformConv": _deform_conv}
