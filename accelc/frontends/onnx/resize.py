"""Importers of resampling: nearest neighbours by known positions; other modes are kept for a framework."""

from collections.abc import Sequence

import numpy as np

from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import checked_shape


def _upsample(node: Node) -> Tensor:
    scales = _floats(node, 0, "scales") if node.opset < 9 else _floats(node, 1, "")
    return _resize_nearest(node, scales, None, "asymmetric", "floor")


def _resize(node: Node) -> Tensor:
    x = node.input()
    if node.opset < 11:
        scales = _floats(node, 1, "")
        if min(scales, default=1) < 1:
            raise node.unsupported("a reduction in opset 10")
        return _resize_nearest(node, scales, None, "asymmetric", "floor")
    axes = node.ints("axes")
    chosen = list(range(x.rank)) if axes is None else node.axes(axes, x.rank)
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch" or node.integer("antialias", 0):
        raise node.unsupported("aspect-ratio policies and antialiasing")
    sizes: list[int] | None = None
    scales = [1.0] * x.rank
    if node.optional(3) is not None and node.input(3).shape != (0,):
        sizes = list(x.shape)
        for axis, size in zip(chosen, node.integers(3), strict=True):
            sizes[axis] = size
            scales[axis] = size / x.shape[axis]
    else:
        for axis, scale in zip(chosen, _floats(node, 2, ""), strict=True):
            scales[axis] = scale
    transform = node.text("coordinate_transformation_mode", "half_pixel")
    return _resize_nearest(node, scales, sizes, transform, node.text("nearest_mode", "round_prefer_floor"))


def _floats(node: Node, index: int, attribute: str) -> list[float]:
    if attribute:
        found = node.attribute(attribute, 6)
        return [] if found is None else list(found.floats)
    return [float(v) for v in np.asarray(node.constant(index), np.float64).reshape(-1)]


def _resize_nearest(
    node: Node, scales: Sequence[float], sizes: Sequence[int] | None, transform: str, rounding: str
) -> Tensor:
    b, x = node.builder, node.input()
    if node.text("mode", "nearest") != "nearest":
        raise node.unsupported(f"mode '{node.text('mode', 'nearest')}'")
    if len(scales) != x.rank or min(scales, default=1) <= 0:
        raise node.error(f"scales {list(scales)} do not fit x {list(x.shape)}")
    for axis, scale in enumerate(scales):
        size = x.shape[axis]
        out = int(size * scale) if sizes is None else sizes[axis]
        checked_shape([out], b.where)
        if out == size and scale == 1:
            continue
        index = _nearest(node, size, out, scale, transform, rounding)
        x = _take(b, x, axis, index)
    return x


def _nearest(node: Node, size: int, out: int, scale: float, transform: str, rounding: str) -> list[int]:
    position = np.arange(out, dtype=np.float64)
    match transform:
        case "asymmetric":
            source = position / scale
        case "half_pixel":
            source = (position + 0.5) / scale - 0.5
        case "pytorch_half_pixel":
            source = (position + 0.5) / scale - 0.5 if out > 1 else np.zeros(out)
        case "align_corners":
            source = position * (size - 1) / (out - 1) if out > 1 else np.zeros(out)
        case _:
            raise node.unsupported(f"coordinates '{transform}'")
    match rounding:
        case "floor":
            index = np.floor(source)
        case "ceil":
            index = np.ceil(source)
        case "round_prefer_floor":
            index = np.ceil(source - 0.5)
        case "round_prefer_ceil":
            index = np.floor(source + 0.5)
        case _:
            raise node.error(f"nearest_mode '{rounding}' is not known")
    return [int(v) for v in np.clip(index, 0, size - 1)]


def _take(b: Builder, x: Tensor, axis: int, index: Sequence[int]) -> Tensor:
    size = x.shape[axis]
    repeat, rest = divmod(len(index), size)
    if rest == 0 and list(index) == [i for i in range(size) for _ in range(repeat)]:
        before, after = x.shape[:axis], x.shape[axis + 1 :]
        apart = b.broadcast(b.reshape(x, [*before, size, 1, *after]), [*before, size, repeat, *after])
        return b.reshape(apart, [*before, size * repeat, *after])
    return b.gather(x, known(np.array(index, np.int64)), axis)


OPERATORS: Table = {"Upsample": _upsample, "Resize": _resize}
