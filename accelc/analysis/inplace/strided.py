"""
Strided views as chains of steps: what a framework says with sizes, strides and an offset, said with slices.

Without IR. A view is described in the row-major numbering of its source's elements; the chain found slices the source's
own axes where it can, splits or joins axes where it must, and is exact: what it cannot express, it refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from accelc.analysis.inplace.views import BroadcastStep, Chain, ReshapeStep, SliceStep, Step, TransposeStep


@dataclass(frozen=True)
class Strided:
    """Element (i, j, ...) of a view is number `offset + i * strides[0] + j * strides[1] + ...` of its source."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0


def row_major(sizes: Sequence[int]) -> tuple[int, ...]:
    """Strides of a dense array in row-major order, in elements."""
    return tuple(prod(sizes[axis + 1 :]) for axis in range(len(sizes)))


def chain_of(source: Sequence[int], view: Strided) -> Chain:
    """
    Steps that lead from a source of these sizes to a view of it.

    Raises ValueError for a view with overlapping elements that are no repetition of a whole axis, one that leaves the
    source, and one whose axes do not divide those of the source.
    """
    source = tuple(source)
    if prod(view.sizes) == 0:
        return _reshape(source, view.sizes) if prod(source) == 0 else _empty(source, view.sizes)
    if any(stride < 0 for stride in view.strides):
        raise ValueError(f"strides {list(view.strides)} are not all at least 0")
    axes = [i for i, (n, stride) in enumerate(zip(view.sizes, view.strides, strict=True)) if n > 1 and stride]
    axes.sort(key=lambda i: (-view.strides[i], i))
    wanted = [(view.sizes[i], view.strides[i]) for i in axes]
    try:
        sliced = _slice(source, wanted, view.offset)
    except ValueError:
        joined = _joined(wanted)
        if joined == wanted:
            raise
        # A run of cells that begins anywhere, seen under another shape.
        sliced = _slice(source, joined, view.offset)
    sizes = tuple(view.sizes[i] for i in axes)
    order = tuple(sorted(range(len(axes)), key=lambda k: axes[k]))
    kept = tuple(n if i in axes else 1 for i, n in enumerate(view.sizes))
    chain = [*sliced]
    if order != tuple(range(len(order))):
        chain += [*_reshape(_shape(source, chain), sizes), TransposeStep(order)]
        chain += _reshape(tuple(sizes[k] for k in order), kept)
    else:
        chain += _reshape(_shape(source, chain), kept)
    if kept != view.sizes:
        chain.append(BroadcastStep(kept, view.sizes))
    return tuple(chain)


def _shape(source: tuple[int, ...], chain: Sequence[Step]) -> tuple[int, ...]:
    match chain[-1] if chain else None:
        case SliceStep() as step:
            return step.sizes
        case ReshapeStep() | BroadcastStep() as step:
            return step.result
        case _:
            return source


def _reshape(source: tuple[int, ...], result: tuple[int, ...]) -> Chain:
    return () if source == result else (ReshapeStep(source, result),)


def _empty(source: tuple[int, ...], sizes: tuple[int, ...]) -> Chain:
    nothing = (0,) * len(source)
    return (SliceStep(nothing, (1,) * len(source), nothing), *_reshape(nothing, sizes))


def _slice(source: tuple[int, ...], axes: Sequence[tuple[int, int]], offset: int) -> Chain:
    """Slice of the source, perhaps under another shape, with one axis for each (size, stride), largest stride first."""
    total = prod(source)
    if offset < 0 or offset + sum((n - 1) * stride for n, stride in axes) >= total:
        raise ValueError(f"the view leaves its source of {total} elements")
    shape = list(source) or [1]
    # Every round joins two axes or splits one; no stride asks for the same split twice.
    for _ in range(2 * (len(source) + len(axes)) + 2):
        change = _fit(shape, axes, offset)
        if isinstance(change, SliceStep):
            whole = change.sizes == tuple(shape) and not any(change.starts)
            return (*_reshape(source, tuple(shape)), *(() if whole else (change,)))
        axis, inner = change
        if inner:
            shape[axis : axis + 1] = [shape[axis] // inner, inner]
        else:
            shape[axis - 1 : axis + 1] = [shape[axis - 1] * shape[axis]]
    raise ValueError(f"axes of strides {[stride for _, stride in axes]} do not divide those of {list(source)}")


def _joined(axes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The axes, those that continue each other as one."""
    result: list[tuple[int, int]] = []
    for n, stride in axes:
        if result and result[-1][1] == n * stride:
            result[-1] = (result[-1][0] * n, stride)
        else:
            result.append((n, stride))
    return result


def _fit(shape: Sequence[int], axes: Sequence[tuple[int, int]], offset: int) -> SliceStep | tuple[int, int]:
    """
    The slice of `shape`, or how to change it.

    A change is an axis and the size of the inner one of the two it is split into, or 0 to join it with the one before.
    """
    unit = row_major(shape)
    starts = [offset // unit[d] % shape[d] for d in range(len(shape))]
    steps, sizes = [1] * len(shape), [1] * len(shape)
    for n, stride in axes:
        d = next(d for d in range(len(shape)) if unit[d] <= stride)
        # An axis of size 1 has the unit of the next: the last of them is the one that varies.
        while d + 1 < len(shape) and shape[d] == 1 and unit[d + 1] == unit[d]:
            d += 1
        if stride % unit[d]:
            d = next(e for e in range(d, len(shape)) if stride % unit[e] == 0)
        step = stride // unit[d]
        if sizes[d] > 1:
            # Two axes of the view on one of the source: split it where the larger stride ends.
            inner = steps[d]
            if inner > 1 and shape[d] % inner == 0:
                return d, inner
            raise ValueError(f"strides {[s for _, s in axes]} do not divide the axes of {list(shape)}, or overlap")
        if starts[d] + (n - 1) * step >= shape[d]:
            if d == 0:
                raise ValueError(f"strides {[s for _, s in axes]} leave the first axis of {list(shape)}")
            return d, 0
        steps[d], sizes[d] = step, n
    return SliceStep(tuple(starts), tuple(steps), tuple(sizes))
