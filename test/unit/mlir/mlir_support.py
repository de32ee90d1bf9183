"""The programs in `Inputs`: text that other compilers wrote, inputs, and what they or NumPy computed."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parent / "Inputs"
FILES = sorted(DATA.rglob("*.mlir"))
TOLERANCE = 2e-5
"""Relative to the largest element: some hundred roundings of fp32 in another order, at 6e-8 each."""


def arrays(path: Path) -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
    """Inputs and outputs of a program, in order."""
    with np.load(path.with_suffix(".npz")) as stored:
        sides = [
            [stored[f"{side}{i}"] for i in range(len(stored.files)) if f"{side}{i}" in stored.files]
            for side in ("input", "output")
        ]
    return sides[0], sides[1]


def difference(found: npt.NDArray[Any], expected: npt.NDArray[Any]) -> float:
    """Largest difference relative to the largest element, 0 for equal integers and NaN in the same places."""
    assert found.shape == expected.shape
    wide = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if not wide[0].size:
        return 0.0
    assert np.array_equal(np.isnan(wide[0]), np.isnan(wide[1]))
    same = (wide[0] == wide[1]) | np.isnan(wide[0])
    if same.all():
        return 0.0
    if expected.dtype.kind in "iub":
        return float("inf")
    finite = np.abs(wide[1][np.isfinite(wide[1])])
    return float(np.max(np.abs(wide[0] - wide[1])[~same])) / max(float(finite.max(initial=0.0)), 1e-30)
