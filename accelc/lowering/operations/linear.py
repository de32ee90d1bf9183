"""Lowers convolutions and matrix products."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import element_of, ints, is_float, shape_of
from accelc.lowering.builder import Array
from accelc.lowering.context import Lowering
from accelc.lowering.deferred import Kernel
from accelc.lowering.plan import Node, contraction_axis, engine_dtype
from accelc.lowering.products.contraction import conv2d
from accelc.lowering.products.images import as_2d, as_image
from accelc.lowering.products.product import Contraction, Epilogue, multiply
from accelc.lowering.products.staging import Window, split
from accelc.lowering.products.stationary import TensorWeights, load_whole
from accelc.lowering.views import View
from accelc.numerics import FP8
from accelc.targets.model import Target


def array_support(target: Target) -> str | None:
    """Reason why the lowering cannot use the array, or None."""
    if target.tensor.rows != target.sbuf.partitions or target.psum.partitions != target.tensor.cols:
        return (
            f"an array of {target.tensor.rows}x{target.tensor.cols} beside {target.sbuf.partitions} sbuf and "
            f"{target.psum.partitions} psum partitions is not supported"
        )
    return None


def product_support(op: graph.ConvOp | graph.MatmulOp, target: Target) -> str | None:
    """
    Reason why operands of these types cannot be multiplied, or None.

    Floats of 16 and 32 bits mix; floats of 8 bits and int8 are multiplied as they are, on an array that has them.
    """
    left, right, out = (element_of(value) for value in (*op.operands[:2], op.result))
    dtype, wide = engine_dtype(left), is_float(out) and engine_dtype(out) not in (None, *FP8)
    if all(is_float(e) and engine_dtype(e) not in (None, *FP8) for e in (left, right)) and wide:
        return None
    if left == right and (dtype in FP8 or dtype == "int8") and (wide if dtype in FP8 else out == i32):
        if dtype not in target.tensor.rate:
            return f"the array of target '{target.name}' multiplies {', '.join(target.tensor.rate)}, not {dtype}"
        if len(op.operands) > 2 and dtype == "int8":
            return "integer products have no bias"
        summed = target.tensor.accumulator(dtype)
        legal = "fp32" if dtype in FP8 else "int32"
        return None if summed == legal else f"the array of target '{target.name}' sums {dtype} in {summed}"
    return f"products of {left} and {right} to {out} are not computed by the array"


def conv_support(op: graph.ConvOp, target: Target) -> str | None:
    """Reason why a convolution cannot run on the target, or None."""
    if len(shape_of(op.x)) not in (3, 4):
        return "only one or two spatial axes are convolved on the array"
    if (reason := product_support(op, target)) is not None:
        return reason
    for value in (op.weight, op.bias):
        if value is not None and not isinstance(value.owner, graph.WeightOp | graph.ConstantOp):
            return "weights or bias are computed at run time"
    return array_support(target)


def lower_conv(ctx: Lowering, node: Node) -> None:
    """Convolution with constant weights, and what was fused to it."""
    op = node.op
    assert isinstance(op, graph.ConvOp)
    weight = ctx.constants[op.weight]
    x = ctx.view_of(op.x)
    if x.on_chip and x.axis != 1:
        x = ctx.to_hbm(x)
    strides, dilations, pads = ints(op.strides), ints(op.dilations), ints(op.pads)
    if weight.ndim == 3:
        weight = weight[:, :, None, :]
        strides, dilations, pads = (1, *strides), (1, *dilations), (0, pads[0], 0, pads[1])
    geometry = Window(
        (weight.shape[2], weight.shape[3]),
        (strides[0], strides[1]),
        (dilations[0], dilations[1]),
        (pads[0], pads[1], pads[2], pads[3]),
        op.group.value.data,
    )
    out = as_2d(ctx.allocate(node.result, 1, "conv"))
    residual = None
    if node.residual is not None:
        residual = ctx.view_of(node.residual)
        residual = as_2d(ctx.to_hbm(residual) if residual.on_chip and residual.axis != 1 else residual)
    terms = [ctx.constants[value] for value in (op.bias, node.bias) if value is not None]
    epilogue = _epilogue(node, _bias(ctx, terms, weight.shape[0]), residual)
    conv2d(ctx, as_2d(x), Kernel.of(weight), out, geometry, epilogue, "conv")


def _epilogue(node: Node, bias: View | None, residual: View | None) -> Epilogue:
    return Epilogue(bias, residual, node.func, node.residual_at, node.func_at)


def _bias(ctx: Lowering, terms: Sequence[Array], channels: int) -> View | None:
    """(M, 1, 1) on chip: the sum of constants that vary by channel, or None without any."""
    if not terms:
        return None
    total = np.zeros(channels, np.float32)
    for term in terms:
        total = total + term.reshape(-1).astype(np.float32)
    return ctx.on_chip(ctx.constant("bias", total.reshape(channels, 1, 1)), 0)


def matmul_support(op: graph.MatmulOp, target: Target) -> str | None:
    """Reason why a matrix product cannot run on the target, or None."""
    if min(len(shape_of(op.lhs)), len(shape_of(op.rhs))) < 2:
        return "a vector operand of a matrix product stays on the host"
    return product_support(op, target) or array_support(target)


def lower_matmul(ctx: Lowering, node: Node) -> None:
    """Matrix product: with a constant matrix like a 1x1 convolution, else batch by batch."""
    op = node.op
    assert isinstance(op, graph.MatmulOp)
    axis = contraction_axis(op, ctx.constants)
    if axis is None:
        _batched(ctx, op.lhs, op.rhs, node.result)
        return
    rank = len(shape_of(op.result))
    right = axis == rank - 1
    constant, moving = (op.rhs, op.lhs) if right else (op.lhs, op.rhs)
    matrix = ctx.constants[constant]
    weight = (matrix.T if right else matrix)[:, :, None, None]
    x = ctx.view_of(moving).lead(rank)
    contracted = rank - 1 if right else rank - 2
    source = _image(ctx, x, contracted)
    out = ctx.allocate(node.result, axis, "matmul")
    residual = None
    if node.residual is not None:
        residual = _image(ctx, ctx.view_of(node.residual), axis)
    bias = _bias(ctx, [ctx.constants[node.bias]] if node.bias is not None else [], weight.shape[0])
    target = as_image(out, axis)
    assert target is not None
    views = _same_image([source, target, *([residual] if residual is not None else [])])
    epilogue = _epilogue(node, bias, views[2] if residual is not None else None)
    conv2d(ctx, views[0], Kernel.of(weight), views[1], Window((1, 1)), epilogue, "matmul")


def _image(ctx: Lowering, view: View, axis: int) -> View:
    """`view` as an image with channels `axis`, moved to HBM if it lies across other partitions."""
    if view.on_chip and view.axis != axis:
        view = ctx.to_hbm(view)
    image = as_image(view, axis)
    if image is None:
        image = as_image(ctx.to_hbm(view), axis)
    assert image is not None
    return image


def _same_image(images: Sequence[View]) -> list[View]:
    """Images of equal pixels with one common height and width: the most finely split one's."""
    height, width = max((image.shape[2:] for image in images), key=lambda hw: hw[1])
    result: list[View] = []
    for image in images:
        same = image.reshape((1, image.shape[1], height, width))
        assert same is not None
        result.append(same)
    return result


def _batched(ctx: Lowering, lhs: SSAValue, rhs: SSAValue, result: SSAValue) -> None:
    """Both operands are computed: lhs becomes stationary (K, M), rhs moves (K, N), rows of the result on partitions."""
    shape = shape_of(result)
    rank = len(shape)
    left, right = ctx.view_of(lhs).lead(rank), ctx.view_of(rhs).lead(rank)
    out = ctx.allocate(result, rank - 2, "product")
    left, right = _reachable(ctx, left, rank - 1), _reachable(ctx, right, rank - 2)
    for index in product(*(range(n) for n in shape[:-2])):
        a = ctx.on_chip(_entry(left, index), 1)
        b = ctx.on_chip(_entry(right, index), 0)
        region = _entry(out, index)
        target = region if region.on_chip else ctx.scratch("product", region.shape, 0, ctx.dtype)
        _product(ctx, a.permute([1, 0]), b, target)
        if target is not region:
            ctx.builder.dma(target, region)


def _reachable(ctx: Lowering, view: View, axis: int) -> View:
    """`view` where single batch entries can be used: on chip across `axis` if all of it is small, else in HBM."""
    if view.axis == axis:
        return view
    source = ctx.to_hbm(view) if view.on_chip else view
    return ctx.on_chip(source, axis) if ctx.chip_bytes(view, axis) <= ctx.staging_bytes else source


def _entry(view: View, index: Sequence[int]) -> View:
    """Matrix `index` of a batch; batch axes of size 1 are broadcast."""
    for axis, i in enumerate(index):
        i = i if view.shape[axis] > 1 else 0
        view = view.cut(axis, i, i + 1)
    axis = None if view.axis is None else view.axis - len(index)
    return replace(view, shape=view.shape[-2:], strides=view.strides[-2:], axis=axis)


def _product(ctx: Lowering, a: View, b: View, out: View) -> None:
    """`out` (M, N) = a (K, M) transposed times b (K, N), all on chip, partitions first."""
    k, m = a.shape
    if ctx.split_terms or a.storage.dtype != ctx.matmul_dtype or a.strides[1] != 1:
        dense = ctx.scratch("stationary", (k, m), 0, ctx.operand_dtype)
        ctx.builder.copy(a, dense)
        a = split(ctx, dense)
    moving = b
    if ctx.split_terms or b.storage.dtype != ctx.matmul_dtype:
        dense = ctx.scratch("moving", b.shape, 0, ctx.operand_dtype)
        ctx.builder.copy(b, dense)
        moving = split(ctx, dense)
    image = View(moving.storage, (*moving.shape, 1), (*moving.strides, 0), moving.offset, 0)
    target = View(out.storage, (*out.shape, 1), (*out.strides, 0), out.offset, 0)
    source = TensorWeights(a, ctx.split_terms)
    loaded = load_whole(ctx, source, m)
    multiply(ctx, Contraction(image, Window((1, 1)), source, loaded, "product"), target, Epilogue())
