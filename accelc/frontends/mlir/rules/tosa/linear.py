"""Convolutions, products and poolings of TOSA."""

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import DType, element_of_dtype
from accelc.frontends.mlir.call import Call, Rule, Table
from accelc.frontends.mlir.rules.exact import SUM, exact_factors
from accelc.frontends.mlir.rules.stablehlo.linear import convolve
from accelc.frontends.mlir.rules.tosa.quantized import pointed, zero_point
from accelc.frontends.mlir.rules.windows import Window, reduce_windows
from accelc.frontends.mlir.writer import Writer


def _to_images(w: Writer, x: SSAValue) -> SSAValue:
    rank = len(shape_of(x))
    return w.transpose(x, [0, rank - 1, *range(1, rank - 1)])


def _from_images(w: Writer, x: SSAValue) -> SSAValue:
    rank = len(shape_of(x))
    return w.transpose(x, [0, *range(2, rank), 1])


def _biased(call: Call, value: SSAValue) -> SSAValue:
    """With the bias along the last axis; one element is for all channels."""
    w = call.writer
    return w.binary("add", value, w.cast(call.operand(2), call.result()[1]))


def _factors(
    call: Call, summed: tuple[int, ...], points: tuple[int, int] | None = None
) -> tuple[SSAValue, SSAValue, DType]:
    """
    Both operands less their zero points, and the type of their products.

    Integers of 8 bits are floats where every sum over the axes `summed` of the second operand is exact.
    """
    w, dtype = call.writer, call.result()[1]
    if points is None:
        points = zero_point(call, 3, "input_zp"), zero_point(call, 4, "weight_zp")
    a, b = call.first(2)
    found = exact_factors(w, a, b, points, summed) if dtype.kind in "iu" else None
    if found is not None:
        return *found, SUM
    return pointed(w, a, points[0], dtype), pointed(w, b, points[1], dtype), dtype


def _convolution(*, depthwise: bool) -> Rule:
    def rule(call: Call) -> SSAValue:
        w, dtype = call.writer, call.result()[1]
        spatial = len(call.shape()) - 2
        pads, strides = call.view.ints("pad"), call.view.ints("stride")
        dilations = call.view.ints("dilation")
        if len(pads) != 2 * spatial or len(strides) != spatial or len(dilations) != spatial:
            raise call.error(f"pad {pads}, stride {strides} and dilation {dilations} for {spatial} spatial axes")
        x, kernel, product = _factors(call, (0, 1) if depthwise else tuple(range(1, spatial + 2)))
        groups = 1
        if depthwise:
            height, width, channels, factor = shape_of(kernel)
            kernel = w.reshape(w.transpose(kernel, [2, 3, 0, 1]), [channels * factor, 1, height, width])
            groups = channels
        else:
            kernel = _to_images(w, kernel)
        found = convolve(w, _to_images(w, x), kernel, strides, [*pads[::2], *pads[1::2]], dilations, groups, product)
        return _biased(call, w.cast(_from_images(w, found), dtype))

    return rule


def _transposed(call: Call) -> SSAValue:
    w, dtype = call.writer, call.result()[1]
    x = pointed(w, call.operand(0), zero_point(call, 3, "input_zp"), dtype)
    kernel = pointed(w, call.operand(1), zero_point(call, 4, "weight_zp"), dtype)
    pads, strides = call.view.ints("out_pad"), call.view.ints("stride")
    if len(pads) != 4 or len(strides) != 2 or len(shape_of(kernel)) != 4:
        raise call.error(f"out_pad {pads} and stride {strides} for 2 spatial axes")
    kernel = w.transpose(kernel, [3, 0, 1, 2])
    op = graph.ConvTransposeOp(_to_images(w, x), kernel, None, strides=strides)
    found = _from_images(w, w.add(op))
    return _biased(call, w.pad(found, [0, pads[0], pads[2], 0], [0, pads[1], pads[3], 0]))


def _fully_connected(call: Call) -> SSAValue:
    w, dtype = call.writer, call.result()[1]
    x, kernel, product = _factors(call, (1,))
    return _biased(call, w.cast(w.matmul(x, w.transpose(kernel, [1, 0]), product), dtype))


def _matmul(call: Call) -> SSAValue:
    w, dtype = call.writer, call.result()[1]
    points = zero_point(call, 2, "a_zp"), zero_point(call, 3, "b_zp")
    a, b, product = _factors(call, (1,), points)
    return w.cast(w.matmul(a, b, product), dtype)


def _window(call: Call) -> Window:
    kernel, strides, pads = call.view.ints("kernel"), call.view.ints("stride"), call.view.ints("pad")
    if len(call.shape()) != 4 or [len(kernel), len(strides), len(pads)] != [2, 2, 4]:
        raise call.error(f"kernel {kernel}, stride {strides} and pad {pads} for a tensor of rank {len(call.shape())}")
    return Window([1, *kernel, 1], [1, *strides, 1], [0, pads[0], pads[2], 0], [0, pads[1], pads[3], 0], [1, 1, 1, 1])


def _max_pool(call: Call) -> SSAValue:
    return reduce_windows(call.writer, "max", call.operand(0), _window(call))


def _average_pool(call: Call) -> SSAValue:
    w, dtype, window = call.writer, call.result()[1], _window(call)
    if dtype.kind not in "fV":
        return _integer_average(call, window)
    images = _to_images(w, call.operand(0))
    shape = [shape_of(images)[i] for i in range(2)] + [window.outputs(axis, call.shape()[axis]) for axis in (1, 2)]
    pool = graph.PoolOp(
        images,
        "average",
        window.sizes[1:3],
        TensorType(element_of_dtype(dtype), shape),
        strides=window.strides[1:3],
        pads=[*window.low[1:3], *window.high[1:3]],
    )
    return _from_images(w, w.add(pool))


def _integer_average(call: Call, window: Window) -> SSAValue:
    """Sums times the reciprocal of the number of elements, in fixed point (reciprocal_scale of the specification)."""
    w, wide = call.writer, np.dtype(np.int64)
    points = zero_point(call, 1, "input_zp"), zero_point(call, 2, "output_zp")
    values = pointed(w, call.operand(0), points[0], np.dtype(np.int32))
    total = w.cast(reduce_windows(w, "add", values, window), wide)
    counts = [_counts(window, axis, call.shape()[axis]) for axis in (1, 2)]
    count = counts[0][:, None] * counts[1][None, :]
    if (count < 1).any():
        raise call.error("a window has no elements")
    scale = np.empty(count.shape, np.int64)
    shift = np.empty(count.shape, np.int64)
    for place, n in np.ndenumerate(count):
        k = int(n - 1).bit_length()
        scale[place] = (((1 << 30) + 1) << k) // int(n)
        shift[place] = 30 + k
    return _scaled(call, total, scale[None, :, :, None], shift[None, :, :, None], points[1])


def _counts(window: Window, axis: int, size: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    first = np.arange(window.outputs(axis, size)) * window.strides[axis] - window.low[axis]
    return np.minimum(first + window.sizes[axis], size) - np.maximum(first, 0)


def _scaled(call: Call, total: SSAValue, scale: object, shift: object, point: int) -> SSAValue:
    w, target = call.writer, call.result()[1]
    multiplier, bits = np.asarray(scale, np.int64), np.asarray(shift, np.int64)
    rounded = w.binary("add", w.binary("mul", total, w.constant(multiplier)), w.constant(np.left_shift(1, bits - 1)))
    divisor = w.constant(np.left_shift(1, bits))
    found = w.binary("div", w.binary("sub", rounded, w.binary("mod", rounded, divisor)), divisor)
    found = w.binary("add", found, point) if point else found
    limits = np.iinfo(target)
    return w.cast(w.clip(found, int(limits.min), int(limits.max)), target)


RULES: Table = {
    "tosa.conv2d": _convolution(depthwise=False),
    "tosa.conv3d": _convolution(depthwise=False),
    "tosa.depthwise_conv2d": _convolution(depthwise=True),
    "tosa.transpose_conv2d": _transposed,
    "tosa.fully_connected": _fully_connected,
    "tosa.matmul": _matmul,
    "tosa.max_pool2d": _max_pool,
    "tosa.avg_pool2d": _average_pool,
}
"""Rules of this module."""
