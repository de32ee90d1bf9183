"""Operators that move elements, and look them up."""

from math import prod

import numpy as np

from benchmarks.coverage.onnx_graphs.growing import INDEX, LARGEST, Growing, Operator, Shape, Value

KINDS = ("float", "float", "float", "int64", "int32", "bool")


def _like(value: Value, shape: Shape) -> Value:
    return Value("", shape, value.kind, value.exact)


def _reshape(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS))
    factors: list[int] = []
    rest = value.size
    while rest > 1:
        factor = next(one for one in range(2, rest + 1) if rest % one == 0)
        factors.append(factor)
        rest //= factor
    shape = [1] * graph.integer(0 if value.size == 1 else 1, 4)
    for factor in factors:
        shape[graph.integer(0, len(shape) - 1)] *= factor
    asked = list(shape)
    if value.size == 0:
        graph.add("Reshape", [value, graph.constant([0, *shape])], _like(value, (0, *shape)), allowzero=1)
        return True
    if shape and graph.chance(2):
        asked[graph.integer(0, len(shape) - 1)] = -1
    graph.add("Reshape", [value, graph.constant(asked)], _like(value, tuple(shape)))
    return True


def _transpose(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    order = [int(axis) for axis in graph.rng.permutation(value.rank)]
    graph.add("Transpose", [value], _like(value, tuple(value.shape[axis] for axis in order)), perm=order)
    return True


def _flatten(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS))
    axis = graph.integer(-value.rank, value.rank)
    at = axis + value.rank if axis < 0 else axis
    graph.add("Flatten", [value], _like(value, (prod(value.shape[:at]), prod(value.shape[at:]))), axis=axis)
    return True


def _squeeze(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS))
    axes = [axis for axis, size in enumerate(value.shape) if size == 1 and graph.chance(2)]
    if axes and graph.chance(2):
        shape = tuple(size for axis, size in enumerate(value.shape) if axis not in axes)
        graph.add("Squeeze", [value, graph.constant(axes)], _like(value, shape))
    elif value.rank < 5:
        at = graph.integer(0, value.rank)
        shape = (*value.shape[:at], 1, *value.shape[at:])
        graph.add("Unsqueeze", [value, graph.constant([at])], _like(value, shape))
    else:
        return False
    return True


def _concat(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    axis = graph.axis(value.rank)
    at = axis % value.rank

    def fits(other: Value) -> bool:
        rest = other.shape[:at] + other.shape[at + 1 :]
        return (
            other.kind == value.kind and other.rank == value.rank and rest == value.shape[:at] + value.shape[at + 1 :]
        )

    fitting = [other for other in graph.values if fits(other)]
    parts = [value, *(graph.choice(fitting) for _ in range(graph.integer(0, 2)))]
    shape = (*value.shape[:at], sum(part.shape[at] for part in parts), *value.shape[at + 1 :])
    if prod(shape) > LARGEST:
        return False
    graph.add("Concat", parts, Value("", shape, value.kind, all(part.exact for part in parts)), axis=axis)
    return True


def _split(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    axis = graph.axis(value.rank)
    at = axis % value.rank
    size = value.shape[at]
    first = graph.integer(0, size)
    sizes = [first, size - first]
    names = [f"{value.name}_part{len(graph.nodes)}_{part}" for part in (0, 1)]
    graph.add("Split", [value, graph.constant(sizes)], _like(value, ()), axis=axis)
    graph.values.pop()
    graph.nodes[-1].output[:] = names
    for name, part in zip(names, sizes, strict=True):
        shape = (*value.shape[:at], part, *value.shape[at + 1 :])
        graph.values.append(Value(name, shape, value.kind, value.exact))
    return True


def _slice(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    axes = sorted({graph.axis(value.rank) % value.rank for _ in range(graph.integer(1, 3))})
    starts: list[int] = []
    ends: list[int] = []
    steps: list[int] = []
    shape = list(value.shape)
    for axis in axes:
        size = value.shape[axis]
        step = graph.choice((1, 1, 1, 2, 3, -1, -2))
        start, end = graph.integer(-size - 2, size + 2), graph.integer(-size - 2, size + 2)
        if graph.chance(3):
            start, end = (size, -(2**31)) if step < 0 else (0, 2**31)
        shape[axis] = len(range(*slice(start, end, step).indices(size)))
        starts.append(start)
        ends.append(end)
        steps.append(step)
    constants = [graph.constant(one) for one in (starts, ends, axes, steps)]
    graph.add("Slice", [value, *constants], _like(value, tuple(shape)))
    return True


def _expand(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), high=4)
    shape = [graph.choice((1, 2, 3, 5)) if size == 1 and graph.chance(2) else size for size in value.shape]
    shape = [graph.choice((1, 2)) for _ in range(graph.integer(0, 5 - value.rank))] + shape
    if prod(shape) > LARGEST:
        return False
    new = len(shape) - value.rank
    asked = [1 if one == size and graph.chance(3) else one for one, size in zip(shape[new:], value.shape, strict=True)]
    whole = shape[:new] + asked
    graph.add("Expand", [value, graph.constant(whole)], _like(value, tuple(shape)))
    return True


def _tile(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    repeats = [graph.choice((1, 1, 2, 3)) for _ in value.shape]
    shape = tuple(size * count for size, count in zip(value.shape, repeats, strict=True))
    if prod(shape) > LARGEST:
        return False
    graph.add("Tile", [value, graph.constant(repeats)], _like(value, shape))
    return True


def _pad(graph: Growing) -> bool:
    value = graph.pick(graph.choice(("float", "int64")), low=1)
    mode = graph.choice(("constant", "constant", "reflect", "edge", "wrap"))
    if mode != "constant" and 0 in value.shape:
        return False

    def amount(size: int) -> int:
        # Reflection needs another element to reflect.
        return graph.integer(0, {"reflect": min(size - 1, 3), "wrap": min(size, 3)}.get(mode, 3))

    before, after = [amount(size) for size in value.shape], [amount(size) for size in value.shape]
    shape = tuple(a + size + b for a, size, b in zip(before, value.shape, after, strict=True))
    if prod(shape) > LARGEST:
        return False
    graph.add("Pad", [value, graph.constant(before + after)], _like(value, shape), mode=mode)
    return True


def _gather(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1)
    axis = graph.axis(value.rank)
    at = axis % value.rank
    size = value.shape[at]
    if size == 0:
        return False
    indices = graph.rng.integers(-size, size, graph.shape(0, 2, 40))
    shape = (*value.shape[:at], *indices.shape, *value.shape[at + 1 :])
    if prod(shape) > LARGEST:
        return False
    graph.add("Gather", [value, _indices(graph, indices)], _like(value, shape), axis=axis)
    return True


def _indices(graph: Growing, indices: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Value | str:
    """Indices known when the model is compiled, or only when it runs."""
    if graph.chance(2):
        return graph.constant(indices)
    value = graph.input(indices.shape, "int64")
    graph.inputs[value.name] = indices
    # Nothing else may read it: other operators could need other values.
    graph.values.pop()
    graph.values.insert(0, Value(value.name, indices.shape, INDEX, True))
    return value


def _gather_elements(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1, high=4)
    axis = graph.integer(0, value.rank - 1)
    size = value.shape[axis]
    if 0 in value.shape:
        return False
    # The reference wants all other sizes to be equal; ONNX would let them be smaller.
    shape = (*value.shape[:axis], graph.integer(1, min(2 * size, 20)), *value.shape[axis + 1 :])
    if prod(shape) > LARGEST:
        return False
    indices = _indices(graph, graph.rng.integers(-size, size, shape))
    graph.add("GatherElements", [value, indices], _like(value, shape), axis=axis)
    return True


def _gather_nd(graph: Growing) -> bool:
    value = graph.pick(graph.choice(KINDS), low=1, high=4)
    if 0 in value.shape:
        return False
    depth = graph.integer(1, value.rank)
    count = graph.shape(1, 2, 30)
    indices = np.stack([graph.rng.integers(0, size, count) for size in value.shape[:depth]], -1)
    shape = (*count, *value.shape[depth:])
    if prod(shape) > LARGEST:
        return False
    graph.add("GatherND", [value, _indices(graph, indices)], _like(value, shape))
    return True


def _scatter(graph: Growing) -> bool:
    value = graph.pick("float", low=1, high=4)
    if 0 in value.shape:
        return False
    axis = graph.integer(0, value.rank - 1)
    count = graph.integer(1, value.shape[axis])
    shape = (*value.shape[:axis], count, *value.shape[axis + 1 :])
    order = graph.rng.permutation(value.shape[axis])[:count].reshape(
        [-1 if one == axis else 1 for one in range(value.rank)]
    )
    indices = _indices(graph, np.broadcast_to(order, shape).copy())
    mode = graph.choice(("none", "add", "mul", "max", "min"))
    graph.add("ScatterElements", [value, indices, graph.weight(shape)], value.shape, axis=axis, reduction=mode)
    return True


def _scatter_nd(graph: Growing) -> bool:
    value = graph.pick("float", low=1, high=4)
    if 0 in value.shape:
        return False
    count = graph.integer(1, value.shape[0])
    indices = _indices(graph, graph.rng.permutation(value.shape[0])[:count].reshape(-1, 1))
    updates = graph.weight((count, *value.shape[1:]))
    graph.add("ScatterND", [value, indices, updates], value.shape, reduction=graph.choice(("none", "add", "mul")))
    return True


def _one_hot(graph: Growing) -> bool:
    depth = graph.integer(1, 20)
    indices = graph.rng.integers(-depth, depth, graph.shape(1, 3, 200))
    axis = graph.integer(-indices.ndim - 1, indices.ndim)
    at = axis % (indices.ndim + 1)
    shape = (*indices.shape[:at], depth, *indices.shape[at:])
    count, ends = graph.constant(np.asarray(depth, np.int64)), graph.constant(np.asarray([0.25, 2.0]))
    graph.add("OneHot", [_indices(graph, indices), count, ends], Value("", shape, "float", True), axis=axis)
    return True


def _triangle(graph: Growing) -> bool:
    value = graph.pick(graph.choice(("float", "int64")), low=2)
    shift = graph.constant(np.asarray(graph.integer(-3, 3), np.int64))
    graph.add("Trilu", [value, shift], value, upper=graph.integer(0, 1))
    return True


def _top(graph: Growing) -> bool:
    value = graph.pick(low=1, exact=True)
    axis = graph.axis(value.rank)
    size = value.shape[axis % value.rank]
    count = graph.integer(1, min(size, 12)) if size else 0
    if not count:
        return False
    at = axis % value.rank
    shape = (*value.shape[:at], count, *value.shape[at + 1 :])
    asked = graph.constant([count])
    graph.add("TopK", [value, asked], _like(value, shape), axis=axis, largest=graph.integer(0, 1))
    # Ties make the indices a matter of taste; nothing reads them.
    graph.nodes[-1].output.append(f"places_{graph.values[-1].name}")
    return True


def _depth_to_space(graph: Growing) -> bool:
    block = graph.integer(2, 3)
    height, width, channels = graph.integer(1, 6), graph.integer(1, 6), graph.integer(1, 4)
    if graph.chance(2):
        value = graph.input((graph.integer(1, 2), channels * block**2, height, width))
        shape = (value.shape[0], channels, height * block, width * block)
        mode = graph.choice(("DCR", "CRD"))
        graph.add("DepthToSpace", [value], _like(value, shape), blocksize=block, mode=mode)
    else:
        value = graph.input((graph.integer(1, 2), channels, height * block, width * block))
        shape = (value.shape[0], channels * block**2, height, width)
        graph.add("SpaceToDepth", [value], _like(value, shape), blocksize=block)
    return True


MOVEMENT: tuple[Operator, ...] = (
    *(_reshape, _reshape, _transpose, _transpose, _flatten, _squeeze, _concat, _split, _slice, _slice, _expand, _tile),
    *(_pad, _gather, _gather, _gather_elements, _gather_nd, _scatter, _scatter_nd, _one_hot, _triangle, _top),
    *(_depth_to_space,),
)
