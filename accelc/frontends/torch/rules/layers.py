"""Rules of products, convolutions, pooling, normalizations and attention."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.dialects.graph_ops.base import shape_of
from accelc.dialects.graph_ops.element_types import dtype_of, element_of_dtype
from accelc.frontends.torch.rules.call import Call, Results, Rule, Table
from accelc.frontends.torch.rules.reductions import variance
from accelc.frontends.torch.writer import count


def _product(left: str, right: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        return call.writer.matmul(call.tensor(left), call.tensor(right))

    return rule


def _linear(call: Call) -> SSAValue:
    w = call.writer
    x, weight, bias = call.tensor("input"), call.tensor("weight"), call.maybe("bias")
    y = w.matmul(x, w.swap(weight) if len(shape_of(weight)) == 2 else weight)
    return y if bias is None else w.binary("add", y, bias)


def _added_product(left: str, right: str) -> Rule:
    """beta * self + alpha * (left @ right)."""

    def rule(call: Call) -> SSAValue:
        w = call.writer
        alpha, beta = (1 if call.get(name) is None else call.number(name) for name in ("alpha", "beta"))
        y = w.matmul(call.tensor(left), call.tensor(right))
        y = y if alpha == 1 else w.binary("mul", y, alpha)
        added = call.tensor("self")
        if beta == 0:
            return y
        return w.binary("add", added if beta == 1 else w.binary("mul", added, beta), y)

    return rule


def _conv(call: Call) -> SSAValue:
    x, weight, bias = call.tensor("input"), call.tensor("weight"), call.maybe("bias")
    rank = len(shape_of(weight)) - 2
    if len(shape_of(x)) != rank + 2:
        raise call.error(f"x has shape {list(shape_of(x))} without batch; supported is (N, C, spatial...)")
    strides, dilations = call.ints("stride", rank), call.ints("dilation", rank)
    padding = call.get("padding")
    if isinstance(padding, str):
        total = [d * (n - 1) if padding == "same" else 0 for d, n in zip(dilations, shape_of(weight)[2:], strict=True)]
        low = [n // 2 for n in total]
        high = [n - before for n, before in zip(total, low, strict=True)]
    else:
        low = high = call.ints("padding", rank)
    group = int(call.get("groups") or 1)
    extra = call.ints("output_padding", rank)
    pads = [*low, *high]
    if call.get("transposed"):
        return call.writer.add(
            graph.ConvTransposeOp(
                x,
                weight,
                bias,
                strides=strides,
                pads=pads,
                dilations=dilations,
                group=group,
                output_padding=extra,
            )
        )
    if any(extra):
        raise call.error(f"output_padding {extra} of a convolution that is not transposed; supported is 0")
    return call.writer.add(graph.ConvOp(x, weight, bias, strides=strides, pads=pads, dilations=dilations, group=group))


def _pool(kind: str) -> Rule:
    def rule(call: Call) -> SSAValue:
        x, rank = call.tensor("self"), len(call.ints("kernel_size"))
        kernel = call.ints("kernel_size")
        spatial = len(shape_of(x)) - 2
        if rank != spatial and not (rank == 1 and spatial > 0):
            raise call.error(f"x has shape {list(shape_of(x))} for a kernel of {rank} axes; supported is (N, C, ...)")
        kernel = call.ints("kernel_size", spatial)
        strides = call.ints("stride", spatial) or kernel
        pads, dilations = call.ints("padding", spatial), call.ints("dilation", spatial) or [1] * spatial
        # The number of windows is torch's.
        call.get("ceil_mode")
        include = kind == "average" and call.get("count_include_pad") is not False
        if call.get("divisor_override") is not None:
            raise call.error("divisor_override; supported is None")
        op = graph.PoolOp(
            x,
            kind,
            kernel,
            TensorType(element_of_dtype(dtype_of(x)), call.shape),
            strides=strides,
            pads=[*pads, *pads],
            dilations=dilations,
            count_include_pad=include,
        )
        return call.writer.add(op)

    return rule


def _adaptive_average(call: Call) -> SSAValue:
    w, x = call.writer, call.tensor("self")
    call.get("output_size")
    axes = len(shape_of(x)) - len(call.ints("output_size"))
    sizes, wanted = shape_of(x)[axes:], call.shape[axes:]
    if any(n == 0 or n % m for n, m in zip(sizes, wanted, strict=True)):
        raise call.error(f"output_size {list(wanted)} does not divide {list(sizes)}; supported are sizes that do")
    split = [n for size, m in zip(sizes, wanted, strict=True) for n in (m, size // m)]
    inner = [axes + 1 + 2 * i for i in range(len(sizes))]
    return w.reduce("mean", w.reshape(x, [*shape_of(x)[:axes], *split]), inner)


def _per_channel(call: Call, value: SSAValue, rank: int) -> SSAValue:
    return call.writer.reshape(value, [1, shape_of(value)[0], *([1] * (rank - 2))])


def _normalized(call: Call, x: SSAValue, mean: SSAValue, var: SSAValue) -> SSAValue:
    w = call.writer
    inverse = w.unary("rsqrt", w.binary("add", var, call.number("eps")))
    return w.binary("mul", w.binary("sub", x, mean), inverse)


def _affine(call: Call, y: SSAValue, scale: SSAValue | None, bias: SSAValue | None) -> SSAValue:
    w = call.writer
    y = y if scale is None else w.binary("mul", y, scale)
    return y if bias is None else w.binary("add", y, bias)


def _batch_norm(call: Call) -> SSAValue:
    """
    Both modes; in training the running statistics are written.

    torch's schema of `batch_norm` does not say that it writes them, although it does.
    """
    w, x = call.writer, call.tensor("input")
    rank = len(shape_of(x))
    names = ("running_mean", "running_var")
    training = bool(call.get("training") or call.get("use_input_stats"))
    momentum = call.number("momentum")
    if training:
        axes = [axis for axis in range(rank) if axis != 1]
        mean, var = variance(call, x, axes, 0)
        if call.get(names[0]) is not None:
            elements = count([shape_of(x)[axis] for axis in axes])
            if elements < 2:
                raise call.error("statistics of one element for each channel; torch needs more in training")
            unbiased = w.binary("mul", var, elements / (elements - 1))
            for name, statistic in zip(names, (mean, unbiased), strict=True):
                old = w.binary("mul", call.tensor(name), 1 - momentum)
                new = w.binary("mul", w.reshape(statistic, [shape_of(x)[1]]), momentum)
                call.store(name, w.binary("add", old, new))
        call.get(names[1])
    else:
        mean, var = (_per_channel(call, call.tensor(name), rank) for name in names)
    given = (call.maybe(name) for name in ("weight", "bias"))
    scale, bias = (None if value is None else _per_channel(call, value, rank) for value in given)
    return _affine(call, _normalized(call, x, mean, var), scale, bias)


def _layer_norm(call: Call) -> Results:
    w = call.writer
    x = call.tensor("input")
    inner = len(call.ints("normalized_shape"))
    axes = list(range(len(shape_of(x)) - inner, len(shape_of(x))))
    mean, var = variance(call, x, axes, 0)
    y = _affine(call, _normalized(call, x, mean, var), call.maybe("weight"), call.maybe("bias"))
    if len(call.results) == 1:
        return y
    return [y, mean, w.unary("rsqrt", w.binary("add", var, call.number("eps")))]


def _group_norm(call: Call) -> SSAValue:
    w, x, groups = call.writer, call.tensor("input"), int(call.get("num_groups"))
    shape = shape_of(x)
    grouped = w.reshape(x, [shape[0], groups, -(-int(np.prod(shape[1:])) // groups)])
    mean, var = variance(call, grouped, [2], 0)
    y = w.reshape(_normalized(call, grouped, mean, var), shape)
    given = (call.maybe(name) for name in ("weight", "bias"))
    scale, bias = (None if value is None else _per_channel(call, value, len(shape)) for value in given)
    return _affine(call, y, scale, bias)


def _attention(call: Call) -> SSAValue:
    w = call.writer
    query, key, value = (call.tensor(name) for name in ("query", "key", "value"))
    scale = call.get("scale")
    factor = 1 / sqrt(shape_of(query)[-1]) if scale is None else float(scale)
    scores = w.binary("mul", w.matmul(query, w.swap(key)), factor)
    lowest = w.scalar(-np.inf, dtype_of(scores))
    if call.get("is_causal"):
        seen = np.tril(np.ones(shape_of(scores)[-2:], np.bool_))
        scores = w.add(graph.SelectOp(w.constant(seen, f"{w.name}.mask"), scores, lowest))
    mask = call.maybe("attn_mask")
    if mask is not None:
        is_truth = dtype_of(mask) == np.bool_
        scores = w.add(graph.SelectOp(mask, scores, lowest)) if is_truth else w.binary("add", scores, mask)
    return w.matmul(w.add(graph.SoftmaxOp(scores, axis=len(shape_of(scores)) - 1)), value)


def _same(names: Sequence[str], rule: Rule) -> Table:
    return dict.fromkeys(names, rule)


RULES: Table = {
    **_same(["matmul", "__matmul__"], _product("self", "other")),
    **_same(["mm", "bmm"], _product("self", "mat2")),
    "mv": _product("self", "vec"),
    "dot": _product("self", "tensor"),
    "linear": _linear,
    "addmm": _added_product("mat1", "mat2"),
    "baddbmm": _added_product("batch1", "batch2"),
    "addmv": _added_product("mat", "vec"),
    **_same(["conv1d", "conv2d", "conv3d", "convolution"], _conv),
    **_same(["max_pool1d", "max_pool2d", "max_pool3d"], _pool("max")),
    **_same(["avg_pool1d", "avg_pool2d", "avg_pool3d"], _pool("average")),
    **_same([f"adaptive_avg_pool{d}d" for d in (1, 2, 3)], _adaptive_average),
    **_same([f"_adaptive_avg_pool{d}d" for d in (2, 3)], _adaptive_average),
    "batch_norm": _batch_norm,
    **_same(["layer_norm", "native_layer_norm"], _layer_norm),
    "group_norm": _group_norm,
    "scaled_dot_product_attention": _attention,
}
"""Rules of this module."""
