"""
Discrete Fourier transforms as real matrices, window functions and mel filters, with ONNX's conventions. NumPy only.

A complex number is two real ones side by side, real part first. Angles are reduced in integers, so that zeros of sine
and cosine are exact.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def _turns(rows: int, columns: int, length: int) -> tuple[F64, F64]:
    """Cosine and sine of 2 pi (row * column) / length."""
    product = np.outer(np.arange(rows), np.arange(columns)) % max(length, 1)
    # Quarters of a turn, and what is beyond the nearest one.
    quarter = (4 * product + length // 2) // max(length, 1)
    rest = (2 * np.pi / max(length, 1)) * (product - quarter * length / 4)
    cosine, sine = np.cos(rest), np.sin(rest)
    quarter = quarter % 4
    cos = np.choose(quarter, [cosine, -sine, -cosine, sine])
    return cos, np.choose(quarter, [sine, cosine, -sine, -cosine])


def dft(size: int, parts: int, length: int, *, onesided: bool) -> F64:
    """
    (size * parts, frequencies * 2): the transform of `size` numbers of 1 or 2 `parts`, cut or filled up to `length`.

    Of real numbers, `onesided` gives the first half of the frequencies.
    """
    frequencies = length // 2 + 1 if onesided else length
    cos, sin = _turns(min(size, length), frequencies, length)
    result = np.zeros((size, parts, frequencies, 2))
    result[: len(cos), 0, :, 0], result[: len(cos), 0, :, 1] = cos, -sin
    if parts == 2:
        result[: len(cos), 1, :, 0], result[: len(cos), 1, :, 1] = sin, cos
    return result.reshape(size * parts, frequencies * 2)


def inverse_dft(size: int, parts: int, length: int) -> F64:
    """(size * parts, length * 2): the inverse of `dft`, cut or filled up to `length` frequencies."""
    cos, sin = _turns(min(size, length), length, length)
    result = np.zeros((size, parts, length, 2))
    result[: len(cos), 0, :, 0], result[: len(cos), 0, :, 1] = cos, sin
    if parts == 2:
        result[: len(cos), 1, :, 0], result[: len(cos), 1, :, 1] = -sin, cos
    return result.reshape(size * parts, length * 2) / max(length, 1)


def inverse_real_dft(size: int, parts: int, length: int) -> F64:
    """(size * parts, length): real numbers whose transform has these first frequencies, and their conjugates."""
    kept = min(size, length // 2 + 1)
    cos, sin = _turns(kept, length, length)
    twice = np.full((kept, 1), 2.0)
    twice[0] = 1
    if length % 2 == 0 and kept == length // 2 + 1:
        twice[-1] = 1
    result = np.zeros((size, parts, length))
    result[:kept, 0] = twice * cos
    if parts == 2:
        result[:kept, 1] = -twice * sin
    return result.reshape(size * parts, length) / max(length, 1)


_WINDOWS: Mapping[str, tuple[float, ...]] = {
    "HannWindow": (0.5, 0.5),
    "HammingWindow": (25 / 46, 21 / 46),
    "BlackmanWindow": (0.42, 0.5, 0.08),
}
WINDOWS = tuple(_WINDOWS)


def window(name: str, size: int, *, periodic: bool) -> F64:
    """A window function of `size` places: sums of cosines with alternating signs."""
    turn = np.arange(size) * (2 * np.pi / max(size if periodic else size - 1, 1))
    return sum((-1) ** n * factor * np.cos(n * turn) for n, factor in enumerate(_WINDOWS[name])) + np.zeros(size)


def mel_weights(bins: int, length: int, rate: int, lower_hz: float, upper_hz: float) -> F64:
    """(length // 2 + 1, bins): triangular filters with equal distances on the mel scale. Raises ValueError."""
    edges = bins + 2
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (lower_hz, upper_hz))
    mel = np.arange(edges) * ((high - low) / edges) + low
    places = ((length + 1) * (700 * (10 ** (mel / 2595) - 1)) // max(rate, 1)).astype(np.int64)
    if rate < 1 or bins < 0 or places.min() < 0 or places.max() > length // 2:
        raise ValueError(
            f"{bins} mel bins from {lower_hz} to {upper_hz} Hz do not fit a transform of {length} at {rate} Hz"
        )
    result = np.zeros((length // 2 + 1, bins))
    for i in range(bins):
        left, centre, right = places[i : i + 3].tolist()
        if centre == left:
            result[centre, i] = 1
        else:
            result[left : centre + 1, i] = np.arange(centre + 1 - left) / (centre - left)
        if right > centre:
            result[centre:right, i] = np.arange(right - centre, 0, -1) / (right - centre)
    return result
