"""
Resampling of one axis as a matrix: every result is a weighted sum of a few neighbours in the source.

Coordinates, weights and roundings are those of ONNX Resize; axes are independent of each other. NumPy only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
TRANSFORMS = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
)
ROUNDINGS = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
MODES = ("nearest", "linear", "cubic")


@dataclass(frozen=True)
class Kind:
    """How positions and weights are found; `a` is the coefficient of the cubic kernel."""

    mode: str = "nearest"
    transform: str = "half_pixel"
    rounding: str = "round_prefer_floor"
    a: float = -0.75
    exclude_outside: bool = False
    antialias: bool = False


def positions(size: int, out: int, scale: float, transform: str, region: tuple[float, float] = (0.0, 1.0)) -> F64:
    """
    Where `out` results lie on an axis of `size` elements; `region` is the part of it that a crop takes.

    `scale` is results per element, which `out` is rounded from. Raises ValueError for an unknown transform.
    """
    here, width = np.arange(out, dtype=np.float64), scale * size
    match transform:
        case "asymmetric":
            return here / scale
        case "half_pixel":
            return (here + 0.5) / scale - 0.5
        case "pytorch_half_pixel":
            return np.full(out, -0.5) if width == 1 else (here + 0.5) / scale - 0.5
        case "half_pixel_symmetric":
            return size / 2 * (1 - out / width) + (here + 0.5) / scale - 0.5
        case "align_corners":
            return np.zeros(out) if width == 1 else here * (size - 1) / (width - 1)
        case "tf_crop_and_resize":
            first, last = region
            span = (last - first) * (size - 1)
            return (np.full(out, span / 2) if width == 1 else here * span / (width - 1)) + first * (size - 1)
        case _:
            raise ValueError(f"coordinates '{transform}' are not one of {', '.join(TRANSFORMS)}")


def _cubic(distance: F64, a: float) -> F64:
    """Cubic convolution kernel (Keys, 1981)."""
    d = np.abs(distance)
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((d - 5) * d + 8) * d * a - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))


def _hat(distance: F64) -> F64:
    return np.clip(1 - np.abs(distance), 0, 1)


def _nearest(ratio: F64, rounding: str) -> F64:
    """Weights of the left and the right neighbour, at `ratio` in (0, 1] from the left one."""
    match rounding:
        case "round_prefer_floor":
            right = ratio > 0.5
        case "round_prefer_ceil":
            right = ratio >= 0.5
        case "floor":
            right = ratio == 1
        case "ceil":
            right = np.ones_like(ratio, bool)
        case _:
            raise ValueError(f"nearest_mode '{rounding}' is not one of {', '.join(ROUNDINGS)}")
    return np.stack([~right, right], axis=1).astype(np.float64)


def _weights(ratio: F64, scale: float, kind: Kind) -> F64:
    """(results, neighbours): weights of as many neighbours on the left as on the right."""
    if kind.mode == "nearest":
        return _nearest(ratio, kind.rounding)
    reach = {"linear": 1, "cubic": 2}[kind.mode]
    shrink = min(scale, 1.0) if kind.antialias else 1.0
    half = int(-(np.floor(-reach / shrink) + 1)) + 1
    kernel: Callable[[F64], F64] = _hat if kind.mode == "linear" else lambda d: _cubic(d, kind.a)
    found = kernel((np.arange(1 - half, half + 1) - ratio[:, None]) * shrink)
    return found / found.sum(axis=1, keepdims=True) if kind.antialias else found


def matrix(
    size: int, out: int, scale: float, kind: Kind, region: tuple[float, float] = (0.0, 1.0)
) -> tuple[F64, npt.NDArray[np.bool_]]:
    """
    (out, size) weights of the elements of an axis in each result, and which results lie outside of a cropped axis.

    Neighbours beyond the ends count as the last element there, or not at all. Raises ValueError for an unknown kind.
    """
    if kind.mode not in MODES:
        raise ValueError(f"mode '{kind.mode}' is not one of {', '.join(MODES)}")
    at = positions(size, out, scale, kind.transform, region)
    # An element exactly there is the right neighbour.
    left = np.ceil(at) - 1
    weights = _weights(at - left, scale, kind)
    half = len(weights.T) // 2
    first: npt.NDArray[np.int64] = left.astype(np.int64)
    places = np.add.outer(first, np.arange(1 - half, half + 1))
    if kind.exclude_outside:
        weights = np.where((places >= 0) & (places < size), weights, 0.0)
        weights = weights / weights.sum(axis=1, keepdims=True)
    result = np.zeros((out, size))
    rows = np.broadcast_to(np.arange(out)[:, None], places.shape)
    np.add.at(result, (rows, np.clip(places, 0, size - 1)), weights)
    outside = np.zeros(out, bool)
    if kind.transform == "tf_crop_and_resize":
        outside = (at < 0) | (at > size - 1)
    return result, outside


def kept_aspect(scales: list[float], policy: str) -> float:
    """The one scale for all axes. Raises ValueError for an unknown policy."""
    match policy:
        case "not_larger":
            return min(scales)
        case "not_smaller":
            return max(scales)
        case _:
            raise ValueError(f"keep_aspect_ratio_policy '{policy}' is not one of stretch, not_larger, not_smaller")
