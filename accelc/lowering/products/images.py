"""Tensors seen as images (N, C, H, W), the one form that products, convolutions and pooling work on."""

from dataclasses import replace
from math import prod

from accelc.lowering.views import View


def as_2d(view: View) -> View:
    """(N, C, L) as (N, C, 1, L); (N, C, H, W) unchanged."""
    if len(view.shape) == 4:
        return view
    n, c, length = view.shape
    return replace(view, shape=(n, c, 1, length), strides=(*view.strides[:2], 0, view.strides[2]))


def as_image(view: View, axis: int) -> View | None:
    """(1, C, H, W) with `axis` as channels and all other axes, in order, as H and W; None where a copy is needed."""
    others = [a for a in range(len(view.shape)) if a != axis]
    moved = view.permute([axis, *others])
    channels, rest = moved.shape[0], moved.shape[1:]
    if len(rest) <= 1:
        image = moved.reshape((channels, *rest, *(1,) * (2 - len(rest))))
    elif len(rest) == 2:
        image = moved.reshape((channels, prod(rest), 1)) or moved
    else:
        image = moved.reshape((channels, prod(rest), 1)) or moved.reshape((channels, prod(rest[:-1]), rest[-1]))
    return None if image is None else image.lead(4)
