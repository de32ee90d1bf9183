"""Operators of layers: products, convolutions, pools, normalizations, recurrences, attention."""

from math import prod

import numpy as np

from benchmarks.coverage.onnx_graphs.growing import LARGEST, Growing, Operator, Value


def _matmul(graph: Growing) -> bool:
    value = graph.pick(low=1)
    inner = value.shape[-1]
    columns = graph.choice((1, 2, 5, 16, 33, 129))
    form = graph.integer(0, 3)
    if form == 0:
        other, tail = (inner,), ()
    elif form == 1 or value.rank < 3:
        other, tail = (inner, columns), (columns,)
    else:
        batch = tuple(1 if graph.chance(2) else size for size in value.shape[:-2])[graph.integer(0, value.rank - 2) :]
        other, tail = (*batch, inner, columns), (columns,)
    shape = (*value.shape[:-1], *tail)
    if prod(shape) > LARGEST or prod(other) > LARGEST or prod(shape) * inner > 20_000_000:
        return False
    graph.add("MatMul", [value, graph.weight(other, inner)], shape)
    return True


def _gemm(graph: Growing) -> bool:
    value = graph.pick(low=2, high=2)
    turned_a, turned_b = graph.integer(0, 1), graph.integer(0, 1)
    rows, inner = value.shape[::-1] if turned_a else value.shape
    columns = graph.choice((1, 3, 17, 130))
    if rows * columns > LARGEST or inner * columns > LARGEST:
        return False
    weight = graph.weight((columns, inner) if turned_b else (inner, columns), inner)
    bias = graph.choice(((), (1,), (columns,), (rows, 1), (1, columns), (rows, columns)))
    operands = [value, weight, *([graph.weight(bias)] if graph.chance(2) else [])]
    graph.add("Gemm", operands, (rows, columns), transA=turned_a, transB=turned_b, alpha=0.5, beta=2.0)
    return True


def _image(graph: Growing, rank: int) -> Value:
    """A batch of images (signals, volumes) of `rank` dimensions."""
    fitting = [one for one in graph.values if one.kind == "float" and one.rank == rank + 2 and 0 not in one.shape]
    fitting = [one for one in fitting if one.size <= 20_000]
    if fitting and graph.chance(2):
        return graph.choice(fitting)
    sizes = [graph.integer(1, {1: 60, 2: 14, 3: 6}[rank]) for _ in range(rank)]
    return graph.input((graph.integer(1, 2), graph.choice((1, 2, 3, 4, 6, 8, 33)), *sizes))


def _window(graph: Growing, sizes: tuple[int, ...]) -> dict[str, list[int]]:
    """Kernel, strides, dilations and pads that leave at least one position."""
    kernel = [graph.integer(1, min(size, 4)) for size in sizes]
    strides = [graph.integer(1, 3) for _ in sizes]
    dilations = [graph.integer(1, 2) if (k - 1) * 2 < size else 1 for k, size in zip(kernel, sizes, strict=True)]
    pads = [graph.integer(0, k - 1) for _ in range(2) for k in kernel]
    return {"kernel_shape": kernel, "strides": strides, "dilations": dilations, "pads": pads}


def _places(sizes: tuple[int, ...], window: dict[str, list[int]]) -> tuple[int, ...]:
    rank = len(sizes)
    return tuple(
        (size + window["pads"][i] + window["pads"][rank + i] - (k - 1) * window["dilations"][i] - 1)
        // window["strides"][i]
        + 1
        for i, (size, k) in enumerate(zip(sizes, window["kernel_shape"], strict=True))
    )


def _conv(graph: Growing) -> bool:
    rank = graph.choice((1, 2, 2, 2, 3))
    value = _image(graph, rank)
    channels, sizes = value.shape[1], value.shape[2:]
    group = graph.choice([one for one in range(1, channels + 1) if channels % one == 0])
    filters = group * graph.integer(1, 3)
    window = _window(graph, sizes)
    fan = channels // group * prod(window["kernel_shape"])
    weight = graph.weight((filters, channels // group, *window["kernel_shape"]), fan)
    operands = [value, weight, *([graph.weight((filters,))] if graph.chance(2) else [])]
    shape = (value.shape[0], filters, *_places(sizes, window))
    if 0 in shape or prod(shape) > LARGEST:
        return False
    graph.add("Conv", operands, shape, group=group, **window)
    return True


def _conv_transpose(graph: Growing) -> bool:
    rank = graph.choice((1, 2, 2, 3))
    value = _image(graph, rank)
    channels, sizes = value.shape[1], value.shape[2:]
    group = graph.choice([one for one in range(1, channels + 1) if channels % one == 0])
    filters = graph.integer(1, 3)
    window = _window(graph, sizes)
    weight = graph.weight(
        (channels, filters, *window["kernel_shape"]), channels // group * prod(window["kernel_shape"])
    )
    extra = [graph.integer(0, stride - 1) for stride in window["strides"]]
    spatial = tuple(
        window["strides"][i] * (size - 1)
        + extra[i]
        + (window["kernel_shape"][i] - 1) * window["dilations"][i]
        + 1
        - window["pads"][i]
        - window["pads"][rank + i]
        for i, size in enumerate(sizes)
    )
    shape = (value.shape[0], filters * group, *spatial)
    if min(spatial) < 1 or prod(shape) > LARGEST:
        return False
    graph.add("ConvTranspose", [value, weight], shape, group=group, output_padding=extra, **window)
    return True


def _pool(graph: Growing) -> bool:
    rank = graph.choice((1, 2, 2, 3))
    value = _image(graph, rank)
    window = _window(graph, value.shape[2:])
    if graph.chance(4):
        op = graph.choice(("GlobalAveragePool", "GlobalMaxPool"))
        graph.add(op, [value], (*value.shape[:2], *([1] * rank)))
        return True
    op = graph.choice(("MaxPool", "AveragePool", "LpPool"))
    attributes = {"count_include_pad": graph.integer(0, 1)} if op == "AveragePool" else {}
    shape = (*value.shape[:2], *_places(value.shape[2:], window))
    if 0 in shape:
        return False
    graph.add(op, [value], shape, **window, **attributes)
    return True


def _normalize(graph: Growing) -> bool:
    value = _image(graph, graph.integer(1, 3))
    channels = value.shape[1]
    scale, shift = graph.weight((channels,)), graph.weight((channels,))
    kinds = ("BatchNormalization", "InstanceNormalization", "GroupNormalization", *(["LRN"] * (value.rank == 4)))
    op = graph.choice(kinds)
    if op == "BatchNormalization":
        mean = graph.weight((channels,))
        variance = graph.constant(np.abs(graph.numbers((channels,))) + 0.5)
        graph.add(op, [value, scale, shift, mean, variance], value.shape)
    elif op == "InstanceNormalization":
        graph.add(op, [value, scale, shift], value.shape, epsilon=1e-2)
    elif op == "GroupNormalization":
        groups = graph.choice([one for one in range(1, channels + 1) if channels % one == 0])
        graph.add(op, [value, scale, shift], value.shape, num_groups=groups, epsilon=1e-2)
    else:
        graph.add(op, [value], value.shape, size=graph.choice((1, 3, 5)))
    return True


def _layer_norm(graph: Growing) -> bool:
    value = graph.pick(low=1)
    axis = graph.axis(value.rank)
    shape = value.shape[axis % value.rank :]
    if 0 in value.shape:
        return False
    operands = [value, graph.weight(shape), *([graph.weight(shape)] if graph.chance(2) else [])]
    graph.add("LayerNormalization", operands, value.shape, axis=axis, epsilon=1e-2)
    return True


def _recurrent(graph: Growing) -> bool:
    op, gates = graph.choice((("RNN", 1), ("GRU", 3), ("LSTM", 4)))
    steps, batch, width, hidden = graph.integer(1, 4), graph.integer(1, 3), graph.integer(1, 9), graph.integer(1, 9)
    direction = graph.choice(("forward", "reverse", "bidirectional"))
    count = 2 if direction == "bidirectional" else 1
    value = graph.input((steps, batch, width))
    operands = [value, graph.weight((count, gates * hidden, width), width)]
    operands.append(graph.weight((count, gates * hidden, hidden), hidden))
    if graph.chance(2):
        operands.append(graph.weight((count, 2 * gates * hidden)))
    attributes = {"linear_before_reset": graph.integer(0, 1)} if op == "GRU" else {}
    shape = (steps, count, batch, hidden)
    graph.add(op, operands, shape, hidden_size=hidden, direction=direction, **attributes)
    return True


def _resize(graph: Growing) -> bool:
    value = _image(graph, 2)
    scales = [1.0, 1.0, graph.choice((0.5, 1.5, 2.0, 3.0)), graph.choice((0.6, 1.0, 2.0))]
    sizes = tuple(int(size * scale) for size, scale in zip(value.shape, scales, strict=True))
    if 0 in sizes or prod(sizes) > LARGEST:
        return False
    mode = graph.choice(("nearest", "linear", "cubic"))
    where = graph.choice(("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"))
    asked = graph.constant(list(sizes))
    attributes = {"mode": mode, "coordinate_transformation_mode": where, "nearest_mode": "floor"}
    graph.add("Resize", [value, "", "", asked], sizes, **attributes)
    return True


def _einsum(graph: Growing) -> bool:
    value = graph.pick(low=2, high=2)
    columns = graph.integer(1, 20)
    if value.shape[0] * columns > LARGEST:
        return False
    weight = graph.weight((columns, value.shape[1]), value.shape[1])
    graph.add("Einsum", [value, weight], (columns, value.shape[0]), equation="ab,cb->ca")
    return True


LAYERS: tuple[Operator, ...] = (
    *(_matmul, _matmul, _gemm, _conv, _conv, _conv_transpose, _pool, _pool, _normalize, _layer_norm, _recurrent),
    *(_resize, _einsum),
)
