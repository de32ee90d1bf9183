"""Rules of gradients that torch does not take apart: convolutions, and maximum poolings by the places of the maxima."""

from itertools import product
from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.frontends.torch.rules.call import Call, Results, Table
from accelc.frontends.torch.writer import count

INT64 = np.dtype(np.int64)


def _convolution(call: Call) -> Results:
    """
    Gradients of input, weight and bias, those that are asked for.

    That of the input is the transposed convolution with the same weight. That of the weight is a convolution over the
    batch: image channels in place of the batch, the batch in place of channels, the gradient as weight, strides and
    dilations exchanged.
    """
    gradient, x, weight = (call.tensor(name) for name in ("grad_output", "input", "weight"))
    rank = len(shape_of(weight)) - 2
    strides, pads = call.ints("stride", rank), call.ints("padding", rank)
    dilations, groups = call.ints("dilation", rank), int(call.get("groups"))
    for name in ("bias_sizes", "output_padding"):
        call.get(name)
    if call.get("transposed"):
        raise call.error("the gradient of a transposed convolution; supported are others")
    asked = list(call.get("output_mask"))
    results: list[SSAValue] = []
    if asked[0]:
        sizes, wanted = shape_of(gradient)[2:], shape_of(x)[2:]
        extents = [d * (k - 1) + 1 for d, k in zip(dilations, shape_of(weight)[2:], strict=True)]
        made = [s * (n - 1) + e - 2 * p for s, n, e, p in zip(strides, sizes, extents, pads, strict=True)]
        extra = [n - m for n, m in zip(wanted, made, strict=True)]
        op = graph.ConvTransposeOp(
            gradient,
            weight,
            strides=strides,
            pads=[*pads, *pads],
            dilations=dilations,
            group=groups,
            output_padding=extra,
        )
        results.append(call.writer.add(op))
    if asked[1]:
        results.append(_weight_gradient(call, gradient, x, shape_of(weight), (strides, pads, dilations, groups)))
    if asked[2]:
        results.append(call.writer.reduce("sum", gradient, [0, *range(2, rank + 2)]))
    return results[0] if len(results) == 1 else list(results)


def _weight_gradient(
    call: Call,
    gradient: SSAValue,
    x: SSAValue,
    weight: tuple[int, ...],
    window: tuple[list[int], list[int], list[int], int],
) -> SSAValue:
    w, (strides, pads, dilations, groups) = call.writer, window
    batch, channels, *sizes = shape_of(x)
    spatial = range(len(sizes))
    split = w.reshape(x, [batch, groups, channels // groups, *sizes])
    swapped = w.transpose(split, [2, 1, 0, *(3 + i for i in spatial)])
    images = w.reshape(swapped, [channels // groups, groups * batch, *sizes])
    kernel = w.transpose(gradient, [1, 0, *(2 + i for i in spatial)])
    op = graph.ConvOp(images, kernel, strides=dilations, pads=[*pads, *pads], dilations=strides, group=groups)
    found = w.add(op)
    # Strides that do not divide leave places behind the last tap.
    if shape_of(found)[2:] != weight[2:]:
        sizes_kept = [*shape_of(found)[:2], *weight[2:]]
        found = w.add(graph.SliceOp(found, [0] * len(sizes_kept), sizes_kept))
    return w.transpose(found, [1, 0, *(2 + i for i in spatial)])


def _max_pool(call: Call) -> Results:
    """The maxima, and where in each plane of the input they are, counted row by row."""
    w, x = call.writer, call.tensor("self")
    spatial = len(shape_of(x)) - 2
    if len(call.ints("kernel_size")) not in (1, spatial):
        raise call.error(f"x has shape {list(shape_of(x))}; supported is (N, C, ...)")
    kernel = call.ints("kernel_size", spatial)
    strides = call.ints("stride", spatial) or kernel
    pads, dilations = call.ints("padding", spatial), call.ints("dilation", spatial) or [1] * spatial
    call.get("ceil_mode")
    op = graph.PoolOp(
        x,
        "max",
        kernel,
        TensorType(element_of_dtype(dtype_of(x)), call.shape),
        strides=strides,
        pads=[*pads, *pads],
        dilations=dilations,
    )
    maxima = w.add(op)
    if len(call.results) == 1:
        return maxima
    return [maxima, _places(call, x, kernel, (strides, pads, dilations))]


def _places(call: Call, x: SSAValue, kernel: list[int], window: tuple[list[int], list[int], list[int]]) -> SSAValue:
    """Where the maxima are: which of the shifted images has them, then the place of that shift's element."""
    w, (strides, pads, dilations) = call.writer, window
    sizes, out = shape_of(x)[2:], call.shape[2:]
    reach = [s * (n - 1) + d * (k - 1) + 1 for s, n, d, k in zip(strides, out, dilations, kernel, strict=True)]
    high = [max(r - p - n, 0) for r, p, n in zip(reach, pads, sizes, strict=True)]
    padded = w.add(graph.PadOp(x, low=[0, 0, *pads], high=[0, 0, *high], value=-np.inf))
    taps = list(product(*map(range, kernel)))
    images: list[SSAValue] = []
    for tap in taps:
        starts = [0, 0, *(t * d for t, d in zip(tap, dilations, strict=True))]
        image = w.add(graph.SliceOp(padded, starts, call.shape, [1, 1, *strides]))
        images.append(w.reshape(image, [*call.shape, 1]))
    joined = images[0] if len(images) == 1 else w.add(graph.ConcatOp(images, len(call.shape)))
    best = w.add(graph.ArgmaxOp(joined, len(call.shape)))
    units = [prod(sizes[axis + 1 :]) for axis in range(len(sizes))]
    shifts = [sum(t * d * u for t, d, u in zip(tap, dilations, units, strict=True)) for tap in taps]
    corner = np.zeros(out, INT64)
    for axis, (stride, pad, unit) in enumerate(zip(strides, pads, units, strict=True)):
        along = (np.arange(out[axis]) * stride - pad) * unit
        corner += along.reshape([-1 if d == axis else 1 for d in range(len(out))])
    shift = w.add(graph.GatherOp(w.constant(np.asarray(shifts, INT64), f"{w.name}.shifts"), best))
    return w.binary("add", shift, w.constant(corner, f"{w.name}.corners"))


def _max_pool_gradient(call: Call) -> SSAValue:
    w, gradient = call.writer, call.tensor("grad_output")
    x, places = call.handle("self"), call.tensor("indices")
    for name in ("kernel_size", "stride", "padding", "dilation", "ceil_mode"):
        call.get(name)
    shape = tuple(map(int, x.shadow.shape))
    if len(shape) != 4:
        raise call.error(f"x has shape {list(shape)}; supported is (N, C, H, W)")
    planes, cells = shape[:2], count(shape[2:])
    outputs = count(shape_of(gradient)[2:])
    op = graph.ScatterOp(
        w.full([*planes, cells], 0, dtype_of(gradient)),
        w.reshape(places, [*planes, outputs]),
        w.reshape(gradient, [*planes, outputs]),
        axis=2,
        batch=2,
        reduction="add",
    )
    return w.reshape(w.add(op), shape)


RULES: Table = {
    "convolution_backward": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d_with_indices_backward": _max_pool_gradient,
}
"""Rules of this module."""
