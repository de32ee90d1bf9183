"""Importers of resampling: products with constant matrices, axis by axis; nearest neighbours by known positions."""

from collections.abc import Sequence
from math import inf, isclose, prod

import numpy as np

from accelc.analysis.resampling import Kind, kept_aspect, matrix
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import check_constant_size, checked_shape

Sizes = list[tuple[int, int, float, tuple[float, float]]]
"""Per resampled axis: its number, its new size, its scale, the region of it that is taken."""


def _upsample(node: Node) -> Tensor:
    scales = _floats(node, 0, "scales") if node.opset < 9 else _floats(node, 1, "")
    return _resampled(node, _scaled(node, scales), _kind(node, "asymmetric", "floor"))


def _resize(node: Node) -> Tensor:
    x = node.input()
    if node.opset < 11:
        scales = _floats(node, 1, "")
        return _resampled(node, _scaled(node, scales), _kind(node, "asymmetric", "floor"))
    given = node.ints("axes")
    axes = list(range(x.rank)) if given is None else node.axes(given, x.rank)
    transform = node.text("coordinate_transformation_mode", "half_pixel")
    kind = _kind(node, transform, node.text("nearest_mode", "round_prefer_floor"))
    regions = [(0.0, 1.0)] * len(axes)
    if transform == "tf_crop_and_resize":
        bounds = _floats(node, 1, "")
        if len(bounds) != 2 * len(axes):
            raise node.error(f"roi has {len(bounds)} entries, expected {2 * len(axes)}")
        regions = list(zip(bounds[: len(axes)], bounds[len(axes) :], strict=True))
    if node.optional(3) is not None and node.input(3).shape != (0,):
        sizes = node.integers(3)
        if len(sizes) != len(axes):
            raise node.error(f"sizes {sizes} do not fit the axes {axes} of x {list(x.shape)}")
        scales = [size / max(x.shape[axis], 1) for axis, size in zip(axes, sizes, strict=True)]
        policy = node.text("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch":
            scales = [kept_aspect(scales, policy)] * len(axes)
            sizes = [int(x.shape[axis] * scales[0] + 0.5) for axis in axes]
        return _resampled(node, list(zip(axes, sizes, scales, regions, strict=True)), kind)
    return _resampled(node, _scaled(node, _floats(node, 2, ""), axes, regions), kind)


def _kind(node: Node, transform: str, rounding: str) -> Kind:
    mode = node.text("mode", "nearest")
    return Kind(
        # Old files have another name for it.
        "linear" if mode == "bilinear" else mode,
        transform,
        rounding,
        node.number("cubic_coeff_a", -0.75),
        bool(node.integer("exclude_outside", 0)),
        bool(node.integer("antialias", 0)),
    )


def _floats(node: Node, index: int, attribute: str) -> list[float]:
    if attribute:
        found = node.attribute(attribute, 6)
        return [] if found is None else list(found.floats)
    return [float(v) for v in np.asarray(node.constant(index), np.float64).reshape(-1)]


def _scaled(
    node: Node,
    scales: Sequence[float],
    axes: Sequence[int] | None = None,
    regions: Sequence[tuple[float, float]] | None = None,
) -> Sizes:
    x = node.input()
    axes = range(x.rank) if axes is None else axes
    if len(scales) != len(axes) or not all(0 < scale < inf for scale in scales):
        raise node.error(f"scales {list(scales)} do not fit x {list(x.shape)}")
    regions = [(0.0, 1.0)] * len(axes) if regions is None else regions
    return [
        (axis, int(x.shape[axis] * scale), scale, region)
        for axis, scale, region in zip(axes, scales, regions, strict=True)
    ]


def _resampled(node: Node, sizes: Sizes, kind: Kind) -> Tensor:
    b, x = node.builder, node.input()
    if kind.mode != "nearest" and not x.is_float:
        raise node.unsupported(f"mode '{kind.mode}' of elements that are not floats")
    for axis, out, scale, region in sizes:
        size = x.shape[axis]
        if out == size and isclose(scale, 1) and region == (0, 1):
            continue
        checked_shape([out], b.where)
        check_constant_size((out, size), np.dtype(np.float64), b.where)
        if not size and out:
            raise node.error(f"cannot make {out} elements of axis {axis} of none")
        if not out:
            x = b.slice_axis(x, axis, 0, 0)
            continue
        weights, outside = matrix(size, out, scale, kind, region)
        if kind.mode == "nearest":
            x = _take(b, x, axis, [int(i) for i in weights.argmax(axis=1)])
        else:
            x = _multiplied(b, x, axis, weights)
        if outside.any():
            mask = outside.reshape([out] + [1] * (x.rank - 1 - axis))
            x = b.select(known(mask), b.scalar(node.number("extrapolation_value", 0.0), x), x)
    return x


def _multiplied(b: Builder, x: Tensor, axis: int, weights: np.ndarray) -> Tensor:
    """x with an axis multiplied by a matrix."""
    before, after = x.shape[:axis], x.shape[axis + 1 :]
    constant = weights.astype(x.dtype)
    if not after:
        lines = b.reshape(x, [prod(before), x.shape[axis]])
        return b.reshape(b.matmul(lines, known(np.ascontiguousarray(constant.T))), [*before, len(weights)])
    planes = b.reshape(x, [prod(before), x.shape[axis], prod(after)])
    return b.reshape(b.matmul(known(constant), planes), [*before, len(weights), *after])


def _take(b: Builder, x: Tensor, axis: int, index: Sequence[int]) -> Tensor:
    size = x.shape[axis]
    repeat, rest = divmod(len(index), size)
    if rest == 0 and list(index) == [i for i in range(size) for _ in range(repeat)]:
        before, after = x.shape[:axis], x.shape[axis + 1 :]
        apart = b.broadcast(b.reshape(x, [*before, size, 1, *after]), [*before, size, repeat, *after])
        return b.reshape(apart, [*before, size * repeat, *after])
    step = index[1] - index[0] if len(index) > 1 else 1
    if step and list(index) == [index[0] + i * step for i in range(len(index))]:
        return b.slice_axis(x, axis, index[0], len(index), step)
    return b.gather(x, known(np.array(index, np.int64)), axis)


OPERATORS: Table = {"Upsample": _upsample, "Resize": _resize}
