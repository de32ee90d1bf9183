"""Importers of operators that move elements by position."""

from collections.abc import Sequence
from math import prod

import numpy as np
from onnx import AttributeProto

from accelc.analysis.shapes import check_window, window_extent
from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.tensors import check_constant_size

EXACT_F64 = 2**53
"""Integers up to this size are exact as f64, in which `graph.pad` keeps its value."""


def _reshape(node: Node) -> Tensor:
    x, wanted = node.input(), node.integers(1)
    if not node.integer("allowzero", 0):
        if any(s == 0 and i >= x.rank for i, s in enumerate(wanted)):
            raise node.error(f"shape {wanted} copies an axis that x {list(x.shape)} does not have")
        wanted = [x.shape[i] if s == 0 else s for i, s in enumerate(wanted)]
    if wanted.count(-1) > 1 or any(s < -1 for s in wanted):
        raise node.error(f"shape {wanted} is not legal; one size may be -1")
    if -1 in wanted:
        rest = prod(s for s in wanted if s != -1)
        if not rest or prod(x.shape) % rest:
            raise node.error(f"cannot reshape {list(x.shape)} to {wanted}")
        wanted[wanted.index(-1)] = prod(x.shape) // rest
    return node.builder.reshape(x, wanted)


def _flatten(node: Node) -> Tensor:
    x = node.input()
    axis = node.integer("axis", 1)
    if not -x.rank <= axis <= x.rank:
        raise node.error(f"axis {axis} is outside [{-x.rank}, {x.rank}]")
    axis = axis + x.rank if axis < 0 else axis
    return node.builder.reshape(x, [prod(x.shape[:axis]), prod(x.shape[axis:])])


def _squeeze(node: Node) -> Tensor:
    x, given = node.input(), node.axes_of(13)
    axes = [a for a, s in enumerate(x.shape) if s == 1] if given is None else node.axes(given, x.rank)
    if any(x.shape[a] != 1 for a in axes):
        raise node.error(f"axes {axes} of {list(x.shape)} are not all of size 1")
    return node.builder.reshape(x, [s for a, s in enumerate(x.shape) if a not in axes])


def _unsqueeze(node: Node) -> Tensor:
    x, given = node.input(), node.axes_of(13)
    if given is None:
        raise node.error("axes are missing")
    rank = x.rank + len(given)
    axes = node.axes(given, rank)
    sizes = iter(x.shape)
    return node.builder.reshape(x, [1 if a in axes else next(sizes) for a in range(rank)])


def _transpose(node: Node) -> Tensor:
    x = node.input()
    perm = node.ints("perm")
    return node.builder.transpose(x, list(range(x.rank))[::-1] if perm is None else perm)


def _concat(node: Node) -> Tensor:
    tensors = node.all_inputs()
    if node.attribute("axis", AttributeProto.INT) is None:
        raise node.error("attribute 'axis' is missing")
    axis = node.axis(node.integer("axis", 0), tensors[0].rank)
    first = tensors[0]
    for tensor in tensors:
        differs = [a for a in range(first.rank) if a != axis and tensor.shape[a : a + 1] != first.shape[a : a + 1]]
        if tensor.rank != first.rank or differs or tensor.dtype != first.dtype:
            raise node.error(
                f"cannot join {first.dtype.name}{list(first.shape)} and {tensor.dtype.name}{list(tensor.shape)} "
                f"along axis {axis}"
            )
    return node.builder.concat(tensors, axis)


def _split(node: Node) -> list[Tensor]:
    x, count = node.input(), len(node.proto.output)
    axis = node.axis(node.integer("axis", 0), x.rank)
    given = node.ints("split") if node.opset < 13 else node.integers(1) if node.optional(1) is not None else None
    size = x.shape[axis]
    if given is None:
        part = -(-size // max(count, 1))
        given = [part] * (count - 1) + [size - part * (count - 1)]
    if len(given) != count or sum(given) != size or min(given) < 0:
        raise node.error(f"cannot split {size} elements into {given} for {count} results")
    starts = np.cumsum([0, *given]).tolist()
    return [node.builder.slice_axis(x, axis, start, part) for start, part in zip(starts, given, strict=False)]


def _slice(node: Node) -> Tensor:
    x = node.input()
    if node.opset < 10:
        first, last, axes = node.ints("starts"), node.ints("ends"), node.ints("axes")
        if first is None or last is None:
            raise node.error("attributes 'starts' and 'ends' are required")
        steps = None
    else:
        first, last = node.integers(1), node.integers(2)
        axes = None if node.optional(3) is None else node.integers(3)
        steps = None if node.optional(4) is None else node.integers(4)
    axes = node.axes(list(range(len(first))) if axes is None else axes, x.rank)
    steps = [1] * len(axes) if steps is None else steps
    if not len(first) == len(last) == len(axes) == len(steps) or 0 in steps:
        raise node.error(f"starts {first}, ends {last}, axes {axes} and steps {steps} do not fit together")
    for axis, a, z, step in zip(axes, first, last, steps, strict=True):
        start, count = _range_of(a, z, step, x.shape[axis])
        x = node.builder.slice_axis(x, axis, start, count, step)
    return x


def _range_of(first: int, last: int, step: int, size: int) -> tuple[int, int]:
    """
    First element and number of elements of a slice of an axis.

    Bounds are clamped as ONNX says, which differs from Python for a first element before the axis: going down, it is
    moved to element 0.
    """
    first, last = (v + size if v < 0 else v for v in (first, last))
    if step > 0:
        first, last = min(max(first, 0), size), min(max(last, 0), size)
    else:
        first, last = min(max(first, 0), size - 1), min(max(last, -1), size - 1)
    return max(first, 0), len(range(first, last, step))


def _expand(node: Node) -> Tensor:
    x = node.input()
    shape = np.broadcast_shapes(x.shape, tuple(node.integers(1)))
    return node.builder.broadcast(x, shape)


def _tile(node: Node) -> Tensor:
    x, repeats = node.input(), node.integers(1)
    if len(repeats) != x.rank or min(repeats, default=0) < 0:
        raise node.error(f"repeats {repeats} do not fit {list(x.shape)}")
    b = node.builder
    apart = b.reshape(x, [n for s in x.shape for n in (1, s)])
    apart = b.broadcast(apart, [n for r, s in zip(repeats, x.shape, strict=True) for n in (r, s)])
    return b.reshape(apart, [r * s for r, s in zip(repeats, x.shape, strict=True)])


def _pad_amounts(node: Node, x: Tensor) -> tuple[list[int], list[int]]:
    """Elements before and after each axis."""
    if node.opset < 11:
        pads, axes = node.ints("pads") or [], list(range(x.rank))
    else:
        pads = node.integers(1)
        axes = list(range(x.rank)) if node.optional(3) is None else node.axes(node.integers(3), x.rank)
    if len(pads) != 2 * len(axes):
        raise node.error(f"pads {pads} have {len(pads)} entries, expected {2 * len(axes)}")
    low, high = [0] * x.rank, [0] * x.rank
    for position, axis in enumerate(axes):
        low[axis], high[axis] = pads[position], pads[position + len(axes)]
    if any(s + a + b < 0 for s, a, b in zip(x.shape, low, high, strict=True)):
        raise node.error(f"pads {pads} crop more than x {list(x.shape)}")
    return low, high


def _padding(node: Node) -> Tensor:
    """The value around x, of rank 0."""
    b, x, given = node.builder, node.input(), node.optional(2)
    if node.opset < 11:
        return b.scalar(node.number("value", 0.0), x)
    if given is None or not prod(given.shape):
        return b.scalar(0, x)
    if prod(given.shape) != 1 or given.dtype != x.dtype:
        raise node.error(f"the value is {given.dtype.name}{list(given.shape)}, expected one {x.dtype.name}")
    return b.reshape(given, [])


def _pad(node: Node) -> Tensor:
    b, x, mode = node.builder, node.input(), node.text("mode", "constant")
    low, high = _pad_amounts(node, x)
    if mode == "constant":
        return _pad_constant(b, x, low, high, _padding(node))
    if mode not in ("reflect", "edge", "wrap"):
        raise node.error(f"mode '{mode}' is not constant, reflect, edge or wrap")
    x = b.pad(x, [min(a, 0) for a in low], [min(a, 0) for a in high], 0.0)
    for axis in range(x.rank):
        x = _pad_axis(node, x, axis, max(low[axis], 0), max(high[axis], 0), mode)
    return x


def _pad_constant(b: Builder, x: Tensor, low: Sequence[int], high: Sequence[int], value: Tensor) -> Tensor:
    exact = value.data is not None and (x.is_float or abs(int(value.data)) <= EXACT_F64)
    # Truth values are padded as numbers.
    plain = b.cast(x, np.dtype(np.uint8)) if x.dtype == np.bool_ else x
    if value.data is not None and exact:
        return b.cast(b.pad(plain, low, high, float(np.asarray(value.data, np.float64))), x.dtype)
    padded = b.cast(b.pad(plain, low, high, 0.0), x.dtype)
    check_constant_size(padded.shape, np.dtype(np.bool_), b.where)
    inside = np.zeros(padded.shape, np.bool_)
    inside[tuple(slice(max(a, 0), n - max(z, 0)) for a, z, n in zip(low, high, padded.shape, strict=True))] = True
    return b.select(known(inside), padded, value)


def _pad_axis(node: Node, x: Tensor, axis: int, low: int, high: int, mode: str) -> Tensor:
    b, size = node.builder, x.shape[axis]
    if (low, high) == (0, 0):
        return x
    if size == 0:
        raise node.error(f"{mode} padding by {low} and {high} of axis {axis}, which has no elements")
    if mode != "edge" and max(low, high) >= size + (mode == "wrap"):
        # Elements come several times.
        check_constant_size((low + size + high,), np.dtype(np.int64), b.where)
        places = np.pad(np.arange(size), (low, high), mode="wrap" if mode == "wrap" else "reflect")
        return b.gather(x, known(places), axis)
    match mode:
        case "reflect":
            before = b.slice_axis(x, axis, low, low, -1)
            after = b.slice_axis(x, axis, max(size - 2, 0), high, -1)
        case "wrap":
            before = b.slice_axis(x, axis, size - low, low)
            after = b.slice_axis(x, axis, 0, high)
        case _:
            shape = [*x.shape]
            shape[axis] = low
            before = b.broadcast(b.slice_axis(x, axis, 0, 1), shape)
            shape[axis] = high
            after = b.broadcast(b.slice_axis(x, axis, size - 1, 1), shape)
    return b.concat([before, x, after], axis)


def _center_crop_pad(node: Node) -> Tensor:
    x, wanted = node.input(), node.integers(1)
    given = node.ints("axes")
    axes = list(range(x.rank)) if given is None else node.axes(given, x.rank)
    if len(axes) != len(wanted) or min(wanted, default=0) < 0:
        raise node.error(f"shape {wanted} does not fit the axes {axes} of {list(x.shape)}")
    low, high = [0] * x.rank, [0] * x.rank
    for axis, size in zip(axes, wanted, strict=True):
        more = size - x.shape[axis]
        # The odd element is at the end, of what is added and of what is cut.
        low[axis] = more // 2 if more > 0 else -(-more // 2)
        high[axis] = more - low[axis]
    return node.builder.pad(x, low, high, 0.0)


def _col2im(node: Node) -> Tensor:
    b, x = node.builder, node.input(0)
    image, block = node.integers(1), node.integers(2)
    rank = len(image)
    strides, dilations = node.ints("strides") or [1] * rank, node.ints("dilations") or [1] * rank
    pads = node.ints("pads") or [0] * (2 * rank)
    if x.rank != 3 or len(block) != rank or len(pads) != 2 * rank or len(strides) != rank or len(dilations) != rank:
        raise node.error(f"image_shape {image} and block_shape {block} do not fit x {list(x.shape)}")
    check_window(rank, block, strides, pads, dilations)
    taps = prod(block)
    outs = [
        (size + pads[a] + pads[rank + a] - window_extent(block[a], dilations[a])) // strides[a] + 1
        for a, size in enumerate(image)
    ]
    if not taps or x.shape[1] % taps or prod(outs) != x.shape[2]:
        raise node.error(f"x {list(x.shape)} does not hold {taps} cells of each of {prod(outs)} blocks")
    channels = x.shape[1] // taps
    # Every cell of a block is a channel that a transposed convolution with a one puts in its place.
    check_constant_size((channels, taps, taps), np.dtype(np.float32), b.where)
    filters = np.tile(np.eye(taps, dtype=np.float32).reshape(taps, 1, *block), (channels, *[1] * (rank + 1)))
    columns = b.reshape(x, [x.shape[0], x.shape[1], *outs])
    covered = [(o - 1) * s + window_extent(k, d) for o, s, k, d in zip(outs, strides, block, dilations, strict=True)]
    extra = [size + pads[a] + pads[rank + a] - covered[a] for a, size in enumerate(image)]
    return b.emit(
        lambda v, w: graph.ConvTransposeOp(
            v, w, strides=strides, pads=pads, dilations=dilations, group=channels, output_padding=extra
        ),
        columns,
        known(filters.astype(x.dtype)),
        weights=(1,),
    )


def _depth_first(node: Node) -> bool:
    mode = node.text("mode", "DCR")
    if mode not in ("DCR", "CRD"):
        raise node.error(f"mode '{mode}' is not DCR or CRD")
    return mode == "DCR"


def _depth_to_space(node: Node) -> Tensor:
    b, x, size = node.builder, node.input(), node.integer("blocksize", 0)
    if x.rank != 4 or size < 1 or x.shape[1] % (size * size):
        raise node.error(f"blocksize {size} does not fit x {list(x.shape)}")
    n, c, h, w = x.shape
    if _depth_first(node):
        y = b.transpose(b.reshape(x, [n, size, size, c // size**2, h, w]), [0, 3, 4, 1, 5, 2])
    else:
        y = b.transpose(b.reshape(x, [n, c // size**2, size, size, h, w]), [0, 1, 4, 2, 5, 3])
    return b.reshape(y, [n, c // size**2, h * size, w * size])


def _space_to_depth(node: Node) -> Tensor:
    b, x, size = node.builder, node.input(), node.integer("blocksize", 0)
    if x.rank != 4 or size < 1 or x.shape[2] % size or x.shape[3] % size:
        raise node.error(f"blocksize {size} does not fit x {list(x.shape)}")
    n, c, h, w = x.shape
    perm = [0, 3, 5, 1, 2, 4] if _depth_first(node) else [0, 1, 3, 5, 2, 4]
    y = b.transpose(b.reshape(x, [n, c, h // size, size, w // size, size]), perm)
    return b.reshape(y, [n, c * size * size, h // size, w // size])


def _trilu(node: Node) -> Tensor:
    b, x, diagonal = node.builder, node.input(), node.optional(1)
    if x.rank < 2:
        raise node.error(f"x has shape {list(x.shape)}, expected matrices")
    count, integer = x.shape[-2], np.dtype(np.int64)
    row, columns = b.count(count, integer, [count, 1]), b.count(x.shape[-1], integer)
    if diagonal is not None:
        row = b.add(row, b.cast(b.reshape(diagonal, []), row.dtype))
    kept = b.binary("greater_equal" if node.integer("upper", 1) else "less_equal", columns, row)
    return b.select(kept, x, b.scalar(0, x))


def _one_hot(node: Node) -> Tensor:
    b, indices, depth, values = node.builder, node.input(0), node.whole(1), node.input(2)
    axis = node.axis(node.integer("axis", -1), indices.rank + 1)
    if depth < 0 or values.shape != (2,):
        raise node.error(f"depth {depth} and values {list(values.shape)}, expected at least 0 and [2]")
    # Types that cannot count so far.
    if indices.is_float:
        indices = b.cast(indices, np.result_type(indices.dtype, np.float32))
    elif depth > np.iinfo(indices.dtype.name).max:
        indices = b.cast(indices, np.dtype(np.int64))
    counts = b.count(depth, indices.dtype, [depth] + [1] * (indices.rank - axis))
    spread = b.reshape(indices, [*indices.shape[:axis], 1, *indices.shape[axis:]])
    if indices.dtype.kind != "u":
        spread = b.select(b.binary("less", spread, b.scalar(0, spread)), b.add(spread, depth), spread)
    off, on = (b.reshape(b.slice_axis(values, 0, i, 1), []) for i in (0, 1))
    return b.select(b.binary("equal", spread, counts), on, off)


OPERATORS: Table = {
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Expand": _expand,
    "Tile": _tile,
    "Pad": _pad,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    "Trilu": _trilu,
    "OneHot": _one_hot,
    "CenterCropPad": _center_crop_pad,
    "Col2Im": _col2im,
}
