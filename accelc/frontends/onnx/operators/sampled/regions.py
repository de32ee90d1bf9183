"""
Importer of RoiAlign: bilinear samples of regions as products.

The weight of a pixel in a sample is a hat over their distance, along each axis by itself; the mean over the samples of
a bin is then a matrix for each region and axis, by which the image is multiplied from both sides.
"""

import numpy as np

from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.moves.indexing import gather
from accelc.frontends.onnx.tensors import check_constant_size


def _weights(b: Builder, low: Tensor, extent: Tensor, bins: int, ratio: int, size: int) -> Tensor:
    """(regions, bins, size): mean weights of pixels, for regions from `low` on, of `extent`, both (regions, 1)."""
    regions = low.shape[0]
    check_constant_size((bins * ratio,), np.dtype(np.float64), b.where)
    places = (np.arange(bins * ratio, dtype=np.float32) + np.float32(0.5)) / (bins * ratio)
    at = b.add(b.mul(extent, known(places.astype(np.float32))), low)
    # Samples farther than one pixel outside count nothing; nearer ones lie on the border.
    inside = b.binary(
        "and",
        b.binary("greater_equal", at, b.scalar(-1, at)),
        b.binary("less_equal", at, b.scalar(size, at)),
    )
    at = b.binary("min", b.unary("relu", at), b.scalar(size - 1, at))
    distance = b.unary(
        "abs", b.binary("sub", b.reshape(at, [regions, bins * ratio, 1]), b.count(size, np.dtype(np.float32)))
    )
    hat = b.unary("relu", b.binary("sub", b.scalar(1, distance), distance))
    hat = b.select(b.reshape(inside, [regions, bins * ratio, 1]), hat, b.scalar(0, hat))
    return b.reduce("mean", b.reshape(hat, [regions, bins, ratio, size]), [2], keepdims=False)


def _roi_align(node: Node) -> Tensor:
    b, x, rois, batch = node.builder, node.input(0), node.input(1), node.input(2)
    ratio = node.integer("sampling_ratio", 0)
    rows, columns = node.integer("output_height", 1), node.integer("output_width", 1)
    if x.rank != 4 or rois.rank != 2 or rois.shape[1] != 4 or batch.shape != rois.shape[:1] or min(rows, columns) < 1:
        raise node.error(f"regions {list(rois.shape)} of {list(batch.shape)} images do not fit x {list(x.shape)}")
    if node.text("mode", "avg") != "avg":
        raise node.unsupported("maxima of samples")
    if ratio < 1:
        raise node.unsupported("a number of samples that depends on the regions")
    if x.dtype != np.float32 or rois.dtype != np.float32 or not rois.shape[0]:
        raise node.unsupported(f"regions of {x.dtype.name}")
    default = "half_pixel" if node.opset >= 16 else "output_half_pixel"
    aligned = node.text("coordinate_transformation_mode", default) == "half_pixel"
    scaled = b.mul(rois, node.number("spatial_scale", 1.0))
    scaled = b.add(scaled, -0.5) if aligned else scaled
    left, top, right, bottom = (b.slice_axis(scaled, 1, i, 1) for i in range(4))
    height, width = b.binary("sub", bottom, top), b.binary("sub", right, left)
    if not aligned:
        height, width = (b.binary("max", t, b.scalar(1, t)) for t in (height, width))
    count, channels = rois.shape[0], x.shape[1]
    down = b.reshape(_weights(b, top, height, rows, ratio, x.shape[2]), [count, 1, rows, x.shape[2]])
    across = b.reshape(_weights(b, left, width, columns, ratio, x.shape[3]), [count, 1, columns, x.shape[3]])
    images = gather(b, x, batch, 0)
    down = b.broadcast(down, [count, channels, rows, x.shape[2]])
    across = b.broadcast(b.transpose(across, [0, 1, 3, 2]), [count, channels, x.shape[3], columns])
    return b.matmul(b.matmul(down, images), across)


OPERATORS: Table = {"RoiAlign": _roi_align}
