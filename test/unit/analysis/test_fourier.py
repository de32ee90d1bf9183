"""Matrices of Fourier transforms equal NumPy's transforms."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis import fourier

sizes = st.integers(1, 20)


def pairs(x: npt.NDArray[np.complex128]) -> fourier.F64:
    """Complex numbers as pairs, flattened."""
    return np.stack([np.real(x), np.imag(x)], axis=-1).reshape(-1)


@settings(max_examples=60)
@given(sizes, sizes, st.sampled_from([1, 2]))
def test_transforms_are_those_of_numpy(size: int, length: int, parts: int) -> None:
    """Cut and filled up, forwards and backwards, of real and complex numbers."""
    rng = np.random.default_rng(size)
    x = rng.standard_normal((size, 2)) * [1, parts - 1]
    signal, given_ = x[:, 0] + 1j * x[:, 1], x[:, :parts].reshape(-1)
    forwards = given_ @ fourier.dft(size, parts, length, onesided=False)
    np.testing.assert_allclose(forwards, pairs(np.fft.fft(signal, length)), atol=1e-12)
    half = given_ @ fourier.dft(size, parts, length, onesided=True)
    np.testing.assert_allclose(half, forwards[: len(half)], atol=1e-12)
    backwards = given_ @ fourier.inverse_dft(size, parts, length)
    np.testing.assert_allclose(backwards, pairs(np.fft.ifft(signal, length)), atol=1e-12)
    real = given_ @ fourier.inverse_real_dft(size, parts, length)
    np.testing.assert_allclose(real, np.fft.irfft(signal, length), atol=1e-12)


@given(sizes)
def test_zeros_are_exact(length: int) -> None:
    """The imaginary part of the first frequency of real numbers, and of the middle one, is exactly 0."""
    table = fourier.dft(length, 1, length, onesided=True).reshape(length, -1, 2)
    assert not table[:, 0, 1].any()
    if length % 2 == 0:
        assert not table[:, length // 2, 1].any()
        assert set(np.unique(table[:, length // 2, 0])) <= {-1.0, 1.0}


def test_windows_of_a_known_shape() -> None:
    """Symmetric and periodic; NumPy's are symmetric."""
    np.testing.assert_allclose(fourier.window("HannWindow", 9, periodic=False), np.hanning(9), atol=1e-15)
    np.testing.assert_allclose(fourier.window("BlackmanWindow", 9, periodic=False), np.blackman(9), atol=1e-15)
    longer = fourier.window("HammingWindow", 10, periodic=False)
    np.testing.assert_allclose(fourier.window("HammingWindow", 9, periodic=True), longer[:9], atol=1e-15)


def test_mel_filters_outside_the_spectrum_are_refused() -> None:
    """Above half the sample rate nothing can be filtered."""
    assert fourier.mel_weights(4, 64, 8000, 0.0, 4000.0).shape == (33, 4)
    with pytest.raises(ValueError, match=r"4 mel bins from 0\.0 to 9000\.0 Hz do not fit a transform of 64 at 8000 Hz"):
        fourier.mel_weights(4, 64, 8000, 0.0, 9000.0)
