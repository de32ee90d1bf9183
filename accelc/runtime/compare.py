"""
Comparison of a program's outputs with a reference.

Floating-point results of two correct implementations differ by rounding: sums are taken in another order and errors
grow through the layers. So the tolerance is relative to the size of the whole output, and follows the precision the
model was compiled for (`TOLERANCES`). Integers and truth values must be equal.

An absolute part remains where the output is small everywhere: functions that end in the range [0, 1], such as sigmoid,
are computed by common runtimes to a few units in the last place of 1, not of their result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

RELATIVE_FLOOR = 1e-3
"""Elements smaller than this share of the largest are compared with that share: a relative error at 0 says nothing."""


@dataclass(frozen=True)
class Tolerance:
    """
    What an output may differ by.

    For every element `|got - expected| <= rtol * |expected| + max(scale * max |expected|, atol)`; the cosine of the
    angle between the flattened tensors is at least `cosine`, unless no element differs by more than `atol`. Low
    precisions ask for the angle only (None).
    """

    cosine: float
    rtol: float | None = None
    scale: float = 0.0
    atol: float = 0.0


TOLERANCES: Mapping[str, Tolerance] = {
    "fp32": Tolerance(0.99999, rtol=1e-3, scale=1e-4, atol=5e-7),
    "fp16": Tolerance(0.999, atol=5e-7),
    "bf16": Tolerance(0.999, atol=5e-7),
    "fp8": Tolerance(0.96, atol=5e-7),
    "int8": Tolerance(0.99, atol=5e-7),
}
"""
Tolerance by the precision of the arithmetic; nothing else in the package or its tests of models decides this.

fp32: two orders of sums of K terms differ by about sqrt(K) units in the last place, 6e-8 each, so 1e-4 of the largest
element is a hundred layers of K = 4,096 with a factor of 10 to spare; table functions of common runtimes are right to
some units of 1, hence `atol`.

16 and 8 bits: rounding every operand of a product at random by a relative rms error e turns the product by an angle of
e * sqrt(2), and independent errors of d layers add up to e * sqrt(2 d), so that the cosine is 1 - e² d. With operands
rounded to p significand bits e = 2^-p / sqrt(3) / 1.4 on average over a binade: bf16 (8 bits) 1.6e-3, fp16 2e-4, E4M3
(4 bits) 2.6e-2; int8 with a step of 1/127 of the largest of Gaussian operands (4 sigma) 9e-3. For 30 layers that are
cosines of 0.99992, 0.999999, 0.98 and 0.9976; the limits leave the rest to operands that are not Gaussian.
"""


@dataclass(frozen=True)
class Comparison:
    """
    Differences over all outputs.

    `max_rel_error` is relative to each element's expected magnitude, at least `RELATIVE_FLOOR` of the output's
    largest; `cosine` is the smallest of any output.
    """

    oracle: str
    max_abs_error: float
    max_rel_error: float
    cosine: float
    within_tolerance: bool


def compare(oracle: str, got: Sequence[Array], expected: Sequence[Array], precision: str) -> Comparison:
    """Compare outputs in order; `precision` is a key of `TOLERANCES`, or `model` (judged as fp32)."""
    tolerance = TOLERANCES["fp32" if precision == "model" else precision]
    parts = [_compare_one(oracle, a, b, tolerance) for a, b in zip(got, expected, strict=True)]
    return Comparison(
        oracle,
        max((p.max_abs_error for p in parts), default=0.0),
        max((p.max_rel_error for p in parts), default=0.0),
        min((p.cosine for p in parts), default=1.0),
        all(p.within_tolerance for p in parts),
    )


def _compare_one(oracle: str, got: Array, expected: Array, tolerance: Tolerance) -> Comparison:
    if got.shape != expected.shape:
        return Comparison(oracle, float("inf"), float("inf"), 0.0, False)
    exact = expected.dtype.kind in "iub"
    a, b = got.astype(np.float64).reshape(-1), expected.astype(np.float64).reshape(-1)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return Comparison(oracle, 0.0, 0.0, 1.0, True)
    # Equal infinities have no difference; `same` has dealt with them.
    with np.errstate(invalid="ignore"):
        error = np.where(same, 0.0, np.abs(a - b))
    # A NaN or infinity on one side only is as wrong as can be.
    error = np.where(np.isnan(error), np.inf, error)
    finite = np.abs(b[np.isfinite(b)])
    largest = float(finite.max()) if finite.size else 0.0
    magnitude = np.maximum(np.abs(np.nan_to_num(b)), RELATIVE_FLOOR * largest)
    relative = np.divide(error, magnitude, out=np.where(error > 0, np.inf, 0.0), where=magnitude > 0)
    cosine = _cosine(a, b)
    close = cosine >= tolerance.cosine or float(error.max()) <= tolerance.atol
    within = not exact and bool(np.isfinite(error).all()) and close
    if tolerance.rtol is not None:
        allowed = tolerance.rtol * np.abs(b) + max(tolerance.scale * largest, tolerance.atol)
        within = within and bool((same | (error <= allowed)).all())
    return Comparison(oracle, float(error.max()), float(relative.max()), cosine, within)


def _cosine(a: Array, b: Array) -> float:
    finite = np.isfinite(a) & np.isfinite(b)
    a, b = a[finite], b[finite]
    # Scaling first keeps squares of large numbers finite.
    a, b = a / max(float(np.abs(a).max(initial=0.0)), 1e-300), b / max(float(np.abs(b).max(initial=0.0)), 1e-300)
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(min(a @ b / norm, 1.0)) if norm else float(not a.any() and not b.any())
