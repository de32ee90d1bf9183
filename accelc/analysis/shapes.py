"""
Shape rules of the `graph` operations, as pure functions on tuples of sizes.

Used by the dialect's verifiers and by front ends that infer result types. Sizes are elements; pads are given as all
low pads followed by all high pads (the order of ONNX). All functions raise `ValueError` with a message that names the
sizes when the operands do not fit together.
"""

from collections.abc import Sequence
from math import prod

Shape = tuple[int, ...]


def broadcast_shapes(*shapes: Sequence[int]) -> Shape:
    """Common shape under NumPy broadcasting: right-aligned, a size of 1 stretches."""
    rank = max((len(s) for s in shapes), default=0)
    result: list[int] = []
    for axis in range(rank):
        sizes = {s[axis - rank] for s in shapes if rank - axis <= len(s)} - {1}
        if len(sizes) > 1:
            raise ValueError(f"shapes {_join(shapes)} do not broadcast: axis {axis - rank} has sizes {sorted(sizes)}")
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def normalize_axis(axis: int, rank: int) -> int:
    """Axis in `[0, rank)` for an axis in `[-rank, rank)`."""
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is outside [{-rank}, {rank - 1}] of a tensor of rank {rank}")
    return axis % rank


def matmul_shape(lhs: Sequence[int], rhs: Sequence[int]) -> Shape:
    """Result of `numpy.matmul`: (..., m, k) x (..., k, n) -> (..., m, n), vectors as in NumPy."""
    if not lhs or not rhs:
        raise ValueError(f"matmul of {_text(lhs)} and {_text(rhs)}: scalars have no contraction axis")
    left = tuple(lhs) if len(lhs) > 1 else (1, lhs[0])
    right = tuple(rhs) if len(rhs) > 1 else (rhs[0], 1)
    if left[-1] != right[-2]:
        raise ValueError(
            f"matmul of {_text(lhs)} and {_text(rhs)}: contraction sizes {left[-1]} and {right[-2]} differ"
        )
    batch = broadcast_shapes(left[:-2], right[:-2])
    rows = (left[-2],) if len(lhs) > 1 else ()
    columns = (right[-1],) if len(rhs) > 1 else ()
    return (*batch, *rows, *columns)


def window_extent(kernel: int, dilation: int) -> int:
    """Elements spanned by a window of `kernel` taps, `dilation` apart."""
    return (kernel - 1) * dilation + 1


def windows(size: int, kernel: int, stride: int, low: int, high: int, dilation: int) -> int:
    """Number of whole windows along one axis (0 when the window does not fit)."""
    return max((size + low + high - window_extent(kernel, dilation)) // stride + 1, 0)


def check_window(
    rank: int, kernel: Sequence[int], strides: Sequence[int], pads: Sequence[int], dilations: Sequence[int]
) -> None:
    """Check lengths and ranges of the window parameters of an operation with `rank` spatial axes."""
    for what, values, length, least in (
        ("kernel", kernel, rank, 1),
        ("strides", strides, rank, 1),
        ("pads", pads, 2 * rank, 0),
        ("dilations", dilations, rank, 1),
    ):
        if len(values) != length:
            raise ValueError(f"{what} has {len(values)} entries, expected {length} for {rank} spatial axes")
        if any(v < least for v in values):
            raise ValueError(f"{what} {_text(values)} has an entry below {least}")


def conv_output_shape(
    x: Sequence[int],
    weight: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    dilations: Sequence[int],
    group: int,
) -> Shape:
    """Result (N, M, out...) of a convolution of x (N, C, in...) with weight (M, C/group, k...)."""
    rank = _check_conv_operands(x, weight)
    check_window(rank, weight[2:], strides, pads, dilations)
    if group < 1 or x[1] != weight[1] * group:
        raise ValueError(f"x has {x[1]} channels, expected weight axis 1 ({weight[1]}) x group ({group})")
    if weight[0] % group:
        raise ValueError(f"{weight[0]} output channels are not divisible by group {group}")
    out = tuple(
        windows(x[2 + d], weight[2 + d], strides[d], pads[d], pads[rank + d], dilations[d]) for d in range(rank)
    )
    return (x[0], weight[0], *out)


def conv_transpose_output_shape(
    x: Sequence[int],
    weight: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    dilations: Sequence[int],
    group: int,
    output_padding: Sequence[int],
) -> Shape:
    """Result (N, M, out...) of a transposed convolution of x (N, C, in...) with weight (C, M/group, k...)."""
    rank = _check_conv_operands(x, weight)
    check_window(rank, weight[2:], strides, pads, dilations)
    if len(output_padding) != rank or any(v < 0 for v in output_padding):
        raise ValueError(f"output_padding {_text(output_padding)} is not {rank} sizes of at least 0")
    if x[1] != weight[0] or group < 1 or x[1] % group:
        raise ValueError(f"x has {x[1]} channels, expected weight axis 0 ({weight[0]}), divisible by group {group}")
    out = tuple(
        strides[d] * (x[2 + d] - 1)
        + window_extent(weight[2 + d], dilations[d])
        - pads[d]
        - pads[rank + d]
        + output_padding[d]
        for d in range(rank)
    )
    if any(size < 0 for size in out):
        raise ValueError(f"pads {_text(pads)} crop more than the whole result")
    return (x[0], weight[1] * group, *out)


def pool_output_shape(
    x: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    dilations: Sequence[int],
    ceil_mode: bool = False,
) -> Shape:
    """
    Result (N, C, out...) of pooling x (N, C, in...); with `ceil_mode` a last partial window counts if it starts
    before the high padding (as in ONNX and PyTorch)."""
    rank = len(x) - 2
    check_window(rank, kernel, strides, pads, dilations)
    out: list[int] = []
    for d in range(rank):
        low, high = pads[d], pads[rank + d]
        count = windows(x[2 + d], kernel[d], strides[d], low, high, dilations[d])
        rest = x[2 + d] + low + high - window_extent(kernel[d], dilations[d])
        if ceil_mode and rest % strides[d] and count * strides[d] < x[2 + d] + low:
            count += 1
        out.append(count)
    return (*tuple(x[:2]), *out)


def check_pool_result(
    x: Sequence[int],
    result: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    dilations: Sequence[int],
) -> None:
    """Check that result (N, C, out...) places every window's start inside the padded input."""
    rank = len(x) - 2
    if rank < 1 or len(result) != len(x) or tuple(result[:2]) != tuple(x[:2]):
        raise ValueError(f"pooling {_text(x)} cannot give {_text(result)}: batch, channels and rank are kept")
    check_window(rank, kernel, strides, pads, dilations)
    for d in range(rank):
        padded = x[2 + d] + pads[d] + pads[rank + d]
        if result[2 + d] and (result[2 + d] - 1) * strides[d] >= padded:
            raise ValueError(
                f"spatial axis {d}: window {result[2 + d] - 1} starts at {(result[2 + d] - 1) * strides[d]}, "
                f"outside the padded input of {padded}"
            )


def reduce_shape(x: Sequence[int], axes: Sequence[int], keepdims: bool) -> Shape:
    """Result of reducing the axes `axes` (each in `[0, rank)`, no duplicates)."""
    if len(set(axes)) != len(axes) or any(not 0 <= a < len(x) for a in axes):
        raise ValueError(f"axes {_text(axes)} are not distinct axes of a tensor of rank {len(x)}")
    if keepdims:
        return tuple(1 if a in axes else s for a, s in enumerate(x))
    return tuple(s for a, s in enumerate(x) if a not in axes)


def transpose_shape(x: Sequence[int], perm: Sequence[int]) -> Shape:
    """Result of a transposition: axis `i` of the result is axis `perm[i]` of x."""
    if sorted(perm) != list(range(len(x))):
        raise ValueError(f"perm {_text(perm)} is not a permutation of the {len(x)} axes")
    return tuple(x[p] for p in perm)


def check_slice(x: Sequence[int], sizes: Sequence[int], starts: Sequence[int], steps: Sequence[int]) -> None:
    """Check that every element `starts + i * steps` for `i < sizes` lies inside x."""
    if not len(x) == len(sizes) == len(starts) == len(steps):
        raise ValueError(f"slice of rank {len(x)} needs as many starts, steps and result sizes")
    for axis, (size, count, start, step) in enumerate(zip(x, sizes, starts, steps, strict=True)):
        if step == 0:
            raise ValueError(f"axis {axis}: step is 0")
        last = start + (count - 1) * step
        if count and not (0 <= start < size and 0 <= last < size):
            raise ValueError(f"axis {axis}: elements {start} to {last} step {step} leave the axis of size {size}")


def concat_shape(shapes: Sequence[Sequence[int]], axis: int) -> Shape:
    """Result of joining tensors along `axis`; all other sizes agree."""
    if not shapes:
        raise ValueError("concat needs at least one operand")
    first = tuple(shapes[0])
    if not 0 <= axis < len(first):
        raise ValueError(f"axis {axis} is not an axis of a tensor of rank {len(first)}")
    for s in shapes:
        if len(s) != len(first) or any(a != axis and s[a] != first[a] for a in range(len(first))):
            raise ValueError(f"shapes {_join(shapes)} differ outside axis {axis}")
    return (*first[:axis], sum(s[axis] for s in shapes), *first[axis + 1 :])


def pad_shape(x: Sequence[int], low: Sequence[int], high: Sequence[int], interior: Sequence[int]) -> Shape:
    """Result of padding: `interior` cells between neighbours, `low` before and `high` after, per axis."""
    for what, values in (("low", low), ("high", high), ("interior", interior)):
        if len(values) != len(x):
            raise ValueError(f"{what} has {len(values)} entries, expected {len(x)}")
        if any(v < 0 for v in values):
            raise ValueError(f"{what} {_text(values)} has a negative entry")
    return tuple(lo + s + max(s - 1, 0) * i + hi for s, lo, hi, i in zip(x, low, high, interior, strict=True))


def check_reshape(x: Sequence[int], result: Sequence[int]) -> None:
    """Check that both shapes hold the same number of elements."""
    if prod(x) != prod(result):
        raise ValueError(f"{_text(x)} has {prod(x)} elements, {_text(result)} has {prod(result)}")


def _check_conv_operands(x: Sequence[int], weight: Sequence[int]) -> int:
    if len(x) < 3 or len(weight) != len(x):
        raise ValueError(f"x {_text(x)} and weight {_text(weight)} must both have the same rank of at least 3")
    return len(x) - 2


def _text(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) if shape else "scalar"


def _join(shapes: Sequence[Sequence[int]]) -> str:
    return ", ".join(_text(s) for s in shapes)
